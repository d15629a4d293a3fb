"""What is in a ledger file, charge by charge, and how two ledgers of one account compare."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

from mlcost_ext.core.ledger import ChargeRecord
from mlcost_ext.ledger.charge_parts import is_of
from mlcost_ext.ledger.charge_reader import records
from mlcost_ext.ledger.charge_store import open_ledger

JOBS = ("training", "processing", "transform")
SEEN_FIRST = ("endpoint", "space", "notebook")
"""Counted since the ledger has first seen them."""
FIRST, LAST = date(1970, 1, 1), date(9999, 12, 31)
CENT = Decimal("0.01")
MANY = 5

Place = tuple[str, str, str]
"""Kind, region, name."""
Key = tuple[Place, str, str, str, str]
"""And when it was created, the day, the component, the notebook."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A ledger at a moment."""

    as_of: datetime
    records: tuple[ChargeRecord, ...]
    faults: tuple[str, ...]
    """What `verify` finds."""

    def metered(self) -> dict[Key, Decimal]:
        """Give the sums of what is metered."""
        return added(record for record in self.records if record.cost_basis == "metered")

    def known_jobs(self) -> set[Place]:
        """Give the jobs of which anything is metered."""
        return {place_of(record) for record in self.records if record.cost_basis == "metered" and record.resource.kind in JOBS}

    def sums(self, kinds: Iterable[str]) -> dict[Place, Decimal]:
        """Give what each thing of these kinds has cost."""
        found: dict[Place, Decimal] = {}
        for record in self.records:
            if record.resource.kind in kinds:
                place = place_of(record)
                found[place] = found.get(place, Decimal(0)) + (record.contracted_cost or 0)
        return found

    def seen_first(self) -> dict[Place, datetime]:
        """Give since when each thing is counted."""
        found: dict[Place, datetime] = {}
        for record in self.records:
            place = place_of(record)
            found[place] = min(found.get(place, record.charge_period_start), record.charge_period_start)
        return found


def read(home: Path, server_id: str, at: datetime | None = None) -> Kept:
    """Read a ledger, as its server or another process has written it; what still runs up to `at`, or as far as it is told."""
    store = open_ledger(home, server_id)
    try:
        with store._database.transaction() as connection:
            row = connection.execute("SELECT value FROM ledger_state WHERE name = 'as_of'").fetchone()
            as_of = at or datetime.fromisoformat(row[0].replace("Z", "+00:00"))
            found = tuple(records(connection, FIRST, LAST, as_of))
        return Kept(as_of=as_of, records=found, faults=tuple(store.verify()))
    finally:
        store._database.close()


def place_of(record: ChargeRecord) -> Place:
    return record.resource.kind, record.resource.region_id, record.resource.name


def part_of(record: ChargeRecord) -> tuple[Place, bool]:
    """Give the job, and whether it is what is kept after it."""
    return place_of(record), is_of(record.price.component, "warm-pool")


def added(found: Iterable[ChargeRecord]) -> dict[Key, Decimal]:
    """Add up by everything that must not change any more."""
    sums: dict[Key, Decimal] = {}
    for record in found:
        created_at, notebook = str(record.resource.created_at), record.attribution.notebook or ""
        key = (place_of(record), created_at, record.day.isoformat(), record.price.component, notebook)
        sums[key] = sums.get(key, Decimal(0)) + (record.contracted_cost or 0)
    return sums


# -- one ledger, before and after ---------------------------------------------------------------


def changed(before: Kept, after: Kept) -> Iterator[str]:
    """Say what a kill has changed of what was metered before it, and what is counted more than once; nothing: all is well."""
    yield from (f"verify: {fault}" for fault in after.faults)
    sums = after.metered()
    for key, cost in before.metered().items():
        found = sums.get(key)
        is_job = key[0][0] in JOBS
        if found is None or (found != cost if is_job else found < cost):
            yield f"{key}: {cost} before, {found} after"
    yield from more_than_once(after)
    if after.as_of < before.as_of:
        yield f"told up to {before.as_of} before, to {after.as_of} after"


def more_than_once(kept: Kept) -> Iterator[str]:
    """Say which job, or what is kept after one, is two resources, or is both metered and estimated."""
    created: dict[Place, set[str]] = {}
    for record in kept.records:
        created.setdefault(place_of(record), set()).add(str(record.resource.created_at))
    yield from (f"{place} is {len(times)} resources" for place, times in created.items() if len(times) > 1)
    known = {part_of(record) for record in kept.records if record.cost_basis == "metered" and record.resource.kind in JOBS}
    left = added(record for record in kept.records if record.cost_basis == "estimated" and part_of(record) in known)
    yield from (f"{key} is metered, and {cost} more is estimated" for key, cost in left.items() if cost)


# -- two ledgers of one account -----------------------------------------------------------------


def differences(ours: Kept, control: Kept) -> Iterator[str]:
    """Say what a ledger that was killed often has otherwise than one that was never; both are told up to the same moment."""
    yield from (f"control: verify: {fault}" for fault in control.faults)
    one, other = ours.sums(JOBS), control.sums(JOBS)
    for place in sorted(ours.known_jobs() & control.known_jobs()):
        if one[place] != other[place]:
            yield f"{place}: {one[place]} after the kills, {other[place]} in the control"
    yield from some("jobs are in the control only", control.known_jobs() - one.keys())
    yield from some("training jobs have gone to no control", {each for each in ours.known_jobs() - other.keys() if is_old(each)})
    one, other = ours.sums(("app",)), control.sums(("app",))
    yield from (
        f"{place}: {one.get(place)}, but {cost} in the control" for place, cost in other.items() if one.get(place) != cost
    )
    yield from standing_differences(ours, control)


def is_old(place: Place) -> bool:
    """Tell whether a job is of the thirty days of history, all of which every ledger has."""
    return place[0] == "training" and place[2].startswith(("fraud-gnn", "credit-scorecard"))


def standing_differences(ours: Kept, control: Kept) -> Iterator[str]:
    """Say what of the things that stood all the time has another cost a second; no second is lost, and none is there twice."""
    one, other, since, since_control = ours.sums(SEEN_FIRST), control.sums(SEEN_FIRST), ours.seen_first(), control.seen_first()
    yield from some("things stand in one ledger only", one.keys() ^ other.keys())
    for place in one.keys() & other.keys():
        seconds = Decimal((ours.as_of - since[place]).total_seconds())
        seconds_control = Decimal((control.as_of - since_control[place]).total_seconds())
        expected = other[place] / seconds_control * seconds if seconds_control else Decimal(0)
        if abs(one[place] - expected) >= CENT:
            yield f"{place}: {one[place]} in {seconds} s, by the control it were {expected}"


def standing_off(ours: Kept, hourly: Mapping[str, Decimal]) -> Iterator[str]:
    """Say which endpoint has not cost its price by the hour since it was first seen, to the cent."""
    costs, since = ours.sums(("endpoint",)), ours.seen_first()
    yield from some("endpoints are not in the ledger", hourly.keys() - {place[2] for place in costs})
    for place, cost in costs.items():
        expected = hourly[place[2]] * Decimal((ours.as_of - since[place]).total_seconds()) / 3600
        if abs(cost - expected) >= CENT:
            yield f"{place}: {cost}, but by its price {expected}"


def some(what: str, found: Iterable[object]) -> Iterator[str]:
    listed = sorted(map(str, found))
    if listed:
        yield f"{len(listed)} {what}: {', '.join(listed[:MANY])}"
