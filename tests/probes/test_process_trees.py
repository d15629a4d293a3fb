"""Who is below whom, and what a terminal runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from mlcost_ext.core.activity import RunningProcess
from mlcost_ext.probes.cpu_meter import TICKS
from mlcost_ext.probes.machine_clock import booted_seconds
from mlcost_ext.probes.process_io import ProcessIo
from mlcost_ext.probes.process_trees import NAME_LENGTH, Trees, programs
from tests.probes.live import process, table_of

TTY = 34816
SHELL = process(10, 1, command="bash", tty=TTY, foreground_group=10)


def in_terminal(pid: int, ppid: int = 10, **changes: object) -> object:
    return process(pid, ppid, **{"session": 10, "tty": TTY, "foreground_group": 10, **changes})


def ran(*members: object, use: dict[int, float] | None = None) -> tuple[RunningProcess, ...]:
    """Give what a terminal with these processes besides its shell runs."""
    table = table_of(SHELL, *members)  # type: ignore[arg-type]
    return programs(SHELL, Trees(table).of_terminal(10), use or {})


def test_all_that_is_below_a_process() -> None:
    """Children of children too, but not what is set apart, nor the parents."""
    trees = Trees(table_of(process(1, 0), process(2, 1), process(3, 2), process(4, 3), process(5, 2), process(6, 1)))
    assert trees.below(2).keys() == {2, 3, 4, 5}
    assert trees.below(2, {3}).keys() == {2, 5}
    assert trees.below(7) == {}
    assert trees.above(4) == {0, 1, 2, 3}


def test_a_ring_that_no_machine_has_ends_nevertheless() -> None:
    """A table is not read at one moment."""
    trees = Trees(table_of(process(2, 3), process(3, 2)))
    assert trees.below(2).keys() == {2, 3}
    assert trees.above(2) == {2, 3}


def test_a_terminal_has_what_is_in_its_session_too() -> None:
    """A process whose parent has ended is still in the terminal's session; one with a session of its own is below the shell."""
    table = table_of(SHELL, process(11, 1, session=10), process(12, 11, session=12), process(13, 10), process(14, 1))
    assert Trees(table).of_terminal(10).keys() == {10, 11, 12, 13}


def test_a_shell_without_a_session_of_its_own_has_only_what_is_below_it() -> None:
    """Else everything of the server would be its."""
    table = table_of(process(5, 1, session=5), process(10, 5, session=5), process(11, 10, session=5), process(12, 5, session=5))
    assert Trees(table).of_terminal(10).keys() == {10, 11}


def test_a_terminal_with_its_shell_alone_runs_nothing() -> None:
    """Its shell's prompts are none."""
    assert ran(use={10: 0.049}) == ()


def test_a_shell_that_loops_is_what_its_terminal_runs() -> None:
    """By itself, or by commands that come and go."""
    expected = RunningProcess(command="bash", cpu_fraction=0.05, is_foreground=True, is_viewer=False)
    assert ran(use={10: 0.05}) == (expected,)


def test_each_group_once_the_foreground_first() -> None:
    """By the name of the group's leader, with what all of it use."""
    members = [
        in_terminal(20, command="make", foreground_group=20),
        in_terminal(21, 20, group=20, command="cc1", foreground_group=20),
        in_terminal(30, command="train", foreground_group=20),
        in_terminal(31, 30, group=30, command="worker", foreground_group=20),
    ]
    expected = (
        RunningProcess(command="make", cpu_fraction=0.3, is_foreground=True, is_viewer=False),
        RunningProcess(command="train", cpu_fraction=1.5, is_foreground=False, is_viewer=False),
    )
    assert ran(*members, use={20: 0.1, 21: 0.2, 30: 0.5, 31: 1.0}) == tuple(
        RunningProcess(
            command=each.command,
            cpu_fraction=pytest.approx(each.cpu_fraction),
            is_foreground=each.is_foreground,
            is_viewer=each.is_viewer,
        )
        for each in expected
    )


def test_a_group_whose_leader_has_ended_is_named_by_its_oldest() -> None:
    """As of a pipe whose first command is through; a leader that was not waited for is gone too."""
    members = [
        in_terminal(40, group=40, state="Z", command="cat"),
        in_terminal(42, group=40, command="sort"),
        in_terminal(43, group=40, command="uniq"),
    ]
    assert [each.command for each in ran(*members)] == ["sort"]


def test_a_program_that_only_shows_something_with_all_that_it_starts() -> None:
    """What `watch` runs is in its group; `git log | less` is git's."""
    watch = [in_terminal(50, command="watch", foreground_group=50), in_terminal(51, 50, group=50, command="sh")]
    assert [(each.command, each.is_viewer) for each in ran(*watch)] == [("watch", True)]
    log = [in_terminal(60, command="git", foreground_group=60), in_terminal(61, 60, group=60, command="less")]
    assert [(each.command, each.is_viewer) for each in ran(*log)] == [("git", False)]


def test_what_does_not_only_show_something_counts_alone() -> None:
    """Of a pipe, or of what an editor runs: neither the viewer's use nor its name hides it."""
    tail = [
        in_terminal(50, command="tail", foreground_group=50),
        in_terminal(51, group=50, command="sort", foreground_group=50),
        in_terminal(52, group=50, command="train", foreground_group=50),
    ]
    (found,) = ran(*tail, use={50: 0.5, 52: 0.25})
    assert (found.command, found.cpu_fraction, found.is_viewer, found.is_foreground) == ("train", 0.25, False, True)


def test_what_a_viewer_runs_again_and_again_does_not_count() -> None:
    """As below `watch`: what was started a moment ago, and the shell that starts it."""
    young = int(booted_seconds() * TICKS)
    watch = [
        in_terminal(50, command="watch", started_ticks=5),
        in_terminal(51, 50, group=50, command="sh"),
        in_terminal(52, 51, group=50, command="kubectl", started_ticks=young),
    ]
    assert [(each.command, each.is_viewer) for each in ran(*watch, use={52: 0.9})] == [("watch", True)]
    watch[2] = in_terminal(52, 51, group=50, command="eval", started_ticks=young - 31 * TICKS)
    assert [(each.command, each.is_viewer) for each in ran(*watch, use={52: 0.9})] == [("eval", False)]


def test_a_shell_beside_a_viewer_counts_while_it_works() -> None:
    """A script that shows a log does not, one that computes does."""
    script = [in_terminal(50, command="bash"), in_terminal(51, 50, group=50, command="tail")]
    assert [(each.command, each.is_viewer) for each in ran(*script)] == [("bash", True)]
    assert [(each.command, each.is_viewer) for each in ran(*script, use={50: 0.02})] == [("bash", False)]


def test_one_that_waits_for_a_disk() -> None:
    """It works, though it uses no CPU time."""
    assert [each.waits_for_disk for each in ran(in_terminal(70, state="D"))] == [True]
    assert [each.waits_for_disk for each in ran(in_terminal(70, state="S"))] == [False]


def test_one_whose_disk_does_not_answer(tmp_path: Path) -> None:
    """It is told as that while none of its group gets on."""
    clock = [0.0]
    io = ProcessIo(tmp_path, lambda: clock[0])
    waiting = in_terminal(70, state="D")

    def told(*members: object) -> list[tuple[bool, bool]]:
        found = programs(SHELL, Trees(table_of(SHELL, *members)).of_terminal(10), {}, io)  # type: ignore[arg-type]
        return [(each.waits_for_disk, each.is_unanswered) for each in found]

    assert told(waiting) == [(True, False)]
    clock[0] = 600.0
    assert told(waiting) == [(False, True)]
    assert told(waiting, in_terminal(71, group=70, state="D")) == [(True, False)]


def test_what_is_in_the_shells_own_group_is_not_in_the_foreground() -> None:
    """As a command of a shell that does not control jobs."""
    assert [each.is_foreground for each in ran(in_terminal(80, group=10))] == [False]


def test_a_name_is_cut_and_cleaned() -> None:
    """A process calls itself whatever it likes."""
    (found,) = ran(in_terminal(90, command="\x1b[31m" + "x" * 100))
    assert len(found.command) == NAME_LENGTH
    assert found.command.isprintable()
