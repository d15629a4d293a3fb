"""Reduce a request to what its cost depends on; everything else becomes a digest, so that no secret is kept."""

from __future__ import annotations

import hashlib
import json
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    Reducer = Callable[[object], object]

MAX_TEXT = 1024
MAX_ITEMS = 100
MAX_REQUEST_BYTES = 14 * 1024
MAX_TAGS_BYTES = 10 * 1024
TAG_CUTS = (256, 64, 16)
EACH_JOBS_OWN = ("sagemaker_job_name", "sagemaker_submit_directory", "model_dir")


def digest(value: object) -> str:
    """Give ``sha256:`` and the first 16 hexadecimal digits over the value's canonical JSON."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), default=str)
    return "sha256:" + hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16]


def plain(value: object) -> object:
    """Keep a number, truth value or text, the text cut to `MAX_TEXT` characters; digest all else."""
    if isinstance(value, str):
        return value[:MAX_TEXT]
    return value if value is None or isinstance(value, (bool, int, float)) else digest(value)


def s3_prefix(value: object) -> object:
    """Keep bucket and prefix of an S3 address without any query, fragment or user part."""
    if not isinstance(value, str):
        return digest(value)
    address = re.split(r"[?#]", value, maxsplit=1)[0]
    return re.sub(r"^(\w+://)[^/]*@", r"\1", address)[:MAX_TEXT]


def parameters(value: object) -> object:
    """Digest hyperparameters without those that the SDK's second generation writes anew for each job."""
    if isinstance(value, dict):
        value = {key: item for key, item in value.items() if key not in EACH_JOBS_OWN}
    return digest(value)


def fields(**kept: Reducer) -> Reducer:
    """Make a reducer of mappings: the named keys by their own reducer, every other key by `digest`."""

    def reduce(value: object) -> object:
        if not isinstance(value, dict):
            return digest(value)
        items = list(value.items())[:MAX_ITEMS]
        return {str(key)[:MAX_TEXT]: kept.get(str(key), digest)(item) for key, item in items}

    return reduce


def s3_source(**kept: Reducer) -> Reducer:
    """Make a reducer of sources in S3; where an address is kept in part its type is a digest: it is no prefix of the data."""
    of_fields = fields(S3Uri=s3_prefix, S3DataType=plain, **kept)

    def reduce(value: object) -> object:
        reduced = of_fields(value)
        if isinstance(value, dict) and isinstance(reduced, dict) and reduced.get("S3Uri") != value.get("S3Uri"):
            return {**reduced, "S3DataType": digest(value.get("S3DataType"))}
        return reduced

    return reduce


def each(reducer: Reducer) -> Reducer:
    """Make a reducer of lists."""

    def reduce(value: object) -> object:
        if not isinstance(value, (list, tuple)):
            return digest(value)
        return [reducer(item) for item in value[:MAX_ITEMS]]

    return reduce


def redact(request: Mapping[str, Any], keep: Reducer) -> tuple[dict[str, object], dict[str, str]]:
    """Split a request into its redacted form, under AWS's own keys, and its tags.

    Both are cut so that together they fit into a line of the spool.
    """
    reduced = keep({key: value for key, value in request.items() if key != "Tags"})
    return _fit(dict(reduced) if isinstance(reduced, dict) else {}), tags_of(request)


def tags_of(request: Mapping[str, Any]) -> dict[str, str]:
    """Give the request's tags, cut where all together are too long; what is no tag is left out."""
    tags = request.get("Tags")
    pairs = [
        (tag["Key"], tag["Value"])
        for tag in (tags if isinstance(tags, (list, tuple)) else ())[:MAX_ITEMS]
        if isinstance(tag, dict) and isinstance(tag.get("Key"), str) and isinstance(tag.get("Value"), str)
    ]
    for cut in TAG_CUTS:
        result = {key[:cut]: value[:cut] for key, value in pairs}
        if _size(result) <= MAX_TAGS_BYTES:
            return result
    return {}


def _fit(request: dict[str, object]) -> dict[str, object]:
    while _size(request) > MAX_REQUEST_BYTES:
        largest = max(request, key=lambda key: _size(request[key]))
        if _size(request[largest]) <= len(digest(None)) + 2:
            return {}  # thousands of unknown keys: no request of AWS
        request[largest] = digest(request[largest])
    return request


def _size(value: object) -> int:
    return len(json.dumps(value, ensure_ascii=False).encode("utf-8", "replace"))
