"""One refresh at a time, between threads, processes and machines without flock."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from mlcost_ext.prices.price_list import Store
from mlcost_ext.prices.price_list import lock as lock_module
from mlcost_ext.prices.price_list.lock import only_one
from mlcost_ext.prices.refresh import refresh_from_file
from tests.fakes import ROOT
from tests.prices.price_list.lists import FakeApi, clock, made
from tests.prices.price_list.refreshing import kept, run


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "prices")


class NoFlock:
    """What `fcntl` is on a file system without locks."""

    LOCK_EX, LOCK_NB = 2, 4

    @staticmethod
    def flock(handle: int, how: int) -> None:
        raise OSError(95, "Operation not supported")


@pytest.fixture(params=["flock", "file", "no flock"])
def lock_kind(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param == "file":
        monkeypatch.setattr(lock_module, "fcntl", None)
    elif request.param == "no flock":
        monkeypatch.setattr(lock_module, "fcntl", NoFlock)
    kind: str = request.param
    return kind


def test_one_at_a_time(store: Store, lock_kind: str) -> None:
    """The second one is told so, and asks AWS nothing; where there is no flock as well."""
    api = FakeApi({"us-east-1": made()})
    with only_one(store.folder) as is_ours:
        assert is_ours
        assert run(api, store).state == "already_running"
        assert refresh_from_file([], store, clock).state == "already_running"
    assert api.asked == []
    assert run(api, store).state == "done"


def test_a_lock_that_was_left_behind(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is no flock, that of a process which was killed an hour ago is taken over."""
    monkeypatch.setattr(lock_module, "fcntl", None)
    store.folder.mkdir()
    left = store.folder / ".lock-held"
    left.touch()
    api = FakeApi({"us-east-1": made()})
    assert run(api, store).state == "already_running"
    os.utime(left, (0, 0))
    assert run(api, store).state == "done"
    assert not left.exists()


def test_what_killed_processes_leave_is_removed(store: Store) -> None:
    """Half-written files do not gather."""
    (store.folder / ".partial").mkdir(parents=True)
    for folder in (store.folder, store.folder / ".partial"):
        (folder / ".us-east-1.json.abc.new").touch()
    run(FakeApi({"us-east-1": made()}), store)
    assert list(store.folder.rglob("*.new")) == []


def test_threads_at_once(store: Store) -> None:
    """Of many, those that do run leave a whole list."""
    results: list[str] = []

    def work() -> None:
        results.append(run(FakeApi({"us-east-1": made()}), store).state)

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert "done" in results
    assert set(results) <= {"done", "already_running"}
    assert made().truth == kept(store)


PROCESS = """
import sys
from pathlib import Path
from mlcost_ext.prices.price_list import Store
from mlcost_ext.prices.refresh import refresh
from tests.prices.price_list.lists import FakeApi, clock, made
services, store = ("AmazonSageMaker", "AmazonEC2"), Store(Path(sys.argv[1]))
print(refresh(["us-east-1"], services, FakeApi({"us-east-1": made()}), store, clock).state)
"""


def test_two_processes_at_once(store: Store) -> None:
    """One of them does it, and the list is whole; a lock dies with its process."""
    started = [
        subprocess.Popen([sys.executable, "-c", PROCESS, store.folder], cwd=ROOT, stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    states = [process.communicate(timeout=60)[0].strip() for process in started]
    assert "done" in states
    assert set(states) <= {"done", "already_running"}
    assert made().truth == kept(store)
