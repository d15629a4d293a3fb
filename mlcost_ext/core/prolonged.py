"""Stretches for which our stamp was what Studio's own idle shutdown saw last."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

SHORTEST_TIMEOUT = timedelta(hours=1)
"""AWS takes no shorter one for Studio's own idle shutdown, so what lasts less has held up nothing."""
KEPT_FROM = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """One stamp of ours, with what went on and what the machine cost."""

    at: datetime
    signals: tuple[str, ...]
    cost_per_hour: Decimal | None
    billing_currency: str
    timeout_minutes: int | None
    """Of Studio itself; None: not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """A time in which our stamp was the last that Studio saw."""

    start: datetime
    """The last activity that Studio itself saw."""
    end: datetime
    """The last stamp."""
    signals: tuple[str, ...]
    cost_per_hour: Decimal | None
    billing_currency: str
    timeout_minutes: int | None

    @property
    def is_worth_keeping(self) -> bool:
        """Whether it may still come to hold anything up."""
        return self.end - self.start >= KEPT_FROM

    @property
    def is_certain(self) -> bool:
        """Whether Studio's own timeout is known, and has passed within it."""
        return self.timeout_minutes is not None and self.end - self.start > timedelta(minutes=self.timeout_minutes)

    @property
    def may_have_held(self) -> bool:
        """Whether it is certain, or Studio's timeout is not known and may have passed."""
        return self.is_certain or (self.timeout_minutes is None and self.end - self.start > SHORTEST_TIMEOUT)
