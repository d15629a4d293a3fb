"""Join what each look shows into spans: few enough to be kept for years, exact enough to give the same verdicts again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from mlcost_ext.core.idle import IdleOptions, Signal

from .tracking import Key, Tracked

LONGEST_PAUSE = timedelta(minutes=1)
STEP = timedelta(milliseconds=1)
"""Times are recorded to that."""
NOTHING = timedelta(0)


def grain(options: IdleOptions) -> timedelta:
    """Give how long a pause is at most that is not recorded: a minute, and no longer than something momentary holds."""
    return min(LONGEST_PAUSE, options.hold)


@dataclass(slots=True, eq=False)
class OpenSpan:
    """A span that may still grow."""

    number: int
    key: Key
    label: str
    is_protected: bool
    starts: datetime
    ends: datetime
    goes_on: bool
    lead: timedelta = NOTHING
    written_until: datetime | None = None
    """Its end as it is on the disk; None: it is not there."""

    @property
    def is_written(self) -> bool:
        """Whether the disk has all of it."""
        return self.written_until == self.ends


@dataclass(slots=True)
class Line:
    """One signal of one subject."""

    seen_until: datetime | None = None
    """The last activity that is in a span."""
    burst: OpenSpan | None = None
    """Moments, and pieces shorter than the grain, with pauses no longer than that."""
    piece: OpenSpan | None = None
    """What goes on now."""
    since: datetime | None = None
    """Since when that goes on, as its signal says."""
    was_stuck: bool = False


@dataclass(slots=True)
class Spans:
    """All spans of one run, by name and subject; a look adds to them."""

    first: int = 0
    """The number of the first."""
    lines: dict[Key, Line] = field(default_factory=dict)
    closed: list[OpenSpan] = field(default_factory=list)
    """Those that grow no more, and are not all on the disk."""
    looked_at: datetime | None = None
    pause: timedelta = NOTHING
    """The grain of the look before."""

    def take(self, tracked: Tracked, options: IdleOptions, now: datetime) -> None:
        """Add one look to what is recorded."""
        self._set_pause(grain(options))
        for key, signal in tracked.signals.items():
            line = self.lines.setdefault(key, Line())
            since = signal.stuck_since or (signal.active_since or now if signal.goes_on else None)
            if line.piece is not None and since != line.since:
                self._end(line, ended_at(line, signal, since, now))
            if since is None:
                self._add_moment(line, key, signal)
            elif line.piece is None:
                self._begin(line, key, signal, since, now)
            if line.piece is not None:
                line.piece.ends = line.seen_until = now
                line.was_stuck = signal.stuck_since is not None
        for key in self.lines.keys() - tracked.signals.keys():
            self._forget(self.lines.pop(key))
        self.looked_at = now

    def unwritten(self, options: IdleOptions, *, is_last: bool = False) -> list[OpenSpan]:
        """Give what the disk lacks; a piece shorter than the grain waits, since it may become part of a burst."""
        least = NOTHING if is_last else grain(options)
        found = [line.burst for line in self.lines.values() if line.burst is not None]
        found += [line.piece for line in self.lines.values() if line.piece and line.piece.ends - line.piece.starts >= least]
        return [span for span in (*self.closed, *found) if not span.is_written]

    def forget_written(self) -> None:
        """Keep no longer what grows no more and is on the disk."""
        self.closed = [span for span in self.closed if not span.is_written]

    def _set_pause(self, pause: timedelta) -> None:
        """Let no burst go on by another grain: its pauses so far were judged by the one before."""
        if pause != self.pause:
            for line in self.lines.values():
                self._close_burst(line)
        self.pause = pause

    def _begin(self, line: Line, key: Key, signal: Signal, since: datetime, now: datetime) -> None:
        """Begin a piece, after the look before where that did not see it going on."""
        begins = since if self.looked_at is None else min(max(since, self.looked_at + STEP), now)
        line.since = since
        line.piece = self._span(key, signal, begins, now, goes_on=True)
        line.piece.lead = begins - since

    def _end(self, line: Line, at: datetime) -> None:
        """End a piece; a short one becomes part of a burst, or the first of one, unless it was stuck or the disk has it."""
        piece, line.piece, line.since = line.piece, None, None
        assert piece is not None
        piece.ends = line.seen_until = max(piece.starts, at)
        if piece.ends - piece.starts >= self.pause or line.was_stuck or piece.written_until is not None:
            self.closed.append(piece)
        elif line.burst is not None and piece.starts - line.burst.ends <= self.pause:
            line.burst.ends = piece.ends
        else:
            self._close_burst(line)
            piece.goes_on, piece.lead, line.burst = False, NOTHING, piece
        line.was_stuck = False

    def _add_moment(self, line: Line, key: Key, signal: Signal) -> None:
        last = signal.last_active_at
        if last is None or (line.seen_until is not None and last <= line.seen_until):
            return
        if line.burst is not None and last - line.burst.ends <= self.pause:
            line.burst.ends = last
        else:
            self._close_burst(line)
            line.burst = self._span(key, signal, last, last, goes_on=False)
        line.seen_until = last

    def _span(self, key: Key, signal: Signal, starts: datetime, ends: datetime, *, goes_on: bool) -> OpenSpan:
        self.first += 1
        return OpenSpan(
            number=self.first - 1,
            key=key,
            label=signal.label,
            is_protected=signal.is_protected,
            starts=starts,
            ends=ends,
            goes_on=goes_on,
        )

    def _close_burst(self, line: Line) -> None:
        if line.burst is not None:
            self.closed.append(line.burst)
            line.burst = None

    def _forget(self, line: Line) -> None:
        self.closed += [span for span in spans_of(line) if not span.is_written]


def spans_of(line: Line) -> Iterator[OpenSpan]:
    if line.burst is not None:
        yield line.burst
    if line.piece is not None:
        yield line.piece


def ended_at(line: Line, signal: Signal, since: datetime | None, now: datetime) -> datetime:
    """Give when a piece has ended: before the one that goes on now, or when its signal says.

    What was stuck may have ended at any moment up to now.
    """
    assert line.piece is not None
    if since is not None:
        return min(max(line.piece.ends, since), now)
    return now if line.was_stuck else max(line.piece.ends, min(signal.last_active_at or now, now))
