"""What brings a job within a limit of its cost: instances kept for less, a shorter stopping condition, fewer tuning jobs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal
from typing import Any

from mlcost_ext.core.money import EXACT
from mlcost_ext.core.planned import PlannedRun
from mlcost_ext.core.rule import Proposal
from mlcost_ext.core.words import span

from .cost_parts import is_well_known, judged_cost, kept_cost
from .request_parts import KEEP_ALIVE, MAX_RUNTIME, MOST_RUN_SECONDS, Place, inner, job_parts, limit_patch, patch_of, whole
from .tuning_bounds import CONFIG, LIMITS, NUMBER, PARALLEL, strategy_of

LEAST_SECONDS = 3600
"""A stopping condition below it mends nothing."""
LEAST_JOBS = 2
"""One job alone tunes nothing."""
MINUTE = 60
NOT_KEPT = f"leave {KEEP_ALIVE} out"
DONE = "the job is done by then"
SLACK = Decimal("0.000001")
"""For the rounding of each line's cost to 10⁻⁹."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What to do, in a sentence, and the merge patch of the request that does it."""

    hint: str
    fix: Mapping[str, Any]


def change_within(proposal: Proposal, limit: Decimal) -> Change | None:
    """Give what brings a job within a limit: instances kept for less, else not kept, and shorter or fewer runs.

    None where that would take stopping conditions below an hour or end runs that earlier ones say are still at work; and where
    one stopping condition does not decide alone: of several definitions, and of kept instances of several preferences.
    """
    runs, cost = proposal.planned.runs, judged_cost(proposal.estimate)
    run = runs[0]
    if proposal.kind not in MOST_RUN_SECONDS or len(runs) != 1 or cost is None or run.max_runtime_in_seconds is None:
        return None
    if len(run.ways) > 1 and run.keep_alive_seconds:
        return None
    kept, room = kept_cost(proposal.estimate), limit - SLACK
    ran = cost - kept
    if kept and ran <= room:
        minutes = _floor(EXACT.divide((room - ran) * run.keep_alive_seconds, kept * MINUTE))
        return _change(proposal, keep_seconds=minutes * MINUTE)
    if room <= 0 or ran <= 0:
        return None
    keep_seconds = 0 if kept else None
    seconds = _shorter_limit(proposal, run, EXACT.divide(room, ran))
    if seconds is not None:
        return _change(proposal, keep_seconds=keep_seconds, run_seconds=seconds)
    fewer = _fewer_jobs(proposal, run, EXACT.divide(room, ran))
    return None if fewer is None else _change(proposal, keep_seconds=keep_seconds, jobs=fewer[0], run_seconds=fewer[1])


def _shorter_limit(proposal: Proposal, run: PlannedRun, share: Decimal) -> int | None:
    """Give the longest stopping condition, in whole minutes, that leaves no more than a share of the cost; None: none will do."""
    if is_well_known(proposal.estimate):
        return None
    longest = run.max_runtime_in_seconds or 0
    seconds = _floor(EXACT.divide(share * _together(run, longest), Decimal(run.most * MINUTE))) * MINUTE
    return seconds if _least_seconds(proposal) <= seconds < longest else None


def _fewer_jobs(proposal: Proposal, run: PlannedRun, share: Decimal) -> tuple[int, int | None] | None:
    """Give how many tuning jobs leave no more than a share of the cost, and how long each may run then; None: it stays so.

    None: too few are left, or it is no tuning job; a grid has as many jobs as combinations.
    """
    if proposal.kind != "tuning" or strategy_of(proposal) == "Grid":
        return None
    is_known, longest = is_well_known(proposal.estimate), run.max_runtime_in_seconds or 0
    each = (proposal.estimate.duration_seconds.expected or longest) if is_known else longest
    together, least = share * _together(run, each), _least_seconds(proposal)
    for seconds in (each,) if is_known or least >= longest else (each, least):
        jobs = _floor(EXACT.divide(together, Decimal(seconds)))
        if LEAST_JOBS <= jobs < run.most:
            return jobs, None if seconds == each else seconds
    return None


def _together(run: PlannedRun, each: int) -> int:
    """Give the most seconds that all jobs of a run are billed together, each of so many."""
    together = each * run.most
    return together if run.whole_limit_seconds is None else min(together, run.whole_limit_seconds * run.parallel)


def _least_seconds(proposal: Proposal) -> int:
    """Give the shortest stopping condition that may be proposed: an hour, and longer than earlier runs or the user's hours."""
    duration = proposal.estimate.duration_seconds
    usual = duration.percentile_90 if duration.basis == "history" else duration.expected if duration.basis == "given" else None
    return max(LEAST_SECONDS, ((usual or 0) // MINUTE + 1) * MINUTE)


def _floor(number: Decimal) -> int:
    return int(number.to_integral_value(rounding=ROUND_FLOOR))


def _change(
    proposal: Proposal, *, keep_seconds: int | None = None, jobs: int | None = None, run_seconds: int | None = None
) -> Change:
    """Write a change down; None: that stays as it is.

    Args:
        proposal: The launch.
        keep_seconds: For how long instances are kept; 0: they are not.
        jobs: How many jobs a tuning job has.
        run_seconds: The stopping condition, of a tuning job that of each of its jobs.
    """
    (part,) = job_parts(proposal.kind, proposal.request)
    told, changes = list[str](), list[tuple[Place, Any]]()
    if keep_seconds is not None:
        told.append(f"set {KEEP_ALIVE} to {keep_seconds} ({span(keep_seconds)}) or less" if keep_seconds else NOT_KEPT)
        changes.append(((*part.place, "ResourceConfig"), {KEEP_ALIVE: keep_seconds or None}))
    if jobs is not None:
        parallel = whole(inner(proposal.request, CONFIG, LIMITS), PARALLEL) or jobs
        told.append(f"set {NUMBER} to {jobs} or less, as most gain is in the first jobs")
        changes.append(((CONFIG, LIMITS), {NUMBER: jobs, PARALLEL: min(jobs, parallel)}))
    if run_seconds is not None:
        which = " of each job" if proposal.kind == "tuning" else ""
        told.append(f"set {MAX_RUNTIME}{which} to {run_seconds} ({span(run_seconds)}) or less, as long as {DONE}")
        changes.append(limit_patch(part, run_seconds))
    hint = ", and ".join(told)
    return Change(hint=f"{hint[0].upper()}{hint[1:]}.", fix=patch_of(proposal.request, changes))
