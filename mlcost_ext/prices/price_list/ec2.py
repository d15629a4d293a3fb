"""EC2's products that are of use here: Linux on demand by the hour, and the volumes that SageMaker's are derived from."""

from __future__ import annotations

import re

from .offer import NOTHING, TYPE, Attributes, Place, Unfit, given_at, text_at

EBS = "EBS"
"""The component of volume prices; its instance types are ``gp2`` and ``gp3``."""
VOLUMES = ("gp2", "gp3")
FAMILIES = ("Compute Instance", "Compute Instance (bare metal)")
LINUX = {"operatingSystem": "Linux", "tenancy": "Shared", "preInstalledSw": "NA", "capacitystatus": "Used"}
"""What is asked of AWS, and of every product once more."""
OPERATION = "RunInstances"
"""Of Linux; that of other systems has more to it, as in ``RunInstances:0002``."""

_BOX = re.compile(rf"BoxUsage:({TYPE})", re.ASCII)


def ec2_place(attributes: Attributes, region_id: str, usage_type: str, body: str) -> Place:
    """Read what a product of EC2 is.

    Raises:
        Unfit: It is neither Linux by the hour nor a gp2 or gp3 volume, or not all of it says the same.
    """
    family = text_at(attributes, "productFamily")
    if family == "Storage":
        return _volume(attributes, region_id, usage_type, body)
    if family not in FAMILIES:
        raise Unfit("other_family")
    if not all(_says(text_at(attributes, name), wanted) for name, wanted in LINUX.items()):
        raise Unfit("other_software")
    if text_at(attributes, "operation") != OPERATION:
        raise Unfit("operation")
    if given_at(attributes, "marketoption") not in ("", "OnDemand"):
        raise Unfit("other_market")
    found = _BOX.fullmatch(body)
    if not found:
        raise Unfit("unknown_usage_type")
    if text_at(attributes, "instanceType") != found[1]:
        raise Unfit("contradictory_type")
    return Place(
        region_id=region_id,
        component="EC2",
        instance_type=found[1],
        purchase_option="OnDemand",
        pricing_unit="Hours",
        usage_type=usage_type,
        operation=OPERATION,
    )


def _says(found: str, wanted: str) -> bool:
    """Compare what a product says with what is asked for, that it has no software among it."""
    return found == wanted or (wanted in NOTHING and bool(found) and found.upper() in NOTHING)


def _volume(attributes: Attributes, region_id: str, usage_type: str, body: str) -> Place:
    volume = text_at(attributes, "volumeApiName")
    if volume not in VOLUMES:
        raise Unfit("other_volume")
    if body != f"EBS:VolumeUsage.{volume}":
        raise Unfit("contradictory_type")
    return Place(
        region_id=region_id,
        component=EBS,
        instance_type=volume,
        purchase_option="OnDemand",
        pricing_unit="GB-Mo",
        usage_type=usage_type,
    )
