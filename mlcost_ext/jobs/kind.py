"""What a kind of job has to say for itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from mlcost_ext.core.job import Job


@dataclass(frozen=True, slots=True, kw_only=True)
class JobKind:
    """One kind of thing that can be started."""

    name: str
    """As in the path ``jobs/<kind>/<name>``."""
    title: str
    component: str
    """AWS's price component of its instances."""
    read: Callable[[Mapping[str, Any], Callable[[str], bool]], Job]
    """Turn AWS's description into a Job; told which instance types bring their own disk."""
    launched: Callable[[str, str, Mapping[str, Any]], Job]
    """Turn (region, name, request) of a launch that AWS has not described yet into a Job."""
