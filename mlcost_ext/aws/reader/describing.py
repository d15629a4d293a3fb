"""Describe jobs one by one: those no listing shows yet, and those a listing shows without what they cost."""

from __future__ import annotations

from collections.abc import Callable

from . import cut
from .calls import Calls
from .faults import Fault
from .known import Known, is_settled
from .names import MAX_WAIT_SECONDS, Names
from .outlet import Outlet
from .permissions import DESCRIBE, Permissions

RESERVE_CALLS = 2
"""Left to the next poll while many names are described."""


class Describing:
    """The state of reading one region by DescribeTrainingJob."""

    def __init__(
        self,
        region_id: str,
        calls: Calls,
        known: Known,
        permissions: Permissions,
        outlet: Outlet,
        clock: Callable[[], float],
    ) -> None:
        self.names = Names(clock)
        self.poll_seconds = MAX_WAIT_SECONDS
        """How often a job is described that nothing else shows."""
        self._region_id, self._calls, self._known = region_id, calls, known
        self._permissions, self._outlet = permissions, outlet

    def read_due(self) -> None:
        """Describe the jobs whose time has come, as far as the budget allows.

        Raises:
            Fault: Where AWS could not be read.
        """
        for name in self.names.due():
            if not self._calls.can_spare(RESERVE_CALLS) or not self._permissions.allows(DESCRIBE):
                return
            self.describe(name, self._known.tags(name))

    def next_due(self) -> float | None:
        """Give when a job is to be described; None where none is, or none may be."""
        return self.names.next_due() if self._permissions.allows(DESCRIBE) else None

    def describe(self, name: str, tags: dict[str, str] | None) -> bool:
        """Describe one job and hand it on; False where AWS would not, so that it is to be tried again later.

        Raises:
            Fault: Where AWS could not be read, and not only this job.
        """
        if not self._permissions.allows(DESCRIBE):
            return False
        try:
            answer = self._calls.call("DescribeTrainingJob", {"TrainingJobName": name})
        except Fault as fault:
            return self._missed(name, fault)
        self._permissions.granted(DESCRIBE)
        job = cut.training_job({"TrainingJobName": name, **answer}, self._region_id, tags)
        self.names.found(name, self.poll_seconds)
        if job is None or job["TrainingJobName"] != name:
            return True
        if is_settled(job):
            self.names.settle(name)
        self._outlet.push_jobs(self._known.news([job]))
        return True

    def _missed(self, name: str, fault: Fault) -> bool:
        """Go on without one job where the fault concerns it alone; True where there is nothing to try again."""
        code = fault.problem.code
        if code == "permission_missing":
            self._permissions.denied(DESCRIBE, at_once=False)
            self.names.missed(name, wait_seconds=MAX_WAIT_SECONDS)
        elif code == "not_found":
            if self.names.absent(name):
                self._known.drop(name)
                self._outlet.push_gone([name])
            return True
        elif code == "aws_error":
            self.names.missed(name)
        else:
            raise fault
        return False
