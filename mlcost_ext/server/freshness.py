"""Say how fresh AWS's answers are; what nobody has confirmed for long is not called ok."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from mlcost_ext.core.documents import AwsState, AwsStatus, KindState
from mlcost_ext.core.job import Problem
from mlcost_ext.core.times import time_from_text

STALE_SECONDS = {"viewed": 90.0, "background": 200.0, "asleep": 200.0}
"""About three polls of each pace, where one region is read and nothing slows the reader down."""
STALE_POLLS, MOST_STALE_SECONDS = 3, 300.0
"""Several regions share the calls, so each is read less often; what is older than five minutes is stale however that is."""
CLOCK_DIFFERS_SECONDS = 60.0

SLOWEST_SECONDS = 55
"""What is asked this seldom is called once a minute."""
ACTION = re.compile(r"\b(?:sagemaker|cloudwatch):[A-Za-z]{1,80}")

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """What is asked of AWS now, and how."""

    regions: Sequence[str]
    """The regions that are followed; none: there is nothing to ask."""
    own_region: str | None
    """The session's own: without it no total is known. None: it has none."""
    pace: str
    is_waking: bool
    """Whether the first answer since the reader was woken, or told of a new region, may still be under way."""
    trouble: Problem | None = None
    """Why the reader itself does not run."""
    can_enumerate: bool = True
    """False: nobody knows by what to look for jobs, so those that are seen need not be all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """The statuses of the regions that the one word is about."""

    statuses: Mapping[str, Status]
    read_at: datetime | None
    """When the one that was confirmed longest ago was; None: one of them never was."""
    is_old: bool

    @property
    def is_complete(self) -> bool:
        """Whether each region's first picture is there."""
        return all(status.get("first_picture") is not False for status in self.statuses.values())


def aws_state(statuses: Mapping[str, Status], asking: Asking, now: datetime) -> tuple[AwsState, list[Problem]]:
    """Sum the regions' last polls up: as old as the one that was confirmed longest ago.

    Args:
        statuses: The last status of each region, as the reader told it.
        asking: What is asked.
        now: AWS's time.
    """
    aside = set_aside(statuses, asking)
    told = told_of(statuses, [region for region in asking.regions if region not in aside], asking, now)
    status = sum_up(told, asking)
    answers = list(told.statuses.values())
    waits = [float(each["seconds_between_calls"]) for each in answers if is_number(each.get("seconds_between_calls"))]
    through, is_history_read = history_of(answers)
    state = AwsState(
        status=status,
        as_of=told.read_at if told.is_complete and asking.can_enumerate else None,
        mode=str(answers[0].get("mode")) if answers else None,
        calls_total=max((int(each.get("calls_total") or 0) for each in answers), default=0),
        seconds_between_calls=max(waits, default=None),
        history_through=through,
        is_history_read=is_history_read,
        kinds=kind_states(answers),
    )
    if asking.trouble is not None:
        return state, [asking.trouble]
    shared = shared_problem(statuses, asking.regions)
    found = [shared] if shared else named(told)
    unread = [] if shared else [unread_problem(region, statuses.get(region), asking) for region in sorted(aside)]
    others = [] if shared else [*kinds_denied(answers), *slowed(state)]
    return state, list(dict.fromkeys([*found, *silences(told, status, found), *unread, *others]))


def set_aside(statuses: Mapping[str, Status], asking: Asking) -> set[str]:
    """Give the regions besides the session's own that were never read: a mistyped one must not spoil the rest.

    Where that is all of them, none is set aside.
    """
    never = {r for r in asking.regions if r != asking.own_region and read_at(statuses.get(r)) is None}
    return set() if len(never) == len(asking.regions) else never


def told_of(statuses: Mapping[str, Status], regions: Sequence[str], asking: Asking, now: datetime) -> Told:
    told = {region: statuses[region] for region in regions if region in statuses}
    known = [when for status in told.values() if (when := read_at(status)) is not None]
    oldest = min(known) if known and len(known) == len(regions) else None
    is_old = oldest is not None and (now - oldest).total_seconds() > stale_seconds(told.values(), asking.pace)
    return Told(statuses=told, read_at=oldest, is_old=is_old)


def stale_seconds(statuses: Iterable[Status], pace: str) -> float:
    """Give the age from which on figures are not called fresh: after three polls that have told nothing, as often as they are."""
    polls = [float(each["poll_seconds"]) for each in statuses if is_number(each.get("poll_seconds"))]
    return max(STALE_SECONDS[pace], min(MOST_STALE_SECONDS, STALE_POLLS * max(polls, default=0.0)))


def sum_up(told: Told, asking: Asking) -> AwsStatus:
    """Give the one word for all regions; `loading` is a matter of seconds, or of a reading that goes on."""
    if asking.trouble is not None:
        return "failed"
    if not asking.regions or (asking.pace == "asleep" and (told.read_at is None or told.is_old)):
        return "off"
    problems = [problem for status in told.statuses.values() if (problem := problem_in(status))]
    is_silent = told.read_at is None and not problems
    if asking.is_waking and (told.is_old or is_silent):
        return "loading"
    is_unconfirmed = told.read_at is None or told.is_old or not asking.can_enumerate
    if is_unconfirmed or any(is_failure(problem) for problem in problems):
        return "failed"
    return "ok" if told.is_complete else "loading"


def shared_problem(statuses: Mapping[str, Status], regions: Sequence[str]) -> Problem | None:
    """Give the problem that all regions have, such as expired credentials."""
    problems = {problem_in(statuses.get(region)) for region in regions}
    return problems.pop() if len(problems) == 1 else None


def named(told: Told) -> list[Problem]:
    """Give the problems that only some regions have, with their region."""
    found = {region: problem for region, status in told.statuses.items() if (problem := problem_in(status))}
    return [replace(p, message=f"In {region}: {p.message}", subject=region) for region, p in found.items()]


def silences(told: Told, status: AwsStatus, said: list[Problem]) -> list[Problem]:
    """Say what AWS has not answered yet, or not for long where nothing else is told, and whether its clock differs."""
    found = []
    if status == "loading" or not told.is_complete:
        found.append(STILL_READING)
    if status == "failed" and (told.is_old or told.read_at is None) and not said and not found:
        found.append(NO_ANSWER)
    is_off = any(abs(clock_offset(each) or 0) >= CLOCK_DIFFERS_SECONDS for each in told.statuses.values())
    if is_off and all(problem.code != CLOCK_DIFFERS.code for problem in said):
        found.append(CLOCK_DIFFERS)
    return found


def unread_problem(region: str, status: Status | None, asking: Asking) -> Problem:
    """Say that the jobs of a region are not in the totals, and why."""
    told = problem_in(status)
    if told is None:
        if asking.is_waking or asking.pace == "asleep":
            return STILL_READING
        return Problem(
            code="region_unread",
            message=f"Jobs in {region} are not known and in no total: AWS has not answered for that region.",
            hint="Check the region's name where the launch was made; 'mlcost doctor' checks the connection.",
            subject=region,
        )
    message = f"Jobs in {region} are not known and in no total: {told.message}"
    return Problem(code="region_unread", message=message, hint=told.hint, subject=region)


def kind_states(answers: Sequence[Status]) -> list[KindState]:
    """Give how fresh each kind is: as old as the region that was confirmed longest ago; no time where one never was."""
    told = [kinds for each in answers if isinstance(kinds := each.get("kinds"), Mapping)]
    found = []
    for kind in sorted({str(kind) for kinds in told for kind in kinds}):
        times = [time_from_text(kinds.get(kind)) for kinds in told if kind in kinds]  # apps are one region's alone
        known = [when for when in times if when is not None]
        as_of = min(known) if known and len(known) == len(times) else None
        is_denied = any(problem.code == "permission_missing" for problem in kind_problems(answers, kind))
        found.append(KindState(kind=kind, as_of=as_of, is_denied=is_denied))
    return found


def kind_problems(answers: Sequence[Status], kind: str | None = None) -> list[Problem]:
    """Give what stands between a kind, or all of them, and its figures."""
    told = [problems for each in answers if isinstance(problems := each.get("kind_problems"), Mapping)]
    named_ones = [(str(name), problem) for problems in told for name, problem in problems.items() if isinstance(problem, Mapping)]
    return [problem_from(problem) for name, problem in named_ones if kind in (None, name)]


def kinds_denied(answers: Sequence[Status]) -> list[Problem]:
    """Say once which actions are denied that some kinds need; other problems of a kind as they are."""
    found = kind_problems(answers)
    actions = sorted({action for p in found if p.code == "permission_missing" for action in ACTION.findall(p.message)})
    rest = [problem for problem in found if problem.code != "permission_missing"]
    if not actions:
        return [*(p for p in found if p.code == "permission_missing"), *rest]
    denied = Problem(
        code="permission_missing",
        message=f"Not everything can be shown: this role lacks {', '.join(actions)}.",
        hint="Ask your administrator to allow these actions; everything else is not affected.",
    )
    return [denied, *rest]


def slowed(state: AwsState) -> list[Problem]:
    """Say that AWS is asked less often than it should be, since it wants it so."""
    if state.seconds_between_calls is None:
        return []
    seconds = round(state.seconds_between_calls)
    often = "once a minute" if seconds >= SLOWEST_SECONDS else f"every {seconds} seconds"
    problem = Problem(
        code="slowed",
        message=f"AWS says it is asked too often; it is asked {often} now, so figures are older than usual.",
        hint="Nothing needs to be done; the pace picks up by itself when AWS allows it.",
    )
    return [problem]


def history_of(answers: Sequence[Status]) -> tuple[datetime | None, bool]:
    """Give how far back every region's ended jobs were read, and whether all of them were."""
    told = [history for each in answers if isinstance(history := each.get("history"), Mapping)]
    times = [time_from_text(history.get("through")) for history in told]
    known = [when for when in times if when is not None]
    is_done = bool(told) and len(told) == len(answers) and all(history.get("is_done") is True for history in told)
    return max(known) if known and len(known) == len(answers) else None, is_done


def problem_in(status: Status | None) -> Problem | None:
    """Give the problem that a region's last poll met."""
    problem = status.get("problem") if status else None
    return problem_from(problem) if isinstance(problem, Mapping) else None


def is_failure(problem: Problem) -> bool:
    """Tell whether a problem means that the figures were not confirmed; a missing permission may have its way round."""
    return problem.code != "permission_missing"


def read_at(status: Status | None) -> datetime | None:
    """Give when AWS last told a region's jobs; None: it never has."""
    return time_from_text(status.get("as_of")) if status else None


def clock_offset(status: Status) -> float | None:
    """Give how far AWS's clock is ahead of this machine's, in seconds; None: not known."""
    value = status.get("clock_offset_seconds")
    return float(value) if is_number(value) and value is not None else None


def is_number(value: object) -> bool:
    """Tell a number from a truth value and from everything else."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def problem_from(document: Mapping[str, Any]) -> Problem:
    """Read a problem as the reader wrote it."""
    return Problem(code=str(document.get("code")), message=str(document.get("message")), hint=str(document.get("hint")))
