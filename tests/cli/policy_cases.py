"""Policies as people write them: good ones, and each mistake with the places and words that it is told by."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A file, and what is said of it."""

    name: str
    text: str | bytes
    faults: tuple[str, ...] = ()
    """As ``LINE:COLUMN message``; 0:0 is the file as a whole."""


CASES: tuple[Case, ...] = (
    Case(
        name="the least",
        text="version: 1\n",
    ),
    Case(
        name="nothing",
        text="",
        faults=("0:0 The file is empty.",),
    ),
    Case(
        name="words that are no truth values",
        text="version: 1\n"
        "idle:\n"
        "  mode: on\n"
        "rules:\n"
        "  MC101: {verdict: off}\n"
        "cost_explorer: yes\n"
        "scope_account: off\n"
        "disable: no\n",
        faults=(
            "6:16 cost_explorer is either true or false.",
            "7:16 scope_account is either true or false.",
            "8:10 disable is either true or false.",
        ),
    ),
    Case(
        name="numbers in other bases",
        text="version: 1\n"
        "ask_timeout_minutes: 010\n"
        "budgets:\n"
        "  - {name: a, amount: 0o17, period: month}\n"
        "  - {name: b, amount: 0x1F, period: month}\n"
        "idle: {timeout_minutes: 1_000}\n",
        faults=(
            "4:23 0o17 is no amount.",
            "5:23 0x1F is no amount.",
            "6:25 1_000 is no timeout_minutes.",
        ),
    ),
    Case(
        name="numbers in other spellings",
        text="version: 1\n"
        "rules:\n"
        "  MC101: {verdict: ask, limit_list_cost: 1e3, limit_list_cost_per_month: 1.5E2}\n"
        "  MC103: {max_runtime_hours: .inf}\n"
        "  MC106: {from_hours: .nan}\n"
        "  MC108: {from_list_cost: -5}\n",
        faults=(
            "3:42 1e3 is no limit_list_cost.",
            "3:74 1.5E2 is no limit_list_cost_per_month.",
            "4:30 .inf is no max_runtime_hours.",
            "5:23 .nan is no from_hours.",
            "6:27 -5 is no from_list_cost.",
        ),
    ),
    Case(
        name="days",
        text="version: 1\n"
        "tags:\n"
        "  required: {team: {}}\n"
        "exceptions:\n"
        "  - {rule: MC104, scope: {team: a}, until: 2026-02-30, reason: x}\n"
        '  - {rule: MC104, scope: {team: a}, until: "2026-12-31", reason: x}\n'
        "  - {rule: MC104, scope: {team: a}, until: 31.12.2026, reason: x}\n"
        "  - {rule: MC104, scope: {team: a}, until: 2026-12-31T10:00:00Z, reason: x}\n"
        "  - {rule: MC104, scope: {team: a}, until: 2026-1-1, reason: x}\n",
        faults=(
            "5:44 until is no day.",
            "7:44 until is no day.",
            "8:44 until is no day.",
            "9:44 until is no day.",
        ),
    ),
    Case(
        name="what is there twice",
        text="version: 1\n"
        "rules:\n"
        "  MC101: {verdict: ask}\n"
        "  MC103: {verdict: warn, verdict: block}\n"
        "  MC101: {verdict: block}\n"
        "rules: {}\n",
        faults=(
            "4:26 verdict is there twice.",
            "5:3 MC101 is there twice.",
            "6:1 rules is there twice.",
        ),
    ),
    Case(
        name="a tab",
        text="version: 1\nrules:\n\tMC101: {verdict: ask}\n",
        faults=("3:1 A tab stands where spaces belong.",),
    ),
    Case(
        name="a mark of byte order",
        text="\ufeffversion: 1\nrules:\n  MC101: {verdict: nope}\n",
        faults=("3:20 nope is no verdict.",),
    ),
    Case(
        name="lines of Windows",
        text="version: 1\r\nrules:\r\n  MC101: {verdict: nope}\r\n  MC999: {verdict: ask}\r\n",
        faults=(
            "3:20 nope is no verdict.",
            "4:3 There is no rule MC999.",
        ),
    ),
    Case(
        name="anchors, aliases, merges and types",
        text="version: 1\nrules:\n  MC101: &a {verdict: ask}\n  MC103: *a\n  MC104: {<<: *a}\n  MC105: !!str warn\n",
        faults=(
            "3:10 Anchors (&) and aliases (*) are not taken.",
            "4:10 Anchors (&) and aliases (*) are not taken.",
            "5:15 Anchors (&) and aliases (*) are not taken.",
            "6:10 Tags (!) are not taken.",
        ),
    ),
    Case(
        name="another version",
        text="version: 2\n",
        faults=("1:10 2 is no version.",),
    ),
    Case(
        name="no version",
        text="rules: {MC101: {verdict: ask}}\n",
        faults=("1:1 version is missing.",),
    ),
    Case(
        name="a quoted version",
        text='version: "1"\n',
    ),
    Case(
        name="names that nobody knows",
        text="version: 1\n"
        "rule: {}\n"
        "rules:\n"
        "  mc101: {verdict: ask}\n"
        "  MC1O1: {verdict: yes}\n"
        "  MC101: {verdict: Ask, limit: 5}\n"
        "  ORG123: {verdict: ask, foo: bar}\n"
        "  XY12: {verdict: ask}\n"
        "idle: {mode: true, timeout: 60}\n"
        "non_interactive: allow\n"
        "when_unsure: ask\n",
        faults=(
            "2:1 There is no key rule.",
            "4:3 There is no rule mc101.",
            "5:3 There is no rule MC1O1.",
            "6:20 Ask is no verdict.",
            "6:25 There is no key limit.",
            "8:3 There is no rule XY12.",
            "9:14 true is no mode.",
            "9:20 There is no key timeout.",
            "10:18 allow is no non_interactive.",
            "11:14 ask is no when_unsure.",
        ),
    ),
    Case(
        name="a currency in words",
        text="version: 1\nbilling_currency: euro\n",
        faults=("2:19 This is longer than 3 characters.",),
    ),
    Case(
        name="tags",
        text="version: 1\n"
        "tags:\n"
        "  required:\n"
        "    team: {allowed: [a, b], default: c}\n"
        '    "aws:x": {}\n'
        '    env: {pattern: "(a+)+"}\n'
        '    model: {pattern: "["}\n'
        "    cc: {allowed: []}\n"
        "    n: {allowed: [1, 2]}\n"
        '    bad: {default: "a*b"}\n'
        '    p: {pattern: "[a-z]+", default: "A"}\n'
        '    emo: {allowed: ["\U0001f600"]}\n',
        faults=(
            "4:38 The default is not among those allowed.",
            "5:5 Keys that begin with aws: are AWS's own.",
            "6:20 In this pattern something is repeated that holds a choice or a repetition itself.",
            "7:22 This pattern has what is not taken here: [.",
            "10:20 AWS takes no such character in a tag.",
            "11:37 The default does not match the pattern.",
            "12:21 AWS takes no such character in a tag.",
        ),
    ),
    Case(
        name="budgets",
        text="version: 1\n"
        "budgets:\n"
        "  - {name: a, amount: 0, period: week}\n"
        "  - {name: a, amount: 12.345.6, period: month}\n"
        "  - {amount: 5, period: month}\n"
        '  - {name: c, amount: "100", period: month, throttle: {at_percent: 185, before_day: 32, verdict: warn}}\n'
        "  - {name: d, amount: 1,000, period: month}\n",
        faults=(
            "3:34 week is no period.",
            "4:12 There are two budgets a.",
            "4:23 12.345.6 is no amount.",
            "5:5 name is missing.",
            "6:68 185 is no at_percent.",
            "6:85 32 is no before_day.",
            "7:25 There is no key 000.",
        ),
    ),
    Case(
        name="values of other types",
        text="version: one\n"
        "rules: []\n"
        "tags: required\n"
        "budgets: {a: 1}\n"
        "idle: 60\n"
        "exceptions: {}\n"
        "admins: alice\n"
        "unlocked: rules.MC1\n"
        "overrides: [MC101]\n",
        faults=(
            "1:10 one is no version.",
            "2:8 Names and values belong here.",
            "3:7 Names and values belong here.",
            "4:10 A list belongs here.",
            "5:7 Names and values belong here.",
            "6:13 A list belongs here.",
            "7:9 A list belongs here.",
            "8:11 A list belongs here.",
            "9:12 Names and values belong here.",
        ),
    ),
    Case(
        name="a list",
        text="- version: 1\n",
        faults=("1:1 Names and values belong here.",),
    ),
    Case(
        name="an open brace",
        text="version: 1\nrules: {MC101: {verdict: ask}\nidle:\n",
        faults=("3:1 This is no YAML: did not find expected ',' or '}'.",),
    ),
    Case(
        name="two documents",
        text="version: 1\n---\nversion: 1\n",
        faults=("2:1 There are several documents in this file.",),
    ),
    Case(
        name="an empty place among those unlocked",
        text="version: 1\n"
        "unlocked: [idle.timeout, rules.MC101.limit,"
        ' rules.MC999, budgets, "", idle.timeout_minutes, idle.timeout_minutes, rules.MC106]\n',
        faults=(
            "2:12 There is no field idle.timeout to unlock.",
            "2:26 There is no field rules.MC101.limit to unlock.",
            "2:45 There is no field rules.MC999 to unlock.",
            "2:67 This is empty.",
        ),
    ),
)
