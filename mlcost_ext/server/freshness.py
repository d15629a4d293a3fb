"""Say how fresh AWS's answers are; what nobody has confirmed for long is not called ok."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from mlcost_ext.core.documents import AwsState, AwsStatus
from mlcost_ext.core.job import Problem
from mlcost_ext.core.times import time_from_text

STALE_SECONDS = {"viewed": 45.0, "background": 200.0, "asleep": 200.0}
"""About three polls of each pace."""
CLOCK_DIFFERS_SECONDS = 60.0

Status = Mapping[str, Any]

STILL_READING = Problem(
    code="reading",
    message="Jobs are still being read from AWS; totals are not complete.",
    hint="This takes a few seconds; the figures fill in by themselves.",
)
NO_ANSWER = Problem(
    code="network_unreachable",
    message="AWS has not answered for a while; the figures are those of its last answer.",
    hint="They fill in by themselves when it answers; 'mlcost doctor' checks the connection.",
)
CLOCK_DIFFERS = Problem(
    code="clock_differs",
    message="This machine's clock differs from AWS's by more than a minute.",
    hint="Set the clock; costs are counted by AWS's time meanwhile.",
)


def aws_state(
    statuses: Mapping[str, Status], regions: Sequence[str], now: datetime, *, pace: str, is_waking: bool
) -> tuple[AwsState, list[Problem]]:
    """Sum the regions' last polls up: as old as the one that was confirmed longest ago.

    Args:
        statuses: The last status of each region, as the reader told it.
        regions: The regions that are followed; none: there is nothing to ask.
        now: AWS's time.
        pace: How eagerly AWS is asked now.
        is_waking: Whether the first answer since the reader was woken may still be under way.
    """
    told = [statuses[region] for region in regions if region in statuses]
    times = [time_from_text(status.get("as_of")) for status in told]
    known = [when for when in times if when is not None]
    as_of = min(known) if known and len(known) == len(regions) else None
    is_old = as_of is not None and (now - as_of).total_seconds() > STALE_SECONDS[pace]
    status = sum_up(told, regions, as_of, is_old=is_old, pace=pace, is_waking=is_waking)
    state = AwsState(
        status=status,
        as_of=as_of,
        mode=str(told[0].get("mode")) if told else None,
        calls_total=max((int(each.get("calls_total") or 0) for each in told), default=0),
    )
    return state, problems_of(told, status, is_old=is_old)


def sum_up(
    told: list[Status], regions: Sequence[str], as_of: datetime | None, *, is_old: bool, pace: str, is_waking: bool
) -> AwsStatus:
    """Give the one word for all regions."""
    if not regions or (pace == "asleep" and (as_of is None or is_old)):
        return "off"
    if is_waking and (is_old or len(told) < len(regions)):
        return "loading"
    if any(is_failure(status.get("problem")) for status in told):
        return "failed"
    if len(told) < len(regions) or any(is_unfinished(status) for status in told):
        return "loading"
    return "failed" if as_of is None or is_old else "ok"


def problems_of(told: list[Status], status: AwsStatus, *, is_old: bool) -> list[Problem]:
    """Give what stands between the figures and the truth."""
    found = [problem_from(each["problem"]) for each in told if isinstance(each.get("problem"), Mapping)]
    if status == "loading" or any(each.get("first_picture") is False for each in told):
        found.append(STILL_READING)
    if status == "failed" and is_old and not found:
        found.append(NO_ANSWER)
    if any(abs(clock_offset(each)) >= CLOCK_DIFFERS_SECONDS for each in told):
        found.append(CLOCK_DIFFERS)
    return list(dict.fromkeys(found))


def is_failure(problem: object) -> bool:
    """Tell whether a problem means that the figures were not confirmed; a missing permission may have its way round."""
    return isinstance(problem, Mapping) and problem.get("code") != "permission_missing"


def is_unfinished(status: Status) -> bool:
    """Tell whether a region has not been read once, and nothing says why."""
    return status.get("as_of") is None and not isinstance(status.get("problem"), Mapping)


def clock_offset(status: Status) -> float:
    """Give how far AWS's clock is ahead of this machine's, in seconds; 0 where it is not known."""
    value = status.get("clock_offset_seconds")
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else 0.0


def problem_from(document: Mapping[str, Any]) -> Problem:
    """Read a problem as the reader wrote it."""
    return Problem(code=str(document.get("code")), message=str(document.get("message")), hint=str(document.get("hint")))
