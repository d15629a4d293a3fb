"""Aware UTC times in and out of text, and spans as exact seconds."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from decimal import Decimal

UTC = timezone.utc
MICROSECOND = timedelta(microseconds=1)


def time_from_text(text: object) -> datetime | None:
    """Read an ISO-8601 time with its zone; anything else gives None, never a guess."""
    if not isinstance(text, str):
        return None
    try:
        value = datetime.fromisoformat(text.replace("Z", "+00:00"))
        return value.astimezone(UTC) if value.tzinfo else None
    except (ValueError, OverflowError):  # the latter: outside the years 1 to 9999 once in UTC
        return None


def time_to_text(value: datetime) -> str:
    """Write a time in UTC with a ``Z``, with as many digits as it has."""
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


def exact_seconds(span: timedelta) -> Decimal:
    """Give a span in seconds, exact to the microsecond."""
    return Decimal(span // MICROSECOND).scaleb(-6)
