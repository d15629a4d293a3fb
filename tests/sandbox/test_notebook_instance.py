"""Notebook instances, as a client sees them."""

import pytest

from .asks import FAILS, ROLE, notebook_request
from .conftest import START

ARN = "arn:aws:sagemaker:us-east-1:111122223333:notebook-instance/desk"


def described(call):
    return call("DescribeNotebookInstance", NotebookInstanceName="desk")[1]


def act(call, verb, **more):
    return call(f"{verb}NotebookInstance", NotebookInstanceName="desk", **more)


def test_life(call, clock):
    """Pending, in service, stopping, stopped, started again, gone; when it came to each is LastModifiedTime."""
    assert call("CreateNotebookInstance", **notebook_request(VolumeSizeInGB=50)) == (200, {"NotebookInstanceArn": ARN})
    seen = []

    def look(seconds):
        clock.forward(seconds)
        notebook = described(call)
        seen.append((notebook["NotebookInstanceStatus"], notebook["LastModifiedTime"] - START.timestamp()))

    look(0)
    look(20)
    assert act(call, "Stop") == (200, {})
    look(0)
    look(8)
    assert act(call, "Start") == (200, {})
    look(0)
    look(20)
    act(call, "Stop")
    clock.forward(8)
    assert act(call, "Delete") == (200, {})
    look(0)
    assert seen == [
        ("Pending", 0),
        ("InService", 20),
        ("Stopping", 20),
        ("Stopped", 28),
        ("Pending", 28),
        ("InService", 48),
        ("Deleting", 56),
    ]
    clock.forward(6)
    assert act(call, "Describe") == (400, {"__type": "ValidationException", "message": "RecordNotFound"})
    assert call("CreateNotebookInstance", **notebook_request())[0] == 200


def test_description(call):
    """It is described as it was asked for, with AWS's defaults."""
    request = notebook_request(LifecycleConfigName="setup", SecurityGroupIds=["sg-1"], SubnetId="subnet-1")
    call("CreateNotebookInstance", **request)
    notebook = described(call)
    assert (notebook["VolumeSizeInGB"], notebook["RootAccess"], notebook["DirectInternetAccess"]) == (5, "Enabled", "Enabled")
    assert (notebook["NotebookInstanceLifecycleConfigName"], notebook["SecurityGroups"]) == ("setup", ["sg-1"])
    assert notebook["Url"] == "desk.notebook.us-east-1.sagemaker.aws"


def test_failed(call, clock):
    """One that could not be started says why, and may be started again or deleted."""
    call("CreateNotebookInstance", **notebook_request(Tags=FAILS))
    clock.forward(20)
    notebook = described(call)
    assert (notebook["NotebookInstanceStatus"], notebook["FailureReason"]) == ("Failed", "It was not to be")
    assert act(call, "Start")[0] == 200
    clock.forward(20)
    assert described(call)["NotebookInstanceStatus"] == "InService"
    assert "FailureReason" not in described(call)


def test_update(call, clock):
    """A stopped one can become another type."""
    call("CreateNotebookInstance", **notebook_request(VolumeSizeInGB=50))
    clock.forward(20)
    act(call, "Stop")
    clock.forward(8)
    assert act(call, "Update", InstanceType="ml.g5.xlarge") == (200, {})
    assert (described(call)["NotebookInstanceStatus"], described(call)["InstanceType"]) == ("Updating", "ml.t3.medium")
    clock.forward(6)
    notebook = described(call)
    assert (notebook["NotebookInstanceStatus"], notebook["InstanceType"], notebook["VolumeSizeInGB"]) == (
        "Stopped",
        "ml.g5.xlarge",
        50,
    )


@pytest.mark.parametrize(
    ("verb", "to"),
    [("Start", "Pending"), ("Delete", "Deleting"), ("Update", "Updating")],
)
def test_not_in_service(call, clock, verb, to):
    """What only a stopped one takes is refused in AWS's words."""
    call("CreateNotebookInstance", **notebook_request())
    clock.forward(20)
    status, answer = act(call, verb)
    expected = f"Status (InService) not in ([Stopped, Failed]). Unable to transition to ({to}) for Notebook Instance ({ARN})."
    assert (status, answer["message"]) == (400, expected)


def test_not_stopped_twice(call, clock):
    """A stopped one cannot be stopped."""
    call("CreateNotebookInstance", **notebook_request())
    clock.forward(20)
    act(call, "Stop")
    clock.forward(8)
    expected = f"Status (Stopped) not in ([InService]). Unable to transition to (Stopping) for Notebook Instance ({ARN})."
    assert act(call, "Stop")[1]["message"] == expected


@pytest.mark.parametrize("verb", ["Describe", "Start", "Stop", "Update", "Delete"])
def test_unknown(call, verb):
    """An unknown one is refused in AWS's words."""
    assert act(call, verb) == (400, {"__type": "ValidationException", "message": "RecordNotFound"})


def test_wrong_requests(call):
    """A taken name, a wrong type, too small a volume."""
    call("CreateNotebookInstance", **notebook_request())
    assert (
        call("CreateNotebookInstance", **notebook_request())[1]["message"]
        == f"Cannot create a duplicate Notebook Instance ({ARN})"
    )
    assert "instanceType" in call("CreateNotebookInstance", **notebook_request("a", InstanceType="ml.zz9.big"))[1]["message"]
    assert "volumeSizeInGB" in call("CreateNotebookInstance", **notebook_request("a", VolumeSizeInGB=4))[1]["message"]


@pytest.mark.parametrize(
    ("params", "names"),
    [
        ({"NotebookInstanceLifecycleConfigNameContains": "SET"}, ["desk"]),
        ({"DefaultCodeRepositoryContains": "repo-b"}, ["other"]),
        ({"AdditionalCodeRepositoryEquals": "extra"}, ["other"]),
        ({"AdditionalCodeRepositoryEquals": "ext"}, []),
    ],
)
def test_filters_of_its_own(call, params, names):
    """Lists can be asked for lifecycle configurations and repositories."""
    call("CreateNotebookInstance", **notebook_request(LifecycleConfigName="setup"))
    more = {"DefaultCodeRepository": "https://git.example/repo-b", "AdditionalCodeRepositories": ["extra"], "RoleArn": ROLE}
    call("CreateNotebookInstance", **notebook_request("other", **more))
    _, answer = call("ListNotebookInstances", **params)
    assert [one["NotebookInstanceName"] for one in answer["NotebookInstances"]] == names


def test_speed(call, clock, account):
    """At speed 60 it is there within a second."""
    account.speed = 60
    call("CreateNotebookInstance", **notebook_request())
    clock.forward(0.4)
    assert described(call)["NotebookInstanceStatus"] == "InService"
