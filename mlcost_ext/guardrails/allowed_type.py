"""MC104: an instance type that is not allowed here.

Looked at is every place of a request that names one: groups, preferences, variants, rules, apps. In patterns `*` stands for any
letters and `?` for any one; `ml.` may be left out. A fix takes no vCPUs, memory or accelerators away, and proposes no GPUs for
which the container's version of CUDA has no code; a type that has less is named only, with all that it lacks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from mlcost_ext.core.fitting import fits, is_burstable, memory_each, nearest
from mlcost_ext.core.instance import InstanceFacts
from mlcost_ext.core.rule import Objection, Option, OptionValue, Proposal, Rule
from mlcost_ext.core.type_patterns import is_one_of
from mlcost_ext.core.words import listed

from .docs import docs_url
from .options import texts
from .types_in_use import component_of, is_runnable_on, replaced_by, types_named


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
    """Give the patch that takes an allowed type instead, and what else there is to say of types; empty: nothing.

    It is the cheapest one that has what this one has, a dearer one if there is no other. The cheaper one that comes nearest is
    named only, with what it lacks: whether the work can do with less, a person has to know.
    """
    component, own = component_of(proposal, name), proposal.facts.instance_facts(name)
    if component is None or own is None:
        return None, ""
    names = proposal.priced(component)
    place = names.index(name) if name in names else len(names)
    cheaper, dearer = (_known(proposal, part, denied, allowed) for part in (names[:place], names[place:]))
    found = _first(proposal, name, own, cheaper)
    if found is not None:
        return found[1], ""
    near = nearest(own, cheaper)
    is_possible = near is not None and replaced_by(proposal, name, [near.instance_type]) is not None
    lacks = _lacks(own, near) if near is not None and is_possible else []
    told = f" {near.instance_type} comes nearest, with {listed(lacks, most=5)}." if near is not None and lacks else ""
    found = _first(proposal, name, own, dearer)
    return (None, told) if found is None else (found[1], f" {found[0]} has what it has, and costs more.{told}")


def _known(proposal: Proposal, names: Sequence[str], denied: Sequence[str], allowed: Sequence[str] | None) -> list[InstanceFacts]:
    """Give what allowed types are made of, where it is known and the request's containers can run on them."""
    able = (name for name in names if is_allowed(name, denied, allowed) and is_runnable_on(proposal, name))
    facts = (proposal.facts.instance_facts(name) for name in able)
    return [each for each in facts if each is not None]


def _first(
    proposal: Proposal, name: str, own: InstanceFacts, others: Sequence[InstanceFacts]
) -> tuple[str, dict[str, Any]] | None:
    """Give the first type that has what this one has, and the patch that takes it."""
    fitting = (each.instance_type for each in others if fits(own, each))
    steady = (each for each in fitting if is_burstable(name) or not is_burstable(each))
    patches = ((each, replaced_by(proposal, name, [each])) for each in steady)
    return next(((each, patch) for each, patch in patches if patch is not None), None)


def _lacks(own: InstanceFacts, near: InstanceFacts) -> list[str]:
    """Say what the nearest type has less of than this one, and how much this one has."""
    found = [
        ("{} accelerator{}", near.accelerator_count, own.accelerator_count),
        ("{} GiB of accelerator memory", near.accelerator_memory_gib, own.accelerator_memory_gib),
        ("{} GiB of memory on each accelerator", memory_each(near), memory_each(own)),
        ("{} vCPU{}", near.vcpu, own.vcpu),
        ("{} GiB of memory", near.memory_gib, own.memory_gib),
    ]
    if near.accelerator_count == own.accelerator_count:
        del found[2]
    less = [(text, Decimal(has), Decimal(had)) for text, has, had in found if has is not None and had is not None and has < had]
    return [f"{text.format(rounded(has), '' if has == 1 else 's')} instead of {rounded(had)}" for text, has, had in less]


def rounded(amount: Decimal) -> str:
    """Write an amount without decimals."""
    return f"{amount.quantize(Decimal(1)):,f}"


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


RULE = Rule(
    id="MC104",
    title="Instance type not allowed",
    docs_url=docs_url("MC104"),
    practice="MLCOST04-BP01",
    kinds=(),
    options=(
        Option(
            name="denied",
            kind="patterns",
            default=(),
            tighter="union",
            help="Types that may not be used, as patterns such as ml.p4d.*.",
        ),
        Option(
            name="allowed",
            kind="patterns",
            default=None,
            tighter="intersection",
            help="The only types that may be used, as patterns; without it all may that are not denied.",
            may_be_none=True,
        ),
    ),
    judge=judge,
)
