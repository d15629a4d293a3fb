"""A Studio domain and a user profile, and what AWS says of them at a given moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from mlcost_ext.sandbox.names import sagemaker_arn
from mlcost_ext.sandbox.thing import Snapshot
from mlcost_ext.sandbox.things.acts import Act, gone_at, state_at

_PENDING, _UPDATING, _DELETING = 12.0, 4.0, 8.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Domain:
    """All there is to know about a domain; an act's target is the request it was made or changed by."""

    kind: ClassVar[str] = "domain"

    name: str  # its DomainId
    region_id: str
    tags: Mapping[str, str]
    acts: tuple[Act, ...]

    @property
    def arn(self) -> str:
        """Give the ARN."""
        return sagemaker_arn(self.region_id, f"domain/{self.name}")

    @property
    def created_at(self) -> datetime:
        """Give the time of its creation."""
        return self.acts[0].at

    @property
    def gone_at(self) -> datetime | None:
        """Give the moment its deletion is over."""
        return gone_at(self.acts)

    def describe(self, now: datetime) -> Snapshot:
        """Describe it as it is at ``now``, in DescribeDomain's form."""
        state = state_at(self.acts, now)
        description = {
            "AppNetworkAccessType": "PublicInternetOnly",
            **(state.target or self.acts[0].target),
            "DomainId": self.name,
            "DomainArn": self.arn,
            "Status": state.status,
            "CreationTime": self.created_at,
            "LastModifiedTime": state.since,
            "Url": f"https://{self.name}.studio.{self.region_id}.sagemaker.aws",
        }
        return Snapshot(thing=self, description=description, valid_until=state.until)


@dataclass(frozen=True, slots=True, kw_only=True)
class UserProfile:
    """All there is to know about a user profile; an act's target is the request it was made or changed by."""

    kind: ClassVar[str] = "user-profile"

    domain_id: str
    user_profile_name: str
    region_id: str
    tags: Mapping[str, str]
    acts: tuple[Act, ...]

    @property
    def name(self) -> str:
        """Give the name, which is unique within the region only together with the domain."""
        return f"{self.domain_id}/{self.user_profile_name}"

    @property
    def arn(self) -> str:
        """Give the ARN."""
        return sagemaker_arn(self.region_id, f"user-profile/{self.name}")

    @property
    def created_at(self) -> datetime:
        """Give the time of its creation."""
        return self.acts[0].at

    @property
    def gone_at(self) -> datetime | None:
        """Give the moment its deletion is over."""
        return gone_at(self.acts)

    def describe(self, now: datetime) -> Snapshot:
        """Describe it as it is at ``now``, in DescribeUserProfile's form."""
        state = state_at(self.acts, now)
        description = {
            **(state.target or self.acts[0].target),
            "DomainId": self.domain_id,
            "UserProfileName": self.user_profile_name,
            "UserProfileArn": self.arn,
            "Status": state.status,
            "CreationTime": self.created_at,
            "LastModifiedTime": state.since,
        }
        return Snapshot(thing=self, description=description, valid_until=state.until)


def created(request: Mapping[str, Any], at: datetime, speed: float = 1.0) -> Act:
    """Create a domain, a profile or a space."""
    return Act(at=at, passing="Pending", seconds=_PENDING / speed, resting="InService", target=request)


def updated(request: Mapping[str, Any], at: datetime, speed: float = 1.0) -> Act:
    """Change a domain, a profile or a space."""
    return Act(at=at, passing="Updating", seconds=_UPDATING / speed, resting="InService", target=request)


def deleted(at: datetime, speed: float = 1.0) -> Act:
    """Delete a domain, a profile or a space."""
    return Act(at=at, passing="Deleting", seconds=_DELETING / speed, resting=None)
