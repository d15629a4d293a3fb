"""What is recorded of a machine's activity: when somebody looked, and what went on from when until when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """A time for which a machine was looked at, at one price."""

    starts: datetime
    ends: datetime
    cost_per_hour: Decimal | None
    """None: not known."""
    billing_currency: str
    list_cost_per_hour: Decimal | None = None
    """None: not known, or recorded by a version that did not record it."""

    @property
    def compared_cost_per_hour(self) -> Decimal | None:
        """What a policy's prices are held against: by the list, else as it was paid; None: neither is known."""
        return self.list_cost_per_hour if self.list_cost_per_hour is not None else self.cost_per_hour


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivitySource:
    """One signal of one subject, within one run."""

    number: int
    signal: str
    """Its name."""
    label: str
    """The subject in words; empty: the machine as a whole."""
    is_protected: bool
    """Whether a stop would destroy what goes on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivitySpan:
    """What one source has shown from a moment until another, both included."""

    source: ActivitySource
    starts: datetime
    ends: datetime
    goes_on: bool
    """Whether it is one piece; else these are moments, and short pieces, with pauses of a minute at most between them."""
    lead: timedelta = timedelta(0)
    """For how long it had gone on before `starts` without being seen to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityRun:
    """What was recorded without a break: by one server, whose machine neither slept nor had its clock set meanwhile."""

    observed: tuple[Observation, ...]
    """In the order of time; each begins where the one before ends."""
    spans: tuple[ActivitySpan, ...]
    """By their starts; the last activity before the first observation is there as well."""
