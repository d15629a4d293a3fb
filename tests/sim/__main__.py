"""Many days: ``python -m tests.sim --days 100000 [--seed S] [--only DAY]``; status 1 where a verdict was wrong."""

from __future__ import annotations

import argparse
import os
import secrets
import sys
import time
from collections.abc import Iterator, Sequence
from functools import partial
from multiprocessing import get_context

from .simulation import Failure, Outcome, run_days, shrunk

TOGETHER, TOLD = 250, 10_000
"""Days that a process is handed at once, and after how many it is told how far it has come."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Live through them on all cores, and tell of the first failure."""
    parser = argparse.ArgumentParser(prog="python -m tests.sim")
    parser.add_argument("--days", type=int, default=1000)
    parser.add_argument("--seed", default=secrets.token_hex(4), help="of all days; a new one each time without")
    parser.add_argument("--only", type=int, metavar="DAY", help="live through this one day alone")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args(arguments)
    print(f"seed {options.seed}", flush=True)
    days = range(options.days) if options.only is None else range(options.only, options.only + 1)
    began, whole = time.monotonic(), Outcome()
    for outcome in outcomes(options.seed, days, options.processes):
        whole.days += outcome.days
        whole.looks += outcome.looks
        whole.cpu_seconds += outcome.cpu_seconds
        if outcome.failure is not None:
            tell(outcome.failure, options.seed)
            return 1
        if whole.days % TOLD == 0:
            print(f"{whole.days:,} days so far", flush=True)
    print(
        f"{whole.days:,} days, {whole.looks:,} looks, each as it should be; {time.monotonic() - began:.0f} s, "
        f"{whole.days / max(whole.cpu_seconds, 1e-9):.0f} days a second of a core",
        flush=True,
    )
    return 0


def outcomes(seed: str, days: range, processes: int) -> Iterator[Outcome]:
    """Share days out; the first that fails is the lowest."""
    parts = [days[start : start + TOGETHER] for start in range(0, len(days), TOGETHER)]
    if len(parts) < 2 or processes < 2:
        yield from map(partial(run_days, seed), parts)
        return
    with get_context("spawn").Pool(processes) as pool:
        yield from pool.imap(partial(run_days, seed), parts)


def tell(failure: Failure, seed: str) -> None:
    """Cut a failure down, and print what it takes."""
    number = failure.day.seed.rpartition("/")[2]
    print(f"\nday {number} of seed {seed}: {failure.complaint}", flush=True)
    print(f"\nIt takes no more than this: {shrunk(failure)}", flush=True)
    print(f"\nAgain: python -m tests.sim --seed {seed} --only {number}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
