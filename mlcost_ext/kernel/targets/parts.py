"""What the targets of both SDKs have in common."""

from __future__ import annotations

from typing import Any

from mlcost_ext.core.errors import UsageError

from .boto_form import plain, present, structure_of, tags_of
from .source import Source, items_in
from .target import TYPE_EXAMPLE

LOCAL = ("local", "local_gpu", "LOCAL_CONTAINER", "IN_PROCESS")
"""Instance types of the second generation and modes of the third that stand for this machine."""
Found = tuple[str, dict[str, Any]]
"""Kind and request."""


def refuse_local(source: Source) -> None:
    """Look that it runs at AWS; an instance type among the options makes it so.

    Raises:
        UsageError: It runs on this machine.
    """
    if source.gathered.options.instance_type:
        return
    said = (source.text("instance_type"), source.text("training_mode"), mode_of(source))
    if any(word in LOCAL for word in said) or source.inner("sagemaker_session").get("local_mode") is True:
        raise UsageError(
            f"This {source.noun} runs in local mode, on this machine: AWS bills nothing for it.",
            f"To see what it costs at AWS, say an instance type, {TYPE_EXAMPLE}.",
        )


def mode_of(source: Source) -> str | None:
    """Give the name of a model builder's mode, which is a number."""
    return source.inner("mode").text("name")


def region_of(source: Source) -> str | None:
    """Give the region that its session has; None: it has no session, or that has no region."""
    session = source.inner("sagemaker_session")
    return session.text("boto_region_name") or session.inner("boto_session").text("region_name") or source.text("region")


def processor(source: Source) -> Found:
    """Read a Processor and what inherits from it."""
    refuse_local(source)
    source.gathered.note("The processor has no script and no input yet; run() is given them.")
    cluster = {
        "InstanceType": source.text("instance_type", counts=True),
        "InstanceCount": source.whole("instance_count"),
        "VolumeSizeInGB": source.whole("volume_size_in_gb"),
        "InstancePreferences": preferences(source),
    }
    entrypoint = [word for word in map(plain, items_in(source.get("entrypoint"))) if isinstance(word, str)]
    request = {
        "ProcessingResources": {"ClusterConfig": present(cluster)},
        "AppSpecification": present({"ImageUri": source.text("image_uri"), "ContainerEntrypoint": entrypoint}),
        "StoppingCondition": present({"MaxRuntimeInSeconds": source.whole("max_runtime_in_seconds")}),
        "Tags": tags_of(source),
    }
    return "processing", present(request)


def transformer(source: Source) -> Found:
    """Read a Transformer."""
    refuse_local(source)
    source.gathered.note("The transformer has no input yet; transform() is given it.")
    resources = {
        "InstanceType": source.text("instance_type", counts=True),
        "InstanceCount": source.whole("instance_count"),
    }
    request = {
        "ModelName": source.text("model_name"),
        "TransformResources": present(resources),
        "MaxConcurrentTransforms": plain(source.get("max_concurrent_transforms")),
        "MaxPayloadInMB": plain(source.get("max_payload")),
        "BatchStrategy": source.text("strategy"),
        "TransformOutput": present({"S3OutputPath": source.text("output_path")}),
        "Tags": tags_of(source),
    }
    return "transform", present(request)


def endpoint(source: Source, model_name: str | None, *, count: int | None = None) -> Found:
    """Read what deploys a model: one variant of the type that it says, if it says any."""
    variant = {
        "VariantName": "AllTraffic",
        "ModelName": model_name,
        "InstanceType": source.text("instance_type", counts=True),
        "InitialInstanceCount": count,
    }
    tags = tags_of(source, "_tags") or tags_of(source)
    return "endpoint", present({"ProductionVariants": [present(variant)], "Tags": tags})


def preferences(source: Source) -> list[dict[str, Any]]:
    """Give the instance types that AWS is to choose from, in AWS's words."""
    return [structure_of(preference.thing) for preference in source.each("instance_preferences")]


def instance_groups(source: Source) -> list[dict[str, Any]]:
    """Give the groups of a cluster of several instance types."""
    return [
        present(
            {
                "InstanceGroupName": group.text("instance_group_name"),
                "InstanceType": group.text("instance_type", counts=True),
                "InstanceCount": group.whole("instance_count"),
            }
        )
        for group in source.each("instance_groups")
    ]


def tuning_limits(tuner: Source) -> dict[str, Any]:
    """Give the configuration of a tuning job."""
    limits = {
        "MaxNumberOfTrainingJobs": tuner.whole("max_jobs"),
        "MaxParallelTrainingJobs": tuner.whole("max_parallel_jobs"),
        "MaxRuntimeInSeconds": tuner.whole("max_runtime_in_seconds"),
    }
    config = {
        "Strategy": tuner.text("strategy"),
        "ResourceLimits": present(limits),
        "TrainingJobEarlyStoppingType": tuner.text("early_stopping_type"),
        "ParameterRanges": grid_of(tuner),
        "TuningJobCompletionCriteria": completion(tuner.inner("completion_criteria_config")),
    }
    return present(config)


def grid_of(tuner: Source) -> dict[str, Any]:
    """Give the values that a grid search combines, whose number is that of its training jobs; empty: it is none."""
    if tuner.text("strategy") != "Grid":
        return {}
    ranges = [
        {"Name": name, "Values": [str(value) for value in plain(items_in(values.get("values")))]}
        for name, values in tuner.named("_hyperparameter_ranges")
    ]
    return present({"CategoricalParameterRanges": ranges})


def completion(criteria: Source) -> dict[str, Any]:
    """Give what ends a tuning job before all of its training jobs have run; empty: nothing."""
    if criteria.get("best_objective_not_improving") or criteria.get("convergence_detected"):
        return structure_of(criteria.thing)  # the third generation has AWS's own structure
    unimproved = criteria.whole("max_number_of_training_jobs_not_improving")
    found = {
        "BestObjectiveNotImproving": present({"MaxNumberOfTrainingJobsNotImproving": unimproved}),
        "ConvergenceDetected": {"CompleteOnConvergence": "Enabled"} if criteria.flag("complete_on_convergence") else None,
        "TargetObjectiveMetricValue": plain(criteria.get("target_objective_metric_value")),
    }
    return present(found)


def warm_start(tuner: Source) -> dict[str, Any]:
    """Give which tuning jobs it starts from; empty: none."""
    config = tuner.inner("warm_start_config")
    if config.get("parents") is None:  # the third generation has AWS's own structure
        return structure_of(config.thing)
    try:
        parents = sorted(str(plain(parent)) for parent in config.get("parents"))  # type: ignore[attr-defined]
    except Exception:  # noqa: BLE001 - it is a set of the user's
        parents = []
    named = [{"HyperParameterTuningJobName": parent} for parent in parents]
    kind = config.inner("type").text("value") or config.text("type")
    return present({"WarmStartType": kind, "ParentHyperParameterTuningJobs": named})


def tuning(tuner: Source, definitions: list[dict[str, Any]], trained: Source) -> Found:
    """Put a tuning job together.

    Args:
        tuner: The tuner.
        definitions: Of its training jobs, at least one.
        trained: The first estimator or trainer, whose tags the tuning job has too.
    """
    tags = tags_of(tuner)
    request = {
        "HyperParameterTuningJobConfig": tuning_limits(tuner),
        "WarmStartConfig": warm_start(tuner),
        "Tags": [*tags, *(tag for tag in tags_of(trained) if tag not in tags)],
        "Autotune": {"Mode": "Enabled"} if tuner.flag("autotune") else None,
    }
    if "DefinitionName" in definitions[0]:
        return "tuning", present({**request, "TrainingJobDefinitions": definitions})
    return "tuning", present({**request, "TrainingJobDefinition": definitions[0]})


def trained_by(tuner: Source, name: str) -> list[tuple[str | None, Source]]:
    """Give what a tuner trains, by its name where it has several: of the attribute `name`, or of ``<name>_dict``.

    Raises:
        UsageError: There is none, or one runs on this machine.
    """
    one = tuner.inner(name)
    found: list[tuple[str | None, Source]] = [(None, one)] if one.thing is not None else [*tuner.named(f"{name}_dict")]
    if not found:
        raise UsageError(f"This tuner has no {name}.", "Make it anew with one, and give that.")
    for _, each in found:
        refuse_local(each)
    return found
