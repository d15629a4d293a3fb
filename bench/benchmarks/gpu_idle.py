"""How well the verdict tells idle GPUs, on a trace of their use, beside the plain rule "unused for N minutes"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from bench.arms import ROOT
from bench.gpu_stops import Stops, our_stops, plain_stops, unwanted_at
from bench.gpu_trace import Container, load
from bench.plan import Benchmark, Plan
from bench.result import Result

TRACE = ROOT.parent / "shared" / "data" / "traces" / "alibaba_gentd26_gpu_duty_cycle.csv.gz"
PLAIN_MINUTES = (15.0, 30.0, 60.0)
TIMEOUTS = (1.0, 2.0, 5.0, 7.5, 10.0, 15.0, 20.0, 30.0, 45.0, 60.0, 90.0, 120.0, 180.0)


def run(plan: Plan, trace: Path = TRACE) -> list[Result]:
    """Go through the trace once: nothing in it is left to chance."""
    del plan
    return scores(load(trace).containers)


def of_trace(trace: Path) -> Benchmark:
    """Give the benchmark on another trace."""
    return replace(GPU_IDLE, run=partial(run, trace=trace))


def scores(containers: Sequence[Container]) -> list[Result]:
    """Hold our unwanted stops against the plain rule's, at the same hours of idleness."""
    ours = our_stops(containers, TIMEOUTS)
    return [result for minutes in PLAIN_MINUTES for result in compared(ours, plain_stops(containers, minutes), minutes)]


def compared(ours: dict[float, Stops], plain: Stops, minutes: float) -> list[Result]:
    """Compare with one plain rule."""
    name, rule = f"{minutes:g}", f"“unused for {minutes:g} min”"
    found: list[tuple[str, str, str, float, float | None]] = [
        (
            f"gpu_unwanted_{name}",
            f"stops after which the GPU was used within 30 min, at the hours of {rule}",
            "",
            unwanted_at(ours.values(), plain.hours),
            float(plain.unwanted),
        ),
        (f"gpu_plain_unwanted_{name}", f"the same of {rule} itself", "", float(plain.unwanted), None),
        (f"gpu_plain_hours_{name}", f"hours of idleness after the stops of {rule}", "h", plain.hours, None),
        (f"gpu_hours_{name}", f"the same of the verdict with a timeout of {minutes:g} min", "h", ours[minutes].hours, None),
    ]
    return [
        Result(name=name, title=title, unit=unit, value=value, limit=limit, count=len(plain.found))
        for name, title, unit, value, limit in found
    ]


GPU_IDLE = Benchmark(
    name="gpu_idle", title="Idle GPUs, on a trace of their use", minutes=1, run=run, of_trace=of_trace, is_here=True
)
