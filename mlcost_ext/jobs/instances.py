"""The instances of a job and their volumes, as usage lines."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from mlcost_ext.core.usage import UsageLine

from . import reading

InstanceGroup = tuple[str | None, int | None]
"""Type and count; None: AWS's answer lacks it."""


def instance_groups(config: Mapping[str, Any]) -> list[InstanceGroup]:
    """Give (type, count) of each group that is billed: the selected one, the groups, or the plain one.

    A count of zero is none: what is billed has instances, so their number is not known. Groups of zero beside others are none.
    """
    selected = reading.text(config, "SelectedInstanceType")
    if selected:
        told = reading.whole(config, "SelectedInstanceCount") or dict(preferences(config)).get(selected)
        return [(selected, told or reading.whole(config, "InstanceCount") or None)]
    groups = reading.structures(config, "InstanceGroups")
    groups = [group for group in groups if reading.whole(group, "InstanceCount") != 0] or groups
    return [(reading.text(g, "InstanceType"), reading.whole(g, "InstanceCount") or None) for g in groups or [config]]


def preferences(config: Mapping[str, Any]) -> list[InstanceGroup]:
    """Give (type, count) of each instance preference; the count stands with it, or once for all of them."""
    listed = reading.structures(config, "InstancePreferences")
    for_all = reading.whole(config, "InstanceCount")
    return [(reading.text(p, "InstanceType"), reading.whole(p, "InstanceCount") or for_all or None) for p in listed]


def is_undecided(config: Mapping[str, Any]) -> bool:
    """Tell whether AWS has not selected one of the instance preferences yet."""
    return bool(config.get("InstancePreferences")) and not reading.text(config, "SelectedInstanceType")


def are_known(groups: list[InstanceGroup]) -> bool:
    """Tell whether each group has its type and its count."""
    return bool(groups) and all(name is not None and count is not None for name, count in groups)


def single_type(groups: list[InstanceGroup]) -> str | None:
    """Give the type of all groups; None: they differ, or it is not told."""
    names = {name for name, _ in groups}
    return names.pop() if len(names) == 1 else None


def total_count(groups: list[InstanceGroup]) -> int | None:
    """Add the counts up; one that is missing makes the sum unknown, and so does having no group."""
    counts = [count for _, count in groups if count is not None]
    return sum(counts) if groups and len(counts) == len(groups) else None


def hour_line(instance_type: str, count: Decimal | int, region_id: str, component: str, work: str) -> UsageLine:
    """Give the line of some instances of one type, by the hour."""
    return UsageLine(
        description=f"{instance_type} {work}",
        component=component,
        instance_type=instance_type,
        region_id=region_id,
        quantity=Decimal(count),
        pricing_unit="Hours",
    )


def volume_line(volume_gb: Decimal | int, region_id: str, component: str) -> UsageLine:
    """Give the line of ML storage volumes of so many gigabytes in all."""
    return UsageLine(
        description="ML storage volume",
        component=component,
        instance_type=None,
        region_id=region_id,
        quantity=Decimal(volume_gb),
        pricing_unit="GB-Mo",
    )


def compute_lines(groups: list[InstanceGroup], region_id: str, component: str, work: str) -> tuple[UsageLine, ...]:
    """Give a line a group; none at all where a type or a count is missing, since a part would look like the whole."""
    if not are_known(groups):
        return ()
    return tuple(hour_line(name, count, region_id, component, work) for name, count in groups if name and count)


def storage_lines(
    groups: list[InstanceGroup], volume_gb: int | None, region_id: str, component: str, has_local_disk: Callable[[str], bool]
) -> tuple[UsageLine, ...] | None:
    """Give the ML storage volume of each instance that has one; None where its size is not told."""
    if not are_known(groups):
        return None
    instances = sum(count or 0 for name, count in groups if name and not has_local_disk(name))
    if not instances or volume_gb == 0:
        return ()
    return None if volume_gb is None else (volume_line(volume_gb * instances, region_id, component),)
