"""The faults that AWS and the way to it can have, and what must be said of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import Any

from mlcost_ext.aws.reader.permissions import FORGOTTEN_SECONDS

Wish = Mapping[str, Any]
ALL = "*"
NO_LAG = timedelta(0)
POLL_SECONDS = 60.0
"""Within which everything is right again once AWS is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """One kind of bad day."""

    name: str
    wishes: tuple[Wish, ...] = ()
    codes: frozenset[str] = frozenset()
    """One of these is said, once it has lasted longer than figures are called fresh; none: AWS can still be read."""
    lag: timedelta = NO_LAG
    is_doubtful: bool = False
    """Answers that look whole lack things: what they do not tell nobody can know."""
    recovery_seconds: float = POLL_SECONDS


def day(name: str, *codes: str, recovery_seconds: float = POLL_SECONDS, **wish: Any) -> Day:
    """Let one thing befall every call."""
    wishes = ({"operation": ALL, **wish},)
    return Day(name=name, wishes=wishes, codes=frozenset(codes), recovery_seconds=recovery_seconds)


def denied(*operations: str) -> Day:
    """Let a role lack some permissions."""
    wishes = tuple({"operation": operation, "code": "AccessDeniedException"} for operation in operations)
    # What is denied is left alone for five minutes, and then tried with the next reading; what nothing is to be read by any
    # more is said for fifteen.
    seconds = FORGOTTEN_SECONDS + 45.0 if any(operation.startswith("Describe") for operation in operations) else 345.0
    name, codes = f"denied {' '.join(operations)}", frozenset({"permission_missing"})
    return Day(name=name, wishes=wishes, codes=codes, recovery_seconds=seconds)


THROTTLED_RECOVERY_SECONDS = 60.0 + 30.0 + 15.0 + 7.5 + POLL_SECONDS
"""Half the wait after each call that is answered, from a minute down; the document says how long it is."""

IN_TURN = (
    day(
        "throttled by rate",
        "throttled",
        "slowed",
        per_minute=1,
        code="ThrottlingException",
        recovery_seconds=THROTTLED_RECOVERY_SECONDS,
    ),
    day("500", "aws_error", code="InternalFailure"),
    day("503", "aws_error", code="ServiceUnavailable"),
    day("502 as a web page", "aws_error", spoil="html", status=502),
    day("a sign-in page of a proxy", "aws_error", spoil="html", status=200),
    day("hang", "network_unreachable", hang_seconds=14),
    day("connection reset", "network_unreachable", spoil="reset"),
    day("truncated, length of the whole", "network_unreachable", "aws_error", spoil="cut"),
    day("truncated, length of the part", "aws_error", spoil="cut_short"),
    day("garbage", "aws_error", spoil="garbage"),
    day("a list of the wrong type", "aws_error", spoil="wrong_type", path="Results"),
    day("expired token", "credentials_expired", code="ExpiredTokenException"),
)
"""Each befalls everything, so that AWS cannot be read at all."""

BESIDE = (
    Day(name="index 30 s late", lag=timedelta(seconds=30)),
    Day(
        name="some member of the wrong type",
        wishes=({"operation": ALL, "spoil": "wrong_type"},),
        is_doubtful=True,
    ),
)
"""AWS can be read all the time."""

DENIED = (
    denied("Search"),
    denied("Search", "ListTags"),
    denied("DescribeTrainingJob", "DescribeEndpoint", "DescribeEndpointConfig"),
    denied("ListProcessingJobs", "ListApps", "GetMetricData"),
)

CHANCES = (
    {"operation": ALL, "code": "ThrottlingException", "chance": 0.3},
    {"operation": ALL, "per_second": 1, "code": "ThrottlingException"},
    {"operation": ALL, "code": "InternalFailure", "chance": 0.4},
    {"operation": ALL, "spoil": "html", "status": 502, "chance": 0.3},
    {"operation": ALL, "hang_seconds": 4.0, "chance": 0.3},
    {"operation": ALL, "hang_seconds": 13.0, "chance": 0.15},
    {"operation": ALL, "spoil": "reset", "chance": 0.3},
    {"operation": ALL, "spoil": "cut", "chance": 0.3},
    {"operation": ALL, "spoil": "cut_short", "chance": 0.3},
    {"operation": ALL, "spoil": "garbage", "chance": 0.3},
    {"operation": "Search", "code": "ExpiredTokenException", "chance": 0.3},
    {"operation": "DescribeTrainingJob", "spoil": "reset", "chance": 0.6},
)
"""What a mix is made of; none makes whole answers wrong, so everything that is shown can be held against the truth."""


def mix(random: Random) -> Day:
    """Put two to four together, and at times a late index."""
    wishes = tuple(random.sample(CHANCES, random.choice((2, 3, 4))))
    lag = timedelta(seconds=random.choice((0, 0, 15)))
    names = [str(wish.get("code") or wish.get("spoil") or "hang") for wish in wishes]
    recovery = THROTTLED_RECOVERY_SECONDS
    return Day(name=f"mix of {', '.join(names)}, lag {lag.seconds} s", wishes=wishes, lag=lag, recovery_seconds=recovery)
