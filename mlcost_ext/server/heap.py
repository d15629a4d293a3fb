"""Keep the garbage collector from walking through the whole process while thousands of jobs are taken in.

A full collection of a Jupyter server's two hundred thousand objects holds the event loop up for a tenth of a second. Python makes
one whenever a quarter as many have been added, which a large account does within seconds. What is frozen meanwhile does not count
(`gc.freeze`), and is given back afterwards. Where it is much more than a Jupyter server's own, so that later full collections
would hold the loop up for longer than that server's ever did, it stays frozen until the server ends: what nobody refers to any
more is freed all the same, and only what refers to itself in a circle, and was there at that moment, is kept.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable

MANY = 20
"""Things in one push: it is one of many."""
REST_SECONDS = 10.0
"""Without such a push for this long all is taken in."""
LARGE = 300_000
"""Objects, from which on they stay frozen; a Jupyter server of its own has two hundred thousand."""


class Heap:
    """The garbage collector's view of this process; left alone where somebody else has frozen it."""

    def __init__(self, clock: Callable[[], float] = time.monotonic, large: int = LARGE) -> None:
        self._clock, self._large = clock, large
        self._taking_since: float | None = None
        """When the last large push came; None: all is taken in."""
        self._is_frozen = False
        self._is_ours = hasattr(gc, "freeze")

    def taken(self, count: int) -> None:
        """Note that so many things of one push were taken in."""
        if count >= MANY and self._may_freeze():
            gc.freeze()
            self._taking_since, self._is_frozen = self._clock(), True
        elif self._taking_since is not None and self._clock() - self._taking_since > REST_SECONDS:
            self._taking_since = None
            if gc.get_freeze_count() < self._large:
                self.release()

    def release(self) -> None:
        """Give everything back to the collector."""
        if self._is_frozen:
            gc.unfreeze()
            self._taking_since, self._is_frozen = None, False

    def _may_freeze(self) -> bool:
        if not self._is_frozen and self._is_ours:
            self._is_ours = gc.get_freeze_count() == 0
        return self._is_ours
