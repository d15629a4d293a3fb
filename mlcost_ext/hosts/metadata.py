"""The file in which SageMaker tells a machine its own names, and the region that environment variables name.

https://docs.aws.amazon.com/sagemaker/latest/dg/notebooks-run-and-manage-metadata.html
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

RESOURCE_METADATA_FILE = "/opt/ml/metadata/resource-metadata.json"
MAX_BYTES = 64 * 1024
MAX_TEXT = 256
"""SageMaker's names have 63 characters at most."""

Document = dict[str, Any]


def resource_metadata_path(env: Mapping[str, str]) -> Path:
    """Give the file's place; AWS's own programs heed the same variable."""
    return Path(env.get("RESOURCE_METADATA_FILE") or RESOURCE_METADATA_FILE)


def is_there(path: Path) -> bool:
    """Tell whether a file is there; unlike `Path.is_file` it is quiet about a folder that may not be entered."""
    return os.path.isfile(path)  # noqa: PTH113


def read_document(path: Path) -> Document | None:
    """Read a JSON object; None: it is missing, broken, or larger than such files are."""
    try:
        with path.open("rb") as file:
            document = json.loads(file.read(MAX_BYTES))
    except (OSError, ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) else None


def resource_metadata(env: Mapping[str, str]) -> Document | None:
    """Read what SageMaker tells of this machine; None: nothing, or it cannot be read."""
    path = resource_metadata_path(env)
    return read_document(path) if is_there(path) else None


def text_of(document: Mapping[str, Any], key: str) -> str | None:
    """Give a member that is a text with something in it, and no longer than a name can be; else None."""
    value = document.get(key)
    return value if isinstance(value, str) and 0 < len(value) <= MAX_TEXT else None


def arn_parts(document: Mapping[str, Any]) -> list[str]:
    """Give the six parts of the resource's own ARN; empty: it has none that is whole."""
    parts = (text_of(document, "ResourceArn") or "").split(":", 5)
    return parts if len(parts) == 6 and parts[0] == "arn" else []


def region_of(env: Mapping[str, str], arn: list[str] | None = None) -> str | None:
    """Give the region of an ARN, or the one that the environment names."""
    return (arn[3] if arn else None) or env.get("AWS_REGION") or env.get("AWS_DEFAULT_REGION") or None
