"""Standing: something of AWS that costs until somebody ends it: an endpoint, an app, a space's volume, a warm pool."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from .job import Problem
from .usage import UsageLine

LastUse = Literal["seen", "none_seen", "unknown"]
"""`none_seen`: CloudWatch was asked, and there was no use as far back as was looked; `unknown`: nobody could tell."""

SinceBasis = Literal["accruing", "at_most"]
"""`at_most`: the time that a cost counts from may be too early."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of it that is sized by itself: a variant of an endpoint, or an inference component."""

    name: str
    kind: Literal["variant", "shadow_variant", "component"]
    mode: str | None
    """Of a variant: ``real-time``, ``serverless`` or ``asynchronous``."""
    instance_type: str | None
    instance_count: int | None
    """Instances there are now (`CurrentInstanceCount`), or copies of a component; None: not known."""
    lines: tuple[UsageLine, ...] = ()
    """What it uses as things stand; empty: nothing, or not known (then a problem of the whole says so)."""
    last_use: LastUse = "unknown"
    last_used_at: datetime | None = None
    memory_size_mb: int | None = None
    """Of a serverless variant."""
    max_concurrency: int | None = None
    provisioned_concurrency: int | None = None
    share: float | None = None
    """Of a component: the part of its variant's instances that it reserves, 0 to 1; None: it cannot be told."""
    status: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One such thing as AWS describes it, with what it uses as things stand."""

    kind: str
    """``endpoint``, ``app``, ``space``, ``notebook``, ``warm-pool`` or ``schedule``."""
    name: str
    region_id: str
    resource_id: str | None
    status: str
    is_costing: bool
    """Whether instances are billed now; a stopped one still has `kept`."""
    can_end: bool
    """Whether AWS would take a delete, a stop or a release now."""
    mode: str | None = None
    """Of an endpoint as of `Part`, ``mixed`` where its variants differ; of an app its AppType; of a schedule its expression."""
    created_at: datetime | None = None
    modified_at: datetime | None = None
    """When AWS last changed it: of two descriptions the later one rules."""
    since: datetime | None = None
    """Since when `compute` has been billed without a change; None: not known, so only a rate can be told."""
    since_basis: SinceBasis = "accruing"
    until: datetime | None = None
    """When it ends by itself; None: it does not, or that is not known."""
    instance_type: str | None = None
    instance_count: int | None = None
    compute: tuple[UsageLine, ...] | None = ()
    """What accrues now; empty: nothing; None: not known."""
    kept: tuple[UsageLine, ...] | None = ()
    """Storage that is billed whether it runs or not; empty: none; None: not known."""
    parts: tuple[Part, ...] = ()
    per_run: tuple[UsageLine, ...] = ()
    """Of a schedule: what one run of it uses; empty: not known."""
    seconds_per_run: int | None = None
    """Of a schedule: after how long a run is stopped; None: not known."""
    last_use: LastUse = "unknown"
    last_used_at: datetime | None = None
    domain_id: str | None = None
    """Of an app or a space."""
    space_name: str | None = None
    user_profile_name: str | None = None
    """Of an app: whose it is; of a space: who owns it."""
    app_type: str | None = None
    parent: str | None = None
    """Of a warm pool its training job, of a schedule its endpoint, of an app its space."""
    failure_reason: str | None = None
    is_ours: bool | None = None
    """Whether the surroundings say so (the space's own app, an owner's name); None: tags and launches decide."""
    tags: dict[str, str] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
