"""Rules of the tests' own, with options of each kind, and the interface's example."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from mlcost_ext.core.policy import RuleVerdict
from mlcost_ext.core.rule import Option, Rule
from mlcost_ext.policy.layer import Layer
from mlcost_ext.policy.merging import Merged, merge
from mlcost_ext.policy.reading import read_layer
from mlcost_ext.policy.yaml_nodes import Fault


def number(name: str, default: str | None = None, **more: Any) -> Option:
    value = None if default is None else Decimal(default)
    return Option(name=name, kind="number", default=value, tighter=more.pop("tighter", "smaller"), help=f"{name}.", **more)


def rule(rule_id: str, *options: Option, default: RuleVerdict = "warn") -> Rule:
    return Rule(
        id=rule_id,
        title=f"Rule {rule_id}",
        docs_url="https://example.com/",
        practice=None,
        kinds=(),
        options=options,
        judge=lambda _proposal, _options: (),
        default=default,
    )


DENIED = Option(name="denied", kind="patterns", default=(), tighter="union", help="Types that nobody may use.")
ALLOWED = Option(
    name="allowed", kind="patterns", default=None, tighter="intersection", may_be_none=True, help="The only types; null: all."
)
RULES = (
    rule("MC101", number("limit_list_cost", "50"), number("limit_list_cost_per_month", may_be_none=True)),
    rule("MC103", number("max_runtime_hours", may_be_none=True, least=Decimal(1), most=Decimal(672))),
    rule("MC104", DENIED, ALLOWED),
    rule("MC105", number("min_cpu_percent", "10", tighter="larger", most=Decimal(100))),
    rule("MC106", number("from_hours", "0.5"), default="shadow"),
    rule(
        "MC108", number("from_list_cost", "5"), Option(name="strict", kind="flag", default=False, tighter="true", help="Strict.")
    ),
    rule("MC111", Option(name="lenient", kind="flag", default=True, tighter="false", help="Lenient."), default="off"),
    rule("MC301"),
)
EXAMPLE = """\
version: 1
billing_currency: USD                     # of every amount here; another currency is a fault, never compared
inherit: builtin                          # builtin: rules not named here keep their built-in verdict; none: they are off
contact: ml-platform@example.com          # shown with every refusal
rules:                                    # by id; off | shadow (judged, recorded, not shown) | warn | ask | block
  MC101: {verdict: ask, limit_list_cost: 50, limit_list_cost_per_month: 500}   # the second for what has no end
  MC103: {verdict: block, max_runtime_hours: 24}
  MC104: {verdict: block, denied: ["ml.p4d.*", "ml.p5.*"], allowed: null}
  MC105: {verdict: warn}                                           # oversized
  MC106: {verdict: warn, from_hours: 0.5}                          # managed spot off
  MC108: {verdict: warn, from_list_cost: 5}                        # no small run first
  MC301: {verdict: ask}
tags:
  required:
    team: {allowed: [fraud-platform, credit-risk]}
    environment: {allowed: [dev, staging, production], default: dev}
    model: {pattern: "[a-z][a-z0-9-]*(-v[0-9]+)?"}
    cost-centre: {}
budgets:
  - name: fraud
    scope: {team: fraud-platform}
    amount: 4000
    period: month                         # UTC, as AWS bills
    throttle: {at_percent: 85, before_day: 25, verdict: block}
idle:
  mode: on                                # off | shadow | on (until the ladder is there, on behaves as shadow and says so)
  timeout_minutes: 60                     # the stop is at 60 minutes of idleness
  warn_minutes: 5                         # before the stop: the warning comes at 55
  timeout_by_price: [{from_list_cost_per_hour: 10, timeout_minutes: 15}]
  snooze: {max_minutes: 240, max_per_day: 2, reason_required: false}
  stuck_busy_hours: null
  stop: app                               # kernels | app
overrides: {allowed: [MC101, MC106, MC108, MC301], reason_required: true}
exceptions:
  - {rule: MC104, scope: {team: credit-risk}, until: 2026-12-31, reason: "p4d benchmark"}
non_interactive: block                    # what "ask" means where nobody can answer
ask_timeout_minutes: 30                   # then the launch is stopped
when_unsure: warn                         # price or policy out of reach: warn (fail open) or block (fail closed)
cost_explorer: false                      # each call costs USD 0.01; true: at most 4 a day
scope_account: false
admins: [alice@example.com]
unlocked: []
"""


def faults_of(text: str | bytes) -> tuple[Fault, ...]:
    """Read a text, with its version put before it where it has none."""
    data = text.encode() if isinstance(text, str) else text
    return read_layer(data, name="policy.yaml", rules=RULES)[1]


def layer(text: str, name: str = "policy.yaml") -> Layer:
    """Read a text that has no faults; its version is added."""
    body = text if "version:" in text else f"version: 1\n{text}"
    found, faults, _ = read_layer(body.encode(), name=name, rules=RULES)
    assert faults == ()
    return found


def merged(*texts: str) -> Merged:
    """Put layers together, the first one on top; they are called a, b, c, …"""
    return merge([layer(text, name) for text, name in zip(texts, "abcdefgh", strict=False)], RULES)
