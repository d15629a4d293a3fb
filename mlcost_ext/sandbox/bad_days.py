"""Bad days on demand: refusals, slow, broken and missing answers, for tests."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from threading import Lock

from mlcost_ext.sandbox.fault import Fault
from mlcost_ext.sandbox.names import CALLER_ARN

EVERY_OPERATION = "*"

# What can become of an answer on its way (mlcost_ext.sandbox.spoil).
SPOILS = ("reset", "cut", "cut_short", "garbage", "html", "wrong_type")

_STATUS = {
    "InternalFailure": 500,
    "ServiceUnavailable": 503,
}
_MESSAGES = {
    "AccessDeniedException": (
        "User: {caller} is not authorized to perform: {action} because no identity-based policy allows the {action} action"
    ),
    "ThrottlingException": "Rate exceeded",
    "ExpiredTokenException": "The security token included in the request is expired",
    "InternalFailure": "The request processing has failed because of an unknown error.",
}
_EXPLICIT = "User: {caller} is not authorized to perform: {action} with an explicit deny in an identity-based policy"
_DENIED = "AccessDeniedException"


@dataclass(slots=True, kw_only=True)
class BadDay:
    """What goes wrong with an operation."""

    operation: str  # "*" for every one
    code: str | None = None  # AWS's error code; None: no refusal
    message: str | None = None
    status: int | None = None
    hang_seconds: float = 0.0
    times: int | None = None  # how often; None for always
    chance: float = 1.0  # of befalling a call
    per_second: int | None = None  # befalls only the calls beyond so many
    per_minute: int | None = None
    spoil: str | None = None  # one of SPOILS; "html" with status
    path: str | None = None  # with wrong_type: the member; None: any
    is_explicit: bool = False  # a denial that a policy spells out
    calls: deque[datetime] = field(default_factory=deque, init=False)

    def __post_init__(self) -> None:
        """Take every wish at its word.

        Raises:
            ValueError: Where it makes no sense.
        """
        if self.spoil is not None and self.spoil not in SPOILS:
            raise ValueError(f"spoil is none of {', '.join(SPOILS)}")
        if self._allowed() is not None and self.code is None and self.spoil is None:
            self.code = "ThrottlingException"

    def fault(self, service: str, operation: str) -> Fault | None:
        """Make the refusal, if there is one."""
        if self.code is None:
            return None
        known = _EXPLICIT if self.is_explicit and self.code == _DENIED else _MESSAGES.get(self.code, self.code)
        message = self.message or known.format(action=f"{service}:{operation}", caller=CALLER_ARN)
        return Fault(self.code, message, self.status or _STATUS.get(self.code, 400))

    def befalls(self, now: datetime, random: Random) -> bool:
        """Say whether it befalls one more call, and count it."""
        if self.times == 0 or not self._is_beyond(now) or (self.chance < 1 and random.random() >= self.chance):
            return False
        if self.times is not None:
            self.times -= 1
        return True

    def concerns(self, operation: str) -> bool:
        """Say whether it is about an operation; letter case does not matter, as with IAM."""
        return self.operation == EVERY_OPERATION or self.operation.lower() == operation.lower()

    def _allowed(self) -> tuple[int, timedelta] | None:
        if self.per_second is not None:
            return self.per_second, timedelta(seconds=1)
        return None if self.per_minute is None else (self.per_minute, timedelta(minutes=1))

    def _is_beyond(self, now: datetime) -> bool:
        allowed = self._allowed()
        if allowed is None:
            return True
        count, span = allowed
        while self.calls and not now - span < self.calls[0] <= now:
            self.calls.popleft()
        if len(self.calls) >= count:
            return True
        self.calls.append(now)
        return False


@dataclass(slots=True, kw_only=True)
class BadDays:
    """The bad days in force."""

    sleep: Callable[[float], None] = time.sleep
    days: list[BadDay] = field(default_factory=list)
    random: Random = field(default_factory=lambda: Random(0))  # noqa: S311 - dice for tests
    lock: Lock = field(default_factory=Lock)

    def befall(self, service: str, operation: str, now: datetime) -> list[BadDay]:
        """Let whatever is in force for an operation happen to a call.

        Returns:
            What is going to happen to its answer.

        Raises:
            Fault: Where a bad day is a refusal.
        """
        with self.lock:
            today = [day for day in self.days if day.concerns(operation) and day.befalls(now, self.random)]
        for day in today:
            if day.hang_seconds:
                self.sleep(day.hang_seconds)
            fault = None if day.spoil else day.fault(service, operation)
            if fault is not None:
                raise fault
        return [day for day in today if day.spoil]

    def denial_of(self, action: str) -> str | None:
        """Say how IAM's simulator decides about an action, such as ``sagemaker:Search``; ``None`` where it is allowed."""
        _, _, operation = action.rpartition(":")
        denials = [day.is_explicit for day in self.days if day.code == _DENIED and day.times != 0 and _is_covered(day, operation)]
        if not denials:
            return None
        return "explicitDeny" if any(denials) else "implicitDeny"


def _is_covered(day: BadDay, operation: str) -> bool:
    """Say whether an action, which may end in ``*``, is denied in part at least."""
    if operation.endswith("*"):
        return day.operation.lower().startswith(operation[:-1].lower()) or day.operation == EVERY_OPERATION
    return day.concerns(operation)
