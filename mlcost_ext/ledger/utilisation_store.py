"""How well ended jobs have used their machines, each asked for once, by what CloudWatch has measured."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from mlcost_ext.core.evidence import Utilisation
from mlcost_ext.core.times import UTC, time_from_text, time_to_text

from .database import Database

STEP = Decimal("0.01")
MOST_PERCENT = 100.0
KINDS = ("training", "processing")
"""Those of whose machines CloudWatch can be asked by the job's name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobKey:
    """What tells a job from every other."""

    kind: str
    region_id: str
    name: str
    created_at: str
    """As the table has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unmeasured:
    """A job that nobody has asked CloudWatch about yet."""

    key: JobKey
    instance_type: str
    ended_at: datetime
    run_seconds: int


class UtilisationStore:
    """Utilisation in the server's file. Every method blocks and may be called from any thread."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, measured: Iterable[tuple[JobKey, Utilisation | None]], at: datetime) -> None:
        """Keep what was measured of jobs; None: nothing was, and they are not asked for again.

        Raises:
            OSError: The file cannot be written.
        """
        moment = time_to_text(at.astimezone(UTC).replace(microsecond=0))
        rows = [
            (key.kind, key.region_id, key.name, key.created_at, *(number_of(value) for value in values_of(used)), moment)
            for key, used in measured
        ]
        with self._database.transaction() as connection:
            connection.executemany(PUT, rows)

    def unmeasured(self, since: datetime, until: datetime, most: int) -> list[Unmeasured]:
        """Give jobs that ended within a time, ran, and were not asked for, the latest first.

        Raises:
            OSError: The file cannot be read.
        """
        times = (time_to_text(at.astimezone(UTC).replace(microsecond=0)) for at in (since, until))
        with self._database.transaction() as connection:
            rows = connection.execute(UNMEASURED, (*times, *KINDS, most)).fetchall()
        return [
            Unmeasured(
                key=JobKey(kind=kind, region_id=region_id, name=name, created_at=created_at),
                instance_type=instance_type,
                ended_at=ended,
                run_seconds=seconds,
            )
            for kind, region_id, name, created_at, instance_type, ended_at, seconds in rows
            if (ended := time_from_text(ended_at)) is not None
        ]


PUT = "INSERT OR REPLACE INTO utilisation VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
UNMEASURED = """
    SELECT kind, region_id, name, created_at, instance_type, ended_at, run_seconds FROM ended_job AS job
    WHERE ended_at >= ? AND ended_at <= ? AND kind IN (?, ?) AND run_seconds > 0 AND instance_type IS NOT NULL
          AND NOT EXISTS (
              SELECT 1 FROM utilisation AS used WHERE used.kind = job.kind AND used.region_id = job.region_id
                                                      AND used.name = job.name AND used.created_at = job.created_at)
    ORDER BY ended_at DESC LIMIT ?
"""


def values_of(used: Utilisation | None) -> tuple[Decimal | None, ...]:
    """Give the five in the order of the table."""
    if used is None:
        return (None,) * 5
    return used.cpu_percent, used.gpu_percent, used.memory_percent, used.gpu_memory_percent, used.disk_percent


def number_of(value: Decimal | None) -> float | None:
    """Write a percentage, between 0 and 100."""
    return None if value is None else min(MOST_PERCENT, max(0.0, float(value)))


def utilisation_of(values: Sequence[Any]) -> Utilisation | None:
    """Read the five of a row; None: nothing was measured."""
    cpu, gpu, memory, gpu_memory, disk = (None if value is None else Decimal(value).quantize(STEP) for value in values)
    if cpu is gpu is memory is gpu_memory is disk is None:
        return None
    return Utilisation(cpu_percent=cpu, gpu_percent=gpu, memory_percent=memory, gpu_memory_percent=gpu_memory, disk_percent=disk)
