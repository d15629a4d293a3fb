"""A trace of jobs replayed: ours and the plain forecast, asked at each submission, scored on the same rows in the same way.

Jobs are taken in the order of submission; only runs that have ended by then are history; a run of 0 s counts as 1 s; the
last third is scored, each row for which the plain method has a group with three ended runs and a hundred residuals.

The plain method: of the most specific group with at least three ended runs (user, executable and processors; user and
executable; user; all), the last twenty runs, weighted by 0.8 per step back: median, 10 % and 90 % quantiles of ln(seconds),
widened by the 80 % quantile of the last 2,000 conformal residuals.
"""

from __future__ import annotations

import heapq
import math
import time
from bisect import bisect_left
from collections import defaultdict
from dataclasses import dataclass, field
from itertools import accumulate
from pathlib import Path
from statistics import fmean, median

from mlcost_ext.forecast import Forecaster, Run
from mlcost_ext.forecast.window import Window

from .traces import TraceError, rows, wrong

COLUMNS = ("submit_seconds", "run_seconds", "processors", "user", "group", "executable")
ALPHA, RECENT, DECAY, RESIDUALS, WARM_UP = 0.2, 20, 0.8, 2000, 100
FREQUENT = 100
"""Scored runs from which on a user counts as a frequent one."""
MICRO = 1e6
BETWEEN = "\x1f"
Interval = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Job:
    """A row of a trace."""

    submitted: float
    value: float
    """ln(seconds)."""
    groups: tuple[str, ...]
    """User, executable and processors; user and executable; user; all."""
    user: str


@dataclass(slots=True)
class Score:
    """How well one method did."""

    errors: list[float] = field(default_factory=list)
    widths: list[float] = field(default_factory=list)
    winkler: list[float] = field(default_factory=list)
    covered: dict[str, list[bool]] = field(default_factory=lambda: defaultdict(list))

    def add(self, job: Job, low: float, middle: float, high: float) -> None:
        """Score one forecast, as ln(seconds)."""
        value = job.value
        self.errors.append(abs(middle - value))
        self.widths.append(high - low)
        self.winkler.append(high - low + 2 / ALPHA * (max(0, low - value) + max(0, value - high)))
        self.covered[job.user].append(low <= value <= high)

    @property
    def median_error(self) -> float:
        return median(self.errors)

    @property
    def coverage(self) -> float:
        """In percent."""
        return 100 * fmean(each for user in self.covered.values() for each in user)

    @property
    def mean_winkler(self) -> float:
        return fmean(self.winkler)

    @property
    def median_width(self) -> float:
        return median(self.widths)

    @property
    def lowest(self) -> float | None:
        """The coverage of the frequent user who has the lowest, in percent; None: there is no frequent user."""
        return min((100 * fmean(user) for user in self.covered.values() if len(user) >= FREQUENT), default=None)


@dataclass(slots=True)
class Replay:
    """Both methods' scores, and what ours took."""

    jobs: int
    ours: Score = field(default_factory=Score)
    plain: Score = field(default_factory=Score)
    add_seconds: list[float] = field(default_factory=list)
    answer_seconds: list[float] = field(default_factory=list)


class Plain:
    """The plain method."""

    def __init__(self) -> None:
        self.history: dict[tuple[int, str], list[float]] = defaultdict(list)
        self.residuals = Window(RESIDUALS)

    def interval(self, job: Job) -> Interval | None:
        """Give it before it is widened; None: no group has three ended runs."""
        for key in enumerate(job.groups):
            past = self.history.get(key)
            if past is not None and len(past) >= 3:
                return _quantiles(past[-RECENT:])
        return None

    def add(self, job: Job, residual: float | None) -> None:
        """Take in a run that has ended."""
        for key in enumerate(job.groups):
            self.history[key].append(job.value)
        if residual is not None:
            self.residuals.add(residual)


def load(path: Path) -> list[Job]:
    """Read a trace, plain or .gz.

    Raises:
        TraceError: It is not there, or no trace of that shape.
    """
    timed = [(_seconds(path, line, "submit_seconds", row), row) for line, row in rows(path, COLUMNS) if _ran(path, line, row)]
    return [_job(row) for _, row in sorted(timed, key=lambda each: each[0])]


def replay(jobs: list[Job], forecaster: Forecaster | None = None) -> Replay:
    """Ask for each job and tell of each end, in the order of time."""
    ours, plain, told = forecaster or Forecaster(), Plain(), Replay(jobs=len(jobs))
    running: list[tuple[float, int, Job, float | None]] = []
    for number, job in enumerate(jobs):
        while running and running[0][0] <= job.submitted:
            end, _, ended, residual = heapq.heappop(running)
            plain.add(ended, residual)
            began = time.process_time()
            ours.add(Run(groups=ended.groups, seconds=math.exp(ended.value), ended_at=end))
            told.add_seconds.append(time.process_time() - began)
        interval, residual = plain.interval(job), None
        if interval is not None:
            low, middle, high = interval
            residual = max(low - job.value, job.value - high)
            if len(plain.residuals) > WARM_UP and number >= 2 * len(jobs) // 3:
                margin = plain.residuals.quantile(1 - ALPHA)
                told.plain.add(job, low - margin, middle, high + margin)
                began = time.process_time()
                forecast = ours.forecast(job.groups)
                told.answer_seconds.append(time.process_time() - began)
                if forecast is None:
                    raise RuntimeError("There is no forecast where the plain method has one.")
                told.ours.add(job, *map(math.log, (forecast.low, forecast.expected, forecast.high)))
        heapq.heappush(running, (job.submitted + math.exp(job.value), number, job, residual))
    if not told.plain.errors:
        raise TraceError("The trace is too short: no row of its last third can be scored.")
    return told


def build_seconds(jobs: list[Job], runs: int) -> float:
    """Give how long so many runs take to be added: the trace's, over and over, in the order of their end."""
    span = 1 + max(job.submitted + math.exp(job.value) for job in jobs)
    in_order = sorted((job.submitted + math.exp(job.value), number) for number, job in enumerate(jobs))
    ended: list[Run] = []
    while len(ended) < runs:
        before = len(ended) // len(jobs) * span
        ended += [
            Run(groups=jobs[number].groups, seconds=math.exp(jobs[number].value), ended_at=before + end)
            for end, number in in_order[: runs - len(ended)]
        ]
    forecaster, began = Forecaster(), time.process_time()
    for run in ended:
        forecaster.add(run)
    return time.process_time() - began


def _ran(path: Path, line: int, row: dict[str, str]) -> bool:
    return _seconds(path, line, "run_seconds", row) >= 0


def _seconds(path: Path, line: int, column: str, row: dict[str, str]) -> float:
    try:
        return float(row[column])
    except ValueError:
        raise wrong(path, line, column, row[column]) from None


def _job(row: dict[str, str]) -> Job:
    user, executable, processors = row["user"], row["executable"], row["processors"]
    return Job(
        submitted=float(row["submit_seconds"]),
        value=math.log(max(1.0, float(row["run_seconds"]))),
        groups=(BETWEEN.join((user, executable, processors)), BETWEEN.join((user, executable)), user, "all"),
        user=user,
    )


def _quantiles(values: list[float]) -> Interval:
    weights = [DECAY**age for age in range(len(values) - 1, -1, -1)]
    order = sorted(range(len(values)), key=values.__getitem__)
    mass, whole, last = list(accumulate(weights[place] for place in order)), sum(weights), len(values) - 1
    shares = [each / whole for each in mass]
    low, middle, high = (values[order[min(last, bisect_left(shares, part))]] for part in (ALPHA / 2, 0.5, 1 - ALPHA / 2))
    return low, middle, high
