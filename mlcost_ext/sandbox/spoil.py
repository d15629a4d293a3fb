"""Answers that come to harm on their way: cut, mangled, of the wrong type, or not at all."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from random import Random
from typing import Any

from mlcost_ext.sandbox.bad_days import BadDay
from mlcost_ext.sandbox.wire import Answer

_HTML = (
    "<html>\r\n<head><title>{status} {reason}</title></head>\r\n"
    "<body><center><h1>{status} {reason}</h1></center></body>\r\n</html>"
)
_REASONS = {500: "Internal Server Error", 502: "Bad Gateway", 503: "Service Unavailable", 504: "Gateway Timeout"}
_GARBAGE = b'\x00\xff\xfe{"Results": [{"Training'


class ResetError(ConnectionResetError):
    """The connection is torn down instead of an answer."""


def spoiled(answer: Answer, day: BadDay, random: Random) -> Answer:
    """Let a bad day happen to an answer.

    Raises:
        ResetError: Where there is to be none.
    """
    if day.spoil == "reset":
        raise ResetError
    if day.spoil == "html":
        return _html(day.status or 503)
    if day.spoil == "garbage":
        return _with_body(answer, _GARBAGE)
    if day.spoil == "wrong_type":
        return _with_body(answer, _mistyped(answer.body, day.path, random))
    half = answer.body[: len(answer.body) // 2]
    # "cut": the length is that of the whole, so the client sees that something is missing; "cut_short": it does not.
    return replace(answer, body=half) if day.spoil == "cut" else _with_body(answer, half)


def _html(status: int) -> Answer:
    body = _HTML.format(status=status, reason=_REASONS.get(status, "Error")).encode()
    headers = {"Content-Type": "text/html", "Content-Length": str(len(body))}
    return Answer(status=status, headers=headers, body=body)


def _with_body(answer: Answer, body: bytes) -> Answer:
    return replace(answer, body=body, headers={**answer.headers, "Content-Length": str(len(body))})


def _mistyped(body: bytes, path: str | None, random: Random) -> bytes:
    try:
        document = json.loads(body)
    except ValueError:
        return body  # not JSON: S3, IAM and STS keep what they have
    places = list(_places(document, ()))
    if path is not None:
        places = [place for place in places if _fits(place, path.split("."))]
    elif places:
        places = [random.choice(places)]
    for place in places:
        holder = document
        for key in place[:-1]:
            holder = holder[key]
        holder[place[-1]] = _other(holder[place[-1]])
    return json.dumps(document).encode()


def _places(document: Any, above: tuple[Any, ...]) -> Any:
    """Walk through every member, at every depth."""
    entries: Any = ()
    if isinstance(document, Mapping):
        entries = document.items()
    elif isinstance(document, list):
        entries = enumerate(document)
    for key, value in list(entries):
        yield (*above, key)
        yield from _places(value, (*above, key))


def _fits(place: tuple[Any, ...], path: list[str]) -> bool:
    return len(place) == len(path) and all(part in {"*", str(key)} for key, part in zip(place, path, strict=True))


def _other(value: Any) -> Any:
    """Give something of another type."""
    if isinstance(value, (Mapping, list)):
        return "not what it was"
    if isinstance(value, str):
        return {"was": value}
    return ["not", "a", "number"]
