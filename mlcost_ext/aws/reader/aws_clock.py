"""AWS's clock, as the Date of its answers tells it: AWS bills by it, whatever this machine's clock says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

MAX_SPAN_SECONDS = 10.0
"""What took longer says too little of when it was answered."""
DATE_STEP_SECONDS = 1.0
"""A Date has whole seconds: it was then, or up to a second later."""


class AwsClock:
    """Set this machine's clock right by what AWS's answers say. For the poll thread."""

    def __init__(self, wall: Callable[[], datetime]) -> None:
        self.wall = wall
        """This machine's clock."""
        self._bounds: tuple[float, float] | None = None

    @property
    def offset_seconds(self) -> float | None:
        """Give AWS's clock minus this machine's, to about half a second; None while no answer has told."""
        return None if self._bounds is None else round(sum(self._bounds) / 2, 3)

    def now(self) -> datetime:
        """Give the time by AWS's clock, as far as it is known."""
        return self.of(self.wall())

    def of(self, moment: datetime) -> datetime:
        """Turn a time of this machine's clock into AWS's."""
        return moment + timedelta(seconds=self.offset_seconds or 0.0)

    def note(self, answered: datetime | None, sent: datetime, received: datetime) -> None:
        """Learn from one call; several narrow the offset down, until one contradicts since a clock was set.

        Args:
            answered: The Date of the answer; None: it has none.
            sent: When the call began, by this machine's clock.
            received: When it was over, by this machine's clock.
        """
        if answered is None or not 0 <= (received - sent).total_seconds() <= MAX_SPAN_SECONDS:
            return
        low = (answered - received).total_seconds()
        high = (answered - sent).total_seconds() + DATE_STEP_SECONDS
        before_low, before_high = self._bounds or (low, high)
        narrowed = (max(low, before_low), min(high, before_high))
        self._bounds = narrowed if narrowed[0] <= narrowed[1] else (low, high)


def answered_at(answer: Mapping[str, Any]) -> datetime | None:
    """Give AWS's own time of an answer or a refusal, which does not depend on this machine's clock."""
    metadata = answer.get("ResponseMetadata")
    headers = metadata.get("HTTPHeaders") if isinstance(metadata, Mapping) else None
    date = headers.get("date") if isinstance(headers, Mapping) else None
    try:
        read = parsedate_to_datetime(date) if isinstance(date, str) else None
    except (TypeError, ValueError):
        return None
    return read if read is not None and read.tzinfo is not None else None
