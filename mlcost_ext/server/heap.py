"""Keep the garbage collector from walking through the whole process while thousands of jobs are taken in.

A full collection of a Jupyter server's two hundred thousand objects holds the event loop up for a tenth of a second. Python makes
one whenever a quarter as many have been added, which a large account does within seconds. What is frozen meanwhile does not count
(`gc.freeze`); all of it is given back afterwards, so nothing is kept that would have been collected.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable

MANY = 20
"""Things in one push: it is one of many."""
REST_SECONDS = 10.0
"""Without such a push for this long all is taken in."""


class Heap:
    """The garbage collector's view of this process; left alone where somebody else has frozen it."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._frozen_at: float | None = None
        self._is_ours = hasattr(gc, "freeze")

    def taken(self, count: int) -> None:
        """Note that so many things of one push were taken in."""
        if count >= MANY and self._may_freeze():
            gc.freeze()
            self._frozen_at = self._clock()
        elif self._frozen_at is not None and self._clock() - self._frozen_at > REST_SECONDS:
            self.release()

    def release(self) -> None:
        """Give everything back to the collector."""
        if self._frozen_at is not None:
            gc.unfreeze()
            self._frozen_at = None

    def _may_freeze(self) -> bool:
        if self._frozen_at is None and self._is_ours:
            self._is_ours = gc.get_freeze_count() == 0
        return self._is_ours
