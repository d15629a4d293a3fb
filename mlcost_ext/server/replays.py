"""What a policy would have stopped, and blocked, in the last days, by what this server has recorded."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace as changed
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from mlcost_ext.core.errors import UsageError
from mlcost_ext.core.idle_documents import Replay
from mlcost_ext.core.policy import Policy
from mlcost_ext.guard_wiring import load_rules
from mlcost_ext.kernel_wiring import policy_files
from mlcost_ext.ledger.activity_store import ActivityStore
from mlcost_ext.ledger.database import Database
from mlcost_ext.ledger.decided_rules import decided_rules
from mlcost_ext.policy.layer import LayerFault
from mlcost_ext.policy.words import fault_document
from mlcost_ext.policy_files.compiling import in_force
from mlcost_ext.policy_files.layer_file import FileContent, FileState
from mlcost_ext.usecases.replay import Recorded, replay

from .bookkeeper import unreadable
from .intake import now_utc

NAME = "policy"
"""What a text is called that nobody has given a name."""


class PolicyFaultsError(UsageError):
    """A policy's text has faults: the first of them in words, all of them as data."""

    def __init__(self, faults: Sequence[LayerFault]) -> None:
        first = changed(faults[0], fault=changed(faults[0].fault, hint=""))
        rest = f" faults tells all {len(faults)}." if len(faults) > 1 else ""
        super().__init__(str(first).rstrip(), f"{faults[0].fault.hint}{rest}", code="policy_invalid")
        self.faults = tuple(faults)

    def to_dict(self) -> dict[str, Any]:
        """Give the document with all faults."""
        return {**super().to_dict(), "faults": [fault_document(fault) for fault in self.faults]}


class Replays:
    """Replays policies, one at a time.

    Args:
        database: The server's own, which has what was recorded.
        home: MLCOST_HOME.
    """

    def __init__(self, database: Database, home: Path) -> None:
        self._database, self._home = database, home
        self._store = ActivityStore(database)
        self._replaying = asyncio.Lock()

    async def replay(self, days: int, text: str | None) -> Replay:
        """Say what a policy would have done in some days up to now; in a thread.

        Args:
            days: How many.
            text: Of a policy that stands in the place of all layers; None: the one in force.

        Raises:
            MlcostError: The text has faults, or the ledger cannot be read.
        """
        async with self._replaying:
            return await asyncio.to_thread(self._replay, days, text, now_utc())

    def _replay(self, days: int, text: str | None, end: datetime) -> Replay:
        policy = policy_files(self._home).in_force().policy if text is None else policy_of(text)
        start = end - timedelta(days=days)
        try:
            runs, since = self._store.runs(start, end), self._store.recorded_since()
            launches = decided_rules(self._database, start, end)
        except OSError as error:
            raise unreadable(error) from None
        return replay(Recorded(runs=runs, since=since, launches=launches), policy, start, end)


def policy_of(text: str) -> Policy:
    """Read a policy as ``mlcost policy check`` does.

    Raises:
        PolicyFaultsError: It has faults.
    """
    data = text.encode("utf-8", "replace")
    content = FileContent(state=FileState(size=len(data), mtime_ns=0), data=data, digest=sha256(data).hexdigest())
    found = in_force({NAME: content}, load_rules().rules, None)
    if found.faults:
        raise PolicyFaultsError(found.faults)
    return found.policy
