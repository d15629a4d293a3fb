"""Endpoints: what DescribeEndpoint and its configuration tell, as what it costs an hour as things stand.

Real-time and asynchronous variants are billed for each instance there is, called or not; a variant of zero instances costs
nothing. Billed are the hours in service: while it is created nothing is counted yet, and nothing once it has failed or is
being deleted. AWS does not tell since when the present instances are there, so there is a rate and no sum.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from mlcost_ext.core.job import Problem
from mlcost_ext.core.standing import Part, Standing
from mlcost_ext.core.usage import UsageLine

from . import reading
from .endpoint_component import component_parts
from .endpoint_use import LookedUp, last_use_of_all
from .endpoint_variant import Surroundings, Variant, VariantKind, pending_lines, read_variant
from .kind import Facts, StandingKind
from .problem import standing_unreadable

IN_SERVICE = ("InService", "Updating", "SystemUpdating", "RollingBack", "UpdateRollbackFailed", "OutOfService")
"""Statuses in which there may be instances; of one that is out of service AWS tells how many there are."""
NOT_BILLED = ("Creating", "Failed", "Deleting")
CAN_BE_DELETED = ("InService", "Failed", "OutOfService", "UpdateRollbackFailed")
"""AWS takes no delete while it is at work on the endpoint."""
VARIANTS: tuple[tuple[VariantKind, str], ...] = (
    ("variant", "ProductionVariants"),
    ("shadow_variant", "ShadowProductionVariants"),
)


def read(description: Mapping[str, Any], facts: Facts) -> Standing:
    """Turn a description into a Standing.

    Args:
        description: DescribeEndpoint's answer or Search's Endpoint, times as ISO text, joined with its `EndpointConfig`, its
            `InferenceComponents` and its `LastUse`; anything may be missing.
        facts: What instance types have.
    """
    name = reading.text(description, "EndpointName") or ""
    status = reading.text(description, "EndpointStatus") or "Unknown"
    looked_up = LookedUp.of(reading.inner(description, "LastUse"))
    around = surroundings_of(description, name, status, facts)
    variants = read_variants(description, around, looked_up)
    parts = [variant.part if status in IN_SERVICE else replace(variant.part, lines=()) for variant in variants]
    compute, kept, problems = costs(name, status, variants, pending_lines(description, status, around.component))
    last_use, last_used_at = last_use_of_all(parts)
    return Standing(
        kind="endpoint",
        name=name,
        region_id=reading.text(description, "region_id") or "",
        resource_id=reading.text(description, "EndpointArn"),
        status=status,
        is_costing=compute != (),
        can_end=status in CAN_BE_DELETED,
        mode=mode_of(parts),
        created_at=reading.time(description, "CreationTime"),
        modified_at=reading.time(description, "LastModifiedTime"),
        instance_type=single_type(parts),
        instance_count=total_count(parts),
        compute=compute,
        kept=kept,
        parts=(*parts, *component_parts(description, parts, facts)),
        last_use=last_use,
        last_used_at=last_used_at,
        failure_reason=reading.text(description, "FailureReason"),
        tags=reading.tags(description),
        problems=problems,
    )


def surroundings_of(description: Mapping[str, Any], name: str, status: str, facts: Facts) -> Surroundings:
    """Give what is true of all variants of an endpoint."""
    config = reading.inner(description, "EndpointConfig")
    is_async = config.get("IsAsync") is True or has_async(description) or has_async(config)
    return Surroundings(
        endpoint=name,
        region_id=reading.text(description, "region_id") or "",
        mode="asynchronous" if is_async else "real-time" if config else None,
        is_mixed=status == "UpdateRollbackFailed",
        is_config_read=bool(config),
        has_local_disk=facts.has_local_disk,
    )


def has_async(source: Mapping[str, Any]) -> bool:
    """Tell whether an `AsyncInferenceConfig` stands there; the reader hands on that there is one, and nothing of it."""
    return isinstance(source.get("AsyncInferenceConfig"), Mapping)


def read_variants(description: Mapping[str, Any], around: Surroundings, looked_up: LookedUp) -> list[Variant]:
    """Give its variants: those AWS says there are, or until there are any those of its configuration."""
    config = reading.inner(description, "EndpointConfig")
    found = []
    for kind, key in VARIANTS:
        configured = {reading.text(x, "VariantName"): x for x in reading.structures(config, key)}
        present = reading.structures(description, key) or [{"VariantName": name} for name in configured]
        for summary in present:
            variant_name = reading.text(summary, "VariantName")
            found.append(
                read_variant(kind, summary, configured.get(variant_name, {}), around, looked_up.of_variant(variant_name))
            )
    return found


def costs(
    name: str, status: str, variants: list[Variant], pending: tuple[UsageLine, ...]
) -> tuple[tuple[UsageLine, ...] | None, tuple[UsageLine, ...] | None, tuple[Problem, ...]]:
    """Give what accrues, which volumes there are, and what is lacking; None: not known."""
    if status in NOT_BILLED:
        return (), (), ()
    if status not in IN_SERVICE:
        return None, None, (standing_unreadable(name, f"its status {status!r} is not one we know"),)
    if not variants:
        return None, None, (standing_unreadable(name, "AWS's answer lacks its variants"),)
    problems = tuple(dict.fromkeys(problem for variant in variants for problem in variant.problems))
    compute = joined([variant.compute for variant in variants])
    return None if compute is None else (*compute, *pending), joined([variant.kept for variant in variants]), problems


def joined(lines: list[tuple[UsageLine, ...] | None]) -> tuple[UsageLine, ...] | None:
    """Put lines together; those of one that are not known make all of them unknown."""
    known = [of_one for of_one in lines if of_one is not None]
    return tuple(line for of_one in known for line in of_one) if len(known) == len(lines) else None


def mode_of(parts: list[Part]) -> str | None:
    """Give the mode of all variants, or ``mixed``; None: not known."""
    modes = {part.mode for part in parts}
    return "mixed" if len(modes) > 1 else next(iter(modes), None)


def single_type(parts: list[Part]) -> str | None:
    """Give the one type of all variants that have instances; None: there are several, or it is not known."""
    types = {part.instance_type for part in parts if part.mode != "serverless"}
    return types.pop() if len(types) == 1 else None


def total_count(parts: list[Part]) -> int | None:
    """Add the instances of all variants up; None: not known, or it has none by its nature."""
    counts = [part.instance_count for part in parts if part.mode != "serverless"]
    known = [count for count in counts if count is not None]
    return sum(known) if counts and len(known) == len(counts) else None


KIND = StandingKind(name="endpoint", title="Endpoints", read=read)
