"""What a kind of job, or of thing that stands until somebody ends it, has to say for itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from mlcost_ext.core.instance import InstanceFacts
from mlcost_ext.core.job import Job
from mlcost_ext.core.standing import Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class JobKind:
    """One kind of thing that can be started and ends by itself."""

    name: str
    """As in the path ``jobs/<kind>/<name>``."""
    title: str
    component: str | None
    """AWS's price component of its instances; None: it has none of its own."""
    read: Callable[[Mapping[str, Any], Callable[[str], bool]], Job]
    """Turn AWS's description into a Job; told which instance types bring their own disk."""
    launched: Callable[[str, str, Mapping[str, Any]], Job]
    """Turn (region, name, request) of a launch that AWS has not described yet into a Job."""


class Facts(Protocol):
    """Somebody who knows instance types."""

    def has_local_disk(self, instance_type: str) -> bool:
        """Tell whether a type brings its own disk, so that no volume is billed."""
        ...

    def instance_facts(self, instance_type: str) -> InstanceFacts | None:
        """Give what a type is made of; None: nobody knows."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingKind:
    """One kind of thing that costs until somebody ends it."""

    name: str
    """As in paths and in the reader's pushes."""
    title: str
    read: Callable[[Mapping[str, Any], Facts], Standing]
    """Turn AWS's description into a Standing; told what instance types are made of."""
