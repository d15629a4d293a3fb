"""What one region tells the server: jobs, jobs that are gone, and how its last poll went."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Protocol

from .aws_clock import AwsClock
from .protocol import slices

SECONDS_BETWEEN_LINES = 0.02
"""The server takes a line in at a time; its event loop gets a breath in between."""


class Sink(Protocol):
    """Where documents go."""

    def write(self, document: dict[str, Any]) -> None:
        """Write one document."""
        ...


class Outlet:
    """The pushes of one region."""

    def __init__(self, region_id: str, sink: Sink, aws_clock: AwsClock, sleep: Callable[[float], None] = time.sleep) -> None:
        self._region_id, self._sink, self._aws_clock, self._sleep = region_id, sink, aws_clock, sleep

    def push_jobs(self, jobs: list[dict[str, Any]]) -> None:
        """Hand on descriptions, a line's worth at a time, with AWS's clock: no figure is to be drawn by a wrong one."""
        for line in slices(jobs):
            offset = self._aws_clock.offset_seconds
            document = {"push": "training_jobs", "region_id": self._region_id, "clock_offset_seconds": offset, "jobs": line}
            self._sink.write(document)
            self._sleep(SECONDS_BETWEEN_LINES)

    def push_gone(self, names: list[str]) -> None:
        """Say that AWS knows no such jobs."""
        self._sink.write({"push": "gone", "region_id": self._region_id, "names": names})
