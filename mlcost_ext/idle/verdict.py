"""Idle or active, since when, and which signals say so: a function of signals, policy and clock."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from mlcost_ext.core.activity import Unmeasured
from mlcost_ext.core.idle import IdleOptions, Signal, Verdict

from .signals import SIGNALS
from .tracking import Tracked, moment

ORDER = {kind.name: place for place, kind in enumerate(SIGNALS)}


def verdict(tracked: Tracked, options: IdleOptions, now: datetime) -> Verdict:
    """Judge what is known of a machine at `now`.

    It is active while a signal goes on, and for `options.hold` after each momentary one. It is idle from the last activity of any
    signal on: that is what the timeout counts from, so a machine is stopped a whole timeout after the last activity, whatever
    signal showed it. Without any signal, which a server that has just started cannot be, it is idle since `now`.
    """
    if options.mode == "off":
        return Verdict(
            as_of=now, state="off", since=None, held_by=(), holders=(), last=None, signals=(), stops_at=None, unmeasured=()
        )
    signals = sorted(tracked.signals.values(), key=lambda signal: (-moment(signal).timestamp(), order(signal)))
    holders = tuple(sorted((s for s in signals if holds(s, now, options.hold)), key=order))
    going = [signal for signal in holders if signal.goes_on]
    last_at = min(max((at for signal in signals if (at := signal.last_active_at) is not None), default=now), now)
    return Verdict(
        as_of=now,
        state="active" if holders else "idle",
        since=held_since(signals, now, options.hold) if holders else last_at,
        held_by=tuple(dict.fromkeys(signal.name for signal in holders)),
        holders=holders,
        last=signals[0] if signals and not holders else None,
        signals=(*holders, *(signal for signal in signals if signal not in holders)),
        stops_at=None if going else last_at + options.timeout,
        unmeasured=told(tracked.unmeasured),
    )


def holds(signal: Signal, now: datetime, hold: timedelta) -> bool:
    """Tell whether a signal holds the machine up at `now`."""
    until = signal.holds_until(now, hold)
    return until is not None and (signal.goes_on or now < until)


def held_since(signals: Iterable[Signal], now: datetime, hold: timedelta) -> datetime:
    """Give since when something has held the machine up without a pause: stretches of what is known that touch each other."""
    known = ((signal, signal.last_active_at) for signal in signals)
    spans = [(signal.active_since or at, now if signal.goes_on else at + hold) for signal, at in known if at is not None]
    since = now
    for start, end in sorted(spans, key=lambda span: span[1], reverse=True):
        if end < since:
            break
        since = min(since, start)
    return since


def order(signal: Signal) -> tuple[bool, int, str]:
    """Put what goes on first, then by importance, then by name."""
    return not signal.goes_on, ORDER.get(signal.name, len(ORDER)), signal.label


def told(unmeasured: Iterable[Unmeasured]) -> tuple[Unmeasured, ...]:
    return tuple(dict.fromkeys(unmeasured))
