"""One watched region: which way its jobs are read, and what of them is handed on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from mlcost_ext.core.job import Problem

from . import cut
from .calls import Calls
from .faults import Fault
from .known import Known, is_settled
from .listing import Listing
from .names import MAX_WAIT_SECONDS, Names
from .pace import SECONDS
from .permissions import Permissions
from .protocol import Watch
from .searching import Searching

SEARCH, LIST, DESCRIBE = "sagemaker:Search", "sagemaker:ListTrainingJobs", "sagemaker:DescribeTrainingJob"

RESERVE_CALLS = 2
"""Left to the next poll while many names are described."""

Clock = Callable[[], float]
Wall = Callable[[], datetime]


class Region:
    """What is known of one region, and how to know more."""

    def __init__(
        self, region_id: str, calls: Calls, send: Callable[[list[dict[str, Any]]], None], clock: Clock, wall: Wall
    ) -> None:
        self.region_id = region_id
        self.known = Known()
        self.names = Names(clock)
        self.permissions = Permissions(clock)
        self.as_of: datetime | None = None
        self.has_first_picture = False
        self.mode = "search"
        self._watch = Watch()
        self._calls = calls
        self._send = send
        self._wall = wall
        self._searching = Searching(calls, clock, wall)
        self._listing = Listing(calls, self.known, self.permissions, clock, wall)

    def want(self, watch: Watch) -> None:
        """Set what is watched."""
        self._watch = watch
        self.names.want(watch.names_in(self.region_id))

    def poll(self) -> None:
        """Read what changed.

        Raises:
            Fault: Where AWS could not be read. A missing permission is none: see `permissions`.
        """
        started = self._wall()
        is_complete = self._read()
        self.read_names()
        self.as_of = started
        self.has_first_picture = self.has_first_picture or is_complete

    def read_names(self) -> None:
        """Describe the jobs whose time has come, as far as the budget allows.

        Raises:
            Fault: Where AWS could not be read.
        """
        for name in self.names.due():
            if not self._calls.can_spare(RESERVE_CALLS) or not self.permissions.allows(DESCRIBE):
                return
            self._describe(name, self.known.tags(name))

    def names_due_at(self) -> float | None:
        """Give when a job is to be described; None where none is, or none may be."""
        return self.names.next_due() if self.permissions.allows(DESCRIBE) else None

    def status(self, problem: Problem | None, calls_total: int) -> dict[str, Any]:
        """Give the status to push after a poll; a missing permission is the problem where there is no worse one."""
        shown = problem or self.permissions.problem()
        return {
            "push": "status",
            "region_id": self.region_id,
            "as_of": cut.time(self.as_of),
            "first_picture": self.has_first_picture,
            "mode": self.mode,
            "calls_total": calls_total,
            "problem": None if shown is None else {"code": shown.code, "message": shown.message, "hint": shown.hint},
        }

    def _read(self) -> bool:
        """Read by the best way that is allowed, and say whether that gave everything."""
        names = self._watch.names_in(self.region_id)
        if not self._watch.owner_tags and not names:
            self._calls.check_credentials()
            return True
        if self._try(SEARCH, self._search):
            self.mode = "search"
            return True
        self.mode = "list"
        if self._try(LIST, self._list):
            return self._listing.is_complete
        return True

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
        names = self._watch.names_in(self.region_id)
        whole = self._searching.read(self._watch.owner_tags, names, self._take_found)
        if whole is None:
            return
        lost = self.known.running() - whole
        self.known.keep(whole | names | lost)
        for name in lost - names:
            self.names.touch(name)

    def _list(self) -> None:
        for name in self._listing.list_changes():
            if self.known.modified(name) is not None:
                self.names.settle(name)
        self._listing.work_off(self._is_ours, self._describe)

    def _take_found(self, raws: list[Mapping[str, Any]]) -> None:
        """Hand on what Search has found; a name that it shows need not be described any more."""
        jobs = [job for raw in raws if (job := cut.training_job(raw, self.region_id))]
        ours = [job for job in jobs if job["Tags"] is None or self._is_ours(job["TrainingJobName"], job["Tags"])]
        for job in ours:
            self.names.settle(job["TrainingJobName"])
        self._send(self.known.news(ours))

    def _describe(self, name: str, tags: dict[str, str] | None) -> None:
        try:
            answer = self._calls.call("DescribeTrainingJob", {"TrainingJobName": name})
        except Fault as fault:
            self._missed(name, fault)
            return
        self.permissions.granted(DESCRIBE)
        job = cut.training_job({"TrainingJobName": name, **answer}, self.region_id, tags)
        self.names.found(name, SECONDS.get(self._watch.pace, MAX_WAIT_SECONDS))
        if job is None or job["TrainingJobName"] != name:
            return
        if is_settled(job):
            self.names.settle(name)
        self._send(self.known.news([job]))

    def _missed(self, name: str, fault: Fault) -> None:
        """Go on without one job where the fault concerns it alone."""
        if fault.problem.code == "permission_missing":
            self.permissions.denied(DESCRIBE, at_once=False)
            self.names.missed(name, wait_seconds=MAX_WAIT_SECONDS)
        elif fault.problem.code == "not_found" or fault.aws_code == "ValidationException":
            self.names.missed(name)
        else:
            raise fault

    def _is_ours(self, name: str, tags: dict[str, str] | None) -> bool:
        if (self.region_id, name) in self._watch.names:
            return True
        return tags is not None and any(tags.get(key) == value for key, value in self._watch.owner_tags)
