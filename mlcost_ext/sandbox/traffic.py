"""How often an endpoint's variant is called: a pure function of the time, nothing is counted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from math import floor
from zlib import crc32

_HOUR = timedelta(hours=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
# Of a whole day's calls, by hour of UTC: people work.
_OF_A_DAY = (1, 1, 1, 1, 1, 2, 3, 5, 8, 10, 10, 9, 7, 8, 10, 10, 9, 7, 5, 3, 2, 2, 1, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Traffic:
    """The calls of one variant between two moments."""

    seed: str  # the same gives the same calls
    per_day: float
    since: datetime
    until: datetime | None = None  # the last call was before it; None: it goes on
    model_latency_microseconds: float = 42_000.0

    def calls(self, start: datetime, end: datetime) -> int:
        """Count the calls from ``start`` up to, but not with, ``end``."""
        start = max(start, self.since)
        end = end if self.until is None else min(end, self.until)
        return sum(self._in_hour(hour, start, end) for hour in _hours(start, end))

    def last_call(self, now: datetime) -> datetime | None:
        """Find the minute of the last call within a month before ``now``."""
        end = now if self.until is None else min(now, self.until)
        for hour in reversed(list(_hours(max(end - 31 * 24 * _HOUR, self.since), end))):
            for minute in range(59, -1, -1):
                at = hour + timedelta(minutes=minute)
                if at < end and self.calls(at, at + timedelta(minutes=1)):
                    return at
        return None

    def _in_hour(self, hour: datetime, start: datetime, end: datetime) -> int:
        whole = self._of_hour(hour)
        return floor(whole * _part(hour, end)) - floor(whole * _part(hour, start))

    def _of_hour(self, hour: datetime) -> int:
        dice = crc32(f"{self.seed} {hour:%Y-%m-%dT%H}".encode()) / 2**32
        weekend = 0.25 if hour.weekday() >= 5 else 1.0
        return floor(self.per_day * weekend * _OF_A_DAY[hour.hour] / sum(_OF_A_DAY) * (0.7 + 0.6 * dice) + dice)


def _hours(start: datetime, end: datetime) -> Iterator[datetime]:
    hour = start - (start - _EPOCH) % _HOUR
    while hour < end:
        yield hour
        hour += _HOUR


def _part(hour: datetime, at: datetime) -> float:
    return min(1.0, max(0.0, (at - hour) / _HOUR))
