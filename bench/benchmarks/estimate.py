"""How long ``%estimate_cost`` takes in a fresh kernel and after it, without earlier runs and with fifty thousand of them."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

from jupyter_client.blocking.client import BlockingKernelClient

from bench.arms import MLCOST
from bench.benchmarks.kernel_start import PATIENCE_SECONDS, kernel, wait_until_ready
from bench.plan import Benchmark, Plan
from bench.practice import practice_account
from bench.result import Result, single
from bench.station import Home, make_home
from mlcost_ext.core.planned import RunKey
from mlcost_ext.jobs.run_key import digests_of
from mlcost_ext.ledger.database import Database
from mlcost_ext.ledger.job_store import EndedJob, JobStore

FIRST_LIMIT_MS, NEXT_LIMIT_MS = 150.0, 15.0
HISTORY_FIRST_LIMIT_MS, HISTORY_NEXT_LIMIT_MS = 2000.0, 20.0
RUNS = 50_000
SERVER_ID = "bench"
IMAGES, SCRIPTS, TYPES = 40, 5, ("ml.g5.xlarge", "ml.m5.xlarge", "ml.g5.2xlarge")
REQUEST = {
    "TrainingJobName": "a",
    "AlgorithmSpecification": {"TrainingImage": "image-1", "TrainingInputMode": "File"},
    "InputDataConfig": [{"ChannelName": "train", "DataSource": {"S3DataSource": {"S3Uri": "s3://bucket/data-1"}}}],
    "ResourceConfig": {"InstanceType": "ml.g5.xlarge", "InstanceCount": 1, "VolumeSizeInGB": 30},
    "StoppingCondition": {"MaxRuntimeInSeconds": 86400},
}
CODE = f"""
import time as _time
_request = {REQUEST!r}
def _estimated():
    began = _time.perf_counter()
    report = get_ipython().run_line_magic("estimate_cost", "_request --region us-east-1")
    shown = repr(report), report._repr_html_()
    return (_time.perf_counter() - began) * 1000, report.to_dict()["duration_seconds"]["basis"]
_first, _basis = _estimated()
_next = sorted(_estimated()[0] for _ in range(9))[4]
"""


def run(plan: Plan) -> list[Result]:
    """Ask in fresh kernels, with and without a ledger that has seen fifty thousand runs end."""
    folder = plan.folder / "estimate"
    with practice_account(folder / "practice") as endpoint:
        bare = make_home(MLCOST, folder / "bare", endpoint)
        known = with_ledger(make_home(MLCOST, folder / "known", endpoint))
        without = [reading(bare, "stopping_condition") for _ in range(plan.pairs)]
        by_history = [reading(known, "history") for _ in range(plan.pairs)]
    return [
        single("estimate_first", "first %estimate_cost of a fresh kernel", "ms", firsts(without), FIRST_LIMIT_MS),
        single("estimate_next", "each after it", "ms", nexts(without), NEXT_LIMIT_MS),
        single("estimate_history_first", f"first, {RUNS:,} ended jobs", "ms", firsts(by_history), HISTORY_FIRST_LIMIT_MS),
        single("estimate_history_next", "each after it", "ms", nexts(by_history), HISTORY_NEXT_LIMIT_MS),
    ]


def firsts(readings: list[tuple[float, float]]) -> list[float]:
    return [first for first, _ in readings]


def nexts(readings: list[tuple[float, float]]) -> list[float]:
    return [later for _, later in readings]


def reading(home: Home, basis: str) -> tuple[float, float]:
    """Give how long the first estimate of a kernel took with both its forms, and the median of the nine after it, in ms."""
    with kernel(home) as (client, _, _):
        wait_until_ready(client)
        found = values_of(client, CODE, "_first", "_next", "_basis")
    if found["_basis"] != repr(basis):
        raise RuntimeError(f"the estimate rests on {found['_basis']}, and not on {basis}")
    return float(found["_first"]), float(found["_next"])


def values_of(client: BlockingKernelClient, code: str, *names: str) -> dict[str, str]:
    """Run code, and give the text forms of some variables.

    Raises:
        RuntimeError: The code, or one of the variables, raised something.
    """
    client.execute(code, user_expressions={name: name for name in names}, store_history=False)
    content: dict[str, Any] = client.get_shell_msg(timeout=PATIENCE_SECONDS)["content"]
    if content["status"] != "ok":
        raise RuntimeError(f"{content.get('ename')}: {content.get('evalue')}")
    told = content["user_expressions"]
    if any(told[name]["status"] != "ok" for name in names):
        raise RuntimeError(json.dumps(told)[:500])
    return {name: told[name]["data"]["text/plain"] for name in names}


def with_ledger(home: Home) -> Home:
    """Fill the ledger of a server, and let the home's kernels be that server's."""
    path = Path(home.environment["MLCOST_HOME"]) / "servers" / SERVER_ID / "ledger.sqlite"
    database = Database(path)
    JobStore(database).put(ended_jobs())
    database.close()
    return replace(home, environment={**home.environment, "MLCOST_SERVER_ID": SERVER_ID})


def ended_jobs() -> Iterator[EndedJob]:
    """Give training jobs of a team, the same on each machine: images, scripts, data and types in many mixtures."""
    draw = random.Random(7)
    now = datetime.now(timezone.utc)
    for number in range(RUNS):
        image, script, name = draw.randrange(IMAGES), draw.randrange(SCRIPTS), draw.choice(TYPES)
        seconds = int(60 * (image + 1) * draw.lognormvariate(0.0, 0.4)) + 1
        ended_at = now - timedelta(minutes=2.5 * (RUNS - number))
        key = RunKey(image=f"image-{image}", script=f"script-{script}" if script else None, data=f"s3://bucket/data-{script + 1}")
        yield EndedJob(
            kind="training",
            region_id="us-east-1",
            name=f"job-{number:06d}",
            created_at=ended_at - timedelta(seconds=seconds + 120),
            ended_at=ended_at,
            status="Completed",
            instance_type=name,
            instance_count=1,
            is_spot=False,
            list_cost=Decimal("0.1"),
            storage_list_cost=None,
            contracted_cost=None,
            storage_contracted_cost=None,
            billing_currency="USD",
            notebook=None,
            tags={},
            run_seconds=seconds,
            billable_seconds=seconds,
            digests=digests_of(key),
        )


ESTIMATE = Benchmark(name="estimate", title="Estimates", minutes=5, run=run)
