"""Whatever else is asked for below our path: there is no such thing, in words."""

from __future__ import annotations

from typing import NoReturn

from jupyter_server.auth.decorator import authorized
from tornado.web import authenticated

from mlcost_ext.core.errors import NotFoundError

from .base import MlcostHandler


class UnknownHandler(MlcostHandler):
    """A path that is none of ours."""

    @authenticated
    @authorized
    async def get(self) -> None:
        """Answer 404."""
        refuse()

    @authenticated
    @authorized
    async def head(self) -> None:
        """Answer 404."""
        refuse()

    @authenticated
    @authorized
    async def post(self) -> None:
        """Answer 404."""
        refuse()

    @authenticated
    @authorized
    async def put(self) -> None:
        """Answer 404."""
        refuse()

    @authenticated
    @authorized
    async def patch(self) -> None:
        """Answer 404."""
        refuse()

    @authenticated
    @authorized
    async def delete(self) -> None:
        """Answer 404."""
        refuse()


def refuse() -> NoReturn:
    """Say that there is no such path.

    Raises:
        NotFoundError: Always.
    """
    raise NotFoundError("mlcost-ext has no such path.", "See openapi.json for what can be asked.")


ROUTES = ((r".*", UnknownHandler),)
