"""What a server asked of its node, and the part of the node that this is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from mlcost_ext.core.host import NodeShare
from mlcost_ext.core.instance import InstanceFacts

NUMBER = re.compile(r"[0-9]{1,18}(\.[0-9]{1,9})?")
MEMORY = re.compile(r"([0-9]{1,18}(?:\.[0-9]{1,9})?) ?([kmgt]?)i?b?", re.IGNORECASE | re.ASCII)
POWERS = {"": 0, "k": 1, "m": 2, "g": 3, "t": 4}
"""JupyterHub counts K, M, G and T by 1,024 (`jupyterhub.traitlets.ByteSpecification`)."""
GIB = 1024**3
GPU_VARIABLES = ("NVIDIA_VISIBLE_DEVICES", "AWS_NEURON_VISIBLE_DEVICES")
"""What the device plug-ins of Kubernetes put into a container that asked for devices."""
NO_DEVICE = ("", "none")
"""No device at all. With the Container Device Interface it is ``void`` whatever was asked for, which tells nothing."""
DEVICE = re.compile(r"[0-9]{1,3}|GPU-[0-9a-f-]{1,64}(::[0-9]{1,4})?", re.IGNORECASE | re.ASCII)
"""An index or a name of a whole device; a slice (``MIG-…``) is none, and ``all`` is no number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a server asked for; None: nothing that is told."""

    cpu: Fraction | None
    memory_bytes: Fraction | None
    gpus: int | None
    """0: none; None: not told in numbers."""


def request_of(env: Mapping[str, str], gpus: int | None = None) -> Request:
    """Read what JupyterHub told the server: its guarantee, else its limit, which Kubernetes then takes for the request.

    Args:
        env: The server's environment.
        gpus: What configuration says of GPUs, which rules; None: nothing.
    """
    return Request(
        cpu=first(cpu_of(env.get(name, "")) for name in ("CPU_GUARANTEE", "CPU_LIMIT")),
        memory_bytes=first(memory_of(env.get(name, "")) for name in ("MEM_GUARANTEE", "MEM_LIMIT")),
        gpus=gpus_of(env) if gpus is None else gpus,
    )


def first(values: Iterable[Fraction | None]) -> Fraction | None:
    """Give the first that asks for anything."""
    return next((value for value in values if value), None)


def cpu_of(text: str) -> Fraction | None:
    """Read a number of CPUs, or of Kubernetes' thousandths (``500m``)."""
    number = text.strip().removesuffix("m")
    if not NUMBER.fullmatch(number):
        return None
    return Fraction(number) / (1000 if text.strip().endswith("m") else 1)


def memory_of(text: str) -> Fraction | None:
    """Read a number of bytes, or one such as ``16G``."""
    found = MEMORY.fullmatch(text.strip())
    return Fraction(found[1]) * 1024 ** POWERS[found[2].lower()] if found else None


def gpus_of(env: Mapping[str, str]) -> int | None:
    """Count the devices that the container sees; None: they are not told, or not one by one."""
    told = [env[name].strip() for name in GPU_VARIABLES if name in env]
    devices = [device.strip() for text in told if text.lower() not in NO_DEVICE for device in text.split(",")]
    return len(set(devices)) if told and all(DEVICE.fullmatch(device) for device in devices) else None


def share_of(facts: InstanceFacts, request: Request) -> NodeShare | None:
    """Give the largest of the shares of CPU, memory and GPUs; it may exceed 1. None: none is told."""
    memory_gib = None if request.memory_bytes is None else request.memory_bytes / GIB
    shares = (
        part(request.cpu, facts.vcpu, "vCPU"),
        part(memory_gib, facts.memory_gib, "GiB of memory"),
        part(request.gpus, facts.accelerator_count, "Neuron devices" if facts.accelerator_kind == "neuron" else "GPUs"),
    )
    return max((share for share in shares if share), key=lambda share: share.fraction, default=None)


def part(asked: Fraction | int | None, there: Decimal | int | None, unit: str) -> NodeShare | None:
    """Give one share in numbers and words; of a node that has none of it the request is more than all."""
    if not asked or there is None:
        return None
    fraction = Fraction(asked) / Fraction(there) if there else Fraction(1) + Fraction(asked)
    return NodeShare(fraction=fraction, reason=f"{in_words(Fraction(asked))} of {in_words(Fraction(there))} {unit}")


def in_words(number: Fraction) -> str:
    """Write a number with two decimals at most."""
    return f"{float(number):.2f}".rstrip("0").rstrip(".")
