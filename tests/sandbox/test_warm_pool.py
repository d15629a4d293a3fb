"""Warm pools: kept after a job, taken over by the next that fits, kept longer, released."""

import pytest

from .asks import warm_request, wish
from .conftest import request_for, spot_request

END = 66  # six seconds to start, sixty on instances


def pool(call, name="warm"):
    return call("DescribeTrainingJob", TrainingJobName=name)[1].get("WarmPoolStatus")


def test_life(call, clock):
    """In use while the job runs, available afterwards, ended when the period is over; the retained time appears then."""
    call("CreateTrainingJob", **warm_request())
    assert pool(call) == {"Status": "InUse"}
    clock.forward(END - 1)
    assert pool(call) == {"Status": "InUse"}
    clock.forward(1)
    assert pool(call) == {"Status": "Available"}
    clock.forward(599)
    assert pool(call) == {"Status": "Available"}
    clock.forward(1)
    assert pool(call) == {"Status": "Terminated", "ResourceRetainedBillableTimeInSeconds": 600}
    clock.forward(86_400)
    assert pool(call)["ResourceRetainedBillableTimeInSeconds"] == 600


def test_a_change_is_a_modification(call, clock):
    """A job whose pool has changed is among the last modified ones; its own end stays what it was."""
    call("CreateTrainingJob", **warm_request())
    clock.forward(END + 700)
    _, job = call("DescribeTrainingJob", TrainingJobName="warm")
    assert job["LastModifiedTime"] - job["TrainingEndTime"] == 600
    _, listed = call("ListTrainingJobs", LastModifiedTimeAfter=job["LastModifiedTime"])
    assert [one["WarmPoolStatus"]["Status"] for one in listed["TrainingJobSummaries"]] == ["Terminated"]


def test_none_without_being_asked_for(call):
    """A job that asks for no pool, or for zero seconds of it, has none."""
    call("CreateTrainingJob", **request_for())
    call("CreateTrainingJob", **warm_request("zero", keep=0))
    assert pool(call, "job-a") is None
    assert pool(call, "zero") is None


@pytest.mark.parametrize("keep", [0, 300])
def test_reused(call, clock, keep):
    """A job that fits takes the pool over and starts at once; the pool of the first says by whom and how long it waited."""
    call("CreateTrainingJob", **warm_request())
    clock.forward(END + 100)
    call("CreateTrainingJob", **warm_request("next", keep=keep))
    assert pool(call) == {"Status": "Reused", "ReusedByJob": "next", "ResourceRetainedBillableTimeInSeconds": 100}
    assert pool(call, "next") == {"Status": "InUse"}
    clock.forward(2)
    assert call("DescribeTrainingJob", TrainingJobName="next")[1]["SecondaryStatus"] == "Downloading"
    clock.forward(60)
    ended = {"Status": "Terminated", "ResourceRetainedBillableTimeInSeconds": 0} if keep == 0 else {"Status": "Available"}
    assert pool(call, "next") == ended


@pytest.mark.parametrize(
    "other",
    [
        warm_request("other", InstanceType="ml.m5.2xlarge"),
        warm_request("other", InstanceCount=1),
        warm_request("other", VolumeSizeInGB=31),
        warm_request("other") | {"RoleArn": "arn:aws:iam::111122223333:role/another-one"},
        warm_request("other") | {"EnableNetworkIsolation": True},
        spot_request("other"),
    ],
)
def test_does_not_fit(call, clock, other):
    """Another type, count, volume or role, isolation or spot instances: the pool goes on waiting."""
    call("CreateTrainingJob", **warm_request())
    clock.forward(END + 1)
    assert call("CreateTrainingJob", **other)[0] == 200
    assert pool(call) == {"Status": "Available"}


def test_the_oldest_goes_first(call, clock):
    """Of two pools that fit the older one is taken, and only that."""
    call("CreateTrainingJob", **warm_request("first"))
    clock.forward(1)
    call("CreateTrainingJob", **warm_request("second"))
    clock.forward(END + 10)
    call("CreateTrainingJob", **warm_request("next"))
    assert [pool(call, name)["Status"] for name in ("first", "second")] == ["Reused", "Available"]


def test_a_running_pool_is_not_taken(call, clock):
    """A pool in use, or over, is nobody's to take."""
    call("CreateTrainingJob", **warm_request())
    clock.forward(10)
    call("CreateTrainingJob", **warm_request("early"))
    assert pool(call) == {"Status": "InUse"}
    clock.forward(3000)
    call("CreateTrainingJob", **warm_request("late"))
    assert pool(call)["Status"] == "Terminated"
    clock.forward(3)
    assert call("DescribeTrainingJob", TrainingJobName="late")[1]["SecondaryStatus"] == "Starting"


@pytest.mark.parametrize(("seconds", "status", "kept"), [(30, "Available", None), (3, "Terminated", 0)])
def test_stopped(call, clock, seconds, status, kept):
    """A job stopped on its instances leaves them as a pool; one stopped before it had any leaves none."""
    call("CreateTrainingJob", **warm_request())
    clock.forward(seconds)
    call("StopTrainingJob", TrainingJobName="warm")
    clock.forward(20)
    assert pool(call)["Status"] == status
    assert pool(call).get("ResourceRetainedBillableTimeInSeconds") == kept
    assert call("StopTrainingJob", TrainingJobName="warm")[0] == 400


def test_failed(call, clock):
    """A failed job leaves its pool too, as AWS may."""
    request = warm_request()
    call("CreateTrainingJob", **request | {"Environment": wish(60, PRACTICE_FAILURE_REASON="AlgorithmError: no")})
    clock.forward(END)
    assert pool(call) == {"Status": "Available"}


def update(call, seconds):
    return call("UpdateTrainingJob", TrainingJobName="warm", ResourceConfig={"KeepAlivePeriodInSeconds": seconds})


def test_release(call, clock):
    """Zero seconds release a pool at once."""
    call("CreateTrainingJob", **warm_request())
    clock.forward(END + 120)
    status, answer = update(call, 0)
    assert (status, answer["TrainingJobArn"][-17:]) == (200, "training-job/warm")
    assert pool(call) == {"Status": "Terminated", "ResourceRetainedBillableTimeInSeconds": 120}
    _, job = call("DescribeTrainingJob", TrainingJobName="warm")
    assert job["ResourceConfig"]["KeepAlivePeriodInSeconds"] == 0
    status, answer = update(call, 600)
    assert (status, "Terminated" in answer["message"]) == (400, True)


def test_release_while_running(call, clock):
    """Released before the job has ended, there is no pool afterwards."""
    call("CreateTrainingJob", **warm_request())
    clock.forward(30)
    assert update(call, 0)[0] == 200
    clock.forward(40)
    assert pool(call) == {"Status": "Terminated", "ResourceRetainedBillableTimeInSeconds": 0}


def test_longer_and_shorter(call, clock):
    """A new period counts from the end of the job; what is over already ends now."""
    call("CreateTrainingJob", **warm_request())
    clock.forward(END + 500)
    update(call, 1000)
    clock.forward(400)
    assert pool(call) == {"Status": "Available"}
    update(call, 60)
    assert pool(call) == {"Status": "Terminated", "ResourceRetainedBillableTimeInSeconds": 900}


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"TrainingJobName": "nobody", "ResourceConfig": {"KeepAlivePeriodInSeconds": 0}}, "Requested resource not found."),
        ({"TrainingJobName": "job-a", "ResourceConfig": {"KeepAlivePeriodInSeconds": 0}}, "no warm pool"),
        ({"TrainingJobName": "warm", "ResourceConfig": {"KeepAlivePeriodInSeconds": 21_601}}, "less than or equal to 21600"),
        ({"TrainingJobName": "warm", "ResourceConfig": {}}, "keepAlivePeriodInSeconds"),
        ({"TrainingJobName": "job-a", "ProfilerConfig": {"DisableProfiler": True}}, "in status Completed"),
    ],
)
def test_refusals(call, clock, params, message):
    """What AWS would refuse is refused."""
    call("CreateTrainingJob", **request_for(Environment=wish(20)))
    call("CreateTrainingJob", **warm_request(seconds=3000))
    clock.forward(100)
    status, answer = call("UpdateTrainingJob", **params)
    assert (status, answer["__type"]) == (400, "ValidationException")
    assert message in answer["message"]


def test_profiling(call):
    """Profiling may be changed while the job runs."""
    call("CreateTrainingJob", **request_for())
    assert call("UpdateTrainingJob", TrainingJobName="job-a", ProfilerConfig={"DisableProfiler": True})[0] == 200


@pytest.mark.parametrize("status", ["InUse", "Available", "Terminated", "Reused"])
def test_listed_by_status(call, clock, status):
    """ListTrainingJobs finds jobs by what has become of their pools."""
    call("CreateTrainingJob", **request_for("without", Environment=wish(10)))
    call("CreateTrainingJob", **warm_request("Reused"))
    call("CreateTrainingJob", **warm_request("Terminated", keep=1, InstanceCount=9))
    clock.forward(END + 5)
    call("CreateTrainingJob", **warm_request("Available"))
    clock.forward(END + 5)
    call("CreateTrainingJob", **warm_request("InUse", InstanceCount=3))
    _, answer = call("ListTrainingJobs", WarmPoolStatusEquals=status)
    assert [job["TrainingJobName"] for job in answer["TrainingJobSummaries"]] == [status]


def test_speed(call, clock, account):
    """At speed 60 ten minutes of keeping take ten seconds."""
    account.speed = 60
    call("CreateTrainingJob", **warm_request())
    clock.forward(2)
    assert pool(call) == {"Status": "Available"}
    clock.forward(10)
    assert pool(call) == {"Status": "Terminated", "ResourceRetainedBillableTimeInSeconds": 10}


@pytest.mark.parametrize(
    "more",
    [
        {"ResourceConfig": warm_request(keep=60)["ResourceConfig"]},
        {"ResourceConfig": {"VolumeSizeInGB": 1, "InstancePreferences": [{"InstanceType": "ml.m5.large", "InstanceCount": 1}]}},
    ],
)
def test_not_with_spot(call, more):
    """Neither a warm pool nor a choice of instances goes with spot."""
    status, answer = call("CreateTrainingJob", **spot_request(**more))
    assert (status, "EnableManagedSpotTraining" in answer["message"]) == (400, True)
