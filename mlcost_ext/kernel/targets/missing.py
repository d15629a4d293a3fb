"""Look that a request says what it runs on, and take what both SDKs take where options alone leave it open."""

from __future__ import annotations

from typing import Any

from mlcost_ext.core.errors import UsageError

from .override import ONE, SEVERAL, Place, places
from .source import Gathered
from .target import COUNT_EXAMPLE, TYPE_EXAMPLE

VOLUME_GB = 30
"""What both SDKs take."""
DEPLOYED = ("endpoint", "endpoint-config")


def fill(kind: str, request: dict[str, Any], noun: str | None, gathered: Gathered) -> None:
    """Fill in what may be taken for granted.

    Args:
        kind: Of the request.
        request: What was read, with the options in it.
        noun: How the target is called; None: there is none, and the options stand alone.
        gathered: Where notes go.

    Raises:
        UsageError: The instance type, or the number of instances, is not said.
    """
    if "ServerlessJobConfig" in request or kind == "space":  # a space is a volume, whatever runs in it
        return
    for place in places(kind, request):
        if any(name in place.values for name in (*SEVERAL, "ServerlessConfig")):
            continue
        if "InstanceType" not in place.values:
            refuse(kind, noun)
        if kind not in ONE and place.count_key not in place.values:
            fill_count(kind, place, noun, gathered)
        if noun is None and kind in ("training", "processing") and "VolumeSizeInGB" not in place.values:
            fill_volume(place, gathered)


def fill_volume(place: Place, gathered: Gathered) -> None:
    """Take the volume that the SDKs take, unless AWS attaches none: training and processing use a type's own disks.

    See https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ResourceConfig.html (`VolumeSizeInGB`).
    """
    name = place.values["InstanceType"]
    if gathered.has_local_disk(name):
        gathered.note(f"{name} has disks of its own, so that AWS attaches no volume, and none is counted.")
        return
    place.values["VolumeSizeInGB"] = VOLUME_GB
    gathered.note(f"Each instance is taken to have a volume of {VOLUME_GB} GB, as SageMaker's SDK gives it.")


def fill_count(kind: str, place: Place, noun: str | None, gathered: Gathered) -> None:
    """Take one instance where that is what usually is taken.

    Raises:
        UsageError: The target should have said it.
    """
    if noun is not None and kind not in DEPLOYED:
        raise UsageError(f"This {noun} does not say how many instances it takes.", f"Say it, {COUNT_EXAMPLE}.")
    place.values[place.count_key] = 1
    gathered.note("One instance is taken, since their number is not said.")


def refuse(kind: str, noun: str | None) -> None:
    """Ask for the instance type.

    Raises:
        UsageError: Always.
    """
    if noun is None:
        raise UsageError(
            "Neither a target nor an instance type is said.",
            f"Name an estimator, a processor or a request, or say an instance type, {TYPE_EXAMPLE}.",
        )
    later = ": deploy() is given it" if kind in DEPLOYED else ""
    raise UsageError(f"This {noun} does not say its instance type{later}.", f"Say it, {TYPE_EXAMPLE}.")
