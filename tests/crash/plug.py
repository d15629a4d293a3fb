"""Pull the plug on the demo's JupyterLab again and again: ``python -m tests.crash.plug --kills 10``; status 1: a total changed.

The practice account stays up, as AWS would. At the end another JupyterLab reads the same account into a home of its own, and both
ledgers are compared.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from mlcost_ext.sandbox import demo
from mlcost_ext.sandbox.names import REGION_ID

from .plug_demo import NOTEBOOK, Lab
from .plug_ledger import Kept, Place, changed, differences, place_of, read, some, standing_off

TRIES = 12
FILL_SECONDS, JOB_SECONDS = 20.0, 60.0
LAUNCHED = ("plugged-1", "plugged-2", "plugged-3")
"""The third one while no server lives."""
FEW, SHORT_SECONDS, LONGEST_SECONDS = 5, 5.0, 12.0
"""Up to so many kills come sooner after one another; with more of them all that a server does every ten seconds is met."""
EARLY_SECONDS = 4.0
"""By then the thirty days of history are being written."""


@dataclass
class Outcome:
    """What came of it."""

    kills: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0
    jobs: int = 0
    """Whose cost was compared with the control's."""
    kept: list[int] = field(default_factory=list)
    """How many sums were metered at each kill."""
    charges: int = 0
    export: str = "not tried"
    complaints: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        kills = ", ".join(f"{count} {how}" for how, count in sorted(self.kills.items()))
        return (
            f"{self.kills.total()} kills ({kills}) in {self.seconds:.0f} s; metered at each: {self.kept}; "
            f"{self.jobs} ended jobs compared with the control; {self.charges} charges exported: {self.export}"
        )


class Campaign:
    """One home that is killed, and one that is not."""

    def __init__(self, folder: Path, endpoint_url: str, seed: int, say: Callable[[str], None] = lambda _: None) -> None:
        self._chance, self._say, self._folder = random.Random(seed), say, folder
        self.lab, self.control = Lab(folder / "killed", endpoint_url), Lab(folder / "control", endpoint_url)
        self._longest = SHORT_SECONDS
        self.outcome = Outcome()

    def run(self, kills: int, *, exports: bool) -> Outcome:
        """Kill so many times, a third of them before the ledger is filled, and compare."""
        began = time.monotonic()
        try:
            self._longest = LONGEST_SECONDS if kills > FEW else SHORT_SECONDS
            self.lab.start()
            for number in range(kills // 3):
                if number == 0:
                    self.lab.look_until_history()
                else:
                    self.lab.look(self._chance.uniform(0.3, EARLY_SECONDS))
                self._kill(number)
            self._fill(self.lab)
            self.lab.launch(**{LAUNCHED[0]: 2, LAUNCHED[1]: 15})
            for number in range(kills // 3, kills):
                self._kill_and_look(number, is_launching=number == kills // 3)
            self._compare()
            if exports:
                self._export()
        finally:
            self.lab.close()
            self.control.close()
        lasting = (each.pid for each in self.lab.orphans if each.is_running())
        self._complain("readers", some("outlive their server", lasting))
        self._complain("log", [*self.lab.complaints, *self.control.complaints])
        self.outcome.seconds = time.monotonic() - began
        return self.outcome

    def _kill_and_look(self, number: int, *, is_launching: bool) -> None:
        """Kill at any moment of what a server does every ten seconds, and see what has become of what was metered."""
        self.lab.look(self._chance.uniform(1.0, self._longest))
        before = self._read(self.lab)
        self._kill(number, is_launching=is_launching)
        self.lab.look(self._chance.uniform(2.0, 6.0))
        self._complain(f"kill {number + 1}", changed(before, self._read(self.lab)))
        self.outcome.kept.append(len(before.metered()))

    def _kill(self, number: int, *, is_launching: bool = False) -> None:
        """Kill it, its reader with it every second time, and start it again; a kernel that lives on may launch meanwhile."""
        with_reader = number % 2 == 0
        self.lab.kill(with_reader=with_reader)
        self.outcome.kills["with the reader" if with_reader else "without"] += 1
        if is_launching:
            self.lab.launch(**{LAUNCHED[2]: 1})
        self.lab.start()
        self._say(f"kill {number + 1}")

    def _fill(self, lab: Lab) -> Kept:
        """Look until all that ended today and within thirty days is in the ledger."""
        lab.wait_for(
            lambda told: told["charged"] and told["past"] and told["past"]["is_complete"] and told["aws"]["status"] == "ok"
        )
        shown = {("training", job["region_id"], job["name"]) for job in ended_jobs(lab)}
        ends = time.monotonic() + FILL_SECONDS
        while not (shown <= (kept := self._read(lab)).known_jobs() and kept.sums(("endpoint",))):
            if time.monotonic() > ends:
                self._complain("filling", some("ended jobs are shown, and not in the ledger", shown - kept.known_jobs()))
                break
            lab.look(0.5)
        self._say(f"filled: {len(kept.records)} charges, {len(kept.known_jobs())} ended jobs")
        return kept

    def _read(self, lab: Lab, at: datetime | None = None) -> Kept:
        return read(lab.home, lab.server_id, at)

    # -- at the end -----------------------------------------------------------------------------

    def _compare(self) -> None:
        """Hold the ledger against one that was never killed, both up to the same moment."""
        launched = [("training", REGION_ID, name) for name in LAUNCHED]
        self.control.start()
        self._fill(self.control)
        self._wait_for_jobs(launched)
        self.lab.wait_for(is_filled)
        at = min(self._read(self.lab).as_of, self._read(self.control).as_of)
        ours, control = self._read(self.lab, at), self._read(self.control, at)
        self._complain("control", differences(ours, control))
        hourly = {row["name"]: Decimal(row["cost_per_day"]) / 24 for row in self.control.ask("standing")["endpoints"]}
        self._complain("endpoints", standing_off(ours, hourly))
        self._complain("launched", unlaunched(ours, launched))
        self.outcome.jobs = len(ours.known_jobs() & control.known_jobs())
        self._say(f"compared at {at:%H:%M:%S}")

    def _wait_for_jobs(self, places: Sequence[Place]) -> None:
        """Look until jobs that are short have ended and are metered."""
        ends = time.monotonic() + JOB_SECONDS
        while time.monotonic() < ends and not self._read(self.lab).known_jobs().issuperset(places):
            self.lab.look(1.0)
            self.control.look(0.0)

    def _export(self) -> None:
        """Export while the server lives, and have DuckDB add it up: what is told up to the same second is the same."""
        for _ in range(TRIES):
            before, path = self.lab.ask("charges"), self._folder / "charges.parquet"
            exported = self.lab.cli("ledger", "export", "--out", str(path))
            after, overview = self.lab.ask("charges"), self.lab.ask("overview")
            times = {before["as_of"], exported["as_of"], after["as_of"], overview["charged"]["as_of"]}
            if len(times) == 1:
                self._complain("export", unequal(path, after, overview["charged"]))
                self.outcome.charges, self.outcome.export = exported["rows"], f"{total_of(after)} as of {after['as_of']}"
                return
        self._complain("export", [f"the ledger was written during each of {TRIES} exports"])

    def _complain(self, where: str, found: Iterable[str]) -> None:
        told = [f"{where}: {each}" for each in found]
        self.outcome.complaints += told
        for each in told:
            self._say(f"  ! {each}")


def is_filled(overview: dict[str, Any]) -> bool:
    """Tell whether AWS has told everything, and sums are known."""
    past = overview["past"] or {}
    return overview["charged"] is not None and past.get("is_complete") is True and overview["aws"]["status"] == "ok"


def ended_jobs(lab: Lab) -> list[dict[str, Any]]:
    """Give the training jobs that the page shows as ended, and for good."""
    jobs = lab.ask("jobs?limit=200")["jobs"]
    return [job for job in jobs if job["kind"] == "training" and job["cost_basis"] == "final" and not has_pool(job)]


def has_pool(job: dict[str, Any]) -> bool:
    """Tell whether a job's instances are still kept: until they are gone it is counted as going on."""
    return job["warm_pool_status"] == "Available"


def unlaunched(kept: Kept, launched: Iterable[Place]) -> Iterator[str]:
    """Say which job of the kernel's is not in the ledger as it was launched."""
    told: dict[Place, set[str | None]] = {}
    for record in kept.records:
        told.setdefault(place_of(record), set()).add(record.attribution.notebook)
    for place in launched:
        if place not in kept.known_jobs():
            yield f"{place} is not metered"
        elif told[place] != {NOTEBOOK}:
            yield f"{place} was launched from {told[place]}, not from {NOTEBOOK} alone"


def total_of(charges: dict[str, Any]) -> Decimal:
    """Give the one total of a document."""
    (total,) = charges["totals"]
    assert total["billing_currency"] == "USD"
    return Decimal(total["contracted_cost"])


def unequal(path: Path, charges: dict[str, Any], charged: dict[str, Any]) -> Iterator[str]:
    """Say where this month by DuckDB, by `GET charges` and by the panel's overview are not the same."""
    import duckdb

    month = charges["charge_period_start"]
    query = (
        "SELECT BillingCurrency, SUM(ContractedCost) FROM read_parquet(?) "
        "WHERE CAST(BillingPeriodStart AS DATE) = CAST(? AS DATE) GROUP BY BillingCurrency"
    )
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        found = dict(connection.execute(query, [str(path), month]).fetchall())
    sums = {"DuckDB": found.get("USD"), "GET charges": total_of(charges), "the overview": Decimal(charged["month"])}
    if len(set(sums.values())) > 1 or found.keys() != {"USD"}:
        yield f"{month}: {sums}, currencies {sorted(found)}"


def pull(folder: Path, kills: int, seed: int, *, exports: bool = True, say: Callable[[str], None] = lambda _: None) -> Outcome:
    """Start the practice account as the demo does, and run a campaign against it."""
    with demo._practice_account(folder) as (_, endpoint_url):
        return Campaign(folder, endpoint_url, seed, say).run(kills, exports=exports)


def say_now(text: str) -> None:
    """Print with the time of day (UTC)."""
    print(f"{time.strftime('%H:%M:%S', time.gmtime())} {text}", flush=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a campaign in a folder that is cleared away afterwards."""
    parser = argparse.ArgumentParser(prog="python -m tests.crash.plug")
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="mlcost-plug-", ignore_cleanup_errors=True) as folder:
        outcome = pull(Path(folder), options.kills, options.seed, say=say_now)
    print(outcome, flush=True)
    print("\n".join(outcome.complaints) or "No total has changed.", flush=True)
    return 1 if outcome.complaints else 0


if __name__ == "__main__":
    sys.exit(main())
