"""Between spool, ledger and live picture: each event once to both, whatever cannot be written or is started again."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Sequence
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from mlcost_ext.core.times import time_to_text
from mlcost_ext.ledger import launch_store, spool_sweep
from mlcost_ext.ledger.database import Database
from mlcost_ext.ledger.launch_store import LaunchStore
from mlcost_ext.ledger.spool_batch import Batch, Position
from mlcost_ext.ledger.spool_reader import GONE_SECONDS, SpoolReader
from mlcost_ext.server import spool_intake
from mlcost_ext.server.spool_intake import PAUSE_SECONDS, UPKEEP_SECONDS, SpoolIntake
from tests.ledger.spool_files import OURS, Clock, append, json_line, line, outcome

HEADER = json_line("kernel", server_id=OURS, kernel_id="k1")


class FullDisk(LaunchStore):
    """A store whose disk can be full."""

    def __init__(self, home: Path) -> None:
        super().__init__(Database(home / "servers" / OURS / "ledger.sqlite"))
        self.trouble: Exception | None = None
        self.tries = 0

    def take(self, batches: Sequence[Batch]) -> set[str]:
        self.tries += 1
        if self.trouble is not None:
            raise self.trouble
        return super().take(batches)

    def ids(self) -> list[str]:
        with self._database.transaction() as connection:
            return [id_ for (id_,) in connection.execute("SELECT id FROM launch ORDER BY CAST(id AS INTEGER)")]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "spool").mkdir()
    return tmp_path / "spool" / "a.jsonl"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(tmp_path: Path) -> FullDisk:
    return FullDisk(tmp_path)


@pytest.fixture
def intake(tmp_path: Path, store: FullDisk, clock: Clock) -> SpoolIntake:
    return started(tmp_path, store, clock)


def started(home: Path, store: LaunchStore, clock: Clock) -> SpoolIntake:
    """Start a server's half of it."""
    return SpoolIntake(SpoolReader(home, OURS, clock=clock), store, logging.getLogger("test"), clock)


def keys(events: list[dict[str, Any]]) -> list[str]:
    return [f"{event['type'][0]}{event['id']}" for event in events]


def shown(intake: SpoolIntake) -> list[str]:
    """Look once, and give what the live picture is told."""
    news = intake.read()
    intake.write()
    return keys(news.events)


def now(n: int, **fields: Any) -> bytes:
    """Write a launch of this moment."""
    at = time_to_text(datetime.now(timezone.utc))
    return line(n, at=at, **fields) + outcome(n, at=at)


def test_what_is_taken_is_shown_and_kept_once(
    tmp_path: Path, file: Path, intake: SpoolIntake, store: FullDisk, clock: Clock
) -> None:
    """A server that is started again knows it from the ledger, and goes on behind it."""
    append(file, HEADER + now(1) + line(2))
    assert (shown(intake), shown(intake), store.ids()) == (["i1", "o1", "i2"], [], ["1", "2"])
    append(file, outcome(2) + line(3))
    later = started(tmp_path, store, clock)
    news = later.read()
    assert (sorted(keys(news.kept)), keys(news.events)) == (["i1", "i2", "o1"], ["o2", "i3"])
    assert news.guarded_kernels == {"k1"}
    later.write()
    assert (later.read().kept, store.ids(), later.is_level) == ([], ["1", "2", "3"], True)


def test_the_files_may_be_gone_when_a_server_starts(
    tmp_path: Path, file: Path, intake: SpoolIntake, store: FullDisk, clock: Clock
) -> None:
    """The ledger has their launches."""
    append(file, HEADER + now(1))
    shown(intake)
    file.unlink()
    assert keys(started(tmp_path, store, clock).read().kept) == ["i1", "o1"]


def test_a_full_disk_hides_nothing_and_what_waited_is_written_later(
    file: Path, intake: SpoolIntake, store: FullDisk, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    """It is tried again now and then, and told once."""
    append(file, HEADER + line(1))
    store.trouble = OSError(28, "No space left on device")
    assert (shown(intake), intake.is_level) == (["i1"], False)
    append(file, line(2))
    assert (shown(intake), store.tries) == (["i2"], 1)
    clock.now += PAUSE_SECONDS
    assert (shown(intake), store.tries, store.ids()) == ([], 2, [])
    store.trouble = None
    append(file, line(3))
    clock.now += PAUSE_SECONDS
    assert (shown(intake), store.ids(), intake.is_level) == (["i3"], ["1", "2", "3"], True)
    assert [record.getMessage().partition(" (")[0] for record in caplog.records] == ["mlcost-ext cannot write its ledger"]


def test_whatever_goes_wrong_with_the_ledger_launches_are_shown(file: Path, intake: SpoolIntake, store: FullDisk) -> None:
    """Also what nobody has thought of."""
    store.trouble = KeyError("odd")
    append(file, HEADER + line(1))
    assert shown(intake) == ["i1"]


def test_what_does_not_fit_into_memory_is_read_again_for_the_ledger_alone(
    file: Path, intake: SpoolIntake, store: FullDisk, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that stays full: no more than some batches wait, and nothing is shown twice when it is written at last."""
    monkeypatch.setattr(spool_intake, "MAX_WAITING", 3)
    store.trouble = OSError(28, "No space left on device")
    append(file, HEADER)
    seen = shown(intake)
    for n in range(10):
        append(file, line(n))
        seen += shown(intake)
        assert len(intake._waiting) <= 3
    append(file.with_name("b.jsonl"), HEADER + line(10))
    seen += shown(intake)
    store.trouble = None
    clock.now += PAUSE_SECONDS
    seen += shown(intake)
    append(file, line(11))
    seen += shown(intake)
    assert seen == [f"i{n}" for n in range(12)]
    assert (store.ids(), intake.is_level) == ([str(n) for n in range(12)], True)


def test_what_is_owed_is_caught_up_by_and_by(
    file: Path, intake: SpoolIntake, store: FullDisk, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Eight megabytes in a look, whatever was missed."""
    monkeypatch.setattr(spool_intake, "MAX_WAITING", 0)
    monkeypatch.setattr(spool_intake, "CATCH_UP_BYTES", 1)
    append(file, HEADER + b"".join(line(n, request={"x": "x" * 30_000}) for n in range(80)))
    store.trouble = OSError(28, "No space left on device")
    assert len([key for _ in range(3) for key in shown(intake)]) == 80
    store.trouble = None
    clock.now += PAUSE_SECONDS
    kept = []
    for _ in range(3):
        assert (shown(intake), intake.is_level) == ([], len(kept) == 2)
        kept.append(len(store.ids()))
    assert kept == [34, 68, 80]


def test_a_gap_is_read_again(file: Path, intake: SpoolIntake, store: FullDisk) -> None:
    """Somebody put an older ledger back while the server lived."""
    append(file, HEADER + line(1))
    shown(intake)
    with store._database.transaction() as connection:
        connection.executescript("DELETE FROM launch; DELETE FROM spool_file;")
    append(file, line(2))
    assert (shown(intake), store.ids()) == (["i2"], [])
    assert (shown(intake), store.ids(), intake.is_level) == ([], ["1", "2"], True)


def test_a_ledger_that_cannot_be_read_at_the_start_is_as_if_there_were_none(
    tmp_path: Path, file: Path, intake: SpoolIntake, store: FullDisk, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The files are read from their beginning; later nothing gets into it twice."""
    append(file, HEADER + line(1) + line(2))
    shown(intake)
    later = started(tmp_path, store, clock)
    with monkeypatch.context() as patch:
        patch.setattr(launch_store, "positions_in", lambda connection: connection.execute("SELECT nothing"))
        news = later.read()
        later.write()
    assert (news.kept, keys(news.events)) == ([], ["i1", "i2"])
    clock.now += PAUSE_SECONDS
    append(file, line(3))
    assert (shown(later), store.ids(), later.is_level) == (["i3"], ["1", "2", "3"], True)
    assert store.positions() == {"a.jsonl": Position(file.stat().st_size)}


def test_what_is_owed_of_a_file_that_is_gone_is_given_up(
    file: Path, intake: SpoolIntake, store: FullDisk, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An hour after it was last seen; until then it may come back."""
    monkeypatch.setattr(spool_intake, "MAX_WAITING", 0)
    append(file, HEADER + line(1))
    store.trouble = OSError(28, "No space left on device")
    shown(intake)
    file.unlink()
    store.trouble = None
    clock.now += PAUSE_SECONDS
    assert (shown(intake), intake.is_level) == ([], False)
    clock.now += GONE_SECONDS
    assert (shown(intake), intake.is_level, store.ids()) == ([], True, [])


def test_the_ledger_forgets_what_is_of_no_use(
    file: Path, intake: SpoolIntake, store: FullDisk, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Now and then: launches of more than 400 days ago, and how far files were read that are gone."""
    days: list[date] = []
    monkeypatch.setattr(store, "forget", days.append)
    append(file, HEADER)
    append(file.with_name("b.jsonl"), HEADER)
    shown(intake)
    file.unlink()
    shown(intake)
    clock.now += max(GONE_SECONDS, UPKEEP_SECONDS)
    shown(intake)
    assert (list(store.positions()), len(days)) == (["b.jsonl"], 2)
    assert 399 <= (datetime.now(timezone.utc).date() - days[0]).days <= 401


def test_a_file_that_is_done_with_is_deleted_and_taken_by_nobody_again(
    tmp_path: Path, file: Path, store: FullDisk, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its place in the ledger goes only after it, so a server that is started between knows that it had all of it."""
    monkeypatch.setattr(spool_sweep, "host_name", lambda: "here")
    monkeypatch.setattr(spool_sweep, "boot_id", lambda: "b0" * 16)
    file = file.with_name(f"here-{'b1' * 16}-7-{'0' * 16}.jsonl")  # of an earlier boot
    append(file, HEADER + now(1))
    os.utime(file, (time.time() - spool_sweep.REST_SECONDS - 60,) * 2)
    body = file.read_bytes()
    first = started(tmp_path, store, clock)
    store.trouble = OSError(28, "No space left on device")
    assert (shown(first), file.exists()) == (["i1", "o1"], True)
    store.trouble = None
    clock.now += PAUSE_SECONDS
    assert (shown(first), file.exists(), list(store.positions())) == ([], False, [file.name])
    append(file, body)  # a network folder shows it once more
    later = started(tmp_path, store, clock)
    news = later.read()
    later.write()
    assert (keys(news.kept), news.events, store.ids(), file.exists()) == (["i1", "o1"], [], ["1"], True)
    file.unlink()
    assert shown(later) == []
    clock.now += max(GONE_SECONDS, UPKEEP_SECONDS)
    assert (shown(later), store.positions(), store.ids()) == ([], {}, ["1"])
    other = LaunchStore(Database(tmp_path / "servers" / "other" / "ledger.sqlite"))
    assert other.take(SpoolReader(tmp_path, "other").read_new()) == set()
    assert other.positions() == {}


def test_files_are_kept_no_longer_than_what_they_tell(tmp_path: Path, file: Path, store: FullDisk, clock: Clock) -> None:
    """Also of a kernel that nobody can ask for."""
    file = file.with_name(f"elsewhere-{'b1' * 16}-7-{'0' * 16}.jsonl")
    append(file, HEADER + now(1))
    os.utime(file, (time.time() - 31 * 86400,) * 2)
    shown(started(tmp_path, store, clock))
    assert file.exists()
    shown(SpoolIntake(SpoolReader(tmp_path, OURS), store, logging.getLogger("test"), kept=timedelta(days=30)))
    assert not file.exists()
