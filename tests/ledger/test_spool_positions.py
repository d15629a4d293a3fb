"""Where a reader stands: from where it starts, what it does when a file is not what it was, and what it reads once more."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import pytest

from mlcost_ext.ledger import spool_reader
from mlcost_ext.ledger.spool_batch import Position
from mlcost_ext.ledger.spool_reader import (
    MAX_LOOK_BATCHES,
    MAX_READ_BYTES,
    OTHERS_REST_SECONDS,
    QUIET_REST_SECONDS,
    SpoolReader,
)
from mlcost_ext.ledger.spool_schema import MAX_LINE_BYTES

from .spool_files import OTHER, OURS, Clock, alive, append, events, json_line, line, numbers

HEADER = json_line("kernel", server_id=OURS, kernel_id="k1", user="ana")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "spool").mkdir()
    return tmp_path / "spool" / "a.jsonl"


def reader_at(home: Path, offset: int = 0, **fields: Any) -> SpoolReader:
    """Make a reader that starts where a ledger is."""
    reader = SpoolReader(home, OURS, clock=Clock(), **fields)
    reader.start_at({"a.jsonl": Position(offset)} if offset else {})
    return reader


def test_a_batch_says_from_where_to_where_it_goes(tmp_path: Path, file: Path) -> None:
    """The next one begins where it ends, and each event knows the end of its line."""
    append(file, HEADER + line(1) + line(2) + b"half")
    reader = reader_at(tmp_path)
    (batch,) = reader.read_new()
    first, second = len(HEADER + line(1)), len(HEADER + line(1) + line(2))
    assert (batch.name, batch.start, batch.end, batch.ends) == ("a.jsonl", 0, second, [len(HEADER), first, second])
    assert [event["id"] for event in batch.after(first)] == ["2"]
    append(file, b"\n" + line(3))
    (batch,) = reader.read_new()
    assert (batch.start, batch.broken, [event["id"] for event in batch.events]) == (second, 1, ["3"])


def test_a_later_reader_starts_where_the_ledger_is(tmp_path: Path, file: Path) -> None:
    """And knows the kernel and its user all the same."""
    append(file, HEADER + line(1) + line(2))
    found = events(reader_at(tmp_path, len(HEADER + line(1))))
    assert [(event["id"], event["kernel_id"], event["user"], event["user_basis"]) for event in found] == [
        ("2", "k1", "ana", "space")
    ]


def test_a_later_reader_starts_inside_a_line_that_is_too_long(tmp_path: Path, file: Path) -> None:
    """The rest of that line is no line of its own."""
    append(file, HEADER + b'{"x":"' + b"x" * MAX_LINE_BYTES)
    reader = reader_at(tmp_path)
    _, batch = (*reader.read_new(), *reader.read_new())
    assert batch.is_inside_long_line
    append(file, b'"}' + line(7) + line(8))  # what looks like a line is the end of the long one
    later = reader_at(tmp_path)
    later.start_at({"a.jsonl": batch.position})
    assert numbers(later) == [8]


def test_an_intents_own_user_counts_before_its_files(tmp_path: Path, file: Path) -> None:
    """Also where it says that there is none."""
    append(file, HEADER + line(1, user="bo", user_basis="cookie") + line(2, user=None, user_basis=None))
    found = [event for event in events(reader_at(tmp_path)) if event["type"] == "intent"]
    assert [(event["user"], event["user_basis"]) for event in found] == [("bo", "cookie"), (None, None)]


def test_a_file_that_was_cut_gives_nothing_twice(tmp_path: Path, file: Path) -> None:
    """The log is told once; when it has grown beyond its old end again by whole lines, what is new comes."""
    said: list[str] = []
    reader = reader_at(tmp_path, say=said.append)
    append(file, HEADER + line(1) + line(2))
    assert numbers(reader) == [1, 2]
    os.truncate(file, len(HEADER + line(1)))
    assert [numbers(reader) for _ in range(3)] == [[], [], []]
    assert said == ["mlcost-ext: the spool file a.jsonl is shorter than what was taken from it; nothing is taken twice."]
    append(file, line(2) + line(3))
    assert numbers(reader) == [3]
    assert len(said) == 1


@pytest.mark.parametrize("is_restarted", [False, True])
def test_a_file_that_was_emptied_and_grows_elsewhere_is_given_up(tmp_path: Path, file: Path, is_restarted: bool) -> None:
    """As by a redirection into it: what the kernel appends from then on is not where it would be."""
    said: list[str] = []
    reader = reader_at(tmp_path, say=said.append)
    append(file, HEADER + line(1))
    assert numbers(reader) == [1]
    os.truncate(file, 0)
    if is_restarted:
        reader = reader_at(tmp_path, len(HEADER + line(1)), say=said.append)
    assert numbers(reader) == []
    append(file, line(12) * 5)
    assert [numbers(reader) for _ in range(3)] == [[], [], []]
    assert len(said) == 1


def test_another_file_of_the_same_name_is_not_taken(tmp_path: Path, file: Path) -> None:
    """It is longer, and its lines end where the old one's did: its first line tells."""
    said: list[str] = []
    reader = reader_at(tmp_path, say=said.append)
    append(file, HEADER + line(1))
    assert numbers(reader) == [1]
    append(tmp_path / "new", HEADER.replace(b"k1", b"k2") + line(4) + line(5))
    (tmp_path / "new").replace(file)
    assert [numbers(reader) for _ in range(2)] == [[], []]
    assert said == ["mlcost-ext: another file has taken the place of the spool file a.jsonl; nothing is taken from it."]
    assert reader.owed("a.jsonl", Position()) == 0


def test_a_copy_that_was_put_back_goes_on(tmp_path: Path, file: Path) -> None:
    """The same lines in another inode are the same file."""
    reader = reader_at(tmp_path)
    append(file, HEADER + line(1))
    assert numbers(reader) == [1]
    (tmp_path / "copy").write_bytes(file.read_bytes() + line(2))
    (tmp_path / "copy").replace(file)
    assert numbers(reader) == [2]


def test_a_line_cut_by_a_full_disk_costs_only_itself(tmp_path: Path, file: Path) -> None:
    """The writer ends it before its next line; the log is told once."""
    said: list[str] = []
    reader = reader_at(tmp_path, say=said.append)
    append(file, HEADER + line(1)[:30])
    assert numbers(reader) == []
    append(file, b"\n" + line(2) + line(3)[:30])
    assert numbers(reader) == [2]
    append(file, b"\n" + line(4))
    assert numbers(reader) == [4]
    assert (reader.broken, len(said)) == (2, 1)


def test_a_clock_that_goes_back_hides_nothing(tmp_path: Path, file: Path) -> None:
    """Neither in the lines nor in the file's own time, be it to come."""
    reader = reader_at(tmp_path)
    append(file, HEADER + line(1))
    os.utime(file, (time.time() + 7200,) * 2)
    assert numbers(reader) == [1]
    append(file, line(2, at="2026-11-30T02:00:00.000000Z") + line(3, at="2020-01-01T00:00:00.000000Z"))
    os.utime(file, (time.time() - 7200,) * 2)
    assert numbers(reader) == [2, 3]
    assert numbers(reader) == []


def test_a_file_that_is_out_of_sight_for_a_moment_is_not_read_again(
    tmp_path: Path, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A network folder may leave it out of a listing, or not be listed at all."""
    reader = reader_at(tmp_path)
    append(file, HEADER + line(1))
    assert numbers(reader) == [1]
    with monkeypatch.context() as patch:
        patch.setattr(spool_reader.os, "listdir", lambda path: [])
        assert numbers(reader) == []
    with monkeypatch.context() as patch:
        patch.setattr(spool_reader.os, "listdir", fail)
        append(file, line(2))
        assert numbers(reader) == []
    assert (numbers(reader), numbers(reader), reader.gone) == ([2], [], set())


def fail(path: object) -> None:
    raise OSError(116, "Stale file handle", str(path))


def test_a_file_that_is_seen_late_and_grows_late_is_taken_once(
    tmp_path: Path, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The listing knows it before it can be opened; its size is told as it was for some seconds."""
    reader = reader_at(tmp_path)
    append(file, HEADER + line(1))
    with monkeypatch.context() as patch:
        patch.setattr(spool_reader.os, "lstat", fail)
        assert numbers(reader) == []
    early = os.lstat(file)
    assert numbers(reader) == [1]
    append(file, line(2))
    with monkeypatch.context() as patch:
        patch.setattr(spool_reader.os, "lstat", lambda path: early)
        assert numbers(reader) == []
    assert numbers(reader) == [2]
    with monkeypatch.context() as patch:
        patch.setattr(spool_reader.os, "lstat", lambda path: early)  # smaller than what was taken
        assert numbers(reader) == []
    append(file, line(3))
    assert (numbers(reader), numbers(reader)) == ([3], [])


def test_what_was_read_can_be_read_again_up_to_there(tmp_path: Path, file: Path) -> None:
    """In portions from anywhere, and not beyond: the rest comes as news."""
    append(file, HEADER + b"".join(line(n, request={"x": "x" * 30_000}) for n in range(80)))
    reader = reader_at(tmp_path)
    read = [batch for _ in range(3) for batch in reader.read_new()]
    append(file, line(99))
    at, again = Position(), []
    while (batch := reader.read_again("a.jsonl", at)) is not None:
        assert (batch.start, batch.size <= MAX_READ_BYTES) == (at.offset, True)
        again += batch.events
        at = batch.position
    assert again == [event for batch in read for event in batch.events]
    assert (at, reader.owed("a.jsonl", at), reader.read_again("none.jsonl", at)) == (read[-1].position, 0, None)
    assert numbers(reader) == [99]


def test_a_line_that_is_too_long_is_passed_over_again(tmp_path: Path, file: Path) -> None:
    """Whether what was read ends inside of it or behind it."""
    append(file, HEADER + b"x" * (MAX_LINE_BYTES + 9))
    reader = reader_at(tmp_path)
    ends = [reader.read_new()[-1].position]
    append(file, b"y\n" + line(1))
    ends.append(reader.read_new()[-1].position)
    again = SpoolReader(tmp_path, OURS)
    again.read_new()
    at = Position()
    for end in ends:
        again.tails["a.jsonl"].position = end
        while (batch := again.read_again("a.jsonl", at)) is not None:
            at = batch.position
        assert at == end


def test_a_look_has_an_end_and_the_next_goes_on_there(tmp_path: Path, file: Path) -> None:
    """However many files there are, each has its turn."""
    for number in range(MAX_LOOK_BATCHES + 50):
        append(file.with_name(f"{number:04}.jsonl"), HEADER + line(number))
    reader = reader_at(tmp_path)
    first = reader.read_new()
    assert (len(first), reader.has_more) == (MAX_LOOK_BATCHES, True)
    append(file.with_name("0000.jsonl"), line(1000))
    second = reader.read_new()
    assert ([batch.name for batch in second[::50]], reader.has_more) == (["0200.jsonl", "0000.jsonl"], False)


def guarded(home: Path, offset: int = 0) -> set[str]:
    reader = reader_at(home, offset)
    reader.read_new()
    return reader.guards.kernels()


def test_which_kernels_watch_is_known_after_a_restart(tmp_path: Path, file: Path) -> None:
    """Though all of the file was taken before; one that has unloaded the extension does not."""
    append(file, HEADER + line(1))
    assert guarded(tmp_path) == guarded(tmp_path, len(HEADER)) == guarded(tmp_path, file.stat().st_size) == {"k1"}
    append(file, json_line("unloaded", at="2026-11-30T04:00:01.000000Z"))
    assert guarded(tmp_path) == guarded(tmp_path, len(HEADER)) == guarded(tmp_path, file.stat().st_size) == set()


def test_a_kernel_that_has_loaded_again_watches(tmp_path: Path, file: Path) -> None:
    """It writes to a second file, whose name may come first."""
    append(file, HEADER + json_line("unloaded", at="2026-11-30T04:00:01.000000Z"))
    append(file.with_name("0.jsonl"), HEADER.replace(b"04:00:00", b"04:00:02"))
    assert guarded(tmp_path) == guarded(tmp_path, file.stat().st_size) == {"k1"}


def test_what_another_server_has_taken_is_read_whole_by_who_takes_over(tmp_path: Path, file: Path) -> None:
    """Only once that one is gone; the owner, when it comes back, goes on where its own ledger is."""
    alive(tmp_path, OTHER)
    append(file, HEADER.replace(OURS.encode(), OTHER.encode()) + line(1))
    owner, heir = SpoolReader(tmp_path, OTHER, clock=Clock()), reader_at(tmp_path)
    assert (numbers(owner), numbers(heir)) == ([1], [])
    alive(tmp_path, OTHER, 301)
    append(file, line(2))
    heir.clock.now += OTHERS_REST_SECONDS + QUIET_REST_SECONDS  # type: ignore[attr-defined]
    assert numbers(heir) == [1, 2]
    alive(tmp_path, OTHER)
    assert numbers(owner) == [2]
