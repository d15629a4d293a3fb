"""Run by the environment that is measured: how long a spool takes to be taken into the ledger, or, without one, makes a spool."""

from __future__ import annotations

import json
import logging
import resource
import sys
import time
import uuid
from datetime import datetime, timedelta, timezone
from pathlib import Path

from mlcost_ext.ledger.database import Database
from mlcost_ext.ledger.launch_store import KEPT, LaunchStore
from mlcost_ext.ledger.observed import BY_NAME
from mlcost_ext.ledger.redact import redact
from mlcost_ext.ledger.spool_reader import SpoolReader
from mlcost_ext.ledger.spool_writer import SpoolWriter
from mlcost_ext.server.spool_intake import SpoolIntake

SERVER_ID = "bench0"
KERNELS = 20
MICRO = 1e6


def request(name: str) -> dict[str, object]:
    """Give what people send who train with SageMaker's SDK."""
    bucket = "s3://sagemaker-us-east-1-111122223333"
    source = {"S3DataType": "S3Prefix", "S3DataDistributionType": "FullyReplicated"}
    channels = [
        {"ChannelName": each, "InputMode": "File", "DataSource": {"S3DataSource": {**source, "S3Uri": f"{bucket}/fraud/{each}"}}}
        for each in ("train", "validation", "test")
    ]
    tags = ("team", "project", "owner", "stage", "sagemaker:space-arn")
    return {
        "TrainingJobName": name,
        "HyperParameters": {f"parameter-{number}": str(number) for number in range(30)},
        "AlgorithmSpecification": {
            "TrainingImage": "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1",
            "TrainingInputMode": "File",
            "EnableSageMakerMetricsTimeSeries": False,
        },
        "RoleArn": "arn:aws:iam::111122223333:role/service-role/AmazonSageMaker-ExecutionRole",
        "InputDataConfig": channels,
        "OutputDataConfig": {"S3OutputPath": f"{bucket}/out"},
        "ResourceConfig": {"InstanceType": "ml.m5.xlarge", "InstanceCount": 1, "VolumeSizeInGB": 30},
        "StoppingCondition": {"MaxRuntimeInSeconds": 86400},
        "DebugHookConfig": {"S3OutputPath": f"{bucket}/debug", "CollectionConfigurations": []},
        "Environment": {"STAGE": "dev", "TOKEN": "x" * 40},
        "Tags": [{"Key": key, "Value": f"value-of-{key}"} for key in tags],
    }


def make(home: Path, lines: int) -> None:
    """Write a spool as twenty kernels do, an intent and an outcome in turn."""
    keep = BY_NAME["CreateTrainingJob"].keep
    for kernel in range(KERNELS):
        writer = SpoolWriter(home, lambda: {"server_id": SERVER_ID, "kernel_id": str(uuid.uuid4()), "user": "ana"})
        for number in range(lines // KERNELS // 2):
            id_, name = uuid.uuid4().hex, f"sagemaker-xgboost-2026-11-30-04-00-00-{kernel:03}-{number:06}"
            asked, tags = redact(request(name), keep)
            told = {"notebook": "fraud/train.ipynb", "cell_id": str(uuid.uuid4()), "git_commit": uuid.uuid4().hex + "0" * 8}
            place = {"kind": "training", "region_id": "us-east-1", "name": name, "project": "churn"}
            writer.write("intent", id=id_, **place, **told, user="ana", user_basis="space", request=asked, tags=tags)
            arn = f"arn:aws:sagemaker:us-east-1:111122223333:training-job/{name}"
            writer.write("outcome", id=id_, result="accepted", resource_id=arn, error_code=None)
        writer.close()


def started(home: Path) -> tuple[SpoolIntake, LaunchStore]:
    """Make what a server has of it."""
    store = LaunchStore(Database(home / "servers" / SERVER_ID / "ledger.sqlite"))
    return SpoolIntake(SpoolReader(home, SERVER_ID), store, logging.getLogger()), store


def take(home: Path) -> dict[str, float]:
    """Take all of it in, as a server does that starts with an empty ledger; then load it as one does that starts later."""
    intake, _ = started(home)
    events, longest, has_more, began = 0, 0.0, True, time.perf_counter()
    while has_more:
        look_began = time.perf_counter()
        news = intake.read()
        intake.write()
        events, has_more = events + len(news.events), news.has_more
        longest = max(longest, time.perf_counter() - look_began)
    seconds = time.perf_counter() - began
    if not intake.is_level:
        raise RuntimeError("the ledger lacks something")
    later = datetime.now(timezone.utc) + timedelta(minutes=5)
    began = time.perf_counter()
    kept = started(home)[1].load(later - KEPT, later).events
    restart = time.perf_counter() - began
    spool = sum(file.stat().st_size for file in (home / "spool").iterdir())
    return {
        "events": events,
        "kept": len(kept),
        "event_us": seconds / events * MICRO,
        "longest_s": longest,
        "restart_s": restart,
        "line_bytes": spool / events,
        "ledger_bytes": (home / "servers" / SERVER_ID / "ledger.sqlite").stat().st_size / events,
        "memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


if __name__ == "__main__":
    if sys.argv[1] == "make":
        make(Path(sys.argv[2]), int(sys.argv[3]))
    else:
        json.dump(take(Path(sys.argv[2])), sys.stdout)
