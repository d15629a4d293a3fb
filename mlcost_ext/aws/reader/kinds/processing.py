"""Processing jobs."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from mlcost_ext.aws.reader import cut

from .run_key import CUT, KEY, with_run_key
from .spec import Ends, Kind, Source

_PREFERENCE: cut.Cuts = {"InstanceType": cut.text, "InstanceCount": cut.whole}
_CLUSTER: cut.Cuts = {
    "InstanceType": cut.text,
    "InstanceCount": cut.whole,
    "VolumeSizeInGB": cut.whole,
    "InstancePreferences": cut.parts(_PREFERENCE, cut.MAX_ITEMS),
    "SelectedInstanceType": cut.text,
    "SelectedInstanceCount": cut.whole,
}


def has_instances(source: Source) -> bool:
    """Tell whether AWS has chosen among the instances that would do."""
    config = cut.structure(source.get("ProcessingResources"), {"ClusterConfig": cut.part(_CLUSTER)}) or {}
    cluster = config.get("ClusterConfig")
    return isinstance(cluster, Mapping) and bool(cluster.get("InstanceType") or cluster.get("SelectedInstanceType"))


KIND = Kind(
    kind="processing",
    name_key="ProcessingJobName",
    status_key="ProcessingJobStatus",
    arn_key="ProcessingJobArn",
    listing="ListProcessingJobs",
    listed="ProcessingJobSummaries",
    describe="DescribeProcessingJob",
    stop="StopProcessingJob",
    ends=Ends(start_key="ProcessingStartTime", end_key="ProcessingEndTime", is_decided=has_instances),
    parents=("AutoMLJobArn", "MonitoringScheduleArn"),
    prepare=partial(with_run_key, "processing"),
    cuts={
        KEY: CUT,
        "ProcessingJobName": cut.text,
        "ProcessingJobArn": cut.arn,
        "ProcessingJobStatus": cut.text,
        "ProcessingResources": cut.part({"ClusterConfig": cut.part(_CLUSTER)}),
        "StoppingCondition": cut.part({"MaxRuntimeInSeconds": cut.whole}),
        "CreationTime": cut.time,
        "ProcessingStartTime": cut.start,
        "ProcessingEndTime": cut.time,
        "LastModifiedTime": cut.time,
        "FailureReason": cut.reason,
        "ExitMessage": cut.reason,
        "MonitoringScheduleArn": cut.arn,
        "AutoMLJobArn": cut.arn,
        "TrainingJobArn": cut.arn,
    },
)
