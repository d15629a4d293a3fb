"""When somebody typed in a terminal."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from mlcost_ext.core.times import UTC
from mlcost_ext.probes.proc_table import read_table
from mlcost_ext.probes.terminal_input import GRANULARITY, Seen, TerminalInputs, accessed_at, input_of
from tests.fakes import NOW
from tests.probes.live import Terminal, eventually, terminal

SECOND = timedelta(seconds=1)


@pytest.fixture(scope="module")
def opened() -> Iterator[Terminal]:
    with terminal() as found:
        yield found


def tty_of(opened: Terminal) -> int:
    return read_table()[opened.pid].tty


def seen(device_at: datetime, input_at: datetime | None, looked_at: datetime = NOW) -> Seen:
    return Seen(device_at=device_at, input_at=input_at, looked_at=looked_at)


@pytest.mark.parametrize(
    ("before", "device_at", "expected"),
    [
        (None, NOW - SECOND, NOW - SECOND),
        (None, NOW + SECOND, None),
        (seen(NOW - SECOND, NOW - SECOND), NOW - SECOND, NOW - SECOND),
        (seen(NOW + SECOND, None), NOW + SECOND, None),
        (seen(NOW - SECOND, None), NOW + 20 * SECOND, NOW + 20 * SECOND),
        (seen(NOW - SECOND, None), NOW - 7 * SECOND, NOW - 7 * SECOND),
        (seen(NOW - SECOND, None), NOW - 60 * SECOND, NOW + 30 * SECOND),
        (seen(NOW - SECOND, None), NOW + 60 * SECOND, NOW + 30 * SECOND),
    ],
    ids=["first", "first-future", "same", "same-future", "changed", "changed-within-eight", "set-forwards", "set-back"],
)
def test_a_devices_time_counts_when_it_changes(before: Seen | None, device_at: datetime, expected: datetime | None) -> None:
    """A look half a minute after `NOW`, or at `NOW` for the first time."""
    assert input_of(before, device_at, NOW if before is None else NOW + 30 * SECOND) == expected


def test_typing_counts_and_printing_does_not(opened: Terminal) -> None:
    """The device's time is that of the last key, however much is printed after it."""
    inputs, tty = TerminalInputs(), tty_of(opened)
    opened.run("(sleep 9; echo don''e)")
    eventually(lambda: read_table()[opened.pid].foreground_group != opened.pid)
    first = inputs.look("1", tty, datetime.now(UTC))
    assert first is not None
    assert first <= datetime.now(UTC)
    eventually(lambda: b"done" in opened.printed)
    assert datetime.now(UTC) - first > GRANULARITY
    assert inputs.look("1", tty, datetime.now(UTC)) == first
    opened.press(" ")
    typed = eventually(lambda: (at := inputs.look("1", tty, datetime.now(UTC))) != first and at)
    assert typed > first


def test_the_device_tells_each_eight_seconds_once(opened: Terminal) -> None:
    """Linux moves the time into the next span of eight seconds, and leaves it within one."""
    device, spans = Path(opened.device), []
    until = time.monotonic() + 18
    while time.monotonic() < until:
        opened.press(" ")
        time.sleep(0.25)
        at = device.stat().st_atime
        if at not in spans:
            spans.append(at)
    assert len(spans) >= 2
    assert len({int(at) // GRANULARITY.seconds for at in spans}) == len(spans)


def test_a_clock_that_is_set_is_no_input(opened: Terminal) -> None:
    """What was typed stays as long ago as it was."""
    inputs, tty = TerminalInputs(), tty_of(opened)
    now = datetime.now(UTC)
    first = inputs.look("1", tty, now)
    assert first is not None
    hour = timedelta(hours=1)
    inputs.shift(-hour)
    assert inputs.look("1", tty, now - hour) == first - hour
    inputs.shift(3 * hour)
    assert inputs.look("1", tty, now + 2 * hour) == first + 2 * hour


def test_a_terminal_that_is_gone_is_forgotten(opened: Terminal) -> None:
    """One of the same name later is another."""
    inputs, tty = TerminalInputs(), tty_of(opened)
    assert inputs.look("1", tty, datetime.now(UTC)) is not None
    inputs.keep(["2"])
    assert inputs.look("1", tty, datetime(2000, 1, 1, tzinfo=UTC)) is None


@pytest.mark.parametrize("tty", [0, 5, 34816 + 0xFFFFF, os.makedev(4, 1), -1])
def test_a_device_that_is_no_pseudo_terminal_tells_nothing(tty: int) -> None:
    """Nor does one that is gone."""
    assert accessed_at(Path("/dev/pts"), tty) is None
    assert TerminalInputs().look("1", tty, NOW) is None


def test_a_plain_file_of_the_same_name_tells_nothing(tmp_path: Path) -> None:
    """Only the device itself counts."""
    (tmp_path / "0").write_text("")
    assert accessed_at(tmp_path, 34816) is None
