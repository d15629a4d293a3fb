"""Have the states of a gateway's kernels read anew: Jupyter keeps the last ones it was told until it is asked itself."""

from __future__ import annotations

import asyncio
import inspect
import time
from collections.abc import Callable
from typing import Any

from mlcost_ext.core.activity import Unmeasured

ASK_SECONDS = 30.0
PATIENCE_SECONDS = 3.0
UNANSWERED = Unmeasured(
    signal="kernel_busy",
    reason="The gateway on which this server's kernels run does not answer: whether they run code is not known.",
)


class GatewayKernels:
    """Knows whether the states of kernels on another machine are fresh. For the event loop's thread."""

    def __init__(self, kernels: Any, clock: Callable[[], float] = time.monotonic) -> None:
        """Take Jupyter's kernel manager, of whatever class, and seconds that only go on."""
        self._kernels, self._clock = kernels, clock
        self._asked_at = float("-inf")
        self.has_answered = True
        """Whether what the manager says of remote kernels is no older than half a minute, or is its own knowledge."""

    @property
    def is_one(self) -> bool:
        """Whether the manager asks elsewhere which kernels there are: that of a gateway is the one that has to be awaited."""
        return inspect.iscoroutinefunction(getattr(self._kernels, "list_kernels", None))

    async def refresh(self, *, at_once: bool = False) -> bool:
        """Have all states read anew, once in half a minute at most, or at once; tell whether they were. Nothing is raised."""
        if not self.is_one:
            return True
        if not at_once and self._clock() - self._asked_at < ASK_SECONDS:
            return False
        self._asked_at = self._clock()
        try:
            await asyncio.wait_for(self._kernels.list_kernels(), PATIENCE_SECONDS)
            self.has_answered = True
        except Exception:  # noqa: BLE001  (out of reach, too slow, or an answer that cannot be read: their states are not known)
            self.has_answered = False
        return self.has_answered
