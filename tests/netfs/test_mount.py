"""The network itself: it fails locks, is late and breaks down as it was told to."""

from __future__ import annotations

import errno
import fcntl
import os
import time
from pathlib import Path

import pytest

from mlcost_ext.ledger.held_folder import locks_work

from .files import Options
from .mounted import mounted


@pytest.mark.parametrize("locks", [True, False])
def test_locks_work_or_fail(tmp_path: Path, locks: bool) -> None:
    """Both kinds, and what the ledger makes of it."""
    with mounted(tmp_path / "disk", tmp_path / "home", Options(locks=locks)) as home, (home / "file").open("wb") as file:
        for lock in (fcntl.flock, fcntl.lockf):
            if locks:
                lock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                continue
            with pytest.raises(OSError) as caught:
                lock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            assert caught.value.errno == errno.ENOLCK
        assert locks_work(home) is locks
        assert list(home.iterdir()) == [home / "file"]


def test_files_are_files(tmp_path: Path) -> None:
    """Appended to, renamed with what is in a folder, cut, unlinked while open."""
    with mounted(tmp_path / "disk", tmp_path / "home", Options()) as home:
        (home / "a").mkdir()
        (home / "a" / "b").write_text("one")
        with (home / "a" / "b").open("a") as file:
            file.write(" two")
        (home / "a").rename(home / "c")
        assert (home / "c" / "b").read_text() == "one two"
        os.truncate(home / "c" / "b", 3)
        with (home / "c" / "b").open() as file:
            (home / "c" / "b").unlink()
            assert (file.read(), os.fstat(file.fileno()).st_nlink) == ("one", 0)
        (home / "c").rmdir()
        assert list(home.iterdir()) == list((tmp_path / "disk").iterdir()) == []


@pytest.mark.parametrize("holes", [True, False])
def test_what_others_write_is_seen_late(tmp_path: Path, holes: bool) -> None:
    """Not at all, then shorter, or zeros in its place; one's own at once."""
    disk = tmp_path / "disk"
    with mounted(disk, tmp_path / "home", Options(late=1, holes=holes)) as home:
        (disk / "file").write_text("one")
        (home / "mine").write_text("mine")
        assert not (home / "file").exists()
        assert (home / "mine").read_text() == "mine"
        time.sleep(1.3)
        assert (home / "file").read_text() == "one"
        with (disk / "file").open("a") as file:
            file.write(" two")
        assert (home / "file").read_text() == ("one\0\0\0\0" if holes else "one")
        time.sleep(1.3)
        assert (home / "file").read_text() == "one two"


def test_it_breaks_down_and_comes_back(tmp_path: Path) -> None:
    """As long as the file of the trouble is there."""
    trouble = tmp_path / "trouble"
    with mounted(tmp_path / "disk", tmp_path / "home", Options(trouble=str(trouble))) as home:
        (home / "file").write_text("text")
        trouble.write_text("ESTALE")
        with pytest.raises(OSError) as caught:
            (home / "file").read_text()
        assert caught.value.errno == errno.ESTALE
        trouble.unlink()
        assert (home / "file").read_text() == "text"
