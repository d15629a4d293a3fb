"""Which actions are denied at present for which kind of thing, and when each is tried again."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from mlcost_ext.core.job import Problem

from .faults import permission_missing
from .operations import action_of

FIRST_RETRY_SECONDS = 40.0
RETRY_SECONDS = 300.0
"""What was denied is tried again after less than a minute, then ever later, up to this."""
FORGOTTEN_SECONDS = 900.0
"""What was not tried again for so long is needed no more, and not said any more."""
DENIALS_TO_HOLD = 3
"""So many denials in a row, and an operation that is granted thing by thing is left alone altogether."""

Key = tuple[str, str]


class Permissions:
    """What AWS has denied in one region: a kind and an operation at a time, since a policy may tell them apart."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._denied: dict[Key, float] = {}
        self._held_until: dict[Key, float] = {}
        self._denials: dict[Key, int] = {}

    def allows(self, kind: str, operation: str) -> bool:
        """Say whether an operation is worth trying."""
        return self._clock() >= self._held_until.get((kind, operation), float("-inf"))

    def is_denied(self, kind: str, operation: str) -> bool:
        """Say whether an operation was denied when it was last tried."""
        at = self._denied.get((kind, operation))
        return at is not None and self._clock() - at < FORGOTTEN_SECONDS

    def denied(self, kind: str, operation: str, *, at_once: bool = True) -> None:
        """Remember a denial, and leave the operation alone for a while, longer each time: at once, or after some in a row."""
        key = (kind, operation)
        self._denials[key] = self._denials.get(key, 0) + 1
        self._denied[key] = self._clock()
        times = self._denials[key] - (0 if at_once else DENIALS_TO_HOLD - 1)
        if times > 0:
            self._held_until[key] = self._clock() + min(RETRY_SECONDS, FIRST_RETRY_SECONDS * 2.0 ** min(times - 1, 10))

    def granted(self, kind: str, operation: str) -> None:
        """Forget the denials of an operation."""
        key = (kind, operation)
        if key in self._denied:
            for memory in (self._denied, self._held_until, self._denials):
                memory.pop(key, None)

    def problem(self, kinds: Iterable[str]) -> Problem | None:
        """Name every action that is denied for these kinds, in one problem."""
        wanted = set(kinds)
        denied = [key for key in self._denied if key[0] in wanted and self.is_denied(*key)]
        actions = dict.fromkeys(action_of(operation) for _, operation in denied)
        return permission_missing(tuple(actions)) if actions else None
