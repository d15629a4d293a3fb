"""An inference component: copies of a model on an endpoint's instances, and what AWS says of it at a given moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from mlcost_ext.sandbox.names import sagemaker_arn
from mlcost_ext.sandbox.plans import FAILURE_REASON
from mlcost_ext.sandbox.thing import Snapshot
from mlcost_ext.sandbox.things.acts import Act, gone_at, state_at

COPIES_PER_INSTANCE = 4  # made up: AWS places by what each copy asks for

_CREATING, _UPDATING, _DELETING = 20.0, 12.0, 6.0
_SPECIFICATIONS = ("Specification", "Specifications")


@dataclass(frozen=True, slots=True, kw_only=True)
class InferenceComponent:
    """All there is to know about a component; an act's target is the request that it leads to."""

    kind: ClassVar[str] = "inference-component"

    name: str
    region_id: str
    tags: Mapping[str, str]
    endpoint_name: str
    variant_name: str
    acts: tuple[Act, ...]

    @property
    def arn(self) -> str:
        """Give the ARN."""
        return sagemaker_arn(self.region_id, f"inference-component/{self.name}")

    @property
    def created_at(self) -> datetime:
        """Give the time of its creation."""
        return self.acts[0].at

    @property
    def gone_at(self) -> datetime | None:
        """Give the moment its deletion is over."""
        return gone_at(self.acts)

    @property
    def wanted(self) -> Mapping[str, Any]:
        """Give the request it was made by last, in force or not yet."""
        wanted: Mapping[str, Any] = next(act.target for act in reversed(self.acts) if act.target is not None)
        return wanted

    @property
    def copies(self) -> int:
        """Give how many copies are wanted; none of one that is to be deleted."""
        return 0 if self.gone_at is not None else copies_of(self.wanted)

    def describe(self, now: datetime) -> Snapshot:
        """Describe it as it is at ``now``, in DescribeInferenceComponent's form."""
        state = state_at(self.acts, now)
        request = state.target or self.acts[0].target
        is_deleting = state.status == "Deleting"
        runtime = {
            "DesiredCopyCount": 0 if is_deleting else copies_of(self.wanted),
            "CurrentCopyCount": 0 if state.target is None else copies_of(state.target),
        }
        description = {
            "InferenceComponentName": self.name,
            "InferenceComponentArn": self.arn,
            "EndpointName": self.endpoint_name,
            "EndpointArn": sagemaker_arn(self.region_id, f"endpoint/{self.endpoint_name}"),
            "VariantName": self.variant_name,
            "InferenceComponentStatus": state.status,
            "CreationTime": self.created_at,
            "LastModifiedTime": state.since,
            "RuntimeConfig": runtime,
            **_specifications(request, state.since),
        }
        if state.failure_reason is not None:
            description["FailureReason"] = state.failure_reason
        return Snapshot(thing=self, description=description, valid_until=state.until)


def copies_of(request: Mapping[str, Any]) -> int:
    """Read how many copies a request asks for."""
    return int(request.get("RuntimeConfig", {}).get("CopyCount", 1))


def created(request: Mapping[str, Any], tags: Mapping[str, str], at: datetime, speed: float = 1.0) -> Act:
    """Create it; that fails where a tag says so."""
    reason = tags.get(FAILURE_REASON)
    return Act(
        at=at,
        passing="Creating",
        seconds=_CREATING / speed,
        resting="Failed" if reason else "InService",
        target=request,
        is_vain=reason is not None,
        failure_reason=reason,
    )


def updated(request: Mapping[str, Any], at: datetime, speed: float = 1.0) -> Act:
    """Change its specification or its copies."""
    return Act(at=at, passing="Updating", seconds=_UPDATING / speed, resting="InService", target=request)


def deleted(at: datetime, speed: float = 1.0) -> Act:
    """Delete it."""
    return Act(at=at, passing="Deleting", seconds=_DELETING / speed, resting=None)


def _specifications(request: Mapping[str, Any], resolved_at: datetime) -> dict[str, Any]:
    told: dict[str, Any] = {}
    for key in _SPECIFICATIONS:
        if key in request:
            asked = request[key]
            told[key] = [_told(one, resolved_at) for one in asked] if isinstance(asked, list) else _told(asked, resolved_at)
    return told


def _told(specification: Mapping[str, Any], resolved_at: datetime) -> dict[str, Any]:
    """Give a specification as it is described: with the image that was deployed in place of the one asked for."""
    container = specification.get("Container")
    if container is None:
        return dict(specification)
    image = container.get("Image")
    deployed = (
        {}
        if image is None
        else {"DeployedImage": {"SpecifiedImage": image, "ResolvedImage": image, "ResolutionTime": resolved_at}}
    )
    rest = {key: value for key, value in container.items() if key != "Image"}
    return {**specification, "Container": {**rest, **deployed}}
