"""Layers upon each other: what holds, where it is from, and what has no effect."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from mlcost_ext.core.policy import BUILTIN, Policy, PriceTimeout, RuleSettings
from mlcost_ext.policy.checks import currency_faults
from mlcost_ext.policy.merging import merge

from .samples import EXAMPLE, RULES, layer, merged

TEAM = "tags: {required: {team: {%s}}}"
EXCEPTION = "exceptions: [{rule: MC104, scope: {team: x}, until: 2026-12-31, reason: r}]"


def value_at(policy: Policy, place: str) -> Any:
    """Give a value by its place in a file."""
    found: Any = policy
    names = place.split(".")
    if names[0] == "rules":
        settings = policy.rules[names[1]]
        return settings.verdict if names[2] == "verdict" else settings.options[names[2]]
    if names[0] == "tags":
        tag = next(each for each in policy.required_tags if each.key == names[2])
        return getattr(tag, {"pattern": "patterns"}.get(names[3], names[3]))
    for name in names:
        found = getattr(found, {"disable": "is_disabled"}.get(name, name))
    return found


def test_without_any_file() -> None:
    """Rules have their own verdict, none asks or blocks, idle is in shadow; all of it is built in."""
    policy = merge((), RULES).policy
    assert policy.rules["MC106"] == RuleSettings(verdict="shadow", options={"from_hours": Decimal("0.5")})
    assert {settings.verdict for settings in policy.rules.values()} == {"off", "shadow", "warn"}
    assert policy.idle.mode == "shadow"
    assert set(policy.origins.values()) == {BUILTIN}
    assert (policy.is_disabled, policy.required_tags, policy.budgets, policy.exceptions) == (False, (), (), ())


def test_the_interface_s_example() -> None:
    """Every value has its origin."""
    found = merged(EXAMPLE)
    policy = found.policy
    assert policy.rules["MC103"] == RuleSettings(verdict="block", options={"max_runtime_hours": Decimal(24)})
    assert policy.budgets[0].throttle is not None
    assert policy.budgets[0].throttle.before_day == 25
    assert policy.idle.timeout_by_price == (PriceTimeout(from_list_cost_per_hour=Decimal(10), timeout_minutes=Decimal(15)),)
    assert policy.exceptions[0].instead == RuleSettings(verdict="warn", options={"denied": (), "allowed": None})
    assert policy.origins["rules.MC103.max_runtime_hours"] == "a"
    assert policy.origins["rules.MC105.min_cpu_percent"] == BUILTIN
    assert [note.message[:24] for note in found.notes] == ["idle.mode: on behaves as"]


CASES: list[tuple[str, tuple[str, ...], Any, str]] = [
    ("rules.MC101.verdict", ("rules: {MC101: {verdict: ask}}", "rules: {MC101: {verdict: warn}}"), "ask", "a"),
    ("rules.MC101.verdict", ("rules: {MC101: {verdict: ask}}", "rules: {MC101: {verdict: block}}"), "block", "b"),
    ("rules.MC101.verdict", ("rules: {MC101: {verdict: off}}",), "off", "a"),
    ("rules.MC101.verdict", ("contact: x", "rules: {MC101: {verdict: off}}"), "warn", BUILTIN),
    ("rules.MC101.verdict", ("unlocked: [rules.MC101]", "rules: {MC101: {verdict: off}}"), "off", "b"),
    ("rules.MC101.verdict", ("unlocked: [rules]", "rules: {MC101: {verdict: off}}"), "off", "b"),
    ("rules.MC101.verdict", ("rules: {MC101: {limit_list_cost: 1}}", "rules: {MC101: {verdict: shadow}}"), "warn", BUILTIN),
    ("rules.MC101.verdict", ("inherit: none",), "off", "a"),
    ("rules.MC101.verdict", ("inherit: none\nrules: {MC101: }",), "warn", BUILTIN),
    ("rules.MC101.verdict", ("inherit: none", "inherit: builtin"), "off", "a"),
    ("rules.MC101.verdict", ("inherit: none\nunlocked: [inherit]", "inherit: builtin"), "warn", BUILTIN),
    ("rules.MC101.verdict", ("rules: {MC101: {verdict: off}}", "inherit: builtin"), "warn", BUILTIN),
    ("rules.MC101.verdict", ("rules: {MC101: {verdict: off}}", "inherit: builtin\nrules: {MC101: {}}"), "off", "a"),
    ("rules.MC101.verdict", ("contact: x", "inherit: none"), "warn", BUILTIN),
    ("rules.MC101.limit_list_cost", ("rules: {MC101: {limit_list_cost: 100}}",), Decimal(100), "a"),
    ("rules.MC101.limit_list_cost", ("contact: x", "rules: {MC101: {limit_list_cost: 100}}"), Decimal(50), BUILTIN),
    ("rules.MC101.limit_list_cost", ("contact: x", "rules: {MC101: {limit_list_cost: 20}}"), Decimal(20), "b"),
    (
        "rules.MC101.limit_list_cost",
        (
            "rules: {MC101: {limit_list_cost: 9}}\nunlocked: [rules.MC101.limit_list_cost]",
            "rules: {MC101: {limit_list_cost: 99}}",
        ),
        Decimal(99),
        "b",
    ),
    (
        "rules.MC101.limit_list_cost",
        ("rules: {MC101: {limit_list_cost: 9}}", "unlocked: [rules.MC101]", "rules: {MC101: {limit_list_cost: 99}}"),
        Decimal(9),
        "a",
    ),
    ("rules.MC101.limit_list_cost_per_month", ("contact: x", "rules: {MC101: {limit_list_cost_per_month: 7}}"), Decimal(7), "b"),
    ("rules.MC104.denied", ("rules: {MC104: {denied: [a, b, a]}}", "rules: {MC104: {denied: [b, c]}}"), ("a", "b", "c"), "a, b"),
    ("rules.MC104.allowed", ("rules: {MC104: {allowed: [a, b]}}", "rules: {MC104: {allowed: [b, c]}}"), ("b",), "a, b"),
    ("rules.MC104.allowed", ("rules: {MC104: {allowed: [a, b]}}", "rules: {MC104: {allowed: null}}"), ("a", "b"), "a"),
    ("rules.MC104.allowed", ("contact: x", "rules: {MC104: {allowed: [b]}}"), ("b",), "b"),
    (
        "rules.MC104.allowed",
        ("rules: {MC104: {allowed: [ml.m5.*, ml.c5.*]}}", "rules: {MC104: {allowed: [ml.m5.large, ml.m5.xlarge]}}"),
        ("ml.m5.large", "ml.m5.xlarge"),
        "b",
    ),
    (
        "rules.MC104.allowed",
        ("rules: {MC104: {allowed: [ml.m5.*]}}", "rules: {MC104: {allowed: ['*.large']}}"),
        ("ml.m5.* & *.large",),
        "a, b",
    ),
    ("rules.MC105.min_cpu_percent", ("contact: x", "rules: {MC105: {min_cpu_percent: 5}}"), Decimal(10), BUILTIN),
    ("rules.MC105.min_cpu_percent", ("contact: x", "rules: {MC105: {min_cpu_percent: 50}}"), Decimal(50), "b"),
    ("rules.MC108.strict", ("rules: {MC108: {strict: true}}", "rules: {MC108: {strict: false}}"), True, "a"),
    ("rules.MC111.lenient", ("contact: x", "rules: {MC111: {lenient: false}}"), False, "b"),
    ("contact", ("billing_currency: USD", "contact: b", "contact: c"), "b", "b"),
    ("contact", ("contact: a\nunlocked: [contact]", "contact: b"), "b", "b"),
    ("admins", ("admins: [a]", "admins: [b]"), ("a",), "a"),
    ("idle.mode", ("idle: {mode: off}",), "off", "a"),
    ("idle.mode", ("contact: x", "idle: {mode: off}"), "shadow", BUILTIN),
    ("idle.timeout_minutes", ("idle: {timeout_minutes: 90}", "idle: {timeout_minutes: 120}"), Decimal(90), "a"),
    (
        "idle.timeout_minutes",
        ("idle: {timeout_minutes: 90}\nunlocked: [idle]", "idle: {timeout_minutes: 120}"),
        Decimal(120),
        "b",
    ),
    ("idle.warn_minutes", ("contact: x", "idle: {warn_minutes: 30}"), Decimal(30), "b"),
    ("idle.stuck_busy_hours", ("idle: {stuck_busy_hours: null}", "idle: {stuck_busy_hours: 9}"), Decimal(9), "b"),
    ("idle.stop", ("idle: {stop: kernels}", "idle: {stop: app}"), "app", "b"),
    ("idle.snooze.max_per_day", ("idle: {snooze: {max_per_day: 1}}", "idle: {snooze: {max_per_day: 9}}"), 1, "a"),
    ("idle.snooze.reason_required", ("contact: x", "idle: {snooze: {reason_required: true}}"), True, "b"),
    ("overrides.allowed", ("overrides: {allowed: [MC101, MC103]}", "overrides: {allowed: [MC103]}"), ("MC103",), "b"),
    ("overrides.allowed", ("contact: x",), None, BUILTIN),
    ("overrides.allowed", ("overrides: {allowed: [MC301]}\nrules: {MC301: {verdict: block}}",), ("MC301",), "a"),
    (
        "overrides.allowed",
        ("rules: {MC301: {verdict: block}, MC101: {verdict: ask}}", "overrides: {allowed: [MC101, MC301]}"),
        ("MC101",),
        "b",
    ),
    (
        "overrides.allowed",
        ("rules: {MC301: {verdict: block}}\nunlocked: [overrides.allowed]", "overrides: {allowed: [MC301]}"),
        ("MC301",),
        "b",
    ),
    ("non_interactive", ("non_interactive: warn", "non_interactive: block"), "warn", "a"),
    ("when_unsure", ("contact: x", "when_unsure: warn", "when_unsure: block"), "block", "c"),
    ("when_unsure", ("when_unsure: warn\nunlocked: [when_unsure]", "when_unsure: block"), "block", "b"),
    ("ask_timeout_minutes", ("contact: x", "ask_timeout_minutes: 60"), Decimal(30), BUILTIN),
    ("cost_explorer", ("cost_explorer: true", "cost_explorer: false"), False, "b"),
    ("scope_account", ("contact: x", "scope_account: true"), False, BUILTIN),
    ("disable", ("disable: true",), True, "a"),
    ("disable", ("contact: x", "disable: true"), False, BUILTIN),
    ("billing_currency", ("billing_currency: EUR", "contact: x"), "EUR", "a"),
    ("tags.required.team.allowed", ("tags: {required: {team: }}", "tags: {required: {team: {allowed: [a]}}}"), ("a",), "b"),
    (
        "tags.required.team.pattern",
        ("tags: {required: {team: {pattern: a+}}}", "tags: {required: {team: {pattern: 'b?a'}}}"),
        ("a+", "b?a"),
        "a, b",
    ),
    (
        "tags.required.team.default",
        ("tags: {required: {stage: }}", "tags: {required: {team: {default: b}}}", "tags: {required: {team: {default: c}}}"),
        "b",
        "b",
    ),
    ("tags.required.team.default", (TEAM % "default: null", TEAM % "default: b"), None, BUILTIN),
    ("tags.required.team.default", (f"{TEAM % ''}\nunlocked: [tags]", TEAM % "default: b"), "b", "b"),
    ("tags.required.team.default", (EXCEPTION, TEAM % "default: x"), None, BUILTIN),
    ("tags.required.team.default", (f"{EXCEPTION}\n{TEAM % 'default: x'}",), "x", "a"),
    ("tags.required.team.default", (TEAM % "default: x", EXCEPTION), "x", "a"),
    (
        "tags.required.team.default",
        ("tags: {required: {team: {default: x}}}", "tags: {required: {team: {allowed: [y]}}}"),
        None,
        BUILTIN,
    ),
]


@pytest.mark.parametrize(("place", "texts", "expected", "origin"), CASES, ids=[f"{case[0]}-{n}" for n, case in enumerate(CASES)])
def test_each_field_has_its_way(place: str, texts: tuple[str, ...], expected: object, origin: str) -> None:
    """What holds, and where it is from."""
    policy = merged(*texts).policy
    assert value_at(policy, place) == expected
    assert policy.origins[place] == origin


def test_what_has_no_effect_is_told_with_its_place() -> None:
    """Of the layer that says it, and why."""
    notes = merged(
        "idle: {timeout_minutes: 60}\nrules: {MC104: {allowed: [a, b], denied: [z]}}\n"
        "exceptions: [{rule: MC104, until: 2026-12-31, reason: x}]",
        "idle: {timeout_minutes: 90}\nrules: {MC101: {limit_list_cost: 70}, MC104: {allowed: [b, c], denied: []}}\n"
        "exceptions: [{rule: MC101, until: 2026-12-31, reason: x}]",
        "disable: true\nrules: {MC104: {allowed: [q]}}\n"
        "idle: {timeout_by_price: [{from_list_cost_per_hour: 1, timeout_minutes: 9}]}",
    ).notes
    assert [str(note) for note in notes] == [
        "b:2:25: idle.timeout_minutes: 90 has no effect, since a says 60.",
        "c:2:10: disable: true has no effect, since this software by itself says false.",
        "b:3:34: rules.MC101.limit_list_cost: 70 has no effect, since this software by itself says 50.",
        "b:3:56: rules.MC104.allowed: [b, c] holds only in part, since a says [a, b].",
        "c:3:26: rules.MC104.allowed: nothing is left, since [q] has nothing in common with [b], as a, b says.",
        "b:4:13: exceptions: these have no effect, since a has exceptions.",
    ]


def test_a_default_that_fills_nothing_is_told() -> None:
    """That of a lower layer neither clears what an upper one requires, nor brings a launch into its exception."""
    required = merged(f"{TEAM % 'allowed: [x, y]'}\n{EXCEPTION}", TEAM % "default: x")
    excepted = merged(EXCEPTION, f"contact: b\n{TEAM % 'default: x'}")
    place = "tags.required.team.default: x has no effect, since a"
    assert [str(note) for note in required.notes if note.layer == "b"] == [
        f"b:2:35: {place} requires this tag without a default."
    ]
    assert [str(note) for note in excepted.notes if note.layer == "b"] == [
        f"b:3:35: {place} makes an exception for launches with this tag."
    ]


def test_a_tag_for_which_no_value_is_left_is_told() -> None:
    """Two layers that allow nothing in common."""
    found = merged("tags: {required: {team: {allowed: [a], default: a}}}", "tags: {required: {team: {allowed: [b]}}}")
    assert found.policy.required_tags[0].allowed == ()
    assert found.policy.required_tags[0].default is None
    assert ["no value is allowed" in str(note) for note in found.notes] == [False, True, False]


def test_all_budgets_hold() -> None:
    """Those of the same name too; the same one twice is one."""
    one, other = "{name: n, amount: 1, period: month}", "{name: n, amount: 2, period: month, scope: {team: x}}"
    policy = merged(f"budgets: [{one}]", f"budgets: [{one}, {other}]".replace("name: n, amount: 2", "name: m, amount: 2")).policy
    assert [(budget.name, budget.amount) for budget in policy.budgets] == [("n", Decimal(1)), ("m", Decimal(2))]
    assert (policy.origins["budgets.n"], policy.origins["budgets.m"]) == ("a, b", "b")
    assert [budget.name for budget in merged(f"budgets: [{one}]\nunlocked: [budgets]", f"budgets: [{other}]").policy.budgets] == [
        "n"
    ]


def test_dear_machines_wait_least() -> None:
    """All shorter timeouts hold, of two for one price the shorter."""
    text = "idle: {timeout_by_price: [{from_list_cost_per_hour: %s, timeout_minutes: %s}]}"
    found = merged(text % (10, 15), text % (10, 30), text % (5, 20)).policy
    assert [(each.from_list_cost_per_hour, each.timeout_minutes) for each in found.idle.timeout_by_price] == [(5, 20), (10, 15)]
    assert found.origins["idle.timeout_by_price"] == "a, b, c"


def test_an_exception_loosens_no_other_layer() -> None:
    """It puts in the rule's place what all but its own layer say."""
    mine = "rules: {MC104: {verdict: block, denied: [mine]}}\nexceptions: [{rule: MC104, until: 2026-12-31, reason: x}]"
    theirs = "rules: {MC104: {verdict: ask, denied: [theirs]}}"
    for texts in ((theirs, mine), (mine, theirs)):
        (found,) = merged(*texts).policy.exceptions
        assert found.instead == RuleSettings(verdict="ask", options={"denied": ("theirs",), "allowed": None})
    (alone,) = merged(mine).policy.exceptions
    assert alone.instead == RuleSettings(verdict="warn", options={"denied": (), "allowed": None})
    (mild,) = merged(mine.replace("block", "shadow")).policy.exceptions
    assert mild.instead.verdict == "shadow"


def test_an_exception_that_changes_nothing_is_told() -> None:
    """Such as one of a lower layer from what an upper one says."""
    top, low = "rules: {MC104: {verdict: block, denied: [a]}}", "exceptions: [{rule: MC104, until: 2026-12-31, reason: x}]"
    found = merged(top, low)
    assert found.policy.exceptions[0].instead == found.policy.rules["MC104"]
    message = "exceptions: this one has no effect, since MC104 is what it is without this layer."
    assert [str(note) for note in found.notes] == [f"b:2:14: {message}"]


def test_exceptions_of_rules_that_are_not_installed_are_left_out() -> None:
    """They are noted when the file is read."""
    assert merged("exceptions: [{rule: ACME001, until: 2026-12-31, reason: x}]").policy.exceptions == ()


def test_one_currency() -> None:
    """A lower layer in another one has a fault where it says so."""
    layers = [layer("contact: x", "a"), layer("billing_currency: USD", "b"), layer("billing_currency: EUR", "c")]
    faults = currency_faults(layers)
    assert list(faults) == ["c"]
    assert (faults["c"].line, faults["c"].column) == (2, 19)
    assert "are in EUR, those of a in USD" in faults["c"].message
    assert currency_faults(()) == {}


def test_the_order_of_rules_is_of_no_matter() -> None:
    """Neither of those installed nor in the file."""
    texts = ("rules: {MC101: {verdict: ask}, MC104: {denied: [a]}}", "inherit: builtin\nrules: {MC301: {verdict: block}}")
    layers = [layer(text, name) for text, name in zip(texts, "ab", strict=True)]
    assert merge(layers, RULES[::-1]).policy == merge(layers, RULES).policy
