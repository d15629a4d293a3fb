"""One watched region: its feeds, and what is said of how reading goes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mlcost_ext.core.job import Problem

from . import cut
from .ask import Ask, Feed, Rank, Steps
from .aws_clock import AwsClock
from .feeds.describing import Describing, NamesFeed
from .feeds.endpoints import SIDE, ComponentsFeed, EndpointDetailFeed, Endpoints
from .feeds.following import SEARCH, DetailFeed, Following
from .feeds.history import HistoryFeed
from .feeds.inputs import InputsFeed
from .feeds.last_use import LastUseFeed
from .feeds.parts import Parts
from .feeds.studio import StudioFeed
from .feeds.sweep import SweepFeed
from .feeds.warm_pools import KIND as WARM_POOL
from .feeds.warm_pools import WarmPoolFeed
from .gate import Gate
from .kinds import KINDS, LISTED, PROMPT, STUDIO, training
from .kinds import endpoint as endpoints
from .known import Book
from .names import Names
from .outlet import Outlet
from .ownership import PARENT_ARNS, Ownership
from .pace import Random, Tempo
from .permissions import Permissions
from .protocol import Watch

Clock = Callable[[], float]

PROMPT_KINDS = tuple(kind.kind for kind in PROMPT)
FIRST_PICTURE_SECONDS = 20.0
"""Longer than this the first picture does not wait for other kinds, once the prompt ones are there."""
CHANGES_LEAD_SECONDS = 240.0
"""What keeps a kind from being confirmed goes before a configuration or a second look that has not waited so much longer."""
SIDES = {"endpoint": (SIDE,), WARM_POOL: (WARM_POOL,)}
"""Kinds of which something beside themselves may be missing, and under which name that is noted."""

COUNTS = ("budget", "calls_total", "clock_offset_seconds", "poll_seconds")
"""Members of a status that are no reason to tell it."""

STILL_READING = Problem(
    code="reading",
    message="Things of this kind that ended today are still being read, so their totals are not complete.",
    hint="The figures fill in by themselves; what runs was read first.",
)


@dataclass(slots=True, kw_only=True)
class Task:
    """A feed, and where it stands."""

    feed: Feed
    kinds: tuple[str, ...] = ()
    """What is not told while it fails; empty: the region as a whole."""
    needs_picture: bool = False
    """Whether it waits until the first picture is there."""
    not_before: float = float("-inf")
    steps: Steps[None] | None = None
    """None: it is not under way."""
    ask: Ask | None = None
    """What it wants to ask next."""
    asked: int = 0
    """Calls made since it began."""
    asked_at: float = float("-inf")
    """When it made its last call."""
    lead_seconds: float = 0.0
    """So much less than others of its rank it waits for its turn."""
    failures: int = 0
    """How often in a row it has failed."""
    problem: Problem | None = None

    def present_problem(self) -> Problem | None:
        """Give what its last reading failed by; None: it did not, or there is nothing to be read any more."""
        return None if self.problem is None or self.feed.due_at() is None else self.problem

    def ready_at(self, now: float) -> float | None:
        """Give when it has something to ask; None: not before something else happens."""
        if self.ask is not None:
            return now
        due = self.feed.due_at()
        return None if due is None else max(due, self.not_before)

    def turn(self) -> tuple[Rank, bool, float]:
        """Give its place among those that are ready: the more urgent first; of these who is under way; then who waits longest.

        So none waits for ever while another of its rank has always something to ask.
        """
        return self.rank(), self.ask is None, self.asked_at - self.lead_seconds

    def rank(self) -> Rank:
        """Give the rank of what it asks next; what something more urgent of the same feed waits behind is as urgent."""
        return self.feed.rank() if self.ask is None else min(self.ask.rank, self.feed.rank())

    def close(self) -> None:
        """Give up what is under way; it begins anew."""
        if self.steps is not None:
            self.steps.close()
        self.steps, self.ask = None, None


class Region:
    """What is known of one region, and how to know more."""

    def __init__(
        self,
        region_id: str,
        outlet: Outlet,
        clock: Clock,
        aws_clock: AwsClock,
        random: Random,
        *,
        tempo: Tempo,
        check_credentials: Callable[[], None],
    ) -> None:
        self.region_id = region_id
        self.gate = Gate(clock, random)
        self.has_first_picture = False
        self._read_at: float | None = None
        self._told: dict[str, Any] | None = None
        self._outlet, self._aws_clock, names = outlet, aws_clock, Names(clock)
        self.parts = Parts(
            region_id=region_id,
            clock=clock,
            aws_clock=aws_clock,
            random=random,
            permissions=Permissions(clock),
            names=names,
            ownership=Ownership(names),
            books={kind.kind: Book(kind, outlet.push_items, outlet.push_gone) for kind in KINDS},
            check_credentials=check_credentials,
            tempo=tempo,
        )
        self._remember_parents()
        describing = Describing(self.parts)
        self.followings = {
            kind.kind: Following(kind, self.parts, describing, turn=number / len(kinds))
            for kinds in (PROMPT, (*LISTED, *STUDIO))
            for number, kind in enumerate(kinds, start=1)
            if kind not in STUDIO
        }
        self.endpoints = Endpoints(self.parts, outlet.push_items)
        self.endpoints.follow(self.parts.book(endpoints.KIND))
        self.endpoint_details = EndpointDetailFeed(self.parts, self.endpoints)
        self.studio = StudioFeed(self.parts)
        self.warm_pools = WarmPoolFeed(self.parts)
        self.details = DetailFeed(list(self.followings.values()), self.parts)
        self.sweeps = [SweepFeed(self.followings[kind], self.parts) for kind in PROMPT_KINDS]
        self.history = HistoryFeed(self.followings[training.KIND.kind], self.parts, outlet)
        self.inputs = InputsFeed(self.parts, outlet)
        self.tasks = self._tasks(describing)

    def _tasks(self, describing: Describing) -> list[Task]:
        beside: list[Feed] = [
            ComponentsFeed(self.parts, self.endpoints),
            self.endpoint_details,
            LastUseFeed(self.parts, self.endpoints),
        ]
        return [
            Task(feed=NamesFeed(self.parts, describing, self._is_described, self._confirm)),
            *(Task(feed=each, kinds=(kind,)) for kind, each in self.followings.items()),
            Task(feed=self.studio, kinds=tuple(kind.kind for kind in STUDIO)),
            Task(feed=self.warm_pools, kinds=(WARM_POOL,)),
            Task(feed=self.details, lead_seconds=CHANGES_LEAD_SECONDS),
            *(Task(feed=feed, kinds=(SIDE,)) for feed in beside),
            *(Task(feed=feed, kinds=("sweep",), needs_picture=True) for feed in self.sweeps),
            Task(feed=self.history, kinds=("history",), needs_picture=True),
            Task(feed=self.inputs, kinds=("input",), needs_picture=True),
        ]

    def _confirm(self, kind: str) -> None:
        """Let a kind see whether something of it that was asked for by its name was the last that it has missed."""
        following = self.followings.get(kind)
        if following is not None:
            following.confirm()

    def _is_described(self, kind: str) -> bool:
        """Say whether a prompt kind's first picture is made of descriptions, since Search does not tell it."""
        following = self.followings.get(kind)
        if following is None or not following.kind.is_prompt or following.is_complete:
            return False
        return self.parts.permissions.is_denied(kind, SEARCH)

    def hold(self, things: Iterable[tuple[str, str]]) -> None:
        """Take things, by kind and name, for running that were told before: where they are not met, they are asked for."""
        for kind, name in things:
            if kind in self.parts.books:
                self.parts.books[kind].known.hold([name])

    def held(self) -> Iterator[tuple[str, str]]:
        """Give kind and name of all that was told and runs."""
        return ((kind, name) for kind, book in self.parts.books.items() for name in book.known.running())

    def want(self, watch: Watch, *, is_alone: bool) -> None:
        """Set what is watched."""
        if not self.parts.ownership.watch.region_ids:
            self.history.begin(watch)
        self.parts.ownership.watch, self.parts.is_alone = watch, is_alone
        self.parts.names.want(watch.names_in(self.region_id))

    def hurry(self) -> None:
        """Read at once, since somebody looks."""
        self.gate.hurry()
        for following in self.followings.values():
            following.hurry()
        self.studio.hurry()

    @property
    def is_down(self) -> bool:
        """Whether none of the prompt kinds can be read at present."""
        prompt = [task for task in self.tasks if set(task.kinds) & set(PROMPT_KINDS)]
        return all(task.failures for task in prompt)

    def try_again(self) -> None:
        """Read at once whatever has failed before, since AWS answers again: it may have waited ever longer."""
        for task in self.tasks:
            if task.problem is not None:
                task.not_before = float("-inf")
        self.parts.names.try_again()

    @property
    def is_read(self) -> bool:
        """Whether all prompt kinds were read."""
        return all(self.followings[kind].is_complete for kind in PROMPT_KINDS)

    def note_progress(self, now: float, *, has_calls: bool) -> bool:
        """Say whether the first picture has come to be there just now.

        That is, everything that can be read at once was: the prompt kinds, and of all others what the calls for the first
        picture are enough for.

        Args:
            now: The time.
            has_calls: Whether such calls are left.
        """
        if self.has_first_picture or not self.is_read:
            return False
        self._read_at = self._read_at if self._read_at is not None else now
        ready = (task.ready_at(now) for task in self.tasks if task.rank() <= Rank.BACKLOG)
        is_waiting = any(each is not None and each <= now for each in ready)
        self.has_first_picture = not is_waiting or not has_calls or now - self._read_at >= FIRST_PICTURE_SECONDS
        return self.has_first_picture

    @property
    def is_busy(self) -> bool:
        """Whether there is more to read than changes."""
        is_late = any(each.listing.has_backlog for each in self.followings.values())
        return is_late or any(feed.is_under_way for feed in self.sweeps) or not self.history.is_done

    def prompt_feeds(self) -> int:
        """Count what is read promptly; while the region does not answer, it is hardly asked."""
        if self.gate.problem is not None:
            return 0
        return sum(not each.is_slow and each.is_followed for each in self.followings.values())

    def other_calls(self) -> int:
        """Count the calls of one round of all that is read by and by."""
        if self.gate.problem is not None:
            return 0
        followings = sum(each.is_slow and each.is_followed for each in self.followings.values())
        return followings + 2 * self.studio.is_wanted + self.endpoints.may_have_components + self.warm_pools.has_any

    def fails(self) -> Problem | None:
        """Give what keeps the prompt kinds from being read; None: nothing does."""
        if self.gate.problem is not None:
            return self.gate.problem
        own = (task.present_problem() for task in self.tasks if not task.kinds or set(task.kinds) & set(PROMPT_KINDS))
        return next((problem for problem in own if problem is not None), None)

    def status(self, calls_total: int, spent: Mapping[str, int]) -> dict[str, Any]:
        """Give the status to push after a reading; a missing permission is the problem where there is no worse one."""
        problem = self.fails() or self.parts.permissions.problem(PROMPT_KINDS)
        head = status(self.region_id, problem, self._aws_clock.offset_seconds, calls_total, spent)
        times = [self.followings[kind].as_of for kind in PROMPT_KINDS if not self.followings[kind].is_slow]
        known = [time for time in times if time is not None]
        return {
            **head,
            "as_of": cut.time(min(known)) if len(known) == len(times) else None,
            "first_picture": self.has_first_picture,
            "mode": self.followings[training.KIND.kind].mode,
            "kinds": {kind: cut.time(time) for kind, time in self._times().items()},
            "poll_seconds": round(self.parts.tempo.prompt_seconds, 1),
            "seconds_between_calls": self.gate.seconds_between,
            "kind_problems": {kind: document_of(each) for kind, each in self._kind_problems().items()},
            "history": {"through": cut.time(self.history.through), "is_done": self.history.is_done},
        }

    def push_status(self, calls_total: int, spent: Mapping[str, int], *, is_news: bool) -> None:
        """Tell how reading goes, where that is news or differs from what was told."""
        document = self.status(calls_total, spent)
        told = {key: value for key, value in document.items() if key not in COUNTS}
        if is_news or told != self._told:
            self._told = told
            self._outlet.push_status(document)

    def close(self) -> None:
        """Give up what is under way; everything begins anew, and long readings go on from where they were."""
        for task in self.tasks:
            task.close()

    def _times(self) -> dict[str, datetime | None]:
        followed: dict[str, datetime | None] = {kind: each.as_of for kind, each in self.followings.items()}
        return {**followed, **self.studio.as_of} if self.studio.is_wanted else followed

    def _kind_problems(self) -> dict[str, Problem]:
        found: dict[str, Problem] = {}
        others = [kind for kind in self._times() if kind not in PROMPT_KINDS]
        for kind, names in [*((kind, (kind,)) for kind in others), *SIDES.items()]:
            failed = (task.present_problem() for task in self.tasks if set(names) & set(task.kinds))
            problem = next(filter(None, failed), None) or self.parts.permissions.problem(names) or self._still_reading(kind)
            if problem is not None:
                found[kind] = problem
        return found

    def _still_reading(self, kind: str) -> Problem | None:
        following = self.followings.get(kind)
        if following is None or following.kind.is_prompt:
            return None
        return STILL_READING if following.as_of is not None and not following.is_complete else None

    def _remember_parents(self) -> None:
        for kind in KINDS:
            if kind.kind in PARENT_ARNS:
                self.parts.book(kind).on_news.append(self._noting(kind.kind))

    def _noting(self, kind_name: str) -> Callable[[Iterable[dict[str, Any]]], None]:
        kind = self.parts.books[kind_name].kind
        return lambda documents: self.parts.ownership.note(kind, documents, self.parts.now())


def status(
    region_id: str | None, problem: Problem | None, offset_seconds: float | None, calls_total: int, spent: Mapping[str, int]
) -> dict[str, Any]:
    """Give the document that tells how reading goes, as far as it is the same for all regions.

    Args:
        region_id: Where; None: there is no region to read.
        problem: What is in the way.
        offset_seconds: AWS's clock minus this machine's; None: not known.
        calls_total: Requests sent since the start.
        spent: Those of them that count in the budget's window, and those of the first picture.
    """
    return {
        "push": "status",
        "region_id": region_id,
        "as_of": None,
        "first_picture": False,
        "mode": "search",
        "calls_total": calls_total,
        "budget": dict(spent),
        "clock_offset_seconds": offset_seconds,
        "problem": None if problem is None else document_of(problem),
        "kinds": {},
        "poll_seconds": None,
        "seconds_between_calls": None,
        "kind_problems": {},
        "history": {"through": None, "is_done": False},
    }


def document_of(problem: Problem) -> dict[str, str]:
    """Write a problem."""
    return {"code": problem.code, "message": problem.message, "hint": problem.hint}
