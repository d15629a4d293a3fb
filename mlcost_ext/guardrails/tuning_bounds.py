"""MC110: a tuning job that little bounds: how many jobs, how long in all, weak ones to their end, from nothing each time.

Hyperband stops weak jobs by itself, a grid has as many jobs as combinations, and what AWS chooses by Autotune is left to it.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from mlcost_ext.core.rule import NothingKept, Objection, Option, OptionValue, Proposal, Rule, Unsure
from mlcost_ext.core.words import clean, span

from .docs import docs_url
from .options import number
from .request_parts import DEFINITIONS, MAX_RUNTIME, MAX_WAIT, inner, job_parts, patch_of, text, whole

CONFIG, LIMITS = "HyperParameterTuningJobConfig", "ResourceLimits"
NUMBER, PARALLEL, EARLY = "MaxNumberOfTrainingJobs", "MaxParallelTrainingJobs", "TrainingJobEarlyStoppingType"
USUAL_JOBS = Decimal(100)
LEAST_SECONDS, MOST_SECONDS = 120, 15_768_000
"""https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ResourceLimits.html (`MaxRuntimeInSeconds`)."""
STEP_SECONDS = 600
START_SECONDS = 300
"""That a job takes to start: its instances, its image and its data."""
OWN_STOPPING = "Hyperband"
"""It stops weak jobs by itself, and AWS takes no early stopping beside it."""
LEARNING = (None, "Bayesian", "Random")
"""Strategies that a warm start tells something."""
PARENTS = ("Completed", "Stopped")


def judge(proposal: Proposal, options: Mapping[str, OptionValue]) -> tuple[Objection, ...]:
    """Object to each bound that is missing.

    Raises:
        Unsure: All else is well, and what earlier tuning jobs there are cannot be read.
    """
    most = number(options, "max_jobs")
    most_jobs = None if most is None else int(most)
    found = (*_of_number(proposal, most_jobs), *_of_time(proposal, most_jobs), *_of_early_stopping(proposal))
    try:
        return (*found, *_of_warm_start(proposal))
    except NothingKept:
        return found
    except Unsure:
        if found:
            return found
        raise


def jobs_of(proposal: Proposal) -> int:
    """Give how many training jobs there may be."""
    return proposal.planned.most_together or proposal.planned.runs[0].most


def strategy_of(proposal: Proposal) -> str | None:
    """Give how combinations are searched for; None: AWS chooses."""
    return text(inner(proposal.request, CONFIG), "Strategy")


def has_autotune(proposal: Proposal) -> bool:
    """Tell whether AWS chooses by itself what the request leaves out."""
    return bool(inner(proposal.request, "Autotune"))


def _patch(proposal: Proposal, *keys: str, value: Mapping[str, Any]) -> dict[str, Any]:
    return patch_of(proposal.request, [((CONFIG, *keys), value)])


def _of_number(proposal: Proposal, most: int | None) -> tuple[Objection, ...]:
    """Object to too many jobs, or to no number of them; of a grid the number is that of its combinations."""
    limits, is_grid, jobs = inner(proposal.request, CONFIG, LIMITS), strategy_of(proposal) == "Grid", jobs_of(proposal)
    is_missing = whole(limits, NUMBER) is None and not is_grid
    if not is_missing and (most is None or jobs <= most):
        return ()
    wished = int(USUAL_JOBS) if most is None else most
    told = (
        f"{NUMBER} is missing, so that there may be {jobs} training jobs" if is_missing else f"There may be {jobs} training jobs"
    )
    above = "" if most is None or jobs <= most else f", above the {most} that are allowed here"
    return (
        Objection(
            message=f"{told}{above}.",
            hint="Give fewer values to search."
            if is_grid
            else f"Set {NUMBER} to {wished} or less: most gain is in the first jobs.",
            fix=None
            if is_grid
            else _patch(
                proposal, LIMITS, value={NUMBER: wished, PARALLEL: max(1, min(wished, whole(limits, PARALLEL) or wished))}
            ),
            subject=NUMBER,
        ),
    )


def _of_time(proposal: Proposal, most: int | None) -> tuple[Objection, ...]:
    """Object where nothing ends the whole: proposed is as long as all its jobs take, one lot after the other.

    A job takes what it may run, or twice what nine of ten earlier ones took, some minutes to start, and its wait for Spot.
    """
    if whole(inner(proposal.request, CONFIG, LIMITS), MAX_RUNTIME) is not None:
        return ()
    runs, jobs, usual = proposal.planned.runs, jobs_of(proposal), proposal.estimate.duration_seconds.percentile_90
    jobs = jobs if most is None else min(jobs, most)
    limit = max(run.max_runtime_in_seconds or 0 for run in runs)
    each = (limit if usual is None else min(limit, 2 * usual)) + START_SECONDS + _most_wait(proposal)
    lots = -(-jobs // max(1, min(runs[0].parallel, jobs)))
    seconds = min(MOST_SECONDS, max(LEAST_SECONDS, -(-each * lots // STEP_SECONDS) * STEP_SECONDS))
    return (
        Objection(
            message=f"{CONFIG}.{LIMITS}.{MAX_RUNTIME} is missing, so that nothing ends its {jobs_of(proposal)} jobs together.",
            hint=f"Set it, such as to {seconds} ({span(seconds)}): so long they may take one lot after the other.",
            fix=_patch(proposal, LIMITS, value={MAX_RUNTIME: seconds}),
            subject=MAX_RUNTIME,
        ),
    )


def _most_wait(proposal: Proposal) -> int:
    """Give the most seconds that a job may wait for Spot beside its run; 0: none is on Spot."""
    conditions = [
        (inner(part.members, "StoppingCondition"), run.max_runtime_in_seconds or 0)
        for part, run in zip(job_parts(proposal.kind, proposal.request), proposal.planned.runs, strict=True)
        if run.is_spot
    ]
    return max((max(0, (whole(condition, MAX_WAIT) or 0) - limit) for condition, limit in conditions), default=0)


def _of_early_stopping(proposal: Proposal) -> tuple[Objection, ...]:
    if strategy_of(proposal) == OWN_STOPPING or has_autotune(proposal) or jobs_of(proposal) < 2:
        return ()
    if text(inner(proposal.request, CONFIG), EARLY) == "Auto":
        return ()
    return (
        Objection(
            message=f"Early stopping is off, so that each of {jobs_of(proposal)} jobs runs to its end, however weak it is.",
            hint=f"Set {EARLY} to Auto: AWS ends jobs that are unlikely to be better than those before.",
            fix=_patch(proposal, value={EARLY: "Auto"}),
            subject=EARLY,
        ),
    )


def _of_warm_start(proposal: Proposal) -> tuple[Objection, ...]:
    """Object where an earlier tuning job of the same image and data could be gone on from.

    Raises:
        Unsure: What is remembered cannot be read.
    """
    request = proposal.request
    if inner(request, "WarmStartConfig") or request.get(DEFINITIONS) or strategy_of(proposal) not in LEARNING:
        return ()
    earlier = proposal.evidence.earlier_runs("tuning", proposal.planned.runs[0].key, request)
    own = text(request, "HyperParameterTuningJobName")
    alike = [each for each in earlier if each.has_same_code and each.has_same_data and each.status in PARENTS]
    parent = next((each.name for each in alike if each.name != own), None)
    if parent is None:
        return ()
    config = {
        "ParentHyperParameterTuningJobs": [{"HyperParameterTuningJobName": parent}],
        "WarmStartType": "IdenticalDataAndAlgorithm",
    }
    return (
        Objection(
            message=f"It starts from nothing, though {clean(parent)} has tuned the same image on the same data.",
            hint="Start from its results, if the objective metric is the same and the number of hyperparameters too.",
            fix=patch_of(request, [(("WarmStartConfig",), config)]),
            subject="WarmStartConfig",
        ),
    )


RULE = Rule(
    id="MC110",
    title="Tuning without bounds",
    docs_url=docs_url("MC110"),
    practice="MLCOST04-BP10",
    kinds=("tuning",),
    options=(
        Option(
            name="max_jobs",
            kind="number",
            default=USUAL_JOBS,
            tighter="smaller",
            help="How many training jobs a tuning job may start; without it only a missing number counts.",
            least=Decimal(1),
            may_be_none=True,
        ),
    ),
    judge=judge,
)
