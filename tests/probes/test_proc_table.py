"""All processes by one pass over ``/proc``."""

from __future__ import annotations

import os
from pathlib import Path

import psutil
import pytest

from mlcost_ext.probes.cpu_meter import TICKS
from mlcost_ext.probes.proc_table import parsed, read_process, read_table, user_of
from tests.probes.live import eventually, running

STAT = b"17 (%s) S 3 17 12 34816 20 4194304 90 0 0 0 700 30 55 5 20 0 1 0 4711 1000 10 18446744073709551615 0 0"


@pytest.mark.parametrize(
    ("name", "shown"),
    [(b"python3", "python3"), (b"a) R 1 (b", "a) R 1 (b"), (b"tmux: server", "tmux: server"), (b"\xff\n", "\ufffd\n"), (b"", "")],
)
def test_a_line_is_taken_apart_whatever_the_name_holds(name: bytes, shown: str) -> None:
    """The name stands in brackets, and is the process's own choice."""
    found = parsed(STAT % name)
    assert found == (17, shown, "S", 3, 17, 12, 34816, 20, 730, 60, 4711)
    assert found.identity == (17, 4711)


@pytest.mark.parametrize("stat", [b"", b"17 (x) S 3", b"x (y) S 3 17 12", b"17 (x)", b"\0\0"])
def test_a_line_that_is_none_is_no_process(stat: bytes, tmp_path: Path) -> None:
    """As of a process that ends just then."""
    (tmp_path / "17").mkdir()
    (tmp_path / "17" / "stat").write_bytes(stat)
    assert read_process(tmp_path, "17") is None
    with pytest.raises(OSError, match="tells no process"):
        read_table(tmp_path)


def test_a_machine_without_proc(tmp_path: Path) -> None:
    """As a Mac."""
    with pytest.raises(FileNotFoundError):
        read_table(tmp_path / "proc")


def test_this_process_is_as_it_knows_itself() -> None:
    """Parents, group, session, CPU time and start agree with what the system calls and psutil say."""
    before = os.times()
    found = read_table()[os.getpid()]
    after = os.times()
    assert (found.ppid, found.group, found.session) == (os.getppid(), os.getpgrp(), os.getsid(0))
    tick = 1 / TICKS
    assert before.user + before.system - 2 * tick <= found.cpu_ticks / TICKS <= after.user + after.system + 2 * tick
    assert before.children_user + before.children_system - 2 * tick <= found.children_ticks / TICKS
    started = psutil.boot_time() + found.started_ticks / TICKS
    assert abs(started - psutil.Process().create_time()) < 2
    assert user_of(os.getpid()) == os.getuid()


def test_a_child_comes_and_goes() -> None:
    """It is there while it lives, as a zombie until it is waited for, and not after."""
    with running("input()") as child:
        found = eventually(lambda: read_table().get(child.pid))
        assert found.ppid == os.getpid()
        assert found.state in "RSD"
        child.kill()
        eventually(lambda: read_table()[child.pid].state == "Z")
        child.wait()
        assert child.pid not in read_table()
        assert user_of(child.pid) is None
