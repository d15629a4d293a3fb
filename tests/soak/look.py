"""One look at everything the server shows, and what it admits of how old that is."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from .truth import Truth

Row = dict[str, Any]

ROUNDING = timedelta(seconds=1.1)
"""A document's time has whole seconds; AWS's clock is known to about half a second."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """The overview, all jobs and endpoints, and the truth; `lag` and `doubted_from` say what AWS itself does not tell rightly."""

    overview: Row
    jobs: list[Row]
    endpoints: list[Row]
    until: datetime
    """Jobs and endpoints were listed between the overview's time and this."""
    truth: Truth
    lag: timedelta = timedelta(0)
    """How late AWS's index is, or was when it was last read."""
    doubted_from: datetime | None = None
    """Since then AWS's answers have lacked some of what they should have had; None: they have not."""
    answered: dict[str, datetime] = field(default_factory=dict)
    """When AWS last answered a listing as it should have, by kind."""

    @property
    def at(self) -> datetime:
        """Give the overview's own time."""
        return moment(self.overview["as_of"])

    @property
    def known_until(self) -> datetime:
        """Give the latest moment of which the server may know anything."""
        return self.until + ROUNDING

    @property
    def codes(self) -> set[str]:
        """Give what is said of the figures."""
        return {quality["code"] for quality in self.overview["data_quality"]}

    @property
    def status(self) -> str:
        """Give the one word about AWS."""
        return str(self.overview["aws"]["status"])

    @property
    def as_of(self) -> datetime | None:
        """Give when AWS last told everything that runs, as the server says."""
        return moment_or_none(self.overview["aws"]["as_of"])

    def confirmed(self, kind: str) -> datetime | None:
        """Give when a kind was last told, as the server says."""
        for state in self.overview["aws"]["kinds"]:
            if state["kind"] == kind:
                return moment_or_none(state["as_of"])
        return None

    def known_from(self, kind: str) -> datetime | None:
        """Give the moment up to which everything of a kind must be known; None: the server does not claim to know it."""
        confirmed = self.confirmed(kind)
        if confirmed is None:
            return None
        earliest = min(confirmed, self.doubted_from) if self.doubted_from else confirmed
        return earliest - ROUNDING - (self.lag if kind in ("training", "tuning", "endpoint") else timedelta(0))

    def row(self, kind: str, name: str) -> Row | None:
        """Give a job's row."""
        return next((row for row in self.jobs if (row["kind"], row["name"]) == (kind, name)), None)


def moment(text: str) -> datetime:
    """Read a time."""
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def moment_or_none(text: str | None) -> datetime | None:
    """Read a time that may be missing."""
    return None if text is None else moment(text)


def money(text: str | None) -> Decimal | None:
    """Read an amount that may be unknown."""
    return None if text is None else Decimal(text)
