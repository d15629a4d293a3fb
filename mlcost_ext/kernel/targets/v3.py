"""Objects of the SageMaker Python SDK, third generation (``sagemaker`` 3.x), and of its forerunner in late 2.x versions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mlcost_ext.core.errors import UsageError

from .boto_form import plain, present, script_only, structure_of, tags_of
from .parts import (
    Found,
    endpoint,
    instance_groups,
    preferences,
    processor,
    refuse_local,
    trained_by,
    transformer,
    tuning,
)
from .plain import read_request
from .source import Source, is_a
from .v2 import instance_config

SOURCES = ("S3DataSource", "FileSystemDataSource", "DatasetSource")
"""What may stand for a channel's data by itself; the member of a DataSource that holds it has the same name."""
DEFAULT = {"InstanceType": "ml.m5.xlarge", "InstanceCount": 1, "VolumeSizeInGB": 30}
"""What a ModelTrainer without Compute takes."""


def trainer(source: Source) -> Found:
    """Read a ModelTrainer."""
    refuse_local(source)
    channels = [*channels_of(source), *code_channel(source)]
    if not channels:
        source.gathered.note("The trainer has no input yet; train() is given it.")
    request = {
        **trained(source),
        "HyperParameters": plain(script_only(source.get("hyperparameters"))),
        "InputDataConfig": channels,
        "ResourceConfig": compute_of(source),
        "Tags": tags_of(source),
    }
    return "training", present(request)


def trained(source: Source) -> dict[str, Any]:
    """Give what a training job and the training jobs of a tuning job have alike."""
    algorithm = {
        "TrainingImage": source.text("training_image"),
        "AlgorithmName": source.text("algorithm_name"),
        "TrainingInputMode": source.text("training_input_mode"),
    }
    checkpoints = source.inner("checkpoint_config")
    retries = source.inner("_retry_strategy")
    return {
        "AlgorithmSpecification": present(algorithm),
        "StoppingCondition": stopping_of(source),
        "EnableManagedSpotTraining": source.inner("compute").flag("enable_managed_spot_training") or None,
        "CheckpointConfig": present({"S3Uri": checkpoints.text("s3_uri"), "LocalPath": checkpoints.text("local_path")}),
        "RetryStrategy": present({"MaximumRetryAttempts": plain(retries.get("maximum_retry_attempts"))}),
        "OutputDataConfig": present({"S3OutputPath": source.inner("output_data_config").text("s3_output_path")}),
    }


def stopping_of(source: Source) -> dict[str, Any]:
    """Give the stopping condition."""
    condition = source.inner("stopping_condition")
    limits = {
        "MaxRuntimeInSeconds": condition.whole("max_runtime_in_seconds"),
        "MaxWaitTimeInSeconds": condition.whole("max_wait_time_in_seconds"),
        "MaxPendingTimeInSeconds": condition.whole("max_pending_time_in_seconds"),
    }
    return present(limits)


def compute_of(source: Source) -> dict[str, Any]:
    """Give the instances of a trainer: those of its Compute, or those that it takes without one."""
    compute = source.inner("compute")
    if compute.thing is None:
        source.gathered.note("The trainer has no compute yet: it takes one ml.m5.xlarge with 30 GB, its own default.")
        return dict(DEFAULT)
    resources = {
        "InstanceType": compute.text("instance_type", counts=True),
        "InstanceCount": compute.whole("instance_count"),
        "VolumeSizeInGB": compute.whole("volume_size_in_gb"),
        "KeepAlivePeriodInSeconds": compute.whole("keep_alive_period_in_seconds"),
        "InstanceGroups": instance_groups(compute),
        "InstancePreferences": preferences(compute),
        "TrainingPlanArn": compute.text("training_plan_arn"),
    }
    return present(resources)


def channels_of(source: Source) -> list[dict[str, Any]]:
    """Give the input channels that lie on S3 or on a file system; those of this machine are told in a note."""
    channels = []
    for channel in source.each("input_data_config"):
        name, data = channel.text("channel_name"), data_source(channel.get("data_source"))
        if data:
            channels.append(present({"ChannelName": name, "DataSource": data}))
        elif name:
            source.gathered.note(f"Channel {name[:80]} is uploaded first; where to is not known yet.")
    return channels


def data_source(data: object) -> dict[str, Any]:
    """Give AWS's DataSource; empty: it is no address of AWS's."""
    if is_a(data, str):
        return s3_prefix(str.__str__(data)) if data.lower().startswith("s3://") else {}
    form, name = structure_of(data), type(data).__name__
    return {name: form} if name in SOURCES else form


def s3_prefix(address: str) -> dict[str, Any]:
    """Give AWS's DataSource of all that lies below an address."""
    return {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": address, "S3DataDistributionType": "FullyReplicated"}}


def code_channel(source: Source) -> list[dict[str, Any]]:
    """Give the channel of the source code, where it lies on S3 already."""
    data = data_source(source.inner("source_code").text("source_dir"))
    return [{"ChannelName": "code", "DataSource": data}] if data else []


def tuner(source: Source) -> Found:
    """Read a HyperparameterTuner with one trainer or several.

    Raises:
        UsageError: It has none.
    """
    found = trained_by(source, "model_trainer")
    definitions = []
    for name, each in found:
        configs = source.each("instance_configs") if name is None else source.inner("instance_configs_dict").each(name)
        resources = (
            {"HyperParameterTuningResourceConfig": {"InstanceConfigs": [instance_config(config) for config in configs]}}
            if configs
            else {"ResourceConfig": one_kind(each)}
        )
        definition = {
            "DefinitionName": name,
            **trained(each),
            "StaticHyperParameters": plain(script_only(each.get("hyperparameters"))),
            "InputDataConfig": channels_of(each),
            **resources,
        }
        definitions.append(present(definition))
    if not any("InputDataConfig" in definition for definition in definitions):
        source.gathered.note("The tuner has no input yet; tune() is given it.")
    return tuning(source, definitions, found[0][1])


def one_kind(source: Source) -> dict[str, Any]:
    """Give the instances of a trainer that trains for a tuner: of its Compute, type, number and volume alone.

    Raises:
        UsageError: It has groups, or types to choose from.
    """
    resources = compute_of(source)
    if "InstanceGroups" in resources or "InstancePreferences" in resources:
        raise UsageError("A tuning job takes one instance type.", "Give the tuner's trainer one instance_type.")
    return {key: value for key, value in resources.items() if key in DEFAULT}


def customizer(source: Source) -> Found:
    """Read an SFTTrainer and its kin: serverless, or with Compute a training job on instances.

    Raises:
        UsageError: It runs on a HyperPod cluster, which is billed whether it trains or not.
    """
    if "cluster_name" in vars_of(source.inner("compute")):
        raise UsageError(
            "This trainer runs on a HyperPod cluster, which is billed whether it trains or not: the job itself adds nothing.",
            "Give the trainer no compute, or a TrainingJobCompute, to see what it costs there.",
        )
    datasets = (("train", "training_dataset"), ("validation", "validation_dataset"))
    channels = [
        {"ChannelName": channel, "DataSource": data}
        for channel, name in datasets
        if (data := dataset(source.text(name) or source.inner(name).text("arn")))
    ]
    if not channels:
        source.gathered.note("The trainer has no dataset yet; train() is given it.")
    request = {
        "InputDataConfig": channels,
        "StoppingCondition": stopping_of(source),
        "OutputDataConfig": present({"S3OutputPath": source.text("s3_output_path")}),
        "Tags": tags_of(source),
        **(serverless(source) if source.get("compute") is None else on_instances(source)),
    }
    return "training", present(request)


def vars_of(source: Source) -> dict[str, Any]:
    """Give an object's own attributes."""
    fields = source.get("__dict__")
    return dict(fields) if is_a(fields, dict) else {}


def serverless(source: Source) -> dict[str, Any]:
    """Give what tells a job that AWS runs without instances of the user's choice."""
    training_type, technique = source.text("training_type"), source.text("_customization_technique")
    if technique == "MTRL":
        source.gathered.note("AWS runs it as a job of its own kind, which no CreateTrainingJob starts.")
    config = {
        "JobType": "FineTuning",
        "BaseModelArn": source.text("_model_arn"),
        "CustomizationTechnique": technique,
        "Peft": None if training_type == "FULL" else training_type,
        "SequenceLength": source.text("sequence_length"),
    }
    return {"ServerlessJobConfig": present(config)}


def on_instances(source: Source) -> dict[str, Any]:
    """Give the instances of a trainer with Compute, which passes its Spot and its groups over."""
    resources = compute_of(source)
    kept = (*DEFAULT, "KeepAlivePeriodInSeconds", "TrainingPlanArn")
    image = source.text("training_image")
    if image is None:
        source.gathered.note("Which image the trainer trains with is not known without asking AWS.")
    return {
        "AlgorithmSpecification": present({"TrainingImage": image, "TrainingInputMode": "File"}),
        "ResourceConfig": {**DEFAULT, **{key: value for key, value in resources.items() if key in kept}},
        "StoppingCondition": stopping_of(source) or {"MaxRuntimeInSeconds": 3600},
    }


def dataset(data: str | None) -> dict[str, Any]:
    """Give AWS's DataSource of a dataset, by its address on S3 or its ARN; empty: it is neither."""
    is_arn = data is not None and data.startswith("arn:")
    return {"DatasetSource": {"DatasetArn": data}} if is_arn else data_source(data)


def builder(source: Source) -> Found:
    """Read a ModelBuilder; deploy() takes one instance, whatever its Compute says, unless it is given their number."""
    refuse_local(source)
    said = source.inner("compute").whole("instance_count") or 1
    if said > 1 and source.gathered.options.instance_count is None:
        source.gathered.note(f"deploy() takes one instance, not the {said} of the builder's compute, unless it is given them.")
    chosen = source.text("instance_type")
    if source.get("_user_provided_instance_type") is False and chosen and source.gathered.options.instance_type is None:
        source.gathered.note(f"The builder has chosen {chosen[:80]} itself; deploy() may be given another type.")
    return endpoint(source, source.text("model_name") or source.text("name"), count=1)


def resource(kind: str) -> Callable[[Source], Found]:
    """Make a reader of one of sagemaker-core's resources, whose attributes are AWS's members."""

    def read(source: Source) -> Found:
        form = plain(source.thing)
        members = {name: form[name] for name in MEMBERS[kind].split() if name in form}
        return read_request(members, kind, source.gathered)

    return read


def deployable(source: Source) -> Found:
    """Read a Model of sagemaker-core, which is yet to be deployed."""
    return endpoint(source, source.text("model_name"))


RESOURCES = {
    "TrainingJob": "training",
    "ProcessingJob": "processing",
    "TransformJob": "transform",
    "HyperParameterTuningJob": "tuning",
    "AutoMLJob": "automl",
    "AutoMLJobV2": "automl",
    "EndpointConfig": "endpoint-config",
    "Endpoint": "endpoint",
    "NotebookInstance": "notebook",
    "App": "app",
    "Space": "space",
}
MEMBERS = {
    "training": "TrainingJobName AlgorithmSpecification HyperParameters InputDataConfig OutputDataConfig ResourceConfig"
    " StoppingCondition EnableManagedSpotTraining CheckpointConfig RetryStrategy ServerlessJobConfig Tags",
    "processing": "ProcessingJobName ProcessingResources AppSpecification StoppingCondition ProcessingInputs"
    " ProcessingOutputConfig Tags",
    "transform": "TransformJobName ModelName MaxConcurrentTransforms MaxPayloadInMB BatchStrategy TransformInput"
    " TransformOutput TransformResources Tags",
    "tuning": "HyperParameterTuningJobName HyperParameterTuningJobConfig TrainingJobDefinition TrainingJobDefinitions"
    " WarmStartConfig Autotune Tags",
    "automl": "AutoMLJobName AutoMLJobConfig InputDataConfig OutputDataConfig ProblemType GenerateCandidateDefinitionsOnly"
    " ModelDeployConfig AutoMLJobInputDataConfig AutoMLProblemTypeConfig AutoMLComputeConfig Tags",
    "endpoint-config": "EndpointConfigName ProductionVariants ShadowProductionVariants AsyncInferenceConfig Tags",
    "endpoint": "EndpointName EndpointConfigName Tags",
    "notebook": "NotebookInstanceName InstanceType VolumeSizeInGB AcceleratorTypes PlatformIdentifier Tags",
    "app": "DomainId UserProfileName SpaceName AppType AppName ResourceSpec Tags",
    "space": "DomainId SpaceName SpaceSettings OwnershipSettings SpaceSharingSettings Tags",
}
"""Of each resource what a launch of the same would say; what AWS says of it besides is left out."""
HOMES = ("sagemaker.core.resources", "sagemaker_core.main.resources")
"""Where sagemaker-core's resources live in the third generation, and beside the second."""

READERS: dict[str, tuple[str, Callable[[Source], Found]]] = {
    "sagemaker.train.model_trainer.ModelTrainer": ("trainer", trainer),
    "sagemaker.modules.train.model_trainer.ModelTrainer": ("trainer", trainer),
    "sagemaker.train.base_trainer.BaseTrainer": ("trainer", customizer),
    "sagemaker.core.processing.Processor": ("processor", processor),
    "sagemaker.core.transformer.Transformer": ("transformer", transformer),
    "sagemaker.train.tuner.HyperparameterTuner": ("tuner", tuner),
    "sagemaker.serve.model_builder.ModelBuilder": ("model builder", builder),
    "sagemaker.serve.builder.model_builder.ModelBuilder": ("model builder", builder),
    **{f"{home}.{name}": ("resource", resource(kind)) for home in HOMES for name, kind in RESOURCES.items()},
    **{f"{home}.Model": ("model", deployable) for home in HOMES},
}
"""By the class's full name: what an object of it is called, and who reads it."""
