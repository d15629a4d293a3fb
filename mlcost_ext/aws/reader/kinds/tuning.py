"""Hyperparameter tuning jobs: what they cost is what their training jobs cost."""

from __future__ import annotations

from mlcost_ext.aws.reader import cut

from .spec import Kind
from .training import RESOURCE, STOPPING

_LIMITS: cut.Cuts = {
    "MaxNumberOfTrainingJobs": cut.whole,
    "MaxParallelTrainingJobs": cut.whole,
    "MaxRuntimeInSeconds": cut.whole,
}
_COUNTERS: cut.Cuts = {
    "Completed": cut.whole,
    "InProgress": cut.whole,
    "RetryableError": cut.whole,
    "NonRetryableError": cut.whole,
    "Stopped": cut.whole,
}
_INSTANCES: cut.Cuts = {"InstanceType": cut.text, "InstanceCount": cut.whole, "VolumeSizeInGB": cut.whole}
_TUNING_RESOURCE: cut.Cuts = {
    **_INSTANCES,
    "AllocationStrategy": cut.text,
    "InstanceConfigs": cut.parts(_INSTANCES, cut.MAX_ITEMS),
}
_DEFINITION: cut.Cuts = {
    "ResourceConfig": cut.part(RESOURCE),
    "HyperParameterTuningResourceConfig": cut.part(_TUNING_RESOURCE),
    "StoppingCondition": cut.part(STOPPING),
    "EnableManagedSpotTraining": cut.flag,
}

KIND = Kind(
    kind="tuning",
    name_key="HyperParameterTuningJobName",
    status_key="HyperParameterTuningJobStatus",
    arn_key="HyperParameterTuningJobArn",
    search="HyperParameterTuningJob",
    listing="ListHyperParameterTuningJobs",
    listed="HyperParameterTuningJobSummaries",
    describe="DescribeHyperParameterTuningJob",
    stop="StopHyperParameterTuningJob",
    cuts={
        "HyperParameterTuningJobName": cut.text,
        "HyperParameterTuningJobArn": cut.arn,
        "HyperParameterTuningJobStatus": cut.text,
        "CreationTime": cut.time,
        "HyperParameterTuningEndTime": cut.time,
        "LastModifiedTime": cut.time,
        "TrainingJobStatusCounters": cut.part(_COUNTERS),
        "HyperParameterTuningJobConfig": cut.part({"ResourceLimits": cut.part(_LIMITS)}),
        "TrainingJobDefinition": cut.part(_DEFINITION),
        "TrainingJobDefinitions": cut.parts(_DEFINITION, cut.MAX_ITEMS),
        "FailureReason": cut.reason,
    },
)
