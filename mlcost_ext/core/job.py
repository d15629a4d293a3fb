"""Job: something of AWS that was started and costs while it runs, of whatever kind."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from .runs import RunDigests
from .usage import Accrual, UsageLine

CostBasis = Literal["accruing", "at_most", "final"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Something a figure lacks or rests on: what is so (`message`) and what to do (`hint`)."""

    code: str
    message: str
    hint: str
    subject: str | None = None
    """The name of the thing it concerns; None: all of it."""


JobName = tuple[str, str]
"""Kind and name, within a region."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WarmPool:
    """Instances that are kept for the next job after this one has ended (`WarmPoolStatus`)."""

    status: str
    """AWS's word: ``Available``, ``InUse``, ``Reused`` or ``Terminated``."""
    accrual: Accrual | None
    """Time the kept instances are billed; None: it cannot be told from the description."""
    compute: tuple[UsageLine, ...]
    storage: tuple[UsageLine, ...] | None
    """As a job's; its accrual is the pool's own."""
    until: datetime | None
    """When it ends by itself; None: not known, or it has ended."""
    cost_basis: CostBasis

    @property
    def is_reused(self) -> bool | None:
        """Tell whether another job has taken the instances over; None: AWS has not told yet what becomes of them."""
        return {"Reused": True, "Terminated": False}.get(self.status)

    @property
    def retained_seconds(self) -> int | None:
        """Give how long they were kept, as AWS bills it; None: it has not told, as while they are kept."""
        return int(self.accrual.settled_seconds) if self.accrual is not None and self.cost_basis == "final" else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One job as AWS describes it, with the usage that follows from the description."""

    kind: str
    name: str
    region_id: str
    resource_id: str | None
    status: str
    secondary_status: str | None
    is_running: bool
    can_stop: bool
    spot: bool
    created_at: datetime | None
    started_at: datetime | None
    """When billing began; None: it has not, or AWS does not say."""
    ended_at: datetime | None
    instance_type: str | None
    instance_count: int | None
    max_runtime_in_seconds: int | None
    billable_time_in_seconds: int | None
    failure_reason: str | None
    cost_basis: CostBasis
    accrual: Accrual | None
    """Time billed on instances; None: it cannot be told from the description."""
    storage_accrual: Accrual | None = None
    """Time the volumes were held, which no Spot saving shortens; None: as `accrual`."""
    compute: tuple[UsageLine, ...]
    storage: tuple[UsageLine, ...] | None
    """Empty: it has no volume that is billed; None: not known whether and how large."""
    modified_at: datetime | None = None
    """When AWS last changed it: of two descriptions the later one rules."""
    tags: dict[str, str] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    choices: tuple[tuple[UsageLine, ...], ...] = ()
    """Instance preferences of which AWS has not selected one yet, each with its volumes as far as they are told: exactly one of
    them will be billed, and `compute` is empty.

    Of a sum: for each way its jobs may run, the instances and volumes of all of them together, for the most it can cost.
    """
    are_volumes_untold: bool = False
    """It may hold volumes that are neither in `storage` nor in `choices`: how large they are is not told yet."""
    is_sum: bool = False
    """Its cost is that of the jobs it has started (tuning, AutoML): it has no lines of its own."""
    parent: JobName | None = None
    """The tuning or AutoML job, or the monitoring schedule, that started it."""
    children_started: int | None = None
    """Of a sum: how many jobs AWS says it has started; None: AWS does not say."""
    run_seconds: int | None = None
    """How long it ran, of one that has ended: Spot's interruptions included, as AWS tells it; None: not told."""
    run_digests: RunDigests | None = None
    """What other runs like it have in common with it, of one that has ended; None: not told."""
    warm_pool: WarmPool | None = None
    """Instances kept after its end; None: none were asked for."""
