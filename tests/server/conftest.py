"""A real Jupyter server with our extension, its AWS reader played by a fake."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from pytest_jupyter.jupyter_core import *  # noqa: F403
from pytest_jupyter.jupyter_server import *  # noqa: F403

from mlcost_ext import wiring
from mlcost_ext.core.errors import MlcostError
from mlcost_ext.core.job import Problem
from mlcost_ext.core.times import time_to_text
from tests.fakes import KINDS_READ

SPACE = "arn:aws:sagemaker:us-east-1:111122223333:space/d-test/work"


class FakeReader:
    """Answer as the reader process would, from what a test puts in."""

    def __init__(self, env: Any = None, log: Any = None) -> None:
        self.is_running = False
        self.trouble: Problem | None = None
        self.watched: dict[str, Any] = {}
        self.requests: list[tuple[str, dict[str, Any]]] = []
        self.answers: dict[str, dict[str, Any] | MlcostError] = {}
        self.callback: Any = None

    def on_push(self, callback: Any) -> None:
        self.callback = callback

    async def start(self) -> None:
        self.is_running = True

    async def stop(self) -> None:
        self.is_running = False

    def watch(self, **fields: Any) -> None:
        self.watched = fields

    async def request(self, op: str, timeout: float = 30.0, **fields: Any) -> dict[str, Any]:
        self.requests.append((op, fields))
        answer = self.answers.get(op, {})
        if isinstance(answer, MlcostError):
            raise answer
        return answer

    def push_jobs(self, *jobs: dict[str, Any]) -> None:
        self.push_items("training", *jobs)

    def push_items(self, kind: str, *items: dict[str, Any]) -> None:
        self.callback({"push": "items", "kind": kind, "region_id": "us-east-1", "items": list(items)})

    def push_status(self, **fields: Any) -> None:
        told = {
            "region_id": "us-east-1",
            "as_of": time_to_text(datetime.now(timezone.utc)),
            "first_picture": True,
            "mode": "search",
            "kinds": dict.fromkeys(KINDS_READ, time_to_text(datetime.now(timezone.utc))),
        }
        self.callback({"push": "status", "calls_total": 3, "problem": None, **told, **fields})


def training_job(
    name: str = "churn-1", *, minutes: float = 10, instance_type: str = "ml.m5.xlarge", **changes: Any
) -> dict[str, Any]:
    """Describe a job that has been training for some minutes."""
    now = datetime.now(timezone.utc)
    start = time_to_text(now - timedelta(minutes=minutes))
    return {
        "TrainingJobName": name,
        "TrainingJobArn": f"arn:aws:sagemaker:us-east-1:111122223333:training-job/{name}",
        "TrainingJobStatus": "InProgress",
        "SecondaryStatus": "Training",
        "CreationTime": start,
        "TrainingStartTime": start,
        "LastModifiedTime": start,
        "ResourceConfig": {"InstanceType": instance_type, "InstanceCount": 2, "VolumeSizeInGB": 50},
        "StoppingCondition": {"MaxRuntimeInSeconds": 7200},
        "Tags": {"sagemaker:space-arn": SPACE, "team": "fraud"},
        "region_id": "us-east-1",
        **changes,
    }


@pytest.fixture
def reader(monkeypatch: pytest.MonkeyPatch) -> FakeReader:
    """Put the fake in the place of the reader process."""
    fake = FakeReader()
    monkeypatch.setattr(wiring, "ReaderProcess", lambda env, log: fake)
    return fake


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the server a home, and the surroundings of a Studio space."""
    metadata = tmp_path / "resource-metadata.json"
    arn = "arn:aws:sagemaker:us-east-1:111122223333:app/d-test/work/JupyterLab/default"
    told = {"AppType": "JupyterLab", "DomainId": "d-test", "SpaceName": "work", "UserProfileName": "ana", "ResourceArn": arn}
    metadata.write_text(json.dumps({**told, "ResourceName": "default"}))
    monkeypatch.setenv("RESOURCE_METADATA_FILE", str(metadata))
    monkeypatch.setenv("MLCOST_HOME", str(tmp_path / "mlcost"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.delenv("MLCOST_SERVER_ID", raising=False)
    monkeypatch.delenv("SAGEMAKER_APP_TYPE", raising=False)
    monkeypatch.delenv("MLCOST_DISABLE", raising=False)
    return tmp_path / "mlcost"


@pytest.fixture
def jp_server_config(reader: FakeReader, home: Path) -> dict[str, Any]:
    """Enable our extension; AWS's shared timestamp file is one of the test's own."""
    own = {"idle_timestamp_file": str(home.parent / "last-active")}
    return {"ServerApp": {"jpserver_extensions": {"mlcost_ext": True}}, "MlcostExt": own}
