"""Replaying a policy: what it would have stopped, saved and got wrong; and the same verdicts again as at the time."""

from __future__ import annotations

import asyncio
import logging
import tempfile
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlcost_ext.core.idle import IdleOptions, Verdict
from mlcost_ext.core.idle_documents import Replay
from mlcost_ext.core.policy import IdlePolicy, Policy, PriceTimeout, RuleSettings
from mlcost_ext.core.recorded import ActivityRun, ActivitySource, ActivitySpan, Observation
from mlcost_ext.core.times import UTC
from mlcost_ext.idle.options import options_of
from mlcost_ext.idle.spans import grain
from mlcost_ext.idle.tracking import Tracked, track
from mlcost_ext.idle.verdict import verdict
from mlcost_ext.ledger.activity_store import ActivityStore
from mlcost_ext.ledger.database import Database
from mlcost_ext.server.activity_recorder import ActivityRecorder
from mlcost_ext.usecases import replay as replay_module
from mlcost_ext.usecases.recorded_activity import Known
from mlcost_ext.usecases.replay import NO_LIST_PRICE, Recorded, replay
from tests.ledger.activity_samples import AtOnce

from .recorded_worlds import BEGAN, STEPS, Step, World

DAY = datetime(2026, 11, 3, tzinfo=UTC)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
RATE = Decimal("1.408")
WORDS = {"user_message": "Somebody used a notebook (a.ipynb)", "kernel_busy": "A kernel runs code (a.ipynb)"}


def at(hour: float) -> datetime:
    return DAY + hour * HOUR


def span(signal: str, starts: float, ends: float | None = None, **changes: Any) -> ActivitySpan:
    """Make a span of a notebook's kernel, by the hours of the day; one with an end goes on."""
    numbers = {"user_message": 1, "kernel_busy": 2, "kernel_started": 3, "server_started": 4}
    source = ActivitySource(
        number=numbers[signal],
        signal=signal,
        label="" if signal == "server_started" else "a.ipynb",
        is_protected=signal == "kernel_busy",
    )
    return ActivitySpan(
        source=source, starts=at(starts), ends=at(starts if ends is None else ends), goes_on=ends is not None, **changes
    )


def observed(
    starts: float, ends: float, rate: Decimal | None = RATE, currency: str = "USD", listed: Decimal | None = None
) -> Observation:
    return Observation(starts=at(starts), ends=at(ends), cost_per_hour=rate, billing_currency=currency, list_cost_per_hour=listed)


def run(*spans: ActivitySpan, ends: float = 20, over: tuple[Observation, ...] = ()) -> ActivityRun:
    """Make a run from 8 o'clock on, at one price unless others are given."""
    return ActivityRun(observed=over or (observed(8, ends),), spans=tuple(sorted(spans, key=lambda each: each.starts)))


def policy(rules: dict[str, RuleSettings] | None = None, **idle: Any) -> Policy:
    return Policy(rules=rules or {}, idle=IdlePolicy(**idle))


def replayed(*runs: ActivityRun, by: Policy | None = None, start: float = 0, end: float = 24, **more: Any) -> Replay:
    return replay(Recorded(runs=runs, since=at(8), **more), by or policy(), at(start), at(end))


def told(found: Replay) -> list[tuple[datetime, datetime, datetime]]:
    return [(stop.idle_since, stop.at, stop.until) for stop in found.stops]


def test_an_idle_machine_is_stopped_a_timeout_after_its_last_activity() -> None:
    """And would have cost nothing until it was used again; the rest of the day it was ended by itself."""
    found = replayed(run(span("server_started", 8), span("kernel_busy", 8, 10), span("user_message", 14), ends=14.5))
    assert told(found) == [(at(10), at(11), at(14))]
    (stop,) = found.stops
    assert (stop.last_signal, stop.saved, stop.billing_currency) == (WORDS["kernel_busy"], 3 * RATE, "USD")
    assert (stop.returned_within_minutes, stop.was_running, stop.is_wrong) == (None, [], False)
    assert (found.saved, found.stops_count, found.wrong_count, found.unpriced) == (3 * RATE, 1, 0, 0)
    assert (found.observed_seconds, found.idle_seconds) == (6.5 * 3600, 4.5 * 3600)
    assert (found.timeout_minutes, found.recorded_since, found.start, found.end) == ("60", at(8), at(0), at(24))


def test_a_stop_before_somebody_is_back_within_half_an_hour_is_wrong() -> None:
    """And is in no sum; a minute that has begun counts whole. A stretch shorter than the timeout is none."""
    spans = [span("user_message", hour) for hour in (8, 8.9, 10.4, 11.91, 13)]
    found = replayed(run(*spans, ends=13.5))
    assert told(found) == [(at(8.9), at(9.9), at(10.4)), (at(10.4), at(11.4), at(11.91)), (at(11.91), at(12.91), at(13))]
    assert [(stop.returned_within_minutes, stop.is_wrong) for stop in found.stops] == [(30, True), (None, False), (6, True)]
    assert (found.wrong_count, found.saved) == (2, found.stops[1].saved)


def test_a_machine_that_was_ended_is_saved_no_longer_than_that() -> None:
    """Somebody who starts it anew within half an hour of the stop has come back; the end of a replay is no return."""
    first = run(span("server_started", 8), ends=9.2)
    soon = ActivityRun(observed=(observed(9.4, 9.6),), spans=(span("server_started", 9.4),))
    assert told(replayed(first)) == told(replayed(first, soon)) == [(at(8), at(9), at(9.2))]
    assert replayed(first).stops[0].returned_within_minutes is None
    assert replayed(first, soon).stops[0].returned_within_minutes == 24
    found = replayed(run(span("server_started", 8), span("user_message", 9.3), ends=9.5), end=9.1)
    assert told(found) == [(at(8), at(9), at(9.1))]
    assert not found.stops[0].is_wrong


def test_each_price_counts_for_its_time() -> None:
    """One that is not known makes the stop's saving unknown, and so does another currency; never zero."""
    spans = (span("server_started", 8),)
    dearer = run(*spans, over=(observed(8, 10), observed(10, 12, 2 * RATE)))
    assert replayed(dearer).saved == RATE + 2 * 2 * RATE
    unknown = replayed(run(*spans, over=(observed(8, 10), observed(10, 12, None))))
    assert (unknown.stops[0].saved, unknown.saved, unknown.unpriced, unknown.wrong_count) == (None, None, 1, 0)
    mixed = replayed(run(*spans, over=(observed(8, 10), observed(10, 12, RATE, "CNY"))))
    assert (mixed.stops[0].saved, mixed.unpriced, mixed.billing_currency) == (None, 1, "CNY")


def test_a_dear_machine_has_its_own_timeout_from_the_moment_it_is_dear() -> None:
    """Already overdue by then, it is stopped then; a price in another currency is not compared."""
    by = policy(timeout_by_price=(PriceTimeout(from_list_cost_per_hour=Decimal(2), timeout_minutes=Decimal(15)),))
    spans = (span("server_started", 8),)
    prices = (observed(8, 8.5), observed(8.5, 12, 2 * RATE))
    assert told(replayed(run(*spans, over=prices), by=by)) == [(at(8), at(8.5), at(12))]
    assert replayed(run(*spans, over=prices), by=by).timeout_minutes == "15"
    foreign = (observed(8, 12, 2 * RATE, "CNY"),)
    assert told(replayed(run(*spans, over=foreign), by=by)) == [(at(8), at(9), at(12))]


def dear_from(cost: int, minutes: int) -> Policy:
    """Make a policy with a timeout of its own for dear machines."""
    return policy(timeout_by_price=(PriceTimeout(from_list_cost_per_hour=Decimal(cost), timeout_minutes=Decimal(minutes)),))


def test_a_policys_prices_are_held_against_the_list_price_and_savings_are_counted_by_what_was_paid() -> None:
    """As live: with a list price of 11, contracted at 8, a machine is dear from 10 on."""
    contracted = run(span("server_started", 8), over=(observed(8, 12, Decimal(8), listed=Decimal(11)),))
    found = replayed(contracted, by=dear_from(10, 15))
    assert told(found) == [(at(8), at(8.25), at(12))]
    assert (found.timeout_minutes, found.saved, found.notes) == ("15", Decimal(30), [])


def test_a_record_without_a_list_price_is_judged_by_what_was_paid_and_that_is_said() -> None:
    """Only where it matters: the policy has a timeout by price, in that currency, and there is a price."""
    old = run(span("server_started", 8), over=(observed(8, 12, Decimal(8)),))
    found = replayed(old, by=dear_from(10, 15))
    assert (told(found), found.notes) == ([(at(8), at(9), at(12))], [NO_LIST_PRICE])
    assert told(replayed(old, by=dear_from(8, 15))) == [(at(8), at(8.25), at(12))]
    unpriced = run(span("server_started", 8), over=(observed(8, 12, None),))
    foreign = run(span("server_started", 8), over=(observed(8, 12, Decimal(8), "CNY"),))
    others = [replayed(old), replayed(unpriced, by=dear_from(10, 15)), replayed(foreign, by=dear_from(10, 15))]
    assert [each.notes for each in others] == [[], [], []]


def test_what_does_not_concern_a_stretch_is_left_out_of_it() -> None:
    """Prices of other times, what was recorded after the last observation, a run without any activity."""
    spans = [span("server_started", 8), span("kernel_busy", 8, 9), span("kernel_busy", 8.5, 8.6), span("user_message", 11)]
    late = span("user_message", 13)
    first = run(*spans, late, over=(observed(8, 10), observed(10, 12.5, 2 * RATE)))
    empty = ActivityRun(observed=(observed(14, 15),), spans=())
    found = replayed(first, empty)
    assert told(found) == [(at(9), at(10), at(11)), (at(11), at(12), at(12.5))]
    assert [stop.saved for stop in found.stops] == [2 * RATE, RATE]


def test_work_that_a_policy_takes_for_stuck_was_running() -> None:
    """It is stopped a timeout after it became stuck, and that is wrong; without such a limit it is not stopped at all."""
    busy = run(span("kernel_busy", 8, 14), ends=14)
    assert replayed(busy).stops == []
    found = replayed(busy, by=policy(stuck_busy_hours=Decimal(2)))
    assert told(found) == [(at(10), at(11), at(14))]
    assert (found.stops[0].was_running, found.wrong_count, found.saved) == ([WORDS["kernel_busy"]], 1, 0)
    led = run(span("server_started", 8), span("kernel_busy", 12, 14, lead=4 * HOUR), ends=14)
    assert told(replayed(led, by=policy(stuck_busy_hours=Decimal(2)))) == [(at(8), at(9), at(14))]


def test_a_kernel_that_starts_counts_for_a_sixth_of_the_timeout() -> None:
    """Ten minutes at most, as in the signal's own file."""
    starting = run(span("kernel_started", 8, 8.5), ends=10)
    found = replayed(starting, by=policy(timeout_minutes=Decimal(30)))
    assert told(found) == [(at(8) + 5 * MINUTE, at(8.5) + 5 * MINUTE, at(10))]
    assert found.stops[0].was_running == []


def test_a_kernel_that_starts_on_a_dear_machine_counts_for_a_sixth_of_its_own_timeout() -> None:
    """As live: by the price at the start, though it was cheaper before; a last activity before all prices takes the first."""
    prices = (observed(8, 9, RATE, listed=RATE), observed(9, 12, RATE, listed=Decimal(11)))
    found = replayed(run(span("server_started", 8), span("kernel_started", 9.1, 9.6), over=prices), by=dear_from(10, 15))
    assert told(found)[-1] == (at(9.1) + 2.5 * MINUTE, at(9.1) + 17.5 * MINUTE, at(12))
    cheap = replayed(run(span("server_started", 8), span("kernel_started", 8.1, 8.6), over=prices), by=dear_from(10, 15))
    assert told(cheap)[0][0] == at(8.1) + 10 * MINUTE
    before = replayed(run(span("kernel_started", 7.99, 8.5), over=prices), by=dear_from(1, 15))
    assert told(before) == [(at(7.99) + 2.5 * MINUTE, at(7.99) + 17.5 * MINUTE, at(12))]


def test_idleness_that_began_before_the_period_was_stopped_before_it() -> None:
    """It is idle within it all the same; without an activity that is known there is nothing to judge."""
    found = replayed(run(span("server_started", 8), span("user_message", 16), ends=16.5), start=12, end=20)
    assert (found.stops, found.idle_seconds, found.observed_seconds) == ([], 4 * 3600 + 1800, 4 * 3600 + 1800)
    assert replayed(run()).stops == []


def test_what_a_clock_that_was_set_back_shows_twice_counts_once() -> None:
    """The earlier observation holds; what is wholly within it is left out."""
    first = run(span("server_started", 8), ends=12)
    again = ActivityRun(observed=(observed(11, 11.5), observed(11.5, 13)), spans=(span("server_started", 11),))
    within = ActivityRun(observed=(observed(9, 10),), spans=(span("server_started", 9),))
    nothing = ActivityRun(observed=(), spans=())
    found = replayed(first, again, within, nothing)
    assert found.observed_seconds == 5 * 3600
    assert told(found) == [(at(8), at(9), at(12)), (at(11), at(12), at(13))]


def test_off_stops_nothing() -> None:
    """And calls nothing idle."""
    found = replayed(run(span("server_started", 8)), by=policy(mode="off"))
    assert (found.stops, found.idle_seconds, found.saved) == ([], 0, 0)


def test_nothing_recorded() -> None:
    """Gives nothing, and does not fail."""
    found = replay(Recorded(runs=(), since=None), policy(), at(0), at(24))
    assert (found.recorded_since, found.stops, found.observed_seconds, found.saved) == (None, [], 0, 0)


def test_only_the_latest_stops_are_told_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """All of them are counted."""
    monkeypatch.setattr(replay_module, "MOST_STOPS", 2)
    found = replayed(run(*(span("user_message", hour) for hour in (8, 10, 12, 14)), ends=14.5))
    assert ([stop.at for stop in found.stops], found.stops_count) == ([at(11), at(13)], 3)


def test_launches_are_met_by_the_verdicts_of_the_rules_that_found_something() -> None:
    """The strictest counts; a rule that nobody has installed here says nothing."""
    verdicts: dict[str, RuleSettings] = {
        name: RuleSettings(verdict=verdict, options={})  # type: ignore[arg-type]
        for name, verdict in (("MC1", "ask"), ("MC2", "block"), ("MC3", "warn"), ("MC4", "off"))
    }
    launches = [frozenset(names) for names in (["MC1"], ["MC1", "MC2"], ["MC2", "MC9"], ["MC3", "MC4"], ["MC9"], [])]
    found = replayed(by=policy(verdicts), launches=launches)
    assert (found.would_ask, found.would_block) == (1, 2)


# -- the same verdicts again ----------------------------------------------------------------


@dataclass
class Look:
    """What was judged at one look, and by which options."""

    at: datetime
    options: IdleOptions
    judged: Verdict


POLICIES = st.builds(
    policy,
    timeout_minutes=st.sampled_from([Decimal("0.5"), Decimal(5), Decimal(30)]),
    stuck_busy_hours=st.sampled_from([None, Decimal("0.05"), Decimal("0.5")]),
    timeout_by_price=st.sampled_from(
        [(), (PriceTimeout(from_list_cost_per_hour=Decimal(10), timeout_minutes=Decimal(2)),)],
    ),
)


async def lived(steps: list[Step], by: Policy, store: ActivityStore, *, is_killed: bool = False) -> list[Look]:
    """Look at a world, judge and record it as the server does; unless it is killed, the server ends in peace."""
    world, looks, tracked = World(), list[Look](), Tracked()

    def clock() -> float:
        return (world.now - BEGAN).total_seconds()

    recorder = ActivityRecorder(store, lambda: "USD", lambda: None, logging.getLogger(__name__), clock)
    for measured, is_dear in world.looks(steps):
        rate, paid = (Decimal(20), Decimal(2)) if is_dear else (Decimal(1), Decimal(1))
        options, now = options_of(by, rate), measured.taken_at
        tracked = track(tracked, measured, options)
        looks.append(Look(at=now, options=options, judged=verdict(tracked, options, now)))
        await recorder.work(tracked, looks[-1].judged, options, paid, now, rate)
    if not is_killed:
        await recorder.close(looks[-1].options)
    return looks


def recorded(steps: list[Step], by: Policy, *, is_killed: bool = False) -> tuple[list[Look], ActivityRun]:
    """Give the verdicts of the time, and what was recorded of it in a real ledger."""
    with tempfile.TemporaryDirectory() as folder:
        database = Database(Path(folder) / "servers" / "one" / "ledger.sqlite")
        store = AtOnce(ActivityStore(database))
        looks = asyncio.run(lived(steps, by, store, is_killed=is_killed))
        store.flush()
        (run,) = ActivityStore(database).runs(BEGAN - HOUR, BEGAN + 1000 * HOUR)
        database.close()
    return looks, run


def again(run: ActivityRun, look: Look, by: Policy) -> Verdict:
    """Judge what was known at a look by what was recorded."""
    known = Known(options=lambda _: options_of(by, None))
    for each in run.spans:
        if each.starts <= look.at:
            known.add(each)
    return verdict(known.tracked(look.at), look.options, look.at)


def without_waits(steps: list[Step], by: Policy) -> list[Step]:
    """Leave input prompts out where kernels may be stuck: after one the record counts a kernel's work anew."""
    return [step for step in steps if step.event != "ask" or by.idle.stuck_busy_hours is None]


@settings(max_examples=60)
@given(steps=STEPS, by=POLICIES)
def test_a_record_gives_the_verdicts_of_the_time(steps: list[Step], by: Policy) -> None:
    """Exactly, at each look: active or idle, since when, and when it would be stopped."""
    looks, run = recorded(without_waits(steps, by), by)
    for look in looks:
        found, was = again(run, look, by), look.judged
        assert (found.state, found.is_overdue) == (was.state, was.is_overdue), look
        if was.state == "idle":
            assert (found.since, found.stops_at) == (was.since, was.stops_at), look


@settings(max_examples=60)
@given(steps=STEPS, by=POLICIES.map(lambda by: policy(timeout_minutes=by.idle.timeout_minutes)))
def test_a_replay_by_the_same_policy_stops_what_was_overdue_at_the_time(steps: list[Step], by: Policy) -> None:
    """All looks within what would have been stopped saw it overdue, and no other look did."""
    looks, run = recorded(without_waits(steps, by), by)
    found = replay(Recorded(runs=[run], since=BEGAN), by, BEGAN, looks[-1].at + MINUTE)
    for look in looks[:-1]:
        is_stopped = any(stop.at <= look.at < stop.until and stop.idle_since == look.judged.since for stop in found.stops)
        assert is_stopped == look.judged.is_overdue, look


@settings(max_examples=30)
@given(steps=STEPS, by=POLICIES)
def test_a_server_that_is_killed_loses_no_more_than_the_last_minutes(steps: list[Step], by: Policy) -> None:
    """What was seen up to twice the recording's grain before the end gives the same states."""
    looks, run = recorded(without_waits(steps, by), by, is_killed=True)
    least = max(grain(look.options) for look in looks)
    for look in looks:
        if look.at < run.observed[-1].ends - 2 * least:
            assert again(run, look, by).state == look.judged.state, look
