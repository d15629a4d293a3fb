"""Keep the idle verdict: look, judge, tell. Nothing is stopped by it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from logging import Logger
from typing import Protocol

from mlcost_ext.core.activity import Measurements
from mlcost_ext.core.errors import RemoteError
from mlcost_ext.core.host import Host
from mlcost_ext.core.idle import IdleOptions, Verdict
from mlcost_ext.core.idle_documents import Idle, IdleView, NativeIdle
from mlcost_ext.core.words import clean
from mlcost_ext.idle.options import options_of
from mlcost_ext.idle.tracking import Tracked, shifted, track
from mlcost_ext.idle.verdict import verdict
from mlcost_ext.policy.layer import Layer
from mlcost_ext.policy_files.compiling import PolicyInForce
from mlcost_ext.usecases.idle_price import SessionRate
from mlcost_ext.usecases.idle_view import Judged, idle_in_short, idle_view

from .idle_look import IdleLook
from .idle_policy import PolicyHere, notes_on
from .idle_watch import JobsOf

SHORTEST_SECONDS, LONGEST_SECONDS = 1.0, 30.0
"""Between two looks; in between, a sixtieth of the timeout."""
NOTHING_THERE_SECONDS = 120.0
"""The same where there are neither kernels nor terminals."""
AT_ONCE_SECONDS = 2.0
"""The same where somebody does something while the machine is idle."""
FRESH_SECONDS = 1.0
"""How old the look is at most that a viewer is shown."""
PATIENCE_SECONDS = 5.0
"""For how long a viewer waits for it."""
OVERDUE_INTERVALS, OVERDUE_SECONDS = 3, 60.0
"""So old, and so old at least, is the last look when the next one is taken to hang."""
CLOSING_SECONDS = 5.0
"""For how long a look that is given up is waited for, lest what follows it is ended in the middle of a write."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What came of one look, for whoever follows the verdict."""

    tracked: Tracked
    verdict: Verdict
    options: IdleOptions
    host: Host
    cost_per_hour: Decimal | None
    list_cost_per_hour: Decimal | None
    now: datetime

    @property
    def is_on(self) -> bool:
        """Whether idleness is judged at all."""
        return self.options.mode != "off"


class Follower(Protocol):
    """Somebody who is told of each look; neither raises."""

    async def note(self, seen: Seen) -> None:
        """Take in what was seen."""
        ...

    async def close(self) -> None:
        """End, with the server."""
        ...


class Idling:
    """Judges this machine's idleness for as long as the server lives. All methods are for the event loop's thread."""

    def __init__(
        self,
        look: IdleLook,
        policy: PolicyHere,
        host: Callable[[], Host],
        rate: Callable[[], SessionRate],
        jobs: JobsOf,
        tell: Callable[[Verdict], None],
        log: Logger,
    ) -> None:
        """Take what it stands on.

        Args:
            look: Takes looks.
            policy: Gives what is in force.
            host: Gives the machine.
            rate: Gives what it costs.
            jobs: Gives the running jobs that were launched from a kernel.
            tell: Is told of each verdict whose state is another than that before.
            log: Is told once of each trouble.
        """
        self._look, self._policy, self._host, self._rate, self._jobs = look, policy, host, rate, jobs
        self._tell, self._log = tell, log
        self._tracked = Tracked()
        self._judged: Judged | None = None
        self._in_force: PolicyInForce | None = None
        self._measured: Measurements | None = None
        self._subjects: tuple[frozenset[str], frozenset[str]] = (frozenset(), frozenset())
        self._glanced = self._subjects
        self._looked_at = self._seen_at = self._began_at = float("-inf")
        self._looking: asyncio.Task[None] | None = None
        self._reading: asyncio.Task[list[Layer]] | None = None
        self._above: Sequence[Layer] = ()
        self._step = ""
        """What a look does besides looking; empty: it looks."""
        self._is_hang_told = False
        self._news = asyncio.Event()
        self._has_news = False
        """Whether a person has done something since the last look."""
        self._trouble = ""
        self.followers: tuple[Follower, ...] = ()
        """Told of each look, one after the other."""
        self.native: Callable[[], NativeIdle | None] = lambda: None
        """Gives what is known of Studio's own idle shutdown."""

    # -- what others ask --------------------------------------------------------------------

    @property
    def verdict(self) -> Verdict | None:
        """The verdict of the last look; None: there was none yet."""
        return self._judged.verdict if self._judged else None

    @property
    def cost_per_hour(self) -> Decimal | None:
        """What the machine costs, as of the last look; None: not known."""
        return self._judged.rate.cost_per_hour if self._judged else None

    @property
    def spent_seconds(self) -> float:
        """CPU time that all looks have taken so far, in the event loop and in threads."""
        return self._look.spending.seconds

    def waiting_kernels(self) -> frozenset[str]:
        """Give the kernels that only wait for a job that runs elsewhere, as of the last look."""
        kernels = self._measured.kernels if self._measured else ()
        return frozenset(kernel.kernel_id for kernel in kernels if kernel.waits_for)

    def idle(self, as_of: datetime, by: timedelta) -> Idle | None:
        """Give the verdict in short, judged by what was seen last; None: nothing was yet.

        Args:
            as_of: By AWS's clock.
            by: How far that is ahead of this machine's.
        """
        if self._judged is None:
            return None
        short, notes = idle_in_short(self._judged_at(self._judged, as_of - by), by), self._overdue_notes()
        return replace(short, reason=" ".join((short.reason, *notes))) if notes else short

    async def view(self) -> IdleView:
        """Give the verdict with all its evidence, of a fresh look; of the last one where that takes too long.

        Raises:
            RemoteError: Nothing has been seen yet.
        """
        await self._fresh()
        if self._judged is None:
            raise RemoteError(
                "This machine has not been looked at yet.",
                "Ask again in a few seconds; if it stays so, the Jupyter server's log says why.",
                code="idle_unknown",
            )
        above = await self._layers_above()
        notes = (*(notes_on(self._in_force) if self._in_force else ()), *self._trouble_notes(), *self._overdue_notes())
        return idle_view(self._judged_at(self._judged, self._look.clock.now()), above, notes, self.native())

    def glance(self) -> None:
        """Look soon where a kernel or a terminal has come or gone, and log once that a look hangs."""
        notes = self._overdue_notes()
        if notes and not self._is_hang_told:
            self._log.warning("mlcost-ext cannot tell whether this machine is idle. %s", *notes)
        self._is_hang_told = bool(notes)
        there = self._look.subjects()
        if there not in (self._subjects, self._glanced):
            self._glanced = there  # what was looked at stays as it is, so that a viewer is not shown it as fresh
            self._news.set()

    # -- life -------------------------------------------------------------------------------

    async def work(self) -> None:
        """Look for ever."""
        self._look.begin(self._note_news)
        while True:
            await self._look_once()
            try:
                await asyncio.wait_for(self._news.wait(), self._interval())
                await asyncio.sleep(max(0.0, self._pause() - (time.monotonic() - self._looked_at)))
            except asyncio.TimeoutError:
                pass
            self._news.clear()

    async def close(self) -> None:
        """Put back what observes, and let followers end."""
        self._look.end()
        open_ = [task for task in (self._looking, self._reading) if task is not None and not task.done()]
        for task in open_:
            task.cancel()
        if open_:
            await asyncio.wait(open_, timeout=CLOSING_SECONDS)
        for follower in self.followers:
            await follower.close()

    def _note_news(self) -> None:
        self._has_news = True
        if self._judged is not None and self._judged_at(self._judged, self._look.clock.now()).verdict.state == "idle":
            self._news.set()

    def _pause(self) -> float:
        """Give how long it is to the next look at least, so that what was momentary holds still when it is seen."""
        hold = self._judged.options.hold if self._judged else timedelta(0)
        return min(AT_ONCE_SECONDS, hold.total_seconds() / 2)

    def _interval(self) -> float:
        """Give how long it is to the next look."""
        if self._judged is None or self._judged.verdict.state == "off":
            return LONGEST_SECONDS
        if not any(self._subjects):
            return NOTHING_THERE_SECONDS
        part = self._judged.options.timeout.total_seconds() / 60
        return min(max(part, SHORTEST_SECONDS), LONGEST_SECONDS)

    # -- looking ----------------------------------------------------------------------------

    async def _fresh(self) -> None:
        """Look anew where the last look is too old, or something has happened since; what takes too long goes on by itself."""
        for _ in range(2):  # a look that was being taken may have begun before
            if not self._is_old() or self._hangs:
                break
            _, unfinished = await asyncio.wait({self._begun()}, timeout=PATIENCE_SECONDS)
            if unfinished:
                break

    async def _layers_above(self) -> Sequence[Layer]:
        """Give the policy's layers above the user's own; those of an earlier answer where their files do not answer in time."""
        if self._reading is None or self._reading.done():
            self._reading = asyncio.ensure_future(asyncio.to_thread(self._policy.above_users))
        await asyncio.wait({self._reading}, timeout=FRESH_SECONDS if self._hangs else PATIENCE_SECONDS)
        if self._reading.done():
            self._above = self._reading.result()
        return self._above

    def _is_old(self) -> bool:
        is_late = self._judged is None or time.monotonic() - self._looked_at > FRESH_SECONDS
        return is_late or self._has_news or self._look.subjects() != self._subjects

    async def _look_once(self) -> None:
        """Take a look, or wait for the one that is being taken; nothing is raised."""
        await asyncio.shield(self._begun())

    def _begun(self) -> asyncio.Task[None]:
        """Give the look that is being taken, of which there is one at a time, however long it takes."""
        if self._looking is None or self._looking.done():
            self._looking = asyncio.ensure_future(self._take())
        return self._looking

    async def _take(self) -> None:
        self._began_at = time.monotonic()
        try:
            await self._take_and_judge()
            self._trouble = ""
        except Exception as error:  # noqa: BLE001  (the verdict stays as it was, and the next look may go well)
            self._say(error)
        self._looked_at = time.monotonic()

    async def _take_and_judge(self) -> None:
        self._step = "the reading of the policy's files"
        self._in_force = await asyncio.to_thread(self._look.spending.timed(self._policy.in_force))
        policy, rate = self._in_force.policy, self._rate()
        options = options_of(policy, rate.in_currency(policy.billing_currency))
        self._look.switch(is_on=options.mode != "off")
        if options.mode == "off":
            self._tracked, self._measured, now = Tracked(), None, self._look.clock.now()
        else:
            self._step = ""
            now = await self._measure(options)
        with self._look.spending:
            judged = Judged(
                verdict=verdict(self._tracked, options, now),
                options=options,
                policy=policy,
                rate=rate,
                waits_for=waits_for(self._measured),
            )
            self._keep(judged)
        await self._tell_followers(judged, now)

    async def _measure(self, options: IdleOptions) -> datetime:
        """Look, and remember what was seen; give the time of it."""
        self._subjects = self._glanced = self._look.subjects()
        self._has_news = False
        looked = await self._look.take(self._jobs)
        with self._look.spending:
            before = shifted(self._tracked, looked.clock_step) if looked.clock_step else self._tracked
            self._tracked = track(before, looked.measured, options)
        self._measured = looked.measured
        return looked.measured.taken_at

    def _keep(self, judged: Judged) -> None:
        before, self._judged, self._seen_at = self.verdict, judged, time.monotonic()
        if before is None or before.state != judged.verdict.state:
            self._tell(judged.verdict)

    def _judged_at(self, judged: Judged, now: datetime) -> Judged:
        """Judge what was seen last anew: what is momentary has aged since, unless nobody knows what has happened since."""
        now = judged.verdict.as_of if self._overdue_notes() else now
        return replace(judged, verdict=verdict(self._tracked, judged.options, now), rate=self._rate())

    async def _tell_followers(self, judged: Judged, now: datetime) -> None:
        seen = Seen(
            tracked=self._tracked,
            verdict=judged.verdict,
            options=judged.options,
            host=self._host(),
            cost_per_hour=judged.rate.cost_per_hour,
            list_cost_per_hour=judged.rate.list_cost_per_hour,
            now=now,
        )
        self._step = "what tells Studio of the verdict and records it"
        for follower in self.followers:
            await follower.note(seen)

    # -- trouble ----------------------------------------------------------------------------

    def _say(self, error: Exception) -> None:
        if not self._trouble:
            self._log.warning("mlcost-ext could not look whether this machine is idle and tries again", exc_info=error)
        self._trouble = clean(f"{type(error).__name__}: {error}")

    def _trouble_notes(self) -> tuple[str, ...]:
        return (f"The last look has failed ({self._trouble}): this is what an earlier one found.",) if self._trouble else ()

    def _overdue_notes(self) -> tuple[str, ...]:
        """Say that what was seen last is old, and what hangs."""
        age = time.monotonic() - self._seen_at
        if self._judged is None or age < self._overdue_seconds:
            return ()
        if self._hangs:
            return (f"The last look is {int(age // 60)} min old: what hangs is {self._step or self._look.step}.",)
        return (f"What is told here was seen {int(age // 60)} min ago.",)

    @property
    def _overdue_seconds(self) -> float:
        return max(OVERDUE_INTERVALS * self._interval(), OVERDUE_SECONDS)

    @property
    def _hangs(self) -> bool:
        """Whether a look is being taken, and has been for long."""
        is_looking = self._looking is not None and not self._looking.done()
        return is_looking and time.monotonic() - self._began_at >= self._overdue_seconds / 2


def waits_for(measured: Measurements | None) -> tuple[str, ...]:
    """Give the jobs that kernels only wait for."""
    return tuple(job for kernel in (measured.kernels if measured else ()) for job in kernel.waits_for)
