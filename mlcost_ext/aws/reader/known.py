"""What is known of a region's jobs, so that only news is handed on, and never older news after newer."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import Any

from . import cut

ENDED = ("Completed", "Failed", "Stopped")


@dataclass(slots=True, kw_only=True)
class Seen:
    """One job as it was last handed on."""

    digest: bytes
    modified: datetime | None
    is_running: bool
    tags: dict[str, str] | None


class Known:
    """The jobs of one region."""

    def __init__(self) -> None:
        self._seen: dict[str, Seen] = {}

    def tags(self, name: str) -> dict[str, str] | None:
        """Give the tags of a job; None where they were never read."""
        seen = self._seen.get(name)
        return seen.tags if seen else None

    def modified(self, name: str) -> datetime | None:
        """Give the LastModifiedTime of a job as handed on; None where it is not known."""
        seen = self._seen.get(name)
        return seen.modified if seen else None

    def running(self) -> set[str]:
        """Give the names of the jobs that had not ended."""
        return {name for name, seen in self._seen.items() if seen.is_running}

    def news(self, jobs: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
        """Give those that differ from what was handed on, and remember them."""
        return [job for job in jobs if self._is_news(job)]

    def keep(self, names: Iterable[str]) -> None:
        """Forget all others."""
        kept = set(names)
        self._seen = {name: seen for name, seen in self._seen.items() if name in kept}

    def drop(self, name: str) -> None:
        """Forget one: AWS knows it no more."""
        self._seen.pop(name, None)

    def _is_news(self, job: dict[str, Any]) -> bool:
        name, seen = job["TrainingJobName"], self._seen.get(job["TrainingJobName"])
        if seen is not None and is_older(job, seen):
            return False
        fresh = Seen(
            digest=digest(job),
            modified=cut.moment(job.get("LastModifiedTime")),
            is_running=job.get("TrainingJobStatus") not in ENDED,
            tags=job["Tags"],
        )
        self._seen[name] = fresh
        return seen is None or seen.digest != fresh.digest


def is_older(job: Mapping[str, Any], seen: Seen) -> bool:
    """Say whether a description lags behind: Search's index does, by up to a minute."""
    if not seen.is_running and job.get("TrainingJobStatus") not in ENDED:
        return True
    modified = cut.moment(job.get("LastModifiedTime"))
    return modified is not None and seen.modified is not None and modified < seen.modified


def is_settled(job: Mapping[str, Any]) -> bool:
    """Say whether nothing more is to come: it has ended, and what was billed is told or there was nothing to bill."""
    if job.get("TrainingJobStatus") not in ENDED:
        return False
    return "BillableTimeInSeconds" in job or "TrainingStartTime" not in job


def digest(job: Mapping[str, Any]) -> bytes:
    """Give a short digest of a description."""
    return blake2b(json.dumps(job, sort_keys=True).encode(), digest_size=8).digest()
