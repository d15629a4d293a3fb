"""What a kind of request has to say for itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from mlcost_ext.core.planned import Planned
from mlcost_ext.jobs.kind import Facts

from .asked import Asked


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestKind:
    """One kind of request that can start spending."""

    name: str
    """As in ``{"kind": "training"}``; where a description of such a thing is read too, by the same name."""
    title: str
    operations: tuple[str, ...]
    """AWS's operations that take it, such as ``CreateTrainingJob``."""
    marks: tuple[str, ...]
    """Members that tell a request of this kind."""
    read: Callable[[Asked, str, Facts], Planned]
    """Turn (request, region, instance types' facts) into planned usage; raises UsageError."""
    also: tuple[str, ...] = ()
    """Marks of other kinds that are no contradiction where this kind is named."""
