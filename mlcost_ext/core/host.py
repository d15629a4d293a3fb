"""Where this Jupyter server runs, and what is known of that machine."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from .job import Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class StudioApp:
    """The names under which SageMaker knows a JupyterLab app of a Studio space."""

    domain_id: str
    space_name: str
    app_type: str
    app_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """A machine as its surroundings tell it; what only AWS knows is filled in later."""

    kind: str
    """``studio`` or ``local``."""
    region_id: str | None
    studio_app: StudioApp | None = None
    owner_tags: dict[str, str] = field(default_factory=dict)
    """Tags that mark a resource as launched from here."""
    instance_type: str | None = None
    started_at: datetime | None = None
    """When the machine began to cost; None: not known."""
    volume_gb: int | None = None
    """Storage that goes on costing when the machine is stopped; None: not known, or none."""
    problems: tuple[Problem, ...] = ()

    @property
    def can_enumerate(self) -> bool:
        """Whether our jobs can all be found: in Studio those of the space's other kernels too, by their tags."""
        return self.kind != "studio" or bool(self.owner_tags)
