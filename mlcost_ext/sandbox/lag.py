"""An index that lags behind: what Search knows on a day when it is late."""

from __future__ import annotations

from collections import deque
from datetime import datetime, timedelta

from mlcost_ext.sandbox.table import Table
from mlcost_ext.sandbox.thing import Thing


class Lagging:
    """A table as it was some time ago."""

    def __init__(self, table: Table, now: datetime, lag: timedelta) -> None:
        self._table = table.copy(now - lag)
        self._lag = lag
        self._coming: deque[tuple[datetime, str, Thing | None]] = deque()

    def follow(self, now: datetime, name: str, thing: Thing | None) -> None:
        """Keep a change until the index hears of it."""
        self._coming.append((now, name, thing))

    def seen(self, now: datetime) -> tuple[Table, datetime]:
        """Give what the index has by now, and as of when that is."""
        then = now - self._lag
        while self._coming and self._coming[0][0] <= then:
            at, name, thing = self._coming.popleft()
            if thing is None:
                self._table.remove(name)
            else:
                self._table.put(thing, at)
        return self._table, then
