"""Policy files: what is read of them, and every fault with its place and what to write instead."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlcost_ext.policy.layer import LayerFault
from mlcost_ext.policy.reading import read_layer

from .samples import EXAMPLE, RULES, faults_of, layer


def test_the_interface_s_example_has_no_faults() -> None:
    """And its values are as they stand there: amounts exact, words words, days days."""
    found, faults, notes = read_layer(EXAMPLE.encode(), name="p", rules=RULES)
    assert (faults, notes) == ((), ())
    assert found.values["rules", "MC101", "limit_list_cost"] == Decimal(50)
    assert found.values["idle", "mode"] == "on"
    assert found.values["rules", "MC104", "allowed"] is None
    assert found.values["exceptions",][0] == {
        "rule": "MC104",
        "scope": {"team": "credit-risk"},
        "until": date(2026, 12, 31),
        "reason": "p4d benchmark",
    }
    assert found.names["tags", "required"] == ("team", "environment", "model", "cost-centre")
    assert found.marks["rules", "MC103", "max_runtime_hours"] == (7, 46)


@pytest.mark.parametrize(
    "word", ["on", "off", "yes", "no", "y", "n", "Yes", "NO", "true", "null-ish", "010", "1_000", "0x1F", "12:30:45"]
)
def test_words_of_yaml_1_1_stay_words(word: str) -> None:
    """Where a text belongs, whatever YAML 1.1 took it for is that text."""
    found = layer(
        f"contact: {word}\ntags: {{required: {{team: {{allowed: [{word}]}}}}}}" if ":" not in word else f"contact: {word}"
    )
    assert found.values["contact",] == word


def test_amounts_are_exact() -> None:
    """No binary float comes between."""
    found = layer('rules: {MC101: {limit_list_cost: 0.1, limit_list_cost_per_month: "1234567890.000000001"}}')
    assert found.values["rules", "MC101", "limit_list_cost"] == Decimal("0.1")
    assert found.values["rules", "MC101", "limit_list_cost_per_month"] == Decimal("1234567890.000000001")


@pytest.mark.parametrize(
    "text", ["contact:", "rules:", "rules: {MC101: }", "idle: ~", "rules: {MC101: {limit_list_cost: null}}", "unlocked: null"]
)
def test_what_is_left_empty_is_not_there(text: str) -> None:
    """As if nobody had written it."""
    found = layer(text)
    assert [place for place in found.values if place != ("version",)] == []


Expected = list[tuple[int, int, str, str]]
V = "version: 1\n"
FAULTS: list[tuple[str, Expected]] = [
    ("", [(0, 0, "The file is empty", "version: 1")]),
    ("# nothing\n", [(0, 0, "The file is empty", "version: 1")]),
    ("contact: a", [(1, 1, "version is missing", "Write version: 1")]),
    ("version:", [(1, 9, "version is missing", "Write version: 1")]),
    ("version: 2", [(1, 10, "2 is no version", "Write 1")]),
    ("version: 1.5", [(1, 10, "1.5 is no version", "Write 1")]),
    ("- version: 1", [(1, 1, "Names and values belong here", "a line each")]),
    ("version: 1\nversion: 1", [(2, 1, "version is there twice", "once")]),
    (V + "rule: {}", [(2, 1, "There is no key rule", "Write rules")]),
    (V + "zzzz: {}", [(2, 1, "There is no key zzzz", "Known are version")]),
    (V + "[a]: 1", [(2, 1, "This is no key", "Known are version")]),
    (V + "billing_currency: Dollar", [(2, 19, "longer than 3", "three capital letters")]),
    (V + "billing_currency: usd", [(2, 19, "no currency", "three capital letters")]),
    (V + "contact: [a]", [(2, 10, "One text belongs here", "Write an address")]),
    (V + 'contact: ""', [(2, 10, "This is empty", "Write an address")]),
    (V + 'contact: "\\e[31m"', [(2, 10, "cannot be shown", "Write an address")]),
    (V + "contact: " + "x" * 201, [(2, 10, "longer than 200", "Write an address")]),
    (V + "inherit: buitlin", [(2, 10, "buitlin is no inherit", "Write builtin")]),
    (V + "inherit: [none]", [(2, 10, "This is no inherit", "Write one of builtin, none")]),
    (V + "rules: [MC101]", [(2, 8, "Names and values belong here", "a line each")]),
    (V + "rules: {MC999: {}}", [(2, 9, "There is no rule MC999", "Known are MC101")]),
    (V + "rules: {mc101: {}}", [(2, 9, "There is no rule mc101", "Write MC101.")]),
    (V + "rules: {MC1O1: {}, mcl06: {}}", [(2, 9, "There is no rule MC1O1", "Write MC101."), (2, 20, "There", "Write MC106.")]),
    (V + "rules: {zz: {}}", [(2, 9, "There is no rule zz", "Known are MC101")]),
    (V + "rules: {[a]: {}}", [(2, 9, "This is no key", "Write a name")]),
    (V + "rules: {MC101: {}, MC101: {}}", [(2, 20, "MC101 is there twice", "once")]),
    (V + "rules: {MC101: warn}", [(2, 16, "Names and values belong here", "a line each")]),
    (V + "rules: {MC101: {verdict: yes}}", [(2, 26, "yes is no verdict", "off, shadow, warn, ask, block")]),
    (V + "rules: {MC101: {verdict: blok}}", [(2, 26, "blok is no verdict", "Write block")]),
    (V + "rules: {MC101: {limit: 1}}", [(2, 17, "There is no key limit", "Write limit_list_cost")]),
    (V + "rules: {MC101: {limit_list_cost: -1}}", [(2, 34, "-1 is no limit_list_cost", "of 0 or more.")]),
    (V + "rules: {MC101: {limit_list_cost: 1e3}}", [(2, 34, "1e3 is no limit_list_cost", "plain number")]),
    (V + "rules: {MC101: {limit_list_cost: .nan}}", [(2, 34, ".nan is no", "plain number")]),
    (V + "rules: {MC101: {limit_list_cost: [1]}}", [(2, 34, "This is no limit_list_cost", "plain number")]),
    (V + "rules: {MC103: {max_runtime_hours: 0.5}}", [(2, 36, "0.5 is no max_runtime_hours", "from 1 to 672, or null")]),
    (V + "rules: {MC104: {denied: ml.p5.*}}", [(2, 25, "A list belongs here", "[one, other]")]),
    (V + "rules: {MC104: {denied: [a, {b: c}, ~]}}", [(2, 29, "One text", "ml.p4d"), (2, 37, "One text", "ml.p4d")]),
    (
        V + 'rules: {MC104: {denied: ["ml.{p4d,p5}.*", "/ml[.]p4d.*/", ml.p5.*]}}',
        [(2, 26, "Only *", "each"), (2, 43, "Only *", "each")],
    ),
    (V + "rules: {MC104: {allowed: ['ml.m5.* & *.large']}}", [(2, 27, "Only * and ?", "ml.p4d.*")]),
    (V + "rules: {MC108: {strict: yes}}", [(2, 25, "strict is either true or false", "mere words")]),
    (V + 'rules: {MC108: {strict: "true"}}', [(2, 25, "strict is either", "Write true or false")]),
    (V + "rules: {ACME001: {verdict: wrn}}", [(2, 28, "wrn is no verdict", "Write warn")]),
    (V + "rules: {ACME001: [1]}", [(2, 18, "Names and values", "a line each")]),
    (V + "tags: {required: [team]}", [(2, 18, "Names and values", "a line each")]),
    (V + "tags: {required: {aws:team: {}}}", [(2, 19, "AWS's own", "such as team")]),
    (V + 'tags: {required: {"te!am": {}}}', [(2, 19, "AWS takes no such character", "such as team")]),
    (V + f"tags: {{required: {{{'k' * 129}: {{}}}}}}", [(2, 19, "longer than 128", "such as team")]),
    (V + f"tags: {{required: {{team: {{allowed: [{'v' * 257}]}}}}}}", [(2, 36, "longer than 256", "letters, digits")]),
    (V + "tags: {required: {team: {allowed: [a;b]}}}", [(2, 36, "AWS takes no such", "letters, digits")]),
    (V + "tags: {required: {team: {allowed: [a], default: b}}}", [(2, 49, "not among those allowed", "one of a")]),
    (V + "tags: {required: {team: {allowed: [], default: b}}}", [(2, 48, "not among those allowed", "those that are")]),
    (V + "tags: {required: {team: {pattern: '[a-z]+', default: B}}}", [(2, 54, "does not match", "one that does")]),
    (V + "tags: {required: {team: {pattern: '(a+)+'}}}", [(2, 35, "repeated that holds", "Write one of letters")]),
    (V + "budgets: {name: a}", [(2, 10, "A list belongs here", "each hyphen")]),
    (V + "budgets: [x]", [(2, 11, "Names and values", "a line each")]),
    (V + "budgets: [{amount: 1, period: month}]", [(2, 11, "name is missing", "Write name: …")]),
    (V + "budgets: [{name: a}]", [(2, 11, "amount is missing", "amount: 1"), (2, 11, "period is missing", "period: month")]),
    (
        V + "budgets: [{name: a, amount: -1, period: week}]",
        [(2, 29, "-1 is no amount", "0 or more"), (2, 41, "week is no period", "month")],
    ),
    (
        V + "budgets: [{name: a, amount: 1, period: year}, {name: a, amount: 2, period: year}]",
        [(2, 54, "There are two budgets a", "another name")],
    ),
    (V + "budgets: [{name: a, amount: 1, period: year, scope: {team: }}]", [(2, 60, "team has no value", "a key")]),
    (
        V + "budgets: [{name: a, amount: 1, period: year, throttle: {at_percent: 101, before_day: 32, verdict: on}}]",
        [
            (2, 69, "101 is no at_percent", "from 0 to 100"),
            (2, 86, "32 is no before_day", "from 1 to 31"),
            (2, 99, "on is no verdict", "off"),
        ],
    ),
    (V + "idle: {mode: yes}", [(2, 14, "yes is no mode", "off, shadow, on")]),
    (V + "idle: {timeout_minutes: 0}", [(2, 25, "0 is no timeout_minutes", "from 0.05 to 527040")]),
    (V + "idle: {timeout_minutes: 5, warn_minutes: 6}", [(2, 42, "before there is any idleness", "at most")]),
    (V + "idle: {snooze: {max_per_day: 1.5}}", [(2, 30, "1.5 is no max_per_day", "whole number")]),
    (V + "overrides: {allowed: [MC100]}", [(2, 23, "There is no rule MC100", "Write MC108 or")]),
    (V + "overrides: {allowed: [everything]}", [(2, 23, "no rule's id", "such as MC101")]),
    (
        V + "exceptions: [{rule: MC999, until: 2026-02-30, reason: x}]",
        [(2, 21, "There is no rule", "MC"), (2, 35, "until is no day", "2026-12-31")],
    ),
    (V + "exceptions: [{rule: MC104, until: tomorrow, reason: x}]", [(2, 35, "until is no day", "2026-12-31")]),
    (V + "exceptions: [{rule: MC104, reason: x}]", [(2, 14, "until is missing", "until: 2026-12-31")]),
    (V + "source: https://example.com/p.yaml", [(2, 9, "no place of S3 or SSM", "s3://bucket/key")]),
    (V + "unlocked: [idle.timeout]", [(2, 12, "There is no field idle.timeout", "idle.timeout_minutes")]),
    (V + "unlocked: [xyz]", [(2, 12, "There is no field xyz", "such as idle.timeout_minutes")]),
    (V + "unlocked: [billing_currency]", [(2, 12, "There is no field billing_currency", "Write")]),
    (V + "contact: &a x\nadmins: [*a]", [(2, 10, "Anchors", "Write the value out"), (3, 10, "Anchors", "Write the value out")]),
    (V + "contact: !!str x", [(2, 10, "Tags", "Write the value alone")]),
    (V + "a: [[[[[[[[[[", [(2, 11, "nested too deep", "as deep as this")]),
    (V + "rules:\n\tMC101: {}", [(3, 1, "A tab stands where spaces belong.", "Indent by spaces.")]),
    (V + "---\nversion: 1", [(2, 1, "There are several documents in this file.", "Write one")]),
    (
        V + 'unlocked: ["", idle.timeout]\noverrides: {allowed: [MC777, mc103]}',
        [
            (2, 12, "This is empty", "idle.timeout_minutes"),
            (2, 16, "There is no field idle.timeout to unlock", "idle.timeout_minutes"),
            (3, 23, "There is no rule MC777", "Known are MC101"),
            (3, 30, "This is no rule's id", "MC101"),
        ],
    ),
    (
        V + 'tags: {required: {a: {allowed: ["*", b], default: c}}}',
        [(2, 33, "AWS takes", ""), (2, 51, "The default", "one of b.")],
    ),
    (V + "contact: {", [(3, 1, "This is no YAML", "the first is version: 1")]),
    (V + "<<: {contact: a}", [(2, 1, "There is no key <<", "Known are")]),
]


@pytest.mark.parametrize(("text", "expected"), FAULTS, ids=[text[:60] for text, _ in FAULTS])
def test_each_fault_has_its_place(text: str, expected: Expected) -> None:
    """Line and column, what is wrong, and what to write instead."""
    faults = faults_of(text)
    assert [(fault.line or 0, fault.column or 0) for fault in faults] == [(line, column) for line, column, _, _ in expected]
    for fault, (_, _, message, hint) in zip(faults, expected, strict=True):
        assert message in fault.message
        assert hint in fault.hint


def test_all_faults_are_told_at_once() -> None:
    """In the order of the file, those of single values and those of the whole."""
    text = (
        V
        + "unlocked: [idle.tmeout]\nrules:\n  MC101: {verdict: x}\n  MC10: {}\nbudgets:\n  - {name: a, amount: 1, period: year}\n"
    )
    text += "  - {name: a, amount: x, period: year}\n"
    assert [fault.line for fault in faults_of(text)] == [2, 4, 5, 8, 8]


@pytest.mark.parametrize("text", ["zz{n}: 1\n", "rules{n}: {{MC101: x}}\n", "? [{n}]\n"])
def test_no_more_than_fifty_faults(text: str) -> None:
    """A file that is wrong throughout is not worth the time."""
    assert len(faults_of(V + "".join(text.format(n=n) for n in range(300)))) == 50


def test_no_bytes_of_another_code_and_no_control_characters() -> None:
    """Where they begin."""
    (fault,) = faults_of(b"\xef\xbb\xbfversion: 1\ncontact: \xff")
    assert (fault.line, fault.column, fault.message) == (2, 10, "This is not UTF-8.")
    (fault,) = faults_of("version: 1\ncontact: \x07")
    assert (fault.line, fault.column) == (2, 10)
    assert str(fault) == "line 2, column 10: A control character does not belong here. Remove it."


def test_many_laughs_are_refused() -> None:
    """A file that would be a billion entries once expanded is not expanded."""
    lines = ["a0: &a0 [x, x]", *(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 30))]
    assert {fault.message for fault in faults_of("\n".join(lines))} == {"Anchors (&) and aliases (*) are not taken."}
    assert len(faults_of("\n".join(lines))) == 50


def test_a_fault_of_a_layer_names_its_file() -> None:
    """As editors and terminals take it."""
    (fault,), (whole,) = faults_of("version: 2"), faults_of("")
    assert str(LayerFault(layer="p.yaml", fault=fault)) == "p.yaml:1:10: 2 is no version. Write 1."
    assert str(LayerFault(layer="p.yaml", fault=whole)) == "p.yaml: The file is empty. Write version: 1 at least."


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("admins: [" + "a, " * 501 + "]", "more than 500 entries"),
        ("tags: {required: {" + ", ".join(f"k{n}: " for n in range(501)) + "}}", "more than 500 names"),
    ],
)
def test_lists_and_names_are_bounded(text: str, message: str) -> None:
    """Five hundred are enough for everybody."""
    (fault,) = faults_of(V + text)
    assert message in fault.message


def test_what_is_not_fetched_or_not_installed_is_noted() -> None:
    """The same file may serve machines with and without another package's rules."""
    text = V + "source: s3://bucket/policy.yaml\nrules: {ACME001: {verdict: block, limit: 5}, ACME002: }\n"
    text += "exceptions: [{rule: ACME001, until: 2026-12-31, reason: x}]\noverrides: {allowed: [ACME001, MC101]}\n"
    text += "unlocked: [rules.ACME001.limit, tags.required.team]\n"
    _, faults, notes = read_layer(text.encode(), name="p", rules=RULES)
    assert faults == ()
    assert [str(note).partition(": ")[0] for note in notes] == ["p:3:18", "p:3:55", "p:4:21", "p:2:9"]
    assert "ACME001 is not installed here" in notes[0].message
    assert "does not fetch" in notes[3].message


@pytest.mark.parametrize(("currency", "is_noted"), [("USD", False), ("CNY", False), ("EUR", True)])
def test_a_currency_that_no_list_is_in_is_noted(currency: str, is_noted: bool) -> None:
    """No limit in it would ever be judged."""
    text = V + f"billing_currency: {currency}\nrules: {{MC101: {{verdict: block, limit_list_cost: 5}}}}\n"
    _, faults, notes = read_layer(text.encode(), name="p", rules=RULES)
    assert faults == ()
    told = ("p:2:19: billing_currency: AWS lists its prices in USD", f"no limit in {currency} can ever be judged.")
    assert [str(note).startswith(told[0]) and str(note).endswith(told[1]) for note in notes] == ([True] if is_noted else [])


SIGNS = ["- ", ": ", "{", "}", "[", "]", ",", "\n", "  ", "&a ", "*a", "!x ", "'", '"', "|", ">", "?", "#", "---", "%", "~"]
WORDS = [
    *("version: 1\n", "rules", "MC101", "MC104", "ACME001", "verdict", "block", "off", "tags", "required", "team", "allowed"),
    *("exceptions", "rule", "until", "2026-12-31", "budgets", "name", "amount", "idle", "unlocked", "1", "é", "\x07", "<<"),
]
PIECES = st.sampled_from([*SIGNS, *WORDS])


@given(st.lists(PIECES, max_size=25).map("".join) | st.text(max_size=60))
def test_any_text_gives_a_layer_or_faults(text: str) -> None:
    """And never an error; faults are in the order of their places, and fit to be shown."""
    faults = faults_of(text.encode("utf-8", "surrogatepass"))
    assert list(faults) == sorted(faults, key=lambda fault: (fault.line or 0, fault.column or 0))
    assert all(str(fault).isprintable() for fault in faults)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.sampled_from(WORDS),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from([*WORDS, "scope", "throttle", "snooze"]), inner, max_size=4)
        ),
        max_leaves=12,
    )
)
def test_any_structure_gives_a_layer_or_faults(value: object) -> None:
    """Whatever stands in a place, it is told or taken."""
    for name in ("rules", "tags", "budgets", "idle", "overrides", "exceptions", "unlocked", "admins"):
        faults = faults_of(json.dumps({"version": 1, name: value}))
        assert all(fault.line == 1 and str(fault).isprintable() for fault in faults)
