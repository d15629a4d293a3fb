"""Instance preferences of which AWS has not selected one yet: each is a way the job may run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from mlcost_ext.core.job import Job
from mlcost_ext.core.usage import UsageLine

from . import reading
from .instances import compute_lines, preferences, storage_lines


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """What one of them would use."""

    instance_type: str | None
    compute: tuple[UsageLine, ...]
    volumes: tuple[UsageLine, ...] | None
    """Empty: it would have none; None: how large they would be is not told."""


def ways_of(
    config: Mapping[str, Any], region_id: str, component: str, work: str, has_local_disk: Callable[[str], bool]
) -> list[Way]:
    """Give the way of each preference; none at all if one cannot be read."""
    volume_gb = reading.whole(config, "VolumeSizeInGB")
    found = [
        Way(
            instance_type=group[0],
            compute=compute_lines([group], region_id, component, work),
            volumes=storage_lines([group], volume_gb, region_id, f"Storage-{component}", has_local_disk),
        )
        for group in preferences(config)
    ]
    return found if all(way.compute for way in found) else []


def with_choices(job: Job, ways: Iterable[Way]) -> Job:
    """Fill in the ways a job may run; while it waits for one of them no volume is held."""
    found = list(ways)
    return replace(
        job,
        choices=tuple((*way.compute, *(way.volumes or ())) for way in found),
        are_volumes_untold=any(way.volumes is None for way in found),
        storage=() if found else None,
    )


def without_volumes(job: Job) -> Job:
    """Tell a launch: while it waits no volume is held, and only AWS's description will tell of one."""
    return replace(job, storage=(), are_volumes_untold=True)
