"""GET overview: what the status bar and the panel's first screen show."""

from __future__ import annotations

from jupyter_server.auth.decorator import authorized
from tornado.web import authenticated

from .base import MlcostHandler


class OverviewHandler(MlcostHandler):
    """The picture as of this second; asking for it keeps AWS's answers fresh."""

    @authenticated
    @authorized
    async def get(self) -> None:
        """Answer with the overview document."""
        self.live.note_viewer()
        self.send(self.live.overview_body())


ROUTES = ((r"overview", OverviewHandler),)
