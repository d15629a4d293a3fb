"""How far AWS's clock is ahead of this machine's, as far as its answers have told it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from mlcost_ext.probes.machine_clock import booted_seconds

from .freshness import clock_offset, is_failure, problem_in

OFFSET_STEP_SECONDS = 2.0


class AwsTime:
    """AWS's clock minus this machine's."""

    def __init__(self, elapsed: Callable[[], float] = booted_seconds) -> None:
        self._elapsed = elapsed
        self.offset = timedelta(0)
        self.offset_seconds: float | None = None
        """In steps; None: AWS has not answered yet."""
        self.told_at = float("-inf")
        """When an answer of AWS's has told it last, in seconds since this machine was booted."""

    def note(self, document: Mapping[str, Any]) -> bool:
        """Learn from a push of the reader, and tell whether AWS's time is another one now.

        A reading that has failed tells how far the clocks were apart when AWS last answered.
        """
        offset, problem = clock_offset(document), problem_in(document)
        if offset is None:
            return False
        if problem is None or not is_failure(problem):
            self.told_at = self._elapsed()
        is_step = abs(offset - self.offset.total_seconds()) >= OFFSET_STEP_SECONDS
        if not is_step and self.offset_seconds is not None:
            return False
        self.offset = timedelta(seconds=offset) if is_step else self.offset
        self.offset_seconds = self.offset.total_seconds()
        return True
