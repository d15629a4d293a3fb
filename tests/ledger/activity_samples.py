"""Recorded activity made up by hand: what a test says of it, and a month of somebody who is never still."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from mlcost_ext.core.activity import KernelFacts, Measurements, RunningProcess, TerminalFacts
from mlcost_ext.ledger.activity_store import ActivityStore, ObservedRow, RunRows, SourceRow, SpanRow

HOUR, MINUTE, SECOND = timedelta(hours=1), timedelta(minutes=1), timedelta(seconds=1)
LOOK = 30 * SECOND
RATE = Decimal("1.408")


def run_rows(
    *spans: tuple[str, str, datetime, datetime],
    observed: tuple[datetime, datetime],
    rate: Decimal | None = RATE,
    first: int = 0,
    **changes: Any,
) -> RunRows:
    """Make a run at one price.

    Args:
        spans: Signal, subject's label, start and end of each; those of protected signals go on.
        observed: From when until when it was looked.
        rate: What an hour costs.
        first: The number of all that is first in it.
        changes: Other fields.
    """
    keys = list(dict.fromkeys((signal, label) for signal, label, *_ in spans))
    fields: dict[str, Any] = {
        "run": first,
        "user_name": None,
        "observed": [observed_at(first, observed, rate)],
        "sources": [
            SourceRow(number=first + number, signal=signal, label=label, is_protected=is_work(signal))
            for number, (signal, label) in enumerate(keys)
        ],
        "spans": [
            SpanRow(
                number=first + number,
                source=first + keys.index((signal, label)),
                starts=starts,
                ends=ends,
                goes_on=is_work(signal),
                lead=timedelta(0),
            )
            for number, (signal, label, starts, ends) in enumerate(spans)
        ],
    }
    return RunRows(**{**fields, **changes})


def observed_at(
    number: int, period: tuple[datetime, datetime], rate: Decimal | None, listed: Decimal | None = None
) -> ObservedRow:
    """Make a time of observation at one price."""
    starts, ends = period
    return ObservedRow(
        number=number, starts=starts, ends=ends, cost_per_hour=rate, billing_currency="USD", list_cost_per_hour=listed
    )


def is_work(signal: str) -> bool:
    return signal in ("kernel_busy", "kernel_cpu", "terminal_process", "gpu")


class AtOnce(ActivityStore):
    """Writes all rows in one go, since each write waits for the disk; the rows are the same, in the same order."""

    def __init__(self, store: ActivityStore) -> None:
        self.store, self.waiting = store, list[RunRows]()

    def write(self, runs: Iterable[RunRows]) -> None:
        """Keep them."""
        self.waiting.extend(runs)

    def flush(self) -> None:
        """Write them."""
        self.store.write(self.waiting)
        self.waiting = []


@dataclass
class BusyUser:
    """Somebody who runs something each minute in one of four kernels, types in two terminals and has all of it saved."""

    began: datetime
    chance: random.Random
    kernels: tuple[str, ...] = ("0a", "1b", "2c", "3d")
    messages: dict[str, datetime] = field(default_factory=dict)
    busy: dict[str, tuple[datetime, datetime]] = field(default_factory=dict)
    typed: dict[str, datetime] = field(default_factory=dict)
    saved: datetime | None = None
    next_message: datetime | None = None
    kernel: str = "0a"

    def looks(self, hours: int) -> Iterator[Measurements]:
        """Give what is measured at each look of a working day."""
        now, self.next_message = self.began, self.began + MINUTE
        while now < self.began + hours * HOUR:
            now += LOOK
            self._live_until(now)
            yield self._measured(now)

    def _live_until(self, now: datetime) -> None:
        chance = self.chance
        while self.next_message is not None and self.next_message <= now:
            if chance.random() < 0.1:
                self.kernel = chance.choice(self.kernels)
            at = self.messages[self.kernel] = self.next_message
            length = chance.choice((0.2, 1, 5, 20, 45, 90)) if chance.random() < 0.98 else 1200
            self.busy[self.kernel] = (at, at + length * SECOND)
            self.next_message = at + chance.uniform(20, 100) * SECOND
        if self.saved is None or now - self.saved >= 2 * MINUTE:
            self.saved = now - chance.uniform(0, 25) * SECOND
        if chance.random() < 0.2:
            self.typed[chance.choice("12")] = now - chance.uniform(0, 25) * SECOND

    def _measured(self, now: datetime) -> Measurements:
        return Measurements(
            taken_at=now,
            server_started_at=self.began,
            kernels=tuple(self._kernel(id_, now) for id_ in self.kernels),
            terminals=tuple(self._terminal(name, now) for name in "12"),
            last_saved_at=self.saved,
            last_saved_path="train.ipynb",
        )

    def _kernel(self, id_: str, now: datetime) -> KernelFacts:
        starts, ends = self.busy.get(id_, (now, now))
        is_busy = starts <= now < ends
        return KernelFacts(
            kernel_id=id_,
            label=f"projects/churn/notebook-{id_}.ipynb",
            has_session=True,
            execution_state="busy" if is_busy else "idle",
            started_at=self.began,
            busy_since=starts if is_busy else None,
            last_user_message_at=self.messages.get(id_),
            cpu_fraction=0.9 if ends > now - LOOK and starts < now else 0.01,
        )

    def _terminal(self, name: str, now: datetime) -> TerminalFacts:
        works = name == "1" and now.minute % 20 < 5
        ran = (RunningProcess(command="rsync", cpu_fraction=0.4, is_foreground=True, is_viewer=False),) if works else ()
        return TerminalFacts(name=name, last_input_at=self.typed.get(name), processes=ran)
