"""What everything of ours has cost today and this month, by the ledger of a server, as its overview tells it."""

from __future__ import annotations

from decimal import Decimal

from mlcost_ext.core.times import time_from_text

from .overview_file import OverviewFile
from .rows import amount, at_least, count, currency
from .text import money


def charged_lines(file: OverviewFile) -> list[str]:
    """Write both in a line; none where the server does not tell, and at least nothing is not known."""
    charged = file.section("charged")
    as_of, since = time_from_text(charged.get("as_of")), time_from_text(charged.get("since"))
    unpriced = count(charged, "unpriced")
    if as_of is None:
        return []

    def said(name: str) -> str:
        known: Decimal | None = amount(charged, name)
        known = None if unpriced and not known else known
        return f"{at_least(known, is_part=bool(unpriced))}{money(known, currency(file))}"

    # A day that has ended, and a month, are told by their dates: what was written then is no figure of today.
    is_same_day = as_of.date() == file.as_of.date() and not file.is_stale
    day, month = ("today", "this month") if is_same_day else (f"on {as_of:%Y-%m-%d}", f"in {as_of:%Y-%m}")
    begun = f" (kept since {since:%Y-%m-%d %H:%M} UTC)" if since else ""
    return [f"All of yours, by days UTC: {said('today')} {day}, {said('month')} {month}{begun}"]
