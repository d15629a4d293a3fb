"""The steps that bring a server's file to today's form."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

import pytest

from mlcost_ext.ledger.database import migrate, open_to_write, statements_of
from mlcost_ext.ledger.migrations import MIGRATIONS

TRIGGER = "CREATE TABLE a (b); CREATE TRIGGER c AFTER INSERT ON a BEGIN DELETE FROM a; SELECT ';'; END; DROP TABLE a"
WRITERS, TIMES = 6, 5


def form(path: Path) -> list[tuple[str, ...]]:
    """Give what a file consists of."""
    connection = sqlite3.connect(path)
    try:
        return connection.execute("SELECT type, name, sql FROM sqlite_master ORDER BY type, name").fetchall()
    finally:
        connection.close()


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[str, ...]]:
    """The form by SQLite's own reading of the steps."""
    path = tmp_path_factory.mktemp("expected") / "ledger.sqlite"
    connection = sqlite3.connect(path)
    for step in MIGRATIONS:
        connection.executescript(step)
    connection.close()
    return form(path)


def test_each_statement_of_a_step_by_itself() -> None:
    assert [each.split()[1] for each in statements_of(TRIGGER)] == ["TABLE", "TRIGGER", "TABLE"]
    assert list(statements_of(" ;\n ; ")) == []


@pytest.mark.parametrize("attempt", range(TIMES))
def test_several_servers_at_once(tmp_path: Path, expected: list[tuple[str, ...]], attempt: int) -> None:
    """None of them fails, whoever is first, and the file is what one alone makes of it."""
    path = tmp_path / "ledger.sqlite"
    failures: list[BaseException] = []
    begin = threading.Barrier(WRITERS)

    def write() -> None:
        begin.wait()
        try:
            open_to_write(path).close()
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=write) for _ in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert form(path) == expected


def test_a_step_that_fails_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither a part of it nor its number; what was there is as it was, and mended steps go on from it."""
    path = tmp_path / "ledger.sqlite"
    open_to_write(path).close()
    before = form(path)
    steps = (*MIGRATIONS, "CREATE TABLE half_done (a); CREATE TABLE half_done (a);")
    monkeypatch.setattr("mlcost_ext.ledger.database.MIGRATIONS", steps)
    connection = sqlite3.connect(path)
    with pytest.raises(sqlite3.OperationalError):
        migrate(connection)
    connection.close()
    assert form(path) == before
    monkeypatch.setattr("mlcost_ext.ledger.database.MIGRATIONS", (*MIGRATIONS, "CREATE TABLE whole (a);"))
    open_to_write(path).close()
    assert [row[1] for row in form(path) if row not in before] == ["whole"]
