"""For how long our stamp was what Studio's own idle shutdown saw last, and what the machine cost meanwhile."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from mlcost_ext.core.idle_documents import ProlongedStretch
from mlcost_ext.core.money import EXACT, per_hour_to_amount
from mlcost_ext.core.prolonged import Stamp, Stretch
from mlcost_ext.core.times import exact_seconds

VIEWED = timedelta(days=30)
MOST_VIEWED = 20
SECONDS_PER_HOUR = 3600


def followed(open_: Stretch | None, seen: datetime, stamp: Stamp | None) -> tuple[Stretch | None, Stretch | None]:
    """Go on with a stretch: give the one that has ended and the one that is open now, where there are such.

    Args:
        open_: The stretch so far; None: there is none.
        seen: The last activity that Studio itself has seen.
        stamp: Made after that; None: nothing was stamped at this look.
    """
    ended = open_ if open_ is not None and (seen > open_.start or (stamp is not None and stamp.at < open_.end)) else None
    goes_on = None if ended is not None else open_
    if stamp is None or stamp.at <= seen:
        return ended, goes_on
    before = goes_on.signals if goes_on is not None else ()
    return ended, Stretch(
        start=goes_on.start if goes_on is not None else seen,
        end=stamp.at,
        signals=tuple(dict.fromkeys((*before, *stamp.signals))),
        cost_per_hour=stamp.cost_per_hour,
        billing_currency=stamp.billing_currency,
        timeout_minutes=stamp.timeout_minutes,
    )


def prolonged_rows(stretches: Iterable[Stretch], billing_currency: str, now: datetime) -> list[ProlongedStretch]:
    """Write the stretches of the last 30 days that have, or may have, held Studio up; the latest first, 20 at most."""
    shown = [stretch for stretch in stretches if stretch.may_have_held and stretch.end > now - VIEWED]
    latest = sorted(shown, key=lambda stretch: stretch.start, reverse=True)[:MOST_VIEWED]
    return [prolonged_row(stretch, billing_currency) for stretch in latest]


def prolonged_row(stretch: Stretch, billing_currency: str) -> ProlongedStretch:
    """Write one; a cost in another currency than the answer's is not told."""
    rate = stretch.cost_per_hour if stretch.billing_currency == billing_currency else None
    seconds = exact_seconds(stretch.end - stretch.start)
    return ProlongedStretch(
        start=stretch.start,
        end=stretch.end,
        signals=list(stretch.signals),
        cost=None if rate is None else per_hour_to_amount(EXACT.multiply(rate, seconds), SECONDS_PER_HOUR),
        is_certain=stretch.is_certain,
    )
