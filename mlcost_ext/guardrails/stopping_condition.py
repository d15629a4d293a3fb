"""MC103: a job without a stopping condition, or with one that is too long.

A processing job that has none, as SDKs send it, is within a policy that allows 24 hours or more: AWS's own limit ends it by then.
Proposed is twice what nine of ten earlier runs took, in steps of ten minutes; without earlier runs the longest that is allowed,
or AWS's own 24 hours if that is less and the job has none. Of an AutoML job the limit of the whole job counts, and AWS has none
of its own. Batch transform jobs have no stopping condition that could be set.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_FLOOR, Decimal
from typing import Any

from mlcost_ext.core.rule import Objection, Option, OptionValue, Proposal, Rule
from mlcost_ext.core.words import listed, span

from .docs import docs_url
from .options import number
from .request_parts import (
    MAX_RUNTIME,
    MAX_WAIT,
    MOST_RUN_SECONDS,
    USUAL_RUN_SECONDS,
    Part,
    Place,
    inner,
    job_parts,
    limit_patch,
    patch_of,
    whole,
)
from .spot_training import SPOT, wait_for, without_spot

MAX_HOURS = "max_runtime_hours"
HOUR = Decimal(3600)
STEP_SECONDS = 600
WHOLE_LIMIT = "MaxAutoMLJobRuntimeInSeconds"
CRITERIA = "CompletionCriteria"
ABSENT = "{} {} missing, so that only AWS's own limit of 24 h holds"
LONG = "{} {} {}, above the {} that are allowed here"


def judge(proposal: Proposal, options: Mapping[str, OptionValue]) -> tuple[Objection, ...]:
    """Object to jobs that nothing but AWS's own limit ends, and to limits above the policy's."""
    hours = number(options, MAX_HOURS)
    most = None if hours is None else int((hours * HOUR).to_integral_value(rounding=ROUND_FLOOR))
    if proposal.kind == "automl":
        return _of_automl(proposal, most)
    if inner(proposal.request, "ServerlessJobConfig"):
        return ()  # billed by its tokens, however long it takes
    parts = job_parts(proposal.kind, proposal.request)
    is_enough = proposal.kind == "processing" and most is not None and most >= USUAL_RUN_SECONDS
    absent = [part for part in parts if limit_of(part) is None and not is_enough]
    long = [part for part in parts if most is not None and (limit_of(part) or 0) > most]
    if not absent and not long:
        return ()
    places = [each.at("StoppingCondition", MAX_RUNTIME) for each in absent]
    told = [ABSENT.format(listed(places), "is" if len(places) == 1 else "are")] if places else []
    if long and most is not None:
        places = [each.at("StoppingCondition", MAX_RUNTIME) for each in long]
        longest = span(max(limit_of(part) or 0 for part in long))
        told.append(LONG.format(listed(places), "allows" if len(places) == 1 else "allow", longest, span(most)))
    changes = [change for part in (*absent, *long) for change in _changes(proposal, parts.index(part), part, most)]
    return (Objection(message=f"{'; '.join(told)}.", hint=_hint(proposal, most), fix=patch_of(proposal.request, changes)),)


def limit_of(part: Part) -> int | None:
    """Give a job's own stopping condition, in seconds; None: it has none."""
    return whole(inner(part.members, "StoppingCondition"), MAX_RUNTIME)


def wished_seconds(proposal: Proposal, index: int, most: int | None) -> int:
    """Give the stopping condition that is proposed: twice what nine of ten earlier runs took, else the longest allowed.

    Where a job has none AWS's own holds, and without earlier runs what is proposed is never longer than that.

    Args:
        proposal: The launch.
        index: Which of its jobs: earlier runs are known of the first.
        most: What the policy allows, in seconds; None: any, and the job has no stopping condition.
    """
    usual = proposal.estimate.duration_seconds.percentile_90 if index == 0 else None
    is_absent = limit_of(job_parts(proposal.kind, proposal.request)[index]) is None
    seconds = most if most is not None and not is_absent else min(most or USUAL_RUN_SECONDS, USUAL_RUN_SECONDS)
    if usual is not None:
        wished = -(-2 * usual // STEP_SECONDS) * STEP_SECONDS
        seconds = wished if most is None else min(wished, most)
    return min(seconds, MOST_RUN_SECONDS[proposal.kind])


def _changes(proposal: Proposal, index: int, part: Part, most: int | None) -> list[tuple[Place, Any]]:
    """Give the changes that bound a job, with a wait for Spot that is never less; where AWS allows none that long, no Spot."""
    seconds, own = wished_seconds(proposal, index, most), whole(inner(part.members, "StoppingCondition"), MAX_WAIT)
    if part.members.get(SPOT) is not True:
        return [limit_patch(part, seconds)]
    wait = wait_for(part, seconds, own)
    limited = limit_patch(part, seconds, wait)
    return [limited] if wait is not None else [limited, *without_spot(part)]


def _hint(proposal: Proposal, most: int | None) -> str:
    usual = proposal.estimate.duration_seconds.percentile_90
    if usual is not None and most is not None and usual > most:
        return f"Nine of ten earlier runs took up to {span(usual)}: make it shorter, or ask for an exception."
    known = f": nine of ten earlier runs took up to {span(usual)}" if usual is not None else ""
    return f"Set a stopping condition that is a little above what the job needs{known}."


def _of_automl(proposal: Proposal, most: int | None) -> tuple[Objection, ...]:
    """Judge an AutoML job by what ends the whole of it: limits of its candidates do not end what prepares their data."""
    place, criteria = completion_criteria(proposal.request)
    told = whole(criteria, WHOLE_LIMIT)
    if told is not None and (most is None or told <= most):
        return ()
    where = ".".join((*place, WHOLE_LIMIT))
    message = (
        f"{where} is missing, so that nothing bounds the whole job."
        if told is None
        else f"{where} allows {span(told)}, above the {span(most or 0)} that are allowed here."
    )
    return (
        Objection(
            message=message,
            hint="Set it: the job then ends with the best model that it has found by then.",
            fix=patch_of(proposal.request, [(place, {WHOLE_LIMIT: most or USUAL_RUN_SECONDS})]),
        ),
    )


def completion_criteria(request: Mapping[str, object]) -> tuple[tuple[str, ...], Mapping[str, object]]:
    """Give where an AutoML job's completion criteria stand, and what is there; the second version has them by type of problem."""
    problem = inner(request, "AutoMLProblemTypeConfig")
    name = next((key for key in problem if inner(problem, key) or problem[key] == {}), None)
    place = ("AutoMLJobConfig", CRITERIA) if name is None else ("AutoMLProblemTypeConfig", name, CRITERIA)
    return place, inner(request, *place)


RULE = Rule(
    id="MC103",
    title="No stopping condition, or a long one",
    docs_url=docs_url("MC103"),
    practice="MLCOST04-BP08",
    kinds=("training", "tuning", "processing", "automl"),
    options=(
        Option(
            name=MAX_HOURS,
            kind="number",
            default=None,
            tighter="smaller",
            help="The longest that a job may be allowed to run, in hours; without it only a missing stopping condition counts.",
            least=Decimal("0.1"),
            may_be_none=True,
        ),
    ),
    judge=judge,
)
