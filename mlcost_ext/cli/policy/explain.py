"""``mlcost policy explain REQUEST.json``: how a launch would be judged, and by which values each rule has judged it."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING, Any

from mlcost_ext.cli import estimate as estimating
from mlcost_ext.cli.command import Command
from mlcost_ext.cli.text import clean, print_json, table
from mlcost_ext.core.wire import to_document

if TYPE_CHECKING:
    from mlcost_ext.launch_wiring import Judging
    from mlcost_ext.usecases.judged import Judged

HEADINGS = ("Rule", "Verdict", "Finds", "Judged by", "From")
NOT_FOR_IT = "-"


def add_arguments(parser: ArgumentParser) -> None:
    estimating.add_arguments(parser)


def run(options: Namespace) -> int:
    """Show it.

    Returns:
        1 where somebody would be asked, or it is blocked; else 0.

    Raises:
        UsageError: The file cannot be read or is no request, or there is no region.
    """
    # The other commands do without what this stands on.
    from mlcost_ext.policy.words import fault_document
    from mlcost_ext.usecases.estimate_numbers import read_input_gb
    from mlcost_ext.usecases.estimate_text import estimate_text

    found, judged, judging = estimating.judged(options, read_input_gb(options.input_gb, "--input-gb"))
    rules = rule_documents(judged, judging)
    if options.json:
        faults = [fault_document(fault) for fault in judging.policy().faults]
        print_json({**to_document(found), "rules": rules, "faults": faults})
    else:
        print(estimate_text(found))
        print("\n" + table([HEADINGS, *(row_of(each) for each in rules)]))
        for fault in judging.policy().faults[:20]:
            print(f"Fault: {clean(str(fault), 400)}")
    return 1 if found.decision in estimating.NOT_ALLOWED else 0


def rule_documents(judged: Judged, judging: Judging) -> list[dict[str, Any]]:
    """Give each rule with what it has said, the values that it was judged by, and where these are from."""
    from mlcost_ext.policy.words import readable

    policy = judging.policy().policy
    found = []
    for rule in judging.loaded.rules:
        settings = judged.settings.get(rule.id)
        if settings is None:
            continue
        place = f"rules.{rule.id}"
        values = {"verdict": settings.verdict, **{name: readable(value) for name, value in settings.options.items()}}
        raised = [each for each in judged.raised if each.rule.id == rule.id]
        found.append(
            {
                "rule": rule.id,
                "title": rule.title,
                "verdict": settings.verdict,
                "is_judged": rule.is_for(judged.kind) and settings.verdict != "off",
                "messages": [each.objection.message for each in raised],
                "values": values,
                "origins": {name: policy.origins.get(f"{place}.{name}", "built-in") for name in values},
            }
        )
    return found


def row_of(rule: dict[str, Any]) -> tuple[str, ...]:
    """Write a rule as a row."""
    says = "; ".join(rule["messages"]) if rule["messages"] else ("nothing" if rule["is_judged"] else NOT_FOR_IT)
    values = ", ".join(f"{name} {shown(value)}" for name, value in rule["values"].items() if name != "verdict")
    origins = ", ".join(dict.fromkeys(rule["origins"].values()))
    return clean(f"{rule['rule']}", 40), rule["verdict"], clean(says, 90), clean(values or NOT_FOR_IT, 90), clean(origins, 80)


def shown(value: object) -> str:
    """Write a value of an option."""
    if value is None:
        return "none"
    return ", ".join(map(str, value)) or "none" if isinstance(value, list) else str(value)


WORD = Command(
    name="explain", help="Judge a request without sending it, and say by which values.", add_arguments=add_arguments, run=run
)
