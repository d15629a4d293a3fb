"""Settle launches whose outcome nobody wrote: the kernel was killed, or the call timed out, and AWS's own list has the job."""

from __future__ import annotations

import asyncio
import time
from logging import Logger

from mlcost_ext.core.job import Job
from mlcost_ext.core.standing import Standing
from mlcost_ext.ledger.launch_store import LaunchStore
from mlcost_ext.usecases.launches import Launch

from .intake import Intake

LOOK_SECONDS = 30.0


class Settling:
    """All methods are for the event loop's thread."""

    def __init__(self, store: LaunchStore, intake: Intake, log: Logger) -> None:
        self._store, self._intake, self._log = store, intake, log
        self._looked_at = float("-inf")
        self._is_told = False

    async def work(self) -> None:
        """Note of each such launch that AWS has taken it, once the thing is there; nothing is raised."""
        if time.monotonic() - self._looked_at < LOOK_SECONDS:
            return
        self._looked_at = time.monotonic()
        for launch in self._intake.launches.unsettled():
            thing = self._thing(launch)
            if thing is None:
                continue
            try:
                await asyncio.to_thread(self._store.settle, launch.id, "accepted", thing.resource_id)
            except OSError as error:
                self._say(error)
                return
            self._intake.launches.settle(launch)

    def _thing(self, launch: Launch) -> Job | Standing | None:
        """Give what a launch has made: of its name, and created when it may have been; None: it is not there."""
        intake = self._intake
        held, stands = intake.book.get(launch.key), intake.standing.get(launch.key)
        thing = held.job if held is not None else stands.standing if stands is not None else None
        if thing is None or thing.created_at is None or thing.resource_id is None:
            return None
        return thing if intake.is_launched(launch.key, thing) else None

    def _say(self, error: OSError) -> None:
        if not self._is_told:
            self._is_told = True
            self._log.info("mlcost-ext could not note what became of a launch and tries again: %s", error)
