"""Take in what the reader tells, a few things at a time, so that the event loop never waits."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from logging import Logger
from typing import Any

from mlcost_ext.core.documents import AwsState
from mlcost_ext.core.job import Job, JobName, Problem
from mlcost_ext.core.ledger import Attribution
from mlcost_ext.core.ports import PriceSource
from mlcost_ext.core.standing import Standing
from mlcost_ext.core.times import UTC
from mlcost_ext.jobs import kind_named, standing_kind_named
from mlcost_ext.jobs.kind import Facts
from mlcost_ext.jobs.warm_pool import standing_of_warm_pool
from mlcost_ext.usecases.carrying import is_same
from mlcost_ext.usecases.launches import Launch, LaunchBook, undescribed
from mlcost_ext.usecases.meter import MeteredJob, meter
from mlcost_ext.usecases.standing import key_of_standing, meter_standing
from mlcost_ext.usecases.watch import JobChange, JobKey, key_of

from .aws_time import AwsTime
from .books import Books, is_older, is_outdated, is_the_same
from .freshness import Asking, aws_state
from .heap import Heap

SLICE = 5
"""Things between two turns of the event loop: one takes about a tenth of a millisecond."""
DESCRIBED_WITHIN = timedelta(minutes=2)
"""AWS describes what it has accepted within seconds; after this long its cost is called unknown."""
ASKED_FOR = timedelta(hours=1)
"""So long it is asked for on without anybody looking: AWS may only be out of reach, and the job runs."""
MAX_FINAL = 1000
MAX_DOUBTFUL = 500

Document = Mapping[str, Any]


class Intake:
    """Turn the reader's pushes into metered things and into the state of AWS's answers."""

    def __init__(self, books: Books, launches: LaunchBook, prices: PriceSource, facts: Facts, log: Logger) -> None:
        self.books, self.launches, self.prices, self.facts, self.log = books, launches, prices, facts, log
        self.prices_on: Callable[[date], PriceSource] = lambda _: prices
        """The prices by the rates that were in force on a day, UTC."""
        self.book, self.standing = books.ours, books.standing
        self.owner_tags: Mapping[str, str] = {}
        """A thing with any of these is ours."""
        self.keeps_others = False
        """Whether what is not ours is kept too (the account's scope)."""
        self.changes: deque[JobChange] = deque(maxlen=1000)
        self.billing_currency = "USD"
        """Of all figures; a price in another one is converted or left out."""
        self.revision = 0
        """Grows with everything that a viewer would see."""
        self.final: set[JobKey] = set()
        self.on_history: Callable[[Document], None] = do_nothing
        """Told of jobs that ended long ago."""
        self.on_input: Callable[[Document], None] = do_nothing
        """Told how large the input of a launch is."""
        self.on_final: Callable[[MeteredJob], None] = do_nothing
        """Told of each job of ours that will not change any more."""
        self.on_job: Callable[[MeteredJob], None] = do_nothing
        """Told of each job of ours, whenever something of it has changed."""
        self.on_drop: Callable[[MeteredJob], None] = do_nothing
        """Told of each job that has turned out not to be ours."""
        self._awaited: dict[JobKey, datetime] = {}
        self._undescribed: dict[JobKey, datetime] = {}
        """Launches that AWS has taken, and has neither described nor disowned for long."""
        self._doubtful: dict[JobKey, Job | Standing] = {}
        """Described, with a name that we launched, but not known to be ours: the launch's outcome tells."""
        self._status: dict[str, Document] = {}
        self.clock = AwsTime()
        self.heap = Heap()
        self._queue: asyncio.Queue[Document] = asyncio.Queue()

    # -- from the reader --------------------------------------------------------------------

    def push(self, document: Document) -> None:
        """Take one push of the reader; never waits."""
        self._queue.put_nowait(document)

    async def take_next(self) -> None:
        """Wait for the next push and work it off."""
        document = await self._queue.get()
        self.revision += self.clock.note(document)  # first of all, so that no figure is drawn by a wrong clock and then falls
        told, kind, region_id = document.get("push"), str(document.get("kind")), str(document.get("region_id"))
        if told == "items":
            items = document.get("items") or []
            await self.take_descriptions(kind, items)
            self.heap.taken(len(items))
        elif told == "status":
            self.take_status(document)
            self.heap.taken(0)
        elif told == "gone":
            self.take_gone(kind, region_id, document.get("names") or [])
        elif told == "history":
            self.on_history(document)
        elif told == "input":
            self.on_input(document)

    async def take_descriptions(self, kind: str, descriptions: list[Any]) -> None:
        """Take things in, giving way to the loop after every few."""
        for at in range(0, len(descriptions), SLICE):
            for description in descriptions[at : at + SLICE]:
                self.take_description(kind, description)
            await asyncio.sleep(0)

    def take_description(self, kind_name: str, description: Any) -> None:
        """Take one description in; what cannot be read at all is logged and left out."""
        if not isinstance(description, Mapping):
            return
        try:
            read = self.read(kind_name, description)
        except (ValueError, TypeError, ArithmeticError) as error:
            self.log.warning("mlcost-ext could not read a description of kind %s: %s", kind_name[:20], type(error).__name__)
            return
        if isinstance(read, Standing):
            self._take_standing(read, description)
        elif read is not None and read.name:
            self._take_job(read, description)

    def read(self, kind_name: str, description: Document) -> Job | Standing | None:
        """Turn a description into what it describes; None: no such kind here."""
        kind, standing_kind = kind_named(kind_name), standing_kind_named(kind_name)
        if kind is not None:
            return kind.read(description, self.facts.has_local_disk)
        return standing_kind.read(description, self.facts) if standing_kind else None

    def _take_job(self, job: Job, description: Document) -> None:
        held = self.book.get(key_of(job)) or self.books.others.get(key_of(job))
        if held is not None and description.get("Tags") is None and is_same(job, held.job):
            job = replace(job, tags=held.job.tags)  # a Describe call tells none
        if not is_older(job, held):
            self._take_if_ours(job)

    def is_ours(self, job: Job) -> bool:
        """Tell whether a job has a tag of ours, was launched by a kernel of this server, or by a job of ours."""
        is_tagged = any(job.tags.get(key) == value for key, value in self.owner_tags.items())
        return is_tagged or self.launches.is_mine(key_of(job), self._created_at(job)) or self._is_child_of_ours(job)

    def _is_child_of_ours(self, job: Job) -> bool:
        if job.parent is None:
            return False
        kind, name = job.parent
        key = (kind, job.region_id, name)
        schedule = self.standing.alike(key)
        return self.book.has_sum(key) or (schedule is not None and schedule.is_mine)

    def _take_if_ours(self, job: Job) -> None:
        key = key_of(job)
        if self.is_ours(job):
            self._awaited.pop(key, None)
            self._undescribed.pop(key, None)
            self._doubtful.pop(key, None)
            self.books.others.remove(key)
            self.take(job)
            return
        if key in self.launches.by_key or job.parent is not None:
            self._doubt(key, job)
        if self.keeps_others:
            self.books.others.put(meter(job, self.prices_of(job)), self.aws_time())
            self._sync_warm_pool(job, is_mine=False)

    def _doubt(self, key: JobKey, thing: Job | Standing) -> None:
        self._doubtful[key] = thing
        if len(self._doubtful) > MAX_DOUBTFUL:
            del self._doubtful[next(iter(self._doubtful))]

    def notebook_of(self, thing: Job) -> str | None:
        """Give the notebook that a job was launched from; None: it is not known, or was launched elsewhere."""
        return self.launches.notebook_of(key_of(thing), self._created_at(thing))

    def is_launched(self, key: JobKey, thing: Job | Standing) -> bool:
        """Tell whether a kernel of this server has launched a thing."""
        return self.launches.is_mine(key, self._created_at(thing))

    def attribution_of(self, key: JobKey, created_at: datetime | None, tags: Mapping[str, str]) -> Attribution:
        """Say who and what something is for."""
        return self.launches.attribution_of(key, created_at - self.clock.offset if created_at else None, tags)

    def prices_of(self, job: Job) -> PriceSource:
        """Give the prices that a job is counted at: those of the day on which it ended, of one that runs today's."""
        return self.prices if job.ended_at is None else self.prices_on(job.ended_at.date())

    def _created_at(self, thing: Job | Standing) -> datetime | None:
        """Give when AWS created something, by this machine's clock, as launches are noted."""
        return thing.created_at - self.clock.offset if thing.created_at else None

    def take(self, job: Job) -> None:
        """Meter a job of ours and put it into the book."""
        key = key_of(job)
        notebook = self.notebook_of(job)
        change = self.book.put(meter(job, self.prices_of(job), notebook), self.aws_time())
        held = self.book.get(key)
        if held is not None:
            self.on_job(held)
        self._sync_warm_pool(job, is_mine=True)
        if job.is_sum and change is not None:
            self._adopt((job.kind, job.name))
        if job.cost_basis == "final" and not job.is_running and not job.is_sum:
            self.final.add(key)
            if held is not None:
                self.on_final(held)
        if len(self.final) > MAX_FINAL:
            self.final &= set(self.launches.by_key)
        self.revision += 1
        if change is not None:
            self.changes.append(change)

    def _adopt(self, parent: JobName) -> None:
        """Take in the children of a job of ours that were described before it was."""
        folded_parent = (parent[0], parent[1].lower())
        for thing in list(self._doubtful.values()):
            if isinstance(thing, Job) and thing.parent and (thing.parent[0], thing.parent[1].lower()) == folded_parent:
                self._take_if_ours(thing)

    # -- what stands ------------------------------------------------------------------------

    def _take_standing(self, thing: Standing, description: Document) -> None:
        key = key_of_standing(thing)
        held = self.standing.get(key)
        is_same = held is not None and is_the_same(thing, held.standing)
        if held is not None and is_same and description.get("Tags") is None:
            thing = replace(thing, tags=held.standing.tags)
        if held is not None and is_outdated(thing, held.standing):
            return
        self.launches.gone.discard(key)
        is_mine = self.is_our_standing(thing)
        if held is not None and not is_same and not is_mine and self.standing.remove(key):
            self.revision += 1  # somebody else's has its name now
        if not is_mine and key in self.launches.by_key:
            self._doubt(key, thing)
        if is_mine or self.keeps_others:
            self._put_standing(thing, is_mine=is_mine)

    def is_our_standing(self, thing: Standing) -> bool:
        """Tell whether what stands is ours: the surroundings say so, a tag of ours, or a kernel of this server launched it."""
        if thing.is_ours is not None:
            return thing.is_ours
        is_tagged = any(thing.tags.get(key) == value for key, value in self.owner_tags.items())
        return is_tagged or self.launches.is_mine(key_of_standing(thing), self._created_at(thing))

    def _put_standing(self, thing: Standing, *, is_mine: bool) -> None:
        key = key_of_standing(thing)
        notebook = self.launches.notebook_of(key, self._created_at(thing)) if is_mine else None
        if thing.kind == "schedule":
            (self.book if is_mine else self.books.others).note_parent(key)
        is_change = self.standing.put(meter_standing(thing, self.prices, is_mine=is_mine, notebook=notebook))
        self.revision += 1
        if is_change and is_mine and thing.kind == "schedule":
            self._adopt((thing.kind, thing.name))
        if is_change and is_mine:
            self.changes.append(
                JobChange(kind=thing.kind, name=thing.name, region_id=thing.region_id, status=thing.status, secondary_status=None)
            )

    def _sync_warm_pool(self, job: Job, *, is_mine: bool) -> None:
        """Keep the instances that a job has left behind in the book of what stands, for as long as they are there."""
        key = ("warm-pool", job.region_id, job.name)
        pool = standing_of_warm_pool(job) if job.kind == "training" else None
        if pool is not None:
            self._put_standing(pool, is_mine=is_mine)
        elif self.standing.remove(key):
            self.revision += 1

    # -- how it went ------------------------------------------------------------------------

    def take_status(self, document: Document) -> None:
        """Remember how the last poll of a region went."""
        region_id = str(document.get("region_id"))
        before = self._status.get(region_id, {})
        self._status[region_id] = document
        watched = ("first_picture", "problem", "mode", "kind_problems", "seconds_between_calls")
        if any(before.get(key) != document.get(key) for key in watched) or known_kinds(before) != known_kinds(document):
            self.revision += 1

    def listed_kinds(self) -> set[tuple[str, str]]:
        """Give the kinds, each with its region, of which AWS has told all that there are."""
        return {
            (kind, region_id)
            for region_id, status in self._status.items()
            if status.get("first_picture") is True
            for kind in known_kinds(status) - set(status.get("kind_problems") or ())
        }

    def take_gone(self, kind: str, region_id: str, names: list[Any]) -> None:
        """Take out what AWS does not know any more, or never did: of what stands it is the end, of a job nobody knows it."""
        for name in names:
            key = (kind, region_id, str(name))
            self.books.others.remove(key)
            self._undescribed.pop(key, None)
            self.launches.gone |= {key} & self.launches.by_key.keys()
            metered = self.book.get(key)
            if kind == "training" and self.standing.remove(("warm-pool", region_id, str(name))):
                self.revision += 1
            if self.standing.remove(key):
                self.revision += 1
                self.changes.append(
                    JobChange(kind=kind, name=str(name), region_id=region_id, status="Deleted", secondary_status=None)
                )
            elif metered is not None and metered.job.is_running:
                self._awaited.pop(key, None)
                self.take(undescribed(metered.job))

    # -- from the spool ---------------------------------------------------------------------

    def take_launch(self, launch: Launch) -> None:
        """Let what the spool tells of a launch bear upon the thing that AWS has described before."""
        described = self._doubtful.pop(launch.key, None)
        if described is not None and launch.key in self.launches.by_key:
            if isinstance(described, Job):
                self._take_if_ours(described)
            else:
                self._take_standing(described, {"Tags": {}})
        standing = self.standing.get(launch.key)
        if standing is not None and standing.is_mine and not self.is_our_standing(standing.standing):
            self.standing.remove(launch.key)
            self._take_standing(standing.standing, {"Tags": {}})
            self.revision += 1
        metered = self.book.get(launch.key)
        if metered is None:
            return
        if not self.is_ours(metered.job):
            self.drop(launch.key)
        elif launch.tags and not metered.job.tags:  # described before the call had returned, and a Describe call tells none
            self.take(replace(metered.job, tags=dict(launch.tags)))
        elif metered.notebook != self.launches.notebook_of(launch.key, self._created_at(metered.job)):
            self.take(metered.job)

    def drop(self, key: JobKey) -> None:
        """Take a job out that has turned out to be somebody else's."""
        held = self.book.get(key)
        if held is not None:
            self.on_drop(held)
        self.book.remove(key)
        self._awaited.pop(key, None)
        self.final.discard(key)
        self.revision += 1

    def await_description(self, job: Job, now: datetime) -> None:
        """Show a launch that AWS has accepted and not described yet."""
        self._awaited[key_of(job)] = now
        self.take(job)

    def give_up_waiting(self, now: datetime) -> None:
        """Say of launches that AWS has not described for long that their cost is unknown, and count them as running no more."""
        for key, since in list(self._awaited.items()):
            metered = self.book.get(key)
            if now - since > DESCRIBED_WITHIN:
                del self._awaited[key]
                if metered is not None:
                    self._undescribed[key] = now
                    self.take(undescribed(metered.job))
        for key, since in list(self._undescribed.items()):
            if now - since > ASKED_FOR:
                del self._undescribed[key]

    @property
    def has_undescribed(self) -> bool:
        """Whether AWS still owes a word about a launch of ours."""
        return bool(self._awaited or self._undescribed)

    # -- for the picture --------------------------------------------------------------------

    def aws_time(self) -> datetime:
        """Give the time by AWS's clock, which is what it bills by, as far as it is known."""
        return now_utc() + self.clock.offset

    @property
    def clock_offset_seconds(self) -> float | None:
        """AWS's clock minus this machine's, in steps; None: AWS has not answered yet."""
        return self.clock.offset_seconds

    def aws_state(self, asking: Asking, now: datetime) -> tuple[AwsState, list[Problem]]:
        """Say how fresh the figures are, and what stands between them and the truth."""
        return aws_state(self._status, asking, now)


def do_nothing(news: object) -> None:
    """Let news pass that nobody wants."""
    del news


def known_kinds(status: Document) -> set[str]:
    """Give the kinds that a region has told at least once."""
    kinds = status.get("kinds")
    return {str(kind) for kind, as_of in kinds.items() if as_of} if isinstance(kinds, Mapping) else set()


def now_utc() -> datetime:
    """Give the time of this machine's clock, aware."""
    return datetime.now(UTC)
