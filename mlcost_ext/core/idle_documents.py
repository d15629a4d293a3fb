"""Documents of the idle verdict. Texts are in English and without money, which stands in fields of its own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from .idle import IdleMode, IdleState
from .wire import Money

SignalState = Literal["active", "quiet", "unknown"]
NativeState = Literal["absent", "follows", "blind", "failing", "slow", "future", "unreachable"]
"""Of Studio's own idle endpoint: it is not installed; it says what we stamp; it does not follow the stamp; it answers with an
error; it holds the server up for a second or more; it tells a time in the future; it cannot be asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Idle:
    """The idle verdict in short; `off` where the policy says so."""

    state: IdleState
    since: datetime | None
    held_by: list[str]
    """Names of the signals that keep the machine on now."""
    reason: str
    """In one sentence, without money and without times of day."""
    stops_at: datetime | None
    """When it would be stopped if nothing more happened; null: not while something goes on."""
    is_overdue: bool
    """Whether that time has come; in `shadow` nothing happens then."""
    cost: Money | None
    """What the present idleness has cost up to `as_of` of the answer; null: active, or no price is known."""
    cost_per_hour: Money | None
    waiting: str | None
    """What a kernel of this machine waits for elsewhere, such as ``training churn-xgb``; null: nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalRow:
    """One piece of evidence."""

    name: str
    title: str
    subject: str
    """A notebook, a terminal, a GPU; empty: the machine as a whole."""
    state: SignalState
    is_protected: bool
    """Whether a stop would destroy what goes on."""
    holds_alone: bool
    """Whether nothing else keeps the machine on."""
    active_since: datetime | None
    last_active_at: datetime | None
    """Null: never yet."""
    as_of: datetime
    """When it was looked at."""
    holds_until: datetime | None
    """When it stops counting if nothing more happens; null: it goes on, or does not count."""
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IdleSetting:
    """One value of the policy's idle part, and what the user may make of it."""

    place: str
    """As in the policy, such as ``idle.timeout_minutes``."""
    value: str
    origin: str
    """The file it is from, or ``builtin``."""
    may_be: str
    """In words, such as ``1 to 60`` or ``nothing else``: what the user's own file may put in its place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProlongedStretch:
    """A time for which our stamp has held up Studio's own idle shutdown."""

    start: datetime
    """The last activity that Studio itself saw."""
    end: datetime
    """The last stamp."""
    signals: list[str]
    """What went on."""
    cost: Money | None
    """What the machine cost meanwhile; null: no price is known."""
    is_certain: bool
    """Whether Studio's own timeout is known, and has passed within it; false: it may have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NativeIdle:
    """Studio's own idle shutdown, and what we tell it."""

    state: NativeState
    message: str
    """What it means, in one sentence."""
    hint: str
    """What to do; empty: nothing."""
    asked_at: datetime | None
    last_active_at: datetime | None
    """What it said last."""
    stamped_at: datetime | None
    """When we last stamped the shared file; null: not since this server started."""
    timeout_minutes: int | None
    """Of Studio itself; null: not known."""
    prolonged: list[ProlongedStretch]
    """Of the last 30 days, the latest first, 20 at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IdleView:
    """The verdict with all its evidence."""

    as_of: datetime
    """By this machine's clock."""
    billing_currency: str
    mode: IdleMode
    """Of the policy in force."""
    note: str | None
    """What has to be said of it, such as that `on` stops nothing yet."""
    verdict: Idle
    timeout_minutes: str
    warn_minutes: str
    stop: Literal["kernels", "app"]
    signals: list[SignalRow]
    """What keeps the machine on first, then by how lately each was active; 100 at most."""
    unmeasured: list[str]
    """What could not be looked at, each in a sentence."""
    settings: list[IdleSetting]
    native: NativeIdle | None
    """Null: this machine is no Studio app, and Studio's idle endpoint is not installed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayedStop:
    """A stop that a policy would have made."""

    at: datetime
    idle_since: datetime
    until: datetime
    """When the machine was used again, or was ended, or the replay ends."""
    last_signal: str
    saved: Money | None
    """Null: no price is known."""
    billing_currency: str
    returned_within_minutes: int | None
    """When somebody came back, counted from the stop, where that was within 30 minutes; null: later, or not at all."""
    was_running: list[str]
    """Protected work that was going on at the moment of the stop: such a stop would have been wrong."""
    is_wrong: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """What a policy would have stopped, and blocked, in some days that were recorded."""

    start: datetime
    end: datetime
    recorded_since: datetime | None
    """When recording began; null: nothing is recorded."""
    observed_seconds: int
    """For how long the machine was observed within them."""
    idle_seconds: int
    timeout_minutes: str
    stops: list[ReplayedStop]
    stops_count: int
    wrong_count: int
    saved: Money | None
    """All together, those of wrong stops left out; null: no price of any is known."""
    unpriced: int
    """Stops that `saved` lacks."""
    billing_currency: str
    notes: list[str]
    """What has to be said of it, in whole sentences, such as that list prices are missing."""
    would_ask: int
    """Launches of these days that the policy would have asked about, and blocked, by their recorded findings."""
    would_block: int
