"""A lock by renaming a folder, and the ledger's file behind it; no network is needed for these."""

from __future__ import annotations

import errno
import os
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from mlcost_ext.ledger import file_lock, held_folder, server_id
from mlcost_ext.ledger.database import Database
from mlcost_ext.ledger.file_lock import FileLock
from mlcost_ext.ledger.held_folder import HeldFolder, has_ended, is_of_this_machine, process_name, started
from mlcost_ext.ledger.server_id import locked

HERE_ONLY = pytest.mark.skipif(held_folder.machine_name() is None, reason="the system does not tell boot and process space")


def names(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix().split("-")[0] for path in folder.rglob("*"))


# -- the lock itself ----------------------------------------------------------------------------


def test_of_many_one_has_it(tmp_path: Path) -> None:
    """Eight threads with a lock each count one number up, in two steps; nothing is left behind."""
    count, path = 0, tmp_path / "locks"

    def work() -> None:
        nonlocal count
        lock = HeldFolder(path)
        for _ in range(25):
            while not lock.take():
                time.sleep(0.0005)
            seen = count
            time.sleep(0.0002)
            count = seen + 1
            assert lock.release()
        lock.close()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert count == 200
    assert list(path.iterdir()) == []


def test_who_has_lost_it_gives_nothing_back(tmp_path: Path) -> None:
    """Not even where it looks for its lock before it is robbed, and gives it back afterwards."""
    slow, other, third = (HeldFolder(tmp_path / "locks") for _ in range(3))
    assert slow.take()
    assert other.take_from(slow.holder() or "")
    assert not slow.release()
    assert not third.take()
    assert other.release()
    assert third.take()


def test_each_holding_has_another_name(tmp_path: Path) -> None:
    """Whoever found one to last too long does not take the next one for it."""
    lock, other = HeldFolder(tmp_path / "locks"), HeldFolder(tmp_path / "locks")
    assert lock.take()
    first = lock.holder() or ""
    assert lock.release()
    assert lock.take()
    assert not other.take_from(first)
    assert lock.release()


@pytest.mark.parametrize("step", ["take", "release"])
def test_an_answer_that_was_lost_holds_up_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    """What was done although an error came back is found out the next time, and can be given back."""
    lock, other = HeldFolder(tmp_path / "locks"), HeldFolder(tmp_path / "locks")
    if step == "take":
        rename = Path.rename
        with monkeypatch.context() as patch:
            patch.setattr(Path, "rename", losing(rename))
            patch.setattr(HeldFolder, "holder", failing)
            with pytest.raises(OSError):
                lock.take()
    else:
        assert lock.take()
        with monkeypatch.context() as patch:
            patch.setattr(Path, "unlink", failing)
            assert not lock.release()
    assert not other.take()
    assert lock.take()
    assert lock.release()
    assert other.take()
    other.close()
    assert names(tmp_path / "locks") == []


def failing(*_: object) -> None:
    raise OSError(errno.EIO, os.strerror(errno.EIO))


def losing(call: Callable[[Path, Path], Path]) -> Callable[[Path, Path], None]:
    """Do it, and answer that it has failed."""

    def lost(path: Path, target: Path) -> None:
        call(path, target)
        failing()

    return lost


@pytest.mark.parametrize("gives_way", [True, False])
def test_who_is_killed_while_giving_it_back_holds_up_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, gives_way: bool
) -> None:
    """An empty folder gives way to the next one; where a network refuses that, it is removed."""
    locks = tmp_path / "locks"
    (locks / "held").mkdir(parents=True)
    lock = HeldFolder(locks)
    if not gives_way:
        rename = Path.rename

        def strict(path: Path, target: Path) -> Path:
            if target.exists():
                raise OSError(errno.EACCES, os.strerror(errno.EACCES))
            return rename(path, target)

        monkeypatch.setattr(Path, "rename", strict)
        assert not lock.take()
    assert lock.take()
    assert not HeldFolder(locks).take()


# -- who lives ----------------------------------------------------------------------------------


@HERE_ONLY
def test_a_process_is_known_by_number_and_start() -> None:
    """One that lives, one that has ended, one that nobody has asked for its end, and one whose number another one has now."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        name = f"{held_folder.machine_name()}-{process.pid}-{started(process.pid)}-ab"
        assert not has_ended(name)
        process.kill()
        until = time.monotonic() + 5
        while not has_ended(name) and time.monotonic() < until:
            time.sleep(0.01)
        assert has_ended(name)
    assert has_ended(name)
    machine, mine = held_folder.machine_name(), os.getpid()
    assert not has_ended(f"{process_name()}-ab")
    assert has_ended(f"{machine}-{mine}-1-ab")
    assert not has_ended(f"{machine}-{mine}-0-ab")  # nobody told its start


@HERE_ONLY
@pytest.mark.parametrize("part", [0, 1, 2])
def test_of_another_machine_boot_or_container_nobody_is_gone_for_certain(part: int) -> None:
    """Process numbers are compared only where they mean the same."""
    words = (held_folder.machine_name() or "").rsplit("-", 2)
    words[part] += "9"
    name = "-".join([*words, "4000000", "1", "ab"])
    assert (is_of_this_machine(name), has_ended(name)) == (False, False)


@pytest.mark.parametrize("name", ["", "junk", ".DS_Store", "a-b-c-d", "-²-1-ab", "-" + "9" * 200 + "-1-ab"])
def test_no_name_of_a_file_does_harm(name: str) -> None:
    """Whatever lies there is nobody that is gone for certain, and nothing is raised."""
    assert not has_ended(name)
    assert not has_ended(f"{held_folder.machine_name()}{name}")


def test_where_the_system_tells_no_boot_nobody_is_of_this_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Two containers may have one host name; a holder there is not taken for one that has ended here."""
    monkeypatch.setattr(held_folder, "boot_id", lambda: "0" * 32)
    lock = HeldFolder(tmp_path / "locks")
    assert lock.take()
    holder = lock.holder() or ""
    assert (is_of_this_machine(holder), has_ended(holder)) == (False, False)
    assert lock.release()


# -- the ledger's file --------------------------------------------------------------------------


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Give the path of a ledger with one row."""
    path = tmp_path / "servers" / "s1" / "ledger.sqlite"
    database = Database(path)
    with database.transaction() as connection:
        connection.execute("CREATE TABLE number (value INTEGER)")
        connection.execute("INSERT INTO number VALUES (1)")
    database.close()
    return path


def numbers(database: Database) -> list[int]:
    with database.transaction() as connection:
        return [value for (value,) in connection.execute("SELECT value FROM number")]


def test_where_locks_work_there_is_nothing_but_the_file(file: Path) -> None:
    """And neither reader nor writer takes turns."""
    reader, writer = Database(file, is_read_only=True), Database(file)
    assert numbers(reader) == numbers(writer) == [1]
    assert {path.name for path in file.parent.iterdir()} <= {"ledger.sqlite", "ledger.sqlite-journal"}


def test_a_reader_is_told_when_locks_fail_meanwhile(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It has gone by locks that its server goes by no more; the next time it takes its turn."""
    reader, writer = Database(file, is_read_only=True), Database(file)
    monkeypatch.setattr(file_lock, "locks_work", lambda _: False)
    with pytest.raises(OSError, match="may have been written"), reader.transaction():
        assert numbers(writer) == [1]
    assert numbers(reader) == [1]
    with reader.transaction():
        assert names(file.parent)[0] == "ledger.sqlite"
        assert len(list((file.parent / "ledger.sqlite.locks" / "held").iterdir())) == 1


def test_an_error_inside_gives_the_lock_back_and_undoes_all(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is raised."""
    monkeypatch.setattr(file_lock, "locks_work", lambda _: False)
    writer = Database(file)

    def write(then: Callable[[sqlite3.Connection], object]) -> None:
        with writer.transaction() as connection:
            connection.execute("INSERT INTO number VALUES (2)")
            then(connection)

    def interrupt(_: sqlite3.Connection) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write(interrupt)
    with pytest.raises(OSError, match="no such table"):
        write(lambda connection: connection.execute("SELECT * FROM letter"))
    assert numbers(Database(file, is_read_only=True)) == [1]
    writer.close()
    assert list((file.parent / "ledger.sqlite.locks").iterdir()) == []


def test_a_network_that_is_away_is_not_taken_for_good_locks(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether turns are taken cannot be told then, so nothing is read."""
    stat = os.stat

    def stale(path: object, *args: object, **options: object) -> os.stat_result:
        if str(path).endswith(".locks"):
            raise OSError(errno.ESTALE, os.strerror(errno.ESTALE))
        return stat(path, *args, **options)  # type: ignore[call-overload,no-any-return]

    monkeypatch.setattr(held_folder.os, "stat", stale)
    with pytest.raises(OSError, match=os.strerror(errno.ESTALE)):
        FileLock(file, is_writer=False).find_out(is_open=False)


# -- a server's folder --------------------------------------------------------------------------


def test_who_can_lock_minds_who_could_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A lock that fails for one server and works for the next one makes them no two servers of one id."""
    folder = tmp_path / "servers" / "a1b2"
    with monkeypatch.context() as patch:
        patch.setattr(server_id.fcntl, "flock", failing)
        first = locked(folder)
    assert first is not None
    assert locked(folder) is None
    with first:
        pass
    second = locked(folder)
    assert second is not None
    assert locked(folder) is None
    with second:
        assert len(list((folder / "lock.held").iterdir())) == 1
    assert list((folder / "lock.held").iterdir()) == []
