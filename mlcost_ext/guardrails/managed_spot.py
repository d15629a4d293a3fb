"""MC106: managed Spot is off where it would do, or on in a way that cannot work.

It would not do with kept instances, instance preferences or a training plan, for algorithms that AWS lets wait for an hour only
since they write no checkpoints, and where interruptions are expected to take more away than it saves (see MC107). It cannot work
with a wait that is shorter than the run, with one of more than an hour for these algorithms, or with kept instances.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from mlcost_ext.core.rule import Objection, Option, OptionValue, Proposal, Rule
from mlcost_ext.core.words import listed, span

from .docs import docs_url
from .options import number
from .request_parts import MAX_RUNTIME, MAX_WAIT, Place, inner, patch_of, text
from .spot_training import (
    CHECKPOINTS_NEED,
    FROM_HOURS,
    HOUR,
    KINDS,
    SHORT_WAIT_SECONDS,
    SPOT,
    SpotCase,
    cases,
    checkpoint_uri,
    is_dearer,
    wait_for,
    without_spot,
    writes_none,
)

KEEP = "KeepAlivePeriodInSeconds"
HINT = (
    "Turn it on: AWS may then interrupt the job and start it again, so let it write checkpoints to /opt/ml/checkpoints and go on "
    "from them."
)
HINT_BARE = (
    "Turn it on: AWS may then interrupt the job and start it anew, unless a CheckpointConfig says where to keep the checkpoints "
    "that it writes to /opt/ml/checkpoints."
)
HINT_ANEW = "Turn it on: AWS may then interrupt the job, which starts anew since this algorithm writes no checkpoints."


def judge(proposal: Proposal, options: Mapping[str, OptionValue]) -> tuple[Objection, ...]:
    """Object to jobs that could be on Spot, and to settings of Spot that AWS refuses."""
    found = cases(proposal)
    least = number(options, "from_hours") or Decimal(0)
    off = [case for case in found if case.seconds >= least * HOUR and would_do(proposal, case)]
    long = [case for case in found if case.run.is_spot and is_too_long(case)]
    short = [case for case in found if case.run.is_spot and (case.wait_seconds or 0) < case.limit_seconds and case not in long]
    kept = [case for case in found if case.run.is_spot and case.run.keep_alive_seconds]
    lone = [case for case in found if not case.run.is_spot and case.wait_seconds is not None and case not in off]
    return (
        *([_off(proposal, off)] if off else []),
        *([_short(proposal, short)] if short else []),
        *([_long(proposal, long)] if long else []),
        *([_kept(proposal, kept)] if kept else []),
        *([_lone(proposal, lone)] if lone else []),
    )


def would_do(proposal: Proposal, case: SpotCase) -> bool:
    """Tell whether AWS takes a job on Spot as well, and it is expected to be cheaper there.

    AWS refuses it with kept instances and instance preferences; on a training plan it saves nothing. Of an algorithm from
    elsewhere (`AlgorithmName`) nobody here knows whether it writes checkpoints, without which AWS lets it wait for an hour only.
    """
    run, algorithm = case.run, inner(case.part.members, "AlgorithmSpecification")
    if run.is_spot or run.keep_alive_seconds or len(run.ways) > 1 or any(each.is_prepaid for each in run.ways[0]):
        return False
    if text(algorithm, "AlgorithmName") is not None or wait_for(case.part, case.limit_seconds) is None:
        return False
    return not is_dearer(proposal.spot, case, has_checkpoints=not writes_none(case.part))


def is_too_long(case: SpotCase) -> bool:
    """Tell whether a job of an algorithm that writes no checkpoints may wait or run for longer than AWS lets it."""
    return writes_none(case.part) and max(case.wait_seconds or 0, case.limit_seconds) > SHORT_WAIT_SECONDS


def wait_seconds(case: SpotCase) -> int:
    """Give how long a job is to wait: as long as it may run once more, within what AWS allows."""
    return wait_for(case.part, case.limit_seconds) or case.limit_seconds


def _off(proposal: Proposal, off: Sequence[SpotCase]) -> Objection:
    changes = list[tuple[Place, Any]]()
    needs = set[str]()
    for case in off:
        own = 0 if is_too_long(case) else case.wait_seconds or 0
        condition = {MAX_RUNTIME: case.limit_seconds, MAX_WAIT: max(own, wait_seconds(case))}
        changes.append((case.part.place, {SPOT: True, "StoppingCondition": condition}))
        if needs_checkpoints(proposal, case):
            uri = checkpoint_uri(proposal.request, case.part)
            needs |= {CHECKPOINTS_NEED} if uri is None else set()
            changes += [] if uri is None else [((*case.part.place, "CheckpointConfig"), {"S3Uri": uri})]
    longest, fix = max(case.seconds for case in off), patch_of(proposal.request, changes)
    is_kept = all(case.has_checkpoints or writes_none(case.part) or needs_checkpoints(proposal, case) for case in off)
    is_limit = proposal.estimate.duration_seconds.basis == "stopping_condition"
    saves = "" if proposal.spot is None else f"; on EC2's spot market its type is {proposal.spot.percent} % cheaper on average"
    return Objection(
        message=f"Managed Spot is off for a job that {'may run' if is_limit else 'takes'} {span(longest)}{saves}.",
        hint=HINT_ANEW if all(writes_none(case.part) for case in off) else HINT if is_kept else HINT_BARE,
        fix=fix,
        needs=tuple(needs),
    )


def needs_checkpoints(proposal: Proposal, case: SpotCase) -> bool:
    """Tell whether a job may run so long that it is not to be on Spot without checkpoints, and has none."""
    if case.has_checkpoints or writes_none(case.part):
        return False
    return case.limit_seconds >= FROM_HOURS * HOUR or is_dearer(proposal.spot, case, has_checkpoints=False)


def _short(proposal: Proposal, short: Sequence[SpotCase]) -> Objection:
    places = listed([case.part.at("StoppingCondition", MAX_WAIT) for case in short])
    return Objection(
        message=f"AWS refuses a job on Spot that may wait less than it may run: {places} is missing or too short.",
        hint=f"Set {MAX_WAIT} to {MAX_RUNTIME} or more: it is waiting and running together.",
        fix=patch_of(proposal.request, [_condition(case, wait_seconds(case)) for case in short]),
        subject=MAX_WAIT,
    )


def _long(proposal: Proposal, long: Sequence[SpotCase]) -> Objection:
    """Object to what AWS refuses; where no wait would do, since the job may run for longer, the fix is to leave Spot out."""
    changes = list[tuple[Place, Any]]()
    for case in long:
        if wait_for(case.part, case.limit_seconds) is not None:
            changes.append(_condition(case, SHORT_WAIT_SECONDS))
        else:
            changes += without_spot(case.part)
    places = listed([case.part.at("StoppingCondition") for case in long])
    return Objection(
        message="AWS refuses a job on Spot of an algorithm that writes no checkpoints and may wait and run for more than an "
        f"hour: {places} {'allows' if len(long) == 1 else 'allow'} that.",
        hint=f"Set {MAX_WAIT} to {SHORT_WAIT_SECONDS} at most, or leave Spot out where the job needs longer.",
        fix=patch_of(proposal.request, changes),
        subject=SPOT,
    )


def _condition(case: SpotCase, wait: int) -> tuple[Place, dict[str, int]]:
    return (*case.part.place, "StoppingCondition"), {MAX_RUNTIME: case.limit_seconds, MAX_WAIT: wait}


def _kept(proposal: Proposal, kept: Sequence[SpotCase]) -> Objection:
    places = [(*case.part.place, "ResourceConfig", KEEP) for case in kept]
    return Objection(
        message=f"AWS keeps no instances warm of a job on Spot, but {KEEP} is {kept[0].run.keep_alive_seconds}.",
        hint="Leave it out, or leave Spot out where the next job is to start at once.",
        fix=patch_of(proposal.request, [(place, None) for place in places]),
        subject=KEEP,
    )


def _lone(proposal: Proposal, lone: Sequence[SpotCase]) -> Objection:
    places = [case.part.at("StoppingCondition", MAX_WAIT) for case in lone]
    changes = [((*case.part.place, "StoppingCondition", MAX_WAIT), None) for case in lone]
    return Objection(
        message=f"AWS takes {listed(places)} with managed Spot only, which is off.",
        hint="Leave it out, or turn managed Spot on.",
        fix=patch_of(proposal.request, changes),
        subject=MAX_WAIT,
    )


RULE = Rule(
    id="MC106",
    title="Managed Spot is off or cannot work",
    docs_url=docs_url("MC106"),
    practice="MLCOST04-BP06",
    kinds=KINDS,
    options=(
        Option(
            name="from_hours",
            kind="number",
            default=Decimal("0.5"),
            tighter="smaller",
            help="From how many hours, as expected or else as the stopping condition allows, a job is to be on Spot.",
            least=Decimal(0),
        ),
    ),
    judge=judge,
)
