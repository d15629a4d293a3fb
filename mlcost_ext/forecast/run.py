"""Run: one that has ended. Forecast: how long one will take, always an interval."""

from __future__ import annotations

from dataclasses import dataclass

Keys = tuple[str | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A run that has ended."""

    groups: Keys
    """What it is one of, from the most specific to the most general, such as script, image and owner; None: not known."""
    seconds: float
    """How long it took, zero or more; less than 1 counts as 1."""
    ended_at: float
    """Seconds since 1970."""
    scale: float | None = None
    """Size of its input in bytes, above zero; None: not known."""
    speed_key: str | None = None
    """Instance type and count, in any spelling; None: not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """How long a run will take, in seconds; `low` ≤ `expected` ≤ `high`."""

    low: float
    """One run in ten is to be shorter."""
    expected: float
    """As many are to be shorter as longer."""
    high: float
    """One run in ten is to be longer, so that four in five lie between the two."""
    sample_size: int
    """Runs of the group that it rests on: those that were looked at, not all there were."""
    group: int
    """Which of the groups that was: the most specific one with three runs or more."""
    is_scaled: bool
    """That group's runs were converted to this size of input."""
    is_across_types: bool
    """Some of them ran on another type, and were converted by a ratio that was measured in history."""
