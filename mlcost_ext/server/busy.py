"""Share a machine's time among what it was for, by looking: kernels that work or wait, idleness, and the rest, which is not told.

No kernel is asked anything. Which are busy is what Jupyter says, and where it is wrong, as the idle verdict says; whether the
machine was idle is what that says alone.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import Any

from mlcost_ext.core.idle import Verdict
from mlcost_ext.core.ledger import Attribution, KernelState
from mlcost_ext.core.times import MICROSECOND

from .intake import now_utc
from .pending_time import PendingTime, Stretch

LONGEST_SECONDS = 10.0
"""Between two looks; what a machine did while it slept is not known."""
MILLION = 1_000_000

Told = list[tuple[date, Attribution, int]]
"""Day UTC, who, and microseconds."""
Key = tuple[date, "str | None", KernelState]
RUNS: dict[str, KernelState] = {"kernel_busy": "busy", "waiting_for_job": "waiting"}
"""Signals of the idle verdict that are of a kernel which runs code."""


def no_verdict() -> Verdict | None:
    """Judge nothing."""
    return None


def nothing_waits() -> frozenset[str]:
    """Know of no kernel that waits."""
    return frozenset()


class BusyTime:
    """Time by notebook and state, shared among kernels that are busy at once; never more than has passed."""

    def __init__(
        self,
        kernels: Any,
        notebook_of: Callable[[str], str | None],
        clock: Callable[[], float] = time.monotonic,
        *,
        verdict: Callable[[], Verdict | None] = no_verdict,
        waiting: Callable[[], frozenset[str]] = nothing_waits,
        wall: Callable[[], datetime] = now_utc,
    ) -> None:
        """Take what knows the kernels, and what judges.

        Args:
            kernels: Jupyter's kernel manager.
            notebook_of: Gives a kernel's notebook; None: it has none, or nobody knows it.
            clock: Seconds that only go on.
            verdict: Gives the last idle verdict; None: there is none.
            waiting: Gives the kernels that only wait for a job that they have launched elsewhere.
            wall: Gives the time that verdicts are told by.
        """
        self._kernels, self._notebook_of, self._clock = kernels, notebook_of, clock
        self._verdict, self._waiting, self._wall = verdict, waiting, wall
        self._looked_at = self._micros()
        self._microseconds: dict[Key, int] = {}
        self._pending = PendingTime()
        self._heard: Verdict | None = None
        self._heard_at = 0
        """When the last verdict was taken, by `clock`."""
        self._busy_since: dict[str, int] = {}
        self._used_last: tuple[int, str] | None = None
        self.has_judged = False
        """Whether there has been a verdict."""

    def look(self, now: datetime) -> None:
        """Count the time since the last look: for the kernels that are busy now, else for what the verdict makes of it."""
        at = self._micros()
        before, self._looked_at = self._looked_at, at
        news = self._hear(before, at)
        owners = self._owners(at)
        for stretch in by_day(max(before, at - int(LONGEST_SECONDS * MILLION)), at, now):
            if owners:
                self._share(stretch, owners)
            else:
                self._pending.add(stretch)
        if news is not None:
            self._judge(news)

    def take(self) -> Told:
        """Give what was counted, and begin anew; what is held back stays."""
        counted, self._microseconds = self._microseconds, {}
        return [
            (day, Attribution(notebook=notebook, kernel_state=state), length)
            for (day, notebook, state), length in counted.items()
            if length
        ]

    def put_back(self, told: Told) -> None:
        """Take back what could not be written."""
        for day, who, length in told:
            self._count((day, who.notebook, who.kernel_state or "busy"), length)

    def give_up_pending(self) -> None:
        """Leave what is held back to the rest, since what it would be written to ends."""
        self._pending.drop()

    # -- kernels ----------------------------------------------------------------------------

    def _owners(self, at: int) -> list[tuple[str, KernelState]]:
        """Give the notebooks whose kernels are busy, each as often as it has such a kernel, and what these do."""
        busy = list(self._busy_kernels())
        self._busy_since = {kernel_id: self._busy_since.get(kernel_id, at) for kernel_id in busy}
        waiting = self._waiting()
        found = ((self._notebook_of(kernel_id), kernel_id) for kernel_id in busy if not self._is_at_rest(kernel_id))
        return sorted((notebook, "waiting" if kernel_id in waiting else "busy") for notebook, kernel_id in found if notebook)

    def _is_at_rest(self, kernel_id: str) -> bool:
        """Tell whether a verdict, taken while a kernel was busy, says that nothing goes on in it.

        Such a one waits at an input prompt, or is stuck as the policy has it.
        """
        if self._heard is None or self._heard_at <= self._busy_since[kernel_id]:
            return False
        of_it = [signal for signal in self._heard.signals if signal.subject == kernel_id]
        return bool(of_it) and not any(signal.goes_on for signal in of_it)

    def _share(self, stretch: Stretch, owners: list[tuple[str, KernelState]]) -> None:
        for place, (notebook, state) in enumerate(owners):
            part = stretch.length // len(owners) + (place < stretch.length % len(owners))
            self._count((stretch.day, notebook, state), part)

    def _busy_kernels(self) -> Iterable[str]:
        kernels = getattr(self._kernels, "_kernels", None) or {}
        return [kernel_id for kernel_id, kernel in list(kernels.items()) if getattr(kernel, "execution_state", None) == "busy"]

    # -- the verdict ------------------------------------------------------------------------

    def _hear(self, before: int, at: int) -> Verdict | None:
        """Give the verdict if it is a new one, and note when it was taken: since the last look, whatever the clocks say."""
        verdict = self._verdict()
        if verdict is None or (self._heard is not None and verdict.as_of == self._heard.as_of):
            return None
        self._heard_at = min(max(at - (self._wall() - verdict.as_of) // MICROSECOND, before), at)
        self._heard = verdict
        return verdict

    def _judge(self, verdict: Verdict) -> None:
        """Count what is known to have been idle by now; where nothing is judged any more, nothing will be."""
        if verdict.state == "off":
            self._pending.drop()
            return
        self.has_judged = True
        self._share_what_ran(verdict)
        before = self._used_last
        self._note_use(verdict)
        used = before if verdict.holders else self._used_last  # what ends an idle time did not cause it
        for stretch in self._pending.judge(verdict, self._moment):
            self._count((stretch.day, used[1] if used else None, "idle"), stretch.length)

    def _share_what_ran(self, verdict: Verdict) -> None:
        """Give notebooks the time in which their kernels ran code and Jupyter took them for idle.

        It does so when a kernel is asked for anything else meanwhile, such as for the memory that it uses.
        """
        running = [signal for signal in verdict.holders if signal.name in RUNS and signal.active_since]
        owners = sorted((notebook, RUNS[each.name]) for each in running if (notebook := self._notebook_of(each.subject)))
        if owners:
            since = min(self._moment(signal.active_since) for signal in running if signal.active_since)
            for stretch in self._pending.take(min(since, self._heard_at), self._heard_at):
                self._share(stretch, owners)

    def _note_use(self, verdict: Verdict) -> None:
        """Remember which notebook was used last, also once its kernel is gone."""
        used = [
            (self._moment(signal.last_active_at), notebook)
            for signal in verdict.signals
            if signal.last_active_at and (notebook := self._notebook_of(signal.subject))
        ]
        self._used_last = max([*used, *([self._used_last] if self._used_last else [])], default=None)

    def _moment(self, time: datetime) -> int:
        assert self._heard is not None
        return self._heard_at - (self._heard.as_of - time) // MICROSECOND

    # -- inside -----------------------------------------------------------------------------

    def _count(self, key: Key, length: int) -> None:
        self._microseconds[key] = self._microseconds.get(key, 0) + length

    def _micros(self) -> int:
        return round(self._clock() * MILLION)


def by_day(start: int, end: int, now: datetime) -> Iterator[Stretch]:
    """Divide a time that ends `now` at midnight UTC, each part with its day; it is shorter than a day."""
    midnight = end - (now - now.replace(hour=0, minute=0, second=0, microsecond=0)) // MICROSECOND
    if start < midnight:
        yield Stretch(day=now.date() - timedelta(days=1), start=start, end=midnight)
    if end > max(start, midnight):
        yield Stretch(day=now.date(), start=max(start, midnight), end=end)
