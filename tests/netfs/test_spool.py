"""The spool between two clients of a network folder, and a home that cannot be reached for a while."""

from __future__ import annotations

import logging
import sqlite3
import time
from pathlib import Path

import pytest

from mlcost_ext.ledger.launch_store import LaunchStore
from mlcost_ext.ledger.spool_reader import SpoolReader
from mlcost_ext.server.spool_intake import SpoolIntake
from tests.crash.truth import count_takings
from tests.ledger.spool_files import OURS, append, json_line, line

from .files import Options
from .mounted import mounted
from .worker import ledger, next_line, working

LOG = logging.getLogger("netfs")


@pytest.mark.parametrize("holes", [True, False])
def test_each_event_comes_through_once_and_whole(tmp_path: Path, holes: bool) -> None:
    """A kernel writes on one machine; the server sees it late on another, where locks fail."""
    disk = tmp_path / "disk"
    network = Options(locks=False, late=0.4, holes=holes)
    with (
        mounted(disk, tmp_path / "kernel", Options(locks=False, cached=1)) as kernels,
        mounted(disk, tmp_path / "server", network) as home,
    ):
        database = ledger(home)
        with database.transaction() as connection:
            count_takings(connection)
        taking = SpoolIntake(SpoolReader(home, OURS), LaunchStore(database), LOG)
        with working("kernel", kernels) as kernel:
            taken, until = 0, time.monotonic() + 20
            while taken < 400 and time.monotonic() < until:
                taken += sum(event["type"] in {"intent", "outcome"} for event in taking.read().events)
                taking.write()
                time.sleep(0.02)
            assert next_line(kernel) == "done"
        assert taken == 400
        with database.transaction() as connection:
            assert connection.execute("SELECT COUNT(*), COUNT(DISTINCT id) FROM taking").fetchone() == (200, 200)
            told = dict(connection.execute("SELECT id, resource_id FROM launch WHERE result = 'accepted'").fetchall())
        assert told == {str(number): f"arn:{number}" for number in range(200)}
        database.close()


@pytest.mark.parametrize("error", ["EIO", "ESTALE", "ENOSPC"])
def test_a_home_that_cannot_be_reached_is_caught_up_with(tmp_path: Path, error: str) -> None:
    """Nothing is raised while it is away; then all of it is there once."""
    disk, trouble = tmp_path / "disk", tmp_path / "trouble"
    with mounted(disk, tmp_path / "home", Options(locks=False, trouble=str(trouble))) as home:
        (disk / "spool").mkdir()
        file = disk / "spool" / "a.jsonl"
        append(file, json_line("kernel", server_id=OURS) + line(1))
        taking = SpoolIntake(SpoolReader(home, OURS), LaunchStore(ledger(home)), LOG)
        taking.read()
        taking.write()
        trouble.write_text(error)
        append(file, line(2))
        for _ in range(3):
            taking.read()
            taking.write()
        trouble.unlink()
        append(file, line(3))
        until = time.monotonic() + 10
        while rows(disk) != ["1", "2", "3"] and time.monotonic() < until:
            taking.read()
            taking.write()
            time.sleep(0.05)
        assert rows(disk) == ["1", "2", "3"]


def rows(disk: Path) -> list[str]:
    with sqlite3.connect(disk / "servers" / OURS / "ledger.sqlite") as connection:
        return [id_ for (id_,) in connection.execute("SELECT id FROM launch ORDER BY id")]
