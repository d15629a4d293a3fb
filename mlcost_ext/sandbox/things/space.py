"""A space with its volume, and the app that runs in it: what AWS says of them at a given moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from mlcost_ext.sandbox.names import sagemaker_arn
from mlcost_ext.sandbox.plans import FAILURE_REASON
from mlcost_ext.sandbox.thing import Snapshot
from mlcost_ext.sandbox.things.acts import Act, gone_at, state_at

DEFAULT_VOLUME_GB = 5
# A deleted app is listed for a day: docs.aws.amazon.com/sagemaker/latest/APIReference/API_ListApps.html
_REMEMBERED = 24 * 3600.0
_PENDING, _DELETING = 15.0, 8.0
_SUMMARISED = {
    "SpaceSettings": "SpaceSettingsSummary",
    "OwnershipSettings": "OwnershipSettingsSummary",
    "SpaceSharingSettings": "SpaceSharingSettingsSummary",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Space:
    """All there is to know about a space; an act's target is the request it was made or changed by."""

    kind: ClassVar[str] = "space"

    domain_id: str
    space_name: str
    region_id: str
    tags: Mapping[str, str]
    acts: tuple[Act, ...]

    @property
    def name(self) -> str:
        """Give the name, which is unique within the region only together with the domain."""
        return f"{self.domain_id}/{self.space_name}"

    @property
    def arn(self) -> str:
        """Give the ARN."""
        return sagemaker_arn(self.region_id, f"space/{self.name}")

    @property
    def created_at(self) -> datetime:
        """Give the time of its creation."""
        return self.acts[0].at

    @property
    def gone_at(self) -> datetime | None:
        """Give the moment its deletion is over, and its volume is gone."""
        return gone_at(self.acts)

    @property
    def request(self) -> Mapping[str, Any]:
        """Give the request it was made by last, in force or not yet."""
        request: Mapping[str, Any] = next(act.target for act in reversed(self.acts) if act.target is not None)
        return request

    @property
    def volume_gb(self) -> int | None:
        """Give the size of its volume; ``None``: it has none of its own, as in Studio Classic."""
        settings = self.request.get("SpaceSettings", {}).get("SpaceStorageSettings", {})
        size: int | None = settings.get("EbsStorageSettings", {}).get("EbsVolumeSizeInGb")
        return size

    def describe(self, now: datetime) -> Snapshot:
        """Describe it as it is at ``now``, in DescribeSpace's form and with the summaries of ListSpaces."""
        state = state_at(self.acts, now)
        told = {
            **(state.target or self.acts[0].target),
            "DomainId": self.domain_id,
            "SpaceName": self.space_name,
            "SpaceArn": self.arn,
            "HomeEfsFileSystemUid": "200005",
            "Status": state.status,
            "CreationTime": self.created_at,
            "LastModifiedTime": state.since,
        }
        summaries = {summary: told[member] for member, summary in _SUMMARISED.items() if member in told}
        return Snapshot(thing=self, description={**told, **summaries}, valid_until=state.until)


@dataclass(frozen=True, slots=True, kw_only=True)
class StudioApp:
    """All there is to know about an app, of a space or, in Studio Classic, of a user profile."""

    kind: ClassVar[str] = "app"

    request: Mapping[str, Any]  # CreateApp's, without Tags, with the ResourceSpec it got
    region_id: str
    tags: Mapping[str, str]
    acts: tuple[Act, ...]

    @property
    def owner(self) -> str:
        """Give the name of the space or the user profile."""
        return str(self.request.get("SpaceName") or self.request["UserProfileName"])

    @property
    def name(self) -> str:
        """Give all that an app is found by."""
        return app_name(self.request)

    @property
    def arn(self) -> str:
        """Give the ARN."""
        domain_id, app_type, app = (self.request[key] for key in ("DomainId", "AppType", "AppName"))
        return sagemaker_arn(self.region_id, f"app/{domain_id}/{self.owner}/{app_type.lower()}/{app}")

    @property
    def created_at(self) -> datetime:
        """Give the time of its creation."""
        return self.acts[0].at

    @property
    def gone_at(self) -> datetime | None:
        """Give the moment AWS forgets it, long after its deletion."""
        return gone_at(self.acts)

    def describe(self, now: datetime) -> Snapshot:
        """Describe it as it is at ``now``; DescribeApp adds when it was last seen alive."""
        state = state_at(self.acts, now)
        description = {
            **self.request,
            "AppArn": self.arn,
            "Status": state.status,
            "CreationTime": self.created_at,
        }
        if state.failure_reason is not None:
            description["FailureReason"] = state.failure_reason
        return Snapshot(thing=self, description=description, valid_until=state.until)


def app_name(request: Mapping[str, Any]) -> str:
    """Put together all that an app is found by."""
    owner = request.get("SpaceName") or request.get("UserProfileName")
    return f"{request['DomainId']}/{owner}/{request['AppType']}/{request['AppName']}"


def app_created(tags: Mapping[str, str], at: datetime, speed: float = 1.0) -> Act:
    """Start an app; that fails where a tag says so."""
    reason = tags.get(FAILURE_REASON)
    return Act(
        at=at,
        passing="Pending",
        seconds=_PENDING / speed,
        resting="Failed" if reason else "InService",
        failure_reason=reason,
    )


def app_deleted(at: datetime, speed: float = 1.0) -> tuple[Act, Act]:
    """Stop an app and give its instance back; it is told of as Deleted for a day."""
    deletion = Act(at=at, passing="Deleting", seconds=_DELETING / speed, resting="Deleted")
    return deletion, Act(at=deletion.done_at, passing="Deleted", seconds=_REMEMBERED, resting=None)
