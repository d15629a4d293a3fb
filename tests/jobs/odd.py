"""Descriptions of every kind as AWS might give them, with members that are missing, of the wrong type, or nonsense."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from tests.fakes import REGION, ago

STATES = [
    *("Starting", "Pending", "Interrupted", "Downloading", "Training", "Uploading", "Stopping", "Stopped", "Failed"),
    *("MaxWaitTimeExceeded", "Completed", "Restarting", "LaunchingMLInstances"),
]
JOB_STATUSES = ["InProgress", "Stopping", "Completed", "Failed", "Stopped", "Deleting", "Hibernating"]
STANDING_STATUSES = [
    *("InService", "Creating", "Updating", "SystemUpdating", "RollingBack", "UpdateRollbackFailed", "OutOfService", "Failed"),
    *("Deleting", "Deleted", "Pending", "Stopped", "Stopping", "InMaintenance", "Scheduled", "Hibernating"),
]
ABSENT = object()
junk = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(2**31 - 2, 2**31 + 1)
    | st.integers(10**30, 10**40)
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from([*JOB_STATUSES, *STATES, "2026-11-23T13:00:00", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=6,
)
times = st.integers(-4000, 40000).map(ago)
wholes = st.integers(0, 10**6)
small = st.integers(0, 5)
numbers = st.floats(0, 100) | small
types = st.sampled_from(["ml.m5.xlarge", "ml.g5.xlarge", "ml.z9.xlarge", "ml.t3.medium", "system"])
names = st.sampled_from(["AllTraffic", "a", "b", "<b>"])
Strategy = st.SearchStrategy[Any]


def odd(right: Strategy) -> Strategy:
    """Give what is right, or junk, or nothing."""
    return st.one_of(right, right, right, junk, st.just(ABSENT))


def structure(members: dict[str, Strategy]) -> Strategy:
    """Give a structure some of whose members are missing or odd."""
    some = st.fixed_dictionaries({key: odd(value) for key, value in members.items()})
    return some.map(lambda found: {key: value for key, value in found.items() if value is not ABSENT})


def several(item: Strategy, most: int = 3) -> Strategy:
    """Give a list of such items, some of which may be odd."""
    return st.lists(odd(item), max_size=most).map(lambda found: [x for x in found if x is not ABSENT])


def arn(*kinds: str) -> Strategy:
    """Give an ARN of one of these kinds."""
    return st.sampled_from([f"arn:aws:sagemaker:{REGION}:111122223333:{kind}/x" for kind in kinds])


tags = {"Tags": several(structure({"Key": st.text(max_size=9), "Value": st.text(max_size=9)})), "region_id": st.just(REGION)}
group = structure({"InstanceType": types, "InstanceCount": wholes})
plan = several(arn("training-plan"), 1)
preference = structure({"InstanceType": types, "InstanceCount": small, "TrainingPlanArns": plan})
config = structure({
    "InstanceType": types,
    "InstanceCount": wholes,
    "VolumeSizeInGB": wholes,
    "SelectedInstanceType": types,
    "SelectedInstanceCount": wholes,
    "InstanceGroups": several(group),
    "InstancePreferences": several(preference),
    "KeepAlivePeriodInSeconds": wholes,
    "TrainingPlanArn": arn("training-plan"),
})  # fmt: skip
condition = structure({"MaxRuntimeInSeconds": wholes})
transition = structure({"Status": st.sampled_from(STATES), "StartTime": times, "EndTime": times})
training = structure({
    **tags,
    "TrainingJobName": st.text(max_size=70),
    "TrainingJobStatus": st.sampled_from(JOB_STATUSES),
    "SecondaryStatus": st.sampled_from(STATES),
    "SecondaryStatusTransitions": st.lists(transition, max_size=6),
    "CreationTime": times,
    "TrainingStartTime": times,
    "TrainingEndTime": times,
    "LastModifiedTime": times,
    "ResourceConfig": config,
    "StoppingCondition": condition,
    "BillableTimeInSeconds": wholes,
    "TrainingTimeInSeconds": wholes,
    "EnableManagedSpotTraining": st.booleans(),
    "TuningJobArn": arn("hyper-parameter-tuning-job"),
    "WarmPoolStatus": structure({
        "Status": st.sampled_from(["Available", "InUse", "Reused", "Terminated", "Resting"]),
        "ResourceRetainedBillableTimeInSeconds": wholes,
    }),
})  # fmt: skip
flexible = structure({"InstanceConfigs": several(group), "InstanceType": types, "InstanceCount": small})
definition = structure({
    "ResourceConfig": config,
    "HyperParameterTuningResourceConfig": flexible,
    "StoppingCondition": condition,
    "EnableManagedSpotTraining": st.booleans(),
})  # fmt: skip
counters = dict.fromkeys(("Completed", "InProgress", "RetryableError", "NonRetryableError", "Stopped"), small)
limits = structure({"MaxNumberOfTrainingJobs": small, "MaxParallelTrainingJobs": small, "MaxRuntimeInSeconds": wholes})
serverless = structure({"MemorySizeInMB": wholes, "MaxConcurrency": small, "ProvisionedConcurrency": small})
pool = structure({"InstanceType": types, "CurrentInstanceCount": small})
variant = structure({
    "VariantName": names,
    "CurrentInstanceCount": small,
    "InstancePools": several(pool),
    "CurrentServerlessConfig": serverless,
    "VariantStatus": several(structure({"Status": names})),
})  # fmt: skip
configured = structure({
    "VariantName": names,
    "InstanceType": types,
    "VolumeSizeInGB": wholes,
    "ServerlessConfig": serverless,
    "CapacityReservationConfig": structure({"MlReservationArn": arn("ml-reservation")}),
})  # fmt: skip
deployed = structure({"InstanceType": types, "CurrentInstanceCount": small})
last_calls = st.dictionaries(names, odd(times | st.none()).filter(lambda told: told is not ABSENT))
needs = structure(
    {"NumberOfCpuCoresRequired": numbers, "NumberOfAcceleratorDevicesRequired": numbers, "MinMemoryRequiredInMb": wholes}
)
component = structure({
    "InferenceComponentName": names,
    "VariantName": names,
    "Specification": structure({"ComputeResourceRequirements": needs}),
    "RuntimeConfig": structure({"CurrentCopyCount": small}),
})  # fmt: skip
both = {"ProductionVariants": several(configured), "ShadowProductionVariants": several(configured)}
DESCRIPTIONS: dict[str, Strategy] = {
    "training": training,
    "tuning": structure({
        **tags,
        "HyperParameterTuningJobName": names,
        "HyperParameterTuningJobStatus": st.sampled_from(JOB_STATUSES),
        "HyperParameterTuningEndTime": times,
        "TrainingJobStatusCounters": structure(counters),
        "HyperParameterTuningJobConfig": structure({"ResourceLimits": limits}),
        "TrainingJobDefinition": definition,
        "TrainingJobDefinitions": several(definition),
    }),
    "processing": structure({
        **tags,
        "ProcessingJobName": names,
        "ProcessingJobStatus": st.sampled_from(JOB_STATUSES),
        "ProcessingResources": structure({"ClusterConfig": config}),
        "StoppingCondition": condition,
        "ProcessingStartTime": times,
        "ProcessingEndTime": times,
        "MonitoringScheduleArn": arn("monitoring-schedule", "model"),
    }),
    "transform": structure({
        **tags,
        "TransformJobName": names,
        "TransformJobStatus": st.sampled_from(JOB_STATUSES),
        "TransformResources": group,
        "TransformStartTime": times,
        "TransformEndTime": times,
    }),
    "automl": structure({**tags, "AutoMLJobName": names, "AutoMLJobStatus": st.sampled_from(JOB_STATUSES), "EndTime": times}),
    "endpoint": structure({
        **tags,
        "EndpointName": names,
        "EndpointStatus": st.sampled_from(STANDING_STATUSES),
        "ProductionVariants": several(variant),
        "ShadowProductionVariants": several(variant),
        "AsyncInferenceConfig": structure({}),
        "EndpointConfig": structure({**both, "IsAsync": st.booleans()}),
        "InferenceComponents": several(component),
        "PendingDeploymentSummary": structure({"ProductionVariants": several(deployed)}),
        "LastUse": structure({"variants": last_calls}),
    }),
    "app": structure({
        **tags,
        "DomainId": names,
        "SpaceName": names,
        "UserProfileName": names,
        "AppName": names,
        "AppType": st.sampled_from(["JupyterLab", "CodeEditor", "JupyterServer", "KernelGateway", "Canvas", "Hologram"]),
        "Status": st.sampled_from(STANDING_STATUSES),
        "CreationTime": times,
        "ResourceSpec": structure({"InstanceType": types, "TrainingPlanArn": arn("training-plan")}),
        "IsOurs": st.booleans(),
    }),
    "space": structure({
        **tags,
        "DomainId": names,
        "SpaceName": names,
        "Status": st.sampled_from(STANDING_STATUSES),
        "SpaceSettings": structure({
            "AppType": st.sampled_from(["JupyterLab", "CodeEditor", "RStudio"]),
            "SpaceStorageSettings": structure({"EbsStorageSettings": structure({"EbsVolumeSizeInGb": wholes})}),
        }),
    }),
    "notebook": structure({
        **tags,
        "NotebookInstanceName": names,
        "NotebookInstanceStatus": st.sampled_from(STANDING_STATUSES),
        "InstanceType": types,
        "VolumeSizeInGB": wholes,
        "LastModifiedTime": times,
    }),
    "schedule": structure({
        **tags,
        "MonitoringScheduleName": names,
        "MonitoringScheduleStatus": st.sampled_from(STANDING_STATUSES),
        "MonitoringScheduleConfig": structure({
            "ScheduleConfig": structure({"ScheduleExpression": names}),
            "MonitoringJobDefinition": structure({
                "MonitoringResources": structure({"ClusterConfig": config}),
                "StoppingCondition": condition,
            }),
        }),
    }),
}  # fmt: skip
