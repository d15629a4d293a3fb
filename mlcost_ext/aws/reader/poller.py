"""The poll thread: whose turn it is, how long to wait, and what is said when a poll fails."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from mlcost_ext.core.job import Problem

from . import pace
from .aws_clock import AwsClock
from .budget import Budget
from .calls import Calls, PausedError
from .clients import Aws, give_memory_back
from .describing import RESERVE_CALLS
from .faults import Fault, aws_error, region_missing
from .outlet import Outlet, Sink
from .protocol import Watch
from .region import Clock, Region, status

_log = logging.getLogger(__name__)


class CountedAws(Aws, Protocol):
    """AWS, and how often it was asked."""

    calls_total: int


@dataclass(slots=True, kw_only=True)
class Slot:
    """One region's place in the round."""

    region: Region
    next_poll: float
    problem: Problem | None = None
    """What the last reading failed by: nothing more is read before the next poll."""
    backed_off: int = 0
    """Polls in a row that are a reason to ask less often."""

    @property
    def is_throttled(self) -> bool:
        """Whether AWS has said that it is asked too often."""
        return self.problem is not None and self.problem.code == "throttled"

    def due_at(self) -> float:
        """Give when this region is to be visited next."""
        names_due_at = None if self.problem else self.region.names_due_at()
        return self.next_poll if names_due_at is None else min(self.next_poll, names_due_at)


class Poller:
    """Poll what is watched. `watch`, `touch` and `close` may be called from any thread, the rest from its own."""

    def __init__(
        self,
        aws: CountedAws,
        budget: Budget,
        sink: Sink,
        *,
        clock: Clock,
        wall: Callable[[], datetime],
        random: pace.Random,
        sleep: Callable[[float], None] = time.sleep,
        wait: Callable[[threading.Condition, float], object] = threading.Condition.wait,
    ) -> None:
        self._aws, self._budget, self._sink = aws, budget, sink
        self._clock, self._random, self._sleep, self._wait = clock, random, sleep, wait
        self._aws_clock = AwsClock(wall)
        self._changed = threading.Condition()
        self._watch = Watch()
        self._touched: list[tuple[str, str]] = []
        self._is_stale = True
        self._is_closed = False
        self._slots: dict[str, Slot] = {}
        self._synced = Watch()

    def watch(self, watch: Watch) -> None:
        """Replace what is watched."""
        with self._changed:
            self._watch, self._is_stale = watch, True
            self._changed.notify_all()

    def touch(self, region_id: str, name: str) -> None:
        """Read one job soon, since it is about to change."""
        with self._changed:
            self._touched.append((region_id, name))
            self._is_stale = True
            self._changed.notify_all()

    def known_tags(self, region_id: str, name: str) -> dict[str, str] | None:
        """Give the tags of a job as last read; None where they are not known."""
        slot = self._slots.get(region_id)
        return slot.region.known.tags(name) if slot else None

    def close(self) -> None:
        """End `run` at the next occasion."""
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()

    def run(self) -> None:
        """Poll until closed."""
        while not self._is_closed:
            with self._changed:
                if not self._is_stale:
                    self._changed.wait(self.seconds_to_next())
            self.turn()

    def turn(self) -> None:
        """Visit every region whose time has come."""
        self._sync()
        try:
            for slot in list(self._slots.values()):
                self._visit(slot)
        except PausedError:
            return

    def seconds_to_next(self) -> float | None:
        """Give the seconds until there is something to do; None: only a new watch gives something to do."""
        if self._watch.pace == "asleep" or not self._slots:
            return None
        seconds = min(slot.due_at() for slot in self._slots.values()) - self._clock()
        return max(0.01, seconds, self._budget.seconds_until(RESERVE_CALLS))

    def await_turn(self) -> None:
        """Wait for the budget; see `calls.Turn`."""
        with self._changed:
            while not self._is_closed and self._watch.pace != "asleep":
                seconds = self._budget.seconds_until()
                if seconds <= 0:
                    return
                self._wait(self._changed, seconds)
        raise PausedError

    def can_spare(self, reserve: int) -> bool:
        """Say whether the budget has more than `reserve` calls left, and nothing newer waits; see `calls.Turn`."""
        return not self._is_stale and self._budget.seconds_until(reserve) <= 0

    def _sync(self) -> None:
        """Take over a changed watch."""
        with self._changed:
            watch, touched = self._watch, self._touched
            is_new, self._is_stale, self._touched = watch is not self._synced, False, []
        if is_new:
            self._take_over(watch)
        for region_id, name in touched:
            if region_id in self._slots:
                self._slots[region_id].region.names.touch(name)

    def _take_over(self, watch: Watch) -> None:
        before, self._synced = self._synced, watch
        kept = {} if watch.owner_tags != before.owner_tags else self._slots
        self._slots = {region_id: kept.get(region_id) or self._slot(region_id) for region_id in watch.region_ids}
        for slot in self._slots.values():
            slot.region.want(watch)
            if watch.pace == "viewed" and before.pace != "viewed" and not slot.is_throttled:
                slot.next_poll = self._clock()
        if not watch.region_ids and watch.pace != "asleep":
            self._sink.write(status(None, region_missing(), self._aws_clock.offset_seconds, self._aws.calls_total))

    def _slot(self, region_id: str) -> Slot:
        calls = Calls(region_id, self._aws, self, self._aws_clock)
        outlet = Outlet(region_id, self._sink, self._aws_clock, self._sleep)
        return Slot(region=Region(region_id, calls, outlet, self._clock, self._aws_clock), next_poll=self._clock())

    def _visit(self, slot: Slot) -> None:
        if self._watch.pace == "asleep" or self._is_closed:
            raise PausedError
        now = self._clock()
        if now >= slot.next_poll:
            self._poll(slot, slot.region.poll)
        elif now >= slot.due_at():
            self._poll(slot, slot.region.read_names)

    def _poll(self, slot: Slot, read: Callable[[], None]) -> None:
        had_picture, is_poll = slot.region.has_first_picture, read == slot.region.poll
        problem = self._problem_of(read)
        slot.problem = problem
        slot.backed_off = slot.backed_off + 1 if self._slows_down(problem) else 0
        if is_poll or problem:
            slot.next_poll = self._clock() + self._wait_seconds(slot)
            self._sink.write(slot.region.status(problem, self._aws.calls_total))
        if slot.region.has_first_picture and not had_picture:
            give_memory_back()

    def _problem_of(self, read: Callable[[], None]) -> Problem | None:
        try:
            read()
        except Fault as fault:
            return fault.problem
        except PausedError:
            raise
        except Exception as error:  # noqa: BLE001 - one bad answer must not end the polling
            _log.exception("a poll failed")
            return aws_error(f"AWS's answer could not be taken in ({type(error).__name__}).")
        return None

    def _slows_down(self, problem: Problem | None) -> bool:
        """Say whether to ask less often: AWS wants it, or a region that hangs keeps the others waiting."""
        code = problem.code if problem else None
        return code == "throttled" or (code == "network_unreachable" and len(self._slots) > 1)

    def _wait_seconds(self, slot: Slot) -> float:
        if slot.backed_off:
            return pace.back_off_seconds(self._watch.pace, slot.backed_off, self._random)
        return pace.poll_seconds(self._watch.pace, self._random)
