"""Planned: what a request asks for, as usage without a price and without knowing how long it will take."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from .job import Problem
from .runs import RunDigests
from .usage import UsageLine

Clock = Literal["run", "kept", "always"]
"""How long a line is used: as long as a run; after it, up to `PlannedRun.keep_alive_seconds`; until somebody ends it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedLine:
    """A line, and by which clock it is used."""

    line: UsageLine
    clock: Clock = "run"
    is_prepaid: bool = False
    """Paid up front (a training plan, a reservation): an hour of it adds nothing."""
    at_most: Decimal | None = None
    """The quantity that scaling may bring it to; None: it stays as it is."""
    at_least: Decimal | None = None
    """The quantity that scaling may bring it down to."""


Way = tuple[PlannedLine, ...]
"""Lines that belong together: of the ways of a run exactly one will be billed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunKey:
    """What makes two runs alike, most telling first; None: the request does not say, or not in a way that can be compared."""

    image: str | None = None
    """Image URI or algorithm name."""
    script: str | None = None
    """Source archive and entry point, such as ``s3://…/sourcedir.tar.gz#train.py``, without what changes from run to run."""
    data: str | None = None
    """Prefix of the first channel, without what changes from run to run."""
    instance_type: str | None = None
    instance_count: int | None = None
    told: RunDigests | None = None
    """The digests of image, script and data, where only these are told, as by a spool."""
    prefix: str | None = None
    """Where that channel's data is, as it is written: a prefix of S3, all below which is read; None: it is none."""
    input_bytes: int | None = None
    """How large that data is, as the user says; None: he does not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedRun:
    """A job of so many runs, each of which uses its lines for as long as it takes; what has no end is one run without one."""

    ways: tuple[Way, ...]
    """One way, or one for each of the instance preferences that AWS will choose from."""
    is_open_ended: bool = False
    max_runtime_in_seconds: int | None = None
    """After which AWS ends a run; None: it is open-ended, or ends by itself and nothing bounds it (a transform job)."""
    is_default_limit: bool = False
    """Whether the request has no stopping condition, so that AWS's own holds."""
    is_spot: bool = False
    keep_alive_seconds: int = 0
    fewest: int = 1
    """Runs of this kind: of a tuning job its jobs."""
    most: int = 1
    parallel: int = 1
    whole_limit_seconds: int | None = None
    """After which AWS ends all of them (a tuning job's `MaxRuntimeInSeconds`); None: it has no such limit."""
    key: RunKey = RunKey()


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A request as it was understood."""

    kind: str
    region_id: str
    runs: tuple[PlannedRun, ...]
    """One; of a tuning job with several definitions one for each."""
    fewest_together: int | None = None
    """Of several runs that share a number (a tuning job's definitions): how many all are at least; each has `fewest` 0."""
    most_together: int | None = None
    """And at most; each has it as its `most`, `parallel` and `whole_limit_seconds` are shared too. None: nothing is shared."""
    assumptions: tuple[str, ...] = ()
    """What is taken for granted, one sentence each."""
    unpriced: tuple[Problem, ...] = ()
    """What will be billed and cannot be counted at all, such as tokens or calls: the estimate is not complete."""
    notes: tuple[Problem, ...] = ()
    """What a figure lacks that is no missing price in that sense, such as the size of a volume that AWS chooses."""
