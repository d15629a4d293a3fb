"""Findings: what of all that stands, and of the launches of the last days, is worth a change now."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from mlcost_ext.core.decision import AvoidedCost, DecidedFinding, DecidedLaunch
from mlcost_ext.core.finding_documents import AvoidedTotal, FindingResource, FindingRow, FindingSaving
from mlcost_ext.core.standing import Standing
from mlcost_ext.core.words import clean
from mlcost_ext.guardrails import unused as mc201
from mlcost_ext.guardrails.unused import Unused, unused

from .standing import MeteredStanding, StandingKey

LOOKED_AT = timedelta(days=14)
"""Launches of so long ago are looked at."""
RECURRED = 2
DAY, MONTH_DAYS = timedelta(days=1), 30
MOST_DAYS = 30
"""No more days of an unused endpoint are counted as avoided."""
MAX_TITLE, MAX_MESSAGE, MAX_NAME = 120, 300, 128
RUNS, GOES_ON = "It runs now.", "Change it before the next launch; %estimate_cost shows beforehand what it comes to."
STANDS = "Delete it, or accept it until a day if it has to stand by; its model and its configuration stay."

IsRunning = Callable[[DecidedLaunch], bool]
Place = tuple[str, str | None, str | None]
"""Kind, notebook and cell of a launch."""
Key = tuple[str, str, str | None, str | None]
"""Rule, kind, subject and notebook: findings with the same are one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """All findings of a moment."""

    shown: tuple[FindingRow, ...] = ()
    """Those that nobody has accepted."""
    accepted: frozenset[str] = frozenset()
    """Ids of the others."""
    accepted_things: frozenset[StandingKey] = frozenset()
    """What these are about, of what stands."""
    avoided: AvoidedTotal | None = None
    """What this month's fixes avoid; None: none was taken, or it is not known."""


def opaque_id(*parts: str | None) -> str:
    """Give an id that says nothing by itself, the same for the same parts."""
    text = "\0".join("" if part is None else f"={part}" for part in parts)
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:24]


# -- what stands and nobody uses ------------------------------------------------------------


def unused_findings(things: Iterable[MeteredStanding], now: datetime) -> list[tuple[FindingRow, MeteredStanding]]:
    """Give what costs and was not used for days, the dearest first, each with its finding."""
    found = [(unused_row(metered, idle), metered) for metered in things if (idle := unused(metered.standing, now)) is not None]
    return sorted(found, key=lambda each: (-day_cost(each[1])[0], each[0].id))


def unused_id(thing: Standing) -> str:
    """Give the id of the finding: one made anew under the same name is another."""
    return opaque_id(mc201.ID, thing.kind, thing.region_id, thing.name, str(thing.created_at))


def unused_row(metered: MeteredStanding, idle: Unused) -> FindingRow:
    """Write it down; since when: from the day on that makes it one."""
    it = metered.standing
    cost, is_complete = day_cost(metered)
    saving = FindingSaving(
        billing_currency=currency_of(metered),
        per_day=cost,
        per_month=cost * MONTH_DAYS,
        once=None,
        is_complete=is_complete,
    )
    first = idle.since + mc201.UNUSED_DAYS * DAY
    return FindingRow(
        id=unused_id(it),
        rule=mc201.ID,
        verdict="warn",
        is_of_launch=False,
        title=f"{clean(it.name, MAX_NAME)} {idle_words(idle)}"[:MAX_TITLE],
        message=what_words(it),
        hint=STANDS,
        resource=FindingResource(kind=it.kind, region_id=it.region_id, name=it.name),
        notebook=metered.notebook,
        saving=saving if cost else None,
        first_seen=first,
        last_seen=idle.since + idle.span,
        count=1,
        fix="delete_endpoint" if it.kind == "endpoint" and it.can_end else None,
        is_fix_wanted=False,
    )


def idle_words(idle: Unused) -> str:
    """Say for how long, such as ``has answered nothing for 9 days``."""
    days = (idle.span + DAY / 2) // DAY  # as the row of the thing itself rounds it
    if idle.is_at_least:
        return f"has answered nothing in the last {days} days"
    return f"has answered nothing for {days} days" if idle.was_used else f"has answered nothing since it was made {days} days ago"


def what_words(thing: Standing) -> str:
    """Say what it is, such as ``Endpoint, 2 × ml.g5.xlarge.``."""
    count, type_ = thing.instance_count, thing.instance_type
    machines = f"{count} × {type_}" if type_ and count and count > 1 else type_
    return f"{thing.kind.capitalize()}, {clean(machines, MAX_NAME)}." if machines else f"{thing.kind.capitalize()}."


def day_cost(metered: MeteredStanding) -> tuple[Decimal, bool]:
    """Give what a day of it costs with its volumes, as far as that is known, and whether all of it is."""
    parts = (metered.cost_per_day, metered.kept_cost_per_day)
    return sum((part for part in parts if part is not None), Decimal(0)), None not in parts


def currency_of(metered: MeteredStanding) -> str:
    """Give the currency of its prices, which is one for all figures."""
    charges = (*(metered.compute or ()), *(metered.kept or ()))
    return next((charge.price.billing_currency for charge in charges if charge.price is not None), "USD")


def avoided_by_delete(metered: MeteredStanding, now: datetime) -> AvoidedCost | None:
    """Say what deleting something unused avoids; None: it was used, or what it costs is not known.

    Expected are as many more days as it had stood unused, 30 at most; the least is one day.
    """
    it = metered.standing
    idle, (cost, _) = unused(it, now), day_cost(metered)
    if idle is None or not cost:
        return None
    return AvoidedCost(
        id=f"endpoint/{unused_id(it)}",
        at=now,
        origin="endpoint",
        kind=it.kind,
        region_id=it.region_id,
        name=it.name,
        rules=(mc201.ID,),
        low=cost,
        expected=cost * min(idle.span // DAY, MOST_DAYS),
        billing_currency=currency_of(metered),
        basis="days_unused",
    )


# -- launches -------------------------------------------------------------------------------


@dataclass(slots=True, kw_only=True)
class Group:
    """Launches of which a rule has said the same, the latest first."""

    told: DecidedFinding
    """The latest word."""
    launches: list[DecidedLaunch] = field(default_factory=list)
    is_running: bool = False


def launch_findings(launches: Iterable[DecidedLaunch], is_running: IsRunning, titles: Mapping[str, str]) -> list[FindingRow]:
    """Give what was only warned of and still matters: its job runs, or it has come again. The latest first.

    What was mended does not matter any more: by the guard's own fix, or by a later launch of the same cell that had it no more,
    unless the job of an earlier one still runs.

    Args:
        launches: Those that AWS has accepted, the latest first.
        is_running: Tells whether what was launched runs, and costs.
        titles: Of rules, by their ids.
    """
    latest: dict[Place, set[tuple[str, str | None]]] = {}
    groups: dict[Key, Group] = {}
    for launch in launches:
        raised = [each for each in launch.findings if each.verdict == "warn" and each.rule not in launch.fixed]
        now_wrong = latest.setdefault(place_of(launch), {(each.rule, each.subject) for each in raised})
        runs = bool(raised) and is_running(launch)
        for each in raised:
            if runs or (each.rule, each.subject) in now_wrong:
                key = (each.rule, launch.kind, each.subject, launch.notebook)
                group = groups.setdefault(key, Group(told=each))
                if launch not in group.launches[-1:]:
                    group.launches.append(launch)
                group.is_running = group.is_running or runs
    matter = [(key, group) for key, group in groups.items() if group.is_running or len(group.launches) >= RECURRED]
    return [launch_row(key, group, titles) for key, group in matter]


def place_of(launch: DecidedLaunch) -> Place:
    """Say where it was launched from."""
    return launch.kind, launch.notebook, launch.cell_id


def launch_row(key: Key, group: Group, titles: Mapping[str, str]) -> FindingRow:
    """Write one finding down, in the words of its latest launch."""
    told, launch = group.told, group.launches[0]
    title = told.title or titles.get(told.rule) or f"Rule {told.rule} has warned"
    return FindingRow(
        id=opaque_id(*key),
        rule=clean(told.rule, 64),
        verdict="warn",
        is_of_launch=True,
        title=clean(title, MAX_TITLE),
        message=clean(told.message, MAX_MESSAGE),
        hint=clean(told.hint, MAX_MESSAGE) if told.hint else f"{RUNS if group.is_running else ''} {GOES_ON}".strip(),
        resource=FindingResource(kind=launch.kind, region_id=launch.region_id, name=clean(launch.name, MAX_NAME)),
        notebook=clean(launch.notebook, 256) if launch.notebook else None,
        saving=saving_of(told),
        first_seen=group.launches[-1].at,
        last_seen=launch.at,
        count=len(group.launches),
        fix="next_launch" if told.is_mendable else None,
        is_fix_wanted=False,
    )


def saving_of(told: DecidedFinding) -> FindingSaving | None:
    """Give what mending the latest launch would have saved; None: not known."""
    if told.saving is None or told.billing_currency is None or told.saving <= 0:
        return None
    return FindingSaving(billing_currency=told.billing_currency, per_day=None, per_month=None, once=told.saving, is_complete=True)
