"""Write down, as boto3 takes it, what the SDKs hold in objects of their own or in mappings."""

from __future__ import annotations

import math
from collections.abc import Mapping
from enum import Enum
from typing import Any

from mlcost_ext.core.errors import UsageError

from .source import (
    Source,
    class_names,
    is_a,
    is_mapping,
    is_of_sdk,
    is_pipeline_variable,
    is_unassigned,
    items_in,
    members_of,
    value_of,
    whole_from,
)

MAX_DEPTH = 20
SECRET = ("Environment", "ContainerArguments")
"""Left out at any depth: people keep passwords there, and no cost depends on them."""
PARAMETERS = ("HyperParameters", "StaticHyperParameters")
SCRIPT_KEYS = ("sagemaker_program", "sagemaker_submit_directory")
"""The hyperparameters that say which script runs; on no other does a cost depend."""
AWS_WORDS = {
    "volume_size_in_gb": "VolumeSizeInGB",
    "memory_size_in_mb": "MemorySizeInMB",
    "max_payload_in_mb": "MaxPayloadInMB",
}


def present(values: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out what is None or empty; zero and False are neither."""
    return {key: value for key, value in values.items() if value is not None and value not in ("", [], {})}


def plain(value: object, variables: list[object] | None = None, depth: int = 0) -> Any:
    """Copy a mapping, a list or a value as plain JSON; secrets, and what JSON has no form for, are left out (None).

    Args:
        value: Objects of sagemaker-core become what boto3 takes in their place, variables of a pipeline their default values.
        variables: Where those variables are gathered; None: nowhere.
        depth: How deep it is nested in what is copied.

    Raises:
        UsageError: It is nested deeper than 20 levels, or in itself.
    """
    if depth > MAX_DEPTH:
        raise UsageError("The request is nested deeper than 20 levels.", "Write it as the AWS operation takes it.")
    if is_pipeline_variable(value) or is_a(value, Enum):
        held = value_of(value, "value" if is_a(value, Enum) else "default_value")
        if variables is not None and not is_a(value, Enum):
            variables.append(value)
        return None if is_pipeline_variable(held) else plain(held, variables, depth + 1)
    if is_a(value, str):
        return str.__str__(value)
    if is_a(value, float):
        return float(value) if math.isfinite(value) else None
    if is_a(value, int):
        return value if is_a(value, bool) else int(value)
    if hasattr(type(value), "__index__"):  # as numpy's whole numbers have it
        return whole_from(value)
    return _nested(value, variables, depth)


def structure_of(value: object, variables: list[object] | None = None) -> dict[str, Any]:
    """Copy what is a structure, a mapping or an object of sagemaker-core, as plain JSON; empty: it is none.

    Raises:
        UsageError: It is nested deeper than 20 levels, or in itself.
    """
    form = plain(value, variables)
    return form if isinstance(form, dict) else {}


def _nested(value: object, variables: list[object] | None, depth: int) -> Any:
    if is_a(value, list) or is_a(value, tuple):
        items = (plain(item, variables, depth + 1) for item in items_in(value))
        return [item for item in items if item is not None]
    if is_mapping(value):
        return _copied(members_of(value), variables, depth)
    names = class_names(value)
    if names and is_of_sdk(names[0]) and not is_unassigned(value):
        fields = members_of(value_of(value, "__dict__"))
        named = {aws_word(name): field for name, field in fields.items() if not name.startswith("_")}
        return _copied(named, variables, depth)
    return None


def _copied(items: Mapping[str, object], variables: list[object] | None, depth: int) -> dict[str, Any]:
    copies = {}
    for key, value in items.items():
        kept = (script_only(value) or None) if key in PARAMETERS else value
        copy = None if key in SECRET else plain(kept, variables, depth + 1)
        if copy is not None:
            copies[key] = copy
    return copies


def script_only(parameters: object) -> dict[str, object]:
    """Keep of hyperparameters those that say which script runs."""
    items = members_of(parameters)
    return {key: items[key] for key in SCRIPT_KEYS if key in items}


def aws_word(name: str) -> str:
    """Turn ``training_job_name`` into ``TrainingJobName``; what has capitals already is left as it is."""
    if not name.islower():
        return name
    words = "".join(word[:1].upper() + word[1:] for word in name.split("_"))
    return AWS_WORDS.get(name) or words.replace("AutoMl", "AutoML")


def tags_of(source: Source, name: str = "tags") -> list[dict[str, str]]:
    """Give tags as AWS's list, from a list of mappings or of objects, or from one mapping; what is no tag is left out."""
    held = source.inner(name)
    if is_mapping(held.thing) and not (held.text("Key") and held.text("Value")):
        pairs = [(key, held.text(key)) for key in members_of(held.thing)]
    else:
        found = source.each(name) or [held]
        pairs = [(tag.text("Key") or tag.text("key") or "", tag.text("Value") or tag.text("value")) for tag in found]
    return [{"Key": key, "Value": value or ""} for key, value in pairs if key]
