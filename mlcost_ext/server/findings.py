"""Keep the findings: what is worth a change now, what was accepted until a day, and what fixes that were taken avoid."""

from __future__ import annotations

import asyncio
import re
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from logging import Logger

from mlcost_ext.core.decision import AvoidedCost, DecidedLaunch
from mlcost_ext.core.errors import NotFoundError, UsageError
from mlcost_ext.core.finding_documents import AvoidedTotal, FindingAccepted, FindingRow, Savings
from mlcost_ext.guardrails import RULES
from mlcost_ext.ledger.charge_view import month_of
from mlcost_ext.ledger.finding_store import FindingStore, KeptFinding
from mlcost_ext.ledger.saving_view import avoided_in, savings
from mlcost_ext.usecases.findings import LOOKED_AT, Found, avoided_by_delete, launch_findings, unused_findings, unused_id
from mlcost_ext.usecases.standing import MeteredStanding, key_of_standing

from .actions import Actions
from .bookkeeper import unreadable
from .intake import Intake
from .wanted import Wanted

READ_SECONDS = 60.0
"""How old what the ledger has of launches is at most."""
NEWS_SECONDS = 2.0
"""The same where there is news of launches."""
LOOK_SECONDS = 2.0
"""How often all that is known is looked through at most: with thousands of launches that takes some milliseconds."""
MOST_EVENTS = 5
EVENTS_SECONDS = 60.0
"""So many are told of within so long, the others later."""
TITLES = {rule.id: rule.title for rule in RULES}
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
MAX_REASON = 500
LONGEST = timedelta(days=366)
MOST_WAITING = 100


class Findings:
    """What is between the ledger and the panel. All methods are for the event loop's thread."""

    def __init__(
        self,
        store: FindingStore,
        intake: Intake,
        actions: Actions,
        tell: Callable[[FindingRow], None],
        log: Logger,
        wanted: Wanted,
    ) -> None:
        """Take what it keeps and looks at.

        Args:
            store: Keeps decisions, acceptances and savings.
            intake: Holds what runs and what stands.
            actions: Tells of what was deleted.
            tell: Is told of each finding that is new.
            log: Is told once of each trouble.
            wanted: Keeps what is to be changed at the next launch.
        """
        self._wanted = wanted
        self._store, self._intake, self._tell, self._log = store, intake, tell, log
        self.found = Found()
        self._launches: list[DecidedLaunch] = []
        self._kept: dict[str, KeptFinding] | None = None
        """None: the ledger has not been read."""
        self._read_at = self._looked_at = float("-inf")
        self._has_news = False
        self._seen: tuple[int, date] | None = None
        self._waiting: deque[AvoidedCost] = deque(maxlen=MOST_WAITING)
        self._told_at: deque[float] = deque(maxlen=MOST_EVENTS)
        self._is_warned = False
        actions.on_delete = self.deleted

    def note_news(self) -> None:
        """Note that the ledger has, or is about to have, more of launches."""
        self._has_news = True

    async def work(self, now: datetime) -> None:
        """Look at what is known now, in threads where that is the ledger's; nothing is raised."""
        try:
            await self._write_waiting()
            await self._read(now)
            self._is_warned = False
        except Exception as error:  # noqa: BLE001  (what stands is looked at all the same)
            self._warn(error)
        try:
            is_due = time.monotonic() - self._looked_at >= LOOK_SECONDS
            if is_due and (self._intake.revision, now.date()) != self._seen:
                self._look(now)
            await self._tell_news(now)
        except Exception as error:  # noqa: BLE001  (the tick goes on, and it is tried again at the next one)
            self._warn(error)

    async def accept(self, id_: str, body: Mapping[str, object], now: datetime) -> FindingAccepted:
        """Show a finding no more until a day has passed.

        Raises:
            UsageError: The day or the reason is missing or out of bounds.
            NotFoundError: There is no such finding now.
            RemoteError: The ledger cannot be written.
        """
        until, reason = read_until(body.get("until"), now.date()), read_reason(body.get("reason"))
        if id_ not in self.found.accepted and all(row.id != id_ for row in self.found.shown):
            raise NotFoundError("There is no such finding now.", "Look at the list anew: what it was about has changed.")
        try:
            await asyncio.to_thread(self._store.accept, id_, until, reason, now)
        except OSError as error:
            raise unreadable(error) from None
        if self._kept is not None:
            self._kept[id_] = KeptFinding(until=until)
            self._look(now)
        return FindingAccepted(id=id_, until=until.isoformat(), reason=reason)

    async def want_fix(self, id_: str, body: Mapping[str, object], now: datetime) -> FindingRow:
        """Have the next launch changed that a finding is about, or no longer.

        Raises:
            UsageError: `wanted` is neither true nor false.
            NotFoundError: There is no such finding now, or it has no such change.
            RemoteError: The file cannot be written.
        """
        is_wanted = body.get("wanted")
        if not isinstance(is_wanted, bool):
            raise UsageError("wanted is missing, or is neither true nor false.", 'Send {"wanted": true}.')
        row = next((each for each in self.found.shown if each.id == id_), None)
        if row is None:
            raise NotFoundError("There is no such finding now.", "Look at the list anew: what it was about has changed.")
        try:
            await self._wanted.want(row, now, is_wanted=is_wanted)
        except OSError as error:
            raise unreadable(error) from None
        self._look(now)
        return next((each for each in self.found.shown if each.id == id_), row)

    async def savings(self, start: date, end: date) -> Savings:
        """Give what the fixes of some days avoid.

        Raises:
            RemoteError: The ledger cannot be read.
        """
        try:
            return await asyncio.to_thread(savings, self._store, start, end)
        except OSError as error:
            raise unreadable(error) from None

    def deleted(self, metered: MeteredStanding) -> None:
        """Note what was deleted, as AWS has accepted; it counts where it was found to be unused."""
        now = self._intake.aws_time().replace(microsecond=0)
        saving = avoided_by_delete(metered, now)
        if saving is not None and metered.is_mine and unused_id(metered.standing) not in self.found.accepted:
            self._waiting.append(saving)

    # -- looking ----------------------------------------------------------------------------

    async def _read(self, now: datetime) -> None:
        age = time.monotonic() - self._read_at
        if age < (NEWS_SECONDS if self._has_news else READ_SECONDS):
            return
        self._has_news, self._read_at = False, time.monotonic()
        launches, kept, avoided = await asyncio.to_thread(self._read_store, now)
        await self._wanted.load()
        await self._wanted.settle(launches, now)
        if (launches, kept) != (self._launches, self._kept):
            self._launches, self._kept, self._seen = launches, kept, None
        if avoided != self.found.avoided:
            self.found = replace(self.found, avoided=avoided)
            self._intake.revision += 1

    def _read_store(self, now: datetime) -> tuple[list[DecidedLaunch], dict[str, KeptFinding], AvoidedTotal | None]:
        start, end = month_of(now)
        avoided = avoided_in(self._store, start, end, self._intake.billing_currency)
        return self._store.launched(now - LOOKED_AT), self._store.kept(), avoided

    def _look(self, now: datetime) -> None:
        """Find what is worth a change, as things stand."""
        self._looked_at, kept = time.monotonic(), self._kept or {}
        standing = unused_findings(self._intake.standing.of_kind("endpoint"), now)
        launched = launch_findings(self._launches, self._is_running, TITLES)
        rows = [row for row, _ in standing] + self._wanted.marked(launched)
        accepted = frozenset(row.id for row in rows if is_accepted(kept.get(row.id), now.date()))
        found = Found(
            shown=tuple(row for row in rows if row.id not in accepted),
            accepted=accepted,
            accepted_things=frozenset(key_of_standing(m.standing) for row, m in standing if row.id in accepted),
            avoided=self.found.avoided,
        )
        if shape(self.found) != shape(found):
            self._intake.revision += 1
        self.found, self._seen = found, (self._intake.revision, now.date())

    def _is_running(self, launch: DecidedLaunch) -> bool:
        """Tell whether what was launched runs, or stands and costs; a later launch of the same name is another."""
        key = (launch.kind, launch.region_id, launch.name)
        last = self._intake.launches.by_key.get(key)
        if last is None or last.id != launch.id:
            return False
        held, stands = self._intake.book.get(key), self._intake.standing.get(key)
        return held.job.is_running if held is not None else stands is not None and stands.standing.is_costing

    # -- telling and writing ----------------------------------------------------------------

    async def _tell_news(self, now: datetime) -> None:
        """Tell of findings that nobody was told of, a few at a time; each once, whatever is started anew."""
        kept = self._kept
        if kept is None:
            return
        recently = [at for at in self._told_at if time.monotonic() - at < EVENTS_SECONDS]
        fresh = [row for row in self.found.shown if row.id not in kept][: MOST_EVENTS - len(recently)]
        if not fresh:
            return
        await asyncio.to_thread(self._store.note_told, [row.id for row in fresh], now)
        for row in fresh:
            kept[row.id] = KeptFinding(until=None)
            self._told_at.append(time.monotonic())
            self._tell(row)

    async def _write_waiting(self) -> None:
        while self._waiting:
            saving = self._waiting.popleft()
            try:
                await asyncio.to_thread(self._store.save, saving)
            except OSError:
                self._waiting.appendleft(saving)
                raise
            self._has_news = True

    def _warn(self, error: Exception) -> None:
        if not self._is_warned:
            self._is_warned = True
            self._log.warning("mlcost-ext could not look for findings and tries again (%s)", str(error)[:200])


def is_accepted(kept: KeptFinding | None, today: date) -> bool:
    """Tell whether a finding is accepted today."""
    return kept is not None and kept.until is not None and today <= kept.until


def shape(found: Found) -> tuple[object, ...]:
    """Give what a viewer would see a difference in; that time has gone by is none."""
    return found.accepted, tuple((row.id, row.title, row.count, row.message, row.fix, row.is_fix_wanted) for row in found.shown)


def read_until(said: object, today: date) -> date:
    """Read until when a finding is accepted.

    Raises:
        UsageError: It is no day, is past, or is more than a year away.
    """
    hint = "Send a day such as 2026-12-31, from today (UTC) to a year from now."
    try:
        until = date.fromisoformat(said) if isinstance(said, str) and DAY.fullmatch(said) else None
    except ValueError:
        until = None
    if until is None:
        raise UsageError("until is missing, or is no day.", hint, code="day_invalid")
    if not timedelta(0) <= until - today <= LONGEST:
        raise UsageError(f"A finding cannot be accepted until {until}.", hint, code="day_invalid")
    return until


def read_reason(said: object) -> str:
    """Read why a finding is accepted.

    Raises:
        UsageError: There is no reason, or it is too long.
    """
    reason = said.strip() if isinstance(said, str) else ""
    reason = reason.encode("utf-8", "replace").decode()
    if not 0 < len(reason) <= MAX_REASON:
        raise UsageError(f"reason is missing, or longer than {MAX_REASON} characters.", "Say in a sentence why it stays.")
    return reason
