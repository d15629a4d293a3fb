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
from .choices import without_volumes
from .described import described, max_runtime, stopping_condition
from .instances import InstanceGroup, are_known, hour_line, instance_groups, single_type, storage_lines, total_count
from .kind import JobKind
from .problem import no_upper_bound
from .sum_of_children import as_sum

COUNTERS = ("Completed", "InProgress", "RetryableError", "NonRetryableError", "Stopped")


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """What one of its training jobs may run on, and for how long at most."""

    groups: list[InstanceGroup]
    max_seconds: int | None
    """None: AWS's answer lacks it."""
    volumes: tuple[UsageLine, ...] | None
    """Of one job; None: how large they are is not told."""
    spot: bool


def read(description: Mapping[str, Any], has_local_disk: Callable[[str], bool]) -> Job:
    """Turn DescribeHyperParameterTuningJob's answer, or Search's record, into a Job."""
    job = described("tuning", "HyperParameterTuningJob", description, None, "HyperParameterTuningEndTime")
    found = ways(description, job.region_id, has_local_disk)
    limits = reading.inner(reading.inner(description, "HyperParameterTuningJobConfig"), "ResourceLimits")
    all_groups = [group for way in found for group in way.groups]
    choices = choices_of(found, limits, job.region_id)
    lacking = no_upper_bound("AWS's answer lacks the limits, the instances or the run time of its training jobs", job.name)
    return as_sum(
        replace(
            job,
            spot=bool(found) and all(way.spot for way in found),
            instance_type=single_type(all_groups),
            instance_count=total_count(found[0].groups) if len(found) == 1 else None,
            max_runtime_in_seconds=longest_of(found),
            children_started=children_started(reading.inner(description, "TrainingJobStatusCounters")),
            choices=choices,
            are_volumes_untold=any(way.volumes is None for way in found),
            problems=() if choices else (lacking,),
        )
    )


def ways(description: Mapping[str, Any], region_id: str, has_local_disk: Callable[[str], bool]) -> list[Way]:
    """Give what its training jobs may run on: of each definition its instances, or each of those AWS may choose from."""
    return [way for definition in definitions_of(description) for way in ways_of(definition, region_id, has_local_disk)]


def definitions_of(description: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    one = reading.inner(description, "TrainingJobDefinition")
    return reading.structures(description, "TrainingJobDefinitions") or ([one] if one else [])


def ways_of(definition: Mapping[str, Any], region_id: str, has_local_disk: Callable[[str], bool]) -> list[Way]:
    config = reading.inner(definition, "ResourceConfig")
    flexible = reading.inner(definition, "HyperParameterTuningResourceConfig")
    configs = [config] if config else reading.structures(flexible, "InstanceConfigs") or [flexible]
    seconds = max_runtime(reading.inner(definition, "StoppingCondition"))
    spot = definition.get("EnableManagedSpotTraining") is True
    found = []
    for each in configs:
        groups, volume_gb = instance_groups(each), reading.whole(each, "VolumeSizeInGB")
        volumes = storage_lines(groups, volume_gb, region_id, "Storage-Training", has_local_disk)
        found.append(Way(groups=groups, max_seconds=seconds, volumes=volumes, spot=spot))
    return found


def longest_of(found: list[Way]) -> int | None:
    """Give the run time of the longest training job; None: it is not known of each."""
    known = [way.max_seconds for way in found if way.max_seconds]
    return max(known) if known and len(known) == len(found) else None


def children_started(counters: Mapping[str, Any]) -> int | None:
    """Add up the training jobs AWS says it has launched; a count that is missing makes the sum unknown."""
    told = [reading.whole(counters, name) for name in COUNTERS]
    known = [count for count in told if count is not None]
    return sum(known) if len(known) == len(told) else None


def choices_of(found: list[Way], limits: Mapping[str, Any], region_id: str) -> tuple[tuple[UsageLine, ...], ...]:
    """Give for each way the instances of all training jobs together; empty: the most it can cost is not known."""
    jobs, longest = reading.whole(limits, "MaxNumberOfTrainingJobs"), longest_of(found)
    if not jobs or longest is None or not all(are_known(way.groups) for way in found):
        return ()
    return tuple(lines_of(way, runs(way, jobs, limits, longest), region_id) for way in found)


def runs(way: Way, jobs: int, limits: Mapping[str, Any], longest: int) -> Decimal:
    """Give how many runs of `longest` seconds its training jobs may make up together.

    All of them run until their stopping condition, or as many as may at a time until the tuning job's own time is over.
    """
    seconds = jobs * (way.max_seconds or longest)
    at_a_time, own_seconds = (reading.whole(limits, key) for key in ("MaxParallelTrainingJobs", "MaxRuntimeInSeconds"))
    if at_a_time and own_seconds:
        seconds = min(seconds, at_a_time * own_seconds)
    return EXACT.divide(Decimal(seconds), Decimal(longest))


def lines_of(way: Way, count: Decimal, region_id: str) -> tuple[UsageLine, ...]:
    """Give instances and volumes of so many runs."""
    compute = (
        hour_line(name, EXACT.multiply(count, Decimal(instances)), region_id, "Training", "training")
        for name, instances in way.groups
        if name and instances
    )
    return (*compute, *(replace(line, quantity=EXACT.multiply(count, line.quantity)) for line in way.volumes or ()))


def launched(region_id: str, name: str, request: Mapping[str, Any]) -> Job:
    """Turn a launch that AWS has accepted and not described yet into a Job that waits to start."""
    waiting = {"HyperParameterTuningJobStatus": "InProgress", "HyperParameterTuningJobName": name, "region_id": region_id}
    definitions = [
        {**definition, "StoppingCondition": stopping_condition(reading.inner(definition, "StoppingCondition"))}
        for definition in definitions_of(request)
    ]
    kept = {key: request[key] for key in ("HyperParameterTuningJobConfig", "Tags") if key in request}
    job = read({**kept, "TrainingJobDefinitions": definitions, **waiting}, lambda _: True)
    return replace(without_volumes(job), children_started=0)


KIND = JobKind(name="tuning", title="Tuning", component="Training", read=read, launched=launched)
