"""Each living server of a home has an id of its own."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from mlcost_ext.ledger import held_folder, server_id
from mlcost_ext.ledger.held_folder import HeldFolder
from mlcost_ext.ledger.server_id import claim_server_id, locked
from tests.ledger.spool_files import alive


def test_two_servers_in_one_place_differ_and_a_restart_is_the_same(tmp_path: Path) -> None:
    """The second gets another id; when the first has gone its id is free again."""
    home = tmp_path / "mlcost"
    first = claim_server_id(home, "laptop 8888")
    second = claim_server_id(home, "laptop 8888")
    assert first.value != second.value
    value = first.value
    del first
    assert claim_server_id(home, "laptop 8888").value == value
    assert claim_server_id(home, "laptop 8889").value not in (value, second.value)


def test_the_folders_are_private(tmp_path: Path) -> None:
    """Home, servers and the server's own folder are their owner's alone."""
    home = tmp_path / "mlcost"
    mine = claim_server_id(home, "x")
    for folder in (home, home / "servers", home / "servers" / mine.value):
        assert folder.stat().st_mode & 0o777 == 0o700


def test_a_home_that_cannot_be_written_gives_an_id_all_the_same(tmp_path: Path) -> None:
    """A file where the home should be: the server starts, with an id of its process."""
    blocked = tmp_path / "file"
    blocked.write_text("")
    one = claim_server_id(blocked, "x")
    assert len(one.value) == 16
    assert one.value == claim_server_id(blocked, "x").value
    assert os.getpid() > 0


@pytest.fixture
def no_locks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let each lock fail, as some network folders do."""

    def refuse(*_: object) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(server_id.fcntl, "flock", refuse)


@pytest.mark.usefixtures("no_locks")
def test_without_locks_the_same_holds(tmp_path: Path) -> None:
    """Two that live differ, a restart is the same, and others see that somebody lives."""
    first, second = claim_server_id(tmp_path, "x"), claim_server_id(tmp_path, "x")
    value = first.value
    assert locked(tmp_path / "servers" / value) is None
    assert value != second.value
    del first
    again = claim_server_id(tmp_path, "x")
    assert again.value == value
    assert len(list((tmp_path / "servers" / value / "lock.held").iterdir())) == 1


@pytest.mark.usefixtures("no_locks")
def test_without_locks_another_machines_server_is_gone_after_five_minutes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody can ask for its process, so its overview.json and its lock must both be old."""
    with monkeypatch.context() as patch:
        patch.setattr(held_folder, "machine_name", lambda: "elsewhere-0-0")
        theirs = claim_server_id(tmp_path, "x")
    folder = tmp_path / "servers" / theirs.value
    os.utime(folder / "lock.held" / "held", (1, 1))
    alive(tmp_path, theirs.value, seconds_ago=200)
    assert claim_server_id(tmp_path, "x").value != theirs.value
    alive(tmp_path, theirs.value, seconds_ago=301)
    ours = claim_server_id(tmp_path, "x")
    assert ours.value == theirs.value
    theirs_value = theirs.value
    del theirs  # it comes back and ends: the lock is not its any more
    assert locked(tmp_path / "servers" / theirs_value) is None


@pytest.mark.usefixtures("no_locks")
def test_without_locks_a_sign_of_life_that_is_out_of_sight_gives_no_id_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It lives on another machine: its folder has changed lately, or nobody can look."""
    with monkeypatch.context() as patch:
        patch.setattr(held_folder, "machine_name", lambda: "elsewhere-0-0")
        theirs = claim_server_id(tmp_path, "x")
    folder = tmp_path / "servers" / theirs.value
    alive(tmp_path, theirs.value)
    os.utime(folder / "lock.held" / "held", (1, 1))
    (folder / "overview.json").unlink()
    assert claim_server_id(tmp_path, "x").value != theirs.value

    def fail(_: Path) -> float:
        raise OSError(errno.ESTALE, os.strerror(errno.ESTALE))

    os.utime(folder, (1, 1))
    with monkeypatch.context() as patch:
        patch.setattr(server_id, "last_sign", fail)
        assert claim_server_id(tmp_path, "x").value != theirs.value
    assert claim_server_id(tmp_path, "x").value == theirs.value


def test_of_two_who_take_a_dead_ones_lock_one_gets_it(tmp_path: Path) -> None:
    """Whoever comes second does not take it from the first."""
    dead, one, two = (HeldFolder(tmp_path / "lock") for _ in range(3))
    assert dead.take()
    holder = dead.holder() or ""
    assert one.take_from(holder)
    assert not two.take_from(holder)
    assert not two.take()
    assert not dead.release()
    assert one.release()
    assert two.take()
