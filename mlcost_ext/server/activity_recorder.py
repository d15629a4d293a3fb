"""Record the activity of this machine: spans of each signal, and when it was looked at, so that policies can be replayed."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from logging import Logger

from mlcost_ext.core.idle import IdleOptions, Verdict
from mlcost_ext.core.words import clean
from mlcost_ext.idle.spans import OpenSpan, Spans, grain
from mlcost_ext.idle.tracking import Key, Tracked
from mlcost_ext.ledger.activity_store import ActivityStore, ObservedRow, RunRows, SourceRow, SpanRow

LONGEST_BREAK = timedelta(minutes=3)
"""Between two looks, which are a minute apart at most: what went on in a longer one is not known."""
CLOCK_STEP = timedelta(seconds=5)
"""By more than that the clock was set, or the machine slept."""
MOST_WAITING = 5000
"""Spans that are kept while the disk cannot be written; the latest of them."""
MOST_RUNS = 20
MAX_LABEL = 120
Rates = tuple[Decimal | None, Decimal | None]
"""What an hour of the machine costs, and what it costs by the list."""


@dataclass(slots=True, eq=False)
class OpenObservation:
    """A time of observation that may still grow."""

    number: int
    starts: datetime
    ends: datetime
    cost_per_hour: Decimal | None
    list_cost_per_hour: Decimal | None
    billing_currency: str
    written_until: datetime | None = None


@dataclass(slots=True, eq=False)
class Run:
    """What is recorded without a break."""

    number: int
    user_name: str | None
    spans: Spans
    observed: list[OpenObservation] = field(default_factory=list)
    sources: dict[Key, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Batch:
    """What is on its way to the disk, and how far each of it goes."""

    rows: list[RunRows]
    spans: list[tuple[OpenSpan, datetime]]
    observed: list[tuple[OpenObservation, datetime]]


class ActivityRecorder:
    """Records each look. All methods are for the event loop's thread; the disk is waited for in another."""

    def __init__(
        self,
        store: ActivityStore,
        billing_currency: Callable[[], str],
        user_name: Callable[[], str | None],
        log: Logger,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Take where it is kept, and what is told with it.

        Args:
            store: Keeps it.
            billing_currency: Gives the currency of what the machine costs.
            user_name: Gives whose machine it is; None: several people's, or not known.
            log: Is told once of each trouble.
            clock: Gives seconds that only go on, and stand still while the machine sleeps.
        """
        self._store, self._currency, self._user_name, self._log, self._clock = store, billing_currency, user_name, log, clock
        self._runs: list[Run] = []
        self._is_open = False
        self._looked_at: tuple[datetime, float] | None = None
        self._written_at = float("-inf")
        self._is_writing = False
        self._trouble: str | None = None
        self._next_run = self._next_observed = self._next_source = self._next_span = 0

    async def work(
        self,
        tracked: Tracked,
        verdict: Verdict,
        options: IdleOptions,
        cost_per_hour: Decimal | None,
        now: datetime,
        list_cost_per_hour: Decimal | None = None,
    ) -> None:
        """Record one look, and write what waits once a minute at most; nothing is raised.

        Args:
            tracked: All signals by now.
            verdict: What was judged by them; with `off` nothing is recorded.
            options: What it was judged by.
            cost_per_hour: What the machine costs now; None: not known.
            now: When it was looked, by this machine's clock.
            list_cost_per_hour: What it costs by the list, which a policy's prices are held against; None: not known.
        """
        try:
            if verdict.state == "off":
                self._is_open, self._looked_at = False, None
            else:
                self._take(tracked, options, (cost_per_hour, list_cost_per_hour), now)
            if self._clock() - self._written_at >= grain(options).total_seconds():
                await self._write(options, is_last=False)
        except Exception as error:  # noqa: BLE001  (looking goes on, and what waits is written later)
            self._say(error)

    async def close(self, options: IdleOptions) -> None:
        """Write all that waits; for when the server ends."""
        try:
            await self._write(options, is_last=True)
        except Exception as error:  # noqa: BLE001  (the server ends all the same)
            self._say(error)

    def _take(self, tracked: Tracked, options: IdleOptions, rates: Rates, now: datetime) -> None:
        if not self._is_open or self._is_broken(now):
            self._begin()
        self._looked_at = (now, self._clock())
        run = self._runs[-1]
        run.spans.take(tracked, options, now)
        del run.spans.closed[:-MOST_WAITING]
        self._next_span = run.spans.first
        self._observe(run, rates, now)

    def _is_broken(self, now: datetime) -> bool:
        """Tell whether nobody knows what went on since the look before, or at what time."""
        if self._looked_at is None:
            return True
        at, then = self._looked_at
        passed = timedelta(seconds=self._clock() - then)
        return passed > LONGEST_BREAK or abs((now - at) - passed) > CLOCK_STEP

    def _begin(self) -> None:
        run = Run(number=self._next_run, user_name=self._user_name(), spans=Spans(first=self._next_span))
        self._runs = [*self._runs[1 - MOST_RUNS :], run]
        self._next_run, self._is_open = self._next_run + 1, True

    def _observe(self, run: Run, rates: Rates, now: datetime) -> None:
        """Go on observing; another price begins another time of observation."""
        price = (*rates, self._currency())
        last = run.observed[-1] if run.observed else None
        if last is not None:
            last.ends = now
        if last is None or (last.cost_per_hour, last.list_cost_per_hour, last.billing_currency) != price:
            run.observed.append(OpenObservation(self._next_observed, now, now, *price))
            self._next_observed += 1

    # -- writing ----------------------------------------------------------------------------

    async def _write(self, options: IdleOptions, *, is_last: bool) -> None:
        """Write what the disk lacks.

        Raises:
            OSError: It cannot be written.
        """
        if self._is_writing:
            return
        self._is_writing, self._written_at = True, self._clock()
        try:
            batch = self._batch(options, is_last=is_last)
            if batch.rows:
                await asyncio.to_thread(self._store.write, batch.rows)
        finally:
            self._is_writing = False
        self._trouble = None
        for span, until in batch.spans:
            span.written_until = until
        for observed, until in batch.observed:
            observed.written_until = until
        for run in self._runs:
            run.spans.forget_written()
            run.observed = [each for each in run.observed[:-1] if each.written_until != each.ends] + run.observed[-1:]
        self._runs = [run for run in self._runs if run is self._runs[-1] or has_unwritten(run, options)]

    def _batch(self, options: IdleOptions, *, is_last: bool) -> Batch:
        batch = Batch(rows=[], spans=[], observed=[])
        for run in self._runs:
            is_over = is_last or run is not self._runs[-1] or not self._is_open
            spans = run.spans.unwritten(options, is_last=is_over)
            observed = [each for each in run.observed if each.written_until != each.ends]
            if spans or observed:
                batch.rows.append(self._rows(run, observed, spans))
                batch.spans.extend((span, span.ends) for span in spans)
                batch.observed.extend((each, each.ends) for each in observed)
        return batch

    def _rows(self, run: Run, observed: list[OpenObservation], spans: list[OpenSpan]) -> RunRows:
        named = {span.key: span for span in spans}
        for key in named.keys() - run.sources.keys():
            run.sources[key] = self._next_source
            self._next_source += 1
        return RunRows(
            run=run.number,
            user_name=run.user_name,
            observed=[observed_row(each) for each in observed],
            sources=[source_row(run.sources[key], span) for key, span in named.items()],
            spans=[span_row(run.sources[span.key], span) for span in spans],
        )

    def _say(self, error: Exception) -> None:
        """Log what went wrong, once until it goes well again."""
        if self._trouble != type(error).__name__:
            self._trouble = type(error).__name__
            self._log.warning("mlcost-ext could not record activity and tries again: %s", str(error)[:200] or self._trouble)


def has_unwritten(run: Run, options: IdleOptions) -> bool:
    return bool(run.spans.unwritten(options, is_last=True)) or any(each.written_until != each.ends for each in run.observed)


def observed_row(each: OpenObservation) -> ObservedRow:
    return ObservedRow(
        number=each.number,
        starts=each.starts,
        ends=each.ends,
        cost_per_hour=each.cost_per_hour,
        billing_currency=each.billing_currency,
        list_cost_per_hour=each.list_cost_per_hour,
    )


def source_row(number: int, span: OpenSpan) -> SourceRow:
    signal, _ = span.key
    return SourceRow(number=number, signal=signal, label=clean(span.label, MAX_LABEL), is_protected=span.is_protected)


def span_row(source: int, span: OpenSpan) -> SpanRow:
    return SpanRow(number=span.number, source=source, starts=span.starts, ends=span.ends, goes_on=span.goes_on, lead=span.lead)
