"""Training jobs."""

from __future__ import annotations

from mlcost_ext.aws.reader import cut

from .run_key import CUT, KEY, with_run_key
from .spec import ENDED, Kind, Source

MAX_TRANSITIONS = 2000

_TRANSITION: cut.Cuts = {"Status": cut.text, "StartTime": cut.time, "EndTime": cut.time}
_GROUP: cut.Cuts = {"InstanceType": cut.text, "InstanceCount": cut.whole, "InstanceGroupName": cut.text}
_PREFERENCE: cut.Cuts = {"InstanceType": cut.text, "InstanceCount": cut.whole, "TrainingPlanArns": cut.arns}
RESOURCE: cut.Cuts = {
    "InstanceType": cut.text,
    "InstanceCount": cut.whole,
    "VolumeSizeInGB": cut.whole,
    "InstanceGroups": cut.parts(_GROUP, cut.MAX_ITEMS),
    "InstancePreferences": cut.parts(_PREFERENCE, cut.MAX_ITEMS),
    "KeepAlivePeriodInSeconds": cut.whole,
    "SelectedInstanceType": cut.text,
    "SelectedInstanceCount": cut.whole,
    "TrainingPlanArn": cut.arn,
}
STOPPING: cut.Cuts = {
    "MaxRuntimeInSeconds": cut.whole,
    "MaxWaitTimeInSeconds": cut.whole,
    "MaxPendingTimeInSeconds": cut.whole,
}
_WARM_POOL: cut.Cuts = {"Status": cut.text, "ResourceRetainedBillableTimeInSeconds": cut.whole, "ReusedByJob": cut.text}


def prepared(source: Source) -> Source:
    """Say that a job runs without instances, where only DescribeTrainingJob tells, and of one that has ended what it is like."""
    told = {**source, "IsServerless": True} if isinstance(source.get("ServerlessJobConfig"), dict) else source
    return with_run_key("training", told) if told.get("TrainingJobStatus") in ENDED else told


def has_resources(source: Source) -> bool:
    """Say whether it tells what it runs on; Search's record of a serverless job has no member that does."""
    resources = source.get("ResourceConfig")
    keys = ("InstanceType", "InstanceGroups", "InstancePreferences", "SelectedInstanceType")
    return isinstance(resources, dict) and any(resources.get(key) for key in keys)


KIND = Kind(
    kind="training",
    name_key="TrainingJobName",
    status_key="TrainingJobStatus",
    arn_key="TrainingJobArn",
    search="TrainingJob",
    listing="ListTrainingJobs",
    listed="TrainingJobSummaries",
    describe="DescribeTrainingJob",
    stop="StopTrainingJob",
    parents=("TuningJobArn", "AutoMLJobArn"),
    prepare=prepared,
    is_whole=has_resources,
    cuts={
        "TrainingJobName": cut.text,
        "TrainingJobArn": cut.arn,
        "TuningJobArn": cut.arn,
        "AutoMLJobArn": cut.arn,
        "TrainingJobStatus": cut.text,
        "SecondaryStatus": cut.text,
        "SecondaryStatusTransitions": cut.parts(_TRANSITION, MAX_TRANSITIONS),
        "CreationTime": cut.time,
        "TrainingStartTime": cut.time,
        "TrainingEndTime": cut.time,
        "LastModifiedTime": cut.time,
        "ResourceConfig": cut.part(RESOURCE),
        "StoppingCondition": cut.part(STOPPING),
        "EnableManagedSpotTraining": cut.flag,
        "BillableTimeInSeconds": cut.whole,
        "TrainingTimeInSeconds": cut.whole,
        "BillableTokenCount": cut.whole,
        "IsServerless": cut.flag,
        "WarmPoolStatus": cut.part(_WARM_POOL),
        KEY: CUT,
        "FailureReason": cut.reason,
    },
)
