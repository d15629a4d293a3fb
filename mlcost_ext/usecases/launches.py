"""Remember what was launched from this server's kernels, as the spool tells it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from mlcost_ext.core.job import Job, Problem
from mlcost_ext.core.ledger import Attribution, UserBasis
from mlcost_ext.core.times import time_from_text
from mlcost_ext.jobs import kind_named, reading, standing_kind_named

from .watch import JobKey

FOLLOWED = timedelta(days=28)
"""The longest a training job may run."""
STANDING_FOLLOWED = timedelta(days=400)
"""An endpoint stays until somebody deletes it, and the older the more likely it is forgotten."""
UNKNOWN_FOLLOWED = timedelta(minutes=5)
"""Whether AWS took a call shows within this long: its region is asked for no longer on the mere chance."""
CLOCKS_DIFFER = timedelta(minutes=5)
"""A job created this long before a call cannot be the call's own."""
MAX_FOLLOWED = 200
MAX_PENDING = 200
"""Calls whose outcome is awaited; a kernel makes one at a time in each of its threads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Launch:
    """One call that was sent, or was about to be."""

    key: JobKey
    at: datetime
    notebook: str | None
    request: Mapping[str, Any]
    tags: Mapping[str, str] = field(default_factory=dict)
    result: str | None = None
    """``accepted``, ``refused`` or ``unknown``; None: no outcome was written."""
    answered_at: datetime | None = None
    """When the outcome was written."""
    cell_id: str | None = None
    user_name: str | None = None
    user_basis: UserBasis | None = None
    project: str | None = None
    kernel_id: str | None = None
    """Whose kernel made it; None: it has not told."""
    id: str = ""
    """Of its intent, in spool and ledger."""


@dataclass(slots=True)
class LaunchBook:
    """Launches by id and by job, and the kernels that watch for them."""

    by_id: dict[str, Launch] = field(default_factory=dict)
    """Calls without an outcome yet."""
    by_key: dict[JobKey, Launch] = field(default_factory=dict)
    """The last call for each job that AWS did not refuse, or that nobody knows the outcome of; without request and tags."""
    guarded_kernels: set[str] = field(default_factory=set)
    gone: set[JobKey] = field(default_factory=set)
    """What AWS has said it does not know any more: its region is not asked for its sake."""

    def take(self, event: Mapping[str, Any]) -> Launch | None:
        """Take one spool event in; give the launch that it brought or changed."""
        handle = {"kernel": self._kernel, "unloaded": self._unloaded, "intent": self._intent, "outcome": self._outcome}
        known = handle.get(str(event.get("type")))
        return known(event) if known else None

    def attribution_of(self, key: JobKey, created_at: datetime | None, tags: Mapping[str, str]) -> Attribution:
        """Say who and what something is for: its tags, and where a kernel of this server launched it which notebook and who."""
        if not self.is_mine(key, created_at):
            return Attribution(tags=dict(tags))
        launch = self.by_key[key]
        return Attribution(
            notebook=launch.notebook,
            cell_id=launch.cell_id,
            user_name=launch.user_name,
            user_basis=launch.user_basis,
            project=launch.project,
            tags=dict(tags),
        )

    def notebook_of(self, key: JobKey, created_at: datetime | None) -> str | None:
        """Give the notebook a job was launched from; None: not from a kernel of this server."""
        return self.by_key[key].notebook if self.is_mine(key, created_at) else None

    def from_kernel(self, kernel_id: str) -> list[Launch]:
        """Give what a kernel has launched, the last first, but for what AWS has refused."""
        found = (launch for launch in self.by_key.values() if launch.kernel_id == kernel_id)
        return sorted(found, key=lambda launch: launch.at, reverse=True)

    def is_mine(self, key: JobKey, created_at: datetime | None) -> bool:
        """Tell whether a kernel of this server launched a job.

        Args:
            key: What the job is known by.
            created_at: When it was created, by this machine's clock; None: not known. What was created after a call that AWS
                took has its name from somebody else. A call whose outcome nobody knows may have created a job of its own
                time, but never one that was there long before.
        """
        launch = self.by_key.get(key)
        if launch is None:
            return False
        if launch.result == "accepted":
            return created_at is None or created_at <= (launch.answered_at or launch.at) + CLOCKS_DIFFER
        return created_at is not None and created_at >= launch.at - CLOCKS_DIFFER

    def followed(self, now: datetime, is_final: Iterable[JobKey]) -> list[JobKey]:
        """Give the jobs whose end is not known yet, newest first, no more than 200."""
        ended = set(is_final)
        recent = [x for key, x in self.by_key.items() if key not in ended and now - x.at < longest(key[0])]
        return [x.key for x in sorted(recent, key=lambda x: x.at, reverse=True)[:MAX_FOLLOWED]]

    def unsettled(self) -> list[Launch]:
        """Give the launches of which nobody knows whether AWS took them: no outcome was written, or none was known."""
        return [launch for launch in self.by_key.values() if launch.result in (None, "unknown")]

    def settle(self, launch: Launch) -> None:
        """Note that AWS has taken one: its own list has the thing."""
        self.by_id.pop(launch.id, None)
        if self.by_key.get(launch.key) == launch:
            self.by_key[launch.key] = replace(launch, result="accepted")

    def name_user(self, launch: Launch, user_name: str, basis: UserBasis) -> None:
        """Note whose a launch is, where its kernel has not told that."""
        pending, last = self.by_id.get(launch.id), self.by_key.get(launch.key)
        if pending is not None and pending.user_name is None:
            self.by_id[launch.id] = replace(pending, user_name=user_name, user_basis=basis)
        if last is not None and last.id == launch.id and last.user_name is None:
            self.by_key[launch.key] = replace(last, user_name=user_name, user_basis=basis)

    def regions(self, now: datetime) -> set[str]:
        """Give the regions that our launches went to, or that one may have gone to a moment ago."""
        launches = ((key, launch) for key, launch in self.by_key.items() if key not in self.gone)
        return {key[1] for key, launch in launches if now - launch.at < how_long(launch)}

    def _kernel(self, event: Mapping[str, Any]) -> None:
        if isinstance(event.get("kernel_id"), str):
            self.guarded_kernels.add(event["kernel_id"])

    def _unloaded(self, event: Mapping[str, Any]) -> None:
        self.guarded_kernels.discard(str(event.get("kernel_id")))

    def _intent(self, event: Mapping[str, Any]) -> Launch | None:
        texts = [event.get(key) for key in ("id", "kind", "region_id", "name")]
        at = time_from_text(event.get("at"))
        if at is None or not all(isinstance(text, str) and text for text in texts):
            return None
        identity, kind, region_id, name = (str(text) for text in texts)
        request = event.get("request")
        launch = Launch(
            key=(kind, region_id, name),
            at=at,
            notebook=short_text(event.get("notebook")),
            request=request if isinstance(request, Mapping) else {},
            tags=reading.tags({"Tags": event.get("tags")}),
            cell_id=short_text(event.get("cell_id")),
            user_name=(user := short_text(event.get("user"))),
            user_basis=("cookie" if event.get("user_basis") == "cookie" else "space") if user else None,
            project=short_text(event.get("project")),
            kernel_id=short_text(event.get("kernel_id")),
            id=identity,
        )
        self.by_id[identity] = launch
        if len(self.by_id) > MAX_PENDING:
            del self.by_id[next(iter(self.by_id))]
        self.by_key.setdefault(launch.key, without_request(launch))
        return launch

    def _outcome(self, event: Mapping[str, Any]) -> Launch | None:
        launch = self.by_id.pop(str(event.get("id")), None)
        if launch is None:
            return None
        told = replace(launch, result=str(event.get("result")), answered_at=time_from_text(event.get("at")))
        is_its_own = self.by_key.get(told.key) in (None, without_request(launch))
        if told.result == "accepted" or (is_its_own and told.result != "refused"):
            self.by_key[told.key] = without_request(told)
        elif is_its_own:
            self.by_key.pop(told.key, None)
        return told


def short_text(value: object) -> str | None:
    """Give a text of at most 256 characters; anything else is nothing."""
    return value[:256] if isinstance(value, str) and value else None


def how_long(launch: Launch) -> timedelta:
    """Give for how long a launch's region is asked."""
    return longest(launch.key[0]) if launch.result == "accepted" else UNKNOWN_FOLLOWED


def longest(kind: str) -> timedelta:
    """Give for how long something may be there after it was launched."""
    return STANDING_FOLLOWED if standing_kind_named(kind) else FOLLOWED


def without_request(launch: Launch) -> Launch:
    """Drop request and tags, which are large and needed only until AWS describes the job."""
    return replace(launch, request={}, tags={})


def awaited_job(launch: Launch) -> Job | None:
    """Give the job of an accepted launch as far as its request tells; None: no such kind here."""
    kind = kind_named(launch.key[0])
    if kind is None or launch.result != "accepted":
        return None
    request = {**launch.request, "Tags": launch.tags}
    return replace(kind.launched(launch.key[1], launch.key[2], request), created_at=launch.at)


def undescribed(job: Job) -> Job:
    """Give a job whose cost nobody can tell, since AWS does not describe it, nor whether it runs."""
    problem = Problem(
        code="not_described",
        message=f"AWS does not describe {job.name} to this server, so its cost is unknown.",
        hint="Look at it in the SageMaker console; check that notebook and server use the same AWS account.",
        subject=job.name,
    )
    return replace(
        job,
        status="Unknown",
        is_running=False,
        can_stop=False,
        cost_basis="at_most",
        accrual=None,
        storage_accrual=None,
        problems=(problem,),
    )
