"""An endpoint, and what AWS says of it at a given moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, ClassVar

from mlcost_ext.sandbox.names import sagemaker_arn
from mlcost_ext.sandbox.plans import FAILURE_REASON
from mlcost_ext.sandbox.thing import Snapshot
from mlcost_ext.sandbox.things.acts import Act, State, gone_at, state_at
from mlcost_ext.sandbox.things.deployment import Deployment, emptied, pending_summary, summaries
from mlcost_ext.sandbox.timeline import seconds

_CREATING, _UPDATING, _ROLLING_BACK, _SCALING, _DELETING = 25.0, 20.0, 10.0, 15.0, 6.0
_IDLE = 600.0  # until instances that nothing needs are given back
_TOLD = ("DataCaptureConfig", "AsyncInferenceConfig", "ExplainerConfig", "MetricsConfig")


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """All there is to know about an endpoint; an act's target is the Deployment that it leads to."""

    kind: ClassVar[str] = "endpoint"

    name: str
    region_id: str
    tags: Mapping[str, str]
    acts: tuple[Act, ...]

    @property
    def arn(self) -> str:
        """Give the ARN."""
        return sagemaker_arn(self.region_id, f"endpoint/{self.name}")

    @property
    def created_at(self) -> datetime:
        """Give the time of its creation."""
        return self.acts[0].at

    @property
    def gone_at(self) -> datetime | None:
        """Give the moment its deletion is over."""
        return gone_at(self.acts)

    def deployment(self, now: datetime) -> Deployment | None:
        """Give what runs now; ``None``: nothing yet, or its creation failed."""
        deployed: Deployment | None = state_at(self.acts, now).target
        return deployed

    def describe(self, now: datetime) -> Snapshot:
        """Describe it as it is at ``now``, in DescribeEndpoint's form."""
        state = state_at(self.acts, now)
        description = {
            "EndpointName": self.name,
            "EndpointArn": self.arn,
            "EndpointStatus": state.status,
            "CreationTime": self.created_at,
            "LastModifiedTime": state.since,
            **_deployed(state, self.acts[0].target),
        }
        if state.failure_reason is not None:
            description["FailureReason"] = state.failure_reason
        return Snapshot(thing=self, description=description, valid_until=state.until)


def _deployed(state: State, first: Deployment) -> dict[str, Any]:
    """Give the configuration and the variants, and what is being deployed."""
    now: Deployment | None = state.target
    pending: Deployment | None = None if state.pending is None else state.pending.target
    shown = now or (emptied(first) if state.status == "Failed" else None)
    told: dict[str, Any] = {"EndpointConfigName": (now or first).config_name}
    wanted = now or first
    if now is not None and pending is not None and pending.config_name == now.config_name:
        wanted, pending = pending, None
    if shown is not None:
        doing = "Updating" if state.status == "Updating" else None
        told |= {key: shown.config[key] for key in _TOLD if key in shown.config}
        told |= summaries(shown, wanted, state.since, doing)
    if pending is not None:
        told["PendingDeploymentSummary"] = pending_summary(pending, state.since)
    return told


def created(deployment: Deployment, tags: Mapping[str, str], at: datetime, speed: float = 1.0) -> tuple[Act, ...]:
    """Create it; that fails where a tag says so. Instances that nothing needs are given back after a while."""
    reason = tags.get(FAILURE_REASON)
    act = Act(
        at=at,
        passing="Creating",
        seconds=_CREATING / speed,
        resting="Failed" if reason else "InService",
        target=deployment,
        is_vain=reason is not None,
        failure_reason=reason,
    )
    return (act,) if reason else (act, *scaled(deployment, idle_counts(deployment), act.done_at, speed))


def updated(deployment: Deployment, tags: Mapping[str, str], at: datetime, speed: float = 1.0) -> tuple[Act, ...]:
    """Deploy another configuration, or other counts and weights; where a tag says so, that is rolled back."""
    reason = tags.get(FAILURE_REASON)
    if reason is None:
        return (Act(at=at, passing="Updating", seconds=_UPDATING / speed, resting="InService", target=deployment),)
    begun = Act(
        at=at,
        passing="Updating",
        seconds=_UPDATING / speed,
        resting="RollingBack",
        target=deployment,
        is_vain=True,
    )
    back = Act(
        at=begun.done_at,
        passing="RollingBack",
        seconds=_ROLLING_BACK / speed,
        resting="InService",
        failure_reason=reason,
    )
    return begun, back


def scaled(deployment: Deployment, counts: Mapping[str, int], at: datetime, speed: float = 1.0) -> tuple[Act, ...]:
    """Let AWS bring variants to other instance counts, after a while where instances are given back; it stays InService."""
    wanted = deployment
    is_more = False
    for name, count in counts.items():
        variant = wanted.variant(name)
        if variant is not None and variant.count != count:
            is_more = is_more or count > variant.count
            wanted = wanted.with_variant(replace(variant, count=count))
    if wanted == deployment:
        return ()
    begin = at if is_more else at + seconds(_IDLE / speed)
    return (Act(at=begin, passing="InService", seconds=_SCALING / speed, resting="InService", target=wanted),)


def idle_counts(deployment: Deployment) -> dict[str, int]:
    """Give the instance counts with which nothing is served: those of variants that AWS scales for inference components."""
    return {
        variant.name: variant.bounds[0]
        for variant in deployment.variants
        if variant.takes_components and variant.bounds is not None
    }


def deleted(at: datetime, speed: float = 1.0) -> Act:
    """Delete it."""
    return Act(at=at, passing="Deleting", seconds=_DELETING / speed, resting=None)
