"""A SageMaker product's attributes say what it is; where two of them contradict each other it is nothing."""

from __future__ import annotations

import re

from .ec2 import ec2_place
from .offer import EC2, REGION, SAGEMAKER, Attributes, Place, Unfit, given_at, text_at
from .regions import is_of_region, split_prefix
from .usage_type import NAMED_TYPE, Use, Used, fits, fits_volume, use_named, used_by

PLATO = "platoinstancetype"
OPERATION = "RunInstance"
"""Of instance hours."""
_TYPES = ("instanceName", "instanceType")
_FREE = ("usagetype", PLATO, "component", *_TYPES, "group", "operation", "productFamily", "platoclassificationtype")
_VOLUME_WORDS = ("platoclassificationtype", "group", PLATO, "component")
_FAMILY = re.compile(r"(?=.*[0-9])[a-z][a-z0-9-]*", re.ASCII)
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
    region_id, usage_type = _region(attributes), given_at(attributes, "usagetype")
    prefix, body = split_prefix(usage_type)
    if usage_type and not is_of_region(prefix, region_id):
        raise Unfit("contradictory_region")
    if (of_product or service) == EC2:
        if not usage_type:
            raise Unfit("no_usage_type")
        return ec2_place(attributes, region_id, usage_type, body)
    if (of_product or service) != SAGEMAKER:
        raise Unfit("other_service")
    if any("free" in text_at(attributes, name).lower() for name in _FREE):
        raise Unfit("free")
    plato = given_at(attributes, PLATO)
    used = used_by(body, plato) if usage_type else _used_by_plato(attributes, plato)
    _check(attributes, used)
    return Place(
        region_id=region_id,
        component=used.kind + used.use.component,
        instance_type=used.instance_type,
        purchase_option="OnDemand" if used.kind else used.use.purchase_option,
        pricing_unit=used.pricing_unit,
        usage_type=usage_type,
        memory_gb=used.memory_gb,
        operation=given_at(attributes, "operation"),
        plato=plato,
    )


def _region(attributes: Attributes) -> str:
    region_id = text_at(attributes, "regionCode")
    if not REGION.fullmatch(region_id):
        raise Unfit("no_region")
    if given_at(attributes, "locationType") not in ("", "AWS Region"):
        raise Unfit("other_location")
    return region_id


def _used_by_plato(attributes: Attributes, plato: str) -> Used:
    if not plato:
        raise Unfit("no_usage_type")
    for name in _TYPES:
        if found := NAMED_TYPE.fullmatch(given_at(attributes, name)):
            return Used(use_named(plato), "", found[1], "Hours")
    raise Unfit("no_usage_type")


def _check(attributes: Attributes, used: Used) -> None:
    if used.instance_type is not None:
        _check_use(attributes, used.use)
        for name in _TYPES:
            _check_type(given_at(attributes, name), used.instance_type, used.use)
        _check_plato_name(given_at(attributes, "platoinstancename"), used.instance_type, used.use)
        if given_at(attributes, "operation") not in ("", OPERATION):
            raise Unfit("operation")
    elif used.kind:
        _check_words(attributes, used.use)
    elif used.use.purchase_option == "Provisioned" and text_at(attributes, "group").lower() != _READY_GROUP:
        raise Unfit("ambiguous_group")


def _check_use(attributes: Attributes, use: Use) -> None:
    """Compare with the words beside; only of ``platoinstancetype`` each one must be known, since some are extra charges."""
    if (plato := given_at(attributes, PLATO)) and fits(plato, use) is None:
        raise Unfit("unknown_component")
    words = (plato, given_at(attributes, "component"))
    if any(word and fits(word, use) is False for word in words):
        raise Unfit("contradictory_component")


def _check_type(given: str, instance_type: str, use: Use) -> None:
    """Compare with a type, to which AWS may have hung a use, and which may lack its ``ml.``."""
    if not given:
        return
    found = NAMED_TYPE.fullmatch(given if given.startswith("ml.") else f"ml.{given}")
    if found is None or found[1] != instance_type:
        raise Unfit("contradictory_type")
    if found[2] and fits(found[2], use) is False:
        raise Unfit("contradictory_component")


def _check_plato_name(given: str, instance_type: str, use: Use) -> None:
    """Compare with ``platoinstancename``, which is a family such as ``g4dn``, seldom a whole type."""
    family = given.removeprefix("ml.")
    if "." in family:
        _check_type(given, instance_type, use)
    elif _FAMILY.fullmatch(family) and family != instance_type.split(".")[1]:
        raise Unfit("contradictory_type")


def _check_words(attributes: Attributes, use: Use) -> None:
    """Compare with the words of storage and data: ``Host:VolumeUsage``, ``Hosting:IN``, ``General Purpose-Hosting``."""
    given = [given_at(attributes, name) for name in _VOLUME_WORDS]
    words = [word for text in given for word in (text, text.rpartition(":")[0])]
    words.append(given_at(attributes, "volumeType").partition("-")[2])
    if any(fits_volume(word, use) is False for word in words):
        raise Unfit("contradictory_component")
