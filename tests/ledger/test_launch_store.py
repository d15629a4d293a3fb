"""Launches in the ledger: each event once, whatever is given twice."""

from __future__ import annotations

import sqlite3
import time
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from mlcost_ext.ledger import server_id as server_id_module
from mlcost_ext.ledger.database import Database
from mlcost_ext.ledger.launch_store import Kept, LaunchStore
from mlcost_ext.ledger.server_id import claim_server_id
from mlcost_ext.ledger.spool_batch import Batch, Position, cut
from mlcost_ext.ledger.spool_reader import SpoolReader
from mlcost_ext.usecases.launches import LaunchBook

from .spool_files import OTHER, OURS, alive, append, json_line, line, outcome

LONG_AGO = datetime(2020, 1, 1, tzinfo=timezone.utc)


@pytest.fixture
def store(tmp_path: Path) -> LaunchStore:
    return LaunchStore(Database(tmp_path / "servers" / OURS / "ledger.sqlite"))


def batch(*lines: bytes, start: int = 0, name: str = "a.jsonl") -> Batch:
    found = cut(name, b"".join(lines), Position(start))
    assert found is not None
    return found


def rows(store: LaunchStore) -> list[dict[str, Any]]:
    with store._database.transaction() as connection:
        cursor = connection.execute("SELECT * FROM launch ORDER BY id")
        return [dict(zip((each[0] for each in cursor.description), row, strict=True)) for row in cursor]


def results(store: LaunchStore) -> dict[str, str | None]:
    return {row["id"]: row["result"] for row in rows(store)}


def loaded(store: LaunchStore) -> Kept:
    return store.load(LONG_AGO, LONG_AGO)


def test_a_launch_has_what_its_two_lines_tell(store: LaunchStore) -> None:
    """Each in its column, times in one form."""
    where = {"notebook": "n.ipynb", "cell_id": "c", "user": "ana", "user_basis": "space", "git_commit": "0" * 40, "project": "p"}
    told = batch(line(1, **where, decision="d1", request={"a": 1}, tags={"t": "é"}, at="2026-11-30T05:00:00+01:00"), outcome(1))
    told.events[0]["kernel_id"] = "k1"
    assert store.take([told]) == set()
    assert rows(store) == [
        {
            "id": "1",
            "at": "2026-11-30T04:00:00.000000Z",
            "answered_at": "2026-11-30T04:00:00.000000Z",
            "kind": "training",
            "region_id": "us-east-1",
            "name": "job-1",
            "result": "accepted",
            "resource_id": "arn:1",
            "error_code": None,
            "kernel_id": "k1",
            "notebook": "n.ipynb",
            "cell_id": "c",
            "user_name": "ana",
            "user_basis": "space",
            "git_commit": "0" * 40,
            "project": "p",
            "request": '{"a":1}',
            "tags": '{"t":"\\u00e9"}',
            "estimate": None,
            "decision": "d1",
            "input_bytes": None,
        }
    ]


def test_what_is_given_twice_is_taken_once(store: LaunchStore) -> None:
    """The same batch, one that begins earlier, and one that goes further: only what is behind the position counts."""
    first, second = batch(line(1)), batch(line(1), outcome(1), line(2))
    store.take([first])
    store.take([first, second, first])
    assert store.positions() == {"a.jsonl": second.position}
    assert results(store) == {"1": "accepted", "2": None}
    with store._database.transaction() as connection:
        connection.execute("DELETE FROM launch")
    store.take([batch(line(1), outcome(1), line(2), line(3))])
    assert results(store) == {"3": None}


def test_what_comes_after_a_gap_is_not_taken(store: LaunchStore) -> None:
    """The file is named, so that it is read again; the others are taken."""
    store.take([batch(line(1))])
    at = len(line(1))
    found = store.take([batch(line(3), start=at + 9), batch(line(4), start=at + 200), batch(line(5), name="b.jsonl")])
    assert found == {"a.jsonl"}
    assert results(store) == {"1": None, "5": None}
    assert store.positions()["a.jsonl"] == Position(at)


def test_all_of_a_taking_is_there_or_nothing(store: LaunchStore) -> None:
    """Rows and positions are one transaction: what fails in it leaves neither."""
    with store._database.transaction() as connection:
        connection.execute("CREATE TRIGGER full BEFORE INSERT ON spool_file BEGIN SELECT RAISE(ABORT, 'disk is full'); END")
    with pytest.raises(OSError, match="full"):
        store.take([batch(line(1))])
    with store._database.transaction() as connection:
        connection.execute("DROP TRIGGER full")
    assert (rows(store), store.positions()) == ([], {})
    store.take([batch(line(1))])
    assert results(store) == {"1": None}


def test_the_first_outcome_counts(store: LaunchStore) -> None:
    """One of nobody's launch is passed over."""
    store.take([batch(line(1), outcome(1), outcome(1, result="refused", error_code="X"), outcome(7))])
    (row,) = rows(store)
    assert (row["result"], row["resource_id"], row["error_code"]) == ("accepted", "arn:1", None)


def test_an_outcome_in_another_file_than_its_intent_finds_it(store: LaunchStore) -> None:
    """A process that forked in the middle of a call; the file with the outcome may come first."""
    store.take([batch(outcome(1), name="a.jsonl"), batch(line(1), name="b.jsonl")])
    assert results(store) == {"1": "accepted"}


def test_awss_own_list_settles_what_nobody_knows(store: LaunchStore) -> None:
    """No outcome, or one that knows nothing; what the kernel knew stands, and its later word counts."""
    store.take([batch(line(1), line(2), line(3), outcome(2, result="unknown", resource_id=None), outcome(3, result="refused"))])
    assert [store.settle(str(n), "accepted", f"arn:aws:{n}") for n in (1, 2, 3, 4)] == [True, True, False, False]
    assert results(store) == {"1": "accepted", "2": "accepted", "3": "refused"}
    assert [row["resource_id"] for row in rows(store)] == ["arn:aws:1", "arn:aws:2", "arn:3"]
    position = store.positions()["a.jsonl"].offset
    store.take([batch(outcome(1, result="unknown", resource_id=None, error_code="ReadTimeout"), start=position)])
    assert (results(store)["1"], rows(store)[0]["error_code"]) == ("accepted", "ReadTimeout")


def test_a_kernels_refusal_outweighs_what_was_guessed_before(store: LaunchStore) -> None:
    """AWS's list had a job of that name, which was a colleague's."""
    store.take([batch(line(1))])
    assert store.settle("1", "accepted", "arn:theirs")
    store.take([batch(outcome(1, result="refused", resource_id=None), start=len(line(1)))])
    assert results(store) == {"1": "refused"}


def book_of(events: list[dict[str, Any]]) -> LaunchBook:
    book = LaunchBook()
    for event in events:
        book.take(event)
    return book


def at(second: int) -> str:
    return f"2026-11-30T04:00:{second:02}.000000Z"


def test_a_book_of_launches_is_the_same_after_a_restart(store: LaunchStore) -> None:
    """Names that were used again, refused ones, calls that overlap: as if the lines were read once more."""
    told = batch(
        line(1, name="a", at=at(1)),
        outcome(1, at=at(2)),
        line(2, name="a", at=at(3), notebook="n.ipynb"),
        line(3, name="b", at=at(4), request={"x": 1}),
        outcome(2, at=at(5), result="refused"),
        line(4, name="c", at=at(6)),
        line(5, name="c", at=at(7)),
        outcome(5, at=at(8), result="unknown"),
        outcome(4, at=at(9)),
        line(6, name="d", at=at(10)),
        outcome(6, at=at(3)),  # the clock went back
    )
    store.take([told])
    assert book_of(loaded(store).events) == book_of(told.events)
    assert loaded(store).positions == {"a.jsonl": told.position}


def test_what_is_of_no_use_any_more_is_not_loaded(store: LaunchStore) -> None:
    """Old launches, and the requests of those that AWS has taken long ago; what awaits an outcome keeps its own."""
    whole = {"request": {"a": 1}, "tags": {"t": "x"}}
    store.take([batch(line(0, at="2019-12-31T23:59:59.999999Z"), line(1, **whole), outcome(1, at=at(30)), line(2, **whole))])

    def requests(seconds: int) -> list[tuple[str, dict[str, Any], dict[str, str]]]:
        since = datetime(2026, 11, 30, 4, 0, seconds, tzinfo=timezone.utc)
        intents = [event for event in store.load(LONG_AGO, since).events if event["type"] == "intent"]
        return [(event["id"], event["request"], event["tags"]) for event in intents]

    assert requests(30) == [("1", {"a": 1}, {"t": "x"}), ("2", {"a": 1}, {"t": "x"})]
    assert requests(31) == [("1", {}, {}), ("2", {"a": 1}, {"t": "x"})]


def test_old_launches_and_files_that_are_gone_are_forgotten(store: LaunchStore) -> None:
    """By the day, and by their names."""
    lines = [line(1, at="2026-11-28T23:59:59.999999Z"), line(2, at="2026-11-29T00:00:00Z")]
    store.take([batch(*lines), batch(line(3), name="b.jsonl")])
    store.forget(date(2026, 11, 29))
    store.forget_files(["a.jsonl", "none.jsonl"])
    assert (sorted(results(store)), list(store.positions())) == (["2", "3"], ["b.jsonl"])


def test_a_request_that_is_nested_too_deep_holds_nothing_up(store: LaunchStore) -> None:
    """The launch is kept, its request as far as it can be written."""
    told = batch(line(1))
    deep: dict[str, Any] = {}
    for _ in range(100_000):
        deep = {"a": deep}
    told.events[0]["request"] = deep
    store.take([told])
    assert rows(store)[0]["request"] == "{}"


def take_all(home: Path, server: str) -> LaunchStore:
    """Let a server of a home read everything that it may."""
    store = LaunchStore(Database(home / "servers" / server / "ledger.sqlite"))
    reader = SpoolReader(home, server)
    reader.start_at(store.positions())
    store.take(reader.read_new())
    return store


def ids_in_all(home: Path) -> list[str]:
    """Give the launches of all ledgers of a home, each once, as a view over several does."""
    found: set[str] = set()
    for file in home.glob("servers/*/ledger.sqlite"):
        with sqlite3.connect(file) as connection:
            found |= {id_ for (id_,) in connection.execute("SELECT id FROM launch")}
    return sorted(found)


def test_two_servers_of_a_home_keep_to_their_own_files(tmp_path: Path) -> None:
    """Until one is gone: the other takes its files whole; when it comes back it goes on, and each launch counts once."""
    (tmp_path / "spool").mkdir()
    ours, theirs = (tmp_path / "spool" / f"{name}.jsonl" for name in ("ours", "theirs"))
    append(ours, json_line("kernel", server_id=OURS) + line(1))
    append(theirs, json_line("kernel", server_id=OTHER) + line(2))
    for server in (OURS, OTHER):
        alive(tmp_path, server)
    assert (results(take_all(tmp_path, OURS)), results(take_all(tmp_path, OTHER))) == ({"1": None}, {"2": None})
    alive(tmp_path, OTHER, seconds_ago=301)
    append(theirs, outcome(2) + line(3))
    assert results(take_all(tmp_path, OURS)) == {"1": None, "2": "accepted", "3": None}
    alive(tmp_path, OTHER)
    append(theirs, line(4))
    assert results(take_all(tmp_path, OTHER)) == {"2": "accepted", "3": None, "4": None}
    assert results(take_all(tmp_path, OURS)) == {"1": None, "2": "accepted", "3": None}
    assert ids_in_all(tmp_path) == ["1", "2", "3", "4"]


def test_a_home_without_locks_gives_each_server_a_ledger_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two that live have two ids; a server that comes after one takes its files over, and each launch counts once."""

    def refuse(*_: object) -> None:
        raise OSError(37, "No locks available")

    monkeypatch.setattr(server_id_module.fcntl, "flock", refuse)
    living = [claim_server_id(tmp_path, "place") for _ in range(2)]
    first, second = (each.value for each in living)
    assert first != second
    (tmp_path / "spool").mkdir()
    append(tmp_path / "spool" / "a.jsonl", json_line("kernel", server_id=first) + line(1) + outcome(1))
    alive(tmp_path, first, seconds_ago=301)
    assert results(take_all(tmp_path, first)) == results(take_all(tmp_path, second)) == {"1": "accepted"}
    assert ids_in_all(tmp_path) == ["1"]


def test_many_launches_are_loaded_soon(store: LaunchStore) -> None:
    """A start does not wait for twenty thousand of them for long."""
    many = batch(*(text for n in range(20_000) for text in (line(n), outcome(n))))
    store.take([many])
    began = time.monotonic()
    kept = store.load(LONG_AGO, datetime.now(timezone.utc) + timedelta(days=1))
    assert len(kept.events) == 40_000
    assert time.monotonic() - began < 5
