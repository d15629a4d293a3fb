"""GET idle: whether this machine is idle, since when, and by which evidence."""

from __future__ import annotations

from jupyter_server.auth.decorator import authorized
from tornado.web import authenticated

from .base import MlcostHandler


class IdleHandler(MlcostHandler):
    """The verdict with all its evidence, of a look that is a second old at most; asking is no activity."""

    @authenticated
    @authorized
    async def get(self) -> None:
        """Answer with an IdleView."""
        self.send_document(await self.live.idling.view())


ROUTES = ((r"idle", IdleHandler),)
