"""A notebook instance, and what AWS says of it at a given moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from mlcost_ext.sandbox.names import sagemaker_arn
from mlcost_ext.sandbox.plans import FAILURE_REASON
from mlcost_ext.sandbox.thing import Snapshot
from mlcost_ext.sandbox.things.acts import Act, gone_at, state_at

_PENDING, _STOPPING, _UPDATING, _DELETING = 20.0, 8.0, 6.0, 6.0
_DEFAULTS: Mapping[str, Any] = {
    "DirectInternetAccess": "Enabled",
    "RootAccess": "Enabled",
    "VolumeSizeInGB": 5,
    "PlatformIdentifier": "notebook-al2-v3",
}
_RENAMED = {
    "LifecycleConfigName": "NotebookInstanceLifecycleConfigName",
    "SecurityGroupIds": "SecurityGroups",
}
STOPPED = ("Stopped", "Failed")


@dataclass(frozen=True, slots=True, kw_only=True)
class NotebookInstance:
    """All there is to know about a notebook instance; an act's target is the request it was made or changed by."""

    kind: ClassVar[str] = "notebook"

    name: str
    region_id: str
    tags: Mapping[str, str]
    acts: tuple[Act, ...]

    @property
    def arn(self) -> str:
        """Give the ARN."""
        return sagemaker_arn(self.region_id, f"notebook-instance/{self.name}")

    @property
    def created_at(self) -> datetime:
        """Give the time of its creation."""
        return self.acts[0].at

    @property
    def gone_at(self) -> datetime | None:
        """Give the moment its deletion is over."""
        return gone_at(self.acts)

    @property
    def request(self) -> Mapping[str, Any]:
        """Give the request it was made by last, in force or not yet."""
        return next(act.target for act in reversed(self.acts) if act.target is not None)

    def describe(self, now: datetime) -> Snapshot:
        """Describe it as it is at ``now``, in DescribeNotebookInstance's form."""
        state = state_at(self.acts, now)
        request = state.target or self.request
        told = {_RENAMED.get(key, key): value for key, value in request.items()}
        description = {
            **_DEFAULTS,
            **told,
            "NotebookInstanceArn": self.arn,
            "NotebookInstanceStatus": state.status,
            "Url": f"{self.name.lower()}.notebook.{self.region_id}.sagemaker.aws",
            "CreationTime": self.created_at,
            "LastModifiedTime": state.since,
        }
        if state.failure_reason is not None:
            description["FailureReason"] = state.failure_reason
        return Snapshot(thing=self, description=description, valid_until=state.until)


def created(request: Mapping[str, Any], tags: Mapping[str, str], at: datetime, speed: float = 1.0) -> Act:
    """Create it; its first start fails where a tag says so."""
    reason = tags.get(FAILURE_REASON)
    return Act(
        at=at,
        passing="Pending",
        seconds=_PENDING / speed,
        resting="Failed" if reason else "InService",
        target=request,
        failure_reason=reason,
    )


def started(at: datetime, speed: float = 1.0) -> Act:
    """Start it again."""
    return Act(at=at, passing="Pending", seconds=_PENDING / speed, resting="InService")


def stopped(at: datetime, speed: float = 1.0) -> Act:
    """Stop it; its volume is kept."""
    return Act(at=at, passing="Stopping", seconds=_STOPPING / speed, resting="Stopped")


def updated(request: Mapping[str, Any], at: datetime, speed: float = 1.0) -> Act:
    """Change it while it is stopped."""
    return Act(at=at, passing="Updating", seconds=_UPDATING / speed, resting="Stopped", target=request)


def deleted(at: datetime, speed: float = 1.0) -> Act:
    """Delete it, and its volume."""
    return Act(at=at, passing="Deleting", seconds=_DELETING / speed, resting=None)
