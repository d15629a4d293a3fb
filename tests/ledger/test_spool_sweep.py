"""Which spool files are deleted: those that the ledger has all of and nobody writes to, and those that are too old to be kept."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from mlcost_ext.ledger import spool_sweep
from mlcost_ext.ledger.lease import LEASE_SECONDS
from mlcost_ext.ledger.spool_batch import Position
from mlcost_ext.ledger.spool_sweep import REST_SECONDS, lives, naming, sweep

from .spool_files import OTHER, OURS, alive, append, json_line, line

HOST, BOOT, EARLIER_BOOT = "here", "b0" * 16, "b1" * 16
KEPT = 30 * 86400.0
LATE, OLD = REST_SECONDS + 60, KEPT + 60
MINE = json_line("kernel", server_id=OURS, kernel_id="k1", user="ana")

pytestmark = pytest.mark.skipif(os.name == "nt", reason="there nobody can be asked whether a process lives")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a home on a machine that tells its name and its boot."""
    monkeypatch.setattr(spool_sweep, "host_name", lambda: HOST)
    monkeypatch.setattr(spool_sweep, "boot_id", lambda: BOOT)
    (tmp_path / "spool").mkdir()
    return tmp_path


@pytest.fixture(scope="module")
def ended() -> int:
    """Give the number of a process that has ended."""
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    return process.pid


def file_of(
    home: Path, pid: int, *, host: str = HOST, boot: str = BOOT, quiet: float = LATE, data: bytes = MINE + line(1)
) -> str:
    """Leave a file that was not written for so long."""
    file = home / "spool" / f"{host}-{boot}-{pid}-{'0' * 16}.jsonl"
    append(file, data)
    os.utime(file, (time.time() - quiet,) * 2)
    return file.name


def swept(home: Path, name: str, missing: int = 0) -> bool:
    """Tell whether a file goes whose ledger lacks so many bytes of it."""
    taken = {name: Position((home / "spool" / name).stat().st_size - missing)}
    gone = sweep(home, OURS, taken, kept_seconds=KEPT)
    assert (gone == [name]) == (not (home / "spool" / name).exists())
    return gone == [name]


def test_a_file_that_was_taken_and_whose_kernel_has_ended_goes(home: Path, ended: int) -> None:
    """After a week, in which somebody may put an older ledger back."""
    name = file_of(home, ended, quiet=REST_SECONDS - 60)
    assert not swept(home, name)
    os.utime(home / "spool" / name, (time.time() - LATE,) * 2)
    assert swept(home, name)


def test_a_kernel_of_an_earlier_boot_has_ended(home: Path) -> None:
    """Whoever has its number now."""
    assert swept(home, file_of(home, os.getpid(), boot=EARLIER_BOOT))


@pytest.mark.parametrize("quiet", [LATE, OLD])
def test_the_file_of_a_kernel_that_lives_stays(home: Path, quiet: float) -> None:
    """However long it has been at rest."""
    assert not swept(home, file_of(home, os.getpid(), quiet=quiet))


@pytest.mark.parametrize(("host", "boot"), [("elsewhere", BOOT), (HOST, "0" * 32)])
def test_a_kernel_that_cannot_be_asked_for_is_waited_for(home: Path, ended: int, host: str, boot: str) -> None:
    """As long as anything is kept."""
    assert lives(file_of(home, ended, host=host, boot=boot)) is None
    assert not swept(home, file_of(home, ended, host=host, boot=boot))
    assert swept(home, file_of(home, ended + 1, host=host, boot=boot, quiet=OLD))


def test_what_was_not_taken_stays(home: Path, ended: int) -> None:
    """A line behind where the ledger is, or a file that it has nothing of; half a line that a kill has left is no line."""
    assert not swept(home, file_of(home, ended), missing=5)
    (name,) = os.listdir(home / "spool")  # noqa: PTH208
    assert sweep(home, OURS, {}, kept_seconds=KEPT) == []
    taken = {name: Position((home / "spool" / name).stat().st_size)}
    file_of(home, ended, data=b'{"v":1,"type":"intent')
    assert sweep(home, OURS, taken, kept_seconds=KEPT) == [name]


def test_what_is_too_old_goes_taken_or_not(home: Path, ended: int) -> None:
    """What it tells would be forgotten at once."""
    name = file_of(home, ended, quiet=OLD)
    assert sweep(home, OURS, {}, kept_seconds=KEPT) == [name]


def test_another_servers_file_is_its_own_to_delete(home: Path, ended: int) -> None:
    """As long as it lives; of one that is gone it goes once it is too old, and no sooner, since that one may come back."""
    theirs = json_line("kernel", server_id=OTHER, kernel_id="k2") + line(1)
    alive(home, OTHER)
    name = file_of(home, ended, data=theirs, quiet=OLD)
    assert not swept(home, name)
    alive(home, OTHER, LEASE_SECONDS + 60)
    os.utime(home / "spool" / name, (time.time() - LATE,) * 2)
    assert not swept(home, name)
    os.utime(home / "spool" / name, (time.time() - OLD,) * 2)
    assert swept(home, name)


@pytest.mark.parametrize("data", [json_line("kernel", kernel_id="k3"), json_line("kernel", server_id="../x"), b'{"v":1', b""])
def test_what_belongs_to_no_server_goes_once_it_is_too_old(home: Path, ended: int, data: bytes) -> None:
    """Nobody will ever take it in."""
    assert not swept(home, file_of(home, ended, data=data))
    os.utime(home / "spool" / file_of(home, ended, data=b""), (time.time() - OLD,) * 2)
    assert swept(home, os.listdir(home / "spool")[0])  # noqa: PTH208


def test_other_names_links_and_folders_are_left_alone(home: Path, ended: int) -> None:
    """Whatever their age."""
    target = home / "target"
    append(target, MINE)
    link = home / "spool" / f"{HOST}-{BOOT}-{ended}-{'1' * 16}.jsonl"
    link.symlink_to(target)
    (home / "spool" / f"{HOST}-{BOOT}-{ended}-{'2' * 16}.jsonl").mkdir()
    append(home / "spool" / "notes.jsonl", MINE)
    for path in (home / "spool").iterdir():
        os.utime(path, (time.time() - OLD,) * 2, follow_symlinks=False)
    assert sweep(home, OURS, {}, kept_seconds=KEPT) == []
    assert len(list((home / "spool").iterdir())) == 3


def test_a_folder_that_cannot_be_read_is_tried_again_later(tmp_path: Path) -> None:
    """Nothing is raised."""
    assert sweep(tmp_path / "nowhere", OURS, {}, kept_seconds=KEPT) == []


def test_who_is_still_named(home: Path, ended: int) -> None:
    """In this server's files, and as a whole name."""
    name = file_of(home, ended)
    file_of(home, ended + 1, data=json_line("kernel", server_id=OTHER, user="ana"))
    assert (naming(home, OURS, "ana"), naming(home, OURS, "an"), naming(home, OURS, "bo")) == ([name], [], [])
