"""Options count more than what a target says: put them into its request, and look that nothing is missing then."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from mlcost_ext.core.errors import UsageError

from .source import Gathered, items_in
from .target import COUNT_EXAMPLE, SAID, TYPE_EXAMPLE, Options

PATHS = {
    "training": ("ResourceConfig",),
    "processing": ("ProcessingResources", "ClusterConfig"),
    "transform": ("TransformResources",),
    "notebook": (),
    "app": ("ResourceSpec",),
}
"""Where in a request its instances stand, in all kinds that have one such place."""
SETTINGS = {
    "JupyterLab": "JupyterLabAppSettings",
    "CodeEditor": "CodeEditorAppSettings",
    "JupyterServer": "JupyterServerAppSettings",
    "KernelGateway": "KernelGatewayAppSettings",
}
SEVERAL = ("InstanceGroups", "InstancePreferences", "InstanceConfigs", "InstancePools")
"""Lists of instance types, instead of one type."""
USUAL_SECONDS = 86_400
"""How long a training job may run that does not say it."""
ONE = ("notebook", "app", "space")
"""Kinds of one instance."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where instances stand in a request, and by which names."""

    values: dict[str, Any]
    count_key: str = "InstanceCount"


def override(kind: str, request: dict[str, Any], gathered: Gathered) -> None:
    """Put the options into a request.

    Raises:
        UsageError: An option says what requests of this kind cannot say.
    """
    options = gathered.options
    if (options.instance_type, options.instance_count, options.volume_gb, options.is_spot) == (None,) * 4:
        return
    refuse(kind, request, options)
    found = [] if kind == "space" and options.instance_type is None else places(kind, request)
    if len(found) > 1 and (options.instance_type or options.instance_count):
        gathered.note(f"The options count for each of its {len(found)} kinds of instances.")
    for place in found:
        put_type(place, options)
        if kind not in ONE:
            put_count(place, options)
        if options.volume_gb is not None and kind != "space":
            place.values["VolumeSizeInGB"] = options.volume_gb
    if kind == "space" and options.volume_gb is not None:
        storage = structure(structure(request, "SpaceSettings"), "SpaceStorageSettings")
        structure(storage, "EbsStorageSettings")["EbsVolumeSizeInGb"] = options.volume_gb
    if options.is_spot is not None:
        put_spot(kind, request, is_spot=options.is_spot)


def refuse(kind: str, request: dict[str, Any], options: Options) -> None:
    """Look that the kind has what the options say.

    Raises:
        UsageError: It has not.
    """
    if kind == "automl":
        raise UsageError("An AutoML job chooses its instances itself.", "Leave the options on instances out.")
    if "ServerlessJobConfig" in request:
        raise UsageError(
            "This job runs without instances of your choice: AWS bills its tokens.",
            "Leave the options on instances out; with compute, the trainer runs on instances.",
        )
    if options.is_spot is True and kind not in ("training", "tuning"):
        raise UsageError("Only training and tuning jobs run on Spot instances.", leave_out("is_spot"))
    if options.volume_gb is not None and kind in ("transform", "app"):
        raise UsageError(f"Of kind {kind} nothing has a volume whose size can be said.", leave_out("volume_gb"))
    if options.instance_count not in (None, 1) and kind in ONE:
        raise UsageError(f"Of kind {kind} each has one instance.", leave_out("instance_count"))


def leave_out(field: str) -> str:
    """Give the hint to leave an option out."""
    return f"Leave {SAID[field]} out."


def places(kind: str, request: dict[str, Any]) -> list[Place]:
    """Give the places where instances stand; those that are missing are made."""
    if kind == "tuning":
        return [Place(values=tuned_on(definition)) for definition in definitions(request)]
    if kind in ("endpoint", "endpoint-config"):
        config = structure(request, "EndpointConfig") if "EndpointConfig" in request else request
        config["ProductionVariants"] = config.get("ProductionVariants") or [{"VariantName": "AllTraffic"}]
        return [Place(values=variant, count_key="InitialInstanceCount") for variant in config["ProductionVariants"]]
    if kind == "space":
        settings = structure(request, "SpaceSettings")
        name = SETTINGS.get(str(settings.get("AppType")), SETTINGS["JupyterLab"])
        return [Place(values=structure(structure(settings, name), "DefaultResourceSpec"))]
    values = request
    for name in PATHS.get(kind, ()):
        values = structure(values, name)
    return [Place(values=values)]


def definitions(request: dict[str, Any]) -> list[dict[str, Any]]:
    """Give the definitions of a tuning job's training jobs; one is made where there is none."""
    several: list[dict[str, Any]] = request.get("TrainingJobDefinitions", [])
    return several or [structure(request, "TrainingJobDefinition")]


def tuned_on(definition: dict[str, Any]) -> dict[str, Any]:
    """Give where the instances of a tuning job's training jobs stand."""
    flexible = "HyperParameterTuningResourceConfig"
    return structure(definition, flexible if flexible in definition else "ResourceConfig")


def structure(values: dict[str, Any], name: str) -> dict[str, Any]:
    """Give a member that is a mapping; it is made where there is none.

    Raises:
        UsageError: It is no mapping.
    """
    found = values.setdefault(name, {})
    if not isinstance(found, dict):
        raise UsageError(f"{name} of the request is no mapping.", "Write it as the AWS operation takes it.")
    return found


def put_type(place: Place, options: Options) -> None:
    """Put the instance type in the place of whatever stood for it.

    Raises:
        UsageError: It had several types, and how many there should be of the one is not said.
    """
    if options.instance_type is None:
        return
    values = place.values
    if any(name in values for name in SEVERAL) and options.instance_count is None and place.count_key not in values:
        raise UsageError(
            "The target has several instance types, and the options say one.",
            f"Say also how many there are of that one, {COUNT_EXAMPLE}.",
        )
    keep_volume(values)
    for name in (*SEVERAL, "ServerlessConfig", "AllocationStrategy", "InstancePlacementConfig"):
        values.pop(name, None)
    values["InstanceType"] = options.instance_type


def keep_volume(values: dict[str, Any]) -> None:
    """Keep the largest volume of several kinds of instances that each have one of their own."""
    told = [config.get("VolumeSizeInGB") for config in items_in(values.get("InstanceConfigs")) if isinstance(config, dict)]
    sizes = [size for size in told if isinstance(size, int)]
    if sizes:
        values.setdefault("VolumeSizeInGB", max(sizes))


def put_count(place: Place, options: Options) -> None:
    """Put the number of instances in its place.

    Raises:
        UsageError: There are several types, each with a number of its own, or no instances at all.
    """
    if options.instance_count is None:
        return
    if any(name in place.values for name in (*SEVERAL, "ServerlessConfig")):
        raise UsageError(
            "The target has several instance types, or none, so that a number of instances says nothing about it.",
            f"Say no number, or the instance type too, {TYPE_EXAMPLE}.",
        )
    place.values[place.count_key] = options.instance_count


def put_spot(kind: str, request: dict[str, Any], *, is_spot: bool) -> None:
    """Say whether training runs on Spot instances: with them it has as long to wait as it may run, without them none at all."""
    if kind not in ("training", "tuning"):
        return
    for definition in definitions(request) if kind == "tuning" else [request]:
        if is_spot:
            definition["EnableManagedSpotTraining"] = True
            limits = structure(definition, "StoppingCondition")
            limits.setdefault("MaxWaitTimeInSeconds", limits.get("MaxRuntimeInSeconds", USUAL_SECONDS))
        else:
            definition.pop("EnableManagedSpotTraining", None)
            if "StoppingCondition" in definition:
                structure(definition, "StoppingCondition").pop("MaxWaitTimeInSeconds", None)
