"""InstanceFacts: what a machine of an instance type is made of; no price."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class InstanceFacts:
    """An instance type as AWS describes it; what no source says is None, never zero."""

    instance_type: str
    """As it was asked for: ``ml.g5.xlarge``, or ``g5.xlarge`` of an EC2 machine."""
    vcpu: int | None
    memory_gib: Decimal | None
    accelerator_count: int | None
    """GPUs or Neuron devices; 0: it has none; None: not known."""
    accelerator_kind: str | None
    """``gpu`` or ``neuron``."""
    accelerator_name: str | None
    """Such as ``NVIDIA A10G``."""
    accelerator_memory_gib: Decimal | None
    """Of all accelerators together; None: it has none, or the source's figure cannot be right."""
    instance_store_gb: int | None
    """Local NVMe disks together; 0: it has none. Training on a type that has them has no volume to pay for."""
    architectures: tuple[str, ...]
    """Such as ``x86_64``; empty: not known."""
