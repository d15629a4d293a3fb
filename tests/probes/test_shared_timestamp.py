"""AWS's shared timestamp file: what editors wrote, and what we stamp."""

from __future__ import annotations

import os
import stat
import threading
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from mlcost_ext.core.times import UTC
from mlcost_ext.probes import shared_timestamp
from mlcost_ext.probes.shared_timestamp import FORMAT, SharedTimestamp, read, time_of
from tests.fakes import NOW
from tests.probes.live import running

SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)
EDITOR = "2026-11-23T13:59:00.123Z"
"""As JavaScript writes a time."""
EDITOR_AT = datetime(2026, 11, 23, 13, 59, 0, 123_000, tzinfo=UTC)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / ".sagemaker-last-active-timestamp"


@pytest.fixture
def memory(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    return folder / "stamp"


def shared_of(path: Path, memory: Path | None = None) -> SharedTimestamp:
    """Make one for which `NOW` is past."""
    return SharedTimestamp(path, memory, (NOW + HOUR).timestamp)


def as_aws_reads_it(path: Path) -> datetime:
    """Read as jupyter-activity-monitor-extension does."""
    return datetime.strptime(path.read_text().strip(), "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (EDITOR, EDITOR_AT),
        ("2026-11-23T13:59:00.123000Z", EDITOR_AT),
        ("2026-11-23T13:59:00.1Z", EDITOR_AT.replace(microsecond=100_000)),
        ("2026-11-23T13:59:00Z", EDITOR_AT.replace(microsecond=0)),
        ("2026-11-23T14:59:00.123+01:00", EDITOR_AT),
        ("2026-11-23T13:59:00.123", EDITOR_AT),
        ("2026-11-23T13:59:0", None),
        ("now", None),
        ("9999-12-31T23:59:59-14:00", None),
        ("", None),
        (None, None),
    ],
)
def test_a_time_is_read_as_it_comes(text: str | None, expected: datetime | None) -> None:
    """With any number of digits and any zone; without one it is UTC."""
    assert time_of(text) == expected


def test_no_file_says_nothing(path: Path) -> None:
    """Nobody has written one."""
    assert shared_of(path).look(NOW) is None


def test_what_an_editor_writes_counts_at_the_moment_it_says(path: Path) -> None:
    """Until it writes again, also when the file is gone or half written meanwhile."""
    shared = shared_of(path)
    path.write_text(f"{EDITOR}\n")
    assert shared.look(NOW) == EDITOR_AT
    path.write_text("2026-")
    assert shared.look(NOW + SECOND) == EDITOR_AT
    path.unlink()
    assert shared.look(NOW + SECOND) == EDITOR_AT
    path.write_text("2026-11-23T14:00:01Z")
    assert shared.look(NOW + 5 * SECOND) == NOW + SECOND


def test_a_time_still_to_come_counts_when_it_was_seen(path: Path) -> None:
    """Once: it does not move on by itself."""
    path.write_text("2026-11-23T16:00:00.000Z")
    shared = shared_of(path)
    assert shared.look(NOW) == NOW
    assert shared.look(NOW + 3 * HOUR) == NOW


def test_a_clock_that_is_set_is_no_editor(path: Path) -> None:
    """What it wrote stays as long ago as it was."""
    path.write_text(EDITOR)
    shared = shared_of(path)
    assert shared.look(NOW) == EDITOR_AT
    shared.shift(-HOUR)
    assert shared.look(NOW - HOUR) == EDITOR_AT - HOUR


def test_a_stamp_is_read_by_aws_and_is_ours(path: Path, memory: Path) -> None:
    """Others of this machine may read it, whatever the umask."""
    before = os.umask(0o077)
    try:
        shared = shared_of(path, memory)
        shared.stamp(NOW + timedelta(microseconds=7))
    finally:
        os.umask(before)
    assert as_aws_reads_it(path) == NOW + timedelta(microseconds=7)
    assert stat.S_IMODE(path.stat().st_mode) == 0o644
    assert stat.S_IMODE(memory.stat().st_mode) == 0o600
    assert shared.look(NOW) is None


def test_a_server_that_was_started_again_knows_its_stamp(path: Path, memory: Path) -> None:
    """And so does another one with the same memory, but none without."""
    shared_of(path, memory).stamp(NOW)
    again, stranger = shared_of(path, memory), shared_of(path)
    assert (again.look(NOW), stranger.look(NOW)) == (None, NOW)


def test_servers_of_a_home_take_none_of_each_others_stamps_for_use(path: Path, memory: Path) -> None:
    """Nor write one while that of another is fresh; their own they may write over at any time."""
    here, there, minute = shared_of(path, memory), shared_of(path, memory), timedelta(minutes=1)
    assert here.stamp(NOW, minute)
    assert (there.stamp(NOW + 59 * SECOND, minute), as_aws_reads_it(path)) == (False, NOW)
    assert (there.stamp(NOW - 59 * SECOND, minute), as_aws_reads_it(path)) == (False, NOW)
    assert there.stamp(NOW + minute, minute)
    assert here.stamp(NOW + 2 * minute, minute)
    assert here.stamp(NOW + 2 * minute + SECOND, minute)
    assert [each.look(NOW + HOUR) for each in (here, there, shared_of(path, memory))] == [None] * 3


def test_an_editors_fresh_time_does_not_keep_us_from_stamping(path: Path, memory: Path) -> None:
    path.write_text(EDITOR)
    assert shared_of(path, memory).stamp(EDITOR_AT + SECOND, timedelta(minutes=1))


def test_two_that_stamp_at_the_same_moment_are_both_remembered(path: Path, memory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The other has read what is remembered before ours was in it, and writes over it."""
    here, there = shared_of(path, memory), shared_of(path, memory)
    write = shared_timestamp.replace

    def late(file: Path, text: str, mode: int) -> None:
        if file == path:
            write(memory, (NOW + SECOND).strftime(FORMAT), mode)
        write(file, text, mode)

    monkeypatch.setattr(shared_timestamp, "replace", late)
    here.stamp(NOW)
    assert (as_aws_reads_it(path), there.look(NOW + HOUR)) == (NOW, None)


def test_no_more_is_remembered_than_is_of_use(path: Path, memory: Path) -> None:
    shared = shared_of(path, memory)
    for minutes in range(20):
        shared.stamp(NOW + timedelta(seconds=minutes))
    assert len(memory.read_text().split()) == shared_timestamp.MOST_REMEMBERED


def test_an_editors_time_is_seen_before_it_is_stamped_over(path: Path, memory: Path) -> None:
    """And one that it writes over our stamp is its own again."""
    shared = shared_of(path, memory)
    path.write_text(EDITOR)
    shared.stamp(NOW)
    assert shared.look(NOW) == EDITOR_AT
    path.write_text("2026-11-23T14:00:05.000Z")
    assert shared.look(NOW + 9 * SECOND) == NOW + 5 * SECOND


def test_no_time_still_to_come_is_ever_stamped(path: Path) -> None:
    """Such a one would stay in the memory of AWS's reader."""
    shared = SharedTimestamp(path, clock=NOW.timestamp)
    shared.stamp(NOW + HOUR)
    assert as_aws_reads_it(path) == NOW


def test_a_link_is_neither_read_nor_written_through(path: Path, tmp_path: Path) -> None:
    """Whoever may write the folder may put one there."""
    other = tmp_path / "other"
    other.write_text(EDITOR)
    path.symlink_to(other)
    shared = shared_of(path)
    assert shared.look(NOW) is None
    shared.stamp(NOW)
    assert other.read_text() == EDITOR
    assert not path.is_symlink()
    assert as_aws_reads_it(path) == NOW


def test_a_pipe_and_a_folder_are_not_waited_for(path: Path, tmp_path: Path) -> None:
    """They say nothing."""
    os.mkfifo(path)
    assert shared_of(path).look(NOW) is None
    assert shared_of(tmp_path).look(NOW) is None


def test_no_more_is_read_than_such_a_file_has(path: Path) -> None:
    """A large one is none."""
    path.write_bytes(b"\xff" * 10_000_000)
    assert len(read(path) or "") == 100
    assert shared_of(path).look(NOW) is None


def test_a_stamp_that_cannot_be_written_is_told_and_leaves_nothing(tmp_path: Path) -> None:
    """No file of ours is left beside it."""
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "x").write_text("")
    with pytest.raises(OSError, match=r"."):
        shared_of(tmp_path / "taken").stamp(NOW)
    with pytest.raises(FileNotFoundError):
        shared_of(tmp_path / "nowhere" / "file").stamp(NOW)
    assert [each.name for each in tmp_path.iterdir()] == ["taken"]


def test_no_reader_ever_finds_half_a_time(path: Path) -> None:
    """Another process reads all the while."""
    shared = shared_of(path)
    shared.stamp(NOW)
    reads = f"""
from datetime import datetime
from pathlib import Path
import sys
while not sys.stdin.closed and not Path({str(path)!r} + ".end").exists():
    datetime.strptime(Path({str(path)!r}).read_text(), {FORMAT!r})
"""
    with running(reads) as reader:
        for count in range(500):
            shared.stamp(NOW + timedelta(microseconds=count))
        path.with_name(f"{path.name}.end").write_text("")
        assert reader.wait(60) == 0


def test_several_threads_stamp_and_look(path: Path, memory: Path) -> None:
    """None takes another's stamp for an editor's."""
    shared, seen = shared_of(path, memory), []

    def work(offset: int) -> None:
        for count in range(50):
            shared.stamp(NOW + timedelta(microseconds=1000 * offset + count))
            seen.append(shared.look(NOW))

    threads = [threading.Thread(target=work, args=(offset,)) for offset in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert seen == [None] * 200
