"""What costs until somebody ends it: GET standing, endpoints/<name>, apps/<name>, and the POST that ends each."""

from __future__ import annotations

from jupyter_server.auth.decorator import authorized
from tornado.web import authenticated

from .base import MlcostHandler


class StandingHandler(MlcostHandler):
    """Everything that stands."""

    @authenticated
    @authorized
    async def get(self) -> None:
        """Answer with endpoints, apps, warm pools and schedules of `?scope=mine|account`."""
        self.live.note_viewer()
        self.send_document(self.live.standing(self.scope()))


class EndpointHandler(MlcostHandler):
    """One endpoint."""

    @authenticated
    @authorized
    async def get(self, name: str) -> None:
        """Answer with the endpoint and the token that its delete wants."""
        self.send_document(self.live.actions.endpoint(self.wish(name)))


class EndpointDeleteHandler(MlcostHandler):
    """The Delete button: the user's own doing, so it counts as activity."""

    _track_activity = True

    @authenticated
    @authorized
    async def post(self, name: str) -> None:
        """Ask AWS to delete an endpoint; answer 202 when AWS has accepted."""
        self.send_document(await self.live.actions.delete("endpoint", self.wish(name)), 202)


class AppHandler(MlcostHandler):
    """One Studio app."""

    @authenticated
    @authorized
    async def get(self, name: str) -> None:
        """Answer with the app and the token that its stop wants."""
        self.send_document(self.live.actions.app(self.wish(name)))


class AppStopHandler(MlcostHandler):
    """The Stop button of an app, which AWS calls a delete; its space and volume stay."""

    _track_activity = True

    @authenticated
    @authorized
    async def post(self, name: str) -> None:
        """Ask AWS to delete an app; answer 202 when AWS has accepted."""
        self.send_document(await self.live.actions.delete("app", self.wish(name)), 202)


class WarmPoolReleaseHandler(MlcostHandler):
    """The Release button of kept instances."""

    _track_activity = True

    @authenticated
    @authorized
    async def post(self, name: str) -> None:
        """Ask AWS to give the instances back; answer 202 when AWS has accepted."""
        self.send_document(await self.live.actions.release(self.wish(name)), 202)


NAME = r"([A-Za-z0-9-]{1,63})"
APP = r"([A-Za-z0-9.-]{1,256})"
ROUTES = (
    (r"standing", StandingHandler),
    (rf"endpoints/{NAME}", EndpointHandler),
    (rf"endpoints/{NAME}/delete", EndpointDeleteHandler),
    (rf"apps/{APP}", AppHandler),
    (rf"apps/{APP}/stop", AppStopHandler),
    (rf"warm-pools/{NAME}/release", WarmPoolReleaseHandler),
)
