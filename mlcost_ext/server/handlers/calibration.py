"""GET calibration: how earlier estimates have held, and the jobs that this is told by."""

from __future__ import annotations

from jupyter_server.auth.decorator import authorized
from tornado.web import authenticated

from .base import MlcostHandler


class CalibrationHandler(MlcostHandler):
    """Jobs that had been estimated before they were launched, with what they have cost."""

    @authenticated
    @authorized
    async def get(self) -> None:
        """Answer with a CalibrationView."""
        self.send_document(await self.live.calibration())


ROUTES = ((r"calibration", CalibrationHandler),)
