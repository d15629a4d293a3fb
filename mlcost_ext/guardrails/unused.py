"""MC201: something costs, and nobody has used it for days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from mlcost_ext.core.standing import Standing

from .docs import docs_url

ID = "MC201"
TITLE = "No use"
DOCS_URL = docs_url(ID)
PRACTICE = "MLCOST06-BP03"
UNUSED_DAYS = 3
"""Without a use for so many days it is called unused."""
LOOKED_BACK = timedelta(days=30)
"""As far back as AWS is asked for uses."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unused:
    """For how long something was not used."""

    since: datetime
    """Its last use, else its creation, or as far back as was looked."""
    span: timedelta
    """From then until now."""
    was_used: bool
    """Whether AWS has seen a use of it at all."""
    is_at_least: bool
    """Whether it may be longer, since nobody looked further back."""


def unused(thing: Standing, now: datetime, days: int = UNUSED_DAYS) -> Unused | None:
    """Tell for how long something that costs was not used.

    Args:
        thing: As AWS describes it.
        now: By AWS's clock.
        days: How many it takes, included.

    Returns:
        None: it costs nothing, goes already, was used lately, or nobody can tell when it was, as of every Studio app.
    """
    if not thing.is_costing or thing.status == "Deleting" or thing.created_at is None:
        return None
    found = _last_seen(thing, thing.created_at, now)
    return found if found is not None and found.span >= timedelta(days=days) else None


def _last_seen(thing: Standing, created_at: datetime, now: datetime) -> Unused | None:
    if thing.last_use == "seen" and thing.last_used_at is not None:
        since = max(thing.last_used_at, created_at)
        return Unused(since=since, span=now - since, was_used=True, is_at_least=False)
    if thing.last_use == "none_seen":
        since = max(created_at, now - LOOKED_BACK)
        return Unused(since=since, span=now - since, was_used=False, is_at_least=since != created_at)
    return None
