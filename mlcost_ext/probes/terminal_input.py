"""When somebody last typed in a terminal: the access time of its device, as `w` shows it; what is printed does not move it.

Linux moves that time only when it falls into another span of eight seconds than before (`tty_update_time`), and to whole seconds;
so it may be up to eight seconds old while somebody types on.
"""

from __future__ import annotations

import os
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from mlcost_ext.core.times import UTC

TERMINALS = Path("/dev/pts")
FIRST_MAJOR, LAST_MAJOR = 136, 143
"""Of pseudo-terminals, 256 each."""
GRANULARITY = timedelta(seconds=8)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A terminal at the look before."""

    device_at: datetime
    """Its device's access time."""
    input_at: datetime | None
    looked_at: datetime


class TerminalInputs:
    """Tells input by changes of the device's time, so that a clock that was set makes none."""

    def __init__(self, folder: Path = TERMINALS) -> None:
        """Take the folder of the devices."""
        self._folder = folder
        self._seen: dict[tuple[str, int], Seen] = {}

    def look(self, name: str, tty: int, now: datetime) -> datetime | None:
        """Give when a terminal was last typed in, as far as is known; None: it is not.

        Args:
            name: The terminal's.
            tty: The number of its device.
            now: The time of this look.
        """
        device_at = accessed_at(self._folder, tty)
        before = self._seen.get((name, tty))
        if device_at is None:
            return None if before is None else before.input_at
        input_at = input_of(before, device_at, now)
        self._seen[name, tty] = Seen(device_at=device_at, input_at=input_at, looked_at=now)
        return input_at

    def keep(self, names: Collection[str]) -> None:
        """Forget all other terminals."""
        self._seen = {key: seen for key, seen in self._seen.items() if key[0] in names}

    def shift(self, by: timedelta) -> None:
        """Move what is remembered by what the clock was set; the devices' own times stay as they are."""
        for key, seen in self._seen.items():
            input_at = None if seen.input_at is None else seen.input_at + by
            self._seen[key] = replace(seen, input_at=input_at, looked_at=seen.looked_at + by)


def input_of(before: Seen | None, device_at: datetime, now: datetime) -> datetime | None:
    """Judge a device's time: at first sight it counts unless it is still to come, then whenever it changes.

    One that has changed to a time that cannot be, since the clock was set in between, means the present.
    """
    if before is None:
        return device_at if device_at <= now else None
    if device_at == before.device_at:
        return before.input_at
    return device_at if before.looked_at - GRANULARITY <= device_at <= now else now


def accessed_at(folder: Path, tty: int) -> datetime | None:
    """Give the access time of a pseudo-terminal's device; None: it is none, or is gone."""
    major, minor = tty >> 8 & 0xFFF, tty & 0xFF | tty >> 12 & 0xFFF00
    if not FIRST_MAJOR <= major <= LAST_MAJOR:
        return None
    try:
        found = (folder / str((major - FIRST_MAJOR) * 256 + minor)).stat()
        return datetime.fromtimestamp(found.st_atime, UTC) if found.st_rdev == os.makedev(major, minor) else None
    except (OSError, ValueError, OverflowError):
        return None
