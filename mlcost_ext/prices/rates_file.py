"""The file of the user's rates: read again when it changes; a broken one leaves the last good one in force."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from datetime import date, datetime, timezone
from pathlib import Path

from mlcost_ext.policy.yaml_nodes import Fault

from .rates import Rates

MAX_BYTES = 1_000_000
LOOK_EVERY_SECONDS = 5.0
Signature = tuple[int, int, int]


class RatesFile:
    """Follow one file of rates, such as ``MLCOST_HOME/rates.yaml``; there need not be one."""

    def __init__(self, path: Path, clock: Callable[[], float], look_every_seconds: float = LOOK_EVERY_SECONDS) -> None:
        self._path = path
        self._clock = clock
        self._look_every_seconds = look_every_seconds
        self._looked_at: float | None = None
        self._signature: Signature | None = None
        self._rates = Rates()
        self._faults: tuple[Fault, ...] = ()

    def rates(self) -> Rates:
        """Give the rates of the last good file; the same object as long as nothing changes."""
        now = self._clock()
        if self._looked_at is None or now - self._looked_at >= self._look_every_seconds:
            self.look()
        return self._rates

    def look(self) -> None:
        """Look at the file now; blocks as long as the disk takes."""
        self._looked_at = self._clock()
        self._look()

    @property
    def faults(self) -> tuple[Fault, ...]:
        """What is wrong with the file as it is now; empty: nothing, or there is none."""
        self.rates()
        return self._faults

    def _look(self) -> None:
        try:
            found = self._path.stat()
        except (FileNotFoundError, NotADirectoryError):
            if self._signature is not None or self._faults:
                self._signature, self._rates, self._faults = None, Rates(), ()
            return
        except (OSError, ValueError) as error:
            self._signature, self._faults = None, (unreadable(error),)
            return
        if signature(found) != self._signature:
            self._read()

    def _read(self) -> None:
        try:
            data, found = content(self._path)
        except OSError as error:
            self._signature, self._faults = None, (unreadable(error),)
            return
        from .rates_text import read_rates  # most users have no such file, and a kernel would wait for it

        self._signature = signature(found)
        if len(data) > MAX_BYTES:
            self._faults = (too_large(),)
            return
        try:
            rates, self._faults = read_rates(data, name=self._path.name, as_of=day_of(found.st_mtime))
        except ImportError:
            self._faults = (no_yaml(),)
        if not self._faults:
            self._rates = rates


def signature(found: os.stat_result) -> Signature:
    """Give what changes with the file."""
    return (found.st_mtime_ns, found.st_size, found.st_ino)


def content(path: Path) -> tuple[bytes, os.stat_result]:
    """Read a file, one byte more than may be at most, with its state at that moment.

    Raises:
        OSError: It cannot be read, or is no file; a pipe is not waited for.
    """
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0))
    with os.fdopen(descriptor, "rb") as file:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise OSError("it is no file")
        return file.read(MAX_BYTES + 1), found


def day_of(epoch_seconds: float) -> str:
    """Give the day (UTC) of a file's time as an ISO date; some file systems have times that no calendar has."""
    try:
        return datetime.fromtimestamp(epoch_seconds, timezone.utc).date().isoformat()
    except (ValueError, OverflowError, OSError):
        return date.min.isoformat()


def unreadable(error: Exception) -> Fault:
    """Say that the file cannot be read."""
    why = getattr(error, "strerror", None) or str(error)
    return Fault(
        line=None, column=None, message=f"The file cannot be read: {why}.", hint="Make it a plain file that you may read."
    )


def no_yaml() -> Fault:
    """Say that there is nothing to read YAML with."""
    hint = "Install it: python -m pip install PyYAML."
    return Fault(line=None, column=None, message="The file cannot be read without PyYAML.", hint=hint)


def too_large() -> Fault:
    """Say that the file is too large."""
    return Fault(
        line=None, column=None, message="The file is larger than 1 MB.", hint="Match a family or a list of types at once."
    )
