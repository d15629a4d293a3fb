"""How long the user's own runs have taken, learnt from those that have ended and brought up to date as more do."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from math import ceil

from mlcost_ext.core.planned import RunKey
from mlcost_ext.core.runs import EndedRun, MeasuredInput, OwnSaving, RunDigests, RunForecast
from mlcost_ext.core.times import UTC
from mlcost_ext.forecast import Forecast, Forecaster, Run
from mlcost_ext.jobs.run_key import digest, digests_of

from .input_size import InputSize, converted, measured, told_size

LIKENESS = (
    "the same image, script and data",
    "the same image, data and instances",
    "the same image and instances",
    "the same image",
)
"""What runs of each group have in common, the most specific first."""
FRESH_SECONDS = 1.0
"""What was read counts so long: an estimate asks for each of its alternatives."""
OVERLAP = timedelta(minutes=10)
"""Jobs are not always told in the order of their end."""
MIN_SPOT_RUNS = 3
MOST_SPOT_RUNS = 60
CENT = Decimal("0.01")
MOST_INPUTS = 1000
"""Sizes that are kept between two readings."""

EndedSince = Callable[[str, datetime | None], list[tuple[str, EndedRun]]]
"""Gives runs of a kind that ended since then, each with what tells it from every other; raises OSError."""
InputOf = Callable[[str], MeasuredInput | None]
"""Gives how large the data below a prefix of S3 was when it was last listed, by the prefix's digest; raises OSError."""


@dataclass(slots=True)
class Learnt:
    """What is known of one kind."""

    forecaster: Forecaster = field(default_factory=Forecaster)
    read_at: float = float("-inf")
    through: datetime | None = None
    """Up to which end runs were read."""
    lately: set[str] = field(default_factory=set)
    """Which of those that ended since shortly before were taken."""
    spot: dict[tuple[str, ...], deque[tuple[int, int]]] = field(default_factory=dict)
    """By image (and script), billable seconds and seconds of the latest runs on Spot."""


class LedgerHistory:
    """Forecasts from the ledger; where it cannot be read, by what was read before. May be asked from several threads.

    Args:
        ended_since: Reads the ledger; blocks.
        clock: Seconds that only grow: the ledger is read again after one.
        input_of: Reads how large inputs are; blocks. Left out: of none it is known.
        wall: The time.
    """

    def __init__(
        self,
        ended_since: EndedSince,
        clock: Callable[[], float] = time.monotonic,
        *,
        input_of: InputOf = lambda _: None,
        wall: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._ended_since, self._clock = ended_since, clock
        self._input_of, self._wall = input_of, wall
        self._lock = threading.Lock()
        self._learnt: dict[str, Learnt] = {}
        self._inputs: dict[str, tuple[float, InputSize | None]] = {}

    def forecast(self, kind: str, key: RunKey) -> RunForecast | None:
        """Give how long such a run will take; None: too few like it have ended.

        Only runs that completed count: what failed or was stopped tells how long it was let run, not how long it takes.
        """
        with self._lock:
            learnt = self._brought_up_to_date(kind)
            size = self._size_of(key)
            found = learnt.forecaster.forecast(
                groups_of(digests_of(key), key),
                scale=None if size is None else float(size.input_bytes),
                speed_key=speed_of(key.instance_type, key.instance_count),
            )
        return None if found is None else told(found, size)

    def spot_saving(self, kind: str, key: RunKey) -> OwnSaving | None:
        """Give what Spot has saved of runs like it: 1 - billable / run seconds of all of them together."""
        digests = digests_of(key)
        with self._lock:
            learnt = self._brought_up_to_date(kind)
            for group, likeness in spot_groups(digests):
                runs = learnt.spot.get(group, ())
                if len(runs) >= MIN_SPOT_RUNS:
                    return saving_of(list(runs), likeness)
        return None

    def _size_of(self, key: RunKey) -> InputSize | None:
        """Give how large a run's input is: as the user says, else as S3 has lately listed exactly its prefix; None: not known."""
        if key.input_bytes is not None:
            return told_size(key.input_bytes)
        prefix = digest(key.prefix)
        if prefix is None:
            return None
        now = self._clock()
        read_at, size = self._inputs.get(prefix, (float("-inf"), None))
        if now - read_at >= FRESH_SECONDS:
            with suppress(OSError):  # what was read before counts then
                size = measured(self._input_of(prefix), self._wall())
            if len(self._inputs) >= MOST_INPUTS:
                self._inputs.clear()
            self._inputs[prefix] = (now, size)
        return size

    def _brought_up_to_date(self, kind: str) -> Learnt:
        learnt, now = self._learnt.setdefault(kind, Learnt()), self._clock()
        if now - learnt.read_at < FRESH_SECONDS:
            return learnt
        learnt.read_at = now
        since = None if learnt.through is None else learnt.through - OVERLAP
        try:
            runs = self._ended_since(kind, since)
        except OSError:
            return learnt
        for name, run in runs:
            if name not in learnt.lately:
                learn(learnt, name, run)
        if runs:
            learnt.through = datetime.fromtimestamp(runs[-1][1].ended_at, tz=UTC)
            limit = runs[-1][1].ended_at - OVERLAP.total_seconds()
            learnt.lately = {name for name, run in runs if run.ended_at >= limit}
        return learnt


def learn(learnt: Learnt, name: str, run: EndedRun) -> None:
    """Take one run in."""
    learnt.lately.add(name)
    key = RunKey(instance_type=run.instance_type, instance_count=run.instance_count)
    learnt.forecaster.add(
        Run(
            groups=groups_of(run.digests, key),
            seconds=float(run.seconds),
            ended_at=run.ended_at,
            scale=None if run.input_bytes is None else float(run.input_bytes),
            speed_key=speed_of(run.instance_type, run.instance_count),
        )
    )
    if run.is_spot and run.billable_seconds is not None and run.seconds > 0:
        for group, _ in spot_groups(run.digests):
            learnt.spot.setdefault(group, deque(maxlen=MOST_SPOT_RUNS)).append((run.billable_seconds, run.seconds))


def groups_of(digests: RunDigests, key: RunKey) -> tuple[str | None, ...]:
    """Give what a run shares with others, from the most specific to the most general; None: not known."""
    speed = speed_of(key.instance_type, key.instance_count)
    image, data = digests.image, digests.data
    whole = None if image is None else f"{image}/{digests.script or ''}/{data or ''}"
    with_data = None if image is None or data is None or speed is None else f"{image}//{data}/{speed}"
    with_type = None if image is None or speed is None else f"{image}/{speed}"
    return (
        f"a {whole}" if whole else None,
        with_data and f"b {with_data}",
        with_type and f"c {with_type}",
        image and f"d {image}",
    )


def speed_of(instance_type: str | None, instance_count: int | None) -> str | None:
    """Give what a run's speed depends on; None: not known."""
    return None if instance_type is None else f"{instance_type} x {instance_count or 1}"


def spot_groups(digests: RunDigests) -> list[tuple[tuple[str, ...], str]]:
    """Give whose saving tells of a run's, most specific first, each with its words."""
    own = [] if digests.image is None else [((digests.image,), "the same image")]
    return [*own, ((), "your own on Spot")]


def saving_of(runs: list[tuple[int, int]], likeness: str) -> OwnSaving:
    """Add runs up: what was billed of all the seconds they ran."""
    billed, ran = sum(billed for billed, _ in runs), sum(ran for _, ran in runs)
    percent = (100 * (1 - Decimal(min(billed, ran)) / Decimal(ran))).quantize(CENT)
    return OwnSaving(percent=percent, sample_size=len(runs), likeness=likeness)


def told(found: Forecast, size: InputSize | None) -> RunForecast:
    """Write a forecast in whole seconds, with what it rests on in words."""
    remark = None
    if found.is_across_types:
        remark = "some of them ran on other instances, counted by the ratio of speeds that your own runs have shown"
    is_measured = found.is_across_types or found.group < len(LIKENESS) - 1
    return RunForecast(
        low_seconds=max(1, int(found.low)),
        expected_seconds=max(1, round(found.expected)),
        high_seconds=max(1, ceil(found.high)),
        sample_size=found.sample_size,
        likeness=LIKENESS[found.group],
        is_measured=is_measured,
        remark=remark,
        size_remarks=converted(size) if size is not None and found.is_scaled else (),
    )
