"""Replay a policy over what was recorded: what it would have stopped, what that saves, and where it would have been wrong."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from mlcost_ext.core.idle import IdleOptions, Verdict
from mlcost_ext.core.idle_documents import Replay, ReplayedStop
from mlcost_ext.core.money import per_hour_to_amount
from mlcost_ext.core.policy import Policy
from mlcost_ext.core.recorded import ActivityRun, Observation
from mlcost_ext.core.times import exact_seconds
from mlcost_ext.idle.options import BY_PRICE, minutes_text, options_of
from mlcost_ext.idle.verdict import verdict

from .recorded_activity import Gap, apart, gaps, signal_words

SOON = timedelta(minutes=30)
"""Somebody who is back within that was stopped wrongly."""
MOST_STOPS = 1000
"""That are told one by one, the latest of them."""
HOUR = 3600
NO_LIST_PRICE = (
    f"For some of this time no list price was recorded: there {BY_PRICE} was held against the price in force, "
    "which may be lower, so that stops may be told too late, or not at all."
)
NONE = timedelta(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What there is to be replayed."""

    runs: Sequence[ActivityRun]
    """Of the period."""
    since: datetime | None
    """When recording began; None: nothing is recorded."""
    launches: Sequence[frozenset[str]] = ()
    """The rules that found something, of each launch of the period that a guard has judged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """A stop, and how long the machine was idle altogether."""

    at: datetime
    judged: Verdict
    price: Observation


def replay(recorded: Recorded, policy: Policy, start: datetime, end: datetime) -> Replay:
    """Say what a policy would have done from `start` to the moment before `end`.

    After a stop the machine is taken to be stopped until something is recorded again: one stop for each stretch of idleness.
    """
    runs = apart([run for run in recorded.runs if run.observed])
    latest = runs[-1].observed[-1] if runs else None
    stops, idle = list[ReplayedStop](), NONE
    for number, run in enumerate(runs):
        for gap in gaps(run, options_over(run, policy)):
            found, is_idle = judged(run, gap, policy)
            idle += overlap(gap.since, gap.until, run, (start, end)) if is_idle else NONE
            if found is not None and start <= found.at < end:
                stops.append(told(found, gap, run, runs[number + 1 :], end))
    would_block, would_ask = launches_met(recorded.launches, policy)
    currency = latest.billing_currency if latest else policy.billing_currency
    right = [stop for stop in stops if not stop.is_wrong]
    priced = [stop.saved for stop in right if stop.saved is not None and stop.billing_currency == currency]
    return Replay(
        start=start,
        end=end,
        recorded_since=recorded.since,
        observed_seconds=sum((overlap(start, end, run, (start, end)) for run in runs), NONE) // timedelta(seconds=1),
        idle_seconds=idle // timedelta(seconds=1),
        timeout_minutes=minutes_text(options_at(policy, latest).timeout),
        stops=stops[-MOST_STOPS:],
        stops_count=len(stops),
        wrong_count=len(stops) - len(right),
        saved=sum(priced, Decimal(0)) if priced or not right else None,
        unpriced=len(right) - len(priced),
        billing_currency=currency,
        notes=list(notes_on(runs, policy)),
        would_ask=would_ask,
        would_block=would_block,
    )


def options_at(policy: Policy, price: Observation | None) -> IdleOptions:
    """Give what a policy says of a machine of a price; one in another currency is never compared with its amounts."""
    is_comparable = price is not None and price.billing_currency == policy.billing_currency
    return options_of(policy, price.compared_cost_per_hour if price is not None and is_comparable else None)


def options_over(run: ActivityRun, policy: Policy) -> Callable[[datetime], IdleOptions]:
    """Give what says what a policy says at a moment, of a machine of the price of the time; before a run, of its first one."""
    starts, options = [each.starts for each in run.observed], [options_at(policy, each) for each in run.observed]
    return lambda at: options[max(bisect_right(starts, at) - 1, 0)]


def notes_on(runs: Iterable[ActivityRun], policy: Policy) -> Iterator[str]:
    """Say where a policy's prices were held against another price than live."""
    prices = [price for run in runs for price in run.observed if price.billing_currency == policy.billing_currency]
    unlisted = [price for price in prices if price.list_cost_per_hour is None and price.cost_per_hour is not None]
    if policy.idle.timeout_by_price and unlisted:
        yield NO_LIST_PRICE


def judged(run: ActivityRun, gap: Gap, policy: Policy) -> tuple[Stop | None, bool]:
    """Give the first stop in a gap, and whether it was idle in it at all; the verdict is asked wherever it may change."""
    is_idle = False
    for price in run.observed:
        if price.ends <= gap.since or price.starts >= gap.until:
            continue
        options = options_at(policy, price)
        for at in moments(gap, price, options):
            found = verdict(gap.known.tracked(at), options, at)
            is_idle = is_idle or found.state == "idle"
            if found.is_overdue:
                return Stop(at=at, judged=found, price=price), True
    return None, is_idle


def moments(gap: Gap, price: Observation, options: IdleOptions) -> Iterator[datetime]:
    """Give when it may become idle, and when overdue, while a price held."""
    ends = min(gap.until, price.ends)
    for wait in (options.hold, options.timeout):
        at = max(gap.since + wait, price.starts)
        if at < ends:
            yield at


def told(stop: Stop, gap: Gap, run: ActivityRun, later: Sequence[ActivityRun], end: datetime) -> ReplayedStop:
    """Tell a stop, until when the machine would have been stopped, and whether that would have been wrong."""
    back_at = back(stop.at, later) if gap.is_open else gap.until
    away = None if back_at is None or back_at >= end else back_at - stop.at
    returned = -(-away // timedelta(minutes=1)) if away is not None and away <= SOON else None
    running = gap.known.running(stop.at)
    last = stop.judged.last
    return ReplayedStop(
        at=stop.at,
        idle_since=stop.judged.since or gap.since,
        until=min(gap.until, end),
        last_signal=signal_words(last.name, last.label) if last else "",
        saved=cost_of(run.observed, stop.at, min(gap.until, end)),
        billing_currency=stop.price.billing_currency,
        returned_within_minutes=returned,
        was_running=running,
        is_wrong=returned is not None or bool(running),
    )


def back(at: datetime, later: Iterable[ActivityRun]) -> datetime | None:
    """Give the first activity after a moment in the runs that followed; None: there is none."""
    for run in later:
        found = next((span.starts for span in run.spans if span.starts > at), None)
        if found is not None:
            return found
    return None


def cost_of(observed: Iterable[Observation], start: datetime, end: datetime) -> Decimal | None:
    """Give what a machine costs from a moment to another; None: its price is not known all the time, or its currency changes."""
    parts = [(each, min(each.ends, end) - max(each.starts, start)) for each in observed]
    held = [(each, span) for each, span in parts if span > NONE]
    if len({each.billing_currency for each, _ in held}) > 1:
        return None
    total = Decimal(0)
    for each, span in held:
        if each.cost_per_hour is None:
            return None
        total += each.cost_per_hour * exact_seconds(span)
    return per_hour_to_amount(total, HOUR)


def overlap(since: datetime, until: datetime, run: ActivityRun, period: tuple[datetime, datetime]) -> timedelta:
    """Give for how long of a time a run was observed within a period."""
    start, end = max(since, period[0]), min(until, period[1])
    return sum((max(min(each.ends, end) - max(each.starts, start), NONE) for each in run.observed), NONE)


def launches_met(launches: Iterable[frozenset[str]], policy: Policy) -> tuple[int, int]:
    """Count the launches that would be blocked, and those that would be asked about, by the verdicts of the rules alone."""
    strictest = [{policy.rules[rule].verdict for rule in rules if rule in policy.rules} for rules in launches]
    blocked = sum("block" in verdicts for verdicts in strictest)
    return blocked, sum("ask" in verdicts and "block" not in verdicts for verdicts in strictest)
