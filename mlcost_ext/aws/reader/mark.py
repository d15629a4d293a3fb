"""From when on changes are asked for: the last one seen, less an overlap, since AWS's index lags."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

OVERLAP = timedelta(seconds=60)
MAX_OVERLAP = timedelta(minutes=10)
"""What the index shows so late is still met by the next readings, where there is room for it."""
MAX_AGE = timedelta(minutes=5)
"""Of a mark: where nothing changes, it follows the clock at this distance."""
ROOM = 70
"""Records of the overlap in a reading: they and what is new fit into one page of a hundred."""
OWED_SECONDS = 75.0
"""After a thousand changes within a minute the full overlap is read only once more, this much later."""
DAY = timedelta(hours=24)
SECOND = timedelta(seconds=1)


class Mark:
    """The last change that was seen."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._at: datetime | None = None
        self._recent: list[datetime] = []
        """The latest changes of the last reading, one more than there is room for."""
        self._owed: tuple[float, datetime] | None = None
        """When to look again, and from when on."""
        self._paid: datetime | None = None
        """Where the mark was when that was done last."""

    def begin(self, started: datetime) -> None:
        """Take everything before this time for seen."""
        self._at, self._recent, self._owed, self._paid = started, [], None, None

    def since(self, now: datetime) -> datetime:
        """Give the time to ask from; a day ago while nothing was ever seen, whatever this machine's clock says."""
        if self._at is None:
            return now - DAY
        since = self._at - MAX_OVERLAP
        if len(self._recent) > ROOM:
            since = max(since, self._recent[0].replace(microsecond=0) + SECOND)
        least = self._at - OVERLAP
        if since > least and self._owed is None and (self._paid is None or self._at > self._paid):
            self._owed = (self._clock() + OWED_SECONDS, least)
        return min(since, self._owed[1]) if self._owed is not None and self._is_payable() else since

    def move(self, modified: Iterable[datetime | None], started: datetime) -> None:
        """Move to the last change seen.

        Args:
            modified: LastModifiedTime of all that the reading has shown.
            started: When it began, by AWS's clock: what changed during it is asked for again.
        """
        seen = sorted(time for time in modified if time is not None)
        if self._owed is not None and self._is_payable():
            self._owed, self._paid = None, self._at
        if len(seen) > ROOM or not self._recent or (seen and seen[0] <= self._recent[0]):
            self._recent = seen[-ROOM - 1 :]
        else:
            self._recent = [*self._recent, *(time for time in seen if time > self._recent[-1])][-ROOM - 1 :]
        latest = max([*seen[-1:], *([self._at] if self._at else [])], default=None)
        if latest is not None:
            self._at = max(min(latest, started), started - MAX_AGE)

    def _is_payable(self) -> bool:
        return self._owed is not None and self._clock() >= self._owed[0]
