"""``charges``: what was charged in some days, by whatever it is asked for."""

from __future__ import annotations

import asyncio

from jupyter_server.auth.decorator import authorized
from tornado.web import authenticated

from mlcost_ext.ledger.charge_view import check_period, month_of, read_day, read_groups

from .base import MlcostHandler

MAX_TEXT = 1000


class ChargesHandler(MlcostHandler):
    """Sums of the ledger; of this month so far where no days are named."""

    @authenticated
    @authorized
    async def get(self) -> None:
        """Answer with totals and groups."""
        first, after = month_of(self.live.now())
        start, end = (self.get_query_argument(name, "")[:MAX_TEXT] for name in ("from", "to"))
        group_by = read_groups(self.get_query_argument("group_by", "")[:MAX_TEXT])
        period = read_day(start, "from") if start else first, read_day(end, "to") if end else after
        check_period(*period)
        self.send_document(await asyncio.to_thread(self.live.charges, *period, group_by))


ROUTES = ((r"charges", ChargesHandler),)
