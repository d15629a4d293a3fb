"""Tell the browser and the kernels that figures have changed."""

from __future__ import annotations

import asyncio
import os
import time
from collections import deque
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from mlcost_ext.usecases.launches import Launch
from mlcost_ext.usecases.watch import JobChange

LAUNCH = "https://events.mlcost-ext.dev/launch/v1"
JOB_STATE = "https://events.mlcost-ext.dev/job_state/v1"
MAX_CHANGES = 20
"""Changes in a frame; checking more against the schema would hold the event loop up."""
FILE_SECONDS = 60.0
"""overview.json is at most this old while the server lives; it is the server's lease too."""
MIN_FILE_SECONDS = 2.0


class Publisher:
    """Send events, and keep overview.json fresh, neither more often than anybody can read."""

    def __init__(self, emit: Callable[..., Any], file: Path, body: Callable[[], bytes]) -> None:
        self._emit, self._file, self._body = emit, file, body
        self._sent_revision = 0
        self._written_revision = -1
        self._written_at = float("-inf")

    def launched(self, launch: Launch) -> None:
        """Tell that a kernel has launched something."""
        kind, region_id, name = launch.key
        self._emit(schema_id=LAUNCH, data={"kind": kind, "name": name, "region_id": region_id})

    def changed(self, changes: deque[JobChange], revision: int) -> None:
        """Tell which jobs changed; an empty list says that something else did."""
        if revision == self._sent_revision:
            return
        self._sent_revision = revision
        batch = [asdict(changes.popleft()) for _ in range(min(len(changes), MAX_CHANGES))]
        if len(changes) > MAX_CHANGES * 5:
            changes.clear()
        self._emit(schema_id=JOB_STATE, data={"changes": batch})

    async def write_file(self, revision: int) -> None:
        """Write overview.json if it is old, or if something has changed since."""
        age = time.monotonic() - self._written_at
        if age < MIN_FILE_SECONDS or (age < FILE_SECONDS and revision == self._written_revision):
            return
        self._written_at, self._written_revision = time.monotonic(), revision
        await asyncio.to_thread(write_atomically, self._file, self._body())


def write_atomically(path: Path, body: bytes) -> None:
    """Replace a file in one step, readable by its owner only."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        os.write(descriptor, body)
    finally:
        os.close(descriptor)
    beside.replace(path)
