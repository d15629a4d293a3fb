"""What of a request is kept: the members AWS's model knows, at every depth."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape

from mlcost_ext.sandbox.model import member_names, operation_model
from mlcost_ext.sandbox.names import STUDIO_TAGS

Params = Mapping[str, Any]


def asked(operation: str, params: Params) -> dict[str, Any]:
    """Keep of a request what the service knows; it leaves out the rest silently. Tags are kept apart."""
    shape = operation_model("sagemaker", operation).input_shape
    return {key: value for key, value in _known(shape, params).items() if key != "Tags"}


def cut(shape_name: str, description: Params) -> dict[str, Any]:
    """Give the members of a description that one of SageMaker's structures has."""
    known = member_names(shape_name)
    return {key: value for key, value in description.items() if key in known}


def given_tags(params: Params) -> dict[str, str]:
    """Read the tags of a request."""
    return {tag["Key"]: tag["Value"] for tag in params.get("Tags", [])}


def launched_tags(params: Params) -> dict[str, str]:
    """Tag a thing as Studio tags what is launched from a space, and as the request says."""
    return {**STUDIO_TAGS, **given_tags(params)}


def _known(shape: Shape | None, value: Any) -> Any:
    if isinstance(shape, StructureShape) and isinstance(value, Mapping):
        members = shape.members
        return {key: _known(members[key], item) for key, item in value.items() if key in members and item is not None}
    if isinstance(shape, ListShape) and isinstance(value, list):
        return [_known(shape.member, item) for item in value]
    if isinstance(shape, MapShape) and isinstance(value, Mapping):
        return {key: _known(shape.value, item) for key, item in value.items()}
    return value
