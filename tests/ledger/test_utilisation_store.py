"""How well machines were used, as the ledger keeps it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from mlcost_ext.core.evidence import Utilisation
from mlcost_ext.core.times import time_to_text
from mlcost_ext.ledger.database import Database
from mlcost_ext.ledger.earlier_runs import EarlierRunStore
from mlcost_ext.ledger.job_store import JobStore
from mlcost_ext.ledger.utilisation_store import JobKey, UtilisationStore

from .test_earlier_runs import DIGESTS, RUN
from .test_job_store import NOW

KEY = JobKey(kind="training", region_id=RUN.region_id, name=RUN.name, created_at=time_to_text(RUN.created_at))
USED = Utilisation(
    cpu_percent=Decimal("99.999"),
    gpu_percent=Decimal(140),
    memory_percent=Decimal(-1),
    gpu_memory_percent=None,
    disk_percent=Decimal("0.004"),
)


@pytest.fixture
def database(tmp_path: Path) -> Database:
    found = Database(tmp_path / "servers" / "one" / "ledger.sqlite")
    JobStore(found).put([RUN])
    return found


def kept(database: Database) -> Utilisation | None:
    (run,) = EarlierRunStore(database).earlier_runs("training", DIGESTS, {}, NOW)
    return run.utilisation


def names(database: Database, most: int = 10) -> list[str]:
    return [each.key.name for each in UtilisationStore(database).unmeasured(NOW - timedelta(days=7), NOW, most)]


def test_what_was_measured_is_kept_to_two_digits_between_none_and_all(database: Database) -> None:
    """And told again by the run; a later word replaces it."""
    assert kept(database) is None
    store = UtilisationStore(database)
    store.put([(KEY, USED)], NOW)
    assert kept(database) == Utilisation(
        cpu_percent=Decimal("100.00"),
        gpu_percent=Decimal("100.00"),
        memory_percent=Decimal("0.00"),
        gpu_memory_percent=None,
        disk_percent=Decimal("0.00"),
    )
    store.put([(KEY, None)], NOW)
    assert kept(database) is None


def test_jobs_are_asked_for_once(database: Database) -> None:
    """Those of the time that ran on a type, the latest first; also one of which nothing was measured is done with."""
    JobStore(database).put([
        replace(RUN, name="late", ended_at=NOW),
        replace(RUN, name="old", ended_at=NOW - timedelta(days=8)),
        replace(RUN, name="future", ended_at=NOW + timedelta(minutes=1)),
        replace(RUN, name="never", run_seconds=0),
        replace(RUN, name="several", instance_type=None),
        replace(RUN, name="tuning", kind="tuning"),
    ])  # fmt: skip
    assert names(database) == ["late", RUN.name]
    assert names(database, 1) == ["late"]
    (late, first) = UtilisationStore(database).unmeasured(NOW - timedelta(days=7), NOW, 10)
    assert (first.key, first.instance_type, first.run_seconds) == (KEY, "ml.m5.xlarge", 3600)
    UtilisationStore(database).put([(late.key, None), (first.key, USED)], NOW)
    assert names(database) == []


def test_a_time_that_nobody_can_read_is_passed_over(database: Database) -> None:
    """It is not asked for."""
    with database.transaction() as connection:
        connection.execute("UPDATE ended_job SET ended_at = '2026-11-24Tnever'")
    assert UtilisationStore(database).unmeasured(NOW - timedelta(days=7), NOW + timedelta(days=1), 10) == []
