"""A policy in words and as plain data."""

from __future__ import annotations

import json

from mlcost_ext.policy.layer import Layer, LayerFault
from mlcost_ext.policy.words import LONGEST, fault_document, note_document, readable, rows, told

from .samples import EXAMPLE, faults_of, merged


def test_every_value_has_its_row_with_its_origin() -> None:
    """In the order of a file."""
    found = rows(merged(EXAMPLE, "rules: {MC104: {denied: [x]}}").policy)
    values = {place: (value, origin) for place, value, origin in found}
    assert [place for place, _, _ in found][:4] == ["disable", "billing_currency", "contact", "rules.MC101.verdict"]
    assert values["rules.MC101.limit_list_cost"] == ("50", "a")
    assert values["rules.MC104.denied"] == ("[ml.p4d.*, ml.p5.*, x]", "a, b")
    assert values["rules.MC104.allowed"] == ("not set", "a")
    assert values["rules.MC108.strict"] == ("false", "built-in")
    assert values["tags.required.team"] == ("required", "a")
    assert values["tags.required.team.allowed"] == ("[fraud-platform, credit-risk]", "a")
    assert values["tags.required.model.pattern"] == ("[a-z][a-z0-9-]*(-v[0-9]+)?", "a")
    assert values["tags.required.environment.default"] == ("dev", "a")
    assert values["budgets.fraud"] == ("USD 4000 a month of team=fraud-platform; block from 85 % before day 25", "a")
    assert values["idle.timeout_by_price"] == ("[from_list_cost_per_hour 10, timeout_minutes 15]", "a")
    assert values["idle.snooze.max_per_day"] == ("2", "a")
    assert values["exceptions"] == ("MC104 until 2026-12-31 for team=credit-risk: p4d benchmark", "a")
    assert values["unlocked"] == ("[]", "a")


def test_a_budget_without_scope_or_throttle() -> None:
    """Is of everything."""
    found = rows(merged("budgets: [{name: all, amount: 10.50, period: year}]").policy)
    assert ("budgets.all", "USD 10.5 a year of everything", "a") in found


def test_long_values_are_cut() -> None:
    """Nobody's list fills the screen."""
    found = rows(merged(f"rules: {{MC104: {{denied: [{', '.join(f'ml.type{n}' for n in range(60))}]}}}}").policy)
    assert max(len(value) for _, value, _ in found) == LONGEST


def test_plain_data() -> None:
    """Exact amounts and days as text, for other programs."""
    document = json.loads(json.dumps(readable(merged(EXAMPLE).policy)))
    assert document["rules"]["MC101"] == {
        "verdict": "ask",
        "options": {"limit_list_cost": "50", "limit_list_cost_per_month": "500"},
    }
    assert document["exceptions"][0]["until"] == "2026-12-31"
    assert told(True) == "true"


def test_faults_and_notes_as_data() -> None:
    """With file and place."""
    fault = fault_document(LayerFault(layer="p", fault=faults_of("version: 2")[0]))
    assert fault == {"file": "p", "line": 1, "column": 10, "message": "2 is no version.", "hint": "Write 1."}
    note = Layer(name="p").note(("rules",), "x")
    assert note_document(note) == {"file": "p", "line": None, "column": None, "message": "x"}
    assert str(note) == "p: x"
