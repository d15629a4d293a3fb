"""How large the inputs of our launches are: which prefixes of S3 the reader is to list, and what came of it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from logging import Logger
from typing import Any

from mlcost_ext.jobs.run_key import digest, key_of
from mlcost_ext.ledger.input_store import InputStore
from mlcost_ext.usecases.input_size import MEASURED_WITHIN
from mlcost_ext.usecases.launches import Launch

from .intake import Intake, now_utc

LATEST = timedelta(hours=1)
"""What was launched longer ago may have had other data below the same prefix."""
GIVEN_UP = timedelta(days=1)
"""After so long without a word nothing is waited for any more."""
UNKNOWN_FOR = timedelta(days=1)
"""What could not be known is not asked for again so long."""
LASTING = ("refused", "too_many")
"""Reasons for that; after any other the next launch has it tried again."""
MOST_WAITING = 50
MOST_LAUNCHES = 100
"""Of one prefix."""
FORGET_EVERY = timedelta(hours=1)


@dataclass(slots=True)
class Waiting:
    """A prefix that is to be listed, and what it is the input of."""

    region_id: str
    prefix: str
    launch_ids: list[str]
    """The first one stands for all."""
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the reader has told of a prefix."""

    waiting: Waiting
    input_bytes: int | None
    """None: it cannot be known."""
    at: datetime


class InputSizes:
    """What waits to be listed. Its methods are called on the event loop."""

    def __init__(self, store: InputStore, intake: Intake, log: Logger, *, is_on: bool) -> None:
        self._store, self._log, self._is_on = store, log, is_on
        self._waiting: dict[tuple[str, str], Waiting] = {}
        self._told: list[Told] = []
        self._unknown: dict[str, datetime] | None = None
        """Digests of prefixes that could not be known, with when; None: the ledger has not been read yet."""
        self._forgot_at: datetime | None = None
        self._is_warned = False
        intake.on_input = self.take_told

    def take(self, launch: Launch) -> None:
        """Take a launch whose outcome is known just now; that of one which AWS has accepted is to be measured, once."""
        now = now_utc()
        if not self._is_on or launch.result != "accepted" or now - launch.at > LATEST:
            return
        kind, region_id, _ = launch.key
        prefix = key_of(kind, launch.request).prefix
        if prefix is None:
            return
        waiting = self._waiting.get((region_id, prefix))
        if waiting is not None:
            waiting.launch_ids = [*waiting.launch_ids, launch.id][:MOST_LAUNCHES]
        elif len(self._waiting) < MOST_WAITING:
            self._waiting[region_id, prefix] = Waiting(region_id, prefix, [launch.id], now)

    def wanted(self) -> list[list[str]]:
        """Give region, launch and prefix of all that the reader is to list."""
        if self._unknown is None:
            return []
        found = [each for each in self._waiting.values() if digest(each.prefix) not in self._unknown]
        return sorted([each.region_id, each.launch_ids[0], each.prefix] for each in found)

    def take_told(self, document: Mapping[str, Any]) -> None:
        """Take what the reader tells of a launch's input; of an empty one nothing is kept."""
        region_id, launch_id = document.get("region_id"), document.get("launch")
        own = (each for each in self._waiting.values() if (each.region_id, each.launch_ids[0]) == (region_id, launch_id))
        waiting = next(own, None)
        if waiting is None:
            return
        del self._waiting[waiting.region_id, waiting.prefix]
        size = document.get("bytes")
        is_known = isinstance(size, int) and not isinstance(size, bool) and size > 0
        if is_known or document.get("why") in LASTING:
            self._told.append(Told(waiting=waiting, input_bytes=size if is_known else None, at=now_utc()))

    async def work(self) -> None:
        """Keep what was told, in a thread; where the disk cannot be written it waits on. Nothing is raised."""
        if not self._is_on:
            return
        now = now_utc()
        self._waiting = {key: each for key, each in self._waiting.items() if now - each.since < GIVEN_UP}
        try:
            if self._unknown is None:
                self._unknown = await asyncio.to_thread(self._store.unknown_since, now - UNKNOWN_FOR)
            self._unknown = {prefix: at for prefix, at in self._unknown.items() if now - at < UNKNOWN_FOR}
            await self._write(self._unknown)
            await self._forget(now)
        except Exception as error:  # noqa: BLE001  (whatever it is, the server has more to do than to measure inputs)
            if not isinstance(error, OSError):
                self._told = []
            self._warn(error)

    async def _write(self, unknown: dict[str, datetime]) -> None:
        while self._told:
            told = self._told[0]
            prefix = digest(told.waiting.prefix) or ""
            if told.input_bytes is None:
                unknown[prefix] = told.at
            await asyncio.to_thread(self._store.note, told.waiting.launch_ids, prefix, told.input_bytes, told.at)
            self._told.pop(0)

    async def _forget(self, now: datetime) -> None:
        """Now and then, drop what is too old to tell of anything."""
        if self._forgot_at is None or now - self._forgot_at >= FORGET_EVERY:
            self._forgot_at = now
            await asyncio.to_thread(self._store.forget, (now - MEASURED_WITHIN - timedelta(days=1)).date())

    def _warn(self, error: Exception) -> None:
        if not self._is_warned:
            self._is_warned = True
            self._log.warning("mlcost-ext could not keep the size of an input (%s)", type(error).__name__)
