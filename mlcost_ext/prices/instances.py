"""What an instance type is made of, as shipped: each ml.* type that SageMaker's API names, and its EC2 twin."""

from __future__ import annotations

import json
from decimal import Decimal
from functools import cache
from pathlib import Path

from mlcost_ext.core.instance import InstanceFacts

TABLE = Path(__file__).parent / "data" / "instances.json"
ML = "ml."

Row = tuple[int | None, str | None, int | None, str | None, str | None, str | None, int | None, str]
"""vCPU, memory in GiB, accelerators: how many, kind, name, GiB of all; local disks in GB; architectures."""


def instance_facts(instance_type: str) -> InstanceFacts | None:
    """Give what a type is made of, ``ml.g5.xlarge`` or ``g5.xlarge``; None: nobody has described it."""
    row = _table().get(instance_type if instance_type.startswith(ML) else ML + instance_type)
    if row is None:
        return None
    vcpu, memory, count, kind, name, accelerator_memory, store, architectures = row
    return InstanceFacts(
        instance_type=instance_type,
        vcpu=vcpu,
        memory_gib=Decimal(memory) if memory else None,
        accelerator_count=count,
        accelerator_kind=kind,
        accelerator_name=name,
        accelerator_memory_gib=Decimal(accelerator_memory) if accelerator_memory else None,
        instance_store_gb=store,
        architectures=tuple(architectures.split()),
    )


def described_types() -> tuple[str, ...]:
    """Give all types that somebody has described, with `ml.`."""
    return tuple(_table())


def has_local_disk(instance_type: str) -> bool:
    """Tell whether training on this type uses its own NVMe disk, so that no volume is billed."""
    facts = instance_facts(instance_type)
    return facts is not None and bool(facts.instance_store_gb)


@cache
def _table() -> dict[str, Row]:
    document: dict[str, Row] = json.loads(TABLE.read_text(encoding="utf-8"))["types"]
    return document
