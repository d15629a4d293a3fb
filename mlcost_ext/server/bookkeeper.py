"""Keep the ledger: bring each charge to what is known, and note what this machine was for: notebooks, waiting, idleness."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from logging import Logger

from mlcost_ext.core.documents import Charged
from mlcost_ext.core.errors import RemoteError
from mlcost_ext.core.host import Host
from mlcost_ext.core.ledger import Attribution, Resource
from mlcost_ext.core.ports import PriceSource
from mlcost_ext.core.price import UnitPrice
from mlcost_ext.core.profile import LedgerEntry, LedgerLine
from mlcost_ext.ledger.charge_reader import NANO, ChargeSum
from mlcost_ext.ledger.charge_rows import resource_key
from mlcost_ext.ledger.charge_store import ChargeStore
from mlcost_ext.ledger.charge_view import month_of
from mlcost_ext.ledger.launch_store import LaunchStore
from mlcost_ext.ledger.open_time import RESTART
from mlcost_ext.usecases.ledger_entries import (
    FOLLOWED,
    job_entries,
    job_resource,
    session_lines,
    session_resource,
    standing_lines,
    standing_resource,
)
from mlcost_ext.usecases.meter import MeteredJob
from mlcost_ext.usecases.session import SessionCosts
from mlcost_ext.usecases.standing import MeteredStanding, key_of_standing
from mlcost_ext.usecases.standing_rows import is_this
from mlcost_ext.usecases.watch import JobKey, key_of

from .busy import BusyTime
from .intake import Intake
from .ledger_clock import LedgerClock

BATCH = 10
"""Things that a thread writes in one go: the event loop waits two milliseconds at most for the interpreter's lock."""
WRITE_SECONDS = 10.0
"""How old the figures of the ledger are at most while somebody looks."""
QUIET_WRITE_SECONDS = 60.0
"""The same while nobody does."""
MOST_AT_ONCE = 100
"""Things that are written in one tick; the first picture of a large account brings thousands."""


UNSEEN_SECONDS = 3600.0
"""So long after a start, and then as often, what stood at the last end and is listed no more is closed."""
CLOSE_SECONDS = 5.0
REST = 150
"""So many times as long as adding up took, it is not done again: with ten thousand running jobs that is a second, in a thread."""


class Bookkeeper:
    """What is between the intake and the charges. All methods are for the event loop's thread."""

    def __init__(
        self,
        store: ChargeStore,
        intake: Intake,
        busy: BusyTime,
        session_price: Callable[[Host], UnitPrice | None],
        forget: Callable[[date], None],
        log: Logger,
        clock: LedgerClock | None = None,
    ) -> None:
        """Take what it keeps and looks at.

        Args:
            store: Keeps the charges.
            intake: Tells of jobs and holds what stands.
            busy: Knows what this machine is for.
            session_price: Gives a configured price of this machine.
            forget: Deletes what is kept beyond the days it may be kept, told today's date; blocks on the disk.
            log: Is told once of each trouble.
            clock: Gives the time that is written; None: the machine's.
        """
        self._store, self._intake, self._busy, self._log = store, intake, busy, log
        self._forget, self._forgot_on = forget, date.min
        self._session_price = session_price
        self._jobs: dict[JobKey, MeteredJob] = {}
        self._dropped: list[Resource] = []
        self._standing: dict[tuple[str, str, str], MeteredStanding] = {}
        self._machine: tuple[Resource, list[LedgerLine]] | None = None
        self._clock = clock or LedgerClock()
        self._as_of: datetime | None = None
        """By when everything is told at the latest; None: nothing is kept."""
        self._has_begun = False
        self._closes_at = time.monotonic() + UNSEEN_SECONDS
        self._written_at = float("-inf")
        self._trouble: str | None = None
        self.charged: Charged | None = None
        self.session_costs: SessionCosts | None = None
        self._rests_until = float("-inf")
        intake.on_job, intake.on_drop = self.take_job, self.drop_job

    def take_job(self, metered: MeteredJob) -> None:
        """Note what is known of a job now."""
        self._jobs[key_of(metered.job)] = metered

    def drop_job(self, metered: MeteredJob) -> None:
        """Take a job out that has turned out to be somebody else's."""
        self._jobs.pop(key_of(metered.job), None)
        self._dropped.append(job_resource(metered.job))

    @property
    def is_level(self) -> bool:
        """Whether all jobs that it was told of are in the ledger."""
        return not self._jobs

    async def work(self, host: Host, prices: PriceSource, now: datetime, *, is_viewed: bool) -> None:
        """Write what has changed, in threads; where the disk cannot be written it waits on. Nothing is raised."""
        now = self._clock.look(now, self._intake.clock.told_at)
        self._busy.look(now)
        try:
            if not self._has_begun:
                self._as_of = await asyncio.to_thread(self._store.begin)
                self._has_begun = True
            await self._set_back(now)
            await self._write_jobs(now)
            if time.monotonic() - self._written_at >= (WRITE_SECONDS if is_viewed else QUIET_WRITE_SECONDS):
                await self.write(host, prices, now)
                if time.monotonic() >= self._rests_until:
                    await self._add_up(host, now)
                if time.monotonic() >= self._closes_at:
                    await self._close_unseen(host, now)
                if self._forgot_on != now.date():
                    await asyncio.to_thread(self._forget, now.date())
                    self._forgot_on = now.date()
            self._trouble = None
        except Exception as error:  # noqa: BLE001  (the tick goes on, and what is left is written at the next one)
            self._say(error)

    async def write(self, host: Host, prices: PriceSource, now: datetime) -> None:
        """Bring everything up to now.

        Raises:
            OSError: The file cannot be written.
        """
        await self._write_standing(host, now)
        await self._write_machine(host, prices, now)
        self._written_at = time.monotonic()

    async def close(self, host: Host, prices: PriceSource, now: datetime) -> None:
        """Write what waits, as far as a few seconds take; for when the server ends. A later one reads the rest again."""
        ends = time.monotonic() + CLOSE_SECONDS
        now = self._clock.look(now, self._intake.clock.told_at)
        try:
            if self._has_begun:
                self._busy.look(now)
                await self._write_jobs(now)
                while not self.is_level and time.monotonic() < ends:
                    await self._write_jobs(now)
                await self.write(host, prices, now)
        except Exception as error:  # noqa: BLE001  (the server ends all the same)
            self._say(error)

    async def _set_back(self, now: datetime) -> None:
        """See that nothing is told by a time that AWS's clock has not reached; what is ahead by minutes is caught up with."""
        if self._clock.is_sure and self._as_of is not None and self._as_of - now > RESTART:
            await asyncio.to_thread(self._store.set_back, now)
            self._as_of = now
        self._as_of = max(self._as_of or now, now)

    async def _add_up(self, host: Host, now: datetime) -> None:
        """Tell what today and this month come to; the more of a processor that takes, the less often."""
        currency, machine = self._intake.billing_currency, session_resource(host)
        before = self.charged

        def add_up() -> tuple[Charged | None, SessionCosts | None, float]:
            began = time.thread_time()
            charged, costs = totals_of(self._store, now, currency, machine, is_judged=self._busy.has_judged)
            return charged, costs, time.thread_time() - began

        self.charged, costs, took = await asyncio.to_thread(add_up)
        self.session_costs = never_less(costs, self.session_costs)
        self._rests_until = time.monotonic() + REST * took
        if (self.charged is None) != (before is None):
            self._intake.revision += 1  # amounts alone are told with the next answer

    # -- jobs -------------------------------------------------------------------------------

    async def _write_jobs(self, now: datetime) -> None:
        for _ in range(0, MOST_AT_ONCE, BATCH):
            keys = list(self._jobs)[:BATCH]
            if not keys and not self._dropped:
                return
            taken = {key: self._jobs.pop(key) for key in keys}
            dropped, self._dropped = self._dropped, []
            try:
                await asyncio.to_thread(self._bring, list(taken.values()), dropped, now)
            except BaseException:
                self._jobs = {**taken, **self._jobs}
                self._dropped = [*dropped, *self._dropped]
                raise

    def _bring(self, jobs: Sequence[MeteredJob], dropped: Iterable[Resource], now: datetime) -> None:
        entries = [entry for metered in jobs for entry in job_entries(metered, self._who_for(metered))]
        gone = [LedgerEntry(resource=resource, lines=(), basis="metered", is_closed=True) for resource in dropped]
        try:
            self._store.bring([*entries, *gone], now)
        except (ArithmeticError, ValueError) as error:
            self._say(error)
            for entry in entries:  # all but the one that nobody can write
                self._bring_one(entry, now)

    def _bring_one(self, entry: LedgerEntry, now: datetime) -> None:
        try:
            self._store.bring([entry], now)
        except (ArithmeticError, ValueError) as error:
            self._say(error)

    def _who_for(self, metered: MeteredJob) -> Attribution:
        job = metered.job
        return self._intake.attribution_of(key_of(job), job.created_at, job.tags)

    # -- what stands ------------------------------------------------------------------------

    async def _write_standing(self, host: Host, now: datetime) -> None:
        current = {
            key_of_standing(m.standing): m for m in self._intake.standing.of_kind(*FOLLOWED) if not is_this(m.standing, host)
        }
        changed = [key for key, metered in current.items() if self._standing.get(key) is not metered]
        gone = [key for key in self._standing if key not in current]
        for key in changed:
            metered = current[key]
            who = self._intake.attribution_of(key, metered.standing.created_at, metered.standing.tags)
            lines, unknown = standing_lines(metered, who, now)
            before = self._standing.get(key)
            if before is not None and standing_resource(before.standing) != standing_resource(metered.standing):
                await asyncio.to_thread(self._store.follow, standing_resource(before.standing), [], now)
            unchanged_since = metered.standing.modified_at if metered.standing.kind == "endpoint" else None
            resource = standing_resource(metered.standing)
            await asyncio.to_thread(self._store.follow, resource, lines, now, unknown, unchanged_since)
            self._standing[key] = metered
        for key in gone:
            await asyncio.to_thread(self._store.follow, standing_resource(self._standing[key].standing), [], now)
            del self._standing[key]

    async def _close_unseen(self, host: Host, now: datetime) -> None:
        """Charge what stood when a server ended, and what AWS lists no more."""
        listed, machine = self._intake.listed_kinds(), resource_key(session_resource(host))
        there = {resource_key(standing_resource(metered.standing)) for metered in self._standing.values()}

        def is_gone(resource: Resource) -> bool:
            if resource.kind == "session":
                return resource_key(resource) != machine
            is_listed = resource.kind in FOLLOWED and (resource.kind, resource.region_id) in listed
            return is_listed and resource_key(resource) not in there

        await asyncio.to_thread(self._store.close_unseen, is_gone, now)
        self._closes_at = time.monotonic() + UNSEEN_SECONDS

    # -- this machine -----------------------------------------------------------------------

    async def _write_machine(self, host: Host, prices: PriceSource, now: datetime) -> None:
        resource, lines = session_resource(host), session_lines(host, prices, self._session_price(host), now)
        before = self._machine
        if before is None or before[0] != resource or list(map(price_and_use, lines)) != list(map(price_and_use, before[1])):
            if before is not None:  # what was counted until now belongs to what ends now
                self._busy.give_up_pending()
                await self._write_busy(*before, now)
            if before is not None and before[0] != resource:
                await asyncio.to_thread(self._store.follow, before[0], [], now)
            if lines or before is not None:
                await asyncio.to_thread(self._store.follow, resource, lines, now)
            self._machine = (resource, lines)
        await self._write_busy(resource, lines, now)

    async def _write_busy(self, resource: Resource, lines: list[LedgerLine], now: datetime) -> None:
        """Write what was counted for a machine that is paid by the hour; else only note that all was seen at `now`."""
        by_hour = next((line for line in lines if line.price.pricing_unit == "Hours"), None)
        told = self._busy.take()
        try:
            if by_hour is None:
                await asyncio.to_thread(self._store.bring, [], now)
            else:
                tags = by_hour.attribution.tags
                tagged = [(day, replace(who, tags=tags), length) for day, who, length in told]
                await asyncio.to_thread(self._store.note_busy, resource, tagged, now)
        except BaseException:
            self._busy.put_back(told)
            raise

    def _say(self, error: Exception) -> None:
        """Log what went wrong, once until it goes well again."""
        if self._trouble != type(error).__name__:
            self._trouble = type(error).__name__
            self._log.warning("mlcost-ext could not write its ledger and tries again: %s", str(error)[:200] or self._trouble)


def forget_old(charges: ChargeStore, launches: LaunchStore, days: int, today: date) -> None:
    """Delete what was kept for longer than it may be; blocks on the disk.

    Raises:
        OSError: The file cannot be written.
    """
    first = today - timedelta(days=days)
    charges.forget_before(first, today)
    launches.forget(first)


def unreadable(error: OSError) -> RemoteError:
    """Say that the ledger cannot be read."""
    return RemoteError(
        f"The ledger cannot be read ({str(error.strerror or error)[:120]}).",
        "Make room on the disk, or look at the file with 'mlcost ledger verify'.",
        code="ledger_unreadable",
    )


def totals_of(
    store: ChargeStore, now: datetime, currency: str, machine: Resource, *, is_judged: bool
) -> tuple[Charged | None, SessionCosts | None]:
    """Add up today and this month, all of it and this session's machine; blocks on the disk.

    Args:
        store: Has the charges.
        now: AWS's time.
        currency: Of the amounts.
        machine: This session's.
        is_judged: Whether something tells when it is idle; else that it has not been is not known.

    Raises:
        OSError: The ledger cannot be read.
    """
    start, end = month_of(now)
    as_of, found, _ = store.view(start, end, ("day", "resource", "component"))
    begun = store.begun()
    if as_of is None:
        return None, None
    today, own = as_of.date().isoformat(), f"session/{machine.name}"
    ours = [total for total in found if total.billing_currency == currency]
    machines = [total for total in ours if total.key[1] == own and not str(total.key[2]).startswith("Storage-")]
    left_out = {number for total in found for number in total.unpriced}
    others = {total.key[1] for total in found if total.billing_currency != currency}
    is_known = any(total.priced for total in ours) or not found
    charged = Charged(
        as_of=as_of,
        today=amount(total for total in ours if total.key[0] == today) if is_known else None,
        month=amount(ours) if is_known else None,
        unpriced=len(left_out) + len(others),
        since=begun if begun is not None and begun.date() > start else None,
    )
    is_priced = all(total.priced for total in machines)
    idle = store.idle_by_day(machine, start, end, currency)
    costs = SessionCosts(
        as_of=as_of,
        today=amount(t for t in machines if t.key[0] == today),
        month=amount(machines),
        idle_today=idle.get(as_of.date(), 0) * NANO if is_judged or as_of.date() in idle else None,
        idle_month=sum(idle.values()) * NANO if is_judged or idle else None,
    )
    return charged, costs if machines and is_priced else None


def never_less(costs: SessionCosts | None, before: SessionCosts | None) -> SessionCosts | None:
    """Keep a month's idleness from falling by the last digit, which is divided anew each time: a counter never falls."""
    if costs is None or before is None or costs.idle_month is None or before.idle_month is None:
        return costs
    if (costs.as_of.year, costs.as_of.month) != (before.as_of.year, before.as_of.month):
        return costs
    return replace(costs, idle_month=max(costs.idle_month, before.idle_month))


def amount(totals: Iterable[ChargeSum]) -> Decimal:
    return sum((total.contracted_cost for total in totals), 0) * NANO


def price_and_use(line: LedgerLine) -> tuple[object, ...]:
    """Give what makes a line another one."""
    return line.price, line.quantity, line.attribution, line.profile.since
