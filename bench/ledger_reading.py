"""Run by the environment that is measured: how long a large ledger takes to write and to read, and how large it is."""

from __future__ import annotations

import json
import random
import sys
import time
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from mlcost_ext.core.ledger import Attribution, ChargePrice, Resource
from mlcost_ext.core.profile import LedgerEntry, LedgerLine, Profile
from mlcost_ext.core.times import UTC
from mlcost_ext.ledger.charge_store import ChargeStore
from mlcost_ext.ledger.database import Database

MONTHS_OF_DAYS = 730
LAST = datetime(2026, 11, 30, 20, tzinfo=UTC)
TEAMS, MODELS, NOTEBOOKS, CELLS, USERS = 12, 60, 300, 3, 25
JOBS_AT_ONCE = 1000
READINGS = 30
MILLI, MICRO = 1e3, 1e6
TYPES = (("ml.g5.xlarge", "1.408"), ("ml.m5.xlarge", "0.23"), ("ml.p4d.24xlarge", "37.688"), ("ml.c5.2xlarge", "0.408"))


def main(path: Path, charges: int, seed: int) -> None:
    """Write so many charges of 24 months, two a job, and read them; write the figures as JSON."""
    chance, store = random.Random(seed), ChargeStore(Database(path))
    began, truth = time.perf_counter(), Truth()
    jobs = charges // 2
    for first in range(0, jobs, JOBS_AT_ONCE):
        entries = [job(chance, number, jobs, truth) for number in range(first, min(first + JOBS_AT_ONCE, jobs))]
        store.bring(entries, LAST)
    written = time.perf_counter() - began
    month = date(2026, 11, 1), date(2026, 12, 1)
    told: dict[str, Any] = {
        "charges": jobs * 2,
        "write_us": written / (jobs * 2) * MICRO,
        "bytes": path.stat().st_size / (jobs * 2),
    }
    for name in ("tag:team", "tag:model", "notebook", "resource"):
        told[name] = list(timed(store, month, (name,)))
    whole = date(2000, 1, 1), date(2100, 1, 1)
    again = time.perf_counter()
    by_team = {total.key[0]: total.contracted_cost for total in store.sums(*whole, ("tag:team",))}
    told["all_ms"] = (time.perf_counter() - again) * MILLI
    told["is_exact"] = by_team == truth.by_team and sum(t.contracted_cost for t in store.sums(*whole, ())) == sum(
        truth.by_team.values()
    )
    json.dump(told, sys.stdout)


class Truth:
    """What the charges must add up to, in 10⁻⁹, counted beside."""

    def __init__(self) -> None:
        self.by_team: dict[str | None, int] = {}

    def add(self, team: str, prices: tuple[Decimal, Decimal], seconds: int, gigabytes: int) -> None:
        """Add a job: whole seconds at a price an hour, and gigabytes at a price a month of thirty days."""
        for price, quantity, unit in ((prices[0], 1, 3600), (prices[1], gigabytes, 2592000)):
            nano = price * quantity * seconds * 10**9
            cost = int((nano * 2 // unit + 1) // 2)  # half up, as on the wire
            self.by_team[team] = self.by_team.get(team, 0) + cost


def timed(store: ChargeStore, period: tuple[date, date], group_by: tuple[str, ...]) -> Iterator[float]:
    """Add up a period again and again, in ms."""
    for _ in range(READINGS):
        began = time.perf_counter()
        found = store.sums(*period, group_by)
        yield (time.perf_counter() - began) * MILLI
        if not found:
            raise RuntimeError("there is nothing to add up")


def job(chance: random.Random, number: int, jobs: int, truth: Truth) -> LedgerEntry:
    """Make a job of minutes to hours, none across midnight so that it makes two charges; even over the days."""
    day = (LAST - timedelta(days=MONTHS_OF_DAYS * (jobs - 1 - number) / jobs)).date()
    seconds, gigabytes = chance.randint(60, 20_000), chance.choice((30, 50, 100))
    kind, amount = chance.choice(TYPES)
    notebook = chance.randrange(NOTEBOOKS)  # it is one person's, of one team, for a few models
    team = f"team-{notebook % TEAMS}"
    starts = datetime(day.year, day.month, day.day, chance.randrange(18), tzinfo=UTC)
    who = Attribution(
        notebook=f"work/notebook-{notebook}.ipynb",
        cell_id=f"cell-{chance.randrange(CELLS)}",
        user_name=f"user-{notebook % USERS}",
        user_basis="space",
        tags={"team": team, "model": f"model-{(notebook + chance.randrange(3)) % MODELS}"},
    )
    profile = Profile(starts=starts, settled=Decimal(seconds), since=None, ends=starts + timedelta(seconds=seconds))
    lines = (
        LedgerLine(price=price("Training", kind, amount, "Hours"), attribution=who, quantity=Decimal(1), profile=profile),
        LedgerLine(
            price=price("Storage-Training", None, "0.14", "GB-Mo"), attribution=who, quantity=Decimal(gigabytes), profile=profile
        ),
    )
    truth.add(team, (Decimal(amount), Decimal("0.14")), seconds, gigabytes)
    name = f"pytorch-training-{number:08d}"
    resource = Resource(
        kind="training",
        region_id="us-east-1",
        name=name,
        created_at=starts,
        resource_id=f"arn:aws:sagemaker:us-east-1:111122223333:training-job/{name}",
    )
    return LedgerEntry(resource=resource, lines=lines, basis="metered", is_closed=True)


def price(component: str, instance_type: str | None, amount: str, unit: Any) -> ChargePrice:
    """Make a price as AWS's list has it."""
    return ChargePrice(
        region_id="us-east-1",
        component=component,
        instance_type=instance_type,
        purchase_option="OnDemand",
        pricing_unit=unit,
        billing_currency="USD",
        list_unit_price=Decimal(amount),
        contracted_unit_price=Decimal(amount),
        price_source="aws-price-list",
        price_origin="a benchmark",
        price_as_of="2026-10-01",
        price_basis="observed",
        error_percent=None,
        sku=None,
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
