"""Earlier runs in the ledger: which are like the one to come, in what, and how quickly that is told."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from mlcost_ext.core.evidence import EarlierRun, Utilisation
from mlcost_ext.core.runs import RunDigests
from mlcost_ext.core.times import time_to_text
from mlcost_ext.ledger.database import Database
from mlcost_ext.ledger.earlier_runs import EarlierRunStore
from mlcost_ext.ledger.job_store import EndedJob, JobStore, row_of
from mlcost_ext.ledger.migrations import MIGRATIONS, POOLS_SINCE
from mlcost_ext.ledger.utilisation_store import JobKey, UtilisationStore

from .test_job_store import JOB, NOW

IMAGE, SCRIPT, DATA = "a" * 16, "b" * 16, "c" * 16
DIGESTS = RunDigests(image=IMAGE, script=SCRIPT, data=DATA)
RUN = replace(JOB, digests=DIGESTS, run_seconds=3600)
REQUEST: dict[str, Any] = {
    "HyperParameters": "sha256:1",
    "Environment": "sha256:2",
    "AlgorithmSpecification": {"TrainingImage": "image", "ContainerArguments": "sha256:3"},
    "ResourceConfig": {"InstanceType": "ml.m5.xlarge", "InstanceCount": 1, "VolumeSizeInGB": 200},
    "InputDataConfig": [
        {"ChannelName": "train", "DataSource": {"S3DataSource": {"S3Uri": "s3://bucket/2026-11-23"}}},
        {"ChannelName": "code", "DataSource": {"S3DataSource": {"S3Uri": "s3://bucket/churn-1/code"}}},
    ],
}


@pytest.fixture
def database(tmp_path: Path) -> Database:
    return Database(tmp_path / "servers" / "one" / "ledger.sqlite")


def launch(database: Database, name: str, request: object, result: str | None = "accepted", kind: str = "training") -> None:
    with database.transaction() as connection:
        connection.execute(
            "INSERT INTO launch (id, at, name, kind, region_id, request, tags, result) VALUES (?, ?, ?, ?, ?, ?, '{}', ?)",
            (f"{name}-{result}", time_to_text(NOW), name, kind, JOB.region_id, json.dumps(request), result),
        )


def runs(database: Database, request: Mapping[str, Any] = REQUEST, digests: RunDigests = DIGESTS) -> list[EarlierRun]:
    return list(EarlierRunStore(database).earlier_runs("training", digests, request, NOW))


def alike(run: EarlierRun) -> tuple[bool, bool, bool]:
    return run.has_same_code, run.has_same_data, run.has_same_parameters


def test_a_run_is_told_with_all_that_is_known_of_it(database: Database) -> None:
    """Also its volume, by its launch, and what CloudWatch measured."""
    JobStore(database).put([RUN])
    launch(database, RUN.name, {**REQUEST, "RunKey": {"Image": IMAGE}})
    measured = {"cpu_percent": Decimal("12.34"), "memory_percent": Decimal(8), "disk_percent": Decimal(3)}
    used = Utilisation(**measured, gpu_percent=None, gpu_memory_percent=None)
    key = JobKey(kind="training", region_id=RUN.region_id, name=RUN.name, created_at=time_to_text(RUN.created_at))
    UtilisationStore(database).put([(key, used)], NOW)
    assert runs(database) == [
        EarlierRun(
            name="churn-1",
            status="Completed",
            ended_at=RUN.ended_at,
            instance_type="ml.m5.xlarge",
            instance_count=1,
            run_seconds=3600,
            list_cost=Decimal("0.123456789"),
            volume_gb=Decimal(200),
            utilisation=used,
            has_same_code=True,
            has_same_data=True,
            has_same_parameters=True,
        )
    ]


def test_a_run_is_told_with_what_became_of_its_warm_pool(database: Database) -> None:
    """Not reused and not kept is known, and something else than not known."""
    pools = {"reused": (90, True), "in vain": (3600, False), "untold": (None, True), "released": (0, False), "none": (None, None)}
    JobStore(database).put(
        [replace(RUN, name=name, retained_seconds=kept, is_pool_reused=used) for name, (kept, used) in pools.items()]
    )
    assert {each.name: (each.retained_seconds, each.is_pool_reused) for each in runs(database)} == pools


def test_a_kernel_reads_a_ledger_that_tells_of_no_warm_pools_as_it_is(database: Database) -> None:
    """Where the server has not been started again since the update: runs as ever, and nothing of pools."""
    database.path.parent.mkdir(parents=True)
    of_before(database.path)
    before = database.path.read_bytes()
    old = Database(database.path, is_read_only=True, oldest=POOLS_SINCE - 1)
    (found,) = runs(old)
    assert (found.name, found.run_seconds, found.retained_seconds, found.is_pool_reused) == ("churn-1", 3600, None, None)
    assert database.path.read_bytes() == before


def test_a_ledger_that_told_of_no_warm_pools_is_brought_up_to_date(database: Database) -> None:
    """By the server; of its runs nothing is known until AWS tells of them again."""
    database.path.parent.mkdir(parents=True)
    of_before(database.path)
    (found,) = runs(database)
    assert (found.retained_seconds, found.is_pool_reused, found.list_cost) == (None, None, Decimal("0.123456789"))
    JobStore(database).put([replace(RUN, retained_seconds=90, is_pool_reused=True)])
    (found,) = runs(database)
    assert (found.retained_seconds, found.is_pool_reused) == (90, True)
    with database.transaction() as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (len(MIGRATIONS),)


def of_before(path: Path) -> None:
    """Write a ledger as the version before warm pools has: one run."""
    with closing(sqlite3.connect(path)) as connection:
        for step in MIGRATIONS[: POOLS_SINCE - 1]:
            connection.executescript(step)
        row = (*row_of(RUN)[:-2], None)
        connection.execute(f"INSERT INTO ended_job VALUES ({', '.join('?' * len(row))})", row)
        connection.execute(f"PRAGMA user_version={POOLS_SINCE - 1}")
        connection.commit()


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, (True, True, True)),
        ({"HyperParameters": "sha256:9"}, (True, True, False)),
        ({"Environment": None}, (True, True, False)),
        (
            {"AlgorithmSpecification": {**REQUEST["AlgorithmSpecification"], "ContainerArguments": "sha256:9"}},
            (True, True, False),
        ),
        ({"InputDataConfig": REQUEST["InputDataConfig"][:1]}, (True, True, True)),
        ({"InputDataConfig": [{"ChannelName": "train", "DataSource": "sha256:9"}]}, (True, False, True)),
        ({"InputDataConfig": "sha256:9"}, (True, False, True)),
        ({"ResourceConfig": {}}, (True, True, True)),
    ],
)
def test_what_a_run_has_in_common(database: Database, changes: dict[str, Any], expected: tuple[bool, bool, bool]) -> None:
    """Inputs by their addresses but for the code's, parameters by digests; machines may differ."""
    JobStore(database).put([RUN])
    launch(database, RUN.name, REQUEST)
    assert [alike(each) for each in runs(database, {**REQUEST, **changes})] == [expected]


def test_a_new_day_of_data_is_other_data(database: Database) -> None:
    """Where the launch was seen; else what dates have in common counts, and parameters are not known."""
    JobStore(database).put([RUN, replace(RUN, name="unseen"), replace(RUN, name="refused")])
    launch(database, RUN.name, REQUEST)
    launch(database, "refused", REQUEST, "refused")
    train = {"ChannelName": "train", "DataSource": {"S3DataSource": {"S3Uri": "s3://bucket/2026-11-24"}}}
    found = {each.name: alike(each) for each in runs(database, {**REQUEST, "InputDataConfig": [train]})}
    assert found == {"churn-1": (True, False, True), "unseen": (True, True, False), "refused": (True, True, False)}
    assert next(each for each in runs(database) if each.name == "unseen").volume_gb is None


def test_code_is_image_and_script(database: Database) -> None:
    """Another image is not told at all, nor another kind, nor what ended long ago; without an image there is nothing to ask."""
    JobStore(database).put([
        replace(RUN, name="script", digests=replace(DIGESTS, script=None)),
        replace(RUN, name="image", digests=replace(DIGESTS, image="f" * 16)),
        replace(RUN, name="kind", kind="processing"),
        replace(RUN, name="old", ended_at=NOW - timedelta(days=91)),
        replace(RUN, name="failed", status="Failed", list_cost=None, ended_at=NOW - timedelta(days=89)),
    ])  # fmt: skip
    found = runs(database)
    assert [(each.name, each.has_same_code, each.status, each.list_cost) for each in found] == [
        ("script", False, "Completed", Decimal("0.123456789")),
        ("failed", True, "Failed", None),
    ]
    assert runs(database, digests=replace(DIGESTS, image=None)) == []


def test_processing_and_transform_jobs(database: Database) -> None:
    """Their inputs, code and volumes stand elsewhere."""
    JobStore(database).put([replace(RUN, kind="processing"), replace(RUN, kind="transform")])
    request = {
        "AppSpecification": {"ImageUri": "image"},
        "ProcessingResources": {"ClusterConfig": {"VolumeSizeInGB": 70}},
        "ProcessingInputs": [{"InputName": "code", "S3Input": {"S3Uri": "s3://bucket/a"}}, {"InputName": "in", "S3Input": "x"}],
    }
    launch(database, RUN.name, request, kind="processing")
    launch(database, RUN.name + "", {"TransformInput": {"DataSource": 1}}, "unknown", kind="transform")
    store = EarlierRunStore(database)
    moved = {**request, "ProcessingInputs": [{"InputName": "code", "S3Input": "y"}, {"InputName": "in", "S3Input": "x"}]}
    (found,) = store.earlier_runs("processing", DIGESTS, moved, NOW)
    assert (*alike(found), found.volume_gb) == (True, True, True, Decimal(70))
    (found,) = store.earlier_runs("transform", DIGESTS, {"TransformInput": {"DataSource": 2}}, NOW)
    assert (*alike(found), found.volume_gb) == (True, False, True, None)


def test_what_is_broken_is_not_known(database: Database) -> None:
    """A time, a request and a volume that nobody can read."""
    JobStore(database).put([replace(RUN, name=name) for name in ("time", "request", "deep", "volume")])
    for name, request in (("request", [1]), ("deep", {}), ("volume", {"ResourceConfig": {"VolumeSizeInGB": "7"}})):
        launch(database, name, request)
    with database.transaction() as connection:
        connection.execute("UPDATE ended_job SET ended_at = '2026-11-24Tnever' WHERE name = 'time'")
        connection.execute("UPDATE launch SET request = ? WHERE name = 'deep'", ("[" * 100_000,))
    found = {each.name: (each.volume_gb, each.has_same_parameters) for each in runs(database)}
    assert found == {"request": (None, False), "deep": (None, False), "volume": (None, False)}


def test_types_that_training_ran_on(database: Database) -> None:
    """Within 90 days; what has no single type is left out."""
    jobs = (("a", "ml.g5.xlarge", 1), ("b", "ml.g5.xlarge", 100), ("c", "ml.p3.2xlarge", 100), ("d", None, 1))
    JobStore(database).put(
        [replace(RUN, name=name, instance_type=kind, ended_at=NOW - timedelta(days=days)) for name, kind, days in jobs]
    )
    JobStore(database).put([replace(RUN, kind="processing", instance_type="ml.m5.xlarge")])
    assert EarlierRunStore(database).training_types(NOW) == {"ml.g5.xlarge"}


def test_what_is_written_between_two_questions_is_seen(database: Database) -> None:
    """By whichever connection; what was read is kept only while nobody writes."""
    writer = JobStore(database)
    writer.put([RUN])
    stores = EarlierRunStore(database), EarlierRunStore(Database(database.path, is_read_only=True))
    for number in range(1, 4):
        for store in stores:
            for _ in range(2):
                assert len(store.earlier_runs("training", DIGESTS, REQUEST, NOW)) == number
        writer.put([replace(RUN, name=f"later-{number}", created_at=NOW - timedelta(minutes=number))])


def test_a_ledger_of_many_jobs_answers_at_once(database: Database) -> None:
    """Fifty thousand jobs of twenty images, of which half were launched here: by indexes alone."""
    many = [
        replace(
            RUN,
            name=f"job-{number}",
            created_at=NOW - timedelta(minutes=number + 60),
            ended_at=NOW - timedelta(minutes=number),
            digests=replace(DIGESTS, image=f"{number % 20:016}"),
        )
        for number in range(50_000)
    ]
    fill(database, many)
    store, digests = EarlierRunStore(database), replace(DIGESTS, image=f"{7:016}")

    found = store.earlier_runs("training", digests, REQUEST, NOW)
    assert (len(found), found[0].name, found[0].has_same_parameters) == (50, "job-7", True)
    with database.transaction() as connection:
        from mlcost_ext.ledger.earlier_runs import POOL, RUNS, TYPES

        plans = connection.execute(f"EXPLAIN QUERY PLAN {RUNS.format(pool=POOL)}", ("training", "a", "b", 50)).fetchall()
        plans += connection.execute(f"EXPLAIN QUERY PLAN {TYPES}", ("b",)).fetchall()
    told = " ".join(str(row[3]) for row in plans)
    assert all(index in told for index in ("ended_job_image", "launch_name", "ended_job_training_type"))
    assert "TEMP B-TREE" not in told


def fill(database: Database, jobs: list[EndedJob]) -> None:
    """Write many jobs and the launches of every second one."""
    request = json.dumps(REQUEST)
    JobStore(database).put([])
    with database.transaction() as connection:
        connection.execute("BEGIN")
        connection.executemany(
            "INSERT INTO ended_job (kind, region_id, name, created_at, ended_at, status, instance_type, instance_count, is_spot,"
            " tags, run_seconds, image, script, data) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, '{}', ?, ?, ?, ?)",
            [(*row_of(job)[:9], 3600, *row_of(job)[-5:-2]) for job in jobs],
        )
        connection.executemany(
            "INSERT INTO launch (id, at, name, kind, region_id, request, tags, result)"
            " VALUES (?, ?, ?, 'training', ?, ?, '{}', 'accepted')",
            [(job.name, time_to_text(job.created_at), job.name, job.region_id, request) for job in jobs[1::2]],
        )
        connection.execute("COMMIT")
