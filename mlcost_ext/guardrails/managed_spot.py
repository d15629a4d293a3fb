"""MC106: managed Spot is off where it would do, or on in a way that cannot work.

It would not do with kept instances, instance preferences or a training plan, for algorithms that AWS lets wait for an hour only
since they write no checkpoints, and where interruptions are expected to take more away than it saves (see MC107).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from mlcost_ext.core.rule import Objection, Option, OptionValue, Proposal, Rule
from mlcost_ext.core.words import listed, span

from .docs import docs_url
from .options import number
from .request_parts import MAX_RUNTIME, MAX_WAIT, MOST_RUN_SECONDS, Place, inner, patch_of, text
from .spot_training import CHECKPOINTS_NEED, FROM_HOURS, HOUR, KINDS, SpotCase, cases, checkpoint_uri, is_dearer, writes_none

KEEP = "KeepAlivePeriodInSeconds"
SHORT_WAIT_SECONDS = 3600
"""How long AWS lets algorithms wait that write no checkpoints."""
HINT = (
    "Turn it on: AWS may then interrupt the job and start it again, so let it write checkpoints to /opt/ml/checkpoints and go on "
    "from them."
)
HINT_ANEW = "Turn it on: AWS may then interrupt the job, which starts anew since this algorithm writes no checkpoints."


def judge(proposal: Proposal, options: Mapping[str, OptionValue]) -> tuple[Objection, ...]:
    """Object to jobs that could be on Spot, and to settings of Spot that AWS refuses."""
    found = cases(proposal)
    least = number(options, "from_hours") or Decimal(0)
    off = [case for case in found if case.seconds >= least * HOUR and would_do(proposal, case)]
    short = [case for case in found if case.run.is_spot and (case.wait_seconds or 0) < case.limit_seconds]
    kept = [case for case in found if case.run.is_spot and case.run.keep_alive_seconds]
    lone = [case for case in found if not case.run.is_spot and case.wait_seconds is not None and case not in off]
    return (
        *([_off(proposal, off)] if off else []),
        *([_short(proposal, short)] if short else []),
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
    if text(algorithm, "AlgorithmName") is not None or case.limit_seconds > most_wait_seconds(case):
        return False
    return not is_dearer(proposal.spot, case, has_checkpoints=not writes_none(case.part))


def most_wait_seconds(case: SpotCase) -> int:
    """Give how long AWS lets a job wait at most."""
    return SHORT_WAIT_SECONDS if writes_none(case.part) else MOST_RUN_SECONDS["training"]


def wait_seconds(case: SpotCase) -> int:
    """Give how long a job is to wait: as long as it may run once more, within what AWS allows."""
    return max(case.limit_seconds, min(2 * case.limit_seconds, most_wait_seconds(case)))


def _off(proposal: Proposal, off: Sequence[SpotCase]) -> Objection:
    changes = list[tuple[Place, Any]]()
    needs = set[str]()
    for case in off:
        condition = {MAX_RUNTIME: case.limit_seconds, MAX_WAIT: max(case.wait_seconds or 0, wait_seconds(case))}
        changes.append((case.part.place, {"EnableManagedSpotTraining": True, "StoppingCondition": condition}))
        if needs_checkpoints(proposal, case):
            uri = checkpoint_uri(proposal.request, case.part)
            needs |= {CHECKPOINTS_NEED} if uri is None else set()
            changes += [] if uri is None else [((*case.part.place, "CheckpointConfig"), {"S3Uri": uri})]
    longest = max(case.seconds for case in off)
    is_limit = proposal.estimate.duration_seconds.basis == "stopping_condition"
    saves = "" if proposal.spot is None else f"; on EC2's spot market its type is {proposal.spot.percent} % cheaper on average"
    return Objection(
        message=f"Managed Spot is off for a job that {'may run' if is_limit else 'takes'} {span(longest)}{saves}.",
        hint=HINT_ANEW if all(writes_none(case.part) for case in off) else HINT,
        fix=patch_of(proposal.request, changes),
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
