"""A loader of botocore's models that keeps what this process uses: 12 MB less, and no other operation exists.

Descriptions are left as the JSON they arrive as (`document`, botocore's own word for it): one member of
a wrong type would otherwise lose a whole page of a hundred jobs, and `cut` checks every value anyway.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from botocore.loaders import JSONFileLoader, Loader

from .operations import ALLOWED_OPERATIONS, service_of

SERVICES = ("cloudwatch", "s3", "sagemaker")
_RAW = {"type": "structure", "members": {}, "document": True}
_ENDPOINT_SERVICES = ("monitoring", "oidc", "portal.sso", "s3", "sagemaker", "signin", "sts")
"""SageMaker, CloudWatch, S3, and what credentials may be fetched from."""


def make_loader() -> Loader:
    """Give a loader to register as a session's `data_loader`."""
    return Loader(file_loader=LeanFileLoader())


class LeanFileLoader(JSONFileLoader):  # type: ignore[misc,unused-ignore]
    """Load a file without its documentation and without what nobody here uses."""

    def load_file(self, file_path: str) -> Any:
        """Load one data file; None where there is none."""
        for ending, opened in (("", _read_plain), (".gz", _read_gzip)):
            path = Path(f"{file_path}.json{ending}")
            if path.is_file():
                return lean(path, json.loads(opened(path), object_pairs_hook=without_documentation))
        return None


def lean(path: Path, data: Any) -> Any:
    """Trim the two files that are large; a model of an unexpected form stays as it is."""
    try:
        if path.name.startswith("service-2.json") and path.parent.parent.name in SERVICES:
            return lean_model(data, path.parent.parent.name)
        if path.name.startswith("endpoints.json"):
            return lean_endpoints(data)
    except (KeyError, TypeError, AttributeError):
        return data
    return data


def lean_model(model: dict[str, Any], service: str) -> dict[str, Any]:
    """Keep the allowed operations and the shapes they reach; an older botocore may lack one."""
    names = [name for name in ALLOWED_OPERATIONS if service_of(name) == service and name in model["operations"]]
    operations = {name: model["operations"][name] for name in names}
    raw = raw_shapes(operations, model["shapes"]) if service == "sagemaker" else set()
    every: dict[str, Any] = {**model["shapes"], **dict.fromkeys(raw, _RAW)}
    kept: dict[str, Any] = {}
    wanted = list(shape_names(operations))
    while wanted:
        name = wanted.pop()
        if name not in kept:
            kept[name] = every[name]
            wanted.extend(shape_names(kept[name]))
    settings = {name: {"documentation": "", **each} for name, each in model.get("clientContextParams", {}).items()}
    return {**model, "operations": operations, "shapes": kept, "clientContextParams": settings}


def raw_shapes(operations: dict[str, Any], shapes: dict[str, Any]) -> set[str]:
    """Give the shapes of whole descriptions, and of the items of lists."""
    found: set[str] = set()
    for name, operation in operations.items():
        output = operation.get("output", {}).get("shape")
        if output is None:
            continue
        if name.startswith("Describe"):
            found.add(output)
            continue
        lists = (shapes[member["shape"]] for member in shapes[output]["members"].values())
        items = (each["member"]["shape"] for each in lists if each["type"] == "list")
        found |= {item for item in items if shapes[item]["type"] == "structure"}
    return found


def lean_endpoints(endpoints: dict[str, Any]) -> dict[str, Any]:
    """Keep the services this process may talk to, of each partition."""
    return {**endpoints, "partitions": [_lean_partition(partition) for partition in endpoints["partitions"]]}


def _lean_partition(partition: dict[str, Any]) -> dict[str, Any]:
    services = partition["services"]
    return {**partition, "services": {name: services[name] for name in _ENDPOINT_SERVICES if name in services}}


def without_documentation(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Build a JSON object without its text for humans; a member of that name is a structure and stays."""
    return {key: value for key, value in pairs if key != "documentation" or not isinstance(value, str)}


def shape_names(part: Any) -> Iterator[str]:
    """Give the names of the shapes that a part of a model refers to."""
    if isinstance(part, dict):
        if isinstance(part.get("shape"), str):
            yield part["shape"]
        part = list(part.values())
    if isinstance(part, list):
        for item in part:
            yield from shape_names(item)


def _read_plain(path: Path) -> bytes:
    return path.read_bytes()


def _read_gzip(path: Path) -> bytes:
    import gzip

    with gzip.open(path) as file:
        return file.read()
