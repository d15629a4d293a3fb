"""The idle verdict and what it stands on: signals, each with its age, and which of them alone holds the machine up."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from .activity import Measurements, Unmeasured

IdleMode = Literal["off", "shadow", "on"]
IdleState = Literal["active", "idle", "warned", "snoozed", "stopping", "off"]


@dataclass(frozen=True, slots=True, kw_only=True)
class IdleOptions:
    """What the policy says, for a machine of a known price."""

    mode: IdleMode
    timeout: timedelta
    """Of idleness until the stop."""
    timeout_origin: str
    """Where that is from: a file, or ``builtin``."""
    warn: timedelta
    """Before the stop."""
    stuck_busy: timedelta | None = None
    """After which a busy kernel counts as stuck; None: never."""
    stop: Literal["kernels", "app"] = "app"

    @property
    def hold(self) -> timedelta:
        """Give for how long something momentary, such as a keystroke, holds a machine up.

        That is a twelfth of the timeout, five minutes at most.
        """
        return min(timedelta(minutes=5), self.timeout / 12)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What one signal says of one subject, in one look."""

    subject: str
    """A kernel's id, a terminal's name; empty: the machine as a whole."""
    label: str
    """The subject in words."""
    active_at: datetime | None
    """The last moment of activity that this look shows; None: it shows none."""
    goes_on: bool = False
    """Whether it goes on, so that it holds the machine up by itself for as long as it does."""
    since: datetime | None = None
    """Since when it goes on; None: since the look that first saw it."""
    detail: str = ""
    """In words, without the subject."""
    is_stuck: bool = False
    """Whether it goes on for longer than the policy counts it, `since` then; it holds nothing up any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivitySignal:
    """One kind of activity: how it is judged, and what it is called."""

    name: str
    title: str
    is_protected: bool
    """Whether a stop would destroy what goes on."""
    judge: Callable[[Measurements, IdleOptions], Iterable[Reading]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """What is known of one signal and subject by now."""

    name: str
    subject: str
    label: str
    is_protected: bool
    goes_on: bool
    active_since: datetime | None
    """Since when it has gone on; None: it does not."""
    last_active_at: datetime | None
    as_of: datetime
    """When it was looked at last."""
    detail: str
    stuck_since: datetime | None = None
    """Since when it has gone on, where that is longer than the policy counts it; None: it is not."""

    def holds_until(self, now: datetime, hold: timedelta) -> datetime | None:
        """Give until when it holds the machine up if nothing more happens; `now` where it goes on; None: it never did."""
        if self.goes_on:
            return now
        return None if self.last_active_at is None else self.last_active_at + hold


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Idle or active, since when, and by which evidence."""

    as_of: datetime
    state: IdleState
    since: datetime | None
    """Active: since when something has held it up without a pause. Idle: the last activity. None: `off`."""
    held_by: tuple[str, ...]
    """Names of the signals that hold it up now, each once, the most important first."""
    holders: tuple[Signal, ...]
    """Those signals, with their subjects."""
    last: Signal | None
    """What was active last, while it is idle."""
    signals: tuple[Signal, ...]
    stops_at: datetime | None
    """When it would be stopped if nothing more happened; None: not while something goes on, or `off`."""
    unmeasured: tuple[Unmeasured, ...] = ()

    @property
    def held_alone_by(self) -> Signal | None:
        """Give the one that alone holds it up; None: nothing does, or several do."""
        return self.holders[0] if len(self.holders) == 1 else None

    @property
    def is_overdue(self) -> bool:
        """Whether it has been idle for as long as the policy allows."""
        return self.state == "idle" and self.stops_at is not None and self.as_of >= self.stops_at
