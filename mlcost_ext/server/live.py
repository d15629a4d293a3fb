"""What lives as long as the server: the book of jobs, the reader behind it, and who is told."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from logging import Logger
from pathlib import Path
from typing import Any

from mlcost_ext.config import Settings
from mlcost_ext.core.documents import JobList, JobRow, StopAccepted
from mlcost_ext.core.errors import MlcostError, NotAllowedError, NotFoundError
from mlcost_ext.core.job import Problem
from mlcost_ext.usecases.launches import LaunchBook, awaited_job
from mlcost_ext.usecases.listing import JobQuery, list_jobs
from mlcost_ext.usecases.meter import MeteredJob
from mlcost_ext.usecases.overview import Picture, job_row
from mlcost_ext.usecases.watch import JobBook, key_of
from mlcost_ext.wiring import Adapters

from .drawing import draw
from .intake import Intake
from .minder import Minder
from .presence import KernelPresence, unguarded_problem
from .publisher import Publisher

TICK_SECONDS = 1.0
ASLEEP_TICK_SECONDS = 5.0
FRESH_LAUNCH_SECONDS = 60.0
"""A launch that the spool tells later than this is history: AWS's own list says what became of it."""
FOLLOW_UP_SECONDS = (0.5, 1.5, 3.0, 5.0, 10.0)
"""When a job that was told to stop is looked at again."""


class Live:
    """Everything the handlers ask."""

    def __init__(
        self,
        parts: Adapters,
        *,
        intake: Intake,
        kernels: KernelPresence,
        emit: Callable[..., Any],
        file: Path,
        log: Logger,
    ) -> None:
        self._parts, self._intake, self._kernels, self._log = parts, intake, kernels, log
        self._tasks: set[asyncio.Task[None]] = set()
        self._minder = Minder(parts, intake, self._spawn)
        self._publisher = Publisher(emit, file, self.overview_body, log)
        self._unguarded: list[Problem] = []
        self._body: tuple[datetime, int, bytes] | None = None

    # -- what handlers ask ------------------------------------------------------------------

    def note_viewer(self) -> None:
        """Somebody looks: what is shown is kept fresh."""
        self._minder.note_viewer()

    def overview_body(self) -> bytes:
        """Give the overview as JSON, drawn at most once a second and change."""
        now = self._now()
        if self._body is None or self._body[:2] != (now, self._intake.revision):
            self._body = (now, self._intake.revision, draw(self._picture(now), now))
        return self._body[2]

    def jobs(self, query: JobQuery) -> JobList:
        """Give a page of jobs."""
        return list_jobs(self._intake.book.all(), query, self._now())

    def job(self, kind: str, name: str, region_id: str | None) -> JobRow:
        """Give one job.

        Raises:
            NotFoundError: None of ours has that name.
        """
        return job_row(self._one(kind, name, region_id), self._now())

    async def stop_job(self, kind: str, name: str, region_id: str | None) -> StopAccepted:
        """Ask AWS to stop a job of ours.

        Raises:
            NotFoundError: None of ours has that name.
            NotAllowedError: It has ended already.
            MlcostError: AWS refused, with what to do.
        """
        job = self._one(kind, name, region_id).job
        if not job.is_running:
            message = f"{name} has ended already: {job.status}."
            raise NotAllowedError(message, "Nothing needs to be stopped.", code="already_ended")
        await self._parts.reader.start()
        await self._parts.reader.request(f"stop_{kind}_job", region_id=job.region_id, name=name)
        self._log.info("mlcost-ext asked AWS to stop the %s job %s, as its user told it to.", kind, name)
        self._spawn(self._follow(job.region_id, name))
        return StopAccepted(name=name, status="Stopping")

    # -- life -------------------------------------------------------------------------------

    def start(self) -> None:
        """Begin to follow the spool and to work the reader's answers off; on the event loop's own thread."""
        self._spawn(self._take_for_ever())
        self._spawn(self._tick_for_ever())

    async def stop(self) -> None:
        """End everything; the last overview stays on disk."""
        for task in list(self._tasks):
            task.cancel()
        await self._parts.reader.stop()

    def _spawn(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(self._guard(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _guard(self, work: Awaitable[None]) -> None:
        try:
            await work
        except MlcostError as error:
            self._log.info("mlcost-ext: %s %s", error.message, error.hint)
        except asyncio.CancelledError:
            raise
        except Exception:  # noqa: BLE001  (whatever it is, the server must go on; the log has it)
            self._log.exception("mlcost-ext: a background step failed; it is tried again")

    async def _take_for_ever(self) -> None:
        while True:
            await self._guard(self._intake.take_next())

    async def _tick_for_ever(self) -> None:
        while True:
            await self._guard(self._tick())
            await asyncio.sleep(ASLEEP_TICK_SECONDS if self._minder.pace == "asleep" else TICK_SECONDS)

    async def _tick(self) -> None:
        now = self._now()
        for event in await asyncio.to_thread(self._parts.spool.read_new):
            self._take_event(event, now)
        self._look_at_kernels()
        self._intake.give_up_waiting(now)
        self._intake.book.forget_ended_before(now)
        await self._minder.mind()
        self._publisher.changed(self._intake.changes, self._intake.revision)
        if await self._publisher.write_file(self._intake.revision):
            self._intake.revision += 1

    def _take_event(self, event: dict[str, Any], now: datetime) -> None:
        launch = self._intake.launches.take(event)
        if launch is None:
            return
        self._intake.take_launch(launch)
        job = awaited_job(launch)
        if job is None or (now - (launch.answered_at or launch.at)).total_seconds() > FRESH_LAUNCH_SECONDS:
            return
        if self._intake.book.get(key_of(job)) is None:
            self._intake.await_description(job, now)
        self._publisher.launched(launch)

    def _look_at_kernels(self) -> None:
        """Count the kernels that do not watch; where nobody can write the home, nobody can tell."""
        count = self._kernels.unguarded(self._intake.launches.guarded_kernels)
        found = [unguarded_problem(count)] if count and self._publisher.trouble is None else []
        if found != self._unguarded:
            self._unguarded, self._intake.revision = found, self._intake.revision + 1

    async def _follow(self, region_id: str, name: str) -> None:
        for pause in FOLLOW_UP_SECONDS:
            await asyncio.sleep(pause)
            answer = await self._parts.reader.request("describe_training_job", region_id=region_id, name=name)
            self._intake.take_description("training", answer.get("job"))
            self._publisher.changed(self._intake.changes, self._intake.revision)

    # -- drawing ----------------------------------------------------------------------------

    def _now(self) -> datetime:
        return self._intake.aws_time().replace(microsecond=0)

    def _picture(self, now: datetime) -> Picture:
        intake, minder = self._intake, self._minder
        asking = minder.asking()
        state, problems = intake.aws_state(asking, now)
        no_region = [self._parts.region_problem] if self._parts.region_problem and not asking.regions else []
        unwritable = [self._publisher.trouble] if self._publisher.trouble else []
        return Picture(
            host=minder.host,
            book=intake.book,
            aws=state,
            prices=intake.prices,
            session_price=self._parts.session_price,
            problems=(*no_region, *unwritable, *self._unguarded, *minder.session_problems, *problems),
            is_session_awaited=minder.is_session_awaited,
        )

    def _one(self, kind: str, name: str, region_id: str | None) -> MeteredJob:
        named = (m for m in self._intake.book.named(kind, name) if region_id in (None, m.job.region_id))
        found = [m for m in named if self._intake.is_ours(m.job)]
        if not found:
            message = f"No {kind} job of yours is called {name}."
            raise NotFoundError(message, "Look at the list of jobs; only your own are there.")
        if len(found) > 1:
            message = f"Several regions have a {kind} job called {name}."
            raise NotFoundError(message, "Say which with ?region_id=.", code="ambiguous")
        return found[0]


def make_live(
    parts: Adapters, settings: Settings, server_id: str, *, emit: Callable[..., Any], kernels: Any, log: Logger
) -> Live:
    """Put together what lives as long as the Jupyter server."""
    intake = Intake(JobBook(), LaunchBook(), parts.prices, parts.prices.has_local_disk, log)
    parts.reader.on_push(intake.push)
    file = settings.home / "servers" / server_id / "overview.json"
    return Live(parts, intake=intake, kernels=KernelPresence(kernels), emit=emit, file=file, log=log)
