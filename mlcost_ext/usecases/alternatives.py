"""Other requests for the same work: on Spot, on another type that fits, on fewer instances, in another region.

They are candidates by facts alone (memory, accelerators, prices); what they cost is told by estimating them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mlcost_ext.core.cuda import runs_on
from mlcost_ext.core.fitting import fits, is_burstable
from mlcost_ext.core.merge_patch import merged, patch_at
from mlcost_ext.core.planned import Planned, PlannedRun
from mlcost_ext.core.ports import PriceCatalog
from mlcost_ext.core.price import price_key
from mlcost_ext.core.region import partition_of
from mlcost_ext.guardrails.request_parts import Part
from mlcost_ext.guardrails.spot_training import wait_for
from mlcost_ext.jobs.kind import Facts

SPOT = "Spot"
PRICE_ONLY = "price only; speed unknown"
MOST_TYPES = 3

RESOURCES: dict[str, tuple[str, ...]] = {
    "training": ("ResourceConfig",),
    "processing": ("ProcessingResources", "ClusterConfig"),
    "transform": ("TransformResources",),
    "tuning": ("ResourceConfig",),
    "notebook": (),
    "app": ("ResourceSpec",),
}
"""Where a request of a kind names its instances; of a tuning job its definition."""
VARIANTS = "ProductionVariants"
DEFINITION, DEFINITIONS = "TrainingJobDefinition", "TrainingJobDefinitions"
FLEXIBLE, CONFIGS = "HyperParameterTuningResourceConfig", "InstanceConfigs"
JOBS = ("training", "processing", "transform", "tuning")
WITH_SPOT = ("training", "tuning")


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A change that may be worth it."""

    title: str
    change: dict[str, Any]
    region_id: str
    basis: str
    is_other_speed: bool = False
    """Whether it may take longer or shorter: earlier runs may tell."""


def candidates(
    kind: str, request: Mapping[str, Any], planned: Planned, *, prices: PriceCatalog, facts: Facts
) -> Iterator[Candidate]:
    """Give what may be worth it, whether it is cheaper or not; of other types only those that are."""
    if len(planned.runs) != 1 or len(planned.runs[0].ways) != 1:
        return
    run = planned.runs[0]
    lines = [each for each in run.ways[0] if each.line.pricing_unit == "Hours" and each.clock != "kept"]
    if len(lines) != 1 or lines[0].is_prepaid or lines[0].line.instance_type is None:
        return
    line, region_id = lines[0].line, planned.region_id
    yield from on_spot(kind, request, run, region_id)
    for name in fitting(line.component, str(line.instance_type), region_id, prices=prices, facts=facts):
        made = facts.instance_facts(name)
        if made is not None and not runs_on(run.key.image, made):
            continue
        change = with_member(kind, request, "InstanceType", name)
        if change:
            yield Candidate(title=name, change=change, region_id=region_id, basis=PRICE_ONLY, is_other_speed=True)
    yield from on_fewer(kind, request, int(line.quantity), region_id)
    if kind in JOBS:
        yield from elsewhere(line.component, str(line.instance_type), region_id, prices)


def on_spot(kind: str, request: Mapping[str, Any], run: PlannedRun, region_id: str) -> Iterator[Candidate]:
    """Give the same on managed Spot, where it can be: not with kept instances, which AWS refuses together."""
    limit = run.max_runtime_in_seconds
    if kind not in WITH_SPOT or run.is_spot or run.keep_alive_seconds or limit is None:
        return
    wait = wait_for(Part(place=(), members=definition_of(request) if kind == "tuning" else request), limit)
    if wait is None:
        return
    condition = {"MaxRuntimeInSeconds": limit, "MaxWaitTimeInSeconds": wait}
    change: dict[str, Any] = {"EnableManagedSpotTraining": True, "StoppingCondition": condition}
    if kind == "tuning":
        change = in_definition(request, change)
    yield Candidate(title="managed Spot", change=change, region_id=region_id, basis=SPOT)


def on_fewer(kind: str, request: Mapping[str, Any], count: int, region_id: str) -> Iterator[Candidate]:
    """Give the same on half the instances."""
    if count < 2:
        return
    fewer = count // 2
    stands = VARIANTS in request
    change = with_member(kind, request, "InitialInstanceCount" if stands else "InstanceCount", fewer)
    if change:
        basis = "price only; it takes fewer calls at once" if stands else "price only, at the same runtime; speed unknown"
        yield Candidate(
            title=f"{fewer} instance{'s' if fewer > 1 else ''}",
            change=change,
            region_id=region_id,
            basis=basis,
            is_other_speed=True,
        )


def elsewhere(component: str, instance_type: str, region_id: str, prices: PriceCatalog) -> Iterator[Candidate]:
    """Give the cheapest region of the same part of the world, where it is another."""
    area = region_id.split("-", 1)[0] + "-"
    found = []
    for other in prices.regions():
        if other.startswith(area) and partition_of(other) == partition_of(region_id):
            price = prices.unit_price(price_key(other, component, instance_type))
            if price is not None:
                found.append((price.unit_price, other != region_id, other))
    if found and (cheapest := min(found))[1]:
        basis = "price only; its data and image have to be there too"
        yield Candidate(title=f"in {cheapest[2]}", change={}, region_id=cheapest[2], basis=basis)


def with_member(kind: str, request: Mapping[str, Any], name: str, value: object) -> dict[str, Any] | None:
    """Give the patch that sets a member of the request's instances; None: the request has no single place for it."""
    variants = request.get(VARIANTS)
    if isinstance(variants, (list, tuple)):
        if len(variants) != 1 or not isinstance(variants[0], Mapping) or request.get("ShadowProductionVariants"):
            return None
        return {VARIANTS: [{**variants[0], name: value}]}
    if kind == "tuning":
        return in_definition(request, on_instances(definition_of(request), name, value))
    path = RESOURCES.get(kind)
    return None if path is None else patch_at((*path, name), value)


def definition_of(request: Mapping[str, Any]) -> Mapping[str, Any]:
    """Give the one definition of a tuning job's training jobs."""
    listed = request.get(DEFINITIONS)
    found: Mapping[str, Any] = listed[0] if listed else request[DEFINITION]
    return found


def in_definition(request: Mapping[str, Any], change: dict[str, Any]) -> dict[str, Any]:
    """Give the patch that changes the one definition; where it stands in a list, it carries all of it, as a list is replaced."""
    return {DEFINITIONS: [merged(definition_of(request), change)]} if request.get(DEFINITIONS) else {DEFINITION: change}


def on_instances(definition: Mapping[str, Any], name: str, value: object) -> dict[str, Any]:
    """Give the patch of a definition that sets a member of its instances, which stand in one of three places."""
    flexible = definition.get(FLEXIBLE)
    if not flexible:
        return patch_at((*RESOURCES["tuning"], name), value)
    configs = flexible.get(CONFIGS)
    return {FLEXIBLE: {CONFIGS: [{**configs[0], name: value}]}} if configs else {FLEXIBLE: {name: value}}


def fitting(component: str, instance_type: str, region_id: str, *, prices: PriceCatalog, facts: Facts) -> list[str]:
    """Give the cheapest types that have what this one has, one of each family, the cheapest first; none that is dearer."""
    own = facts.instance_facts(instance_type)
    price = prices.unit_price(price_key(region_id, component, instance_type))
    if own is None or price is None:
        return []
    found = []
    for name in prices.instance_types(region_id, component):
        other_price = prices.unit_price(price_key(region_id, component, name))
        if other_price is None or other_price.unit_price >= price.unit_price or name == instance_type:
            continue
        other = facts.instance_facts(name)
        if other is not None and fits(own, other) and (is_burstable(instance_type) or not is_burstable(name)):
            found.append((other_price.unit_price, name))
    by_family: dict[str, str] = {}
    for _, name in sorted(found):
        by_family.setdefault(name.rsplit(".", 1)[0], name)
    return list(by_family.values())[:MOST_TYPES]


def cheaper(component: str, instance_type: str, region_id: str, prices: PriceCatalog) -> list[str]:
    """Give all types with a lower price there, whatever they have, the cheapest first; none where its own is not known."""
    price = prices.unit_price(price_key(region_id, component, instance_type))
    if price is None:
        return []
    names = prices.instance_types(region_id, component)
    found = [(other.unit_price, name) for name in names if (other := prices.unit_price(price_key(region_id, component, name)))]
    return [name for amount, name in sorted(found) if amount < price.unit_price]


def priced(component: str, region_id: str, prices: PriceCatalog) -> list[str]:
    """Give all types with a price there, the cheapest first."""
    names = prices.instance_types(region_id, component)
    found = [(other.unit_price, name) for name in names if (other := prices.unit_price(price_key(region_id, component, name)))]
    return [name for _, name in sorted(found)]
