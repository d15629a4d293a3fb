"""Bad days ordered over the control path."""

import pytest

from .conftest import request_for

PATH = "/__practice__/faults"


@pytest.fixture
def order(call):
    def send(token="token", **wish):
        return call.client.post(PATH, json=wish, headers={"X-Practice-Token": token}).status_code

    return send


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("AccessDeniedException", 400),
        ("ThrottlingException", 400),
        ("ExpiredTokenException", 400),
        ("InternalFailure", 500),
        ("ServiceUnavailable", 503),
    ],
)
def test_refusals(call, order, code, status):
    """One operation is refused, the others go on, until it is cleared."""
    assert order(operation="Search", code=code) == 200
    refused, answer = call("Search", Resource="TrainingJob")
    assert (refused, answer["__type"]) == (status, code)
    assert call("ListTrainingJobs")[0] == 200
    order(clear=True)
    assert call("Search", Resource="TrainingJob")[0] == 200


def test_denied_names_the_action(call, order):
    """A denial names the action that is missing, as AWS does."""
    order(operation="Search", code="AccessDeniedException")
    assert "not authorized to perform: sagemaker:Search because" in call("Search", Resource="TrainingJob")[1]["message"]


def test_motos_operations_too(call, order):
    """An operation that moto answers can be refused as well, or all at once."""
    order(operation="*", code="ExpiredTokenException", message="gone", status=403)
    assert call("ListEndpoints") == (403, {"__type": "ExpiredTokenException", "message": "gone"})


def test_a_few_times(call, order):
    """A bad day may pass by itself."""
    order(operation="ListTrainingJobs", code="ThrottlingException", times=2)
    assert [call("ListTrainingJobs")[0] for _ in range(3)] == [400, 400, 200]


def test_hanging(call, order, front):
    """A slow answer is slow, and otherwise right."""
    slept = []
    front.bad_days.sleep = slept.append
    order(operation="ListTrainingJobs", hang_seconds=30)
    assert call("ListTrainingJobs")[0] == 200
    assert slept == [30]


def test_raw_job(call, order):
    """A job may lack members or have values nobody knows; everything still answers."""
    call("CreateTrainingJob", **request_for())
    overlay = {
        "TrainingJobName": "broken",
        "ResourceConfig": {"InstanceType": "ml.zz9.huge"},
        "TrainingJobStatus": "Dreaming",
        "TrainingStartTime": None,
        "CreationTime": None,
    }
    assert order(raw_job=overlay) == 200
    _, job = call("DescribeTrainingJob", TrainingJobName="broken")
    assert job["ResourceConfig"] == {"InstanceType": "ml.zz9.huge"}
    assert "TrainingStartTime" not in job
    for answer in (call("Search", Resource="TrainingJob"), call("ListTrainingJobs")):
        assert answer[0] == 200
        assert "Dreaming" in str(answer[1])


def test_times_that_are_none(call, order):
    """A job whose times are text does not break lists, filters and orders of the others."""
    call("CreateTrainingJob", **request_for())
    order(raw_job={"TrainingJobName": "odd", "CreationTime": "yesterday", "LastModifiedTime": "2026-11-23T14:00:00Z"})
    recent = {"Filters": [{"Name": "LastModifiedTime", "Operator": "GreaterThan", "Value": "2026-11-23T00:00:00"}]}
    assert len(call("Search", Resource="TrainingJob")[1]["Results"]) == 2
    assert len(call("Search", Resource="TrainingJob", SearchExpression=recent)[1]["Results"]) == 1
    assert len(call("ListTrainingJobs")[1]["TrainingJobSummaries"]) == 2
    assert len(call("ListTrainingJobs", CreationTimeAfter=0)[1]["TrainingJobSummaries"]) == 1


def test_nameless_job(call, order):
    """Even a job without its name and status can be listed."""
    assert order(raw_job={"TrainingJobName": None, "TrainingJobArn": None, "TrainingJobStatus": None}) == 200
    assert call("Search", Resource="TrainingJob")[0] == 200
    assert call("ListTrainingJobs", NameContains="x", SortBy="Name")[0] == 200


def test_token_is_needed(call, order):
    """Nobody orders a bad day without the token, nor with nonsense."""
    assert order(token="guess", operation="*", code="AccessDeniedException") == 403
    assert order(colour="red") == 400
    assert call.client.get(PATH, headers={"X-Practice-Token": "token"}).status_code == 405
    wrong = call.client.post(PATH, data="[", headers={"X-Practice-Token": "token"})
    assert wrong.status_code == 400
    assert call("ListTrainingJobs")[0] == 200
