"""Count the CPU time that something of ours takes, whichever thread it is in."""

from __future__ import annotations

import time
from collections.abc import Callable
from types import TracebackType
from typing import TypeVar

Found = TypeVar("Found")


class Spending:
    """Seconds so far; ``with spending:`` adds what is done within, which may not wait for anything."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._began = 0.0

    def __enter__(self) -> None:
        self._began = time.thread_time()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.seconds += time.thread_time() - self._began

    def timed(self, work: Callable[[], Found]) -> Callable[[], Found]:
        """Give the same work, counted; for a thread of its own, one at a time."""

        def done() -> Found:
            began = time.thread_time()
            try:
                return work()
            finally:
                self.seconds += time.thread_time() - began

        return done
