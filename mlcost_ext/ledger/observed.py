"""The AWS operations that start something, and what of each request is kept: what cost follows from.

What no table names is kept as a digest. Keys are AWS's own, of the request of the same name in SageMaker's API reference.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .redact import each, fields, parameters, plain, s3_prefix, s3_source

if TYPE_CHECKING:
    from .redact import Reducer

INSTANCES = fields(InstanceType=plain, InstanceCount=plain)
CLUSTER = fields(
    InstanceType=plain,
    InstanceCount=plain,
    VolumeSizeInGB=plain,
    InstancePreferences=each(INSTANCES),
)
TRAINING_RESOURCES = fields(
    InstanceType=plain,
    InstanceCount=plain,
    VolumeSizeInGB=plain,
    KeepAlivePeriodInSeconds=plain,
    TrainingPlanArn=plain,
    InstanceGroups=each(fields(InstanceGroupName=plain, InstanceType=plain, InstanceCount=plain)),
    InstancePreferences=each(INSTANCES),
)
STOPPING = fields(MaxRuntimeInSeconds=plain, MaxWaitTimeInSeconds=plain, MaxPendingTimeInSeconds=plain)
ALGORITHM = fields(TrainingImage=plain, AlgorithmName=plain, TrainingInputMode=plain)
DATA = fields(S3DataSource=s3_source())
CHANNELS = each(fields(ChannelName=plain, ChannelType=plain, DataSource=DATA))
OUTPUT = fields(S3OutputPath=s3_prefix)

TRAINING = fields(
    TrainingJobName=plain,
    EnableManagedSpotTraining=plain,
    ResourceConfig=TRAINING_RESOURCES,
    StoppingCondition=STOPPING,
    RetryStrategy=fields(MaximumRetryAttempts=plain),
    CheckpointConfig=fields(S3Uri=s3_prefix),
    AlgorithmSpecification=ALGORITHM,
    HyperParameters=parameters,
    ServerlessJobConfig=fields(BaseModelArn=plain, JobType=plain, CustomizationTechnique=plain, Peft=plain),
    InputDataConfig=CHANNELS,
    OutputDataConfig=OUTPUT,
)

CHILD = fields(
    DefinitionName=plain,
    EnableManagedSpotTraining=plain,
    ResourceConfig=TRAINING_RESOURCES,
    HyperParameterTuningResourceConfig=fields(
        InstanceType=plain,
        InstanceCount=plain,
        VolumeSizeInGB=plain,
        AllocationStrategy=plain,
        InstanceConfigs=each(fields(InstanceType=plain, InstanceCount=plain, VolumeSizeInGB=plain)),
    ),
    StoppingCondition=STOPPING,
    RetryStrategy=fields(MaximumRetryAttempts=plain),
    CheckpointConfig=fields(S3Uri=s3_prefix),
    AlgorithmSpecification=ALGORITHM,
    InputDataConfig=CHANNELS,
    OutputDataConfig=OUTPUT,
)
TUNING = fields(
    HyperParameterTuningJobName=plain,
    HyperParameterTuningJobConfig=fields(
        Strategy=plain,
        ResourceLimits=fields(MaxNumberOfTrainingJobs=plain, MaxParallelTrainingJobs=plain, MaxRuntimeInSeconds=plain),
        TrainingJobEarlyStoppingType=plain,
    ),
    TrainingJobDefinition=CHILD,
    TrainingJobDefinitions=each(CHILD),
)

PROCESSING = fields(
    ProcessingJobName=plain,
    ProcessingResources=fields(ClusterConfig=CLUSTER),
    StoppingCondition=STOPPING,
    AppSpecification=fields(ImageUri=plain),
    ProcessingInputs=each(fields(InputName=plain, S3Input=s3_source(S3InputMode=plain))),
    ProcessingOutputConfig=fields(Outputs=each(fields(OutputName=plain, S3Output=fields(S3Uri=s3_prefix)))),
)

TRANSFORM = fields(
    TransformJobName=plain,
    ModelName=plain,
    MaxConcurrentTransforms=plain,
    MaxPayloadInMB=plain,
    BatchStrategy=plain,
    TransformResources=INSTANCES,
    TransformInput=fields(DataSource=DATA),
    TransformOutput=OUTPUT,
)

LIMITS = fields(MaxCandidates=plain, MaxRuntimePerTrainingJobInSeconds=plain, MaxAutoMLJobRuntimeInSeconds=plain)
DEPLOYED = fields(AutoGenerateEndpointName=plain, EndpointName=plain)
AUTOML = fields(
    AutoMLJobName=plain,
    AutoMLJobConfig=fields(CompletionCriteria=LIMITS, Mode=plain),
    ProblemType=plain,
    GenerateCandidateDefinitionsOnly=plain,
    ModelDeployConfig=DEPLOYED,
    InputDataConfig=CHANNELS,
    OutputDataConfig=OUTPUT,
)
AUTOML_V2 = fields(
    AutoMLJobName=plain,
    AutoMLProblemTypeConfig=fields(
        ImageClassificationJobConfig=fields(CompletionCriteria=LIMITS),
        TextClassificationJobConfig=fields(CompletionCriteria=LIMITS),
        TimeSeriesForecastingJobConfig=fields(CompletionCriteria=LIMITS),
        TabularJobConfig=fields(CompletionCriteria=LIMITS, Mode=plain, ProblemType=plain, GenerateCandidateDefinitionsOnly=plain),
        TextGenerationJobConfig=fields(CompletionCriteria=LIMITS, BaseModelName=plain),
    ),
    ModelDeployConfig=DEPLOYED,
    AutoMLJobInputDataConfig=CHANNELS,
    OutputDataConfig=OUTPUT,
)

ENDPOINT = fields(EndpointName=plain, EndpointConfigName=plain)

SCHEDULE = fields(
    MonitoringScheduleName=plain,
    MonitoringScheduleConfig=fields(
        ScheduleConfig=fields(ScheduleExpression=plain),
        MonitoringType=plain,
        MonitoringJobDefinitionName=plain,
        MonitoringJobDefinition=fields(
            MonitoringResources=fields(ClusterConfig=CLUSTER),
            StoppingCondition=STOPPING,
            MonitoringInputs=each(fields(EndpointInput=fields(EndpointName=plain))),
            MonitoringAppSpecification=fields(ImageUri=plain),
        ),
    ),
)

NOTEBOOK = fields(
    NotebookInstanceName=plain,
    InstanceType=plain,
    VolumeSizeInGB=plain,
    AcceleratorTypes=each(plain),
    PlatformIdentifier=plain,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """An AWS operation that starts something, where its name and ARN stand, and what of its request is kept."""

    kind: str
    name: str
    name_key: str
    arn_key: str | None
    """None: AWS's answer is empty."""
    keep: Reducer
    service: str = "sagemaker"
    """As it stands in botocore's event names."""


def creates(kind: str, what: str, keep: Reducer, *, version: str = "") -> Operation:
    """Describe a Create operation of the usual form: `what` + Name in the request, `what` + Arn in the answer."""
    return Operation(kind=kind, name=f"Create{what}{version}", name_key=f"{what}Name", arn_key=f"{what}Arn", keep=keep)


OBSERVED = (
    creates("training", "TrainingJob", TRAINING),
    creates("tuning", "HyperParameterTuningJob", TUNING),
    creates("processing", "ProcessingJob", PROCESSING),
    creates("transform", "TransformJob", TRANSFORM),
    creates("automl", "AutoMLJob", AUTOML),
    creates("automl", "AutoMLJob", AUTOML_V2, version="V2"),
    creates("endpoint", "Endpoint", ENDPOINT),
    creates("schedule", "MonitoringSchedule", SCHEDULE),
    creates("notebook", "NotebookInstance", NOTEBOOK),
    Operation(kind="notebook", name="StartNotebookInstance", name_key="NotebookInstanceName", arn_key=None, keep=NOTEBOOK),
)
BY_NAME = {operation.name: operation for operation in OBSERVED}
