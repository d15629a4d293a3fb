"""The verdict as documents: in short, in full, its cost, and what a user's own policy may change of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from mlcost_ext.core.activity import Unmeasured
from mlcost_ext.core.host import Host
from mlcost_ext.core.money import EXACT
from mlcost_ext.core.policy import IdlePolicy, Policy, PriceTimeout
from mlcost_ext.idle.options import options_of
from mlcost_ext.policy.fields import FIELDS
from mlcost_ext.policy.layer import Layer
from mlcost_ext.policy.merging import merge
from mlcost_ext.policy.reading import read_layer
from mlcost_ext.usecases.idle_price import SessionRate, session_rate
from mlcost_ext.usecases.idle_settings import ANYTHING, MORE, NOTHING_ELSE, idle_settings, may_be
from mlcost_ext.usecases.idle_view import NOT_STOPPED, SHOWN_SIGNALS, Judged, idle_in_short, idle_view
from tests.fakes import NOW, FakePrices, unit_price
from tests.idle.looks import START, at, judged, kernel, left_running, look, options, program, terminal
from tests.usecases.test_session import studio_host

CHEAP = SessionRate(billing_currency="USD", cost_per_hour=Decimal("7.2"), list_cost_per_hour=Decimal(8))
UNKNOWN = SessionRate(billing_currency="USD", cost_per_hour=None, list_cost_per_hour=None)
IDLE = look(90, kernel(last_user_message_at=at(30)))
BUSY = look(90, kernel("busy", busy_since=at(1)))


def known(*looks: Any, **changes: Any) -> Judged:
    """Judge looks by the built-in policy, on a machine of USD 7.20 an hour."""
    told = {"verdict": judged(*looks)} if looks else {}
    fields: dict[str, Any] = {**told, "options": options(), "policy": Policy(rules={}), "rate": CHEAP}
    return Judged(**{**fields, **changes})


def test_idleness_costs_what_the_machine_costs_since_the_last_activity() -> None:
    short = idle_in_short(known(IDLE))
    assert (short.state, short.since, short.stops_at, short.is_overdue) == ("idle", at(30), at(90), True)
    assert (short.cost, short.cost_per_hour) == (Decimal("7.2"), Decimal("7.2"))


def test_a_machine_that_was_started_later_costs_from_then_on() -> None:
    """A server may be older than the machine's bill, as that of a Studio app that was started again."""
    assert idle_in_short(known(IDLE, rate=replace(CHEAP, costs_since=at(60)))).cost == Decimal("3.6")
    assert idle_in_short(known(IDLE, rate=replace(CHEAP, costs_since=at(10)))).cost == Decimal("7.2")
    assert idle_in_short(known(IDLE, rate=replace(CHEAP, costs_since=at(500)))).cost == 0


def test_activity_costs_nothing_here_and_an_unknown_price_is_no_zero() -> None:
    assert idle_in_short(known(BUSY)).cost is None
    short = idle_in_short(known(IDLE, rate=UNKNOWN))
    assert (short.cost, short.cost_per_hour) == (None, None)


def test_a_third_of_a_cent_a_second_is_exact() -> None:
    rate = replace(CHEAP, cost_per_hour=Decimal("0.05"))
    view = known(look(30 + 7 / 60, kernel(last_user_message_at=at(30))), look(60 + 1 / 60, kernel()), rate=rate)
    assert idle_in_short(view).cost == EXACT.divide(Decimal("0.05") * 1801, Decimal(3600))


def test_what_holds_it_up_and_what_is_waited_for_is_told() -> None:
    waiting = look(90, kernel("busy", busy_since=at(1), waits_for=("training churn", "training other")))
    short = idle_in_short(known(waiting, waits_for=("training churn", "training other")))
    assert (short.state, short.held_by, short.waiting) == ("active", ["waiting_for_job"], "training churn")
    assert short.stops_at is None


def test_by_another_clock_all_times_are_moved_and_neither_words_nor_cost_are() -> None:
    """The sentence has no time of day, which could be another than that beside it."""
    by = timedelta(minutes=7)
    here, there = idle_in_short(known(IDLE)), idle_in_short(known(IDLE), by)
    assert (there.since, there.stops_at, there.cost) == (at(37), at(97), here.cost)
    assert here.reason == there.reason == "Nothing has been used since train.ipynb was used."
    busy = (idle_in_short(known(BUSY)).reason, idle_in_short(known(BUSY), by).reason)
    assert busy == ("train.ipynb is running code, for 1 h 29 min now.",) * 2


def test_off_says_who_has_switched_it_off() -> None:
    for policy, words in (
        (
            Policy(rules={}, idle=IdlePolicy(mode="off"), origins={"idle.mode": "/etc/a.yaml"}),
            "/etc/a.yaml switches the idle verdict off",
        ),
        (Policy(rules={}, is_disabled=True, origins={"disable": "b.yaml"}), "b.yaml switches mlcost-ext off"),
    ):
        off = options_of(policy, None)
        short = idle_in_short(known(verdict=judged(IDLE, by=off), options=off, policy=policy))
        assert (short.state, short.since, short.cost, short.held_by) == ("off", None, None, [])
        assert words in short.reason


def test_the_view_shows_the_evidence_with_what_holds_it_up_first() -> None:
    measured = look(
        90,
        kernel("busy", busy_since=at(1), label="folder/" * 30, cpu_fraction=None),
        terminals=(terminal(program("sleep"), typed=at(20)),),
        unmeasured=(Unmeasured(signal="terminal_input", reason="It cannot be told.\x00"),),
    )
    view = idle_view(known(measured), [], (), None)
    first = view.signals[0]
    assert (first.name, first.state, first.holds_alone, first.active_since) == ("kernel_busy", "active", True, at(1))
    assert (first.holds_until, len(first.subject), first.is_protected) == (None, 80, True)
    rows = {row.name: row for row in view.signals}
    assert (rows["terminal_input"].state, rows["terminal_process"].state) == ("unknown", "quiet")
    assert rows["user_message"].last_active_at is None
    assert view.unmeasured == ["It cannot be told.\N{REPLACEMENT CHARACTER}"]
    assert (view.mode, view.note, view.timeout_minutes, view.warn_minutes, view.stop) == ("shadow", None, "60", "5", "app")


def test_what_is_momentary_says_until_when_it_holds() -> None:
    view = idle_view(known(look(32, kernel(last_user_message_at=at(30)))), [], (), None)
    assert (view.signals[0].name, view.signals[0].holds_until) == ("user_message", at(35))


def test_on_says_that_it_stops_nothing_and_troubles_are_said_too() -> None:
    view = idle_view(known(IDLE, options=options(mode="on")), [], ("The files have faults.",), None)
    assert (view.mode, view.note) == ("on", f"{NOT_STOPPED} The files have faults.")


def test_no_more_rows_than_fit_are_shown() -> None:
    left = tuple(replace(left_running(0.5), pid=number) for number in range(300))
    view = idle_view(known(look(90, background=left)), [], (), None)
    assert len(view.signals) == SHOWN_SIGNALS
    assert all(row.name == "background_process" for row in view.signals)


@pytest.mark.parametrize(("seconds", "words"), [(3600, "60"), (12, "0.2"), (3, "0.05"), (1, "0.016667"), (90, "1.5")])
def test_minutes_are_exact(seconds: int, words: str) -> None:
    view = idle_view(known(IDLE, options=options(timeout=timedelta(seconds=seconds))), [], (), None)
    assert view.timeout_minutes == words


def rate_of(host: Host, prices: FakePrices, currency: str = "USD", **named: Any) -> SessionRate:
    return session_rate(host, prices, named.get("configured"), currency, NOW)


def test_the_machine_costs_what_the_session_costs(prices: FakePrices) -> None:
    rate = rate_of(studio_host(), prices)
    assert (rate.cost_per_hour, rate.list_cost_per_hour, rate.costs_since) == (Decimal("0.05"), Decimal("0.05"), START)


def test_prepaid_hours_cost_nothing_and_are_dear_to_no_policy(prices: FakePrices) -> None:
    rate = rate_of(studio_host(is_prepaid=True), prices)
    assert (rate.cost_per_hour, rate.list_cost_per_hour) == (0, 0)
    assert rate.cost(START, at(600)) == 0


def test_no_price_and_a_price_in_another_currency_are_unknown(prices: FakePrices) -> None:
    assert rate_of(studio_host(instance_type="ml.unknown.xlarge"), prices).cost_per_hour is None
    assert rate_of(studio_host(), prices, "CNY").cost_per_hour is None
    own = unit_price("3", "Studio-JupyterLab", "ml.t3.medium", price_source="configuration")
    rate = rate_of(studio_host(), prices, configured=own)
    assert (rate.in_currency("USD"), rate.in_currency("EUR")) == (Decimal(3), None)


# -- what a user's own layer may make of the settings ---------------------------------------

ADMIN = "/etc/mlcost/policy.yaml"
USER = "policy.yaml"


def layer(text: str, name: str = ADMIN) -> Layer:
    found, faults, _ = read_layer(f"version: 1\n{text}".encode(), name=name, rules=())
    assert not faults
    return found


def places(*above: Layer, own: str = "") -> dict[str, tuple[str, str, str]]:
    layers = [*above, *([layer(own, USER)] if own else [])]
    found = idle_settings(merge(layers, ()).policy, above)
    return {each.place: (each.value, each.origin, each.may_be) for each in found}


def test_without_a_layer_above_the_users_everything_is_free() -> None:
    found = places(own="idle: {timeout_minutes: 600, mode: off}")
    assert {may for _, _, may in found.values()} == {ANYTHING}
    assert found["idle.timeout_minutes"] == ("600", USER, ANYTHING)
    assert found["idle.stuck_busy_hours"] == ("not set", "built-in", ANYTHING)


def test_all_settings_of_the_idle_part_are_told() -> None:
    assert set(places()) == {
        "idle.mode",
        "idle.timeout_minutes",
        "idle.warn_minutes",
        "idle.timeout_by_price",
        "idle.snooze.max_minutes",
        "idle.snooze.max_per_day",
        "idle.snooze.reason_required",
        "idle.stuck_busy_hours",
        "idle.stop",
    }


STRICT = """
idle:
  mode: on
  timeout_minutes: 45
  warn_minutes: 10
  timeout_by_price: [{from_list_cost_per_hour: 10, timeout_minutes: 15}]
  snooze: {max_minutes: 60, max_per_day: 0, reason_required: true}
  stuck_busy_hours: 8
  stop: app
"""


def test_under_a_strict_layer_each_may_only_be_tightened() -> None:
    may = {place: words for place, (_, _, words) in places(layer(STRICT)).items()}
    assert may == {
        "idle.mode": NOTHING_ELSE,
        "idle.timeout_minutes": "0.05 to 45",
        "idle.warn_minutes": NOTHING_ELSE,
        "idle.timeout_by_price": MORE,
        "idle.snooze.max_minutes": "0 to 60",
        "idle.snooze.max_per_day": NOTHING_ELSE,
        "idle.snooze.reason_required": NOTHING_ELSE,
        "idle.stuck_busy_hours": "0 to 8",
        "idle.stop": NOTHING_ELSE,
    }


def test_a_layer_above_that_says_nothing_binds_to_what_is_built_in_but_for_the_warning() -> None:
    may = {place: words for place, (_, _, words) in places(layer("contact: a@example.com")).items()}
    assert (may["idle.mode"], may["idle.timeout_minutes"], may["idle.stop"]) == ("shadow or on", "0.05 to 60", NOTHING_ELSE)
    assert (may["idle.warn_minutes"], may["idle.timeout_by_price"], may["idle.snooze.reason_required"]) == (ANYTHING,) * 3


def test_the_bound_is_the_layers_above_and_not_the_users_own_tighter_value() -> None:
    assert places(layer(STRICT), own="idle: {timeout_minutes: 5}")["idle.timeout_minutes"] == ("5", USER, "0.05 to 45")


@pytest.mark.parametrize("unlocked", ["idle", "idle.timeout_minutes"])
def test_what_is_unlocked_may_be_anything(unlocked: str) -> None:
    found = places(layer(f"{STRICT}unlocked: [{unlocked}]\n"), own="idle: {timeout_minutes: 600}")
    assert found["idle.timeout_minutes"] == ("600", USER, ANYTHING)


def test_what_a_middle_layer_unlocks_is_still_bound_by_the_topmost() -> None:
    middle = layer("idle: {timeout_minutes: 30}\nunlocked: [idle.timeout_minutes]\n", "middle.yaml")
    assert places(layer(STRICT), middle)["idle.timeout_minutes"][2] == "0.05 to 45"


LOOSE = """
idle:
  mode: off
  timeout_minutes: 600
  warn_minutes: 0
  timeout_by_price: [{from_list_cost_per_hour: 10, timeout_minutes: 600}]
  snooze: {max_minutes: 600, max_per_day: 9, reason_required: false}
  stuck_busy_hours: null
  stop: kernels
"""
TIGHT = """
idle:
  timeout_minutes: 44
  timeout_by_price: [{from_list_cost_per_hour: 10, timeout_minutes: 14}, {from_list_cost_per_hour: 5, timeout_minutes: 20}]
  snooze: {max_minutes: 59}
  stuck_busy_hours: 7
"""


def idle_of(*layers: Layer) -> IdlePolicy:
    return merge(list(layers), ()).policy.idle


def test_a_user_who_loosens_changes_nothing() -> None:
    """The words above are what the merging does: whoever tries gets what was there before."""
    assert idle_of(layer(STRICT), layer(LOOSE, USER)) == idle_of(layer(STRICT))


def test_a_user_who_tightens_gets_what_he_wants() -> None:
    found = idle_of(layer(STRICT), layer(TIGHT, USER))
    assert (found.timeout_minutes, found.snooze.max_minutes, found.stuck_busy_hours) == (44, 59, 7)
    assert found.timeout_by_price == (
        PriceTimeout(from_list_cost_per_hour=Decimal(5), timeout_minutes=Decimal(20)),
        PriceTimeout(from_list_cost_per_hour=Decimal(10), timeout_minutes=Decimal(14)),
    )
    assert (found.mode, found.stop, found.warn_minutes) == ("on", "app", 10)


@pytest.mark.parametrize("minutes", ["0.05", "1", "44.9", "45", "45.1", "600"])
def test_a_timeout_takes_effect_exactly_where_the_words_say(minutes: str) -> None:
    least, _, most = may_be([layer(STRICT)], next(f for f in FIELDS if f.place == ("idle", "timeout_minutes"))).partition(" to ")
    is_said = Decimal(least) <= Decimal(minutes) <= Decimal(most)
    found = idle_of(layer(STRICT), layer(f"idle: {{timeout_minutes: {minutes}}}", USER)).timeout_minutes
    assert (found == Decimal(minutes)) is is_said
