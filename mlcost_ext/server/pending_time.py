"""Time in which no kernel works: held back until an idle verdict tells whether somebody was there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime

from mlcost_ext.core.idle import Verdict

Moment = Callable[[datetime], int]
"""Turns a time of a verdict into microseconds of the clock that stretches are told by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """A piece of one day UTC, in microseconds of a clock that only goes on."""

    day: date
    start: int
    end: int

    @property
    def length(self) -> int:
        """Give its microseconds."""
        return self.end - self.start


class PendingTime:
    """What is not known to be idle yet: some minutes at most, since a verdict waits no longer after the last activity."""

    def __init__(self) -> None:
        self._stretches: list[Stretch] = []
        self._was_idle = False

    def add(self, stretch: Stretch) -> None:
        """Hold a stretch back that follows those before."""
        last = self._stretches[-1] if self._stretches else None
        if last is not None and (last.day, last.end) == (stretch.day, stretch.start):
            self._stretches[-1] = replace(last, end=stretch.end)
        else:
            self._stretches.append(stretch)

    def drop(self) -> None:
        """Let go of all that is held back, since nobody will tell."""
        self._stretches.clear()
        self._was_idle = False

    def judge(self, verdict: Verdict, moment: Moment) -> list[Stretch]:
        """Give what a new verdict shows to have been idle, and let go of what it shows to have been used.

        Idle: from the last activity up to the verdict. Active after it was idle: up to the activity that ended this. What lies
        between two moments of activity without an idle verdict was used, and what comes after the last one is held back.
        """
        taken, since = moment(verdict.as_of), moment(verdict.since or verdict.as_of)
        was_idle, self._was_idle = self._was_idle, not verdict.holders
        if not verdict.holders:
            if not was_idle:
                self._take_until(since)
            return self._take_until(taken)
        idle = self._take_until(min(since, taken)) if was_idle else []
        self._take_until(min(moment(last_activity(verdict)), taken))
        return idle

    def take(self, start: int, end: int) -> list[Stretch]:
        """Give what is held back between two moments, and hold it back no longer."""
        earlier = [replace(each, end=min(each.end, start)) for each in self._stretches if each.start < start]
        later = [replace(each, start=max(each.start, end)) for each in self._stretches if each.end > end]
        cut = ((each, max(each.start, start), min(each.end, end)) for each in self._stretches)
        self._stretches, taken = [*earlier, *later], [replace(each, start=at, end=to) for each, at, to in cut if at < to]
        return taken

    def _take_until(self, end: int) -> list[Stretch]:
        return self.take(self._stretches[0].start, end) if self._stretches and self._stretches[0].start < end else []


def last_activity(verdict: Verdict) -> datetime:
    """Give the last moment for which anything showed activity: that of the verdict where something goes on."""
    if any(signal.goes_on for signal in verdict.holders):
        return verdict.as_of
    return max((signal.last_active_at for signal in verdict.signals if signal.last_active_at), default=verdict.as_of)
