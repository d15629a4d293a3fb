"""Tell the browser and the kernels that figures have changed."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable
from dataclasses import asdict
from logging import Logger
from pathlib import Path
from typing import Any

from mlcost_ext.core.finding_documents import FindingRow
from mlcost_ext.core.job import Problem
from mlcost_ext.ledger.private_file import make_server_folder, write_atomically
from mlcost_ext.usecases.launches import Launch
from mlcost_ext.usecases.watch import JobChange

LAUNCH = "https://events.mlcost-ext.dev/launch/v1"
JOB_STATE = "https://events.mlcost-ext.dev/job_state/v1"
FINDING = "https://events.mlcost-ext.dev/finding/v1"
MAX_CHANGES = 20
"""Changes in a frame; checking more against the schema would hold the event loop up."""
FILE_SECONDS = 60.0
"""overview.json is at most this old while the server lives; it is the server's lease too."""
MIN_FILE_SECONDS = 2.0

Drawn = tuple[int, bytes]
"""The revision that was drawn, and the drawing."""


class Publisher:
    """Send events, and keep overview.json fresh, neither more often than anybody can read."""

    def __init__(self, emit: Callable[..., Any], file: Path, draw: Callable[[], Drawn], log: Logger) -> None:
        self._emit, self._file, self._draw, self._log = emit, file, draw, log
        self.trouble: Problem | None = None
        """Why the file could not be written the last time."""
        self._sent_revision = 0
        self._written_revision = -1
        self._written_at = float("-inf")

    def launched(self, launch: Launch) -> None:
        """Tell that a kernel has launched something."""
        kind, region_id, name = launch.key
        self._emit(schema_id=LAUNCH, data={"kind": kind, "name": name, "region_id": region_id})

    def found(self, row: FindingRow) -> None:
        """Tell of a finding that is new."""
        about = row.resource
        where = {key: getattr(about, key) if about else "" for key in ("kind", "name", "region_id")}
        self._emit(schema_id=FINDING, data={"id": row.id, "rule": row.rule, "verdict": row.verdict, **where})

    def changed(self, changes: deque[JobChange], revision: int) -> None:
        """Tell which jobs changed, the rest at the next call; an empty list says that something else did."""
        if revision == self._sent_revision and not changes:
            return
        self._sent_revision = revision
        batch = [asdict(changes.popleft()) for _ in range(min(len(changes), MAX_CHANGES))]
        self._emit(schema_id=JOB_STATE, data={"changes": batch})

    async def write_file(self, revision: int) -> bool:
        """Write overview.json if it is old, or if something has changed since; tell whether there is news about its trouble."""
        age = time.monotonic() - self._written_at
        if age < MIN_FILE_SECONDS or (age < FILE_SECONDS and revision == self._written_revision):
            return False
        self._written_at = time.monotonic()
        self._written_revision, body = self._draw()
        before = self.trouble
        try:
            await asyncio.to_thread(write_private, self._file, body)
            self.trouble = None
        except OSError as error:
            self.trouble = unwritable(self._file, error)
            if before is None:
                self._log.warning("mlcost-ext: %s %s", self.trouble.message, self.trouble.hint)
        return self.trouble != before


def write_private(file: Path, body: bytes) -> None:
    make_server_folder(file.parent)
    write_atomically(file, body)


def unwritable(file: Path, error: OSError) -> Problem:
    """Say that neither this server nor its kernels can leave anything behind."""
    folder = file.parent.parent.parent
    return Problem(
        code="home_unwritable",
        message=f"The folder {str(folder)[-160:]} cannot be written ({error.strerror}): launches may be missed, %cost is old.",
        hint="Make room there, or set MLCOST_HOME to a folder that can be written, and restart JupyterLab.",
    )
