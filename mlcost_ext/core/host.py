"""Where this Jupyter server runs, and what is known of that machine."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction

from .job import Problem
from .money import billing_currency_of
from .standing import SinceBasis

OWNS_BY_TAGS = ("studio", "unified_studio")
"""Hosts that put tags of their own on everything launched from them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StudioApp:
    """The names under which SageMaker knows an app of a Studio space."""

    domain_id: str
    space_name: str
    app_type: str
    """``JupyterLab`` or ``CodeEditor``."""
    app_name: str
    user_profile_name: str | None = None
    """None: a shared space, which is nobody's own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeShare:
    """The part of a node that a JupyterHub server asked for: the largest of its shares of CPU, memory and GPUs."""

    fraction: Fraction
    """0 to 1, of the node's price."""
    reason: str
    """In words, such as ``2 of 8 vCPU``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """A machine as its surroundings tell it; what only AWS knows is filled in later."""

    kind: str
    """``studio``, ``unified_studio``, ``notebook_instance``, ``jupyterhub``, ``ec2`` or ``local``."""
    region_id: str | None
    """Where jobs are looked for first; None: no region is set."""
    located_in: str | None = None
    """The region of the machine itself, as it tells it; None: as `region_id`."""
    studio_app: StudioApp | None = None
    notebook_instance_name: str | None = None
    owner_tags: dict[str, str] = field(default_factory=dict)
    """Tags that mark a resource as launched from here."""
    instance_type: str | None = None
    """Such as ``ml.t3.medium``, or of an EC2 machine ``m5.xlarge``; on a hub that of the node."""
    component: str = "EC2"
    """AWS's price component of an hour of it."""
    share: NodeShare | None = None
    """The part of `instance_type` that is this session's; None: all of it, but on a hub: not known."""
    started_at: datetime | None = None
    """When the machine began to cost, as AWS or the machine tells it; None: not known."""
    container_started_at: datetime | None = None
    """Of a Studio app: when its container was started. AWS keeps an app's time where it is started again within a day."""
    volume_gb: int | None = None
    """Storage that goes on costing when the machine is stopped; None: not known, or none."""
    storage_component: str | None = None
    """AWS's price component of that storage; None: this kind of machine has none that is told."""
    idle_timeout_in_minutes: int | None = None
    """Of Studio's own idle shutdown, where the space has one of its own; None: not known."""
    is_spot: bool = False
    """AWS bills its Spot price, which no list has; the list price is the most it costs."""
    is_prepaid: bool = False
    """A capacity block was paid up front: an hour more or less of it costs nothing."""
    prepaid_until: datetime | None = None
    """When that ends; None: not told."""
    is_shared: bool = False
    """Several people work on it."""
    does_nothing: bool = False
    """Studio's recovery mode: nothing of ours may stand in the way."""
    problems: tuple[Problem, ...] = ()

    @property
    def can_enumerate(self) -> bool:
        """Whether our jobs can all be found: in Studio those of the space's other kernels too, by their tags."""
        return self.kind not in OWNS_BY_TAGS or bool(self.owner_tags)

    @property
    def billing_currency(self) -> str:
        """The currency of all figures: the one that AWS bills the session's region in."""
        return billing_currency_of(self.region_id or self.machine_region_id or "")

    @property
    def machine_region_id(self) -> str | None:
        """The region that the machine is in, and that its price is of."""
        return self.located_in or self.region_id

    @property
    def costs_since(self) -> datetime | None:
        """When the machine began to cost: the later of what is told; None: not known."""
        return max((time for time in (self.started_at, self.container_started_at) if time), default=None)

    @property
    def since_basis(self) -> SinceBasis:
        """Whether that time may be too early, as that of a Studio app whose container's start is not known."""
        return "at_most" if self.studio_app and not self.container_started_at else "accruing"

    @property
    def is_part_unknown(self) -> bool:
        """Whether it is a part of a node, and nobody knows how large a part: the node's price is not its own."""
        return self.kind == "jupyterhub" and self.share is None

    def is_prepaid_at(self, now: datetime) -> bool:
        """Tell whether an hour from `now` on costs nothing more."""
        return self.is_prepaid and (self.prepaid_until is None or now < self.prepaid_until)
