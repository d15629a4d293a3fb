"""From when on changes are asked for: the last one seen, less an overlap, since AWS's index lags."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

OVERLAP = timedelta(seconds=60)
MAX_OVERLAP = timedelta(minutes=5)
"""A thousand jobs launched within a minute are not read again with each poll for longer than this."""
DAY = timedelta(hours=24)
WHOLE_PICTURE_SECONDS = 1800.0
"""The whole picture is taken anew so often, in case an index has lost something."""


def moved(mark: datetime | None, modified: Iterable[datetime | None], started: datetime) -> datetime | None:
    """Move a mark to the last change seen.

    Args:
        mark: Where it was; None at first.
        modified: LastModifiedTime of what the poll has shown.
        started: When the poll began, by AWS's clock: what changed during it is asked for again.
    """
    seen = [time for time in modified if time is not None]
    latest = max([*seen, *([mark] if mark else [])], default=None)
    if latest is None:
        return None
    return max(min(latest, started), started - MAX_OVERLAP)


def since(mark: datetime | None, now: datetime) -> datetime:
    """Give the time to ask from; a day ago while nothing was ever seen, whatever this machine's clock says."""
    return now - DAY if mark is None else mark - OVERLAP
