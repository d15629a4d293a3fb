"""The poll thread: whose turn it is, how long to wait, and what is said when a reading fails.

One call at a time, for all regions together. Of everything that wants to be asked the most urgent is, provided that the budget
leaves enough to what will be more urgent still (`pace`), and that the region's gate is open (`gate`).
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any, Protocol

from mlcost_ext.core.job import Problem

from . import pace
from .ask import Ask, Rank
from .aws_clock import AwsClock, answered_at
from .budget import WINDOW_SECONDS, Bucket, Budget
from .clients import Aws, give_memory_back
from .faults import Fault, aws_error, region_missing
from .kinds import Kind, endpoint
from .operations import READS, service_of
from .outlet import Outlet, Sink
from .pace import MAX_DETAIL_CALLS, RESERVE_CALLS, USUAL_DETAIL_CALLS, Load, tempo_of
from .protocol import Watch
from .region import PROMPT_KINDS, Clock, Region, Task, status

_log = logging.getLogger(__name__)

DETAIL_BURST = 12
DETAIL_RANKS = (Rank.DETAIL, Rank.METRICS)
RETRY_SECONDS = 10.0
MAX_RETRY_SECONDS = 900.0
DOWN_FACTOR = 4
"""So much less often all but one of the prompt kinds are tried while none of them can be read."""
IDLE_SECONDS = 0.5
"""A feed that had nothing to ask although it was due is not asked again sooner."""
TOUCH_WAIT_SECONDS = 2.0


class CountedAws(Aws, Protocol):
    """AWS, and how often it was asked."""

    calls_total: int


class Poller:
    """Read what is watched. `watch`, `touch`, `known_tags` and `close` may be called from any thread, the rest from its own."""

    def __init__(
        self,
        aws: CountedAws,
        budget: Budget,
        sink: Sink,
        *,
        clock: Clock,
        wall: Callable[[], datetime],
        random: pace.Random,
    ) -> None:
        self._aws, self._budget, self._sink = aws, budget, sink
        self._clock, self._random = clock, random
        self._aws_clock = AwsClock(wall)
        self._details = Bucket(clock, burst=DETAIL_BURST, per_second=MAX_DETAIL_CALLS / WINDOW_SECONDS)
        self._tempo = tempo_of("asleep", Load())
        self._changed = threading.Condition()
        self._watch = Watch()
        self._touched: list[tuple[str, str, str, bool]] = []
        self._is_stale = True
        self._is_closed = False
        self._regions: dict[str, Region] = {}
        self._synced = Watch()

    def watch(self, watch: Watch) -> None:
        """Replace what is watched."""
        with self._changed:
            before = self._watch
            if before is not self._synced:  # what is told to a reader that starts is told once
                earlier, first = watch.earlier or before.earlier, max(watch.earlier_first, before.earlier_first)
                watch = replace(watch, held=watch.held | before.held, earlier=earlier, earlier_first=first)
            self._watch, self._is_stale = watch, True
            self._changed.notify_all()

    def touch(self, region_id: str, kind: Kind, name: str, *, is_leaving: bool = False) -> None:
        """Read one thing soon, since it is about to change."""
        with self._changed:
            self._touched.append((region_id, kind.kind, name, is_leaving))
            self._is_stale = True
            self._changed.notify_all()

    def known_tags(self, region_id: str, kind: Kind, name: str, created: Any) -> dict[str, str] | None:
        """Give the tags of the thing that was created then, as last read; None where they are not known."""
        region = self._regions.get(region_id)
        known = region.parts.book(kind).known if region else None
        return known.tags(name) if known is not None and known.may_be(name, created) else None

    def completed(self, region_id: str, kind: Kind, document: dict[str, Any]) -> dict[str, Any]:
        """Give a description with what is known besides: whose it is, and what belongs to an endpoint."""
        region = self._regions.get(region_id)
        if region is None:
            return document
        marked = region.parts.ownership.marked(kind, document)
        return region.endpoints.joined(marked) if kind is endpoint.KIND else marked

    def app_owner_key(self, region_id: str, name: str) -> str | None:
        """Give whether an app is a space's or a user profile's, by AWS's parameter; None: not listed; no text: both have one."""
        region = self._regions.get(region_id)
        return region.parts.ownership.app_owners.get(name) if region else None

    def close(self) -> None:
        """End `run` at the next occasion."""
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()

    def run(self) -> None:
        """Read until closed."""
        while not self._is_closed:
            with self._changed:
                if not self._is_stale:
                    self._changed.wait(self.seconds_to_next())
            try:
                self.turn()
            except Exception:  # noqa: BLE001 - reading goes on for as long as the process lives
                _log.exception("reading failed")
                self._pause(RETRY_SECONDS)

    def _pause(self, seconds: float) -> None:
        with self._changed:
            self._changed.wait(seconds)

    def turn(self) -> None:
        """Ask everything that may be asked now."""
        self._sync()
        while not self._is_closed and self._watch.pace != "asleep" and self._step():
            if self._is_stale:
                self._sync()

    def seconds_to_next(self) -> float | None:
        """Give the seconds until there is something to do; None: only a new watch gives something to do."""
        if self._watch.pace == "asleep":
            return None
        now = self._clock()
        waits = [wait for region in self._regions.values() for task in region.tasks if (wait := self._wait(region, task, now))]
        return max(0.01, min(waits)) if waits else None

    # -- whose turn it is -------------------------------------------------------------------

    def _step(self) -> bool:
        """Let the most urgent feed ask; False where none may."""
        self._retune()
        now = self._clock()
        ready: list[tuple[tuple[Rank, bool, float], int, Region, Task]] = []
        for region in self._regions.values():
            if region.gate.opens_at() > now:
                continue
            for task in region.tasks:
                ready_at = task.ready_at(now) if region.has_first_picture or not task.needs_picture else None
                if ready_at is not None and ready_at <= now:
                    ready.append((task.turn(), len(ready), region, task))
        for (rank, _, _), _, region, task in sorted(ready, key=lambda item: item[:2]):
            if self._seconds_until(rank) <= 0:
                self._proceed(region, task)
                self._note_progress()
                return True
        self._note_progress()
        return False

    def _wait(self, region: Region, task: Task, now: float) -> float | None:
        """Give the seconds until a task may ask; None: not before something else happens."""
        ready_at = task.ready_at(now)
        if ready_at is None or (task.needs_picture and not region.has_first_picture):
            return None
        wait = max(ready_at, region.gate.opens_at()) - now
        return max(0.01, wait, self._seconds_until(task.rank()))

    def _seconds_until(self, rank: Rank) -> float:
        """Give the seconds until the budget allows a call of this rank."""
        if self._budget.has_first_calls:
            return 0.0
        tempo = self._tempo
        wait = self._budget.seconds_until(per_second=tempo.per_second(rank), reserve=tempo.reserve(rank))
        return max(wait, self._details.seconds_until()) if rank in DETAIL_RANKS else wait

    def _retune(self) -> None:
        """Share the budget out anew."""
        regions = self._regions.values()
        load = Load(
            prompt=sum(region.prompt_feeds() for region in regions),
            other=sum(region.other_calls() for region in regions),
            details=USUAL_DETAIL_CALLS if (usual := self._details.usual()) is None else usual,
            is_busy=any(region.is_busy for region in regions),
        )
        tempo = tempo_of(self._watch.pace, load)
        if self._budget.seconds_until(per_second=tempo.polls_per_second, reserve=RESERVE_CALLS) > 0:
            tempo = tempo.slowed()
        self._tempo = tempo
        for region in regions:
            region.parts.tempo = tempo

    # -- asking -----------------------------------------------------------------------------

    def _proceed(self, region: Region, task: Task) -> None:
        """Let a feed begin, or ask what it wants to."""
        if task.steps is None:
            task.steps, task.asked = task.feed.steps(), 0
            self._resume(region, task, next)
        if task.ask is not None:
            self._ask(region, task, task.ask)

    def _ask(self, region: Region, task: Task, ask: Ask) -> None:
        """Make one call, and give the feed what came of it."""
        if ask.operation not in READS:
            raise ValueError(f"{ask.operation} is not the poller's to send")
        if ask.rank in DETAIL_RANKS and not self._budget.has_first_calls:
            self._details.spend()
        self._budget.spend()
        task.asked, task.asked_at = task.asked + 1, self._clock()
        sent = self._aws_clock.wall()
        try:
            answer = self._aws.call(region.region_id, ask.operation, ask.params)
        except Fault as error:
            fault = error
        except Exception as error:  # noqa: BLE001 - whatever went wrong with one call, the next is made
            _log.exception("a call failed")
            fault = Fault(aws_error(f"{ask.operation} failed ({type(error).__name__})."))
        else:
            self._note_answer(region, ask, answered_at(answer), sent)
            self._resume(region, task, lambda steps: steps.send(answer))
            return
        self._note_fault(region, ask, fault, sent)
        self._resume(region, task, lambda steps: steps.throw(fault))

    def _note_answer(self, region: Region, ask: Ask, at: datetime | None, sent: datetime) -> None:
        self._aws_clock.note(at, sent, self._aws_clock.wall())
        if service_of(ask.operation) == "sagemaker":
            region.gate.passed()

    def _note_fault(self, region: Region, ask: Ask, fault: Fault, sent: datetime) -> None:
        self._aws_clock.note(fault.answered_at, sent, self._aws_clock.wall())
        if service_of(ask.operation) == "sagemaker":
            region.gate.failed(fault.problem, is_alone=len(self._regions) == 1)

    def _resume(self, region: Region, task: Task, resume: Callable[[Any], Ask]) -> None:
        """Let a feed go on to its next question, its end or its failure."""
        try:
            task.ask = resume(task.steps)
            return
        except StopIteration:
            problem = None
        except Fault as fault:
            problem = fault.problem
            region.gate.failed(problem, is_alone=len(self._regions) == 1) if not task.asked else None
        except Exception as error:  # noqa: BLE001 - one bad answer must not end the polling
            _log.exception("a reading failed")
            problem = aws_error(f"AWS's answer could not be taken in ({type(error).__name__}).")
        self._end(region, task, problem)

    def _end(self, region: Region, task: Task, problem: Problem | None) -> None:
        """Note that a feed has ended, and say so where it concerns what is shown."""
        task.steps = task.ask = None
        task.problem = problem
        if problem is None:
            if task.failures and set(task.kinds) & set(PROMPT_KINDS):
                region.try_again()
            task.failures = 0
            if not task.asked and region.gate.problem is not None and region.gate.problem.code == "credentials_missing":
                region.gate.passed()  # nothing had to be asked, and the credentials were looked at
            task.not_before = float("-inf") if task.asked else self._clock() + IDLE_SECONDS
        else:
            task.failures += 1
            task.not_before = self._clock() + self._retry_seconds(region, task)
        region.push_status(
            self._aws.calls_total, self._spent(), is_news=problem is not None or bool(set(task.kinds) & TOLD_KINDS)
        )

    def _retry_seconds(self, region: Region, task: Task) -> float:
        """Give how long a feed that failed waits: longer each time, prompt ones no longer than their usual.

        Where those fail as well the others leave it to them to find out when AWS answers again, and they mostly to the first
        of them: calls that fail are spent, and needed afterwards.
        """
        doubled = RETRY_SECONDS * 2.0 ** min(task.failures - 1, 10)
        if set(task.kinds) & set(PROMPT_KINDS):
            leaves_it = region.is_down and task.kinds[0] != PROMPT_KINDS[0]
            return min(self._tempo.prompt_seconds, doubled) * (DOWN_FACTOR if leaves_it else 1)
        return min(MAX_RETRY_SECONDS, max(doubled, self._tempo.other_seconds if region.is_down else 0.0))

    def _note_progress(self) -> None:
        """Say so when a region's first picture is there, and end the allowance with the last one."""
        now = self._clock()
        for region in self._regions.values():
            if region.note_progress(now, has_calls=self._budget.has_first_calls):
                if all(each.has_first_picture for each in self._regions.values()):
                    self._budget.end_first_picture()
                region.push_status(self._aws.calls_total, self._spent(), is_news=True)
                give_memory_back()

    def _spent(self) -> dict[str, int]:
        return {"window": self._budget.spent, "first_picture": self._budget.first_spent}

    # -- what is watched --------------------------------------------------------------------

    def _sync(self) -> None:
        """Take over a changed watch."""
        with self._changed:
            watch, touched = self._watch, self._touched
            is_new, self._is_stale, self._touched = watch is not self._synced, False, []
        if is_new:
            self._take_over(watch)
        for region_id, kind, name, is_leaving in touched:
            if region_id in self._regions:
                names = self._regions[region_id].parts.names
                names.touch((kind, name), wait_seconds=TOUCH_WAIT_SECONDS, is_leaving=is_leaving)

    def _take_over(self, watch: Watch) -> None:
        before, self._synced = self._synced, watch
        self._budget.begin_with((age for age, count in watch.earlier for _ in range(count)), first_calls=watch.earlier_first)
        is_other = (watch.owner_tags, watch.scope) != (before.owner_tags, before.scope)
        kept = {} if is_other else self._regions
        regions = self._regions
        self._regions = {region_id: kept.get(region_id) or self._region(region_id) for region_id in watch.region_ids}
        for region_id, region in self._regions.items():
            region.hold((kind, name) for where, kind, name in watch.held if where == region_id)
            if is_other and region_id in regions:
                region.hold(regions[region_id].held())
        for region in self._regions.values():
            region.want(watch, is_alone=len(self._regions) == 1)
            if before.pace == "asleep":
                region.close()
            if watch.pace == "viewed" and before.pace != "viewed":
                region.hurry()
        self._retune()
        if not watch.region_ids and watch.pace != "asleep":
            offset = self._aws_clock.offset_seconds
            self._sink.write(status(None, region_missing(), offset, self._aws.calls_total, self._spent()))

    def _region(self, region_id: str) -> Region:
        return Region(
            region_id,
            Outlet(region_id, self._sink, self._aws_clock),
            self._clock,
            self._aws_clock,
            self._random,
            tempo=self._tempo,
            check_credentials=self._aws.check_credentials,
        )


TOLD_KINDS = frozenset(PROMPT_KINDS)
"""Whose every reading is told, since it says of when the figures are; of others what is new."""
