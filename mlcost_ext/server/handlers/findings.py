"""POST findings/<id>/accept and /fix, GET savings: what is not to be shown, or to be changed, and what that avoids."""

from __future__ import annotations

from jupyter_server.auth.decorator import authorized
from tornado.web import authenticated

from mlcost_ext.core.errors import UsageError
from mlcost_ext.ledger.charge_view import check_period, month_of, read_day

from .base import MlcostHandler

MAX_BODY_BYTES = 10_000
MAX_TEXT = 40


class FindingAcceptHandler(MlcostHandler):
    """The button by which a user accepts a finding: the user's own doing, so it counts as activity."""

    _track_activity = True

    @authenticated
    @authorized
    async def post(self, id_: str) -> None:
        """Note `{until, reason}`; answer with what is noted."""
        if len(self.request.body) > MAX_BODY_BYTES:
            raise UsageError("The request's body is longer than 10,000 bytes.", 'Send {"until": "2026-12-31", "reason": "…"}.')
        self.send_document(await self.live.findings.accept(id_, self.body_object(), self.live.now()))


class FindingFixHandler(MlcostHandler):
    """The button by which a user has the next launch changed: the user's own doing, so it counts as activity."""

    _track_activity = True

    @authenticated
    @authorized
    async def post(self, id_: str) -> None:
        """Note `{wanted}`; answer with the finding."""
        if len(self.request.body) > MAX_BODY_BYTES:
            raise UsageError("The request's body is longer than 10,000 bytes.", 'Send {"wanted": true}.')
        self.send_document(await self.live.findings.want_fix(id_, self.body_object(), self.live.now()))


class SavingsHandler(MlcostHandler):
    """What fixes have avoided; of this month so far where no days are named."""

    @authenticated
    @authorized
    async def get(self) -> None:
        """Answer with totals and the latest fixes."""
        first, after = month_of(self.live.now())
        start, end = (self.get_query_argument(name, "")[:MAX_TEXT] for name in ("from", "to"))
        period = read_day(start, "from") if start else first, read_day(end, "to") if end else after
        check_period(*period)
        self.send_document(await self.live.findings.savings(*period))


ROUTES = (
    (r"findings/([0-9a-f]{24})/accept", FindingAcceptHandler),
    (r"findings/([0-9a-f]{24})/fix", FindingFixHandler),
    (r"savings", SavingsHandler),
)
