"""Adding a layer never loosens a decision, whatever the layers say."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from mlcost_ext.core.policy import VERDICTS, Policy, RuleSettings, TagRule
from mlcost_ext.guardrails.allowed_type import is_allowed as is_type_allowed
from mlcost_ext.policy.fields import FIELDS
from mlcost_ext.policy.layer import Layer
from mlcost_ext.policy.merged_tags import is_allowed
from mlcost_ext.policy.merging import merge
from mlcost_ext.policy.reading import read_layer
from mlcost_ext.policy.strictness import stricter_of
from mlcost_ext.usecases.judged import is_within
from mlcost_ext.usecases.tag_filling import filled, tags_of

from .samples import RULES
from .test_merging import value_at

SAME = {"contact", "admins", "idle.warn_minutes", "disable", "overrides.allowed"}
"""None of which makes a decision stricter by itself; what may be overridden is compared rule by rule."""
verdicts = st.sampled_from(VERDICTS)
small = st.sampled_from([0, 1, 5, 20, 50, 100, 400])
names = st.lists(st.sampled_from("abcd"), max_size=3)
patterns = st.lists(st.sampled_from(["a", "ml.a", "b", "?", "a*", "*b", "*"]), max_size=3)
tag_scopes = st.dictionaries(st.sampled_from(["team", "stage"]), st.sampled_from("xa"), max_size=1)
ids = st.sampled_from([rule.id for rule in RULES])


def sections(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Give sections that have some of the fields."""
    return st.fixed_dictionaries({}, optional=fields)


RULE_TABLES = sections(
    MC101=sections(verdict=verdicts, limit_list_cost=small, limit_list_cost_per_month=st.none() | small),
    MC103=sections(verdict=verdicts, max_runtime_hours=st.none() | st.integers(1, 600)),
    MC104=sections(verdict=verdicts, denied=names, allowed=st.none() | patterns),
    MC105=sections(verdict=verdicts, min_cpu_percent=st.integers(0, 100)),
    MC108=sections(verdict=verdicts, from_list_cost=small, strict=st.booleans()),
    MC111=sections(verdict=verdicts, lenient=st.booleans()),
)


def tag_section(found: dict[str, Any]) -> dict[str, Any]:
    """Take away a default that the same section does not allow, which is a fault."""
    rule = TagRule(key="", allowed=found.get("allowed"), patterns=(found["pattern"],) if "pattern" in found else ())
    is_good = "default" not in found or is_allowed(rule, found["default"])
    return found if is_good else {name: value for name, value in found.items() if name != "default"}


TAGS = sections(allowed=st.none() | names, pattern=st.sampled_from(["[ab]", "[a-c]+"]), default=st.sampled_from("xab")).map(
    tag_section
)
IDLE = sections(
    mode=st.sampled_from(["off", "shadow", "on"]),
    timeout_minutes=st.integers(1, 300),
    warn_minutes=st.just(1),
    timeout_by_price=st.lists(
        st.fixed_dictionaries({"from_list_cost_per_hour": small, "timeout_minutes": st.integers(1, 99)}), max_size=2
    ),
    snooze=sections(max_minutes=small, max_per_day=st.integers(0, 4), reason_required=st.booleans()),
    stuck_busy_hours=st.none() | small,
    stop=st.sampled_from(["kernels", "app"]),
)
PLACES = st.sampled_from(
    ["rules", "rules.MC101", "rules.MC104.allowed", "idle", "overrides", "exceptions", "inherit", "tags", "budgets"]
)
LAYERS = sections(
    inherit=st.sampled_from(["builtin", "none"]),
    contact=st.sampled_from("ab"),
    rules=RULE_TABLES,
    tags=sections(required=sections(team=TAGS, stage=TAGS)),
    budgets=st.lists(
        st.fixed_dictionaries({"name": st.sampled_from("mn"), "amount": small, "period": st.just("month"), "scope": tag_scopes}),
        max_size=2,
        unique_by=lambda budget: budget["name"],
    ),
    idle=IDLE,
    overrides=sections(allowed=st.none() | st.lists(ids, max_size=3), reason_required=st.booleans()),
    exceptions=st.lists(
        st.fixed_dictionaries({"rule": ids, "until": st.just("2026-12-31"), "reason": st.just("r"), "scope": tag_scopes}),
        max_size=2,
    ),
    non_interactive=st.sampled_from(["warn", "block"]),
    when_unsure=st.sampled_from(["warn", "block"]),
    ask_timeout_minutes=small,
    cost_explorer=st.booleans(),
    scope_account=st.booleans(),
    disable=st.booleans(),
    admins=names,
)
UNLOCKING = st.tuples(LAYERS, st.lists(PLACES, max_size=3)).map(lambda pair: {**pair[0], "unlocked": pair[1]})


def layer_of(document: dict[str, Any], name: str) -> Layer:
    """Read a layer; JSON is YAML."""
    found, faults, _ = read_layer(json.dumps({"version": 1, **document}).encode(), name=name, rules=RULES)
    assert faults == ()
    return found


def looser_settings(old: RuleSettings, new: RuleSettings, rule_id: str) -> list[str]:
    """Give what a rule has become milder in."""
    options = {option.name: option for rule in RULES if rule.id == rule_id for option in rule.options}
    found = [] if VERDICTS.index(new.verdict) >= VERDICTS.index(old.verdict) else ["verdict"]
    return found + [
        name for name, option in options.items() if stricter_of(option)(new.options[name], old.options[name]) != new.options[name]
    ]


def can_be_overridden(policy: Policy, rule_id: str) -> bool:
    """Tell whether a user may go on in spite of a rule."""
    verdict, allowed = policy.rules[rule_id].verdict, policy.overrides.allowed
    if verdict not in ("ask", "block"):
        return True
    return rule_id in allowed if allowed is not None else verdict == "ask"


def looser(old: Policy, new: Policy) -> list[str]:
    """Give the places at which a policy has become looser."""
    found = [
        f"rules.{rule.id}.{name}" for rule in RULES for name in looser_settings(old.rules[rule.id], new.rules[rule.id], rule.id)
    ]
    for field in FIELDS:
        place = ".".join(field.place)
        if place not in SAME and field.stricter(value_at(new, place), value_at(old, place)) != value_at(new, place):
            found.append(place)
    found += [f"override {rule.id}" for rule in RULES if can_be_overridden(new, rule.id) and not can_be_overridden(old, rule.id)]
    tags = {tag.key: tag for tag in new.required_tags}
    for tag in old.required_tags:
        now = tags.get(tag.key)
        if now is None or not set(tag.patterns) <= set(now.patterns):
            found.append(f"tag {tag.key}")
        elif tag.allowed is not None and (now.allowed is None or not set(now.allowed) <= set(tag.allowed)):
            found.append(f"tag {tag.key}.allowed")
    found += [f"budget {budget.name}" for budget in old.budgets if budget not in new.budgets]
    for exception in new.exceptions:
        before = [each for each in old.exceptions if (each.rule, each.scope) == (exception.rule, exception.scope)]
        allowed = [old.rules[exception.rule], *(each.instead for each in before)]
        if all(looser_settings(settings, exception.instead, exception.rule) for settings in allowed):
            found.append(f"exception {exception.rule}")
    return found


LAUNCHES = [({}, "a"), ({"team": "a"}, "a"), ({"stage": "x"}, "b"), ({"team": "b", "stage": "a"}, "c")]
"""Tags and instance type of each."""


def decision(policy: Policy, tags: dict[str, str], instance_type: str) -> int:
    """Tell how a launch fares to which every rule objects, but for those of types and tags, which look at it."""
    given_tags = [{"Key": key, "Value": value} for key, value in tags.items()]
    found = tags_of(filled({"Tags": given_tags}, "training", {}, policy.required_tags))
    verdicts_told = [0]
    for rule_id, own in policy.rules.items():
        judged_by = next((e.instead for e in policy.exceptions if e.rule == rule_id and is_within(found, e.scope)), own)
        denied, allowed = (judged_by.options.get(name) for name in ("denied", "allowed"))
        is_well = {
            "MC104": is_type_allowed(instance_type, denied or (), allowed),  # type: ignore[arg-type]
            "MC301": all(is_allowed(tag, found[tag.key]) for tag in policy.required_tags if tag.key in found)
            and all(tag.key in found for tag in policy.required_tags),
        }
        if not is_well.get(rule_id, False) and judged_by.verdict != "shadow":
            verdicts_told.append(VERDICTS.index(judged_by.verdict))
    return max(verdicts_told)


FILLING = {"tags": {"required": {"team": {"default": "a"}}}}
EXCEPTING = {
    "rules": {"MC104": {"verdict": "block", "denied": ["a"]}, "MC301": {"verdict": "block"}, "MC101": {"verdict": "off"}},
    "exceptions": [{"rule": "MC104", "until": "2026-12-31", "reason": "r", "scope": {"team": "a"}}],
}


@example(upper=[EXCEPTING], added=FILLING)
@example(upper=[{**EXCEPTING, "tags": {"required": {"team": {}}}}], added=FILLING)
@settings(max_examples=200, deadline=None)
@given(upper=st.lists(LAYERS, min_size=1, max_size=3), added=LAYERS)
def test_a_layer_below_all_others_never_loosens_a_launch(upper: list[dict[str, Any]], added: dict[str, Any]) -> None:
    """Whatever tags it has, and whatever is filled in."""
    above = [layer_of(document, f"u{n}") for n, document in enumerate(upper)]
    old, new = merge(above, RULES).policy, merge([*above, layer_of(added, "new")], RULES).policy
    for tags, instance_type in LAUNCHES:
        assert decision(new, tags, instance_type) >= decision(old, tags, instance_type)


@settings(max_examples=200, deadline=None)
@given(st.lists(LAYERS, min_size=1, max_size=3), LAYERS, st.lists(UNLOCKING, max_size=2))
def test_a_layer_below_another_never_loosens(
    upper: list[dict[str, Any]], added: dict[str, Any], lower: list[dict[str, Any]]
) -> None:
    """Wherever it is put in, unless one above has unlocked something; what those below unlock is their own."""
    above = [layer_of(document, f"u{n}") for n, document in enumerate(upper)]
    below = [layer_of(document, f"l{n}") for n, document in enumerate(lower)]
    old = merge([*above, *below], RULES).policy
    new = merge([*above, layer_of(added, "new"), *below], RULES).policy
    assert looser(old, new) == []
    assert new.is_disabled == old.is_disabled


@example(
    documents=[{"inherit": "builtin", "rules": {"MC111": {"verdict": "shadow"}}, "unlocked": ["rules"]}, {"inherit": "builtin"}]
)
@settings(max_examples=100, deadline=None)
@given(documents=st.lists(UNLOCKING, min_size=1, max_size=3))
def test_a_layer_on_top_that_says_nothing_never_loosens(documents: list[dict[str, Any]]) -> None:
    """What was the topmost can from then on only tighten what is built in."""
    layers = [layer_of(document, f"l{n}") for n, document in enumerate(documents)]
    old, new = merge(layers, RULES).policy, merge([layer_of({}, "new"), *layers], RULES).policy
    assert looser(old, new) == []
    assert not new.is_disabled
    assert looser(merge((), RULES).policy, new) == []


@settings(max_examples=100, deadline=None)
@given(UNLOCKING, st.lists(UNLOCKING, max_size=3))
def test_what_is_not_unlocked_is_never_loosened(top: dict[str, Any], lower: list[dict[str, Any]]) -> None:
    """The topmost layer alone, beside all of them: only at its unlocked places may anything be milder."""
    layers = [layer_of(document, str(n)) for n, document in enumerate([top, *lower])]
    found = looser(merge(layers[:1], RULES).policy, merge(layers, RULES).policy)
    opened = {place.partition(".")[0].rstrip("s") for place in top["unlocked"]}
    opened |= {"rule", "exception", "override"} if opened & {"inherit", "rule", "exception"} else set()
    assert [place for place in found if place.replace(".", " ").partition(" ")[0].rstrip("s") not in opened] == []
