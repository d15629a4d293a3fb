"""What was asked of a standing thing, and the state it is in by that: a pure function of the acts and the time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mlcost_ext.sandbox.timeline import seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One thing asked: what it passes through, for how long, and where it comes to rest."""

    at: datetime
    passing: str  # AWS's status meanwhile
    seconds: float
    resting: str | None  # AWS's status afterwards; None: it is gone
    target: Any = None  # what it is to become; None: it stays what it is
    is_vain: bool = False  # it fails: the target is never reached
    failure_reason: str | None = None  # told once it rests

    @property
    def done_at(self) -> datetime:
        """Give the moment it is done."""
        return self.at + seconds(self.seconds)


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """The state of a thing at a moment."""

    status: str
    since: datetime
    until: datetime | None  # None: it stays so until somebody asks for something
    target: Any  # what it is; None: nothing yet
    pending: Act | None  # what it is becoming
    failure_reason: str | None


def state_at(acts: Sequence[Act], now: datetime) -> State:
    """Tell the state a thing is in; one that has not begun yet is at its beginning."""
    past = [act for act in acts if act.at <= now] or [acts[0]]
    last, before = past[-1], past[:-1]
    coming = acts[len(past)].at if len(past) < len(acts) else None
    if now < last.done_at or last.resting is None:
        return State(
            status=last.passing,
            since=last.at,
            until=last.done_at if now < last.done_at else None,
            target=_target(before),
            pending=last,
            failure_reason=None,
        )
    return State(
        status=last.resting,
        since=last.done_at,
        until=coming,
        target=_target(past),
        pending=None,
        failure_reason=last.failure_reason,
    )


def gone_at(acts: Sequence[Act]) -> datetime | None:
    """Tell when a thing is gone for ever; ``None``: nobody has asked for that."""
    return acts[-1].done_at if acts[-1].resting is None else None


def done(acts: Sequence[Act], now: datetime) -> tuple[Act, ...]:
    """Give the acts that are over by now; what was still to come is dropped."""
    return tuple(act for act in acts if act.done_at <= now)


def _target(acts: Sequence[Act]) -> Any:
    return next((act.target for act in reversed(acts) if act.target is not None and not act.is_vain), None)
