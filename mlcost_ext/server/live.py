"""What lives as long as the server: the book of jobs, the reader behind it, and who is told."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable
from datetime import date, datetime, timedelta
from functools import partial
from logging import Logger
from pathlib import Path

from mlcost_ext.config import Settings
from mlcost_ext.core.calibration import CalibrationView
from mlcost_ext.core.charge_documents import Charges
from mlcost_ext.core.documents import JobList, JobRow
from mlcost_ext.core.errors import MlcostError
from mlcost_ext.core.job import Problem
from mlcost_ext.core.standing_documents import StandingList
from mlcost_ext.core.wire import PriceRow
from mlcost_ext.ledger.charge_store import ChargeStore
from mlcost_ext.ledger.charge_view import charges
from mlcost_ext.ledger.database import Database
from mlcost_ext.ledger.estimate_store import EstimateStore
from mlcost_ext.ledger.finding_store import FindingStore
from mlcost_ext.ledger.input_store import InputStore
from mlcost_ext.ledger.job_store import JobStore
from mlcost_ext.ledger.launch_store import LaunchStore
from mlcost_ext.ledger.run_store import RunStore
from mlcost_ext.ledger.utilisation_store import UtilisationStore
from mlcost_ext.usecases.job_row import job_row
from mlcost_ext.usecases.listing import JobQuery, list_jobs, listed_in
from mlcost_ext.usecases.overview import Picture
from mlcost_ext.usecases.price_lookup import find_prices, price_query
from mlcost_ext.usecases.price_row import price_row
from mlcost_ext.usecases.run_history import LedgerHistory
from mlcost_ext.usecases.standing_rows import standing_list
from mlcost_ext.usecases.watch import key_of
from mlcost_ext.wiring import Adapters

from .actions import Actions, Scope, Wish
from .attributing import Attributing
from .bookkeeper import Bookkeeper, forget_old, unreadable
from .busy import BusyTime
from .drawing import draw
from .findings import Findings
from .history import History
from .idle_making import make_idling
from .input_sizes import InputSizes
from .intake import Intake
from .judged_estimates import JudgedEstimates
from .jupyter_parts import JupyterParts
from .launch_estimates import LaunchEstimates
from .launching import Launching
from .metrics import Metrics
from .minder import Minder
from .presence import KernelNotebooks, KernelPresence, unguarded_problem
from .price_refresh import PriceRefresh
from .publisher import Drawn, Publisher
from .replays import Replays
from .repricing import Repricing
from .settling import Settling
from .spool_intake import SpoolIntake
from .utilisations import Utilisations
from .wanted import Wanted

TICK_SECONDS = 1.0
ASLEEP_TICK_SECONDS = 5.0
FORGET_SECONDS = 60.0
"""How often what ended a day ago is looked for."""


class Live:
    """Everything the handlers ask."""

    def __init__(
        self,
        parts: Adapters,
        *,
        intake: Intake,
        jupyter: JupyterParts,
        folder: Path,
        settings: Settings,
        log: Logger,
    ) -> None:
        self._parts, self._intake, self._log = parts, intake, log
        self._kernels = kernels = KernelPresence(jupyter.kernels)
        self._tasks: set[asyncio.Task[None]] = set()
        self._minder = Minder(parts, intake, self._spawn)
        self._publisher = Publisher(jupyter.events.emit, folder / "overview.json", self._recently_drawn, log)
        self._scope_account = intake.keeps_others = settings.scope_account
        self.actions = Actions(
            parts.reader,
            intake,
            self._minder,
            scope_account=settings.scope_account,
            spawn=self._spawn,
            changed=self._tell_changes,
            log=log,
        )
        self._database = Database(folder / "ledger.sqlite")
        launches = LaunchStore(self._database)
        spool = SpoolIntake(parts.spool, launches, log, kept=timedelta(days=settings.retention_days))
        self._launching = Launching(spool, intake, self._publisher.launched, log)
        self._settling = Settling(launches, intake, log)
        self.attributing = Attributing(launches, intake, kernels.is_there, log, is_on=parts.host.is_shared)
        self._history = History(JobStore(self._database), intake, log)
        runs = RunStore(self._database)
        parts.estimator.history = LedgerHistory(runs.ended_since, input_of=runs.input_of)
        self._inputs = InputSizes(InputStore(self._database), intake, log, is_on=settings.measure_inputs)
        self._minder.inputs = self._inputs.wanted
        used = UtilisationStore(self._database)
        self._utilisations = Utilisations(used, parts.reader.request, lambda: parts.reader.is_running, parts.facts, log)
        self._charges = ChargeStore(self._database)
        self._notebooks = KernelNotebooks(jupyter.sessions)
        price = parts.session_price
        self.idling = idling = make_idling(jupyter, intake, lambda: self._minder.host, price, settings, self._database, log)
        busy = BusyTime(kernels.manager, self._notebooks.of, verdict=lambda: idling.verdict, waiting=idling.waiting_kernels)
        forget = partial(forget_old, self._charges, launches, settings.retention_days)
        self._bookkeeper = Bookkeeper(self._charges, intake, busy, parts.session_price, forget, log)
        self._history.is_charged = lambda: self._bookkeeper.is_level
        self._repricing = Repricing(intake, parts.prices.look_again, self._history.prices_changed)
        self._price_refresh = PriceRefresh(parts.price_refresher.refresh if parts.price_refresher else None, self._spawn)
        self._estimates = LaunchEstimates(parts.estimator, EstimateStore(self._database), log)
        self.findings = Findings(FindingStore(self._database), intake, self.actions, self._publisher.found, log, Wanted(folder))
        self._launching.on_any = self.findings.note_news
        self._launching.on_new = (self._estimates.take, self._inputs.take, lambda x: self.attributing.take(x, x.kernel_id))
        self.judged = JudgedEstimates(parts.estimator, folder.parent.parent, folder.name, self.now)
        self.replays = Replays(self._database, folder.parent.parent)
        self._forgot_at = float("-inf")
        self._unguarded: list[Problem] = []
        self._drawn_at: datetime | None = None
        self._drawn: Drawn = (-1, b"")
        self.estimating = asyncio.Lock()  # a request with thousands of variants must not take every thread
        self._metrics = Metrics(lambda: self._picture(self.now()) if self._drawn_at else None, self.now, log)

    # -- what handlers ask ------------------------------------------------------------------

    def note_viewer(self) -> None:
        """Somebody looks: what is shown is kept fresh."""
        self._minder.note_viewer()

    def overview_body(self) -> bytes:
        """Give the overview as JSON, drawn at most once a second and change."""
        now = self.now()
        if (self._drawn_at, self._drawn[0]) != (now, self._intake.revision):
            self._draw(now)
        return self._drawn[1]

    def _recently_drawn(self) -> Drawn:
        """Give a drawing of this second, also where something has changed since: the file is written again then."""
        now = self.now()
        if self._drawn_at != now:
            self._draw(now)
        return self._drawn

    def _draw(self, now: datetime) -> None:
        self._drawn_at, self._drawn = now, (self._intake.revision, draw(self._picture(now), now))

    def jobs(self, query: JobQuery, scope: Scope = "mine") -> JobList:
        """Give a page of jobs.

        Raises:
            NotAllowedError: Others' jobs are asked for, and may not be shown.
        """
        self.actions.check_scope(scope)
        books = self._intake.books
        listed = listed_in(books.ours, is_mine=True)
        if scope == "account":
            listed += listed_in(books.others, is_mine=False)
        return list_jobs(listed, query, self.now())

    def job(self, kind: str, wish: Wish) -> JobRow:
        """Give one job.

        Raises:
            NotFoundError: None has that name.
        """
        metered, is_mine = self.actions.job(kind, wish)
        family = self._intake.book.family(key_of(metered.job)) if metered.job.is_sum else None
        return job_row(metered, self.now(), family=family, is_mine=is_mine)

    def standing(self, scope: Scope = "mine") -> StandingList:
        """Give everything that costs until somebody ends it.

        Raises:
            NotAllowedError: Others' things are asked for, and may not be shown.
        """
        self.actions.check_scope(scope)
        is_mine = True if scope == "mine" else None
        return standing_list(self._intake.standing, self._minder.host, self._intake.prices, self.now(), is_mine=is_mine)

    @property
    def region_id(self) -> str | None:
        """The session's own region; None: it has none."""
        return self._minder.host.region_id

    def charges(self, start: date, end: date, group_by: tuple[str, ...]) -> Charges:
        """Add up the charges of some days; blocks on the disk.

        Raises:
            RemoteError: The ledger cannot be read.
        """
        try:
            return charges(self._charges, start, end, group_by)
        except OSError as error:
            raise unreadable(error) from None

    def prices(self, region_id: str, instance_type: str | None, component: str | None) -> list[PriceRow]:
        """Give unit prices; may be called from any thread.

        Raises:
            PriceUnknownError: Nobody has one; the hint names what is near.
            UsageError: There is no such component, or nothing was asked for.
        """
        query = price_query(region_id, instance_type, component)
        return [price_row(price) for price in find_prices(self._parts.prices, query)]

    async def calibration(self) -> CalibrationView:
        """Tell how estimates have held; null where the ledger cannot be read."""
        return await self._estimates.view(self.now())

    # -- life -------------------------------------------------------------------------------

    def start(self) -> None:
        """Begin to follow the spool and to work the reader's answers off; on the event loop's own thread."""
        self._metrics.register()
        self._spawn(self._minder.look_again())
        self._spawn(self._take_for_ever())
        self._spawn(self.idling.work())
        self._spawn(self._tick_for_ever())

    async def stop(self) -> None:
        """End everything; the last overview stays on disk."""
        self._metrics.unregister()
        for task in list(self._tasks):
            task.cancel()
        await self.idling.close()
        await self._parts.reader.stop()
        if self._parts.price_refresher is not None:
            await self._parts.price_refresher.stop()
        self._intake.heap.release()
        await self._bookkeeper.close(self._minder.host, self._intake.prices, self.now())
        await self._history.close()
        await asyncio.to_thread(self._database.close)

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
        now = self.now()
        await self._launching.work(now)
        self.idling.glance()
        self._look_at_kernels()
        self._intake.give_up_waiting(now)
        self._forget(now)
        await self._settling.work()
        await self._inputs.work()
        await self.attributing.work()
        await self._history.work(now)
        if self._utilisations.is_due(now):
            self._spawn(self._utilisations.work(now))
        await self._notebooks.refresh(self._kernels.ids())
        is_viewed = self._minder.viewers.is_viewed
        await self._bookkeeper.work(self._minder.host, self._intake.prices, now, is_viewed=is_viewed)
        if await self._estimates.work(now, is_viewed=is_viewed):
            self._intake.revision += 1
        await self.findings.work(now)
        self._minder.history_cursors = self._history.cursors
        await self._minder.mind()
        await self._repricing.work(self._minder.regions(), self._minder.host.billing_currency)
        self._price_refresh.work(self._minder.regions(), is_used=self._minder.viewers.is_viewed)
        await asyncio.sleep(0)
        self._tell_changes()
        await asyncio.sleep(0)
        if await self._publisher.write_file(self._intake.revision):
            self._intake.revision += 1

    def _forget(self, now: datetime) -> None:
        if time.monotonic() - self._forgot_at >= FORGET_SECONDS:
            self._forgot_at = time.monotonic()
            self._intake.books.ours.forget_ended_before(now)
            self._intake.books.others.forget_ended_before(now)

    def _tell_changes(self) -> None:
        self._publisher.changed(self._intake.changes, self._intake.revision)

    def _look_at_kernels(self) -> None:
        """Count the kernels that do not watch; where nobody can write the home, nobody can tell."""
        count = self._kernels.unguarded(self._intake.launches.guarded_kernels)
        found = [unguarded_problem(count)] if count and self._publisher.trouble is None else []
        if found != self._unguarded:
            self._unguarded, self._intake.revision = found, self._intake.revision + 1

    # -- drawing ----------------------------------------------------------------------------

    def now(self) -> datetime:
        """Give the time by AWS's clock, in whole seconds."""
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
            standing=intake.standing,
            past=self._history.past(state, now),
            charged=self._bookkeeper.charged,
            calibration=self._estimates.calibration,
            idle=self.idling.idle(now, timedelta(seconds=intake.clock_offset_seconds or 0)),
            found=self.findings.found,
            session_costs=self._bookkeeper.session_costs,
            scope_account=self._scope_account,
            aws=state,
            prices=intake.prices,
            session_price=self._parts.session_price(minder.host),
            billing_currency=intake.billing_currency,
            problems=(
                *no_region,
                *self._parts.prices.problems(self.region_id),
                *unwritable,
                *self._unguarded,
                *minder.session_problems,
                *problems,
            ),
            is_session_awaited=minder.is_session_awaited,
            clock_offset_seconds=intake.clock_offset_seconds,
        )
