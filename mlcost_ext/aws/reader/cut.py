"""Cut AWS's descriptions down to what a cost follows from. Hyperparameters and environment never pass.

Every value is checked; what is not of its type is left out, since a missing figure is shown as missing
and a wrong one as if it were right.
"""

from __future__ import annotations

import math
import re
import threading
from collections.abc import Callable, Mapping
from datetime import datetime, timezone
from typing import Any

Cut = Callable[[Any], Any]
"""Gives the value to hand on; None: leave it out."""
Cuts = Mapping[str, Cut]
"""The members of a structure that are handed on."""

MAX_TEXT = 256
MAX_REASON = 500
MAX_TAGS = 60
MAX_ARN = 512
MAX_ITEMS = 20
MAX_WHOLE = 2**53

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


def text(value: Any, limit: int = MAX_TEXT) -> str | None:
    """Pass a non-empty text, cut, without control characters."""
    if not isinstance(value, str):
        return None
    clean = _CONTROL.sub(" ", value[: 4 * limit]).encode("utf-8", "replace").decode("utf-8")
    return clean[:limit] or None


def whole(value: Any) -> int | None:
    """Pass a whole number of zero or more; AWS's JSON writes some as 3600.0."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool):
        return None
    return value if 0 <= value < MAX_WHOLE else None


def number(value: Any) -> float | int | None:
    """Pass a finite number of zero or more, such as half a processor core."""
    if not isinstance(value, (int, float)) or isinstance(value, bool) or not math.isfinite(value):
        return None
    return value if 0 <= value < MAX_WHOLE else None


def flag(value: Any) -> bool | None:
    """Pass a boolean."""
    return value if isinstance(value, bool) else None


def moment(value: Any) -> datetime | None:
    """Read a time: seconds since 1970 as on the wire, an aware datetime, or ISO-8601 text with its zone."""
    try:
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return datetime.fromtimestamp(value, timezone.utc) if math.isfinite(value) else None
        if isinstance(value, str):
            value = datetime.fromisoformat(value.replace("Z", "+00:00"))
        if isinstance(value, datetime) and value.tzinfo is not None:
            return value.astimezone(timezone.utc)
    except (ValueError, OverflowError, OSError):
        return None
    return None


def time(value: Any) -> str | None:
    """Pass a time as ISO-8601 in UTC with a Z."""
    read = moment(value)
    return None if read is None else read.isoformat().replace("+00:00", "Z")


UNREADABLE = "unreadable"


def start(value: Any) -> str | None:
    """Pass the time from which on something is billed; where it cannot be read a text that is no time.

    Without it a job would look as if it had not begun, and cost nothing.
    """
    return None if value is None else time(value) or UNREADABLE


class Drops(threading.local):
    """How many members were left out since they were not of their type, in this thread."""

    count = 0


DROPS = Drops()


def structure(source: Any, cuts: Cuts) -> dict[str, Any] | None:
    """Pass the members that have a cut and survive it."""
    if not isinstance(source, Mapping):
        return None
    passed: dict[str, Any] = {}
    for key, cut in cuts.items():
        value = cut(source[key]) if key in source else None
        if value is not None:
            passed[key] = value
        elif source.get(key) not in (None, ""):
            DROPS.count += 1
    return passed


def structures(value: Any, cuts: Cuts, limit: int) -> list[dict[str, Any]] | None:
    """Pass a list of structures, broken ones empty; None where it is too long, since a part would look like the whole."""
    if not isinstance(value, (list, tuple)) or len(value) > limit:
        return None
    cut = [structure(item, cuts) for item in value]
    return [item or {} for item in cut]


def part(cuts: Cuts) -> Cut:
    """Give the cut of a member that is a structure."""
    return lambda value: structure(value, cuts)


def parts(cuts: Cuts, limit: int) -> Cut:
    """Give the cut of a member that is a list of structures, of at most `limit` items."""
    return lambda value: structures(value, cuts, limit)


def reason(value: Any) -> str | None:
    """Pass what AWS says went wrong, which may be long."""
    return text(value, MAX_REASON)


def arn(value: Any) -> str | None:
    """Pass an ARN."""
    return text(value, MAX_ARN)


def arns(value: Any) -> list[str] | None:
    """Pass a list of ARNs; None where it is too long, or where something else stands in it."""
    if not isinstance(value, list) or len(value) > MAX_ITEMS:
        return None
    passed = [arn(item) for item in value]
    return [item for item in passed if item] if all(passed) else None


def tags(value: Any) -> dict[str, str] | None:
    """Turn AWS's list of tags into a mapping; None where there is no list."""
    if not isinstance(value, list):
        return None
    pairs = [(item.get("Key"), item.get("Value")) for item in value[:MAX_TAGS] if isinstance(item, Mapping)]
    return {key[:128]: worth[:256] for key, worth in pairs if isinstance(key, str) and isinstance(worth, str)}
