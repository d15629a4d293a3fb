"""Measure: ``python -m bench [name ...]``."""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from . import report
from .arms import ensure_arms
from .benchmarks import BENCHMARKS
from .machine import load_average, machine
from .plan import Benchmark, Plan
from .result import Result
from .traces import TraceError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run benchmarks; status 1 where a limit is missed, 3 where one could not be measured."""
    options = _options(arguments)
    if options.list:
        for benchmark in BENCHMARKS:
            print(f"{benchmark.name:20} {benchmark.minutes:5.1f} min  {benchmark.title}")
        return 0
    chosen = [b for b in BENCHMARKS if (b.name in options.names if options.names else not b.is_apart)]
    signal.signal(signal.SIGTERM, _leave)
    is_kept = not (options.quick or options.trace)
    if options.trace:
        chosen = [b.of_trace(options.trace) if b.of_trace else b for b in chosen]
    told: dict[str, str] = {}
    if is_kept or not all(b.is_here for b in chosen):
        print("making the environments ...", flush=True)
        ensure_arms(options.wheel)
        told = machine()
    with tempfile.TemporaryDirectory(prefix="mlcost-bench-", ignore_cleanup_errors=True) as folder:
        statuses = [_measure(benchmark, _plan(options, Path(folder)), told, is_kept=is_kept) for benchmark in chosen]
    if is_kept:
        report.write_table(BENCHMARKS)
    return max(statuses, default=0)


def _measure(benchmark: Benchmark, plan: Plan, told: dict[str, str], *, is_kept: bool) -> int:
    print(f"\n{benchmark.title} ({benchmark.name}) ...", flush=True)
    surroundings: dict[str, Any] = {
        "date": datetime.now(timezone.utc).date().isoformat(),
        "machine": told,
        "load_average_before": load_average(),
    }
    began = time.monotonic()
    try:
        results = benchmark.run(plan)
    except TraceError as error:
        print(error, flush=True)
        return 3
    except Exception:
        traceback.print_exc()
        print(f"{benchmark.name} could not be measured", flush=True)
        return 3
    surroundings["minutes"] = (time.monotonic() - began) / 60
    for result in results:
        _say(result)
    print(f"took {surroundings['minutes']:.1f} min", flush=True)
    if is_kept:
        report.write(benchmark, results, surroundings)
    return 1 if any(result.holds is False for result in results) else 0


def _say(result: Result) -> None:
    interval = f"  [{result.interval[0]:.3f} … {result.interval[1]:.3f}]" if result.interval else ""
    limit = "" if result.limit is None else f"  limit {result.limit:g}: {'holds' if result.holds else 'MISSES'}"
    print(f"  {result.title}: {result.value:.3f} {result.unit}{interval}  n={result.count}{limit}", flush=True)


def _plan(options: argparse.Namespace, folder: Path) -> Plan:
    if options.quick:
        return Plan(
            folder=folder,
            pairs=options.pairs or 3,
            rounds=options.rounds or 2,
            windows=options.windows or 2,
            window_seconds=options.window_seconds or 20.0,
            steady_minutes=options.steady_minutes or 5.0,
            lagging_minutes=min(10.0, options.steady_minutes or 2.0),
            sampling_minutes=2.0,
        )
    return Plan(
        folder=folder,
        pairs=options.pairs or 30,
        rounds=options.rounds or 5,
        windows=options.windows or 10,
        window_seconds=options.window_seconds or 60.0,
        steady_minutes=options.steady_minutes or 30.0,
    )


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure what mlcost-ext costs JupyterLab.")
    parser.add_argument(
        "names",
        nargs="*",
        choices=[[], *(b.name for b in BENCHMARKS)],
        help="all but those of a large ledger by default",
        metavar="name",
    )
    parser.add_argument("--list", action="store_true", help="show the benchmarks and how long each takes")
    parser.add_argument("--quick", action="store_true", help="try it out with a few short readings; writes no result")
    parser.add_argument("--pairs", type=int, help="of short readings, 30 by default")
    parser.add_argument("--rounds", type=int, help="of longer readings, 5 by default")
    parser.add_argument("--windows", type=int, help="of event_loop for each arm, 10 by default")
    parser.add_argument("--window-seconds", type=float, help="of cpu, event_loop and steady, 60 by default")
    parser.add_argument("--steady-minutes", type=float, help="of steady, 30 by default")
    parser.add_argument("--trace", type=Path, help="of forecast or gpu_idle: another one, as CSV, plain or .gz; writes no result")
    parser.add_argument("--wheel", type=Path, help="measure this wheel, not the newest in dist/")
    options = parser.parse_args(arguments)
    traced = [b.name for b in BENCHMARKS if b.of_trace]
    if options.trace and not (options.names and set(options.names) <= set(traced)):
        parser.error(f"--trace is for one of {', '.join(traced)}: name it")
    return options


def _leave(number: int, frame: object) -> None:
    """End in order, so that no server stays behind."""
    del number, frame
    sys.exit(143)


if __name__ == "__main__":
    sys.exit(main())
