"""Objects of the SageMaker Python SDK, second generation (``sagemaker`` 2.x)."""

from __future__ import annotations

import json
import logging
import posixpath
from collections.abc import Callable
from typing import Any

from mlcost_ext.core.errors import UsageError

from .boto_form import plain, present, script_only, tags_of
from .parts import Found, endpoint, instance_groups, processor, refuse_local, trained_by, transformer, tuning
from .source import Source, is_a, items_in

NO_IMAGE_IN = ("sagemaker.jumpstart", "sagemaker.algorithm")
"""Modules whose estimators ask AWS for their image, or have none."""


def estimator(source: Source) -> Found:
    """Read an estimator, whatever inherits from EstimatorBase."""
    refuse_local(source)
    source.gathered.note("The estimator has no input yet; fit() is given it.")
    resources = {
        "InstanceType": source.text("instance_type", counts=True),
        "InstanceCount": source.whole("instance_count"),
        "VolumeSizeInGB": source.whole("volume_size"),
        "KeepAlivePeriodInSeconds": source.whole("keep_alive_period_in_seconds"),
        "InstanceGroups": instance_groups(source),
        "TrainingPlanArn": source.text("training_plan"),
    }
    request = {
        **trained(source),
        "HyperParameters": script_of(source),
        "ResourceConfig": present(resources),
        "DebugRuleConfigurations": rules_of(source, is_profiler=False),
        "ProfilerRuleConfigurations": rules_of(source, is_profiler=True),
        "Tags": tags_of(source),
    }
    return "training", present(request)


def trained(source: Source) -> dict[str, Any]:
    """Give what a training job and the training jobs of a tuning job have alike."""
    algorithm = {
        "TrainingImage": None if source.text("algorithm_arn") else image_of(source),
        "AlgorithmName": source.text("algorithm_arn"),
        "TrainingInputMode": source.text("input_mode"),
        "ContainerEntrypoint": plain(items_in(source.get("container_entry_point"))),
    }
    stopping = {
        "MaxRuntimeInSeconds": source.whole("max_run"),
        "MaxWaitTimeInSeconds": source.whole("max_wait") or None,
    }
    checkpoints = {"S3Uri": source.text("checkpoint_s3_uri"), "LocalPath": source.text("checkpoint_local_path")}
    return {
        "AlgorithmSpecification": present(algorithm),
        "StoppingCondition": present(stopping),
        "EnableManagedSpotTraining": source.flag("use_spot_instances") or None,
        "CheckpointConfig": present(checkpoints) if checkpoints["S3Uri"] else None,
        "RetryStrategy": present({"MaximumRetryAttempts": plain(source.get("max_retry_attempts"))}),
        "OutputDataConfig": present({"S3OutputPath": source.text("output_path")}),
    }


def image_of(source: Source) -> str | None:
    """Give the training image; None, with a note: it is not known without asking AWS."""
    image = source.text("image_uri") or shipped_image(source)
    if image is None:
        source.gathered.note("Which image the estimator trains with is not known without asking AWS.")
    return image


def shipped_image(source: Source) -> str | None:
    """Let an estimator of the SDK's own look its image up in the tables that the SDK brings along."""
    module = defining_module(source.thing, "training_image_uri")
    if module.partition(".")[0] != "sagemaker" or module.startswith(NO_IMAGE_IN):
        return None
    logger = logging.getLogger("sagemaker.image_uris")
    was_disabled, logger.disabled = logger.disabled, True  # it would tell the user at length what it takes
    try:
        image = source.thing.training_image_uri()  # type: ignore[attr-defined]
    except Exception:  # noqa: BLE001 - no image is no reason to give no estimate
        return None
    finally:
        logger.disabled = was_disabled
    return image if is_a(image, str) and image else None


def defining_module(thing: object, name: str) -> str:
    """Give the module of the class that defines a method; empty: none does."""
    found = (each for each in type(thing).__mro__ if name in vars(each))
    return str(getattr(next(found, None), "__module__", ""))


def script_of(source: Source) -> dict[str, str]:
    """Give the hyperparameters that say which script runs, in JSON as the SDK sends them; empty: it is not uploaded yet."""
    sent = {key: value for key, value in script_only(source.get("_hyperparameters")).items() if is_a(value, str)}
    if sent:
        return {key: value if value.startswith('"') else json.dumps(value) for key, value in sent.items()}
    entry, folder = source.text("entry_point"), source.text("source_dir")
    if entry is None or folder is None or not folder.lower().startswith("s3://"):
        return {}
    program = posixpath.basename(entry.replace("\\", "/"))
    return {"sagemaker_program": json.dumps(program), "sagemaker_submit_directory": json.dumps(folder)}


def rules_of(source: Source, *, is_profiler: bool) -> list[dict[str, Any]]:
    """Give the Debugger rules, or those of the profiler, that run on instances of their own."""
    return [
        present(
            {
                "RuleConfigurationName": rule.text("name"),
                "RuleEvaluatorImage": rule.text("image_uri"),
                "InstanceType": rule.text("instance_type"),
                "VolumeSizeInGB": rule.whole("volume_size_in_gb"),
            }
        )
        for rule in source.each("rules")
        if rule.text("instance_type") and (type(rule.thing).__name__ == "ProfilerRule") is is_profiler
    ]


def tuner(source: Source) -> Found:
    """Read a HyperparameterTuner with one estimator or several.

    Raises:
        UsageError: It has none.
    """
    source.gathered.note("The tuner has no input yet; fit() is given it.")
    found = trained_by(source, "estimator")
    definitions = []
    for name, each in found:
        configs = source.each("instance_configs") if name is None else source.inner("instance_configs_dict").each(name)
        resources = {
            "InstanceConfigs": [instance_config(config) for config in configs],
            **({} if configs else one_kind(each)),
        }
        definition = {
            "DefinitionName": name,
            **trained(each),
            "StaticHyperParameters": script_of(each),
            "HyperParameterTuningResourceConfig": present(resources),
        }
        definitions.append(present(definition))
    return tuning(source, definitions, found[0][1])


def one_kind(source: Source) -> dict[str, Any]:
    """Give the instances of an estimator that trains for a tuner, which takes no groups.

    Raises:
        UsageError: It has groups.
    """
    if source.each("instance_groups"):
        raise UsageError("A tuning job takes no instance groups.", "Give the tuner's estimator one instance_type.")
    return {
        "InstanceType": source.text("instance_type", counts=True),
        "InstanceCount": source.whole("instance_count"),
        "VolumeSizeInGB": source.whole("volume_size"),
    }


def instance_config(source: Source) -> dict[str, Any]:
    """Give one of the kinds of instances that a tuning job may choose from; its volume has another name in each generation."""
    config = {
        "InstanceType": source.text("instance_type", counts=True),
        "InstanceCount": source.whole("instance_count"),
        "VolumeSizeInGB": source.whole("volume_size") or source.whole("volume_size_in_gb"),
    }
    return present(config)


def model(source: Source) -> Found:
    """Read a Model and what inherits from it, a PipelineModel, or a MultiDataModel."""
    refuse_local(source)
    return endpoint(source, source.text("name"))


READERS: dict[str, tuple[str, Callable[[Source], Found]]] = {
    "sagemaker.estimator.EstimatorBase": ("estimator", estimator),
    "sagemaker.processing.Processor": ("processor", processor),
    "sagemaker.transformer.Transformer": ("transformer", transformer),
    "sagemaker.tuner.HyperparameterTuner": ("tuner", tuner),
    "sagemaker.model.ModelBase": ("model", model),
    "sagemaker.model.Model": ("model", model),
    "sagemaker.pipeline.PipelineModel": ("model", model),
}
"""By the class's full name: what an object of it is called, and who reads it."""
