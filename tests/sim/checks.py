"""What must hold of every verdict, as complaints in words; times are microseconds from the start of the day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from mlcost_ext.core.idle import Verdict

from .events import clock_words
from .looking import BASE
from .reference import Expected, Patience

ONE = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """A verdict, and what the model expects of it."""

    t: int
    verdict: Verdict
    expected: Expected
    patience: Patience
    offset: int
    """Of the clock by now."""

    def time(self, moment: datetime | None) -> int | None:
        """Give a moment by the clock as a time of the day."""
        return None if moment is None else (moment - BASE) // ONE - self.offset

    @property
    def last(self) -> int | None:
        """The last activity, as the time of the stop tells it; None: something goes on."""
        stops = self.time(self.verdict.stops_at)
        return None if stops is None else stops - self.patience.timeout


def complaints(looked: Looked) -> Iterator[str]:
    """Give everything that is not as it should be."""
    if looked.patience.is_off:
        yield from off_is_off(looked)
        return
    for check in CHECKS:
        yield from check(looked)


def off_is_off(looked: Looked) -> Iterator[str]:
    verdict = looked.verdict
    if (verdict.state, verdict.since, verdict.stops_at, verdict.signals) != ("off", None, None, ()):
        yield f"the policy says off, and the verdict is {verdict.state}"


def what_goes_on_is_seen(looked: Looked) -> Iterator[str]:
    """Protected work is never taken for idleness, and nothing is said to go on that does not."""
    verdict, expected = looked.verdict, looked.expected
    going = {signal.name for signal in verdict.holders if signal.goes_on}
    if verdict.state == "idle" and expected.protected:
        yield f"idle while {', '.join(sorted(expected.protected))} goes on"
    if going != expected.going:
        yield f"{sorted(going)} are said to go on, {sorted(expected.going)} do"
    protected = {signal.name for signal in verdict.holders if signal.goes_on and signal.is_protected}
    if protected != expected.protected:
        yield f"{sorted(protected)} are said to be protected, {sorted(expected.protected)} are"
    if expected.going and (verdict.state != "active" or verdict.stops_at is not None):
        yield f"{verdict.state} with a stop at {verdict.stops_at} while {sorted(expected.going)} go on"


def the_last_activity_is_known(looked: Looked) -> Iterator[str]:
    """The stop is a whole timeout after the last activity, up to one interval of looks."""
    expected, last = looked.expected, looked.last
    if expected.going:
        return
    if last is None:
        yield "no time of a stop, though nothing goes on"
    elif not expected.last <= last <= expected.last_bound:
        yield (
            f"the stop counts from {clock_words(last)}, the last activity was at {clock_words(expected.last)} "
            f"and may have lasted up to {clock_words(expected.last_bound)}"
        )


def nothing_holds_for_longer(looked: Looked) -> Iterator[str]:
    """Without anything that goes on it is active up to the hold after the last activity, and idle after that."""
    expected, state, hold = looked.expected, looked.verdict.state, looked.patience.hold
    if expected.going:
        return
    if looked.t >= expected.last_bound + hold and state != "idle":
        holders = ", ".join(looked.verdict.held_by)
        yield f"{state} by {holders}, though the last activity was over at {clock_words(expected.last_bound)}"
    if looked.t < expected.last + hold and state != "active":
        yield f"{state}, though there was activity at {clock_words(expected.last)}"


def since_is_true(looked: Looked) -> Iterator[str]:
    """Idle: since the last activity. Active: since what has held it up without a pause."""
    verdict, expected, since = looked.verdict, looked.expected, looked.time(looked.verdict.since)
    if since is None:
        yield "since never"
        return
    low, high = (expected.last, expected.last_bound) if verdict.state == "idle" else expected.held_since
    if not low <= since <= high:
        yield f"{verdict.state} since {clock_words(since)}, and not since {clock_words(low)} to {clock_words(high)}"
    if since > looked.t:
        yield f"{verdict.state} since {clock_words(since)}, which is yet to come"


def the_parts_agree(looked: Looked) -> Iterator[str]:
    """The evidence, the names and the times are those of one and the same story, by aware UTC."""
    verdict = looked.verdict
    future = [each.name for each in verdict.signals if each.last_active_at is not None and each.last_active_at > verdict.as_of]
    if future:
        yield f"{future} were active in the future"
    if list(verdict.held_by) != list(dict.fromkeys(signal.name for signal in verdict.holders)):
        yield f"held by {verdict.held_by}, but by the signals {[signal.name for signal in verdict.holders]}"
    if (verdict.state == "active") != bool(verdict.holders):
        yield f"{verdict.state} with {len(verdict.holders)} holders"
    if verdict.state == "idle" and (verdict.last is None or verdict.last.last_active_at != verdict.since):
        yield f"idle since {verdict.since}, the last to be active was {verdict.last}"
    if verdict.is_overdue != (verdict.state == "idle" and (looked.time(verdict.stops_at) or 0) <= looked.t):
        yield f"overdue: {verdict.is_overdue}"
    if any(time is not None and time.tzinfo is not timezone.utc for time in (verdict.as_of, verdict.since, verdict.stops_at)):
        yield "a time is not by UTC"


CHECKS = (
    what_goes_on_is_seen,
    the_last_activity_is_known,
    nothing_holds_for_longer,
    since_is_true,
    the_parts_agree,
)
