"""Which actions are denied at present, and when each is tried again."""

from __future__ import annotations

from collections.abc import Callable

from mlcost_ext.core.job import Problem

from .faults import permission_missing

SEARCH, LIST = "sagemaker:Search", "sagemaker:ListTrainingJobs"
DESCRIBE, TAGS = "sagemaker:DescribeTrainingJob", "sagemaker:ListTags"
RETRY_SECONDS = 300.0
DENIALS_TO_HOLD = 3
"""So many denials in a row, and an action that is granted job by job is left alone altogether."""


class Permissions:
    """What AWS has denied in one region."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._problems: dict[str, Problem] = {}
        self._held_until: dict[str, float] = {}
        self._denials: dict[str, int] = {}

    def allows(self, action: str) -> bool:
        """Say whether an action is worth trying."""
        return self._clock() >= self._held_until.get(action, float("-inf"))

    def is_denied(self, action: str) -> bool:
        """Say whether an action was denied when it was last tried."""
        return action in self._problems

    def denied(self, action: str, *, at_once: bool = True) -> None:
        """Remember a denial, and leave the action alone for five minutes: at once, or after some in a row."""
        self._denials[action] = self._denials.get(action, 0) + 1
        self._problems[action] = permission_missing((action,))
        if at_once or self._denials[action] >= DENIALS_TO_HOLD:
            self._held_until[action] = self._clock() + RETRY_SECONDS

    def granted(self, action: str) -> None:
        """Forget the denials of an action."""
        for memory in (self._problems, self._held_until, self._denials):
            memory.pop(action, None)

    def problem(self) -> Problem | None:
        """Name every action that is denied, in one problem."""
        return permission_missing(tuple(self._problems)) if self._problems else None
