"""What a server asked of its node, and which part of the node that is."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlcost_ext.core.instance import InstanceFacts
from mlcost_ext.hosts.node_share import Request, cpu_of, gpus_of, memory_of, request_of, share_of


def facts(vcpu: int | None = 8, memory: str | None = "32", gpus: int | None = 0, kind: str | None = None) -> InstanceFacts:
    return InstanceFacts(
        instance_type="m5.2xlarge",
        vcpu=vcpu,
        memory_gib=Decimal(memory) if memory else None,
        accelerator_count=gpus,
        accelerator_kind=kind,
        accelerator_name=None,
        accelerator_memory_gib=None,
        instance_store_gb=0,
        architectures=("x86_64",),
    )


def asked(cpu: str = "", memory: str = "", gpus: int | None = 0) -> Request:
    return request_of({"CPU_GUARANTEE": cpu, "MEM_GUARANTEE": memory}, gpus)


@pytest.mark.parametrize(
    ("text", "cpus"),
    [("2", Fraction(2)), ("0.5", Fraction(1, 2)), (" 2.0 ", Fraction(2)), ("500m", Fraction(1, 2)), ("0", Fraction(0))],
)
def test_cpus(text: str, cpus: Fraction) -> None:
    """As JupyterHub writes them, or as Kubernetes does."""
    assert cpu_of(text) == cpus


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("17179869184", 16 * 1024**3),
        ("16G", 16 * 1024**3),
        ("512M", 512 * 1024**2),
        ("1.5g", 1.5 * 1024**3),
        ("8Gi", 8 * 1024**3),
    ],
)
def test_memory(text: str, size: float) -> None:
    """In bytes, or with a suffix that counts by 1,024."""
    assert memory_of(text) == size


@pytest.mark.parametrize("text", ["", "x", "-1", "1e9", "NaN", "inf", "1_0", "٣", "9" * 40, "<b>2</b>", "1 2", "None"])
def test_what_is_no_number(text: str) -> None:
    """Nothing was asked for, then."""
    assert (cpu_of(text), memory_of(text)) == (None, None)


@pytest.mark.parametrize(
    ("env", "count"),
    [
        ({}, None),
        ({"NVIDIA_VISIBLE_DEVICES": ""}, 0),
        ({"NVIDIA_VISIBLE_DEVICES": "void"}, None),
        ({"NVIDIA_VISIBLE_DEVICES": "none"}, 0),
        ({"NVIDIA_VISIBLE_DEVICES": "0"}, 1),
        ({"NVIDIA_VISIBLE_DEVICES": "0, 1,1"}, 2),
        ({"NVIDIA_VISIBLE_DEVICES": "GPU-fef8089b-4820-abfc-e83e-94318197576e"}, 1),
        ({"AWS_NEURON_VISIBLE_DEVICES": "2,3"}, 2),
        ({"NVIDIA_VISIBLE_DEVICES": "all"}, None),
        ({"AWS_NEURON_VISIBLE_DEVICES": "ALL"}, None),
        ({"NVIDIA_VISIBLE_DEVICES": "MIG-fef8089b-4820-abfc-e83e-94318197576e"}, None),
        ({"NVIDIA_VISIBLE_DEVICES": "/var/run/nvidia-container-devices"}, None),
        ({"NVIDIA_VISIBLE_DEVICES": "0,,1"}, None),
    ],
)
def test_gpus(env: dict[str, str], count: int | None) -> None:
    """Counted where each has a name; all, slices and folders are no number, and neither is what is not told."""
    assert gpus_of(env) == count


def test_a_guarantee_rules_over_a_limit_and_configuration_over_both() -> None:
    """Each by itself; a guarantee of nothing is none."""
    env = {"CPU_GUARANTEE": "1", "CPU_LIMIT": "4", "MEM_GUARANTEE": "0", "MEM_LIMIT": "2G", "NVIDIA_VISIBLE_DEVICES": "all"}
    assert request_of(env) == Request(cpu=Fraction(1), memory_bytes=Fraction(2 * 1024**3), gpus=None)
    assert request_of(env, 2).gpus == 2


@pytest.mark.parametrize(
    ("request_", "fraction", "reason"),
    [
        (asked("2", "4G"), Fraction(1, 4), "2 of 8 vCPU"),
        (asked("1", "16G"), Fraction(1, 2), "16 of 32 GiB of memory"),
        (asked("", "512M"), Fraction(1, 64), "0.5 of 32 GiB of memory"),
        (asked("2", "8G"), Fraction(1, 4), "2 of 8 vCPU"),
        (asked("9"), Fraction(9, 8), "9 of 8 vCPU"),
        (asked("1", "", 1), Fraction(2), "1 of 0 GPUs"),
    ],
)
def test_the_largest_share_counts(request_: Request, fraction: Fraction, reason: str) -> None:
    """Of CPU, memory and GPUs, with its reason in words."""
    share = share_of(facts(), request_)
    assert share is not None
    assert (share.fraction, share.reason) == (fraction, reason)


def test_one_gpu_of_four() -> None:
    """A server with one of four GPUs keeps the others from nobody."""
    share = share_of(facts(48, "192", 4, "gpu"), asked("8", "32G", 1))
    assert share is not None
    assert (share.fraction, share.reason) == (Fraction(1, 4), "1 of 4 GPUs")
    neuron = share_of(facts(48, "192", 4, "neuron"), asked("8", "32G", 1))
    assert neuron is not None
    assert neuron.reason == "1 of 4 Neuron devices"


def test_what_nobody_knows_is_no_share() -> None:
    """Nothing asked for, or nothing to compare it with."""
    assert share_of(facts(), asked()) is None
    assert share_of(facts(vcpu=None, memory=None), asked("2", "4G")) is None
    share = share_of(facts(vcpu=None), asked("8", "4G"))
    assert share is not None
    assert share.reason == "4 of 32 GiB of memory"


@given(
    st.dictionaries(
        st.sampled_from(["CPU_GUARANTEE", "CPU_LIMIT", "MEM_GUARANTEE", "MEM_LIMIT", "NVIDIA_VISIBLE_DEVICES"]), st.text()
    )
)
def test_any_environment_is_read(env: dict[str, str]) -> None:
    """No text in it stops the server from starting, and no share is below nothing."""
    share = share_of(facts(gpus=1, kind="gpu"), request_of(env))
    assert share is None or share.fraction > 0
