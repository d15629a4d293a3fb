"""The real reader asks the practice account's CloudWatch how well a job has used its machine."""

from datetime import datetime, timedelta, timezone

import botocore.session
import pytest

from tests.aws.conftest import KEY, REGION

NOW = datetime.now(timezone.utc).replace(microsecond=0)
TIMES = {"since": (NOW - timedelta(hours=1)).isoformat(), "until": NOW.isoformat()}


@pytest.fixture
def measured(account):
    """Let CloudWatch have measured a job twice, and another not at all."""
    session = botocore.session.Session()
    keys = {"aws_access_key_id": KEY, "aws_secret_access_key": "practice"}
    client = session.create_client("cloudwatch", region_name=REGION, endpoint_url=account.url, **keys)
    for minutes, cpu, memory in ((40, 120.0, 30.0), (20, 250.5, 12.0)):
        for name, value in (("CPUUtilization", cpu), ("MemoryUtilization", memory)):
            datum = {
                "MetricName": name,
                "Dimensions": [{"Name": "Host", "Value": "measured/algo-1"}],
                "Timestamp": NOW - timedelta(minutes=minutes),
                "Value": value,
                "Unit": "Percent",
            }
            client.put_metric_data(Namespace="/aws/sagemaker/TrainingJobs", MetricData=[datum])


def ready(start):
    """Start a reader whose first picture is there."""
    reader = start()
    reader.watch()
    reader.await_status(lambda status: status["first_picture"])
    return reader


def test_the_highest_average_is_told(start, measured):
    """Of each measure that there is; what was never measured has none."""
    answer = ready(start).request("utilisation", kind="training", region_id=REGION, names=["measured", "other"], **TIMES)
    assert answer["ok"] == {
        "items": [{"name": "measured", "percents": {"cpu": 250.5, "memory": 30.0}}, {"name": "other", "percents": {}}]
    }


def test_a_refusal_is_the_answer(start, account):
    """By its code, which the server keeps to itself."""
    account.order(operation="GetMetricData", code="AccessDenied")
    reader = ready(start)
    answer = reader.request("utilisation", kind="processing", region_id=REGION, names=["measured"], **TIMES)
    assert answer["error"]["code"] == "permission_missing"
