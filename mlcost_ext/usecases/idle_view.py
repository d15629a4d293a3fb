"""The verdict as documents: in short for the overview, and with all its evidence."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from mlcost_ext.core.idle import IdleOptions, Signal, Verdict
from mlcost_ext.core.idle_documents import Idle, IdleView, NativeIdle, SignalRow, SignalState
from mlcost_ext.core.policy import BUILTIN, Policy
from mlcost_ext.core.words import clean
from mlcost_ext.idle.options import minutes_text
from mlcost_ext.idle.signals import SIGNALS
from mlcost_ext.idle.words import off_reason, reason
from mlcost_ext.policy.layer import Layer

from .idle_price import SessionRate
from .idle_settings import idle_settings

SHOWN_SIGNALS = 100
SHOWN_UNMEASURED = 20
MOST_LABEL, MOST_DETAIL, MOST_SENTENCE = 80, 200, 300
TITLES = {kind.name: kind.title for kind in SIGNALS}
NOT_STOPPED = "idle.mode on behaves as shadow: this version judges and records, and stops nothing yet."
STALE = "The policy's files have faults, so the last policy without any is in force; 'mlcost policy check' names them."
BUILTIN_ONLY = "The policy's files have faults and hold nothing; 'mlcost policy check' names them."


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What is known of one verdict besides itself."""

    verdict: Verdict
    options: IdleOptions
    policy: Policy
    rate: SessionRate
    waits_for: tuple[str, ...] = ()
    """Running jobs that kernels of this machine only wait for."""

    @property
    def off(self) -> str:
        """Why nothing is judged, where that is so."""
        place = "disable" if self.policy.is_disabled else "idle.mode"
        return off_reason(self.policy.origins.get(place, BUILTIN), is_disabled=self.policy.is_disabled)


def idle_in_short(judged: Judged, by: timedelta = timedelta(0)) -> Idle:
    """Give the verdict in short.

    Args:
        judged: By this machine's clock.
        by: How far another clock, by which it is to be told, is ahead of this machine's.
    """
    verdict = moved(judged.verdict, by)
    cost = judged.rate.cost(verdict.since, verdict.as_of) if verdict.state == "idle" and verdict.since else None
    return Idle(
        state=verdict.state,
        since=verdict.since,
        held_by=list(verdict.held_by),
        reason=reason(verdict) or judged.off,
        stops_at=verdict.stops_at,
        is_overdue=verdict.is_overdue,
        cost=cost,
        cost_per_hour=judged.rate.cost_per_hour,
        waiting=clean(judged.waits_for[0]) if judged.waits_for else None,
    )


def moved(verdict: Verdict, by: timedelta) -> Verdict:
    """Tell a verdict by another clock."""
    if not by:
        return verdict
    return replace(
        verdict,
        as_of=verdict.as_of + by,
        since=None if verdict.since is None else verdict.since + by,
        stops_at=None if verdict.stops_at is None else verdict.stops_at + by,
        holders=tuple(moved_signal(signal, by) for signal in verdict.holders),
        last=None if verdict.last is None else moved_signal(verdict.last, by),
        signals=(),
    )


def moved_signal(signal: Signal, by: timedelta) -> Signal:
    return replace(
        signal,
        active_since=None if signal.active_since is None else signal.active_since + by,
        last_active_at=None if signal.last_active_at is None else signal.last_active_at + by,
        as_of=signal.as_of + by,
    )


def idle_view(judged: Judged, above: Sequence[Layer], notes: Sequence[str], native: NativeIdle | None) -> IdleView:
    """Give the verdict with all its evidence.

    Args:
        judged: By this machine's clock.
        above: The policy's layers that stand above the user's own, most authority first.
        notes: What has to be said of policy and looks, in whole sentences.
        native: Studio's own idle shutdown; None: there is none.
    """
    verdict, options = judged.verdict, judged.options
    mode_note = (NOT_STOPPED,) if options.mode == "on" else ()
    return IdleView(
        as_of=verdict.as_of,
        billing_currency=judged.rate.billing_currency,
        mode=options.mode,
        note=" ".join((*mode_note, *notes)) or None,
        verdict=idle_in_short(judged),
        timeout_minutes=minutes_text(options.timeout),
        warn_minutes=minutes_text(options.warn),
        stop=options.stop,
        signals=signal_rows(verdict, options),
        unmeasured=[clean(each.reason, MOST_SENTENCE) for each in verdict.unmeasured[:SHOWN_UNMEASURED]],
        settings=idle_settings(judged.policy, above),
        native=native,
    )


def signal_rows(verdict: Verdict, options: IdleOptions) -> list[SignalRow]:
    """Give the evidence, what keeps the machine on first."""
    unmeasured = {each.signal for each in verdict.unmeasured}
    shown = verdict.signals[:SHOWN_SIGNALS]
    return [signal_row(verdict, options, signal, place < len(verdict.holders), unmeasured) for place, signal in enumerate(shown)]


def signal_row(verdict: Verdict, options: IdleOptions, signal: Signal, holds: bool, unmeasured: Collection[str]) -> SignalRow:
    """Give one piece of it.

    Args:
        verdict: What it belongs to.
        options: What that was judged by.
        signal: What is known.
        holds: Whether it keeps the machine on.
        unmeasured: Names of signals of which something could not be looked at.
    """
    state: SignalState = "active" if holds else "unknown" if signal.name in unmeasured else "quiet"
    return SignalRow(
        name=signal.name,
        title=TITLES.get(signal.name, signal.name),
        subject=clean(signal.label, MOST_LABEL),
        state=state,
        is_protected=signal.is_protected,
        holds_alone=signal is verdict.held_alone_by,
        active_since=signal.active_since,
        last_active_at=signal.last_active_at,
        as_of=signal.as_of,
        holds_until=signal.holds_until(verdict.as_of, options.hold) if holds and not signal.goes_on else None,
        detail=clean(signal.detail, MOST_DETAIL),
    )
