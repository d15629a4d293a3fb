"""Bad days on demand: refusals, slow answers and broken descriptions, for tests."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from mlcost_ext.sandbox.account import Account
from mlcost_ext.sandbox.fault import Fault
from mlcost_ext.sandbox.names import CALLER_ARN, REGION_ID
from mlcost_ext.sandbox.seed import raw_job

EVERY_OPERATION = "*"

_STATUS = {
    "InternalFailure": 500,
    "ServiceUnavailable": 503,
}
_MESSAGES = {
    "AccessDeniedException": (
        "User: {caller} is not authorized to perform: sagemaker:{operation} "
        "because no identity-based policy allows the sagemaker:{operation} action"
    ),
    "ThrottlingException": "Rate exceeded",
    "ExpiredTokenException": "The security token included in the request is expired",
    "InternalFailure": "The request processing has failed because of an unknown error.",
}


@dataclass(slots=True, kw_only=True)
class BadDay:
    """What goes wrong with an operation."""

    operation: str  # "*" for every one
    code: str | None = None  # AWS's error code; None: only slow
    message: str | None = None
    status: int | None = None
    hang_seconds: float = 0.0
    times: int | None = None  # how often; None for always

    def fault(self, operation: str) -> Fault | None:
        """Make the refusal, if there is one."""
        if self.code is None:
            return None
        message = self.message or _MESSAGES.get(self.code, self.code).format(operation=operation, caller=CALLER_ARN)
        return Fault(self.code, message, self.status or _STATUS.get(self.code, 400))


@dataclass(slots=True, kw_only=True)
class BadDays:
    """The bad days in force."""

    sleep: Callable[[float], None] = time.sleep
    days: list[BadDay] = field(default_factory=list)

    def befall(self, operation: str) -> None:
        """Let whatever is in force for an operation happen to it.

        Raises:
            Fault: Where the bad day is a refusal.
        """
        for day in list(self.days):
            if day.operation not in {operation, EVERY_OPERATION} or day.times == 0:
                continue
            if day.times is not None:
                day.times -= 1
            if day.hang_seconds:
                self.sleep(day.hang_seconds)
            fault = day.fault(operation)
            if fault is not None:
                raise fault


def order(account: Account, bad_days: BadDays, wish: Mapping[str, Any]) -> None:
    """Carry out a control message.

    ``{"clear": true}`` ends all bad days; ``{"raw_job": {...}, "region_id": ...}`` adds a job whose
    description is overlaid with those members (null leaves one out); anything else is a BadDay.

    Raises:
        ValueError: Where the message makes no sense.
    """
    if wish.get("clear"):
        bad_days.days.clear()
    elif "raw_job" in wish:
        account.is_sound = False
        account.add(raw_job(account, wish["raw_job"], str(wish.get("region_id", REGION_ID))))
    else:
        try:
            bad_days.days.append(BadDay(**wish))
        except TypeError as error:
            raise ValueError(str(error)) from None
