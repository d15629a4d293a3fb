"""The bridge to Studio's own idle shutdown: what it cannot see is stamped for it, and whether it follows is looked at."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from logging import Logger
from typing import Any

from mlcost_ext.core import idle_documents
from mlcost_ext.core.host import Host
from mlcost_ext.core.idle import Verdict
from mlcost_ext.core.prolonged import KEPT_FROM, Stamp, Stretch
from mlcost_ext.ledger.prolonged_store import ProlongedStore
from mlcost_ext.probes.shared_timestamp import SharedTimestamp
from mlcost_ext.usecases.native_idle_view import SLOW_SECONDS, Judgement, absent, judge, known_of, protected_holders, unwritten
from mlcost_ext.usecases.prolonged import VIEWED, followed, prolonged_rows

from .idle_endpoint import ask, has_terminals, is_enabled, last_activities

STAMP_SECONDS = 60.0
"""Between two stamps, of all servers of a home together."""
FIRST_ASK_SECONDS = 60.0
ASK_SECONDS = 300.0
CLOCK_STEP = timedelta(minutes=1)
SLOW_ASK_SECONDS = 1800.0
"""An endpoint that holds up the whole server is not asked for its own sake."""


class NativeIdle:
    """What is between the verdict and Studio. All methods are for the event loop's thread."""

    def __init__(
        self,
        app: Any,
        store: ProlongedStore,
        shared: SharedTimestamp,
        cost_per_hour: Callable[[], Decimal | None],
        log: Logger,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Take what it reads and writes.

        Args:
            app: Jupyter's server: its sessions, its terminals, its extensions and its address.
            store: Keeps the stretches.
            shared: The file by which Studio is told; its memory is the probe's too, lest that take our stamps for an editor's.
            cost_per_hour: Gives what the machine costs, in the host's currency; None: not known.
            log: Is told once of each trouble.
            clock: Seconds that only go on.
        """
        self._app, self._store, self._shared = app, store, shared
        self._cost_per_hour, self._log, self._clock = cost_per_hour, log, clock
        self._host: Host | None = None
        """None: nothing is to be said or done."""
        self._now: datetime | None = None
        self._looked_at = clock()
        self._seen: datetime | None = None
        """The last activity that Studio itself has seen; None: there was no look yet."""
        self._stamped_at: datetime | None = None
        self._stamp_due = float("-inf")
        self._stamp_trouble = ""
        self._stretch: Stretch | None = None
        self._kept: dict[datetime, Stretch] | None = None
        """By their starts; None: the ledger has not been read."""
        self._ask_due = clock() + FIRST_ASK_SECONDS
        self._asking: asyncio.Task[None] | None = None
        self._asked_at: datetime | None = None
        self._told_at: datetime | None = None
        self._judgement: Judgement | None = None
        self._was_slow = False
        """Whether the last answer was: two in a row are the endpoint's own slowness."""
        self._warned: set[str] = set()

    # -- what is called ---------------------------------------------------------------------

    async def work(self, verdict: Verdict, host: Host, is_on: bool, now: datetime) -> None:
        """Stamp where protected work goes on, ask now and then, and follow the stretch; nothing is raised.

        Args:
            verdict: Of the look that was just taken.
            host: The machine.
            is_on: Whether the policy lets anything be done; false in mode `off`.
            now: By this machine's clock.
        """
        self._host = None
        try:
            await self._note_time(now)
            if is_on and verdict.state != "off" and not host.does_nothing and has_native(self._app, host):
                self._host = host
                await self._stamp_and_follow(verdict, host, now)
                self._ask_now_and_then(verdict, now)
        except Exception as error:  # noqa: BLE001 - the verdict goes on, and it is tried again at the next look
            self._warn("Studio's own idle shutdown could not be told", error)

    def view(self) -> idle_documents.NativeIdle | None:
        """Say how things stand; None: there is no such shutdown here, or nobody has asked it yet."""
        host, now = self._host, self._now
        judgement = None if host is None else self._judged(host)
        if host is None or now is None or judgement is None:
            return None
        stretches = [*(self._kept or {}).values(), *([self._stretch] if self._stretch else [])]
        by_start = {stretch.start: stretch for stretch in stretches}
        return idle_documents.NativeIdle(
            state=judgement.state,
            message=judgement.message,
            hint=judgement.hint,
            asked_at=self._asked_at,
            last_active_at=self._told_at,
            stamped_at=self._stamped_at,
            timeout_minutes=host.idle_timeout_in_minutes,
            prolonged=prolonged_rows(by_start.values(), host.billing_currency, now),
        )

    async def close(self) -> None:
        """Give up a question that is open, and keep the stretch that is."""
        if self._asking is not None:
            self._asking.cancel()
        await self._keep_open()

    async def _keep_open(self) -> None:
        if self._stretch is not None and self._is_to_be_kept(self._stretch, is_ended=True):
            await self._keep(self._stretch)

    async def _note_time(self, now: datetime) -> None:
        """Begin anew where the clock was set: Studio's times and ours are no longer of one kind; it too begins with its start."""
        passed, at = timedelta(seconds=self._clock() - self._looked_at), self._clock()
        if self._now is None or abs(now - self._now - passed) > CLOCK_STEP:
            await self._keep_open()
            self._seen, self._stretch = now, None
        self._now, self._looked_at = now, at

    # -- stamping ---------------------------------------------------------------------------

    async def _stamp_and_follow(self, verdict: Verdict, host: Host, now: datetime) -> None:
        await self._read_kept(now)
        names = tuple(dict.fromkeys(signal.name for signal in protected_holders(verdict)))
        if not names and self._stretch is None:
            return
        self._seen = seen = await self._look_as_studio(verdict, self._seen or now, now)
        stamp = None
        if names and self._clock() >= self._stamp_due:
            stamp = await self._write(host, names, now)
        ended, self._stretch = followed(self._stretch, seen, stamp)
        for stretch in (ended, self._stretch):
            if stretch is not None and self._is_to_be_kept(stretch, is_ended=stretch is ended):
                await self._keep(stretch)

    async def _write(self, host: Host, names: tuple[str, ...], now: datetime) -> Stamp | None:
        """Write a stamp; None: it could not be written."""
        self._stamp_due = self._clock() + STAMP_SECONDS
        try:
            is_stamped = await asyncio.to_thread(self._shared.stamp, now, timedelta(seconds=STAMP_SECONDS))
        except OSError as error:
            self._stamp_trouble = error.strerror or type(error).__name__
            self._warn(f"{self._shared.path} could not be written", error)
            return None
        self._stamp_trouble = ""
        if not is_stamped:  # another server has, and may be gone by the next look
            self._stamp_due = self._clock()
            return None
        self._stamped_at = now
        return Stamp(
            at=now,
            signals=names,
            cost_per_hour=self._cost_per_hour(),
            billing_currency=host.billing_currency,
            timeout_minutes=host.idle_timeout_in_minutes,
        )

    async def _look_as_studio(self, verdict: Verdict, before: datetime, now: datetime) -> datetime:
        """Give the last activity that Studio's endpoint sees by itself; it never goes back, whatever ends."""
        editors = [signal.last_active_at for signal in verdict.signals if signal.name == "remote_editor"]
        try:
            told = await last_activities(self._app)
        except Exception as error:  # noqa: BLE001 - of a manager that is not Jupyter's own; what matters is that work is stamped
            self._warn("kernels and terminals could not be looked at as Studio does", error)
            told = []
        return max([before, *(time for time in (*told, *editors) if time is not None and time <= now)])

    # -- asking -----------------------------------------------------------------------------

    def _ask_now_and_then(self, verdict: Verdict, now: datetime) -> None:
        """Ask beside the looks, which do not wait for the answer."""
        is_asking = self._asking is not None and not self._asking.done()
        if is_asking or self._clock() < self._ask_due or not is_enabled(self._app):
            return
        self._ask_due = self._clock() + ASK_SECONDS
        self._asking = asyncio.ensure_future(self._ask(verdict, now))

    async def _ask(self, verdict: Verdict, now: datetime) -> None:
        known = known_of(
            verdict, path=str(self._shared.path), stamped_at=self._stamped_at, has_terminals=has_terminals(self._app)
        )
        answer = await ask(self._app, now, self._clock)
        was_slow, self._was_slow = self._was_slow, answer.seconds >= SLOW_SECONDS
        if self._was_slow:
            self._ask_due = self._clock() + SLOW_ASK_SECONDS
            if not was_slow:  # something else may have held this server up
                if answer.status is None:
                    return
                answer = replace(answer, seconds=0.0)
        self._asked_at, self._told_at, self._judgement = now, answer.last_active_at, judge(answer, known)

    def _judged(self, host: Host) -> Judgement | None:
        """Give the last judgement; None: nobody has asked yet."""
        if not is_enabled(self._app):
            return absent(host)
        if self._stamp_trouble and self._judgement is not None and self._judgement.state in ("follows", "blind"):
            return unwritten(str(self._shared.path), self._stamp_trouble)
        return self._judgement

    # -- keeping ----------------------------------------------------------------------------

    async def _read_kept(self, now: datetime) -> None:
        if self._kept is not None:
            return
        try:
            kept = await asyncio.to_thread(self._store.since, now - VIEWED)
        except OSError as error:
            self._warn("stretches could not be read", error)
            return
        self._kept = {stretch.start: stretch for stretch in kept}

    def _is_to_be_kept(self, stretch: Stretch, *, is_ended: bool) -> bool:
        before = (self._kept or {}).get(stretch.start)
        if before is None:
            return stretch.is_worth_keeping
        return stretch != before and (is_ended or stretch.end - before.end >= KEPT_FROM)

    async def _keep(self, stretch: Stretch) -> None:
        try:
            await asyncio.to_thread(self._store.put, stretch)
        except OSError as error:
            self._warn("a stretch could not be kept", error)
            return
        held = {start: each for start, each in (self._kept or {}).items() if each.end > stretch.end - VIEWED}
        self._kept = {**held, stretch.start: stretch}

    def _warn(self, what: str, error: Exception) -> None:
        why = error.strerror if isinstance(error, OSError) and error.strerror else error  # without a file's passing name
        text = f"mlcost-ext: {what} ({type(error).__name__}: {why}); it is tried again"
        if text not in self._warned:
            self._warned.add(text)
            self._log.warning(text)


def has_native(app: Any, host: Host) -> bool:
    """Tell whether there is a shutdown of Studio's own: on a Studio app, and where its endpoint is."""
    return host.studio_app is not None or is_enabled(app)
