"""A hyperparameter tuning job: the training jobs it starts as others end, and what AWS says of it at a given moment."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from heapq import heapify, heappop, heappush
from typing import Any, ClassVar

from mlcost_ext.sandbox.names import sagemaker_arn
from mlcost_ext.sandbox.thing import Snapshot
from mlcost_ext.sandbox.things.run import Run, end_of, run_at
from mlcost_ext.sandbox.things.tuning_child import best, child_of
from mlcost_ext.sandbox.timeline import seconds
from mlcost_ext.sandbox.training_job import TrainingJob

DEFAULT_MAX_NUMBER_OF_TRAINING_JOBS = 10

_FIRST, _BETWEEN, _STOPPING = 4.0, 2.0, 2.0
_COUNTED = {"Completed": "Completed", "Failed": "NonRetryableError", "Stopped": "Stopped"}
_ALL_FAILED = "All training jobs failed. Please take a look at the training job failures to get more details."


@dataclass(frozen=True, slots=True, kw_only=True)
class TuningJob:
    """All there is to know about a tuning job; everything else follows from it and the time."""

    kind: ClassVar[str] = "tuning"

    request: Mapping[str, Any]  # CreateHyperParameterTuningJob's, without Tags
    region_id: str
    tags: Mapping[str, str]
    created_at: datetime
    speed: float = 1.0
    stopped_at: datetime | None = None  # by somebody, or by its own MaxRuntimeInSeconds, which may lie ahead
    children: tuple[TrainingJob, ...] = ()  # all it starts, those of the future too

    @property
    def name(self) -> str:
        """Give the name."""
        return str(self.request["HyperParameterTuningJobName"])

    @property
    def arn(self) -> str:
        """Give the ARN."""
        return sagemaker_arn(self.region_id, f"hyper-parameter-tuning-job/{self.name}")

    @property
    def ended_at(self) -> datetime:
        """Give the moment the last of its jobs ends, as things stand."""
        ends = [_end(child) for child in self.children]
        if self.stopped_at is not None and not ends:
            return self.stopped_at + seconds(_STOPPING / self.speed)
        return max(ends, default=self.created_at)

    def describe(self, now: datetime) -> Snapshot:
        """Describe it as it is at ``now``, in DescribeHyperParameterTuningJob's form."""
        born = [child for child in self.children if child.created_at <= now]
        runs = [run_at(child.plan, child.created_at, child.stopped_at, now) for child in born]
        status, since = self._status(runs, now)
        is_ended = now >= self.ended_at
        description = {
            **self.request,
            "HyperParameterTuningJobArn": self.arn,
            "HyperParameterTuningJobStatus": status,
            "CreationTime": self.created_at,
            "LastModifiedTime": since,
            **_counters(runs),
        }
        winner = best(self.request, born, runs)
        if winner is not None:
            description["BestTrainingJob"] = winner
        if is_ended:
            description["HyperParameterTuningEndTime"] = self.ended_at
            description["ConsumedResources"] = {"RuntimeInSeconds": round((self.ended_at - self.created_at).total_seconds())}
        if status == "Failed":
            description["FailureReason"] = _ALL_FAILED
        return Snapshot(thing=self, description=description, valid_until=None if is_ended else self._until(born, runs, now))

    def _status(self, runs: Sequence[Run], now: datetime) -> tuple[str, datetime]:
        """Give the status and since when: its last change is of the status, never of the counters."""
        is_cut = self.stopped_at is not None and self.stopped_at < self.ended_at
        if is_cut and self.stopped_at is not None and now >= self.stopped_at:
            return ("Stopping", self.stopped_at) if now < self.ended_at else ("Stopped", self.ended_at)
        if now < self.ended_at:
            return "InProgress", self.created_at
        has_failed = bool(runs) and all(run.status == "Failed" for run in runs)
        return "Failed" if has_failed else "Completed", self.ended_at

    def _until(self, born: Sequence[TrainingJob], runs: Iterable[Run], now: datetime) -> datetime:
        changes = [self.ended_at, *(run.valid_until for run in runs if run.valid_until is not None)]
        changes += [child.created_at for child in self.children[len(born) :]]
        if self.stopped_at is not None:
            changes.append(self.stopped_at)
        return min(change for change in changes if change > now)


def begun(job: TuningJob) -> TuningJob:
    """Give a new tuning job with all it is going to start."""
    limit = job.request["HyperParameterTuningJobConfig"]["ResourceLimits"].get("MaxRuntimeInSeconds")
    if limit is not None:
        job = replace(job, stopped_at=job.created_at + seconds(limit / job.speed))
    return _scheduled(job, (), job.created_at)


def rescheduled(job: TuningJob, lived: Sequence[TrainingJob], now: datetime) -> TuningJob:
    """Start the rest of its jobs as room allows, now that the course of an earlier one has changed.

    Args:
        job: The tuning job as it was.
        lived: Its jobs that have begun, as they are now, in order.
        now: No other one begins before.
    """
    return _scheduled(job, lived, now)


def stopped(job: TuningJob, lived: Sequence[TrainingJob], now: datetime) -> TuningJob:
    """Stop it, with all its jobs that have begun; no other will."""
    return replace(job, stopped_at=now, children=tuple(_cut(child, now) for child in lived))


def _scheduled(job: TuningJob, lived: Sequence[TrainingJob], now: datetime) -> TuningJob:
    limits = job.request["HyperParameterTuningJobConfig"]["ResourceLimits"]
    count = limits.get("MaxNumberOfTrainingJobs", DEFAULT_MAX_NUMBER_OF_TRAINING_JOBS)
    free = [job.created_at + seconds(_FIRST / job.speed)] * min(limits["MaxParallelTrainingJobs"], count)
    heapify(free)
    children: list[TrainingJob] = []
    for number in range(count):
        at = max(heappop(free), now)
        child = lived[number] if number < len(lived) else child_of(job.request, job, number, at)
        if job.stopped_at is not None:
            if child.created_at >= job.stopped_at:
                break
            child = _cut(child, job.stopped_at)
        children.append(child)
        heappush(free, _end(child) + seconds(_BETWEEN / job.speed))
    return replace(job, children=tuple(children))


def _cut(child: TrainingJob, at: datetime) -> TrainingJob:
    is_over = _end(child) <= at or (child.stopped_at is not None and child.stopped_at <= at)
    return child if is_over else replace(child, stopped_at=at)


def _end(child: TrainingJob) -> datetime:
    return end_of(child.plan, child.created_at, child.stopped_at)


def _counters(runs: Iterable[Run]) -> dict[str, Any]:
    counted = Counter(_COUNTED.get(run.status, "InProgress") for run in runs)
    names = ("Completed", "InProgress", "RetryableError", "NonRetryableError", "Stopped")
    return {
        "TrainingJobStatusCounters": {name: counted[name] for name in names},
        "ObjectiveStatusCounters": {
            "Succeeded": counted["Completed"],
            "Pending": counted["InProgress"],
            "Failed": counted["NonRetryableError"] + counted["Stopped"],
        },
    }
