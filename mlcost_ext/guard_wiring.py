"""Which rules there are here: our own, and those of other packages by entry points of the group ``mlcost_ext_rule_v1``."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from importlib.metadata import EntryPoint, entry_points

from .core.job import Problem
from .core.policy import VERDICTS
from .core.rule import Option, OptionValue, Rule
from .core.words import clean
from .guardrails import RULES

GROUP = "mlcost_ext_rule_v1"
"""A later form of `Rule` that old ones do not have gets another group."""
RULE_ID = re.compile(r"[A-Z]{2,12}[0-9]{3}")
OPTION_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
LISTS = ("union", "intersection")
TIGHTER = {"number": ("smaller", "larger"), "texts": LISTS, "patterns": LISTS, "flag": ("true", "false")}
VALUES: dict[str, type] = {"number": Decimal, "texts": tuple, "patterns": tuple, "flag": bool}
MOST_TEXT = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedRules:
    """All rules, and what was left out."""

    rules: tuple[Rule, ...]
    """By their ids."""
    problems: tuple[Problem, ...]
    """One for each that was left out; `subject` is its entry point."""


def load_rules(found: Iterable[EntryPoint] | None = None) -> LoadedRules:
    """Give all rules that are installed; one that is broken, or whose id another one has, is left out and told.

    Args:
        found: Entry points; None: those of the environment.
    """
    points = entry_points(group=GROUP) if found is None else found
    rules, problems = {rule.id: rule for rule in RULES}, list[Problem]()
    for point in sorted(points, key=lambda each: (package_of(each), each.name, each.value)):
        rule = loaded(point)
        if isinstance(rule, Rule) and rule.id in rules:
            problems.append(left_out(point, f"there is a rule {rule.id} already"))
        elif isinstance(rule, Rule):
            rules[rule.id] = rule
        else:
            problems.append(left_out(point, rule))
    return LoadedRules(rules=tuple(rules[key] for key in sorted(rules)), problems=tuple(problems))


def loaded(point: EntryPoint) -> Rule | str:
    """Give the rule that an entry point names, or say why there is none."""
    try:
        rule = point.load()
        fault = fault_of(rule) if isinstance(rule, Rule) else f"it is of type {type(rule).__name__}, not Rule"
    except (Exception, SystemExit) as error:  # noqa: BLE001 - somebody else's module may do anything when it is imported
        return f"{type(error).__name__}: {error}"
    return fault or rule


def package_of(point: EntryPoint) -> str:
    """Give the distribution that an entry point is of; empty: it does not say."""
    return point.dist.name if point.dist is not None else ""


def left_out(point: EntryPoint, why: str) -> Problem:
    """Say that a rule is left out, and why."""
    package = clean(package_of(point) or "an unnamed package")
    return Problem(
        code="rule_left_out",
        message=f"The rule {clean(point.name)} of {package} is left out: {clean(why, 200)}.",
        hint=f"Update or uninstall {package}; what a rule has to have stands in docs/adding/rule.md.",
        subject=clean(point.name),
    )


def fault_of(rule: Rule) -> str | None:
    """Say what is wrong with a rule, whose types nobody has enforced when it was made; None: nothing."""
    checks = (
        (is_text(rule.id) and RULE_ID.fullmatch(rule.id), "its id is not some capitals and three digits, such as ACME001"),
        (is_text(rule.title) and is_text(rule.docs_url), "its title or docs_url is no text, or empty, or too long"),
        (rule.practice is None or is_text(rule.practice), "its practice is neither a text nor None"),
        (isinstance(rule.kinds, tuple) and all(map(is_text, rule.kinds)), "its kinds are no tuple of texts"),
        (callable(rule.judge), "its judge cannot be called"),
        (rule.default in VERDICTS, f"its default is not one of {', '.join(VERDICTS)}"),
    )
    return next((fault for holds, fault in checks if not holds), None) or fault_of_options(rule.options)


def is_text(value: object) -> bool:
    """Tell whether a value is a text of some length."""
    return isinstance(value, str) and 0 < len(value) <= MOST_TEXT


def fault_of_options(options: object) -> str | None:
    """Say why options could not be read from a policy; None: they can."""
    if not isinstance(options, tuple) or not all(isinstance(option, Option) for option in options):
        return "its options are no tuple of Option"
    if len({option.name for option in options}) < len(options):
        return "two of its options have the same name"
    for option in options:
        if not is_text(option.name) or not OPTION_NAME.fullmatch(option.name) or option.name == "verdict":
            return "the name of an option is not like max_runtime_hours"
        if option.tighter not in TIGHTER.get(option.kind, ()):
            return f"its option {option.name} has no kind, or no way to be tighter, that is known"
        if not is_value(option, option.default):
            return f"the default of its option {option.name} is no {option.kind}"
    return None


def is_value(option: Option, value: OptionValue) -> bool:
    """Tell whether an option may have a value."""
    if value is None:
        return option.may_be_none
    is_whole = not isinstance(value, tuple) or all(isinstance(item, str) for item in value)
    return isinstance(value, VALUES[option.kind]) and is_whole
