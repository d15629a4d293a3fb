"""``prices``: unit prices with their source and date."""

from __future__ import annotations

import asyncio
import re

from jupyter_server.auth.decorator import authorized
from tornado.web import authenticated

from mlcost_ext.core.errors import UsageError

from .base import MlcostHandler

REGION = re.compile(r"[a-z]{2,4}(-[a-z]+)+-\d{1,2}")
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
        if not REGION.fullmatch(region_id):
            raise UsageError(f"{region_id!r} is no AWS region.", "Write it like us-east-1.", code="region_invalid")
        find = self.live.prices  # reading a region's list for the first time takes some milliseconds
        self.send_document(await asyncio.to_thread(find, region_id, self.word("instance_type"), self.word("component")))

    def word(self, name: str) -> str | None:
        """Read a word of the query; empty is as if it were not there."""
        return self.get_query_argument(name, "")[:MAX_WORD] or None


ROUTES = ((r"prices", PricesHandler),)
