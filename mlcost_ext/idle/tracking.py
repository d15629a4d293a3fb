"""Remember what each signal has shown, from look to look."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TypeAlias

from mlcost_ext.core.activity import Measurements, Unmeasured
from mlcost_ext.core.idle import ActivitySignal, IdleOptions, Reading, Signal

from .signals import SIGNALS

Key: TypeAlias = tuple[str, str]
FORGOTTEN_AFTER = timedelta(days=2)
"""What has ended is kept that long as evidence; the last of all is never forgotten."""
MOST_KEPT = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Tracked:
    """All signals so far, by name and subject."""

    signals: Mapping[Key, Signal] = field(default_factory=dict)
    as_of: datetime | None = None
    unmeasured: tuple[Unmeasured, ...] = ()


def track(before: Tracked, measured: Measurements, options: IdleOptions, kinds: Iterable[ActivitySignal] = SIGNALS) -> Tracked:
    """Add one look to what is remembered.

    A subject that is gone, such as a kernel that was shut down, no longer goes on; when it was active last is kept, so that its
    end never makes a machine idle for longer than it is. A look from before the last one, by a clock that was set back, counts
    as one at the same moment: see `shifted`.
    """
    now = max(measured.taken_at, before.as_of or measured.taken_at)
    found: dict[Key, Signal] = {}
    for kind in kinds:
        for reading in kind.judge(measured, options):
            key = (kind.name, reading.subject)
            found[key] = signal_of(kind, reading, before.signals.get(key), now)
    ended = {key: ended_signal(signal, now) for key, signal in before.signals.items() if key not in found}
    return Tracked(signals=kept({**ended, **found}, now), as_of=now, unmeasured=measured.unmeasured)


def signal_of(kind: ActivitySignal, reading: Reading, before: Signal | None, now: datetime) -> Signal:
    """Join one reading with what was known of the same subject."""
    seen = [time for time in (active_at(reading, before, now), before.last_active_at if before else None) if time and time <= now]
    since: datetime | None = None
    if reading.goes_on:
        since = min(reading.since or (before.active_since if before and before.goes_on else None) or now, now)
    return Signal(
        name=kind.name,
        subject=reading.subject,
        label=reading.label,
        is_protected=kind.is_protected,
        goes_on=reading.goes_on,
        active_since=since,
        last_active_at=now if reading.goes_on else max(seen, default=None),
        as_of=now,
        detail=reading.detail,
        stuck_since=reading.since if reading.is_stuck else None,
    )


def active_at(reading: Reading, before: Signal | None, now: datetime) -> datetime | None:
    """Give the last activity that a reading shows; what went on at the look before may have ended at any moment since."""
    has_ended = before is not None and before.goes_on and not reading.goes_on
    return now if has_ended and reading.active_at is None else reading.active_at


def ended_signal(signal: Signal, now: datetime) -> Signal:
    """Give a signal whose subject is gone: what went on may have ended at any moment since it was last seen."""
    last = now if signal.goes_on else signal.last_active_at
    return replace(signal, goes_on=False, active_since=None, last_active_at=last, detail="has ended", stuck_since=None)


def kept(signals: Mapping[Key, Signal], now: datetime) -> dict[Key, Signal]:
    """Leave out what ended long ago, but for the latest; no more than some hundreds of what is left."""
    latest = max(signals, key=lambda key: moment(signals[key]), default=None)
    fresh = {
        key: signal
        for key, signal in signals.items()
        if key == latest or (signal.as_of == now and signal.detail != "has ended") or now - moment(signal) < FORGOTTEN_AFTER
    }
    if len(fresh) <= MOST_KEPT:
        return fresh
    ordered = sorted(fresh, key=lambda key: (fresh[key].goes_on, moment(fresh[key])), reverse=True)
    return {key: fresh[key] for key in ordered[:MOST_KEPT]}


def moment(signal: Signal) -> datetime:
    """Give the last activity of a signal, for sorting."""
    return signal.last_active_at or datetime.min.replace(tzinfo=signal.as_of.tzinfo)


def shifted(tracked: Tracked, by: timedelta) -> Tracked:
    """Move all that is remembered by what the clock was set, so that it stays as long ago as it was."""

    def move(time: datetime | None) -> datetime | None:
        return None if time is None else time + by

    moved = {
        key: replace(
            signal,
            active_since=move(signal.active_since),
            last_active_at=move(signal.last_active_at),
            as_of=signal.as_of + by,
            stuck_since=move(signal.stuck_since),
        )
        for key, signal in tracked.signals.items()
    }
    return replace(tracked, signals=moved, as_of=move(tracked.as_of))
