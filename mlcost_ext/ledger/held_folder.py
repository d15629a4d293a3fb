"""A lock that needs no locks of the file system: whoever renames a folder of its own to ``held`` has it.

A rename onto a folder that is not empty fails everywhere, and the folder holds its holder's name from the first moment on. It is
given back by removing that one name, so nobody can give back what somebody else has.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import time
from pathlib import Path

from .spool_writer import PRIVATE_FILE, PRIVATE_FOLDER, boot_id, host_name

try:
    import fcntl
except ImportError:  # Windows locks in its own way
    fcntl = None  # type: ignore[assignment]

TAKEN = (errno.ENOTEMPTY, errno.EEXIST, errno.EACCES, errno.EPERM)
"""The last two: a server of SMB may refuse the name as such."""
OLD_SECONDS = 86400


class HeldFolder:
    """One lock; whoever has it is told by name, each time by another one that tells whether its process lives.

    Not for several threads.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._held = folder / "held"
        self._name, self._pid = "", 0

    def is_there(self) -> bool:
        """Tell whether somebody has made the folder.

        Raises:
            OSError: It cannot be told.
        """
        try:
            return stat.S_ISDIR(os.stat(self.folder).st_mode)  # noqa: PTH116  (Path.is_dir takes a lost network for no)
        except FileNotFoundError:
            return False

    def take(self) -> bool:
        """Take the lock; False: somebody has it.

        Raises:
            OSError: The folder cannot be written.
        """
        mine = self._token()
        if not (mine / mine.name).exists():  # an empty folder would give way to the next one
            self._make(mine)
        try:
            mine.rename(self._held)
        except OSError as error:
            holder = self.holder()
            if holder == mine.name:  # it was done, but a network lost the answer; or it could not be given back
                remove_token(mine)
                return True
            if error.errno not in TAKEN:
                raise
            if holder is None:  # whoever gave it back was killed before the end, and some networks let nothing take its place
                with contextlib.suppress(OSError):
                    self._held.rmdir()
            return False
        return True

    def take_from(self, holder: str) -> bool:
        """Take the lock from a holder that is gone; False: somebody else was quicker.

        Raises:
            OSError: The folder cannot be written.
        """
        mine = self._token()
        try:
            (self._held / holder).rename(self._held / mine.name)  # fails where that one is not the holder any more
        except FileNotFoundError:
            return self.holder() == mine.name
        remove_token(mine)
        with contextlib.suppress(OSError):
            os.utime(self._held)
        return True

    def release(self) -> bool:
        """Give the lock back; False: it was lost meanwhile, or that cannot be told."""
        if self._pid != os.getpid() or not self._name:
            return False
        try:
            (self._held / self._name).unlink()
        except FileNotFoundError:
            self._name = ""
            return False
        except OSError:
            return False  # the name stays: `take` finds it again
        self._name = ""
        with contextlib.suppress(OSError):  # the next one may be there already
            self._held.rmdir()
        return True

    def holder(self) -> str | None:
        """Give the name of who has it; None: nobody.

        Raises:
            OSError: The folder cannot be read.
        """
        try:
            return next(iter(os.listdir(self._held)), None)  # noqa: PTH208
        except FileNotFoundError:
            return None

    def holding_since(self) -> float:
        """Give the time at which the lock was taken, in seconds by the file system's clock; 0: nobody has it.

        Raises:
            OSError: The folder cannot be read.
        """
        try:
            return self._held.stat().st_mtime
        except FileNotFoundError:
            return 0.0

    def sweep(self) -> None:
        """Remove what processes left behind that are gone for certain, or, elsewhere, were not heard of for a day."""
        with contextlib.suppress(OSError):
            for path in self.folder.iterdir():
                is_old = time.time() - path.stat().st_mtime > OLD_SECONDS
                is_left = has_ended(path.name) if is_of_this_machine(path.name) else is_old
                if is_left and path != self._held and path.name != self._name:
                    remove_token(path)

    def close(self) -> None:
        """Give back what is held and leave nothing behind."""
        if self._pid == os.getpid() and self._name:
            token = self.folder / self._name
            self.release()
            remove_token(token)

    def _token(self) -> Path:
        if self._pid != os.getpid() or not self._name:
            self._name, self._pid = f"{process_name()}-{os.urandom(4).hex()}", os.getpid()
        return self.folder / self._name

    def _make(self, mine: Path) -> None:
        self.folder.mkdir(PRIVATE_FOLDER, exist_ok=True)
        mine.mkdir(PRIVATE_FOLDER, exist_ok=True)
        (mine / mine.name).touch(PRIVATE_FILE)


def remove_token(folder: Path) -> None:
    """Remove a folder that is nobody's lock, and the one file in it."""
    with contextlib.suppress(OSError):
        (folder / folder.name).unlink(missing_ok=True)
        folder.rmdir()


def process_name() -> str:
    """Name this process so that every other one of this machine can tell whether it lives."""
    return f"{machine_name() or host_name()}-{os.getpid()}-{started(os.getpid())}"


def machine_name() -> str | None:
    """Name this host, its boot, and the container that counts its own processes; None: the system does not tell these."""
    try:
        space = os.stat("/proc/self/ns/pid").st_ino  # noqa: PTH116  (it is a link to no path)
    except OSError:
        return None
    boot = boot_id()
    return f"{host_name()}-{boot}-{space}" if boot.strip("0") else None


def started(pid: int) -> str:
    """Give when a process was started, in the kernel's ticks; 0: nobody tells; nothing: it has ended and waits to be buried."""
    try:
        words = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
        return "" if words[0] in {"Z", "X"} else words[19]
    except (OSError, IndexError):
        return "0"


def is_of_this_machine(name: str) -> bool:
    """Tell whether a holder can be asked for."""
    machine = machine_name()
    return machine is not None and name.startswith(f"{machine}-")


def has_ended(name: str) -> bool:
    """Tell whether a process of this machine is gone for certain; of another machine's nobody knows."""
    words = name.rsplit("-", 3)
    if not is_of_this_machine(name) or len(words) < 4 or not words[1].isdecimal():
        return False
    try:
        os.kill(int(words[1]), 0)
    except ProcessLookupError:
        return True
    except (OSError, OverflowError):
        return False
    return words[2] != "0" and started(int(words[1])) not in {"0", words[2]}  # its number may be another one's by now


def locks_work(folder: Path) -> bool:
    """Try on a throw-away file whether the file system has the locks that SQLite takes; where there can be none SQLite will tell.

    Raises:
        OSError: The file cannot be written either, so nothing is known.
    """
    if os.name == "nt":
        return True
    path = folder / f".try-{os.getpid()}-{os.urandom(4).hex()}"
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, PRIVATE_FILE)
    except OSError:
        return True
    try:
        fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.write(descriptor, b"x")
        os.fsync(descriptor)
        return False
    finally:
        os.close(descriptor)
        with contextlib.suppress(OSError):
            path.unlink()
    return True
