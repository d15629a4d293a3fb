"""How fast the server takes what kernels wrote into its ledger."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

from bench.arms import MLCOST, ROOT
from bench.plan import Benchmark, Plan
from bench.result import Result, single

LINES = 100_000
LIMIT_US = 100.0
"""Ten thousand events a second."""


def run(plan: Plan) -> list[Result]:
    """Write a spool once, and take it into an empty ledger some times."""
    folder = plan.folder / "ledger_intake"
    spool = folder / "made" / "spool"
    ask("make", folder / "made", str(LINES))
    readings = [reading(folder / str(number), spool) for number in range(plan.rounds)]
    informal = {
        "restart_s": ("a start with all of that in the ledger", "s"),
        "longest_s": ("the longest look at the spool, in its thread", "s"),
        "line_bytes": ("bytes of the spool for an event", "B"),
        "ledger_bytes": ("bytes of the ledger for an event", "B"),
        "memory_mb": ("largest resident set", "MB"),
    }
    title = f"an event into the ledger, of {LINES:,}: read, checked, written"
    return [
        single("ledger_intake_event", title, "µs", [each["event_us"] for each in readings], LIMIT_US),
        *(single(f"ledger_intake_{key}", what, unit, [each[key] for each in readings]) for key, (what, unit) in informal.items()),
    ]


def reading(home: Path, spool: Path) -> dict[str, Any]:
    """Let a fresh process take the spool in; all of it must be there."""
    (home / "spool").mkdir(parents=True)
    for file in spool.iterdir():
        os.link(file, home / "spool" / file.name)
    found: dict[str, Any] = json.loads(ask("take", home))
    if (found["events"], found["kept"]) != (LINES, LINES):
        raise RuntimeError(f"{found['events']} of {LINES} events were taken, {found['kept']} are kept")
    return found


def ask(*words: str | Path) -> bytes:
    """Run a process of our environment."""
    command = [MLCOST.python, str(ROOT / "bench" / "intake_reading.py"), *map(str, words)]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout


LEDGER_INTAKE = Benchmark(name="ledger_intake", title="The spool into the ledger", minutes=2, run=run)
