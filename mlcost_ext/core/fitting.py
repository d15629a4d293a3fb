"""Which instance types can take another one's place, by what they are made of; prices and speeds are others' matter."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from .instance import InstanceFacts


def is_burstable(instance_type: str) -> bool:
    """Tell a type whose processors are throttled once their credits are used up (T2, T3), which no steady work fits."""
    return instance_type.removeprefix("ml.").startswith("t") and not instance_type.removeprefix("ml.").startswith("trn")


def fits(own: InstanceFacts, other: InstanceFacts) -> bool:
    """Tell whether a type has at least the vCPUs, the memory and the accelerators of another, those of the same kind.

    What is not known of either fits nothing.
    """
    if own.architectures and other.architectures and not set(own.architectures) & set(other.architectures):
        return False
    if own.memory_gib is None or other.memory_gib is None or other.memory_gib < own.memory_gib:
        return False
    if own.vcpu is None or other.vcpu is None or other.vcpu < own.vcpu:
        return False
    return other.accelerator_count == 0 if own.accelerator_count == 0 else fits_accelerators(own, other)


def fits_accelerators(own: InstanceFacts, other: InstanceFacts) -> bool:
    """Tell whether a type has accelerators of the same kind, with at least as much memory in all and each."""
    if not own.accelerator_count or not other.accelerator_count or own.accelerator_kind != other.accelerator_kind:
        return False
    if own.accelerator_memory_gib is None or other.accelerator_memory_gib is None:
        return False
    if other.accelerator_count < own.accelerator_count:
        return False  # code that runs a process on each would fail
    each, other_each = memory_each(own), memory_each(other)
    has_each = each is not None and other_each is not None and other_each >= each
    return has_each and other.accelerator_memory_gib >= own.accelerator_memory_gib


def memory_each(facts: InstanceFacts) -> Decimal | None:
    """Give the memory of one of a type's accelerators, in GiB; None: it has none, or it is not known."""
    if not facts.accelerator_count or facts.accelerator_memory_gib is None:
        return None
    return facts.accelerator_memory_gib / facts.accelerator_count


def nearest(own: InstanceFacts, others: Iterable[InstanceFacts]) -> InstanceFacts | None:
    """Give the type with the most accelerator memory of the same kind, of CPU types with the most memory; the first of several.

    Args:
        own: The type whose place it is to take.
        others: The cheapest first; throttled ones only take the place of throttled ones.
    """
    is_plain = own.accelerator_count == 0
    alike = [
        each
        for each in others
        if (each.accelerator_count == 0 if is_plain else each.accelerator_kind == own.accelerator_kind and each.accelerator_count)
        and (is_burstable(own.instance_type) or not is_burstable(each.instance_type))
        and (not own.architectures or not each.architectures or set(own.architectures) & set(each.architectures))
    ]
    known = [each for each in alike if amount_of(each) is not None]
    return max(known, key=lambda each: amount_of(each) or Decimal(0), default=None)


def amount_of(facts: InstanceFacts) -> Decimal | None:
    """Give how much of what counts a type has, in GiB: accelerator memory, or memory where it has no accelerators."""
    return facts.memory_gib if facts.accelerator_count == 0 else facts.accelerator_memory_gib
