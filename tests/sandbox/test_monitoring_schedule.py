"""Monitoring schedules and their runs, as a client sees them."""

import pytest

from mlcost_ext.sandbox.things.monitoring_run import hours_of

from .asks import schedule_request, wish
from .conftest import START

HOUR, DAY = 3600, 86_400


def described(call, name="watch"):
    return call("DescribeMonitoringSchedule", MonitoringScheduleName=name)[1]


def runs(call, **params):
    _, answer = call("ListProcessingJobs", MaxResults=100, **params)
    return [job for job in answer["ProcessingJobSummaries"] if job["ProcessingJobName"].startswith("model-monitoring-")]


def test_life(call, clock):
    """Pending, scheduled, stopped, scheduled again, gone."""
    status, answer = call("CreateMonitoringSchedule", **schedule_request())
    assert (status, answer["MonitoringScheduleArn"][-25:]) == (200, "monitoring-schedule/watch"[-25:])
    assert described(call)["MonitoringScheduleStatus"] == "Pending"
    clock.forward(15)
    schedule = described(call)
    assert (schedule["MonitoringScheduleStatus"], schedule["EndpointName"]) == ("Scheduled", "endpoint")
    assert schedule["MonitoringScheduleConfig"] == schedule_request()["MonitoringScheduleConfig"]
    assert "LastMonitoringExecutionSummary" not in schedule
    assert call("StopMonitoringSchedule", MonitoringScheduleName="watch") == (200, {})
    assert described(call)["MonitoringScheduleStatus"] == "Pending"
    clock.forward(3)
    assert described(call)["MonitoringScheduleStatus"] == "Stopped"
    assert call("StopMonitoringSchedule", MonitoringScheduleName="watch") == (200, {})
    assert call("StartMonitoringSchedule", MonitoringScheduleName="watch") == (200, {})
    clock.forward(3)
    assert described(call)["MonitoringScheduleStatus"] == "Scheduled"
    assert call("StartMonitoringSchedule", MonitoringScheduleName="watch") == (200, {})
    assert call("DeleteMonitoringSchedule", MonitoringScheduleName="watch") == (200, {})
    assert call("DescribeMonitoringSchedule", MonitoringScheduleName="watch")[1]["__type"] == "ResourceNotFound"


def test_a_run(call, clock):
    """A run begins within twenty minutes of the hour: a processing job that knows its schedule and bears no tags."""
    _, answer = call("CreateMonitoringSchedule", **schedule_request())
    clock.forward(HOUR - 1)
    assert runs(call) == []
    clock.forward(1201)
    (run,) = runs(call)
    _, job = call("DescribeProcessingJob", ProcessingJobName=run["ProcessingJobName"])
    assert job["MonitoringScheduleArn"] == answer["MonitoringScheduleArn"]
    assert job["ProcessingResources"]["ClusterConfig"]["InstanceType"] == "ml.m5.large"
    assert START.timestamp() + HOUR <= job["CreationTime"] <= START.timestamp() + HOUR + 1200
    assert call("ListTags", ResourceArn=job["ProcessingJobArn"])[1] == {"Tags": []}
    last = described(call)["LastMonitoringExecutionSummary"]
    assert last["ScheduledTime"] == START.timestamp() + HOUR
    assert (last["ProcessingJobArn"], last["MonitoringScheduleName"]) == (job["ProcessingJobArn"], "watch")
    clock.forward(400)
    assert described(call)["LastMonitoringExecutionSummary"]["MonitoringExecutionStatus"] == "Completed"


def test_a_failed_run(call, clock):
    """The schedule says why its last run failed."""
    request = schedule_request()
    job = request["MonitoringScheduleConfig"]["MonitoringJobDefinition"]
    job["Environment"] = wish(10, PRACTICE_FAILURE_REASON="AlgorithmError: no")
    call("CreateMonitoringSchedule", **request)
    clock.forward(HOUR + 1300)
    last = described(call)["LastMonitoringExecutionSummary"]
    assert (last["MonitoringExecutionStatus"], last["FailureReason"]) == ("Failed", "AlgorithmError: no")


def test_runs_go_on(call, clock):
    """Run follows run for as long as anybody looks, also after a long time nobody did."""
    call("CreateMonitoringSchedule", **schedule_request())
    clock.forward(5 * DAY)
    call("ListMonitoringSchedules")
    clock.forward(DAY + 1300)
    described(call)
    found, params = [], {"MaxResults": 100}
    while True:
        _, answer = call("ListProcessingJobs", **params)
        found += answer["ProcessingJobSummaries"]
        if "NextToken" not in answer:
            break
        params["NextToken"] = answer["NextToken"]
    assert len(found) == 6 * 24


def test_stopped(call, clock):
    """Stopped, it starts nothing; started again, only what is due from then on. A run that has begun goes on."""
    call("CreateMonitoringSchedule", **schedule_request(seconds=1700))
    clock.forward(HOUR + 1201)
    (run,) = runs(call)
    assert run["ProcessingJobStatus"] == "InProgress"
    call("StopMonitoringSchedule", MonitoringScheduleName="watch")
    clock.forward(DAY)
    described(call)
    assert [one["ProcessingJobStatus"] for one in runs(call)] == ["Completed"]
    call("StartMonitoringSchedule", MonitoringScheduleName="watch")
    clock.forward(2 * HOUR)
    assert len(runs(call)) in {2, 3}
    call("DeleteMonitoringSchedule", MonitoringScheduleName="watch")
    before = len(runs(call))
    clock.forward(DAY)
    assert len(runs(call)) == before


def test_a_stopped_run(call, clock):
    """A run can be stopped as any processing job."""
    call("CreateMonitoringSchedule", **schedule_request(seconds=1700))
    clock.forward(HOUR + 1201)
    assert call("StopProcessingJob", ProcessingJobName=runs(call)[0]["ProcessingJobName"])[0] == 200
    clock.forward(10)
    assert described(call)["LastMonitoringExecutionSummary"]["MonitoringExecutionStatus"] == "Stopped"


def test_now(call, clock):
    """NOW runs once and at once."""
    call("CreateMonitoringSchedule", **schedule_request(expression="NOW"))
    clock.forward(16)
    assert len(runs(call)) == 1
    clock.forward(3 * DAY)
    described(call)
    assert len(runs(call)) == 1


def test_by_a_named_definition(call, clock):
    """A schedule that names a job definition, and no time, runs daily on instances of its own."""
    request = {
        "MonitoringScheduleName": "watch",
        "MonitoringScheduleConfig": {"MonitoringJobDefinitionName": "quality", "MonitoringType": "ModelQuality"},
    }
    assert call("CreateMonitoringSchedule", **request)[0] == 200
    clock.forward(DAY)
    (run,) = runs(call)
    last = described(call)["LastMonitoringExecutionSummary"]
    assert (last["MonitoringJobDefinitionName"], last["MonitoringType"]) == ("quality", "ModelQuality")
    _, listed = call("ListMonitoringSchedules", MonitoringJobDefinitionName="quality")
    assert listed["MonitoringScheduleSummaries"][0]["MonitoringJobDefinitionName"] == "quality"
    assert "MonitoringJobDefinitionName" not in described(call)
    assert run["ProcessingJobStatus"] == "Completed"


@pytest.mark.parametrize(
    ("expression", "hours"),
    [
        ("cron(0 * ? * * *)", set(range(24))),
        ("cron(0 12 ? * * *)", {12}),
        ("cron(0 00 ? * * *)", {0}),
        ("cron(0 17/12 ? * * *)", {17, 5}),
        ("cron(0 0/6 ? * * *)", {0, 6, 12, 18}),
        ("NOW", set()),
        (None, {0}),
        ("cron(5 * ? * * *)", None),
        ("cron(0 24 ? * * *)", None),
        ("cron(0 1/0 ? * * *)", None),
        ("cron(0 1/25 ? * * *)", None),
        ("rate(1 hour)", None),
    ],
)
def test_expressions(call, expression, hours):
    """The expressions AWS supports are read, others are refused."""
    found = hours_of(expression)
    assert (found if found is None else set(found)) == hours
    status, answer = call("CreateMonitoringSchedule", **schedule_request(expression=expression))
    assert status == (400 if hours is None else 200)
    assert hours is not None or "Invalid ScheduleExpression" in answer["message"]


def test_refusals(call, clock):
    """Taken and unknown names, two ways at once, and changes while one is under way."""
    call("CreateMonitoringSchedule", **schedule_request())
    assert call("CreateMonitoringSchedule", **schedule_request())[1]["__type"] == "ResourceInUse"
    for operation in ("Describe", "Start", "Stop", "Delete"):
        status, answer = call(f"{operation}MonitoringSchedule", MonitoringScheduleName="nobody")
        assert (status, answer["__type"]) == (400, "ResourceNotFound")
    for operation in ("Start", "Stop"):
        status, answer = call(f"{operation}MonitoringSchedule", MonitoringScheduleName="watch")
        assert (status, "in status Pending" in answer["message"]) == (400, True)
    both = schedule_request("other", MonitoringJobDefinitionName="quality")
    status, answer = call("CreateMonitoringSchedule", **both)
    assert (status, "exactly one" in answer["message"]) == (400, True)
