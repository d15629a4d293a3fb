"""What instance types are made of."""

from __future__ import annotations

from decimal import Decimal

import pytest

from mlcost_ext.core.instance import InstanceFacts
from mlcost_ext.prices import Snapshot
from mlcost_ext.prices.instances import instance_facts
from mlcost_ext.prices.snapshot import read_shipped


def test_a_gpu_machine() -> None:
    """Everything that AWS's description has."""
    assert instance_facts("ml.g4dn.12xlarge") == InstanceFacts(
        instance_type="ml.g4dn.12xlarge",
        vcpu=48,
        memory_gib=Decimal(192),
        accelerator_count=4,
        accelerator_kind="gpu",
        accelerator_name="NVIDIA T4",
        accelerator_memory_gib=Decimal(64),
        instance_store_gb=900,
        architectures=("x86_64",),
    )


def test_its_twin_of_ec2() -> None:
    """The same machine under EC2's name."""
    facts = instance_facts("m5.xlarge")
    assert facts is not None
    assert (facts.instance_type, facts.vcpu, facts.memory_gib) == ("m5.xlarge", 4, Decimal(16))
    assert (facts.accelerator_count, facts.accelerator_name, facts.accelerator_memory_gib) == (0, None, None)


@pytest.mark.parametrize(
    ("instance_type", "known"),
    [
        ("ml.p2.xlarge", {"vcpu": None, "memory_gib": None, "accelerator_count": 1, "instance_store_gb": None}),
        ("ml.p6e-gb200.36xlarge", {"vcpu": None, "accelerator_count": None, "architectures": ()}),
        ("ml.trn2.48xlarge", {"accelerator_count": 16, "accelerator_memory_gib": None}),
        ("ml.c4.large", {"memory_gib": Decimal("3.75"), "instance_store_gb": 0}),
        ("ml.m8g.large", {"architectures": ("arm64",)}),
        ("ml.inf2.24xlarge", {"accelerator_kind": "neuron", "accelerator_count": 6}),
    ],
)
def test_unknown_is_not_zero(instance_type: str, known: dict[str, object]) -> None:
    """What no source says, or says wrongly, is None; a machine without accelerators has none."""
    facts = instance_facts(instance_type)
    assert facts is not None
    assert {name: getattr(facts, name) for name in known} == known


@pytest.mark.parametrize("instance_type", ["", "ml.", "ml.z9.xlarge", "z9.xlarge", "ml.ml.m5.xlarge", "system"])
def test_nobody_has_described_it(instance_type: str) -> None:
    """None, for the snapshot too; and no local disk is made up."""
    assert instance_facts(instance_type) is None
    assert Snapshot().instance_facts(instance_type) is None
    assert not Snapshot().has_local_disk(instance_type)


def test_every_type_can_be_read() -> None:
    """Whole numbers or nothing; no count or size is negative, no memory is zero."""
    types = read_shipped("instances.json")["types"]
    assert len(types) > 400
    for instance_type in types:
        facts = Snapshot().instance_facts(instance_type)
        assert facts is not None
        assert facts.vcpu is None or facts.vcpu > 0
        assert facts.memory_gib is None or facts.memory_gib > 0
        assert facts.accelerator_memory_gib is None or (facts.accelerator_memory_gib > 0 and facts.accelerator_count)
        assert (facts.accelerator_count or 0) >= 0
        assert (facts.accelerator_kind is None) == (not facts.accelerator_count)
