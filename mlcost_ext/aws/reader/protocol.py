"""The lines between the Jupyter server and the reader: one JSON document each, both ways.

The server sends `watch` (what is to be followed, and how eagerly) and requests, each of which gets one answer. The reader
pushes `items`, `gone`, `history`, `input` and `status`; `outlet` and `region` write them.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import IO, Any, Literal, cast, get_args

from .pace import Pace

MAX_ITEMS_A_LINE = 25
MAX_ITEM_BYTES_A_LINE = 200_000
"""Well under the megabyte the server reads a line of."""

Scope = Literal["mine", "account"]
Name = tuple[str, str, str]
"""Region, kind, name."""
Input = tuple[str, str, str]
"""Region, a launch's id, and the prefix of S3 that its input is all below of."""


class BadLineError(ValueError):
    """A line that is not part of the protocol."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Studio:
    """The Studio domain this server runs in, and whose it is."""

    region_id: str
    domain_id: str
    user_profile_name: str | None = None
    """None: a shared space, which is nobody's own."""
    space_name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """What to follow, and how often."""

    region_ids: tuple[str, ...] = ()
    owner_tags: tuple[tuple[str, str], ...] = ()
    """What has any of these tags is ours."""
    names: frozenset[Name] = frozenset()
    """What is ours whatever its tags."""
    pace: Pace = "asleep"
    scope: Scope = "mine"
    """``account``: everything, whoever's it is."""
    studio: Studio | None = None
    notebook_instance: tuple[str, str] | None = None
    """Region and name of the one this server runs on."""
    history: Mapping[str, str | None] = field(default_factory=dict, compare=False)
    """How far what ended long ago was read, by region; None: to its end."""
    held: frozenset[Name] = field(default=frozenset(), compare=False)
    """What a reader before this one has told and the server still shows: where it is not met, it is to be asked for."""
    earlier: tuple[tuple[float, int], ...] = field(default=(), compare=False)
    """Calls that readers before this one made: how many seconds ago, and how many."""
    earlier_first: int = field(default=0, compare=False)
    """Of first pictures, in the last ten minutes."""
    inputs: frozenset[Input] = frozenset()
    """Of which launches it is to be found out how large their input is."""

    def names_in(self, region_id: str) -> frozenset[tuple[str, str]]:
        """Give kind and name of those in one region."""
        own = self.notebook_instance
        mine = {("notebook", own[1])} if own is not None and own[0] == region_id else set()
        return frozenset({(kind, name) for region, kind, name in self.names if region == region_id} | mine)


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
    except (ValueError, RecursionError):
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
    pace, scope = document.get("pace"), document.get("scope", "mine")
    tags = document.get("owner_tags") or {}
    if pace not in get_args(Pace) or scope not in get_args(Scope) or not isinstance(tags, dict):
        raise BadLineError("watch needs a pace, a scope and owner_tags")
    own = document.get("notebook_instance")
    notebook = _strings(own, "region_id", "name")
    return Watch(
        region_ids=tuple(dict.fromkeys(_texts(document.get("regions")))),
        owner_tags=tuple((key, value) for key, value in tags.items() if isinstance(value, str) and value),
        names=_names(document.get("names")),
        pace=cast("Pace", pace),
        scope=cast("Scope", scope),
        studio=_studio(document.get("studio")),
        notebook_instance=None if notebook is None else (notebook[0], notebook[1]),
        history=_history(document.get("history")),
        held=_names(document.get("held")),
        earlier=_earlier(document.get("earlier")),
        earlier_first=_count(document.get("earlier_first")),
        inputs=_names(document.get("inputs")),
    )


def _studio(value: Any) -> Studio | None:
    found = _strings(value, "region_id", "domain_id")
    if found is None:
        return None
    user, space = value.get("user_profile_name"), value.get("space_name")
    return Studio(
        region_id=found[0],
        domain_id=found[1],
        user_profile_name=user if isinstance(user, str) and user else None,
        space_name=space if isinstance(space, str) and space else None,
    )


def _strings(value: Any, *keys: str) -> list[str] | None:
    """Give texts of a document; None where one of them is missing."""
    found = [value.get(key) for key in keys] if isinstance(value, dict) else []
    texts = [text for text in found if isinstance(text, str) and text]
    return texts if len(texts) == len(keys) else None


def _history(value: Any) -> dict[str, str | None]:
    pairs = value.items() if isinstance(value, dict) else ()
    return {str(region): cursor for region, cursor in pairs if cursor is None or isinstance(cursor, str)}


def _earlier(value: Any) -> tuple[tuple[float, int], ...]:
    items = value if isinstance(value, list) else []
    return tuple((float(item[0]), int(item[1])) for item in items if _is_count(item))


def _count(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0


def _is_count(item: Any) -> bool:
    return isinstance(item, list) and len(item) == 2 and all(isinstance(number, (int, float)) for number in item)


def _texts(value: Any) -> list[str]:
    return [item for item in value if isinstance(item, str) and item] if isinstance(value, list) else []


def _names(value: Any) -> frozenset[Name]:
    items = value if isinstance(value, list) else []
    return frozenset((item[0], item[1], item[2]) for item in items if _is_name(item))


def _is_name(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 3 and all(isinstance(item, str) and item for item in value)


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


def slices(items: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """Part items into lines that the server can take in one at a time."""
    lines: list[list[dict[str, Any]]] = []
    size = 0
    for item in items:
        weight = len(json.dumps(item))
        if not lines or len(lines[-1]) >= MAX_ITEMS_A_LINE or size + weight > MAX_ITEM_BYTES_A_LINE:
            lines.append([])
            size = 0
        lines[-1].append(item)
        size += weight
    return lines
