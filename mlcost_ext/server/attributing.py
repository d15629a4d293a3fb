"""In a shared space, say whose a launch is: of whoever ran code last in its kernel, as Studio's cookie tells it."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from logging import Logger

from mlcost_ext.core.errors import NotAllowedError, NotFoundError
from mlcost_ext.ledger.launch_store import LaunchStore
from mlcost_ext.usecases.executions import Executions, user_in
from mlcost_ext.usecases.launches import Launch

from .intake import Intake, now_utc

GRACE = timedelta(seconds=1)
"""The page tells of an execution as it begins, but a quick cell may launch before that has arrived."""
MOST_WAITING = 1000
MOST_TRIES = 30
"""Ticks in which a launch's row is waited for, where the ledger cannot be written."""


@dataclass(slots=True)
class Waiting:
    """A launch of which nobody has said whose it is."""

    launch: Launch
    kernel_id: str
    tries: int = 0


class Attributing:
    """Knows who runs code, of this server's life only. All methods are for the event loop's thread."""

    def __init__(
        self,
        store: LaunchStore,
        intake: Intake,
        is_kernel: Callable[[str], bool],
        log: Logger,
        *,
        is_on: bool,
        clock: Callable[[], datetime] = now_utc,
    ) -> None:
        """Take what it asks and tells.

        Args:
            store: Keeps launches.
            intake: Holds the book of launches, and what they have made.
            is_kernel: Tells whether this server runs a kernel of some id.
            log: Is told once where the ledger cannot be written.
            is_on: Whether several users work on this server, and Studio's cookie tells which one asks.
            clock: Gives this machine's time, which kernels have too.
        """
        self._store, self._intake, self._is_kernel, self._log, self._clock = store, intake, is_kernel, log, clock
        self._executions = Executions()
        self._waiting: deque[Waiting] = deque(maxlen=MOST_WAITING)
        self._is_told = False
        self.is_on = is_on

    def note(self, kernel_id: str, cookie: str | None) -> None:
        """Note that somebody's page has begun to run code in a kernel.

        Args:
            kernel_id: The kernel's.
            cookie: Studio's; without a user profile's name in it nobody is known to have run the code.

        Raises:
            NotAllowedError: Here nobody is known by a cookie.
            NotFoundError: This server has no such kernel.
        """
        if not self.is_on:
            raise NotAllowedError("Who runs code is noted in a shared space of Studio only.", "Nothing needs to be done.")
        if not self._is_kernel(kernel_id):
            raise NotFoundError("This server has no such kernel.", "Restart the notebook's kernel.", code="kernel_unknown")
        self._executions.note(kernel_id, user_in(cookie), self._clock())

    def take(self, launch: Launch, kernel_id: object) -> None:
        """Take a launch that the spool has just told."""
        if self.is_on and launch.result is None and launch.user_name is None and isinstance(kernel_id, str):
            self._waiting.append(Waiting(launch, kernel_id))

    async def work(self) -> None:
        """Name the users of launches, once no execution before them can be on its way any more; nothing is raised."""
        for _ in range(len(self._waiting)):
            waiting = self._waiting.popleft()
            if not await self._is_done(waiting):
                self._waiting.append(waiting)

    async def _is_done(self, waiting: Waiting) -> bool:
        launch, until = waiting.launch, waiting.launch.at + GRACE
        if self._clock() < until:
            return False
        user_name = self._executions.user_at(waiting.kernel_id, until)
        if user_name is None:
            return True
        if waiting.tries == 0:
            self._name(launch, user_name)
        waiting.tries += 1
        return await self._is_kept(launch, user_name) or waiting.tries >= MOST_TRIES

    def _name(self, launch: Launch, user_name: str) -> None:
        """Tell the book of launches, and have what was launched written once more, with its user."""
        intake = self._intake
        intake.launches.name_user(launch, user_name, "cookie")
        held, stands = intake.book.get(launch.key), intake.standing.get(launch.key)
        if held is not None:
            intake.on_job(held)
        if stands is not None:
            intake.standing.put(replace(stands))

    async def _is_kept(self, launch: Launch, user_name: str) -> bool:
        try:
            return await asyncio.to_thread(self._store.name_user, launch.id, user_name, "cookie")
        except OSError as error:
            if not self._is_told:
                self._is_told = True
                self._log.info("mlcost-ext could not note whose a launch is and tries again: %s", error)
            return False
