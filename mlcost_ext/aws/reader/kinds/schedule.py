"""Monitoring schedules: what they cost are the processing jobs they start."""

from __future__ import annotations

from mlcost_ext.aws.reader import cut

from .spec import Kind

_CLUSTER: cut.Cuts = {"InstanceType": cut.text, "InstanceCount": cut.whole, "VolumeSizeInGB": cut.whole}
_DEFINITION: cut.Cuts = {
    "MonitoringResources": cut.part({"ClusterConfig": cut.part(_CLUSTER)}),
    "StoppingCondition": cut.part({"MaxRuntimeInSeconds": cut.whole}),
}
_CONFIG: cut.Cuts = {
    "ScheduleConfig": cut.part({"ScheduleExpression": cut.text}),
    "MonitoringJobDefinitionName": cut.text,
    "MonitoringJobDefinition": cut.part(_DEFINITION),
}

KIND = Kind(
    kind="schedule",
    name_key="MonitoringScheduleName",
    status_key="MonitoringScheduleStatus",
    arn_key="MonitoringScheduleArn",
    is_job=False,
    listing="ListMonitoringSchedules",
    listed="MonitoringScheduleSummaries",
    describe="DescribeMonitoringSchedule",
    stop="StopMonitoringSchedule",
    cuts={
        "MonitoringScheduleName": cut.text,
        "MonitoringScheduleArn": cut.arn,
        "MonitoringScheduleStatus": cut.text,
        "MonitoringType": cut.text,
        "CreationTime": cut.time,
        "LastModifiedTime": cut.time,
        "EndpointName": cut.text,
        "MonitoringScheduleConfig": cut.part(_CONFIG),
        "FailureReason": cut.reason,
    },
)
