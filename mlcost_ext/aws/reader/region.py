"""One watched region: which way its jobs are read, and what of them is handed on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from mlcost_ext.core.job import Problem

from . import cut
from .aws_clock import AwsClock
from .calls import Calls
from .describing import Describing
from .faults import Fault
from .known import Known
from .listing import Listing
from .names import MAX_WAIT_SECONDS
from .outlet import Outlet
from .pace import SECONDS
from .permissions import DESCRIBE, LIST, SEARCH, TAGS, Permissions
from .protocol import Watch
from .searching import Searching

Clock = Callable[[], float]


class Region:
    """What is known of one region, and how to know more."""

    def __init__(self, region_id: str, calls: Calls, outlet: Outlet, clock: Clock, aws_clock: AwsClock) -> None:
        self.region_id = region_id
        self.known = Known()
        self.permissions = Permissions(clock)
        self.describing = Describing(region_id, calls, self.known, self.permissions, outlet, clock)
        self.names = self.describing.names
        self.as_of: datetime | None = None
        """When all that is ours was last enumerated, by AWS's clock."""
        self.has_first_picture = False
        self.mode = "search"
        self._watch = Watch()
        self._calls, self._outlet, self._aws_clock = calls, outlet, aws_clock
        self._searching = Searching(calls, clock, aws_clock.now)
        self._listing = Listing(calls, self.known, self.permissions, clock, aws_clock.now)

    def want(self, watch: Watch) -> None:
        """Set what is watched."""
        self._watch = watch
        self.names.want(watch.names_in(self.region_id))
        self.describing.poll_seconds = SECONDS.get(watch.pace, MAX_WAIT_SECONDS)

    def poll(self) -> None:
        """Read what changed; `as_of` moves only where all that is ours could be told.

        Raises:
            Fault: Where AWS could not be read. A missing permission is none: see `permissions`.
        """
        started = self._aws_clock.wall()
        way = self._read()
        self.read_names()
        if not self._is_enumerated(way):
            return
        self.as_of = self._aws_clock.of(started)
        self.has_first_picture = self.has_first_picture or self._is_complete(way)

    def read_names(self) -> None:
        """Describe the jobs whose time has come; see `describing`."""
        self.describing.read_due()

    def names_due_at(self) -> float | None:
        """Give when a job is to be described; None where none is, or none may be."""
        return self.describing.next_due()

    def status(self, problem: Problem | None, calls_total: int) -> dict[str, Any]:
        """Give the status to push after a poll; a missing permission is the problem where there is no worse one."""
        return status(
            self.region_id,
            problem or self.permissions.problem(),
            self._aws_clock.offset_seconds,
            calls_total,
            as_of=self.as_of,
            has_first_picture=self.has_first_picture,
            mode=self.mode,
        )

    def _read(self) -> str | None:
        """Read by the best way that is allowed, and name the action; None: nothing lists what is ours."""
        if not self._owns_by_tags() and not self._wanted():
            self._calls.check_credentials()
            return None
        self.mode = "search"
        if self._try(SEARCH, self._search):
            return SEARCH
        self.mode = "list"
        return LIST if self._try(LIST, self._list) else None

    def _is_enumerated(self, way: str | None) -> bool:
        """Say whether the poll could tell every job that is ours."""
        can_describe = not self.permissions.is_denied(DESCRIBE) or not self._wanted()
        if way == SEARCH:
            return self._searching.takes_names or can_describe
        if way == LIST:
            can_tell = not self._owns_by_tags() or not self.permissions.is_denied(TAGS)
            return can_tell and not self.permissions.is_denied(DESCRIBE)
        return not self._owns_by_tags() and can_describe

    def _is_complete(self, way: str | None) -> bool:
        """Say whether everything enumerated was also read."""
        if way == LIST:
            return self._listing.is_complete
        return way == SEARCH or not self.names.has_unread()

    def _owns_by_tags(self) -> bool:
        return bool(self._watch.owner_tags)

    def _wanted(self) -> frozenset[str]:
        return self._watch.names_in(self.region_id)

    def _try(self, action: str, read: Callable[[], None]) -> bool:
        """Read one way; False where it is denied."""
        if not self.permissions.allows(action):
            return False
        try:
            read()
        except Fault as fault:
            if fault.problem.code != "permission_missing":
                raise
            self.permissions.denied(action)
            self.names.restore()
            return False
        self.permissions.granted(action)
        return True

    def _search(self) -> None:
        names = self._wanted()
        whole = self._searching.read(self._watch.owner_tags, names, self._take_found)
        if whole is None:
            return
        lost = self.known.running() - whole
        self.known.keep(whole | names | lost)
        for name in lost:
            self.names.lose(name)

    def _list(self) -> None:
        listed = self._listing.list_changes()
        for name in listed.names:
            if self.known.modified(name) is not None:
                self.names.settle(name)
        for name in self.known.running() - listed.names if listed.is_whole else ():
            self.names.lose(name)
        self._listing.work_off(self._is_ours, self.describing.describe)

    def _take_found(self, raws: list[Mapping[str, Any]]) -> None:
        """Hand on what Search has found; a name that it shows need not be described any more."""
        jobs = [job for raw in raws if (job := cut.training_job(raw, self.region_id))]
        ours = [job for job in jobs if job["Tags"] is None or self._is_ours(job["TrainingJobName"], job["Tags"])]
        for job in ours:
            self.names.settle(job["TrainingJobName"])
        self._outlet.push_jobs(self.known.news(ours))

    def _is_ours(self, name: str, tags: dict[str, str] | None) -> bool:
        if (self.region_id, name) in self._watch.names:
            return True
        return tags is not None and any(tags.get(key) == value for key, value in self._watch.owner_tags)


def status(
    region_id: str | None,
    problem: Problem | None,
    offset_seconds: float | None,
    calls_total: int,
    *,
    as_of: datetime | None = None,
    has_first_picture: bool = False,
    mode: str = "search",
) -> dict[str, Any]:
    """Give the document that tells how a poll went."""
    return {
        "push": "status",
        "region_id": region_id,
        "as_of": cut.time(as_of),
        "first_picture": has_first_picture,
        "mode": mode,
        "calls_total": calls_total,
        "clock_offset_seconds": offset_seconds,
        "problem": None if problem is None else {"code": problem.code, "message": problem.message, "hint": problem.hint},
    }
