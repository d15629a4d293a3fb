"""Take the spool in: each event once into the ledger, and at once into the live picture, whether or not that can be written."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from logging import Logger

from mlcost_ext.ledger.launch_store import KEPT, LaunchStore
from mlcost_ext.ledger.spool_batch import Batch, Position
from mlcost_ext.ledger.spool_reader import SpoolReader
from mlcost_ext.ledger.spool_schema import Event
from mlcost_ext.ledger.spool_sweep import sweep

from .intake import now_utc

MAX_WAITING = 400
MAX_WAITING_BYTES = 16 * 1024 * 1024
"""What waits for a ledger that cannot be written; what is more is read from the files once more, for the ledger alone."""
CATCH_UP_BYTES = 8 * 1024 * 1024
"""Of these, in one go."""
PAUSE_SECONDS = 10.0
"""Until it is tried again whether the ledger can be written."""
UPKEEP_SECONDS = 3600.0
REQUEST_WANTED = timedelta(minutes=5)
"""A launch of a moment ago is shown by its request until AWS describes it."""
LAUNCHES = ("intent", "outcome")


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What a look at the spool has brought."""

    kept: list[Event]
    """What the ledger had when the server started: the launches of earlier times, told to nobody again."""
    events: list[Event]
    """Intents and outcomes that are new."""
    guarded_kernels: set[str]
    has_more: bool
    """Whether there is more to be read at once."""


class SpoolIntake:
    """Between the spool, the ledger and the server. Its methods block, and are called one at a time, from any thread."""

    def __init__(
        self,
        reader: SpoolReader,
        store: LaunchStore,
        log: Logger,
        clock: Callable[[], float] = time.monotonic,
        *,
        kept: timedelta = KEPT,
    ) -> None:
        """Take what it reads from and writes to.

        Args:
            reader: Follows the files.
            store: Has the launches, and how far each file was taken.
            log: Is told of each trouble once.
            clock: Monotonic.
            kept: How long what kernels wrote may be kept.
        """
        self._reader, self._store, self._log, self._clock, self._kept = reader, store, log, clock, kept
        self._is_begun = False
        self._waiting: list[Batch] = []
        self._behind: set[str] = set()
        """Files of which the ledger lacks something that does not wait in memory."""
        self._paused_until = float("-inf")
        self._upkeep_at = float("-inf")
        self._is_told = False

    def read(self) -> News:
        """Give what is new; the first time also what the ledger has. To be followed by `write`."""
        kept = self._begin()
        batches = self._reader.read_new()
        self._wait(batches)
        return News(
            kept=kept,
            events=[event for batch in batches for event in batch.events if event["type"] in LAUNCHES],
            guarded_kernels=self._reader.guards.kernels(),
            has_more=self._reader.has_more,
        )

    def write(self) -> None:
        """Write what waits into the ledger; where that cannot be done it waits on, and nothing is raised."""
        now = self._clock()
        if now < self._paused_until:
            return
        try:
            self._catch_up()
            self._write_waiting()
            self._keep_up(now)
        except Exception as error:  # noqa: BLE001  (whatever it is, launches are to be shown all the same)
            self._paused_until = now + PAUSE_SECONDS
            self._tell(error)
        else:
            self._is_told = False

    @property
    def is_level(self) -> bool:
        """Whether the ledger has all that was read."""
        return not self._waiting and not self._behind

    def _begin(self) -> list[Event]:
        """Let the reader start where the ledger is; where it cannot be read, at the beginning of each file."""
        if self._is_begun:
            return []
        self._is_begun = True
        now = now_utc()
        try:
            kept = self._store.load(now - KEPT, now - REQUEST_WANTED)
        except Exception as error:  # noqa: BLE001  (the files have it all too, as long as they are there)
            self._tell(error)
            return []
        self._reader.start_at(kept.positions)
        return kept.events

    def _wait(self, batches: list[Batch]) -> None:
        """Keep batches until they are written; of too many only that they are owed."""
        self._waiting += [batch for batch in batches if batch.name not in self._behind]
        if len(self._waiting) > MAX_WAITING or sum(batch.size for batch in self._waiting) > MAX_WAITING_BYTES:
            self._behind |= {batch.name for batch in self._waiting}
            self._waiting = []

    def _write_waiting(self) -> None:
        if self._waiting:
            self._behind |= self._store.take(self._waiting)
            self._waiting = []

    def _catch_up(self) -> None:
        """Read for the ledger alone what was read before and does not wait any more."""
        if not self._behind:
            return
        positions = self._store.positions()
        batches: list[Batch] = []
        level: set[str] = set()
        size = 0
        for name in sorted(self._behind):
            at = positions.get(name, Position())
            while size < CATCH_UP_BYTES and (batch := self._reader.read_again(name, at)) is not None:
                batches.append(batch)
                size += batch.size
                at = batch.position
            if self._reader.owed(name, at) <= 0:
                level.add(name)
        self._store.take(batches)
        self._behind -= level

    def _keep_up(self, now: float) -> None:
        """Now and then, let the ledger forget what is of no use any more, and delete the files that it has all of."""
        if now - self._upkeep_at < UPKEEP_SECONDS:
            return
        self._store.forget((now_utc() - KEPT).date())
        self._store.forget_files(sorted(self._reader.gone))
        self._reader.gone.clear()
        home, server_id = self._reader.home, self._reader.server_id
        sweep(home, server_id, self._store.positions(), kept_seconds=self._kept.total_seconds())
        self._upkeep_at = now

    def _tell(self, error: Exception) -> None:
        """Say once, until it can be written again, that the ledger cannot be."""
        if not self._is_told:
            self._is_told = True
            self._log.warning(
                "mlcost-ext cannot write its ledger (%s); launches are shown all the same, and written as soon as it can be.",
                str(error) if isinstance(error, OSError) else type(error).__name__,
            )
