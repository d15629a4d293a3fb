"""Reading what kernels wrote: each complete line once, whatever else is in the folder."""

from __future__ import annotations

import errno
import json
import os
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mlcost_ext.ledger import lease, spool_reader
from mlcost_ext.ledger.lease import LEASE_SECONDS
from mlcost_ext.ledger.spool_reader import (
    GONE_SECONDS,
    HOLE_SECONDS,
    MAX_READ_BYTES,
    OLD_REST_SECONDS,
    OLD_SECONDS,
    OTHERS_REST_SECONDS,
    QUIET_REST_SECONDS,
    QUIET_SECONDS,
    SpoolReader,
)
from mlcost_ext.ledger.spool_schema import MAX_LINE_BYTES
from mlcost_ext.ledger.spool_writer import SpoolWriter

from .spool_files import AT, OTHER, OURS, Clock, alive, append, events, line, numbers


def header(owner: object = OURS, kernel_id: object = "k1") -> bytes:
    told = {"v": 1, "type": "kernel", "at": AT, "server_id": owner, "kernel_id": kernel_id}
    return json.dumps(told).encode() + b"\n"


@pytest.fixture
def spool(tmp_path: Path) -> Path:
    folder = tmp_path / "spool"
    folder.mkdir()
    return folder


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def reader(tmp_path: Path, clock: Clock) -> SpoolReader:
    return SpoolReader(tmp_path, OURS, clock=clock)


def test_what_a_kernel_writes_is_read(tmp_path: Path) -> None:
    """The writer's own lines come through, with the kernel they are from."""
    writer = SpoolWriter(tmp_path, lambda: {"server_id": OURS, "kernel_id": "k7"})
    writer.write("intent", id="i1", kind="training", region_id="us-east-1", name="churn-1")
    found = events(SpoolReader(tmp_path, OURS))
    writer.close()
    assert [(event["type"], event["kernel_id"]) for event in found] == [("kernel", "k7"), ("intent", "k7")]
    assert found[1]["name"] == "churn-1"


def test_no_folder_no_events(tmp_path: Path) -> None:
    """Before the first kernel there is nothing."""
    assert events(SpoolReader(tmp_path / "none", OURS)) == []


def test_each_line_comes_once(spool: Path, reader: SpoolReader) -> None:
    """A second look brings only what is new."""
    append(spool / "a.jsonl", header() + line(n=1))
    assert numbers(reader) == [1]
    assert events(reader) == []
    append(spool / "a.jsonl", line(n=2))
    assert numbers(reader) == [2]


chunks = st.lists(st.integers(1, 400), min_size=1, max_size=30)
odd_lines = st.sampled_from(
    [b"\n", b"{\n", b"\xff\xfe\x01\n", b"[1]\n", b'{"v":2,"type":"note","n":9}\n', b'{"v":1}\n', b"\r\n", b'{"v":1,"type":7}\n']
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=60)
@given(st.data(), chunks)
def test_each_line_once_however_it_is_written(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject, sizes: list[int]
) -> None:
    """Lines torn anywhere, odd lines between them, looks at any moment: every good line comes once and in order."""
    home = tmp_path_factory.mktemp("home")
    (home / "spool").mkdir()
    path, reader = home / "spool" / "a.jsonl", SpoolReader(home, OURS)
    goods = [line(n=n, text="é" * data.draw(st.integers(0, 40))) for n in range(data.draw(st.integers(0, 12)))]
    written = header() + b"".join(data.draw(st.just(b"") | odd_lines) + good for good in goods)
    seen: list[int] = []
    at = 0
    while at < len(written):
        size = sizes[at % len(sizes)]
        append(path, written[at : at + size])
        at += size
        if data.draw(st.booleans()):
            seen += numbers(reader)
    assert seen + numbers(reader) == list(range(len(goods)))
    assert events(reader) == []


def test_a_torn_last_line_waits(spool: Path, reader: SpoolReader) -> None:
    """It is taken once its end is there."""
    append(spool / "a.jsonl", header() + line(n=1)[:-4])
    assert numbers(reader) == []
    append(spool / "a.jsonl", line(n=1)[-4:])
    assert numbers(reader) == [1]


def test_a_torn_header_waits(spool: Path, reader: SpoolReader) -> None:
    """Whose file it is, is not guessed."""
    append(spool / "a.jsonl", header()[:10])
    assert events(reader) == []
    append(spool / "a.jsonl", header()[10:] + line(n=1))
    assert numbers(reader) == [1]


@pytest.mark.parametrize("size", [MAX_LINE_BYTES, MAX_READ_BYTES - 1, MAX_READ_BYTES, 2 * MAX_READ_BYTES + 17])
def test_a_line_that_is_too_long_holds_nothing_up(spool: Path, reader: SpoolReader, size: int) -> None:
    """It is left out, and what comes after it is read, whether or not it has an end yet."""
    append(spool / "a.jsonl", header() + line(n=1) + b'{"v":1,"type":"note","n":2,"x":"' + b"x" * size)
    seen = [n for _ in range(5) for n in numbers(reader)]
    append(spool / "a.jsonl", b'"}\n' + line(n=3))
    assert seen + [n for _ in range(5) for n in numbers(reader)] == [1, 3]


def test_a_whole_line_that_is_too_long_is_left_out(spool: Path, reader: SpoolReader) -> None:
    """Nobody of ours writes such lines."""
    append(spool / "a.jsonl", header() + line(n=1, x="x" * MAX_LINE_BYTES) + line(n=2))
    assert numbers(reader) == [2]


def test_much_at_once_is_read_in_portions(spool: Path, reader: SpoolReader) -> None:
    """A megabyte at a look, nothing lost between."""
    count = 3 * MAX_READ_BYTES // 30_000
    append(spool / "a.jsonl", header() + b"".join(line(n=n, text="x" * 30_000) for n in range(count)))
    looks = [numbers(reader) for _ in range(5)]
    assert len(looks[0]) < count
    assert [n for look in looks for n in look] == list(range(count))


def test_zeros_that_nobody_fills_hold_up_what_comes_after_them_for_a_minute(
    spool: Path, reader: SpoolReader, clock: Clock
) -> None:
    """A network folder may show a file's new size before what stands in it; what a lost machine left behind stays zeros."""
    append(spool / "a.jsonl", header() + line(n=1) + b"\0" * 99 + b"\n" + line(n=2))
    assert numbers(reader) == [1]
    clock.now += HOLE_SECONDS - 1
    assert numbers(reader) == []
    clock.now += 1
    assert numbers(reader) == [2]


def test_zeros_that_are_filled_are_read(spool: Path, reader: SpoolReader) -> None:
    """The line that was meant comes, once."""
    append(spool / "a.jsonl", header())
    assert numbers(reader) == []
    append(spool / "a.jsonl", b"\0" * len(line(n=1)) + line(n=2))
    assert numbers(reader) == []
    with (spool / "a.jsonl").open("r+b") as file:
        file.seek(len(header()))
        file.write(line(n=1))
    assert numbers(reader) == [1, 2]


@pytest.mark.parametrize(
    "text", [b"[" * 60_000, b'{"a":' * 10_000, b"1" * 60_000, b"\xed\xa0\x80", b'"' + b"\\ud800" * 99 + b'"']
)
def test_lines_that_no_parser_likes_are_left_out(spool: Path, reader: SpoolReader, text: bytes) -> None:
    """Deep nesting, endless numbers, no UTF-8."""
    append(spool / "a.jsonl", header() + text + b"\n" + line(n=1))
    assert numbers(reader) == [1]


@pytest.mark.parametrize(
    "first",
    [
        b"",
        b"\n",
        b"{\n",
        line(n=0),
        header(None),
        header(7),
        header(""),
        header("../x"),
        header("srv-1"),
        b"x" * (MAX_LINE_BYTES + 9) + b"\n",
    ],
)
def test_a_file_without_our_header_is_not_read(spool: Path, reader: SpoolReader, first: bytes) -> None:
    """Not even when a header comes later."""
    append(spool / "a.jsonl", first + line(n=1) + header() + line(n=2))
    assert [events(reader) for _ in range(3)] == [[], [], []]


def test_symlinks_folders_and_other_names_are_passed_over(spool: Path, reader: SpoolReader, tmp_path: Path) -> None:
    """Only plain files that end in .jsonl count."""
    (tmp_path / "elsewhere").write_bytes(header() + line(n=1))
    (spool / "link.jsonl").symlink_to(tmp_path / "elsewhere")
    (spool / "folder.jsonl").mkdir()
    os.mkfifo(spool / "pipe.jsonl")
    append(spool / "a.json", header() + line(n=2))
    append(spool / "a.jsonl", header() + line(n=3))
    assert numbers(reader) == [3]


def test_a_link_put_in_the_place_of_a_file_is_not_followed(tmp_path: Path) -> None:
    """Between the look into the folder and the opening somebody may have swapped it."""
    (tmp_path / "target").write_bytes(b"x")
    (tmp_path / "link").symlink_to(tmp_path / "target")
    with pytest.raises(OSError, match="link"):
        spool_reader.open_file(str(tmp_path / "link"))


def test_a_file_that_vanishes_is_passed_over(
    spool: Path, reader: SpoolReader, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the look into the folder and the opening it may be cleared away; the others are read, and it is forgotten."""
    append(spool / "a.jsonl", header() + line(n=1))
    append(spool / "b.jsonl", header() + line(n=2))
    really = spool_reader.open_file

    def vanish(path: str) -> Any:
        Path(path).unlink() if path.endswith("a.jsonl") else None
        return really(path)

    monkeypatch.setattr(spool_reader, "open_file", vanish)
    assert numbers(reader) == [2]
    assert events(reader) == []
    clock.now += GONE_SECONDS - 1
    assert events(reader) == []
    assert (list(reader.tails), reader.gone) == (["a.jsonl", "b.jsonl"], set())
    clock.now += 1
    assert events(reader) == []
    assert (list(reader.tails), reader.gone) == (["b.jsonl"], {"a.jsonl"})


def looked_at(reader: SpoolReader, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Give the files that the next look touches."""
    seen: list[str] = []
    really = os.lstat
    with monkeypatch.context() as patch:
        patch.setattr(spool_reader.os, "lstat", lambda path: seen.append(Path(path).name) or really(path))
        reader.read_new()
    return seen


def test_files_that_can_never_be_ours_are_not_looked_at_again(
    spool: Path, reader: SpoolReader, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A first line without a server's name stays so; one that is not whole yet may become ours."""
    append(spool / "nobody.jsonl", line(n=1))
    append(spool / "odd.jsonl", header("../x"))
    append(spool / "torn.jsonl", header()[:9])
    append(spool / "ours.jsonl", header())
    assert len(looked_at(reader, monkeypatch)) == 4
    clock.now += 1e9
    assert looked_at(reader, monkeypatch) == ["ours.jsonl", "torn.jsonl"]


def test_what_was_written_four_weeks_ago_rests(
    spool: Path, reader: SpoolReader, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its jobs have ended; if its kernel lives and writes on, every event comes, once."""
    append(spool / "a.jsonl", header() + line(n=1))
    os.utime(spool / "a.jsonl", (time.time() - OLD_SECONDS - 60,) * 2)
    assert events(reader) == []
    append(spool / "a.jsonl", line(n=2))
    assert looked_at(reader, monkeypatch) == []
    clock.now += OLD_REST_SECONDS
    assert numbers(reader) == [1, 2]
    assert numbers(reader) == []


def test_what_was_not_written_for_a_day_is_looked_at_every_other_second(
    spool: Path, reader: SpoolReader, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A launch from a kernel that has long been idle is seen within seconds all the same."""
    append(spool / "a.jsonl", header() + line(n=1))
    os.utime(spool / "a.jsonl", (time.time() - QUIET_SECONDS - 60,) * 2)
    assert numbers(reader) == [1]
    assert looked_at(reader, monkeypatch) == ["a.jsonl"]
    append(spool / "a.jsonl", line(n=2))
    assert looked_at(reader, monkeypatch) == []
    clock.now += QUIET_REST_SECONDS
    assert numbers(reader) == [2]


def test_another_servers_file_is_left_to_it(spool: Path, reader: SpoolReader, tmp_path: Path) -> None:
    """As long as it lives."""
    alive(tmp_path, OTHER)
    append(spool / "a.jsonl", header(OTHER) + line(n=1))
    assert events(reader) == []


@pytest.mark.parametrize("was_there", [True, False])
def test_the_files_of_a_server_that_is_gone_are_taken_over(
    spool: Path, reader: SpoolReader, tmp_path: Path, clock: Clock, was_there: bool
) -> None:
    """Whole, soon after its sign of life is stale, or cleared away for as long; and what its kernels write afterwards."""
    alive(tmp_path, OTHER)
    append(spool / "a.jsonl", header(OTHER, "k9") + line(n=1))
    assert events(reader) == []
    if was_there:
        alive(tmp_path, OTHER, LEASE_SECONDS + 60)
    else:
        (tmp_path / "servers" / OTHER / "overview.json").unlink()
        long_ago(tmp_path / "servers" / OTHER)
    assert events(reader) == []
    clock.now += OTHERS_REST_SECONDS
    assert [event["kernel_id"] for event in events(reader)] == ["k9", "k9"]
    append(spool / "a.jsonl", line(n=2))
    assert numbers(reader) == [2]


def long_ago(path: Path) -> None:
    """Let something be older than a lease."""
    os.utime(path, (time.time() - LEASE_SECONDS - 60,) * 2)


def test_a_server_that_has_left_nothing_is_gone_once_its_kernels_file_is_old(
    spool: Path, reader: SpoolReader, clock: Clock
) -> None:
    """It may have started just now, its first sign of life still to come."""
    append(spool / "a.jsonl", header(OTHER) + line(n=1))
    assert events(reader) == []
    clock.now += OTHERS_REST_SECONDS
    assert events(reader) == []
    long_ago(spool / "a.jsonl")
    clock.now += OTHERS_REST_SECONDS
    assert numbers(reader) == [1]


def test_a_sign_of_life_that_is_out_of_sight_for_a_moment_ends_nobody(spool: Path, reader: SpoolReader, tmp_path: Path) -> None:
    """The folder was changed by the last one, a minute ago at most; the kernel may have been idle for days."""
    append(spool / "a.jsonl", header(OTHER) + line(n=1))
    long_ago(spool / "a.jsonl")
    alive(tmp_path, OTHER)
    (tmp_path / "servers" / OTHER / "overview.json").unlink()
    assert events(reader) == []


@pytest.mark.parametrize("number", [errno.ESTALE, errno.EIO, errno.EACCES])
def test_where_a_sign_of_life_cannot_be_looked_at_it_is_asked_again_later(
    spool: Path, reader: SpoolReader, tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    """A network that has broken down: two servers would have the same launches for good."""
    append(spool / "a.jsonl", header(OTHER) + line(n=1))
    long_ago(spool / "a.jsonl")

    def fail(_: Path) -> float:
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as patch:
        patch.setattr(lease.Path, "stat", fail)
        assert events(reader) == []
        clock.now += OTHERS_REST_SECONDS
        assert events(reader) == []
    alive(tmp_path, OTHER)
    clock.now += OTHERS_REST_SECONDS
    assert events(reader) == []
    alive(tmp_path, OTHER, LEASE_SECONDS + 60)
    clock.now += OTHERS_REST_SECONDS
    assert numbers(reader) == [1]


def test_of_another_servers_file_only_the_header_is_read(
    spool: Path, reader: SpoolReader, tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its lines are none of our business, and looking at them each second would cost."""
    alive(tmp_path, OTHER)
    append(spool / "a.jsonl", header(OTHER) + line(n=1) * 5)
    asked: list[str] = []
    read_header = spool_reader.read_header
    monkeypatch.setattr(spool_reader, "read_header", lambda file: asked.append("header") or read_header(file))
    monkeypatch.setattr(spool_reader, "read_from", lambda *_: asked.append("lines") or b"")
    for _ in range(3):
        assert events(reader) == []
        clock.now += OTHERS_REST_SECONDS
    assert asked == ["header"]


def test_files_come_in_the_order_of_their_names(spool: Path, reader: SpoolReader) -> None:
    """Two kernels do not get mixed up."""
    append(spool / "b.jsonl", header(kernel_id="k2") + line(n=2))
    append(spool / "a.jsonl", header(kernel_id=None) + line(n=1))
    assert [(event["kernel_id"], event.get("id")) for event in events(reader)] == [
        (None, None),
        (None, "1"),
        ("k2", None),
        ("k2", "2"),
    ]
