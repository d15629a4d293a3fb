"""How long a run will take: as the user says, as earlier runs tell, or as its stopping condition allows."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from mlcost_ext.core.estimate import DurationRange
from mlcost_ext.core.planned import PlannedRun
from mlcost_ext.core.runs import RunForecast
from mlcost_ext.core.words import span

BEYOND = " was given, and its stopping condition ends it after "


@dataclass(frozen=True, slots=True, kw_only=True)
class RunTime:
    """Seconds of one run."""

    low: int | None
    expected: int | None
    high: int | None
    """The most AWS lets it run; None: it has no end."""
    range: DurationRange
    remarks: tuple[str, ...] = ()


def run_time(run: PlannedRun, forecast: RunForecast | None, given_seconds: Decimal | None) -> RunTime:
    """Tell how long a run will take; what the user says counts before what earlier runs tell.

    Args:
        run: As it was asked for.
        forecast: By earlier runs; None: there are too few like it.
        given_seconds: What the user expects, above zero; None: he has not said.
    """
    if run.is_open_ended and given_seconds is None:
        return without_end(run)
    limit = run.max_runtime_in_seconds
    if given_seconds is not None:
        return given(given_seconds, limit)
    if forecast is not None:
        return foreseen(forecast, limit)
    if limit is None:
        return without_end(run)
    remark = f"runtime: no earlier runs like it are known, so the most is counted: its limit, {span(limit)}"
    whole = DurationRange(low=None, expected=limit, high=limit, basis="stopping_condition", sample_size=None)
    return RunTime(low=None, expected=limit, high=limit, range=whole, remarks=(remark,))


def without_end(run: PlannedRun) -> RunTime:
    """Tell of what goes on until somebody ends it."""
    whole = DurationRange(low=None, expected=None, high=None, basis="open_ended", sample_size=None)
    unbound = "runtime: nothing bounds it, and no earlier runs like it are known"
    remark = "runtime: it costs until somebody ends it" if run.is_open_ended else unbound
    return RunTime(low=None, expected=None, high=None, range=whole, remarks=(remark,))


def given(seconds: Decimal, limit: int | None) -> RunTime:
    """Take the user's word, as far as the stopping condition allows."""
    wished = int(seconds.to_integral_value(rounding=ROUND_HALF_UP)) or 1
    expected = wished if limit is None else min(wished, limit)
    whole = DurationRange(low=expected, expected=expected, high=limit, basis="given", sample_size=None)
    remarks = [f"runtime: {span(expected)}, as given"]
    if expected < wished:
        remarks = [f"runtime: {span(wished)}{BEYOND}{span(expected)}"]
    return RunTime(low=expected, expected=expected, high=limit, range=whole, remarks=tuple(remarks))


def foreseen(forecast: RunForecast, limit: int | None) -> RunTime:
    """Take what earlier runs tell, as far as the stopping condition allows."""
    low, expected, most = (
        seconds if limit is None else min(seconds, limit)
        for seconds in (forecast.low_seconds, forecast.expected_seconds, forecast.high_seconds)
    )
    whole = DurationRange(
        low=low, expected=expected, high=limit, basis="history", sample_size=forecast.sample_size, percentile_90=most
    )
    between = f"{span(forecast.low_seconds)} to {span(forecast.high_seconds)}"
    remark = f"runtime: {between} is the 10th to 90th percentile of {forecast.sample_size} runs of {forecast.likeness}"
    if limit is not None and forecast.expected_seconds > limit:
        remark = f"{remark}; its stopping condition ends it after {span(limit)}, probably before it is done"
    remarks = (remark, *([forecast.remark] if forecast.remark else []), *forecast.size_remarks)
    return RunTime(low=low, expected=expected, high=limit, range=whole, remarks=remarks)
