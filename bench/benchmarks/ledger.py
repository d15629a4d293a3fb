"""How large a ledger of two years becomes, how fast it is written, and how fast a month is added up."""

from __future__ import annotations

import json
import subprocess
from typing import Any

from bench.arms import MLCOST, ROOT
from bench.plan import Benchmark, Plan
from bench.result import Result, single

CHARGES, LARGE = 1_000_000, 10_000_000
BYTES_LIMIT, MONTH_LIMIT_MS, WRITE_LIMIT_US = 250.0, 100.0, 100.0
VIEWS = {"tag:team": "a tag", "tag:model": "another tag", "notebook": "notebook", "resource": "resource"}


def run(plan: Plan) -> list[Result]:
    """Write a million charges of 24 months and add November up, by a process of our environment; sums must be exact."""
    return measured(plan, "ledger", CHARGES, is_limited=True)


def run_large(plan: Plan) -> list[Result]:
    """Do the same with ten times as many, for information."""
    return measured(plan, "ledger_large", LARGE, is_limited=False)


def measured(plan: Plan, name: str, charges: int, *, is_limited: bool) -> list[Result]:
    """Measure a ledger of some size."""
    path = plan.folder / name / "server" / "ledger.sqlite"
    path.parent.parent.mkdir(parents=True, exist_ok=True)
    command = [MLCOST.python, str(ROOT / "bench" / "ledger_reading.py"), str(path), str(charges), "1"]
    found: dict[str, Any] = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, cwd=path.parent.parent).stdout)
    path.unlink()
    if not found["is_exact"]:
        raise RuntimeError("the sums are not those of the charges")
    count = found["charges"]
    return [
        Result(
            name=f"{name}_bytes",
            title=f"bytes of the ledger for a charge, of {count:,}",
            unit="B",
            value=found["bytes"],
            limit=BYTES_LIMIT if is_limited else None,
        ),
        Result(
            name=f"{name}_write",
            title="a charge into the ledger",
            unit="µs",
            value=found["write_us"],
            limit=WRITE_LIMIT_US if is_limited else None,
        ),
        *(
            single(
                f"{name}_{view.replace(':', '_')}",
                f"month to date by {words}",
                "ms",
                found[view],
                MONTH_LIMIT_MS if is_limited and view.startswith("tag:") else None,
            )
            for view, words in VIEWS.items()
        ),
        Result(name=f"{name}_all", title="all 24 months by a tag", unit="ms", value=found["all_ms"]),
    ]


LEDGER = Benchmark(name="ledger", title="A ledger of a million charges", minutes=4, run=run)
LEDGER_LARGE = Benchmark(name="ledger_large", title="A ledger of ten million charges", minutes=30, run=run_large, is_apart=True)
