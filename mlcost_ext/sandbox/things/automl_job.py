"""An AutoML job: the jobs it starts stage by stage, and what AWS says of it at a given moment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, ClassVar

from mlcost_ext.sandbox.names import sagemaker_arn
from mlcost_ext.sandbox.thing import Snapshot
from mlcost_ext.sandbox.things.processing_job import ProcessingJob
from mlcost_ext.sandbox.things.run import end_of
from mlcost_ext.sandbox.things.transform_job import TransformJob
from mlcost_ext.sandbox.timeline import seconds
from mlcost_ext.sandbox.training_job import TrainingJob

Child = ProcessingJob | TrainingJob | TransformJob

_STOPPING = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class AutoMLStage:
    """A stage by AWS's AutoMLJobSecondaryStatus, and when it begins."""

    status: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AutoMLJob:
    """All there is to know about an AutoML job; everything else follows from it and the time."""

    kind: ClassVar[str] = "automl"

    request: Mapping[str, Any]  # CreateAutoMLJobV2's form, without Tags, whichever way it was created
    request_v1: Mapping[str, Any] | None  # CreateAutoMLJob's, where that one created it
    region_id: str
    tags: Mapping[str, str]
    created_at: datetime
    speed: float = 1.0
    stages: tuple[AutoMLStage, ...] = ()
    children: tuple[Child, ...] = ()  # all it starts, those of the future too
    outcome: str = "Completed"  # the secondary status it ends with
    ends_at: datetime | None = None  # set once planned
    stopped_at: datetime | None = None

    @property
    def name(self) -> str:
        """Give the name."""
        return str(self.request["AutoMLJobName"])

    @property
    def arn(self) -> str:
        """Give the ARN."""
        return sagemaker_arn(self.region_id, f"automl-job/{self.name}")

    @property
    def ended_at(self) -> datetime:
        """Give the moment it ends, as things stand."""
        if self.stopped_at is None:
            return self.ends_at or self.created_at
        ends = [end_of(child.plan, child.created_at, child.stopped_at) for child in self.children]
        return max([*ends, self.stopped_at + seconds(_STOPPING / self.speed)])

    def describe(self, now: datetime) -> Snapshot:
        """Describe it as it is at ``now``, in DescribeAutoMLJobV2's form."""
        status, secondary, since, until = self._state(now)
        description = {
            **self.request,
            "AutoMLJobArn": self.arn,
            "AutoMLJobStatus": status,
            "AutoMLJobSecondaryStatus": secondary,
            "CreationTime": self.created_at,
            "LastModifiedTime": since,
        }
        if until is None:
            description["EndTime"] = since
        return Snapshot(thing=self, description=description, valid_until=until)

    def _state(self, now: datetime) -> tuple[str, str, datetime, datetime | None]:
        """Give status, secondary status, since when, and until when."""
        if self.stopped_at is not None and now >= self.stopped_at:
            if now < self.ended_at:
                return "Stopping", "Stopping", self.stopped_at, self.ended_at
            return "Stopped", "Stopped", self.ended_at, None
        if now >= self.ended_at:
            return "Completed", self.outcome, self.ended_at, None
        past = [stage for stage in self.stages if stage.at <= now] or [self.stages[0]]
        coming = [stage.at for stage in self.stages[len(past) :]]
        return "InProgress", past[-1].status, past[-1].at, min([*coming, self.ended_at])


def stopped(job: AutoMLJob, lived: Sequence[Child], now: datetime) -> AutoMLJob:
    """Stop it, with all its jobs that have begun; no other will."""
    return replace(job, stopped_at=now, children=tuple(cut(child, now) for child in lived))


def cut(child: Child, at: datetime) -> Child:
    """Stop a job that has not ended by then."""
    is_over = end_of(child.plan, child.created_at, child.stopped_at) <= at
    return child if is_over or child.stopped_at is not None else replace(child, stopped_at=at)
