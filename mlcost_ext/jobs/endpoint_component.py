"""Inference components: parts of a variant's instances that a model reserves. The instances are billed, not they."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mlcost_ext.core.instance import InstanceFacts
from mlcost_ext.core.standing import Part

from . import reading
from .kind import Facts

MIB_A_GIB = 1024


def component_parts(description: Mapping[str, Any], variants: list[Part], facts: Facts) -> list[Part]:
    """Give the inference components of an endpoint; none where it has none, or nobody may list them."""
    by_name = {part.name: part for part in variants}
    found = reading.structures(description, "InferenceComponents")
    return [component_part(c, by_name.get(reading.text(c, "VariantName") or ""), facts) for c in found]


def component_part(component: Mapping[str, Any], variant: Part | None, facts: Facts) -> Part:
    """Give one component with the share of its variant that it reserves."""
    copies = reading.whole(reading.inner(component, "RuntimeConfig"), "CurrentCopyCount")
    needs = reading.inner(reading.inner(component, "Specification"), "ComputeResourceRequirements")
    instance_type = variant.instance_type if variant else None
    has = facts.instance_facts(instance_type) if instance_type else None
    instances = variant.instance_count if variant else None
    return Part(
        name=reading.text(component, "InferenceComponentName") or "",
        kind="component",
        mode=None,
        instance_type=instance_type,
        instance_count=copies,
        share=share_of(needs, has, copies, instances),
        status=reading.text(component, "InferenceComponentStatus"),
    )


def share_of(needs: Mapping[str, Any], has: InstanceFacts | None, copies: int | None, instances: int | None) -> float | None:
    """Give the part of a variant's instances that a component reserves: the largest of its parts of accelerators, CPU and memory.

    None: what it needs, what the instances have, or how many there are is not known.
    """
    if has is None or copies is None or not instances:
        return None
    pairs = (
        (reading.number(needs, "NumberOfAcceleratorDevicesRequired"), has.accelerator_count),
        (reading.number(needs, "NumberOfCpuCoresRequired"), has.vcpu),
        (reading.number(needs, "MinMemoryRequiredInMb"), has.memory_gib and has.memory_gib * MIB_A_GIB),
    )
    parts = [need / float(there or 0) if there else None for need, there in pairs if need]
    known = [part for part in parts if part is not None]
    if not known or len(known) < len(parts):
        return None
    return min(max(known) * copies / instances, 1.0)
