"""``prices``: unit prices with their source and date."""

from __future__ import annotations

import asyncio

from jupyter_server.auth.decorator import authorized
from tornado.web import authenticated

from mlcost_ext.core.errors import UsageError
from mlcost_ext.core.region import checked_region

from .base import MlcostHandler

MAX_WORD = 100


class PricesHandler(MlcostHandler):
    """The prices of a type, of a component, or of both."""

    @authenticated
    @authorized
    async def get(self) -> None:
        """Answer with a list; `price_unknown` where there is none."""
        region_id = self.word("region") or self.live.region_id
        if region_id is None:
            raise UsageError("No AWS region is set.", "Add region=us-east-1.", code="region_missing")
        checked_region(region_id)
        find = self.live.prices  # reading a region's list for the first time takes some milliseconds
        self.send_document(await asyncio.to_thread(find, region_id, self.word("instance_type"), self.word("component")))

    def word(self, name: str) -> str | None:
        """Read a word of the query; empty is as if it were not there."""
        return self.get_query_argument(name, "")[:MAX_WORD] or None


ROUTES = ((r"prices", PricesHandler),)
