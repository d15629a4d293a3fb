"""Tuning jobs: their cost is that of the training jobs they start (those with their `TuningJobArn`).

`ConsumedResources.RuntimeInSeconds` is no billed time. What it may cost at most stands in `choices`: for each kind of
instances its training jobs may run on, those of all of them together, each until its stopping condition
(`max_runtime_in_seconds` is that of one training job, the longest where definitions differ).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from mlcost_ext.core.job import Job
from mlcost_ext.core.money import EXACT
from mlcost_ext.core.usage import UsageLine

from . import reading
from .described import described
from .instances import InstanceGroup, are_known, hour_line, instance_groups, single_type, total_count
from .kind import JobKind
from .problem import no_upper_bound
from .sum_of_children import as_sum
from .training import max_runtime

COUNTERS = ("Completed", "InProgress", "RetryableError", "NonRetryableError", "Stopped")


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """What one of its training jobs may run on, and for how long at most."""

    groups: list[InstanceGroup]
    max_seconds: int
    spot: bool


def read(description: Mapping[str, Any], _has_local_disk: Callable[[str], bool]) -> Job:
    """Turn DescribeHyperParameterTuningJob's answer, or Search's record, into a Job."""
    job = described("tuning", "HyperParameterTuningJob", description, None, "HyperParameterTuningEndTime")
    found = ways(description)
    limits = reading.inner(reading.inner(description, "HyperParameterTuningJobConfig"), "ResourceLimits")
    all_groups = [group for way in found for group in way.groups]
    choices = choices_of(found, limits, job.region_id)
    lacking = no_upper_bound("AWS's answer lacks the limits or the instances of its training jobs", job.name)
    return as_sum(
        replace(
            job,
            spot=bool(found) and all(way.spot for way in found),
            instance_type=single_type(all_groups),
            instance_count=total_count(found[0].groups) if len(found) == 1 else None,
            max_runtime_in_seconds=max((way.max_seconds for way in found), default=None),
            children_started=children_started(reading.inner(description, "TrainingJobStatusCounters")),
            choices=choices,
            problems=() if choices else (lacking,),
        )
    )


def ways(description: Mapping[str, Any]) -> list[Way]:
    """Give what its training jobs may run on: of each definition its instances, or each of those AWS may choose from."""
    one = reading.inner(description, "TrainingJobDefinition")
    definitions = reading.structures(description, "TrainingJobDefinitions") or ([one] if one else [])
    return [way for definition in definitions for way in ways_of(definition)]


def ways_of(definition: Mapping[str, Any]) -> list[Way]:
    config = reading.inner(definition, "ResourceConfig")
    flexible = reading.inner(definition, "HyperParameterTuningResourceConfig")
    configs = [config] if config else reading.structures(flexible, "InstanceConfigs") or [flexible]
    seconds = max_runtime(reading.inner(definition, "StoppingCondition"))
    spot = definition.get("EnableManagedSpotTraining") is True
    return [Way(groups=instance_groups(c), max_seconds=seconds, spot=spot) for c in configs]


def children_started(counters: Mapping[str, Any]) -> int | None:
    """Add up the training jobs AWS says it has launched; a count that is missing makes the sum unknown."""
    told = [reading.whole(counters, name) for name in COUNTERS]
    known = [count for count in told if count is not None]
    return sum(known) if len(known) == len(told) else None


def choices_of(found: list[Way], limits: Mapping[str, Any], region_id: str) -> tuple[tuple[UsageLine, ...], ...]:
    """Give for each way the instances of all training jobs together; empty: the most it can cost is not known."""
    jobs = reading.whole(limits, "MaxNumberOfTrainingJobs")
    if not jobs or not all(are_known(way.groups) for way in found):
        return ()
    longest = max((way.max_seconds for way in found), default=1)
    return tuple(lines_of(way, runs(way, jobs, limits, longest), region_id) for way in found)


def runs(way: Way, jobs: int, limits: Mapping[str, Any], longest: int) -> Decimal:
    """Give how many runs of `longest` seconds its training jobs may make up together.

    All of them run until their stopping condition, or as many as may at a time until the tuning job's own time is over.
    """
    seconds = jobs * way.max_seconds
    at_a_time, own_seconds = (reading.whole(limits, key) for key in ("MaxParallelTrainingJobs", "MaxRuntimeInSeconds"))
    if at_a_time and own_seconds:
        seconds = min(seconds, at_a_time * own_seconds)
    return EXACT.divide(Decimal(seconds), Decimal(longest))


def lines_of(way: Way, count: Decimal, region_id: str) -> tuple[UsageLine, ...]:
    return tuple(
        hour_line(name, EXACT.multiply(count, Decimal(instances)), region_id, "Training", "training")
        for name, instances in way.groups
        if name and instances
    )


def launched(region_id: str, name: str, request: Mapping[str, Any]) -> Job:
    """Turn a launch that AWS has accepted and not described yet into a Job that waits to start."""
    waiting = {"HyperParameterTuningJobStatus": "InProgress", "HyperParameterTuningJobName": name, "region_id": region_id}
    kept = ("HyperParameterTuningJobConfig", "TrainingJobDefinition", "TrainingJobDefinitions", "Tags")
    return read({**{key: request[key] for key in kept if key in request}, **waiting}, lambda _: True)


KIND = JobKind(name="tuning", title="Tuning", component="Training", read=read, launched=launched)
