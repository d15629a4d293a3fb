"""How often AWS is asked: often while somebody looks, seldom otherwise, and less where AWS says it is too much."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

Pace = Literal["viewed", "background", "asleep"]
Random = Callable[[], float]
"""Gives a number from 0 up to, not including, 1."""

SECONDS = {"viewed": 10.0, "background": 60.0}
"""Between two polls; "asleep" has none."""
JITTER_FRACTION = 0.1
MAX_BACK_OFF_SECONDS = 60.0


def poll_seconds(pace: Pace, random: Random) -> float:
    """Give the seconds until the next poll, up to a tenth more or less, so that readers do not march in step."""
    return jittered(SECONDS.get(pace, MAX_BACK_OFF_SECONDS), random)


def back_off_seconds(pace: Pace, failures: int, random: Random) -> float:
    """Give the seconds until the next try after so many throttled ones in a row (1 or more): doubled up to a minute."""
    doubled = SECONDS["viewed"] * 2.0 ** min(failures, 10)
    return jittered(max(SECONDS.get(pace, 0.0), min(MAX_BACK_OFF_SECONDS, doubled)), random)


def jittered(seconds: float, random: Random) -> float:
    """Move a span by up to a tenth."""
    return seconds * (1 + JITTER_FRACTION * (2 * random() - 1))
