"""How well the length of a run is forecast, on a trace of jobs, beside a plain method on the same rows."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from statistics import fmean, median

from bench.arms import ROOT
from bench.forecast_scoring import MICRO, Replay, Score, build_seconds, load, replay
from bench.plan import Benchmark, Plan
from bench.result import Result

TRACE = ROOT.parent / "shared" / "data" / "traces" / "nasa_ipsc_1993.csv.gz"
ERROR_LIMIT, WINKLER_LIMIT = 0.434, 4.22
COVERAGE, COVERAGE_LIMIT, UNCOVERED_LIMIT = 80.0, 4.0, 35.0
"""In percent; between 76 and 84 are covered, and of no frequent user fewer than 65."""
OTHER_COVERAGE_LIMIT, OTHER_RATIO_LIMIT = 6.0, 1.02
"""On any other trace: between 74 and 86 %, and neither score more than 2 % above the plain method's."""
ADD_LIMIT_US, ANSWER_LIMIT_US = 50.0, 2000.0
BUILD_RUNS, BUILD_LIMIT_SECONDS = 50_000, 1.5


def run(plan: Plan, trace: Path = TRACE) -> list[Result]:
    """Replay the trace once: nothing in it is left to chance."""
    del plan
    jobs = load(trace)
    told = replay(jobs)
    is_ours = trace.resolve() == TRACE.resolve()
    return [*scores(told, is_known=is_ours), *times(told, build_seconds(jobs, BUILD_RUNS))]


def of_trace(trace: Path) -> Benchmark:
    """Give the benchmark on another trace."""
    return replace(FORECAST, run=partial(run, trace=trace))


def scores(told: Replay, *, is_known: bool) -> list[Result]:
    """Hold ours against the limits, those of the trace that they were set for, or those of any other."""
    ours, plain = told.ours, told.plain
    count = len(ours.errors)
    error, winkler = (ERROR_LIMIT, WINKLER_LIMIT) if is_known else (None, None)
    found = [
        ("error", "median |ln(predicted ÷ actual)|", "", ours.median_error, error),
        ("winkler", "mean interval (Winkler) score, ln", "", ours.mean_winkler, winkler),
        ("coverage", "coverage of the 80 % interval", "%", ours.coverage, None),
        (
            "off",
            "its distance from 80 %",
            "%",
            abs(ours.coverage - COVERAGE),
            COVERAGE_LIMIT if is_known else OTHER_COVERAGE_LIMIT,
        ),
        ("width", "median width, ln", "", ours.median_width, None),
    ]
    if ours.lowest is not None:
        limit = UNCOVERED_LIMIT if is_known else None
        found.append(("uncovered", "not covered of the frequent user with most of that", "%", 100 - ours.lowest, limit))
    ratio = None if is_known else OTHER_RATIO_LIMIT
    found += [
        ("error_ratio", "median |ln| ÷ the plain method's", "", _ratio(ours.median_error, plain.median_error), ratio),
        ("winkler_ratio", "Winkler score ÷ the plain method's", "", _ratio(ours.mean_winkler, plain.mean_winkler), ratio),
        *_plain(plain),
    ]
    return [
        Result(name=f"forecast_{name}", title=title, unit=unit, value=value, limit=limit, count=count)
        for name, title, unit, value, limit in found
    ]


def times(told: Replay, build: float) -> list[Result]:
    """Hold what it takes against the limits."""
    add, answer = fmean(told.add_seconds) * MICRO, median(told.answer_seconds) * MICRO
    return [
        Result(
            name="forecast_add",
            title="processor time to take in a run",
            unit="µs",
            value=add,
            limit=ADD_LIMIT_US,
            count=len(told.add_seconds),
        ),
        Result(
            name="forecast_answer",
            title="processor time to forecast",
            unit="µs",
            value=answer,
            limit=ANSWER_LIMIT_US,
            count=len(told.answer_seconds),
        ),
        Result(
            name="forecast_build",
            title=f"processor time to take in {BUILD_RUNS:,} runs",
            unit="s",
            value=build,
            limit=BUILD_LIMIT_SECONDS,
        ),
    ]


def _plain(plain: Score) -> list[tuple[str, str, str, float, None]]:
    found: list[tuple[str, str, str, float, None]] = [
        ("plain_error", "plain method: median |ln|", "", plain.median_error, None),
        ("plain_winkler", "plain method: mean Winkler score", "", plain.mean_winkler, None),
        ("plain_coverage", "plain method: coverage", "%", plain.coverage, None),
        ("plain_width", "plain method: median width, ln", "", plain.median_width, None),
    ]
    if plain.lowest is not None:
        found.append(("plain_uncovered", "plain method: not covered of its worst frequent user", "%", 100 - plain.lowest, None))
    return found


def _ratio(ours: float, plain: float) -> float:
    """Give the ratio; 1 where both are nothing."""
    return ours / plain if plain else 1.0 if not ours else float("inf")


FORECAST = Benchmark(
    name="forecast",
    title="Forecast of run lengths, on a trace of jobs",
    minutes=0.2,
    run=run,
    of_trace=of_trace,
    is_here=True,
)
