"""The lines between the Jupyter server and the reader: one JSON document each, both ways."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import IO, Any, cast, get_args

from .pace import Pace

MAX_JOBS_A_LINE = 25
MAX_JOB_BYTES_A_LINE = 200_000
"""Well under the megabyte the server reads a line of."""


class BadLineError(ValueError):
    """A line that is not part of the protocol."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """What to poll, and how often."""

    region_ids: tuple[str, ...] = ()
    owner_tags: tuple[tuple[str, str], ...] = ()
    """A job with any of these tags is ours."""
    names: frozenset[tuple[str, str]] = frozenset()
    """(region, name) of jobs that are ours whatever their tags."""
    pace: Pace = "asleep"

    def names_in(self, region_id: str) -> frozenset[str]:
        """Give the names of one region."""
        return frozenset(name for region, name in self.names if region == region_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """Something that wants exactly one answer."""

    id: int
    op: str
    fields: Mapping[str, Any]

    def text(self, key: str) -> str:
        """Give a field that must be a non-empty text."""
        value = self.fields.get(key)
        if not isinstance(value, str) or not value:
            raise BadLineError(f"{self.op} needs {key}")
        return value


def parse(line: str) -> Watch | Request:
    """Read one line.

    Raises:
        BadLineError: Where it is not a request of the protocol.
    """
    try:
        document = json.loads(line)
    except ValueError:
        raise BadLineError("not JSON") from None
    if not isinstance(document, dict) or not isinstance(document.get("op"), str):
        raise BadLineError("not a request")
    if document["op"] == "watch":
        return _watch(document)
    number = document.get("id")
    if not isinstance(number, int) or isinstance(number, bool):
        raise BadLineError("a request without an id")
    return Request(id=number, op=document["op"], fields=document)


def _watch(document: Mapping[str, Any]) -> Watch:
    pace = document.get("pace")
    tags = document.get("owner_tags") or {}
    if pace not in get_args(Pace) or not isinstance(tags, dict):
        raise BadLineError("watch needs a pace and owner_tags")
    return Watch(
        region_ids=tuple(dict.fromkeys(_texts(document.get("regions")))),
        owner_tags=tuple((key, value) for key, value in tags.items() if isinstance(value, str) and value),
        names=frozenset((pair[0], pair[1]) for pair in document.get("names") or () if _is_pair(pair)),
        pace=cast("Pace", pace),
    )


def _texts(value: Any) -> list[str]:
    return [item for item in value if isinstance(item, str) and item] if isinstance(value, list) else []


def _is_pair(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 2 and all(isinstance(item, str) and item for item in value)


class Output:
    """Write documents, one a line. Safe to use from several threads."""

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream
        self._lock = threading.Lock()

    def write(self, document: Mapping[str, Any]) -> None:
        """Write one document and flush it."""
        line = json.dumps(document, separators=(",", ":")) + "\n"
        with self._lock:
            self._stream.write(line)
            self._stream.flush()


def slices(jobs: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """Part jobs into lines that the server can take in one at a time."""
    lines: list[list[dict[str, Any]]] = []
    size = 0
    for job in jobs:
        weight = len(json.dumps(job))
        if not lines or len(lines[-1]) >= MAX_JOBS_A_LINE or size + weight > MAX_JOB_BYTES_A_LINE:
            lines.append([])
            size = 0
        lines[-1].append(job)
        size += weight
    return lines
