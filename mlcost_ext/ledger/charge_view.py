"""The one view of the charges that REST, the panel, `%cost` and the command line have in common."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal

from mlcost_ext.core.charge_documents import ChargeGroup, Charges
from mlcost_ext.core.documents import DataQuality
from mlcost_ext.core.errors import UsageError

from .charge_reader import NANO, ChargeSum, wholes
from .charge_store import ChargeStore
from .groupings import GROUPINGS

MOST_GROUPS = 500
MOST_GROUPINGS = 4
MAX_KEY = 256
LONGEST = timedelta(days=3660)

UNPRICED = DataQuality(
    code="price_unknown",
    message="Some of what was used has no price and is in no sum.",
    hint="'mlcost prices refresh' reads AWS's price list.",
    subject=None,
)
NOTHING_KEPT = DataQuality(
    code="ledger_empty",
    message="Nothing was kept yet.",
    hint="Charges are kept from the first time on that JupyterLab runs with mlcost-ext.",
    subject=None,
)
NOT_SEEN = DataQuality(
    code="time_not_seen",
    message="While JupyterLab was off nobody saw how long something of yours was used; what it cost then is in no sum.",
    hint="AWS's bill has it.",
    subject=None,
)

USER_BY_COOKIE = DataQuality(
    code="user_by_cookie",
    message="In a shared space users are told by Studio's cookie, which anybody who works there could set: it is no proof.",
    hint="Where it matters, ask who it was; AWS itself knows the space's role only.",
    subject=None,
)


def month_of(now: datetime) -> tuple[date, date]:
    """Give the days of the month so far: its first day, and the day after `now`."""
    return now.date().replace(day=1), now.date() + timedelta(days=1)


def read_groups(text: str) -> tuple[str, ...]:
    """Read what charges are to be grouped by, such as ``day,tag:team``.

    Raises:
        UsageError: There is no such grouping, or there are too many.
    """
    names = tuple(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))
    for name in names:
        if name not in GROUPINGS and not (name.startswith("tag:") and 4 < len(name) <= 4 + 128):
            known = ", ".join(GROUPINGS)
            raise UsageError(f"Charges cannot be grouped by {name[:40]!r}.", f"Use {known}.", code="grouping_unknown")
    if len(names) > MOST_GROUPINGS:
        raise UsageError("Charges are grouped by four names at most.", "Name fewer.", code="grouping_unknown")
    return names


def read_day(text: str, name: str) -> date:
    """Read a day such as ``2026-11-30``.

    Raises:
        UsageError: It is none.
    """
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{name} {text[:40]!r} is no day.", "Write it like 2026-11-30.", code="day_invalid") from None


def check_period(start: date, end: date) -> None:
    """See that a period is one.

    Raises:
        UsageError: It ends before it begins, or is longer than ten years.
    """
    if not timedelta(0) < end - start <= LONGEST:
        raise UsageError(
            f"From {start} to {end} is no period.", "End it on a later day, within ten years.", code="period_invalid"
        )


def charges(store: ChargeStore, start: date, end: date, group_by: tuple[str, ...]) -> Charges:
    """Add up the charges from the day `start` to the one before `end`.

    Raises:
        OSError: The ledger cannot be read.
    """
    as_of, found, whole = store.view(start, end, group_by)
    lacks = any(total.unpriced for total in whole)
    is_by_cookie = any(total.is_by_cookie for total in found)
    return Charges(
        charge_period_start=start.isoformat(),
        charge_period_end=end.isoformat(),
        as_of=as_of,
        group_by=list(group_by),
        totals=[group(total, {}) for total in whole],
        groups=list(groups(found, group_by)) if group_by else [],
        data_quality=[
            *([NOTHING_KEPT] if as_of is None else []),
            *([UNPRICED] if lacks else []),
            *([NOT_SEEN] if store.is_unseen(start, end) else []),
            *([USER_BY_COOKIE] if is_by_cookie else []),
        ],
    )


def groups(found: list[ChargeSum], group_by: tuple[str, ...]) -> Iterable[ChargeGroup]:
    """Write each sum, or where there are too many the dearest, and the rest of each currency as one."""
    told, rest = found, list[ChargeSum]()
    if len(found) > MOST_GROUPS:
        dearest = sorted(found, key=lambda total: total.contracted_cost, reverse=True)
        kept = {id(total) for total in dearest[:MOST_GROUPS]}
        told, rest = [t for t in found if id(t) in kept], dearest[MOST_GROUPS:]
    for total in told:
        yield group(total, dict(zip(group_by, map(short, total.key), strict=True)))
    for total in wholes(rest):
        yield group(total, {}, is_rest=True)


def group(total: ChargeSum, keys: dict[str, str | None], *, is_rest: bool = False) -> ChargeGroup:
    """Write a sum; what has no price at all is unknown, and not zero."""
    is_unknown = not total.priced and bool(total.unpriced)
    parts = {basis: Decimal(part) * NANO for basis, part in total.by_basis.items()}
    return ChargeGroup(
        keys=keys,
        is_rest=is_rest,
        billing_currency=total.billing_currency,
        contracted_cost=None if is_unknown else total.contracted_cost * NANO,
        list_cost=None if is_unknown or total.unlisted else total.list_cost * NANO,
        estimated=parts.get("estimated", Decimal(0)),
        metered=parts.get("metered", Decimal(0)),
        billed=parts.get("billed", Decimal(0)),
        unpriced=len(total.unpriced),
    )


def short(text: str | None) -> str | None:
    return None if text is None else text[:MAX_KEY]
