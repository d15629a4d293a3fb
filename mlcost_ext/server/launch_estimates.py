"""Estimate each launch as it is seen, so that what it has cost can be held against it once it ended."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from logging import Logger
from typing import Any

from mlcost_ext.core.calibration import CalibratedJob, Calibration, CalibrationView, ForeseenCost
from mlcost_ext.core.errors import MlcostError
from mlcost_ext.ledger.estimate_store import EstimateStore
from mlcost_ext.usecases.calibration import LATEST, calibration_of, compared, foreseen
from mlcost_ext.usecases.estimating import Estimator
from mlcost_ext.usecases.launches import Launch

KINDS = ("training", "processing", "transform")
"""Which end by themselves, and of which AWS tells how long they ran."""
MOST_WAITING = 1000
AT_ONCE = 20
"""Estimates of one tick."""
MOST_TRIES = 30
"""Ticks in which a launch's row is waited for, where the ledger cannot be written."""
READ_AGAIN = timedelta(minutes=1)


@dataclass(slots=True)
class Waiting:
    """A launch whose estimate is not kept yet."""

    launch_id: str
    kind: str
    region_id: str
    request: Mapping[str, Any]
    told: ForeseenCost | None = None
    """What it was estimated at; None: that is still to be done."""
    tries: int = 0


class LaunchEstimates:
    """Keeps estimates of launches, and tells how they have held. Its methods are called on the event loop."""

    def __init__(self, estimator: Estimator, store: EstimateStore, log: Logger) -> None:
        self._estimator, self._store, self._log = estimator, store, log
        self._waiting: deque[Waiting] = deque(maxlen=MOST_WAITING)
        self._read_at: datetime | None = None
        self._told: Calibration | None = None
        self._is_warned = False
        self._reading = asyncio.Lock()
        self.jobs: list[CalibratedJob] = []
        """The latest that have completed, the latest first, 60 at most."""
        self.calibration: Calibration | None = None
        """How the estimates have held; None: not read yet."""

    def take(self, launch: Launch) -> None:
        """Take a launch that is about to be sent."""
        kind, region_id, _ = launch.key
        if kind in KINDS and launch.request and launch.result is None:
            self._waiting.append(Waiting(launch_id=launch.id, kind=kind, region_id=region_id, request=launch.request))

    async def work(self, now: datetime, *, is_viewed: bool) -> bool:
        """Estimate what waits, and now and then see how earlier estimates have held; tell whether that is news.

        One call at a time; nothing is raised.
        """
        for _ in range(min(AT_ONCE, len(self._waiting))):
            await self._note(self._waiting.popleft())
        if is_viewed:
            await self._look(now)
        is_news, self._told = self._told != self.calibration, self.calibration
        return is_news

    async def view(self, now: datetime) -> CalibrationView:
        """Tell how estimates have held; nothing is raised."""
        await self._look(now)
        return CalibrationView(calibration=self.calibration, jobs=self.jobs)

    async def _note(self, waiting: Waiting) -> None:
        try:
            is_there = await asyncio.to_thread(self._keep, waiting)
        except MlcostError:
            return  # AWS will refuse it too, or it has no price
        except OSError:
            is_there = False
        except Exception as error:  # noqa: BLE001  (whatever it is, the server has more to do than to compare)
            self._warn(error)
            return
        waiting.tries += 1
        if not is_there and waiting.tries < MOST_TRIES:
            self._waiting.append(waiting)

    def _keep(self, waiting: Waiting) -> bool:
        """Estimate a launch once, by what is known when it is sent, and keep that; tell whether it could be kept."""
        if waiting.told is None:
            waiting.told = foreseen(self._estimator.estimate(waiting.kind, waiting.request, waiting.region_id))
            waiting.request = {}
        return self._store.note(waiting.launch_id, waiting.told)

    async def _look(self, now: datetime) -> None:
        """Read how estimates have held, once a minute; what was read before stays where that cannot be done."""
        async with self._reading:  # who asks meanwhile is to have what it brings
            if self._read_at is not None and abs(now - self._read_at) < READ_AGAIN:
                return
            self._read_at = now
            try:
                await self._read()
            except Exception as error:  # noqa: BLE001  (as above)
                self._warn(error)

    async def _read(self) -> None:
        pairs = await asyncio.to_thread(self._store.ended)
        found = (compared(told, ended) for told, ended in pairs)
        jobs = sorted((job for job in found if job), key=lambda job: job.ended_at, reverse=True)[:LATEST]
        self.jobs, self.calibration = jobs, calibration_of(jobs)

    def _warn(self, error: Exception) -> None:
        if not self._is_warned:
            self._is_warned = True
            self._log.warning("mlcost-ext could not compare an estimate (%s)", type(error).__name__)
