"""A SageMaker product's attributes say what it is; where two of them contradict each other it is nothing."""

from __future__ import annotations

from .ec2 import ec2_place
from .offer import EC2, REGION, SAGEMAKER, Attributes, Place, Unfit, text_at
from .regions import is_of_region, split_prefix
from .usage_type import Use, Used, is_suffix_of, use_named, use_of_volume, used_by

_NOT_GIVEN = ("", "NA", "N/A")
_KINDS = ("platoinstancetype", "component")
_TYPES = ("instanceName", "platoinstancename", "instanceType")
_FREE = ("usagetype", *_KINDS, *_TYPES, "group", "operation", "productFamily", "platoclassificationtype")
_VOLUME_WORDS = {"platoclassificationtype": ":", "group": ":"}
_READY_GROUP = "serverlessprovisionedconcurrency-usage"
"""Kept ready; the other group, ``…-Duration``, is for the seconds that are used on top."""


def place_of(attributes: Attributes, service: str = "") -> Place:
    """Read what a product is.

    Args:
        attributes: As AWS gives them.
        service: The service code of the list it is on; empty: not known.

    Raises:
        Unfit: It is nothing that is priced here, or not all of it says the same.
    """
    of_product = text_at(attributes, "servicecode")
    if service and of_product and service != of_product:
        raise Unfit("contradictory_service")
    region_id, usage_type = _region(attributes), text_at(attributes, "usagetype")
    if not usage_type:
        raise Unfit("no_usage_type")
    prefix, body = split_prefix(usage_type)
    if not is_of_region(prefix, region_id):
        raise Unfit("contradictory_region")
    if (of_product or service) == EC2:
        return ec2_place(attributes, region_id, usage_type, body)
    if (of_product or service) != SAGEMAKER:
        raise Unfit("other_service")
    if any("free" in text_at(attributes, name).lower() for name in _FREE):
        raise Unfit("free")
    used = used_by(body)
    _check(attributes, used)
    return Place(
        region_id=region_id,
        component=used.kind + used.use.component,
        instance_type=used.instance_type,
        purchase_option="OnDemand" if used.kind else used.use.purchase_option,
        pricing_unit=used.pricing_unit,
        usage_type=usage_type,
        memory_gb=used.memory_gb,
    )


def _region(attributes: Attributes) -> str:
    region_id = text_at(attributes, "regionCode")
    if not REGION.fullmatch(region_id):
        raise Unfit("no_region")
    if text_at(attributes, "locationType") not in ("", "AWS Region"):
        raise Unfit("other_location")
    return region_id


def _check(attributes: Attributes, used: Used) -> None:
    if used.instance_type is not None:
        _check_use(attributes, used.use)
        for name in _TYPES:
            _check_type(_given(attributes, name), used.instance_type, used.use)
    elif used.kind:
        _check_words(attributes, used.use)
    elif used.use.purchase_option == "Provisioned" and text_at(attributes, "group").lower() != _READY_GROUP:
        raise Unfit("ambiguous_group")


def _check_use(attributes: Attributes, use: Use) -> None:
    named = [use_named(word) for name in _KINDS if (word := _given(attributes, name))]
    if any(found != use for found in named):
        raise Unfit("contradictory_component")


def _check_type(given: str, instance_type: str, use: Use) -> None:
    if not given:
        return
    rest = given.removeprefix(instance_type)
    is_bare = rest == "" and given == instance_type
    has_suffix = rest != given and rest.startswith("-")
    if not (is_bare or has_suffix):
        raise Unfit("contradictory_type")
    if has_suffix and not is_suffix_of(rest[1:], use):
        raise Unfit("contradictory_component")


def _check_words(attributes: Attributes, use: Use) -> None:
    """Compare with the words of storage and data: ``Host:VolumeUsage``, ``Hosting:IN``, ``General Purpose-Hosting``."""
    words = [_given(attributes, name).partition(mark)[0] for name, mark in _VOLUME_WORDS.items()]
    words.append(_given(attributes, "volumeType").partition("-")[2])
    words.extend(_given(attributes, name) for name in _KINDS)
    known = [found for word in words if (found := use_of_volume(word)) is not None]
    if any(found.component != use.component for found in known):
        raise Unfit("contradictory_component")


def _given(attributes: Attributes, name: str) -> str:
    text = text_at(attributes, name)
    return "" if text in _NOT_GIVEN else text
