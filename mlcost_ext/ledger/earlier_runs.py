"""The user's own runs before a launch, as rules want them: what is alike of them, and how well they used their machines."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

from mlcost_ext.core.evidence import EarlierRun, Utilisation
from mlcost_ext.core.runs import RunDigests
from mlcost_ext.core.times import UTC, time_from_text, time_to_text
from mlcost_ext.jobs import reading
from mlcost_ext.jobs.run_key import CODE_CHANNELS, CODE_INPUTS

from .database import Database
from .job_store import NANO
from .migrations import POOLS_SINCE
from .utilisation_store import utilisation_of

KEPT = timedelta(days=90)
MOST = 50
PARAMETERS = ("HyperParameters", "Environment", "AlgorithmSpecification", "AppSpecification", "ModelName")
"""Where a request has what its code is told; a spool keeps digests of the user's own words."""
INPUTS = ("InputDataConfig", "ProcessingInputs", "TransformInput")
CODE_NAMES = (*CODE_CHANNELS, *CODE_INPUTS)
RESOURCES = (("ResourceConfig",), ("ProcessingResources", "ClusterConfig"))


class EarlierRunStore:
    """Ended jobs with their launches in a server's file. Blocks for some milliseconds, and may be called from any thread."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._read: tuple[sqlite3.Connection, tuple[object, ...], list[Kept]] | None = None
        """What was read last, and of which state of the file."""

    def earlier_runs(self, kind: str, digests: RunDigests, request: Mapping[str, Any], now: datetime) -> Sequence[EarlierRun]:
        """Give the runs of that kind and image that ended within 90 days, the latest first, at most 50.

        Args:
            kind: Such as ``training``.
            digests: What the run to come has in common with others; without an image there are none.
            request: Its request, as a spool would keep it.
            now: Aware.

        Raises:
            OSError: The file cannot be read.
        """
        if digests.image is None:
            return ()
        inputs = inputs_of(request)
        kept = self._kept(kind, digests.image, since(now.replace(second=0)))
        return [run_of(each, digests, request, inputs) for each in kept]

    def _kept(self, kind: str, image: str, first: str) -> list[Kept]:
        """Read the rows, or give those of the last time where nobody has written since."""
        with self._database.transaction() as connection:
            others = connection.execute("PRAGMA data_version").fetchone()[0]
            state = (others, connection.total_changes, kind, image, first)
            if self._read is not None and self._read[0] is connection and self._read[1] == state:
                return self._read[2]
            runs = RUNS.format(pool=POOL if has_pools(connection) else "NULL, NULL")
            rows = connection.execute(runs, (kind, image, first, MOST)).fetchall()
            found = [each for row in rows if (each := kept_of(*row)) is not None]
            self._read = (connection, state, found)
            return found

    def training_types(self, now: datetime) -> frozenset[str]:
        """Give the instance types that training jobs ran on which ended within 90 days.

        Raises:
            OSError: The file cannot be read.
        """
        with self._database.transaction() as connection:
            return frozenset(name for (name,) in connection.execute(TYPES, (since(now),)))


RUNS = """
    SELECT job.name, status, ended_at, instance_type, instance_count, run_seconds, list_cost, script, data, {pool},
           cpu_percent, gpu_percent, memory_percent, gpu_memory_percent, disk_percent,
           (SELECT request FROM launch
            WHERE launch.kind = job.kind AND launch.region_id = job.region_id AND launch.name = job.name
                  AND result IS NOT 'refused'
            ORDER BY at DESC LIMIT 1)
    FROM ended_job AS job
    LEFT JOIN utilisation AS used ON used.kind = job.kind AND used.region_id = job.region_id AND used.name = job.name
                                     AND used.created_at = job.created_at
    WHERE job.kind = ? AND image = ? AND ended_at >= ?
    ORDER BY ended_at DESC LIMIT ?
"""
POOL = "retained_seconds, is_pool_reused"
TYPES = """
    SELECT instance_type FROM ended_job INDEXED BY ended_job_training_type
    WHERE kind = 'training' AND instance_type IS NOT NULL
    GROUP BY instance_type HAVING MAX(ended_at) >= ?
"""


def has_pools(connection: sqlite3.Connection) -> bool:
    """Tell whether a file has what became of warm pools: one that an earlier version has written has not."""
    return bool(connection.execute("PRAGMA user_version").fetchone()[0] >= POOLS_SINCE)


def since(now: datetime) -> str:
    """Write the time from which on runs count."""
    return time_to_text((now - KEPT).astimezone(UTC).replace(microsecond=0))


@dataclass(frozen=True, slots=True)
class Kept:
    """A row as it is whatever it is compared with. Shapes and units are those of `core.evidence.EarlierRun`."""

    name: str
    status: str
    ended_at: datetime
    instance_type: str | None
    instance_count: int | None
    run_seconds: int | None
    list_cost: Decimal | None
    volume_gb: Decimal | None
    utilisation: Utilisation | None
    retained_seconds: int | None
    is_pool_reused: bool | None
    script: str | None
    data: str | None
    request: Mapping[str, Any] | None
    inputs: list[object]


@lru_cache(maxsize=4 * MOST)
def kept_of(*row: Any) -> Kept | None:
    """Read a row; None: it has no time that can be read. Each launch asks for much the same rows, so the latest are kept."""
    name, status, ended_at, instance_type, count, seconds, list_cost, script, data, retained, is_reused, *percents, launched = row
    ended = time_from_text(ended_at)
    if ended is None:
        return None
    request = request_of(launched)
    return Kept(
        name=name,
        status=status,
        ended_at=ended,
        instance_type=instance_type,
        instance_count=count,
        run_seconds=seconds,
        list_cost=None if list_cost is None else list_cost * NANO,
        volume_gb=volume_of(request or {}),
        utilisation=utilisation_of(percents),
        retained_seconds=retained,
        is_pool_reused=None if is_reused is None else bool(is_reused),
        script=script,
        data=data,
        request=request,
        inputs=inputs_of(request or {}),
    )


def run_of(kept: Kept, digests: RunDigests, request: Mapping[str, Any], inputs: list[object]) -> EarlierRun:
    """Compare a run with the one to come: its digests, its request as a spool would keep it, and that one's inputs."""
    known = kept.request
    return EarlierRun(
        name=kept.name,
        status=kept.status,
        ended_at=kept.ended_at,
        instance_type=kept.instance_type,
        instance_count=kept.instance_count,
        run_seconds=kept.run_seconds,
        list_cost=kept.list_cost,
        volume_gb=kept.volume_gb,
        utilisation=kept.utilisation,
        has_same_code=kept.script == digests.script,
        has_same_data=kept.data == digests.data if known is None else kept.inputs == inputs,
        has_same_parameters=known is not None and all(known.get(key) == request.get(key) for key in PARAMETERS),
        retained_seconds=kept.retained_seconds,
        is_pool_reused=kept.is_pool_reused,
    )


def request_of(text: str | None) -> Mapping[str, Any] | None:
    """Read what was kept of a request; None: nobody saw it launched."""
    try:
        found = json.loads(text or "null")
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, Mapping) and found else None


def inputs_of(request: Mapping[str, Any]) -> list[object]:
    """Give a request's inputs but for its code, which SDKs bring to another address each time."""
    found: list[object] = []
    for key in INPUTS:
        told = request.get(key)
        if isinstance(told, list):
            found += [each for each in told if not is_code(each)]
        elif told is not None:
            found.append(told)
    return found


def is_code(item: object) -> bool:
    """Tell whether an input is the code."""
    return isinstance(item, Mapping) and (item.get("ChannelName") or item.get("InputName")) in CODE_NAMES


def volume_of(request: Mapping[str, Any]) -> Decimal | None:
    """Give the size of the volume that was asked for; None: none was, or it is not known."""
    for place in RESOURCES:
        found = request
        for key in place:
            found = reading.inner(found, key)
        size = reading.whole(found, "VolumeSizeInGB")
        if size is not None:
            return Decimal(size)
    return None
