"""One variant of an endpoint: which instances, volumes or serverless capacity it keeps."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from mlcost_ext.core.job import Problem
from mlcost_ext.core.standing import Part
from mlcost_ext.core.usage import UsageLine

from . import reading
from .endpoint_use import Use
from .instances import InstanceGroup, hour_line, single_type, total_count, volume_line
from .problem import prepaid, standing_unreadable, volume_unknown

VariantKind = Literal["variant", "shadow_variant"]
MIB_A_GIB = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What is true of all variants of an endpoint."""

    endpoint: str
    region_id: str
    mode: str | None
    """Of those with instances; None: the configuration could not be read."""
    is_mixed: bool
    """Its instances are those of two configurations (``UpdateRollbackFailed``)."""
    is_config_read: bool
    has_local_disk: Callable[[str], bool]

    @property
    def component(self) -> str:
        """AWS's price component of its instances."""
        return "AsyncInf" if self.mode == "asynchronous" else "Hosting"


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """A variant with what it uses in service."""

    part: Part
    compute: tuple[UsageLine, ...] | None
    kept: tuple[UsageLine, ...] | None
    problems: tuple[Problem, ...] = ()


def read_variant(
    kind: VariantKind, summary: Mapping[str, Any], config: Mapping[str, Any], around: Surroundings, use: Use
) -> Variant:
    """Read one variant.

    Args:
        kind: Whether it is a shadow of another.
        summary: What DescribeEndpoint tells of it.
        config: What its configuration tells of it; empty: nothing.
        around: What is true of all variants.
        use: When it was last called.
    """
    serverless = reading.inner(summary, "CurrentServerlessConfig") or reading.inner(config, "ServerlessConfig")
    if serverless:
        return serverless_variant(kind, summary, serverless, around, use)
    groups = groups_of(summary, config, around)
    there = [group for group in groups if group[1] != 0]
    compute, problems = instance_lines(there, around)
    if compute and is_reserved(summary, config):
        compute, problems = (), (*problems, prepaid(around.endpoint))
    kept = volume_lines(there, reading.whole(config, "VolumeSizeInGB"), around)
    if kept is None and compute is not None:
        problems = (*problems, volume_unknown(around.endpoint))
    part = Part(
        name=reading.text(summary, "VariantName") or "",
        kind=kind,
        mode=around.mode,
        instance_type=single_type(groups),
        instance_count=total_count(groups),
        lines=compute or (),
        last_use=use[0],
        last_used_at=use[1],
        status=status_of(summary),
    )
    return Variant(part=part, compute=compute, kept=kept, problems=problems)


def groups_of(summary: Mapping[str, Any], config: Mapping[str, Any], around: Surroundings) -> list[InstanceGroup]:
    """Give (type, count) of its instances by pool, or of all of them; here a count of zero is zero."""
    pools = reading.structures(summary, "InstancePools")
    if pools:
        return [(reading.text(pool, "InstanceType"), reading.whole(pool, "CurrentInstanceCount")) for pool in pools]
    instance_type = None if around.is_mixed else reading.text(config, "InstanceType")
    return [(instance_type, reading.whole(summary, "CurrentInstanceCount"))]


def instance_lines(there: list[InstanceGroup], around: Surroundings) -> tuple[tuple[UsageLine, ...] | None, tuple[Problem, ...]]:
    """Give the lines of its instances; None with its reason where a type or a count is missing."""
    lines = [hour_line(name, count, around.region_id, around.component, "hosting") for name, count in there if name and count]
    if len(lines) == len(there):
        return tuple(lines), ()
    if any(count is None for _, count in there):
        return None, (standing_unreadable(around.endpoint, "AWS's answer lacks how many instances it has"),)
    if around.is_mixed:
        return None, (standing_unreadable(around.endpoint, "its instances are those of two configurations"),)
    if around.is_config_read:
        return None, (standing_unreadable(around.endpoint, "its configuration lacks an instance type"),)
    return None, (config_unread(around.endpoint),)


def config_unread(name: str) -> Problem:
    return Problem(
        code="endpoint_config_unread",
        message=f"What {name or 'an endpoint'} costs is unknown: its configuration, which has the instance type, was not read.",
        hint="Allow sagemaker:DescribeEndpointConfig; if the configuration was deleted, only AWS's bill has the type.",
        subject=name,
    )


def is_reserved(summary: Mapping[str, Any], config: Mapping[str, Any]) -> bool:
    """Tell whether its instances are those of a reservation that was paid up front (`CapacityReservationConfig`)."""
    found = (reading.inner(source, "CapacityReservationConfig") for source in (summary, config))
    return any(reading.text(reservation, "MlReservationArn") for reservation in found)


def volume_lines(there: list[InstanceGroup], volume_gb: int | None, around: Surroundings) -> tuple[UsageLine, ...] | None:
    """Give the volumes of its instances; AWS attaches one of its own choice where no size was asked for, and tells nobody.

    None: it is not known which instances there are, or how large their volumes are. Types with an own disk have none.
    """
    if any(name is None or count is None for name, count in there):
        return None
    instances = sum(count or 0 for name, count in there if name and not around.has_local_disk(name))
    if not instances:
        return ()
    return (volume_line(volume_gb * instances, around.region_id, "Storage-Hosting"),) if volume_gb else None


def serverless_variant(
    kind: VariantKind, summary: Mapping[str, Any], config: Mapping[str, Any], around: Surroundings, use: Use
) -> Variant:
    """Read a serverless variant: only provisioned concurrency costs while nobody calls."""
    memory_mb = reading.whole(config, "MemorySizeInMB") or None
    provisioned = reading.whole(config, "ProvisionedConcurrency")
    compute: tuple[UsageLine, ...] | None = ()
    problems: tuple[Problem, ...] = (per_request(around.endpoint),)
    if provisioned:
        compute = None if memory_mb is None else (provisioned_line(provisioned, memory_mb, around.region_id),)
    if compute is None:
        problems = (*problems, standing_unreadable(around.endpoint, "AWS's answer lacks its memory size"))
    part = Part(
        name=reading.text(summary, "VariantName") or "",
        kind=kind,
        mode="serverless",
        instance_type=None,
        instance_count=None,
        lines=compute or (),
        last_use=use[0],
        last_used_at=use[1],
        memory_size_mb=memory_mb,
        max_concurrency=reading.whole(config, "MaxConcurrency"),
        provisioned_concurrency=provisioned,
        status=status_of(summary),
    )
    return Variant(part=part, compute=compute, kept=(), problems=problems)


def provisioned_line(concurrency: int, memory_mb: int, region_id: str) -> UsageLine:
    """Give what provisioned concurrency keeps ready each second: concurrency × memory."""
    return UsageLine(
        description=f"provisioned concurrency of {concurrency} with {memory_mb} MB",
        component="Serverless",
        instance_type=None,
        region_id=region_id,
        quantity=Decimal(concurrency * memory_mb) / MIB_A_GIB,
        pricing_unit="GB-Seconds",
        purchase_option="Provisioned",
    )


def per_request(name: str) -> Problem:
    return Problem(
        code="serverless_per_request",
        message=f"Calls of {name or 'an endpoint'} are billed one by one (serverless); shown is what it costs without any.",
        hint="AWS's bill has the calls; CloudWatch's Invocations and ModelLatency say how many and how long.",
        subject=name,
    )


def status_of(summary: Mapping[str, Any]) -> str | None:
    """Give the stage of a deployment that a variant is in; None: there is none."""
    listed = reading.structures(summary, "VariantStatus")
    return reading.text(listed[-1], "Status") if listed else None


def pending_lines(description: Mapping[str, Any], status: str, component: str) -> tuple[UsageLine, ...]:
    """Give the instances of a deployment under way, which are there besides the present ones, as far as they are told."""
    pending = reading.inner(description, "PendingDeploymentSummary") if status in ("Updating", "RollingBack") else {}
    keys = ("ProductionVariants", "ShadowProductionVariants")
    region_id = reading.text(description, "region_id") or ""
    groups = [
        (reading.text(source, "InstanceType"), reading.whole(source, "CurrentInstanceCount"))
        for key in keys
        for variant in reading.structures(pending, key)
        for source in reading.structures(variant, "InstancePools") or [variant]
    ]
    return tuple(
        hour_line(name, count, region_id, component, "hosting, being deployed") for name, count in groups if name and count
    )
