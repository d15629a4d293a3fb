"""Jobs that have ended can be deleted, and their names used again."""

import pytest

from .asks import processing_request, tuning_request, warm_request, wish
from .conftest import request_for

CASES = {
    "training": ("TrainingJob", request_for("gone", Environment=wish(60)), "TrainingJobName"),
    "processing": ("ProcessingJob", processing_request("gone"), "ProcessingJobName"),
    "tuning": ("HyperParameterTuningJob", tuning_request("gone"), "HyperParameterTuningJobName"),
}


@pytest.mark.parametrize("kind", CASES)
def test_delete(call, clock, kind):
    """One that runs cannot be deleted; one that has ended is gone for ever, and its name is free."""
    resource, request, member = CASES[kind]
    key = {member: "gone"}
    call(f"Create{resource}", **request)
    status, answer = call(f"Delete{resource}", **key)
    assert (status, answer["__type"]) == (400, "ResourceInUse")
    clock.forward(2000)
    assert call(f"Delete{resource}", **key) == (200, {})
    assert call(f"Describe{resource}", **key)[0] == 400
    assert call(f"Create{resource}", **request)[0] == 200


def test_children_stay(call, clock):
    """The training jobs of a deleted tuning job stay."""
    call("CreateHyperParameterTuningJob", **tuning_request())
    clock.forward(2000)
    call("DeleteHyperParameterTuningJob", HyperParameterTuningJobName="sweep")
    assert len(call("ListTrainingJobs")[1]["TrainingJobSummaries"]) == 4
    call("CreateHyperParameterTuningJob", **tuning_request())
    clock.forward(2000)
    assert len(call("ListTrainingJobs")[1]["TrainingJobSummaries"]) == 8


def test_a_deleted_child(call, clock):
    """A tuning job goes on without a training job that was deleted."""
    call("CreateHyperParameterTuningJob", **tuning_request())
    clock.forward(150)
    _, listed = call("ListTrainingJobs", StatusEquals="Completed")
    assert call("DeleteTrainingJob", TrainingJobName=listed["TrainingJobSummaries"][0]["TrainingJobName"])[0] == 200
    clock.forward(2000)
    _, job = call("DescribeHyperParameterTuningJob", HyperParameterTuningJobName="sweep")
    assert (job["HyperParameterTuningJobStatus"], job["TrainingJobStatusCounters"]["Completed"]) == ("Completed", 4)


def test_kept_instances(call, clock):
    """A job whose warm pool is available cannot be deleted."""
    call("CreateTrainingJob", **warm_request())
    clock.forward(100)
    status, answer = call("DeleteTrainingJob", TrainingJobName="warm")
    assert (status, "warm pool" in answer["message"]) == (400, True)
    clock.forward(700)
    assert call("DeleteTrainingJob", TrainingJobName="warm")[0] == 200


def test_unknown(call):
    """An unknown name is refused as elsewhere; for tuning jobs it is no matter."""
    assert call("DeleteTrainingJob", TrainingJobName="nobody")[1]["message"] == "Requested resource not found."
    assert call("DeleteProcessingJob", ProcessingJobName="nobody")[0] == 400
    assert call("DeleteHyperParameterTuningJob", HyperParameterTuningJobName="nobody")[0] == 200
