"""What a kernel knows of earlier launches and of buckets: a real ledger, a real S3, one that never answers, and none at all."""

from __future__ import annotations

import contextlib
import json
import socket
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import boto3
import botocore.session
import pytest

from mlcost_ext.core.planned import RunKey
from mlcost_ext.core.rule import NothingKept, Unsure
from mlcost_ext.core.times import time_to_text
from mlcost_ext.jobs.run_key import digests_of, key_of
from mlcost_ext.launch_evidence import LAUNCH_SECONDS, UNREACHED_SECONDS, BucketRegions, KernelEvidence
from mlcost_ext.ledger.bucket_region_file import NAME, BucketRegionFile
from mlcost_ext.ledger.database import Database
from mlcost_ext.ledger.job_store import JobStore
from mlcost_ext.ledger.observed import BY_NAME
from mlcost_ext.ledger.redact import redact
from mlcost_ext.sandbox.names import ACCESS_KEY_ID
from tests.ledger.test_job_store import JOB

NOW = datetime.now(timezone.utc)
REQUEST: dict[str, Any] = {
    "TrainingJobName": "churn-2",
    "AlgorithmSpecification": {"TrainingImage": "image", "TrainingInputMode": "File", "ContainerArguments": ["--fast"]},
    "HyperParameters": {
        "sagemaker_program": '"train.py"',
        "sagemaker_submit_directory": '"s3://bucket/churn-2026-11-23-14-00-00-000/source/sourcedir.tar.gz"',
        "sagemaker_job_name": '"churn-2026-11-23-14-00-00-000"',
        "epochs": "10",
    },
    "Environment": {"SEED": "1"},
    "ResourceConfig": {"InstanceType": "ml.m5.xlarge", "InstanceCount": 1, "VolumeSizeInGB": 30},
    "InputDataConfig": [
        {"ChannelName": "train", "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://b/x"}}}
    ],
}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path


def kept(home: Path, request: dict[str, Any]) -> None:
    """Keep a job that has ended, with its launch as the hook would have written it."""
    database = Database(home / "servers" / "one" / "ledger.sqlite")
    digests = digests_of(key_of("training", request))
    job = replace(JOB, digests=digests, run_seconds=60, created_at=NOW - timedelta(hours=2), ended_at=NOW - timedelta(hours=1))
    JobStore(database).put([job])
    told, _ = redact(request, BY_NAME["CreateTrainingJob"].keep)
    with database.transaction() as connection:
        connection.execute(
            "INSERT INTO launch (id, at, name, kind, region_id, request, tags, result)"
            " VALUES ('1', ?, ?, 'training', ?, ?, '{}', 'accepted')",
            (time_to_text(NOW), JOB.name, JOB.region_id, json.dumps(told)),
        )
    database.close()


def alike(home: Path, **changes: Any) -> tuple[bool, bool, bool]:
    request = {**REQUEST, **changes}
    (run,) = KernelEvidence(home, "one").earlier_runs("training", key_of("training", request), request)
    return run.has_same_code, run.has_same_data, run.has_same_parameters


def test_a_launch_is_told_from_one_with_other_words(home: Path) -> None:
    """By digests of what the spool keeps; what the SDK writes anew for each job is no difference, what the user says is."""
    kept(home, REQUEST)
    assert alike(home) == (True, True, True)
    parameters = REQUEST["HyperParameters"]
    later = {
        **parameters,
        "sagemaker_submit_directory": '"s3://bucket/churn-2026-11-24-09-30-00-111/source/sourcedir.tar.gz"',
        "sagemaker_job_name": '"churn-2026-11-24-09-30-00-111"',
    }
    assert alike(home, HyperParameters=later) == (True, True, True)
    assert alike(home, HyperParameters={**later, "epochs": "11"}) == (True, True, False)
    assert alike(home, HyperParameters={**later, "sagemaker_program": '"other.py"'}) == (False, True, False)
    assert alike(home, Environment={"SEED": "2"}) == (True, True, False)
    assert alike(home, AlgorithmSpecification={**REQUEST["AlgorithmSpecification"], "ContainerArguments": []})[2] is False
    other = [{"ChannelName": "train", "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://b/y"}}}]
    assert alike(home, InputDataConfig=other) == (True, False, True)
    assert KernelEvidence(home, "one").training_types() == {"ml.m5.xlarge"}
    evidence = KernelEvidence(home, "one")
    assert evidence.earlier_runs("training", RunKey(), REQUEST) == ()
    (home / "servers" / "one" / "ledger.sqlite").unlink()
    assert evidence.earlier_runs("training", RunKey(), {**REQUEST, "Tags": []}) == ()


@pytest.mark.parametrize("server_id", [None, "two", "../one", ""])
def test_without_a_ledger_nothing_is_kept(home: Path, server_id: str | None) -> None:
    """Nor where the server's name leads elsewhere, or its file is a link."""
    kept(home, REQUEST)
    (home / "servers" / "two").mkdir()
    (home / "servers" / "two" / "ledger.sqlite").symlink_to(home / "servers" / "one" / "ledger.sqlite")
    evidence = KernelEvidence(home, server_id)
    with pytest.raises(NothingKept, match="No ledger is kept here"):
        evidence.earlier_runs("training", RunKey(image="image"), REQUEST)
    assert evidence.training_types() == frozenset()


def test_a_ledger_that_cannot_be_read_is_no_evidence(home: Path) -> None:
    """One that is broken, and one of another version, which a restart mends."""
    kept(home, REQUEST)
    path = home / "servers" / "one" / "ledger.sqlite"
    database = Database(path)
    with database.transaction() as connection:
        connection.execute("PRAGMA user_version=1")
    database.close()
    with pytest.raises(Unsure, match="start JupyterLab with this one once"):
        KernelEvidence(home, "one").training_types()
    path.write_bytes(b"broken" * 1000)
    with pytest.raises(Unsure, match="The ledger cannot be read"):
        KernelEvidence(home, "one").earlier_runs("training", RunKey(image="image"), REQUEST)


# -- buckets ------------------------------------------------------------------------------------


@pytest.fixture
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let sessions find the practice account's keys, and nothing of this machine."""
    values = {"AWS_ACCESS_KEY_ID": ACCESS_KEY_ID, "AWS_SECRET_ACCESS_KEY": "practice", "AWS_EC2_METADATA_DISABLED": "true"}
    for name, value in {**values, "AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null"}.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def s3(practice: str, keys: None, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Let sessions reach the practice account, which has two buckets."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", practice)
    session = boto3.Session(region_name="us-east-1")
    session.client("s3").create_bucket(Bucket="evidence-near")
    far = {"LocationConstraint": "eu-west-1"}
    client = session.client("s3", region_name="eu-west-1")
    with contextlib.suppress(client.exceptions.BucketAlreadyOwnedByYou):  # the account is there for all tests
        client.create_bucket(Bucket="evidence-far", CreateBucketConfiguration=far)
    return session


def test_aws_tells_where_buckets_are(home: Path, s3: Any) -> None:
    """With the caller's own session, of boto3 or botocore; what is not there has no region."""
    evidence = KernelEvidence(home, None, s3, region_id="us-east-1")
    assert [evidence.bucket_region(f"evidence-{name}") for name in ("near", "far", "none")] == ["us-east-1", "eu-west-1", None]
    assert KernelEvidence(home / "new", None, botocore.session.Session(), region_id="eu-west-1").bucket_region("evidence-far")
    assert KernelEvidence(home, None).bucket_region("evidence-far") is None


def test_what_was_told_is_asked_once(home: Path, s3: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """In this kernel, and in others of the user by a file; after a week it is asked again."""
    monkeypatch.setattr("mlcost_ext.launch_evidence.LAUNCH_SECONDS", 30.0)  # a client is slow to make on a busy machine
    regions = BucketRegions(home)
    assert KernelEvidence(home, None, s3, regions=regions).bucket_region("evidence-far") == "eu-west-1"
    wait_for((home / NAME).exists)
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    gone = boto3.Session(region_name="us-east-1")
    (home / NAME).rename(home / "kept")
    assert KernelEvidence(home, None, gone, regions=regions).bucket_region("evidence-far") == "eu-west-1"
    with pytest.raises(Unsure, match=r"could not be asked \(S3 could not be reached: EndpointConnectionError\)"):
        KernelEvidence(home, None, gone).bucket_region("evidence-far")
    (home / "kept").rename(home / NAME)
    assert KernelEvidence(home, None, gone).bucket_region("evidence-far") == "eu-west-1"
    late = BucketRegions(home, lambda: time.time() + 8 * 86_400)
    with pytest.raises(Unsure):
        KernelEvidence(home, None, gone, regions=late).bucket_region("evidence-far")


def wait_for(condition: Any) -> None:
    """Wait until it holds, ten seconds at most."""
    end = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


@pytest.fixture
def silent(keys: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Let sessions reach a server that takes connections and never answers."""
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{server.getsockname()[1]}")
        yield boto3.Session(region_name="us-east-1")


def test_a_launch_is_held_up_for_a_second_and_a_half_in_all(home: Path, silent: Any) -> None:
    """However many buckets it has, and however often a rule asks for them."""
    evidence = KernelEvidence(home, None, silent)
    began = time.monotonic()
    for _ in range(3):
        for name in ("one", "two", "three"):
            with pytest.raises(Unsure, match=f"S3 has not said in time where the bucket {name} is"):
                evidence.bucket_region(name)
    assert LAUNCH_SECONDS - 0.3 < time.monotonic() - began < LAUNCH_SECONDS + 1


def test_where_s3_cannot_be_reached_the_next_launches_are_not_held_up(home: Path, silent: Any) -> None:
    """For ten minutes; then it is tried again."""
    clock = [1_800_000_000.0]
    regions = BucketRegions(home, lambda: clock[0])

    def seconds() -> float:
        began = time.monotonic()
        with pytest.raises(Unsure):
            KernelEvidence(home, None, silent, regions=regions).bucket_region("one")
        return time.monotonic() - began

    assert seconds() > LAUNCH_SECONDS - 0.3
    wait_for(lambda: seconds() < 0.2)
    clock[0] += UNREACHED_SECONDS
    assert seconds() > LAUNCH_SECONDS - 0.3


def test_a_late_answer_is_there_for_the_next_launch(home: Path, s3: Any) -> None:
    """The thread goes on, and nobody waits for it."""
    regions = BucketRegions(home)
    hurried = KernelEvidence(home, None, s3, regions=regions)
    hurried._left = 1e-9
    with pytest.raises(Unsure, match="in time"):
        hurried.bucket_region("evidence-far")
    wait_for(lambda: BucketRegionFile(home).load(time.time()))
    with pytest.raises(Unsure, match="in time"):
        hurried.bucket_region("evidence-far")
    assert KernelEvidence(home, None, s3, regions=regions).bucket_region("evidence-far") == "eu-west-1"


def test_a_session_that_makes_no_client_is_no_evidence(home: Path) -> None:
    """Nor is what no bucket is called, or a home that cannot be written."""
    with pytest.raises(Unsure, match=r"could not be asked \(no client of S3 \(AttributeError\)\)"):
        KernelEvidence(home, None, object()).bucket_region("bucket")


def test_what_is_no_name_is_refused_before_it_is_sent(home: Path, s3: Any) -> None:
    """By botocore."""
    with pytest.raises(Unsure, match="Parameter validation failed"):
        KernelEvidence(home, None, s3).bucket_region("no bucket/../x")


def test_a_home_that_cannot_be_written_is_no_hindrance(tmp_path: Path, s3: Any) -> None:
    """The kernel remembers by itself."""
    assert KernelEvidence(tmp_path / "none" / "at" / "all", None, s3).bucket_region("evidence-near") == "us-east-1"
