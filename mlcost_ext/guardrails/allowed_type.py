"""MC104: an instance type that is not allowed here.

Looked at is every place of a request that names one: groups, preferences, variants, rules, apps. In patterns `*` stands for any
letters and `?` for any one; `ml.` may be left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fnmatch import fnmatchcase
from typing import Any

from mlcost_ext.core.fitting import amount_of, fits, is_burstable, nearest
from mlcost_ext.core.instance import InstanceFacts
from mlcost_ext.core.rule import Objection, Option, OptionValue, Proposal, Rule
from mlcost_ext.core.words import listed

from .docs import docs_url
from .options import texts
from .types_in_use import component_of, replaced_by, types_named

ML = "ml."


def judge(proposal: Proposal, options: Mapping[str, OptionValue]) -> tuple[Objection, ...]:
    """Object to every type that a request names and that is denied, or not among those allowed."""
    denied, allowed = texts(options, "denied") or (), texts(options, "allowed")
    wrong = [name for name in types_named(proposal.request) if not is_allowed(name, denied, allowed)]
    if not wrong:
        return ()
    fix, lacks = _instead(proposal, wrong[0], denied, allowed) if len(wrong) == 1 else (None, "")
    return (
        Objection(
            message=f"{listed(wrong)} {'is' if len(wrong) == 1 else 'are'} not allowed here.",
            hint=_hint(denied, allowed) + lacks,
            fix=fix,
        ),
    )


def _instead(
    proposal: Proposal, name: str, denied: Sequence[str], allowed: Sequence[str] | None
) -> tuple[dict[str, Any] | None, str]:
    """Give the patch that takes an allowed type instead, and a sentence that says what that one lacks; empty: nothing.

    It is the cheapest one that has what this one has and is no dearer, else the cheaper one that comes nearest, else the
    cheapest of the dearer ones that have it.
    """
    component, own = component_of(proposal, name), proposal.facts.instance_facts(name)
    if component is None or own is None:
        return None, ""
    names = proposal.priced(component)
    place = names.index(name) if name in names else len(names)
    cheaper, dearer = (_known(proposal, part, denied, allowed) for part in (names[:place], names[place:]))
    fix = _first(proposal, name, own, cheaper)
    near = None if fix is not None else nearest(own, cheaper)
    if near is not None and (nearer := replaced_by(proposal, name, [near.instance_type])) is not None:
        return nearer, f" {near.instance_type} comes nearest, with {_lacks(own, near)}."
    return fix or _first(proposal, name, own, dearer), ""


def _known(proposal: Proposal, names: Sequence[str], denied: Sequence[str], allowed: Sequence[str] | None) -> list[InstanceFacts]:
    """Give what allowed types are made of, where it is known."""
    facts = (proposal.facts.instance_facts(name) for name in names if is_allowed(name, denied, allowed))
    return [each for each in facts if each is not None]


def _first(proposal: Proposal, name: str, own: InstanceFacts, others: Sequence[InstanceFacts]) -> dict[str, Any] | None:
    """Give the patch that takes the first type that has what this one has."""
    fitting = [each for each in others if fits(own, each) and (is_burstable(name) or not is_burstable(each.instance_type))]
    return replaced_by(proposal, name, [each.instance_type for each in fitting])


def _lacks(own: InstanceFacts, near: InstanceFacts) -> str:
    """Say how much of what counts the nearest type has, and this one."""
    kind = "memory" if own.accelerator_count == 0 else "accelerator memory"
    amount = f"{rounded(amount_of(near))} GiB of {kind} instead of {rounded(amount_of(own))}"
    if near.accelerator_count == own.accelerator_count:
        return amount
    count = near.accelerator_count
    return f"{count} accelerator{'' if count == 1 else 's'} instead of {own.accelerator_count} and {amount}"


def rounded(amount: Decimal | None) -> str:
    """Write an amount of GiB without decimals; None: not known."""
    return "an unknown number" if amount is None else f"{amount.quantize(Decimal(1)):,f}"


def _hint(denied: Sequence[str], allowed: Sequence[str] | None) -> str:
    if allowed is None:
        return f"Take a type that is not one of {listed(denied, 'or', 8)}."
    besides = f", but not {listed(denied, 'or', 8)}" if denied else ""
    return f"Take one of {listed(allowed, 'or', 8)}{besides}." if allowed else "Ask for an exception: no type at all is allowed."


def is_allowed(name: str, denied: Sequence[str], allowed: Sequence[str] | None) -> bool:
    """Tell whether a type may be used.

    Args:
        name: Such as ``ml.p4d.24xlarge``.
        denied: Patterns, with ``*`` and ``?``, with or without ``ml.``, letter case ignored.
        allowed: The same; None: all.
    """
    return not is_one_of(name, denied) and (allowed is None or is_one_of(name, allowed))


def is_one_of(name: str, patterns: Sequence[str]) -> bool:
    """Tell whether a type matches any of some patterns."""
    short = name.lower().removeprefix(ML)
    return any(fnmatchcase(each, pattern.lower()) for pattern in patterns for each in (ML + short, short))


RULE = Rule(
    id="MC104",
    title="Instance type not allowed",
    docs_url=docs_url("MC104"),
    practice="MLCOST04-BP01",
    kinds=(),
    options=(
        Option(
            name="denied",
            kind="texts",
            default=(),
            tighter="union",
            help="Types that may not be used, as patterns such as ml.p4d.*.",
        ),
        Option(
            name="allowed",
            kind="texts",
            default=None,
            tighter="intersection",
            help="The only types that may be used, as patterns; without it all may that are not denied.",
            may_be_none=True,
        ),
    ),
    judge=judge,
)
