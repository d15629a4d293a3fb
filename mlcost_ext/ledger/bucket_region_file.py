"""Regions of buckets that AWS has told, kept for a week for all kernels of a user."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from .private_file import write_atomically

NAME = "bucket_regions.json"
KEPT_SECONDS = 7 * 86_400
MOST = 500
MAX_BYTES = 200_000

Told = dict[str, tuple[str, int]]
"""By bucket, its region and when it was told, in seconds since 1970."""


class BucketRegionFile:
    """The file below MLCOST_HOME. Blocks; what cannot be read counts as empty, what cannot be written is not kept."""

    def __init__(self, home: Path) -> None:
        self._path = home / NAME

    def load(self, now: float) -> Told:
        """Give what was told within a week."""
        try:
            with self._path.open("rb") as file:
                found = json.loads(file.read(MAX_BYTES))
        except (OSError, ValueError, RecursionError):
            return {}
        items = found.items() if isinstance(found, dict) else ()
        return {bucket: (told[0], told[1]) for bucket, told in items if is_told(told) and 0 <= now - told[1] < KEPT_SECONDS}

    def keep(self, bucket: str, region_id: str, now: float) -> None:
        """Add a bucket; the oldest ones make room for it.

        Raises:
            OSError: The disk is full, the folder read-only, or the like.
        """
        known = {**self.load(now), bucket: (region_id, int(now))}
        latest = sorted(known.items(), key=lambda item: item[1][1])[-MOST:]
        write_atomically(self._path, json.dumps(dict(latest)).encode())


def is_told(value: Any) -> bool:
    """Tell whether a value of the file is a region and a time."""
    if not isinstance(value, list) or len(value) != 2 or isinstance(value[1], bool):
        return False
    return isinstance(value[0], str) and isinstance(value[1], int)
