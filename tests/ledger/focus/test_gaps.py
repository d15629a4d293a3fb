"""What an export does not meet is listed, rule by rule, and nothing else is broken."""

from __future__ import annotations

import re

import pytest

from mlcost_ext.ledger.focus import BY_NAME, GAPS, failing_rules, row_of
from mlcost_ext.ledger.focus.gaps import WHOLE, When
from tests.fakes import ROOT

from .samples import KNOWN, SAMPLES
from .strict_rules import MISTAKEN, OF_OTHERS, RULES, SAID_BY_ANOTHER, broken

RULE_ID = re.compile(r"\b[A-Za-z]+-[CD]-[0-9]{3}-[MCO]\b")
CONDITIONS: dict[str, set[When]] = {
    "training": {"ARN"},
    "spot": {"ARN", "no SKU"},
    "storage": {"ARN"},
    "endpoint": {"ARN"},
    "correction": {"ARN", "correction"},
    "unpriced": {"ARN", "no price", "no list price", "no SKU"},
    "session share": {"no ARN"},
    "CNY": {"ARN"},
    "contracted": {"ARN"},
    "unlisted": {"ARN", "no list price", "no SKU"},
    "plan": {"ARN"},
    "data": {"ARN"},
}
LET_OFF = {"SkuPriceId-C-005-C"}
"""Of a correction FOCUS does not ask it."""


def listed(conditions: set[When]) -> set[str]:
    """Give the rules that are listed for such a row, without those that only repeat others or that the validator has wrong."""
    gaps = [gap for gap in GAPS if gap.when == "always" or gap.when in conditions]
    rules = {rule for gap in gaps for rule in (*gap.by_default, *gap.with_all, *gap.unseen)}
    rules -= LET_OFF if conditions == CONDITIONS["correction"] else set()
    return {rule for rule in rules if rule not in (*SAID_BY_ANOTHER, *MISTAKEN) and not any(mark in rule for mark in OF_OTHERS)}


@pytest.mark.parametrize("name", SAMPLES)
def test_a_row_breaks_the_rules_that_are_listed_and_no_others(name: str) -> None:
    """By the rules' own words, also where the validator does not look."""
    assert broken([row_of(SAMPLES[name])]) == listed(CONDITIONS[name])


def test_no_rule_that_is_listed_goes_unchecked() -> None:
    """Each is among the strict ones, unless it repeats others or the validator has it wrong."""
    every = listed({gap.when for gap in GAPS})
    assert every - set(RULES) == set()
    assert len(every) > 15


def test_known_samples_lack_only_what_always_lacks() -> None:
    """They are what the validator's shorter run is given."""
    assert [name for name in KNOWN if CONDITIONS[name] != {"ARN"}] == []
    assert len(failing_rules({"ARN"}, with_all=False)) == 7


@pytest.mark.parametrize("gap", GAPS, ids=lambda gap: gap.column)
def test_a_gap_names_a_column_and_its_rules(gap) -> None:
    """Each is of a column of FOCUS, says why, and names at least one rule."""
    rules = (*gap.by_default, *gap.with_all, *gap.unseen)
    assert gap.column in BY_NAME
    assert gap.reason.endswith(".")
    assert rules
    assert all(RULE_ID.fullmatch(rule) and rule.split("-")[0] in BY_NAME for rule in rules)


def test_the_documents_say_the_same() -> None:
    """Every rule that is not met stands in ``docs/ledger.md``, with its reason, and no other."""
    document = (ROOT / "docs" / "ledger.md").read_text(encoding="utf-8").partition("## Export")[2].partition("\n## ")[0]
    rules = {rule for gap in GAPS for rule in (*gap.by_default, *gap.with_all, *gap.unseen)} | set(WHOLE)
    assert set(RULE_ID.findall(document)) == rules
    flat = " ".join(document.split())
    assert [gap.column for gap in GAPS if gap.reason not in flat] == []
