"""The practice account keeps a log of what it was asked, and tells it over the control path."""

import time
from timeit import timeit

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from mlcost_ext.sandbox import front as fronts
from mlcost_ext.sandbox import names
from mlcost_ext.sandbox.account import Account
from mlcost_ext.sandbox.server import make_practice_server
from mlcost_ext.sandbox.wire import Call

from .conftest import request_for

PATH = "/__practice__/faults"


@pytest.fixture
def log(call):
    def report(since=0):
        answer = call.client.post(PATH, json={"report": "calls", "since": since}, headers={"X-Practice-Token": "token"})
        assert answer.status_code == 200
        return answer.get_json()

    return report


def asked(told):
    return [(each["service"], each["operation"], each["region_id"]) for each in told["calls"]]


def test_each_call(call, log):
    """Ours and moto's, in their order, with the time and the region of each."""
    before = time.time()
    call("CreateTrainingJob", "eu-west-1", **request_for())
    call("ListPipelines")
    told = log()
    assert asked(told) == [("sagemaker", "CreateTrainingJob", "eu-west-1"), ("sagemaker", "ListPipelines", "us-east-1")]
    moments = [before, *(each["at"] for each in told["calls"]), told["now"], time.time()]
    assert moments == sorted(moments)


def test_since(call, log):
    """The next report begins where the last one ended; the time may be ISO 8601 too."""
    call("ListPipelines")
    call("Search", Resource="TrainingJob")
    now = log()["now"]
    assert asked(log(now)) == []
    call("ListTrainingJobs")
    assert [operation for _, operation, _ in asked(log(now))] == ["ListTrainingJobs"]
    assert len(asked(log("2026-01-01T00:00:00Z"))) == 3
    assert asked(log("2999-01-01T00:00:00Z")) == []


def test_what_is_refused(call, log):
    """A refused call was a call; one with another key, or one that nothing is known of, too."""
    call.client.post(PATH, json={"operation": "Search", "code": "ThrottlingException"}, headers={"X-Practice-Token": "token"})
    assert call("Search", Resource="TrainingJob")[0] == 400
    assert call.raw("DeleteEndpoint", {}, key="AKIAIOSFODNN7EXAMPLE").status_code == 403
    assert call.client.get("/").status_code == 403
    assert [operation for _, operation, _ in asked(log())] == ["Search", "DeleteEndpoint", "GET"]


def test_control_messages_are_none(call, log):
    """Whoever looks leaves no trace, nor does a web page that is turned away before it has asked anything."""
    call.client.post(PATH, json={"clear": True}, headers={"X-Practice-Token": "token"})
    call.client.post(PATH, json={"report": "calls"}, headers={"X-Practice-Token": "guess"})
    call.raw("ListTrainingJobs", {}, headers={"Host": "evil.example"})
    log()
    assert asked(log()) == []


def test_it_is_noted_before_it_is_answered(call, log, front):
    """A call that waits for its answer is there already."""
    seen = []
    front.bad_days.sleep = lambda _: seen.append(asked(log()))
    call.client.post(PATH, json={"operation": "ListModels", "hang_seconds": 9}, headers={"X-Practice-Token": "token"})
    call("ListModels")
    assert seen == [[("sagemaker", "ListModels", "us-east-1")]]


def test_it_is_bounded(call, log, front):
    """The last calls are kept, however many there were."""
    assert front.calls.maxlen == fronts.NOTED_CALLS == 20_000
    front.calls.extend((float(number), "sagemaker", f"Old{number}", "us-east-1") for number in range(25_000))
    call("ListPipelines")
    told = asked(log())
    assert (len(told), told[0][1], told[-1][1]) == (20_000, "Old5001", "ListPipelines")


def test_it_takes_no_time(front):
    """Under two microseconds a call."""

    asked_now = Call(region_id="us-east-1", service="sagemaker", operation="Search", body=b"")
    front.calls.extend([(0.0, "", "", "")] * fronts.NOTED_CALLS)
    assert min(timeit(lambda: front._note(asked_now, {}), number=10_000) / 10_000 for _ in range(20)) < 2e-6


def test_of_real_clients():
    """Each protocol's operation by its name; of S3, whose operations moto finds out, the HTTP method."""
    server = make_practice_server(Account(), control_token="token")
    server.start()
    keys = {"aws_access_key_id": names.ACCESS_KEY_ID, "aws_secret_access_key": "x"}

    def client(service):
        once = Config(retries={"total_max_attempts": 1})
        return boto3.client(service, endpoint_url=server.url, region_name=names.REGION_ID, config=once, **keys)

    try:
        client("sts").get_caller_identity()
        client("iam").get_role(RoleName=names.ROLE_NAME)
        client("cloudwatch").list_metrics()
        client("s3").create_bucket(Bucket="call-log")
        with pytest.raises(ClientError):
            client("sagemaker").describe_endpoint(EndpointName="none")
    finally:
        server.stop()
    assert [call[1:3] for call in server.front.calls] == [
        ("sts", "GetCallerIdentity"),
        ("iam", "GetRole"),
        ("cloudwatch", "ListMetrics"),
        ("s3", "PUT"),
        ("sagemaker", "DescribeEndpoint"),
    ]
