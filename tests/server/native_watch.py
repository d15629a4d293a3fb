"""A native idle at work on a real server, by a clock of its own."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from mlcost_ext.core.host import Host, StudioApp
from mlcost_ext.core.idle import Verdict
from mlcost_ext.ledger.database import Database
from mlcost_ext.ledger.prolonged_store import ProlongedStore
from mlcost_ext.probes.shared_timestamp import SharedTimestamp
from mlcost_ext.server.native_idle import NativeIdle
from tests.fakes import NOW
from tests.usecases.test_native_idle_view import signal, verdict

APP = StudioApp(domain_id="d-1", space_name="work", app_type="JupyterLab", app_name="default")
STUDIO = Host(kind="studio", region_id="us-east-1", studio_app=APP, idle_timeout_in_minutes=60)
LAPTOP = Host(kind="local", region_id=None)
BUSY = verdict(signal())
TYPED = verdict(signal("terminal_input", is_protected=False, goes_on=False))
TODAY = (NOW + timedelta(days=1)).timestamp
IDLE = verdict(state="idle", since=NOW - timedelta(minutes=20))


class Watch:
    """A native idle at work, with a clock of its own."""

    def __init__(self, app: Any, shared: SharedTimestamp, folder: Path, rate: Decimal | None = Decimal("1.408")) -> None:
        self.seconds = 1000.0
        self.now = NOW
        self.shared = shared
        log = logging.getLogger("mlcost-test")
        self.store = ProlongedStore(Database(folder / "ledger.sqlite"))
        self.native = NativeIdle(app, self.store, shared, lambda: rate, log, lambda: self.seconds)

    async def look(self, told: Verdict, after: float = 30.0, host: Host = STUDIO, *, is_on: bool = True) -> None:
        """Take a look some seconds after the one before."""
        self.seconds, self.now = self.seconds + after, self.now + timedelta(seconds=after)
        await self.native.work(replace(told, as_of=self.now), host, is_on, self.now)
        await self.answered()

    async def looks(self, told: Verdict, minutes: int, **changes: Any) -> None:
        for _ in range(2 * minutes):
            await self.look(told, **changes)

    async def answered(self) -> Any:
        """Wait until what is being asked has answered."""
        if self.native._asking is not None:
            await self.native._asking
        return self.native.view()

    @property
    def stamped(self) -> str | None:
        return self.shared.path.read_text() if self.shared.path.exists() else None
