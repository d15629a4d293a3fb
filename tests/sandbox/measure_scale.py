"""Measure a large practice account: ``python -m tests.sandbox.measure_scale [running] [ended]``. Nothing here is a test."""

import os
import subprocess
import sys
import tempfile
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path
from statistics import median

import boto3
from botocore.config import Config

from mlcost_ext.sandbox import names
from mlcost_ext.sandbox.environment import practice_environment

TAGS = {
    "Operator": "Or",
    "Filters": [
        {"Name": "Tags.sagemaker:space-arn", "Operator": "Equals", "Value": names.SPACE_ARN},
        {"Name": "Tags.sagemaker:user-profile-arn", "Operator": "Equals", "Value": names.USER_PROFILE_ARN},
    ],
}
ENDED = "Completed,Failed,Stopped"


def has(name, operator, value):
    return {"Name": name, "Operator": operator, "Value": value}


def expression(*filters):
    return {"Filters": list(filters), "SubExpressions": [TAGS]}


def stamp(**ago):
    return (datetime.now(timezone.utc) - timedelta(**ago)).strftime("%Y-%m-%dT%H:%M:%SZ")


def queries():
    running = has("TrainingJobStatus", "In", "InProgress,Stopping")
    ended = has("TrainingJobStatus", "In", ENDED)
    some = ",".join(f"sweep-{number:05d}" for number in range(0, 4000, 100))
    by_creation = {"SortBy": "CreationTime", "SortOrder": "Descending"}
    by_change = {"SortBy": "LastModifiedTime", "SortOrder": "Ascending"}
    tuned = has("TuningJobArn", "Equals", names.sagemaker_arn("us-east-1", "hyper-parameter-tuning-job/x"))
    older = has("CreationTime", "LessThanOrEqualTo", stamp(hours=10))
    yield "running, newest first", by_creation, expression(running)
    yield "running, created 10 h ago or earlier", by_creation, expression(running, older)
    for days in (1, 7, 30, 90):
        since = has("LastModifiedTime", "GreaterThanOrEqualTo", stamp(days=days))
        yield f"ended within {days} d, newest first", by_creation, expression(ended, since)
        yield f"changed within {days} d, oldest change first", by_change, expression(since)
    old = has("CreationTime", "LessThanOrEqualTo", stamp(days=60))
    yield "ended, created 60 d ago or earlier", by_creation, expression(ended, old)
    yield "everything mine, last changed first", {}, TAGS
    yield "forty by name", by_creation, expression(has("TrainingJobName", "In", some))
    yield "children of a tuning job", by_creation, expression(tuned)
    yield "tags nobody has", by_creation, {"Filters": [has("Tags.sagemaker:space-arn", "Equals", "x")]}


def main(running="10000", ended="200000"):
    with tempfile.TemporaryDirectory() as folder:
        environment = practice_environment(os.environ, "", Path(folder)) | {"PRACTICE_CONTROL_TOKEN": "t"}
        command = [sys.executable, "-m", "mlcost_ext.sandbox", "--port", "0", "--seed-running", running, "--seed-ended", ended]
        config = Config(retries={"total_max_attempts": 1})
        secret = {"aws_access_key_id": names.ACCESS_KEY_ID, "aws_secret_access_key": "x"}
        boto3.client("sagemaker", endpoint_url="http://127.0.0.1:1", region_name="us-east-1", config=config, **secret)
        began = time.perf_counter()
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
        url = process.stdout.readline().strip()
        client = boto3.client("sagemaker", endpoint_url=url, region_name="us-east-1", config=config, **secret)
        client.search(Resource="TrainingJob", MaxResults=1)
        print(f"process start to first answer {time.perf_counter() - began:.2f} s, memory {memory(process.pid)}")
        try:
            for title, order, wanted in queries():
                measure(client, title, {"Resource": "TrainingJob", "SearchExpression": wanted, "MaxResults": 100, **order})
            listing(client)
            print(f"memory at the end {memory(process.pid)}")
        finally:
            process.terminate()
            process.wait()


def measure(client, title, params):
    times, pages, found, token = [], 0, 0, {}
    while pages < 25:
        began = time.perf_counter()
        answer = client.search(**params, **token)
        times.append(time.perf_counter() - began)
        pages, found = pages + 1, found + len(answer["Results"])
        if "NextToken" not in answer:
            break
        token = {"NextToken": answer["NextToken"]}
    print(f"{title:45} {pages:3} pages {found:5} found  median {1000 * median(times):6.1f} ms  most {1000 * max(times):6.1f} ms")


def listing(client):
    for title, params in (
        ("list running", {"StatusEquals": "InProgress"}),
        ("list all", {}),
        ("list changed within a day", {"LastModifiedTimeAfter": datetime.now(timezone.utc) - timedelta(days=1)}),
        ("list warm pools", {"WarmPoolStatusEquals": "Available"}),
    ):
        times, token = [], {}
        for _ in range(25):
            began = time.perf_counter()
            answer = client.list_training_jobs(MaxResults=100, SortBy="CreationTime", SortOrder="Descending", **params, **token)
            times.append(time.perf_counter() - began)
            if "NextToken" not in answer:
                break
            token = {"NextToken": answer["NextToken"]}
        print(f"{title:45} {len(times):3} pages  median {1000 * median(times):6.1f} ms  most {1000 * max(times):6.1f} ms")


def memory(pid):
    text = Path(f"/proc/{pid}/status").read_text()
    return next(line.split(":")[1].strip() for line in text.splitlines() if line.startswith("VmRSS"))


if __name__ == "__main__":
    main(*sys.argv[1:])
