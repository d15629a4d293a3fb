"""Tuning jobs: what CreateHyperParameterTuningJob asks for, as runs of its training jobs.

Where there are several definitions, AWS decides how many of the jobs each of them gets: each has a run, and the numbers of all of
them together stand in `Planned.fewest_together` and `Planned.most_together`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import prod

from mlcost_ext.core.job import Problem
from mlcost_ext.core.planned import Planned, PlannedRun, Way
from mlcost_ext.jobs.kind import Facts

from . import wrong
from .asked import Asked
from .cluster import Choice, Work, volume_notes, way_of
from .kind import RequestKind
from .limit import MOST_TRAINING_SECONDS, limit_of
from .run_key import run_key
from .training import Training, assumed, training_of

MOST_DEFINITIONS = 10
MOST_CONFIGS = 6
MOST_RANGES = 30
MOST_VALUES = 30
USUAL_MOST_JOBS = 750
"""AWS's own limit (https://docs.aws.amazon.com/sagemaker/latest/dg/automatic-model-tuning-limits.html)."""
LEAST_SECONDS, MOST_SECONDS = 120, 15_768_000
"""https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ResourceLimits.html (`MaxRuntimeInSeconds`)."""
FLEXIBLE = "HyperParameterTuningResourceConfig"


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many training jobs there are."""

    fewest: int
    most: int
    parallel: int
    whole_limit_seconds: int | None
    why: str


def read(request: Asked, region_id: str, facts: Facts) -> Planned:
    """Turn a request into planned usage.

    Raises:
        UsageError: It is wrong.
    """
    config = request.needed("HyperParameterTuningJobConfig")
    counts = counts_of(request, config)
    definitions = _definitions_of(request)
    found = [_training(definition, region_id, facts) for definition in definitions]
    is_shared = len(found) > 1
    runs = tuple(
        replace(
            each.run,
            fewest=0 if is_shared else counts.fewest,
            most=counts.most,
            parallel=counts.parallel,
            whole_limit_seconds=counts.whole_limit_seconds,
            key=run_key("training", definition.members, each.run.ways[0]),
        )
        for definition, each in zip(definitions, found, strict=True)
    )
    told = [sentence for each in found for sentence in each.assumptions]
    shared = ("AWS decides how many of the training jobs each definition gets.",) if is_shared else ()
    return Planned(
        kind="tuning",
        region_id=region_id,
        runs=runs,
        assumptions=tuple(dict.fromkeys((counts.why, *shared, *_remarks(request, config), *told))),
        notes=tuple(dict.fromkeys(note for each in found for note in each.notes)),
        fewest_together=counts.fewest if is_shared else None,
        most_together=counts.most if is_shared else None,
    )


def counts_of(request: Asked, config: Asked) -> Counts:
    """Give how many training jobs there are at least and at most, and how many at a time.

    All of them are started unless something ends the tuning job before: a run time, completion criteria, or AWS by itself
    (Autotune). Even then as many as may run at a time are started at once.
    """
    limits = config.needed("ResourceLimits")
    parallel = limits.needed_whole("MaxParallelTrainingJobs")
    told = limits.whole("MaxNumberOfTrainingJobs")
    seconds = limits.whole("MaxRuntimeInSeconds", LEAST_SECONDS, MOST_SECONDS)
    combinations = _combinations(config) if told is None else None
    most = told or combinations or USUAL_MOST_JOBS
    ends = [
        *(["a run time of its own"] if seconds is not None else []),
        *(["completion criteria"] if config.inner("TuningJobCompletionCriteria").members else []),
        *(["Autotune"] if request.inner("Autotune").members else []),
        *([] if told or combinations else ["no number of training jobs"]),
    ]
    place = limits.place("MaxNumberOfTrainingJobs")
    if told or combinations:
        how = f"{most} training jobs" if told else f"{most} training jobs, one for each combination of the grid"
    else:
        how = f"{most} training jobs, AWS's own limit, since {place} is missing"
    fewest = min(parallel, most) if ends else most
    least = f"at least the {fewest} that run at a time, since it has {' and '.join(ends)}" if ends else "all of them"
    return Counts(
        fewest=fewest,
        most=most,
        parallel=min(parallel, most),
        whole_limit_seconds=seconds,
        why=f"Counted are at most {how}, and {least}.",
    )


def _combinations(config: Asked) -> int | None:
    """Give how many combinations a grid of categorical values has, as AWS counts them itself; None: it is no grid."""
    if config.text("Strategy") != "Grid":
        return None
    ranges = config.inner("ParameterRanges").structures("CategoricalParameterRanges", MOST_RANGES)
    sizes = [len(each.texts("Values", MOST_VALUES)) for each in ranges]
    return min(prod(sizes), USUAL_MOST_JOBS) if sizes and all(sizes) else None


def _definitions_of(request: Asked) -> list[Asked]:
    several = request.structures("TrainingJobDefinitions", MOST_DEFINITIONS)
    if several and request.has("TrainingJobDefinition"):
        raise wrong.not_together("TrainingJobDefinition", "TrainingJobDefinitions", "Leave one of them.")
    return several or [request.needed("TrainingJobDefinition")]


def _training(definition: Asked, region_id: str, facts: Facts) -> Training:
    """Read a definition, whose instances stand in one of two places."""
    if not definition.has(FLEXIBLE):
        return training_of(definition, definition.needed("ResourceConfig"), region_id, facts)
    if definition.has("ResourceConfig"):
        raise wrong.not_together(definition.place("ResourceConfig"), definition.place(FLEXIBLE), "Leave one of them.")
    flexible = definition.needed(FLEXIBLE)
    configs = flexible.structures("InstanceConfigs", MOST_CONFIGS)
    if configs and flexible.has("InstanceType"):
        raise wrong.not_together(flexible.place("InstanceConfigs"), flexible.place("InstanceType"), "Leave one of them.")
    return _flexible(definition, configs or [flexible], region_id, facts)


def _flexible(definition: Asked, configs: Sequence[Asked], region_id: str, facts: Facts) -> Training:
    """Read instances of which AWS takes one kind for each training job, each with volumes of its own size."""
    work = Work(component="Training", description="training", region_id=region_id, facts=facts)
    seconds, is_default = limit_of(definition, MOST_TRAINING_SECONDS)
    ways: list[Way] = []
    notes: list[Problem] = []
    for config in configs:
        group = (config.instance_type(), config.needed_whole("InstanceCount"))
        choice = Choice(groups=(group,), is_prepaid=False)
        volume_gb = config.whole("VolumeSizeInGB", least=0)
        ways.append(way_of(choice, volume_gb, work))
        notes += volume_notes((choice,), volume_gb, config.place("VolumeSizeInGB"), facts)
    run = PlannedRun(
        ways=tuple(ways),
        max_runtime_in_seconds=seconds,
        is_default_limit=is_default,
        is_spot=definition.flag("EnableManagedSpotTraining"),
    )
    return Training(run=run, assumptions=assumed(definition, run), notes=tuple(notes))


def _remarks(request: Asked, config: Asked) -> list[str]:
    """Say what may make it cheaper, or does not change its cost."""
    remarks = []
    if config.text("TrainingJobEarlyStoppingType") == "Auto":
        remarks.append("Early stopping may end training jobs before their time; counted is that it does not.")
    if config.text("Strategy") == "Hyperband":
        remarks.append("Hyperband stops weak training jobs early; counted is that it does not.")
    if request.inner("WarmStartConfig").members:
        remarks.append("The warm start takes over what earlier tuning jobs have found; it costs nothing by itself.")
    return remarks


KIND = RequestKind(
    name="tuning",
    title="Tuning",
    operations=("CreateHyperParameterTuningJob",),
    marks=(
        *("HyperParameterTuningJobName", "HyperParameterTuningJobConfig"),
        *("TrainingJobDefinition", "TrainingJobDefinitions"),
    ),
    read=read,
)
