"""Since when and until when what stands is counted, where nobody looked for a while."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from mlcost_ext.core.ledger import Resource
from mlcost_ext.core.profile import LedgerLine

from .charge_rows import RESOURCE, resource_of

RESTART = timedelta(minutes=5)
"""A server that is back within this long has only been started again."""

FREEZE = """
    UPDATE open_line SET ends = MAX(?1, since) WHERE since IS NOT NULL AND (ends IS NULL OR ends > ?1)
"""
FROZEN = "SELECT DISTINCT resource FROM open_line WHERE since IS NOT NULL AND ends IS NOT NULL"


def frozen(connection: sqlite3.Connection) -> list[Resource]:
    """Give what is counted until it was last seen."""
    numbers = connection.execute(FROZEN).fetchall()
    return [resource_of(connection.execute(RESOURCE, number).fetchone()) for number in numbers]


def goes_on(line: LedgerLine, seen: datetime | None, now: datetime, unchanged_since: datetime | None = None) -> bool:
    """Tell whether something was used all the time since it was last seen; None: it was seen all the time.

    Where AWS neither says since when, nor that it is unchanged, a volume is there on and on, and all else no longer than a
    restart takes.
    """
    began = line.profile.since
    if seen is None:
        return True
    if began is not None:
        return began <= seen
    if unchanged_since is not None and unchanged_since <= seen:
        return True
    return line.price.pricing_unit == "GB-Mo" or now - seen <= RESTART


def beginning(
    line: LedgerLine,
    now: datetime,
    ended: Sequence[LedgerLine],
    charged_until: datetime | None,
    unchanged_since: datetime | None,
    *,
    is_machine: bool = False,
) -> LedgerLine:
    """Let a line begin when AWS says, but never where its component was charged already.

    AWS takes an app that is started again within a day for the old one. So where its component had been charged and nothing of
    it was in use any more, what AWS says of an earlier time is that of the earlier use, and it begins now.

    Args:
        line: It is used now.
        now: AWS's time.
        ended: What of the same thing ends in this moment, or was used when it was last seen.
        charged_until: Until when its component was charged; None: it never was.
        unchanged_since: Since when AWS says that the thing is as it is; None: it does not say.
        is_machine: Whether it is the machine of this session, which ran all the time since it began.
    """
    alike = [each for each in ended if each.price.component == line.price.component]
    since = line.profile.since
    if since is None:
        seen = [each.profile.ends for each in alike if is_same_use(each, line) and each.profile.ends is not None]
        since = min((ends for ends in seen if unchanged_since is not None and unchanged_since <= ends), default=now)
    if charged_until is not None and since <= charged_until:
        since = charged_until if alike or is_machine else now
    since = min(since, now)
    return replace(line, profile=replace(line.profile, starts=since, since=since, ends=None))


def is_same_use(one: LedgerLine, other: LedgerLine) -> bool:
    """Tell whether two lines are the same but for their price."""
    return (one.price.instance_type, one.quantity) == (other.price.instance_type, other.quantity)


def unseen_since(ended: Sequence[LedgerLine], begun: Sequence[LedgerLine], now: datetime) -> datetime | None:
    """Give since when nobody saw whether what has ended was still used; None: it was seen, or AWS says when the next use began.

    Args:
        ended: Each was last seen at its end.
        begun: What of the same thing is used now, and since when that is counted.
        now: AWS's time.
    """
    since = [
        line.profile.ends
        for line in ended
        if line.profile.ends is not None
        and now - line.profile.ends > RESTART
        and not any(each.price.component == line.price.component and is_told(each, now) for each in begun)
    ]
    return min(since, default=None)


def is_told(line: LedgerLine, now: datetime) -> bool:
    return line.profile.since is not None and line.profile.since < now
