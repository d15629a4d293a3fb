"""More of them: exceptions, lists, idle times, codes of letters, and YAML that is none."""

from __future__ import annotations

from .policy_cases import Case

MORE_CASES: tuple[Case, ...] = (
    Case(
        name="overrides and exceptions",
        text="version: 1\n"
        "overrides: {allowed: [MC101, MC777, mc103, MC101], reason_required: maybe}\n"
        "exceptions:\n"
        "  - {rule: MC888, until: 2026-12-31}\n"
        "  - {scope: {team: x}}\n"
        "  - {rule: MC104, scope: {}, until: 2020-01-01, reason: old}\n",
        faults=(
            "2:30 There is no rule MC777.",
            "2:37 This is no rule's id.",
            "2:69 reason_required is either true or false.",
            "4:5 reason is missing.",
            "4:12 There is no rule MC888.",
            "5:5 rule is missing.",
            "5:5 until is missing.",
            "5:5 reason is missing.",
        ),
    ),
    Case(
        name="a zero byte, escaped",
        text='version: 1\ncontact: "a\\x00b"\n',
        faults=("2:10 This has characters that cannot be shown.",),
    ),
    Case(
        name="no text",
        text=bytes(range(256)),
        faults=("2:118 This is not UTF-8.",),
    ),
    Case(
        name="two hundred levels",
        text="version: 1\nrules: " + "{a: " * 200 + "1" + "}" * 200 + "\n",
        faults=("2:36 This is nested too deep.",),
    ),
    Case(
        name="idle times",
        text="version: 1\n"
        "idle:\n"
        "  mode: on\n"
        "  timeout_minutes: 5\n"
        "  warn_minutes: 10\n"
        "  timeout_by_price: [{from_list_cost_per_hour: 10}, {timeout_minutes: 3}]\n"
        "  snooze: {max_minutes: -1, max_per_day: 1.5, reason_required: 1}\n"
        "  stuck_busy_hours: 0\n"
        "  stop: machine\n"
        "ask_timeout_minutes: 0\n",
        faults=(
            "5:17 The warning would come before there is any idleness.",
            "6:22 timeout_minutes is missing.",
            "6:53 from_list_cost_per_hour is missing.",
            "7:25 -1 is no max_minutes.",
            "7:42 1.5 is no max_per_day.",
            "7:64 reason_required is either true or false.",
            "9:9 machine is no stop.",
        ),
    ),
    Case(
        name="nulls",
        text="version: 1\n"
        "rules:\n"
        "  MC101: {verdict: ask, limit_list_cost: ~}\n"
        "  MC104: {verdict: block, denied: null, allowed: null}\n"
        "  MC103:\n"
        "tags:\n"
        "budgets:\n"
        "overrides: {allowed: null}\n",
    ),
    Case(
        name="lists of types",
        text="version: 1\n"
        "rules:\n"
        "  MC104: {verdict: block, denied: ml.p4d.*, allowed: [ml.m5.*, 5]}\n"
        "  MC111: {environments: dev}\n",
        faults=(
            "3:35 A list belongs here.",
            "4:25 A list belongs here.",
        ),
    ),
    Case(
        name="a source on the web",
        text="version: 1\nsource: https://example.com/policy.yaml\ndisable: true\n",
        faults=("2:9 This is no place of S3 or SSM.",),
    ),
    Case(
        name="a scope of numbers and words",
        text='version: 1\nexceptions:\n  - {rule: MC104, scope: {team: 5, env: yes}, until: 2027-01-01, reason: "a\nb"}\n',
    ),
    Case(
        name="Latin-1",
        text=b"version: 1\ncontact: m\xfcller\n",
        faults=("2:11 This is not UTF-8.",),
    ),
    Case(
        name="a long contact",
        text="version: 1\ncontact: " + "x" * 5000 + "\n",
        faults=("2:10 This is longer than 200 characters.",),
    ),
    Case(
        name="JSON",
        text='{"version": 1, "rules": {"MC101": {"verdict": "ask", "limit_list_cost": 50.10}}}',
    ),
    Case(
        name="places that nobody can unlock",
        text="version: 1\n"
        "unlocked: [idle.timeout, rules.MC101.limit,"
        " rules.MC999, budgets, idle.timeout_minutes, rules.MC106, version, tags.required.team, Idle]\n",
        faults=(
            "2:12 There is no field idle.timeout to unlock.",
            "2:26 There is no field rules.MC101.limit to unlock.",
            "2:45 There is no field rules.MC999 to unlock.",
            "2:102 There is no field version to unlock.",
            "2:131 There is no field Idle to unlock.",
        ),
    ),
    Case(
        name="overrides of rules",
        text="version: 1\noverrides: {allowed: [MC101, MC777, MC101, ORG123]}\n",
        faults=("2:30 There is no rule MC777.",),
    ),
    Case(
        name="exceptions that have ended, and such as have not",
        text="version: 1\n"
        'rules: {MC104: {verdict: block, denied: ["ml.p4d.*"]}}\n'
        "exceptions:\n"
        "  - {rule: MC104, scope: {}, until: 2020-01-01, reason: old}\n"
        "  - {rule: MC104, scope: {team: a}, until: 2027-01-01, reason: ok}\n"
        "  - {rule: MC104, until: 2027-01-01, reason: everybody}\n",
    ),
    Case(
        name="a currency in small letters",
        text="version: 1\nbilling_currency: eur\n",
        faults=("2:19 This is no currency.",),
    ),
    Case(
        name="a verdict in capitals",
        text="version: 1\nrules: {MC101: {verdict: BLOCK}, MC101 : {verdict: ask}}\n",
        faults=(
            "2:26 BLOCK is no verdict.",
            "2:34 MC101 is there twice.",
        ),
    ),
    Case(
        name="an alias of nothing",
        text="version: 1\ncontact: *nobody\n",
        faults=("2:10 Anchors (&) and aliases (*) are not taken.",),
    ),
    Case(
        name="comments alone",
        text="# only\n# comments\n",
        faults=("0:0 The file is empty.",),
    ),
    Case(
        name="an open quote",
        text='version: 1\ncontact: "unterminated\n',
        faults=("3:1 This is no YAML: found unexpected end of stream.",),
    ),
    Case(
        name="a value that is a comment",
        text="version: 1\ncontact: #ml-team on chat\n",
    ),
    Case(
        name="YAML 1.1 by its own word",
        text="%YAML 1.1\n---\nversion: 1\ncost_explorer: yes\n",
        faults=("4:16 cost_explorer is either true or false.",),
    ),
    Case(
        name="keys that are no names",
        text="1: 2\nversion: 1\nnull: 3\n? [a]\n: 4\n",
        faults=(
            "1:1 There is no key 1.",
            "3:1 There is no key null.",
            "4:3 This is no key.",
        ),
    ),
    Case(
        name="all in one line",
        text='{version: 1, rules: {MC103: {verdict: block, max_runtime_hours: "24"}}}',
    ),
    Case(
        name="numbers too large and too small",
        text="version: 1\n"
        "rules: {MC101: {limit_list_cost: 99999999999999999999999999999999999999}, MC103: {max_runtime_hours: 0.0000001}}\n",
        faults=(
            "2:34 99999999999999999999999999999999999999 is no limit_list_cost.",
            "2:102 0.0000001 is no max_runtime_hours.",
        ),
    ),
    Case(
        name="a change of direction",
        text='version: 1\ncontact: "\u202eevil"\nadmins: ["<script>alert(1)</script>"]\n',
        faults=("2:10 This has characters that cannot be shown.",),
    ),
    Case(
        name="more than a megabyte", text="version: 1\n# " + "x" * 1_100_000 + "\n", faults=("0:0 The file is larger than 1 MB.",)
    ),
)
