"""What a line of the spool may hold, by the type of its event: types and lengths. `docs/ledger.md` says what each key means."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any, get_args

from mlcost_ext.core.estimate import FindingVerdict, Verdict
from mlcost_ext.core.times import time_from_text

VERSION = 1
MAX_LINE_BYTES = 64 * 1024
MAX_TAGS = 100
MAX_FINDINGS = 50
OUTCOMES = ("sent", "fixed", "as_is", "overridden", "stopped", "unanswered", "unanswerable", "blocked")
"""What became of a launch that a guard had something to say of."""

Event = dict[str, Any]
Check = Callable[[object], bool]


def text(most: int, form: str | None = None) -> Check:
    """Make a check for a text of 1 to `most` characters, all of it of a form, that can be written as UTF-8."""
    pattern = re.compile(form) if form else None

    def check(value: object) -> bool:
        if not isinstance(value, str) or not 0 < len(value) <= most or not (value.isascii() or is_writable(value)):
            return False
        return pattern is None or pattern.fullmatch(value) is not None

    return check


def is_writable(value: str) -> bool:
    """Tell whether a text has no half of a surrogate pair in it."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def or_none(check: Check) -> Check:
    """Make a check that null passes too, and so does a key that is not there."""
    return lambda value: value is None or check(value)


def one_of(*words: str) -> Check:
    """Make a check for one of some words."""
    return lambda value: isinstance(value, str) and value in words


def is_flag(value: object) -> bool:
    """Tell yes or no."""
    return isinstance(value, bool)


def is_time(value: object) -> bool:
    """Tell an ISO-8601 time with its zone."""
    return isinstance(value, str) and len(value) <= 40 and time_from_text(value) is not None


def is_mapping(value: object) -> bool:
    """Tell a JSON object; how large it is, the line's own limit bounds."""
    return isinstance(value, dict)


def is_tags(value: object) -> bool:
    """Tell texts by key, no more than a request can have."""
    return isinstance(value, dict) and len(value) <= MAX_TAGS and all(isinstance(each, str) for each in value.values())


def list_of(check: Check, most: int) -> Check:
    """Make a check for a list of so many at most, each of which passes another."""
    return lambda value: isinstance(value, list) and len(value) <= most and all(map(check, value))


def with_keys(**checks: Check) -> Check:
    """Make a check for a JSON object by its keys; others may be there and are not looked at."""
    return lambda value: isinstance(value, dict) and all(check(value.get(key)) for key, check in checks.items())


AMOUNT, SIGNED = r"[0-9]{1,9}(\.[0-9]{1,9})?", r"-?[0-9]{1,9}(\.[0-9]{1,9})?"
is_amount, is_signed = text(19, AMOUNT), text(20, SIGNED)
is_currency = text(3, "[A-Z]{3}")
is_saving = with_keys(expected=is_amount, billing_currency=is_currency)
is_avoided = with_keys(low=or_none(is_signed), expected=is_amount, billing_currency=is_currency, basis=text(64))
is_finding = with_keys(
    rule=text(64),
    verdict=one_of(*get_args(FindingVerdict)),
    subject=or_none(text(512)),
    message=text(600),
    title=or_none(text(120)),
    hint=or_none(text(600)),
    saving=or_none(is_saving),
    is_mendable=or_none(is_flag),
)

SCHEMA: dict[str, tuple[tuple[str, Check], ...]] = {
    "kernel": (
        ("at", is_time),
        ("server_id", or_none(text(64))),
        ("kernel_id", or_none(text(64))),
        ("notebook", or_none(text(512))),
        ("user", or_none(text(512))),
    ),
    "unloaded": (("at", is_time),),
    "intent": (
        ("at", is_time),
        ("id", text(64)),
        ("kind", text(64)),
        ("region_id", text(64)),
        ("name", text(256)),
        ("notebook", or_none(text(512))),
        ("cell_id", or_none(text(512))),
        ("user", or_none(text(512))),
        ("user_basis", or_none(one_of("space", "cookie"))),
        ("git_commit", or_none(text(40, "[0-9a-f]{40}"))),
        ("project", or_none(text(128))),
        ("decision", or_none(text(64))),
        ("request", or_none(is_mapping)),
        ("tags", or_none(is_tags)),
    ),
    "outcome": (
        ("at", is_time),
        ("id", text(64)),
        ("result", one_of("accepted", "refused", "unknown")),
        ("resource_id", or_none(text(2048))),
        ("error_code", or_none(text(128))),
    ),
    "decision": (
        ("at", is_time),
        ("id", text(64)),
        ("kind", text(64)),
        ("region_id", text(64)),
        ("notebook", or_none(text(512))),
        ("cell_id", or_none(text(512))),
        ("user", or_none(text(512))),
        ("decision", one_of(*get_args(Verdict))),
        ("outcome", one_of(*OUTCOMES)),
        ("reason", or_none(text(500))),
        ("findings", or_none(list_of(is_finding, MAX_FINDINGS))),
        ("fixed", or_none(list_of(text(64), MAX_FINDINGS))),
        ("avoided", or_none(is_avoided)),
    ),
}
"""Keys that do not stand here may hold anything and are not looked at; so is what a later version of the kernel's half adds."""


def refuse_constant(name: str) -> object:
    """Refuse what is no JSON, though Python reads it."""
    raise ValueError(name)


decode = json.JSONDecoder(parse_constant=refuse_constant).decode


def parse(line: bytes) -> Event | None:
    """Read one line; None: there is nothing in it for this version of ours.

    Raises:
        ValueError: It is torn, too long, no JSON, or has a key of another type or length than the table says.
    """
    if not line.strip():
        return None
    event = json_of(line)
    type_ = event.get("type")
    if event.get("v") != VERSION or not isinstance(type_, str) or type_ not in SCHEMA:
        return None
    for key, check in SCHEMA[type_]:
        if not check(event.get(key)):
            raise ValueError(key)
    return event


def json_of(line: bytes) -> Event:
    """Read one line as a JSON object.

    Raises:
        ValueError: It is none, or too long.
    """
    if len(line) > MAX_LINE_BYTES:
        raise ValueError("too long")
    try:
        event = decode(line.decode())
    except RecursionError:
        raise ValueError("too deep") from None
    if isinstance(event, dict):
        return event
    raise ValueError("no object")
