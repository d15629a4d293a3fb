"""Recorded activity as the idle verdict takes it: what was known at a moment, and where nothing went on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from mlcost_ext.core.idle import IdleOptions, Signal
from mlcost_ext.core.recorded import ActivityRun, ActivitySource, ActivitySpan
from mlcost_ext.idle.signals import SIGNALS, kernel_busy, kernel_started
from mlcost_ext.idle.tracking import MOST_KEPT, Tracked

TITLES = {kind.name: kind.title for kind in SIGNALS}
LIMITED = (kernel_busy.SIGNAL.name, kernel_started.SIGNAL.name)
"""Signals that a policy lets go on for so long, and no longer."""
OptionsAt = Callable[[datetime], IdleOptions]
"""Gives what a policy says at a moment, of a machine of the price of the time."""


@dataclass(slots=True)
class Known:
    """What is known of a run's sources, span by span in the order of their starts."""

    options: OptionsAt
    """Of the policy that is tried."""
    until: dict[int, tuple[ActivitySpan, datetime]] = field(default_factory=dict)
    """The latest span of each source, and until when it counts."""
    uncounted: list[ActivitySpan] = field(default_factory=list)
    """Those that went on for longer than they count."""

    def add(self, span: ActivitySpan) -> datetime | None:
        """Add a span; give until when it counts, or None where nothing of it does."""
        until = counts_until(span, self.options)
        if until < span.ends:
            self.uncounted.append(span)
        if until < span.starts:
            return None
        before = self.until.get(span.source.number)
        if before is None or before[1] <= until:
            self.until[span.source.number] = (span, until)
        return until

    def tracked(self, at: datetime) -> Tracked:
        """Give the signals as they were known at a moment, which is not before the start of any span that was added."""
        latest = sorted(self.until.values(), key=lambda each: each[1], reverse=True)[:MOST_KEPT]
        signals = (signal_of(span, until, at) for span, until in latest)
        return Tracked(signals={(signal.name, signal.subject): signal for signal in signals}, as_of=at)

    def running(self, at: datetime) -> list[str]:
        """Name the protected work that went on at a moment although it did not count."""
        found = (span.source for span in self.uncounted if span.source.is_protected and span.starts <= at < span.ends)
        return list(dict.fromkeys(map(source_words, found)))


def counts_until(span: ActivitySpan, options: OptionsAt) -> datetime:
    """Give until when a span counts by a policy, as of its start: busy kernels, and those that start, may go on for longer."""
    longest = longest_of(span.source.signal, options(span.starts)) if span.goes_on and span.source.signal in LIMITED else None
    return span.ends if longest is None else min(span.ends, span.starts - span.lead + longest)


def longest_of(signal: str, options: IdleOptions) -> timedelta | None:
    """Give for how long a signal that goes on counts at most; None: without end."""
    return options.stuck_busy if signal == kernel_busy.SIGNAL.name else min(kernel_started.LONGEST, options.timeout / 6)


def signal_of(span: ActivitySpan, until: datetime, at: datetime) -> Signal:
    """Give a source's signal as of a moment."""
    goes_on = span.goes_on and at < until
    return Signal(
        name=span.source.signal,
        subject=str(span.source.number),
        label=span.source.label,
        is_protected=span.source.is_protected,
        goes_on=goes_on,
        active_since=span.starts if goes_on else None,
        last_active_at=min(until, at),
        as_of=at,
        detail="",
    )


def source_words(source: ActivitySource) -> str:
    """Name a signal and its subject."""
    return signal_words(source.signal, source.label)


def signal_words(name: str, label: str) -> str:
    """Name a signal and its subject, such as ``A kernel runs code (train.ipynb)``."""
    title = TITLES.get(name, name)
    return f"{title} ({label})" if label else title


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A time in which nothing counted."""

    since: datetime
    """The last activity."""
    until: datetime
    """The next one, or the end of the run."""
    is_open: bool
    """Whether the run ended in it."""
    known: Known


def gaps(run: ActivityRun, options: OptionsAt) -> Iterator[Gap]:
    """Give the times of a run in which nothing counted, in their order; each is to be used before the next one is asked for."""
    known, last = Known(options=options), None
    ends = run.observed[-1].ends
    for span in run.spans:
        if span.starts >= ends:
            break
        if last is not None and span.starts > last and counts_until(span, options) >= span.starts:
            yield Gap(since=last, until=span.starts, is_open=False, known=known)
        until = known.add(span)
        last = until if last is None or (until is not None and until > last) else last
    if last is not None and last < ends:
        yield Gap(since=last, until=ends, is_open=True, known=known)


def apart(runs: list[ActivityRun]) -> list[ActivityRun]:
    """Take out what was observed twice, as a clock that was set back makes it seem: the earlier observation counts."""
    found: list[ActivityRun] = []
    seen: datetime | None = None
    for run in sorted(runs, key=lambda each: each.observed[0].starts):
        cut = [replace(each, starts=max(each.starts, seen)) if seen else each for each in run.observed]
        observed = tuple(each for each in cut if each.starts < each.ends)
        if observed:
            found.append(replace(run, observed=observed))
            seen = max(observed[-1].ends, seen or observed[-1].ends)
    return found
