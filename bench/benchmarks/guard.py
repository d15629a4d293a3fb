"""What the guard adds to a call that launches, with all rules and fifty thousand earlier runs, and to calls of other services."""

from __future__ import annotations

import json
from collections.abc import Sequence
from statistics import median

from bench.arms import MLCOST
from bench.benchmarks.estimate import values_of, with_ledger
from bench.benchmarks.kernel_start import kernel, wait_until_ready
from bench.plan import Benchmark, Plan
from bench.practice import practice_account
from bench.result import Result
from bench.station import make_home
from bench.stats import bootstrap, differences, percentile

CALLS = 10_000
LAUNCH_LIMIT_MS, OTHER_LIMIT_US = 5.0, 20.0
RESAMPLES = 500
CODE = f"""
import json as _json, time as _time, boto3 as _boto3, contextlib as _contextlib, io as _io
_arn = "arn:aws:sagemaker:us-east-1:111122223333:training-job/a"
_answers = {{"CreateTrainingJob": {{"TrainingJobArn": _arn}}, "HeadBucket": {{}}}}
class _Http:
    status_code, headers = 200, {{}}
def _answer(model, **_):
    return _Http(), {{**_answers[model.name], "ResponseMetadata": {{"RetryAttempts": 0}}}}
def _client(service, is_plain):
    client = _boto3.client(service, region_name="us-east-1")
    if is_plain:
        for hook in get_ipython().meta["mlcost_ext"]._attachment._hooks:
            for event, handler, unique_id in hook.handlers():
                client.meta.events.unregister(event, unique_id=unique_id)
    client.meta.events.register_last("before-call", _answer)  # behind the hooks: nothing goes over a network
    return client
def _request(number):
    return {{
        "TrainingJobName": f"guarded-{{number}}",
        "RoleArn": "arn:aws:iam::111122223333:role/practice",
        "AlgorithmSpecification": {{"TrainingImage": "image-1", "TrainingInputMode": "File"}},
        "InputDataConfig": [{{"ChannelName": "train", "DataSource": {{"S3DataSource": {{
            "S3DataType": "S3Prefix", "S3Uri": "s3://bucket/data-1"}}}}}}],
        "OutputDataConfig": {{"S3OutputPath": "s3://bucket/out"}},
        "ResourceConfig": {{"InstanceType": ("ml.g5.xlarge", "ml.m5.xlarge", "ml.p4d.24xlarge")[number % 3],
                            "InstanceCount": 1 + number % 2, "VolumeSizeInGB": 30}},
        "StoppingCondition": {{"MaxRuntimeInSeconds": 3600 * (1 + number % 24)}},
        "Tags": [{{"Key": "team", "Value": "fraud-platform"}}],
    }}
def _seconds(call):
    began = _time.perf_counter()
    call()
    return _time.perf_counter() - began
def _pairs(ours, plain, count):
    found = ([], [])
    for number in range(count):
        for at in ((0, 1), (1, 0))[number % 2]:
            found[at].append(_seconds((ours, plain)[at](number)))
    return found
_guarded, _plain = (_client("sagemaker", is_plain) for is_plain in (False, True))
_s3, _s3_plain = (_client("s3", is_plain) for is_plain in (False, True))
def _launch(client):
    return lambda number: lambda: client.create_training_job(**_request(number))
def _head(client):
    return lambda number: lambda: client.head_bucket(Bucket="bucket")
with _contextlib.redirect_stdout(_io.StringIO()), _contextlib.redirect_stderr(_io.StringIO()):
    _pairs(_launch(_guarded), _launch(_plain), 60)  # what was shown once is told no more, and everything is read
    _launches = _pairs(_launch(_guarded), _launch(_plain), {CALLS})
    _pairs(_head(_s3), _head(_s3_plain), 60)
    _others = _pairs(_head(_s3), _head(_s3_plain), {CALLS})
_told = _json.dumps([_launches, _others])
"""


def run(plan: Plan) -> list[Result]:
    """Launch ten thousand times with the guard and without, in turn, in one kernel; then ask S3 as often."""
    folder = plan.folder / "guard"
    with practice_account(folder / "practice") as endpoint:
        home = with_ledger(make_home(MLCOST, folder / "home", endpoint))
        with kernel(home) as (client, _, _):
            wait_until_ready(client)
            told = values_of(client, CODE, "_told")["_told"]
    launches, others = json.loads(told[1:-1])
    return [
        added("guard_launch", "added to a call that launches, 99th percentile", "ms", launches, 1e3, 99, LAUNCH_LIMIT_MS),
        added("guard_launch_median", "the same, median", "ms", launches, 1e3, 50, None),
        added("guard_other", "added to a call of another service, median", "µs", others, 1e6, 50, OTHER_LIMIT_US),
    ]


def added(
    name: str, title: str, unit: str, readings: list[list[float]], factor: float, percent: float, limit: float | None
) -> Result:
    """Give a percentile of what our arm takes beyond the plain one, pair by pair."""
    values = [factor * seconds for seconds in differences(readings[0], readings[1])]
    interval = bootstrap(len(values), lambda picked: statistic(values, picked, percent), resamples=RESAMPLES)
    return Result(
        name=name, title=title, unit=unit, value=percentile(values, percent), limit=limit, interval=interval, count=len(values)
    )


def statistic(values: list[float], picked: Sequence[int], percent: float) -> float:
    """Give the percentile of those that were drawn."""
    drawn = [values[place] for place in picked]
    return median(drawn) if percent == 50 else percentile(drawn, percent)


GUARD = Benchmark(name="guard", title="The guard", minutes=3, run=run)
