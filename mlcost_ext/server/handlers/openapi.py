"""GET openapi.json: the description of all of this."""

from __future__ import annotations

import asyncio
from pathlib import Path

from jupyter_server.auth.decorator import authorized
from tornado.web import authenticated

from .base import MlcostHandler

DESCRIPTION = Path(__file__).parent.parent / "openapi.json"


class OpenapiHandler(MlcostHandler):
    """The OpenAPI description that the TypeScript types are generated from."""

    @authenticated
    @authorized
    async def get(self) -> None:
        """Answer with the description."""
        self.send(await asyncio.to_thread(DESCRIPTION.read_bytes))


ROUTES = ((r"openapi\.json", OpenapiHandler),)
