"""MC105: more machine than the work can use, by its container, by its request, or by how little its last runs used."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from itertools import chain

from mlcost_ext.core.evidence import Utilisation
from mlcost_ext.core.instance import InstanceFacts
from mlcost_ext.core.rule import Objection, Option, OptionValue, Proposal, Rule, Unsure

from .cpu_only import why_no_gpu
from .distribution import is_undivided, parameters_of, tried_of
from .docs import docs_url
from .types_in_use import is_runnable_on
from .work import Machine, Work, is_accelerated, is_burstable, number_of, work_of

LEAST_RUNS, MOST_RUNS = 3, 5
"""Of the last ones: fewer prove nothing, and what was long ago proves little."""
HUNDRED = Decimal(100)
HEADROOM = Decimal("1.25")
"""So much more memory than was used a smaller type has to have."""


def judge(proposal: Proposal, options: Mapping[str, OptionValue]) -> tuple[Objection, ...]:
    """Object to what the work cannot use."""
    work = work_of(proposal)
    machine = work.machine() if work else None
    if work is None or machine is None:
        return ()
    found = [*on_cpus(work, machine), *undivided(work, machine)]
    if any(each.subject == "gpu" for each in found):
        return tuple(found)
    try:
        return (*found, *hardly_used(work, machine, options))
    except Unsure:
        if not found:
            raise
        return tuple(found)


# -- by its container ---------------------------------------------------------------------------


def on_cpus(work: Work, machine: Machine) -> Iterable[Objection]:
    """Object to GPUs for what runs on CPUs alone."""
    facts = work.proposal.facts
    own = facts.instance_facts(machine.instance_type)
    members = work.part.members
    why = why_no_gpu(work.run.key.image, {**parameters_of(members), **tried_of(work.proposal.request, members)})
    if own is None or not is_accelerated(own) or why is None:
        return
    known = [each for name in cheaper_names(work, machine) if (each := facts.instance_facts(name))]
    other = cpu_type(own, known)
    yield Objection(
        message=f"{machine.instance_type} has accelerators that this work does not use: {why}.",
        hint=f"Take {other or 'a type'} without accelerators, which costs less.",
        fix=work.with_type(other),
        subject="gpu",
    )


def cpu_type(own: InstanceFacts, cheaper: Sequence[InstanceFacts]) -> str | None:
    """Give the cheapest type without accelerators that has as many vCPUs and as much memory, else one of the two."""
    plain = [each for each in cheaper if each.accelerator_count == 0 and is_same_architecture(own, each)]
    tests: tuple[Callable[[InstanceFacts], bool], ...] = (
        lambda each: has_vcpus(own, each) and has_memory(own, each),
        lambda each: has_vcpus(own, each) or has_memory(own, each),
    )
    return next((each.instance_type for test in tests for each in plain if test(each)), None)


def has_vcpus(own: InstanceFacts, other: InstanceFacts) -> bool:
    """Tell whether another type has as many; what is not known is not enough."""
    return own.vcpu is not None and other.vcpu is not None and other.vcpu >= own.vcpu


def has_memory(own: InstanceFacts, other: InstanceFacts) -> bool:
    """Tell whether another type has as much; what is not known is not enough."""
    return own.memory_gib is not None and other.memory_gib is not None and other.memory_gib >= own.memory_gib


def is_same_architecture(own: InstanceFacts, other: InstanceFacts) -> bool:
    """Tell whether a container of one runs on the other, as far as is known."""
    return not own.architectures or not other.architectures or bool(set(own.architectures) & set(other.architectures))


def cheaper_names(work: Work, machine: Machine) -> list[str]:
    """Give the cheaper types, the cheapest first, without those that are throttled."""
    found = work.proposal.cheaper(machine.component, machine.instance_type)
    return [name for name in found if is_burstable(machine.instance_type) or not is_burstable(name)]


# -- by its request -----------------------------------------------------------------------------


def undivided(work: Work, machine: Machine) -> Iterable[Objection]:
    """Object to several instances that do not share their work."""
    kind = work.proposal.kind
    if machine.count < 2 or kind == "transform" or not is_undivided(kind, work.part, work.run.key.image):
        return
    how = "" if kind == "processing" else "set the SDK's distribution or "
    yield Objection(
        message=f"It asks for {machine.count} instances, and nothing in the request divides the work among them: each may do all "
        "of it.",
        hint=f"Take one instance, or {how}give its inputs the distribution ShardedByS3Key.",
        fix=work.with_resources({"InstanceCount": 1}),
        subject="instances",
    )


# -- by its last runs ---------------------------------------------------------------------------


def hardly_used(work: Work, machine: Machine, options: Mapping[str, OptionValue]) -> Iterable[Objection]:
    """Object to a type of which the last runs used little.

    Raises:
        Unsure: What is remembered cannot be read.
    """
    runs = [each for each in work.earlier_runs() or () if each.instance_type == machine.instance_type]
    measured = [each.utilisation for each in runs if each.utilisation is not None][:MOST_RUNS]
    own = work.proposal.facts.instance_facts(machine.instance_type)
    if len(measured) < LEAST_RUNS or own is None:
        return ()
    used = most_used(measured)
    limits = [(name, value, number_of(options[f"min_{name}_percent"])) for name, value in shown(used) if value is not None]
    if not limits or any(value >= limit for _, value, limit in limits) or (is_accelerated(own) and used.gpu_percent is None):
        return ()
    other = smaller_type(work, machine, own, used)
    told = ", ".join(f"{value.quantize(Decimal(1))} % of its {WORDS[name]}" for name, value, _ in limits)
    objection = Objection(
        message=f"The last {len(measured)} runs of this code on {machine.instance_type} used at most {told}.",
        hint=f"Take {other}, which has what they used." if other else "Take a smaller type, or fewer accelerators.",
        fix=work.with_type(other),
        subject="utilisation",
    )
    return (objection,)


WORDS = {"cpu": "processors", "gpu": "accelerators", "memory": "memory"}


def shown(used: Utilisation) -> tuple[tuple[str, Decimal | None], ...]:
    """Give what is held against the limits."""
    return ("cpu", used.cpu_percent), ("gpu", used.gpu_percent), ("memory", used.memory_percent)


def most_used(measured: Sequence[Utilisation]) -> Utilisation:
    """Give the most that any run used of each; None where it was measured of none."""

    def most(values: Iterable[Decimal | None]) -> Decimal | None:
        return max((value for value in values if value is not None), default=None)

    return Utilisation(
        cpu_percent=most(each.cpu_percent for each in measured),
        gpu_percent=most(each.gpu_percent for each in measured),
        memory_percent=most(each.memory_percent for each in measured),
        gpu_memory_percent=most(each.gpu_memory_percent for each in measured),
        disk_percent=most(each.disk_percent for each in measured),
    )


def smaller_type(work: Work, machine: Machine, own: InstanceFacts, used: Utilisation) -> str | None:
    """Give the next smaller type of the same family that has what was used, else the cheapest one that has all of this one's."""
    family = machine.instance_type.rpartition(".")[0] + "."
    named = [name for name in reversed(cheaper_names(work, machine)) if name.startswith(family)]
    known = (work.proposal.facts.instance_facts(name) for name in named)
    smaller = (each.instance_type for each in known if each is not None and is_enough(own, each, used))
    fitting = (
        name for name in work.proposal.fitting(machine.component, machine.instance_type) if is_runnable_on(work.proposal, name)
    )
    return next(chain(smaller, fitting), None)


def is_enough(own: InstanceFacts, other: InstanceFacts, used: Utilisation) -> bool:
    """Tell whether a type has, of all that was measured, what was used and some room; and accelerators where this one has."""
    if is_accelerated(own) and not (is_accelerated(other) and other.accelerator_kind == own.accelerator_kind):
        return False
    pairs = (
        (used.cpu_percent, number(own.vcpu), number(other.vcpu)),
        (used.gpu_percent, number(own.accelerator_count), number(other.accelerator_count)),
        (used.memory_percent, own.memory_gib, other.memory_gib),
        (used.gpu_memory_percent, own.accelerator_memory_gib, other.accelerator_memory_gib),
    )
    return all(percent is None or has_room(percent, had, has) for percent, had, has in pairs)


def has_room(percent: Decimal, had: Decimal | None, has: Decimal | None) -> bool:
    """Tell whether what was used of one fits into another; what is not known does not."""
    return had is not None and has is not None and percent / HUNDRED * had * HEADROOM <= has


def number(value: int | None) -> Decimal | None:
    """Give a whole number as a Decimal."""
    return None if value is None else Decimal(value)


def least_option(name: str, what: str) -> Option:
    """Describe one of the limits."""
    return Option(
        name=name,
        kind="number",
        default=Decimal(20),
        tighter="larger",
        help=f"Below which the last runs used little of their {what}, in percent.",
        least=Decimal(0),
        most=Decimal(100),
    )


RULE = Rule(
    id="MC105",
    title="More machine than the work uses",
    docs_url=docs_url("MC105"),
    practice="MLCOST04-BP01",
    kinds=("training", "tuning", "processing", "transform"),
    options=(
        least_option("min_cpu_percent", "processors"),
        least_option("min_gpu_percent", "accelerators"),
        least_option("min_memory_percent", "memory"),
    ),
    judge=judge,
)
