"""One variant of an endpoint configuration: its instances with their volumes, or what a serverless one keeps ready."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from mlcost_ext.core.errors import UsageError
from mlcost_ext.core.job import Problem
from mlcost_ext.core.planned import PlannedLine, Way
from mlcost_ext.core.usage import UsageLine
from mlcost_ext.jobs.endpoint_variant import provisioned_line
from mlcost_ext.jobs.instances import hour_line, volume_line
from mlcost_ext.jobs.kind import Facts

from . import wrong
from .asked import Asked
from .notes import accelerators_unknown, volume_unknown

MOST_POOLS = 5
MOST_VOLUME_GB = 512
LEAST_MEMORY_MB, MOST_MEMORY_MB = 1024, 6144
MOST_PROVISIONED = 200
PER_REQUEST = Problem(
    code="serverless_per_request",
    message="Calls of a serverless variant are billed one by one, by their time and memory: what they cost is not in the figure.",
    hint="Multiply calls, seconds and gigabytes with AWS's price; without calls it costs nothing but provisioned concurrency.",
)

POOLS = "All instances of a variant with pools are counted as of one pool; AWS may mix them, at a cost in between."
SCALED = "Counted are the instances a variant starts with; managed scaling may change their number."
STARTED = "A variant without InitialInstanceCount is taken to start with as few as managed scaling retains, one at least."
PREPAID = "Hours on a capacity reservation add nothing: it was paid up front."
COMPONENTS = "A variant without a model hosts inference components, which cost nothing beside its instances."


@dataclass(frozen=True, slots=True, kw_only=True)
class Hosting:
    """What is true of all variants."""

    component: str
    """AWS's price component of their instances."""
    region_id: str
    facts: Facts


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """A variant as it was understood."""

    ways: tuple[Way, ...]
    """One, or one for each of its instance pools."""
    unpriced: tuple[Problem, ...] = ()
    notes: tuple[Problem, ...] = ()
    assumptions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """How many instances a variant starts with, and between which numbers AWS may bring them."""

    count: int
    least: int | None
    most: int | None


def read_variant(variant: Asked, hosting: Hosting) -> Variant:
    """Read a variant.

    Raises:
        UsageError: It is wrong.
    """
    if variant.inner("ServerlessConfig").members:
        return _serverless(variant, hosting)
    types = _types_of(variant)
    scale = _scale_of(variant)
    volume_gb = variant.whole("VolumeSizeInGB", most=MOST_VOLUME_GB)
    is_prepaid = variant.inner("CapacityReservationConfig").text("MlReservationArn") is not None
    ways = tuple(_way_of(name, scale, volume_gb, is_prepaid, hosting) for name in types)
    is_told = volume_gb is not None or all(map(hosting.facts.has_local_disk, types))
    why = "AWS attaches one of a size of its own choice where none is asked for"
    told = (
        (len(types) > 1, POOLS),
        (scale.least is not None or scale.most is not None, SCALED),
        (not variant.has("InitialInstanceCount"), STARTED),
        (is_prepaid, PREPAID),
        (not variant.has("ModelName"), COMPONENTS),
    )
    return Variant(
        ways=ways,
        unpriced=accelerators_unknown([name] if (name := variant.text("AcceleratorType")) else []),
        notes=() if is_told else (volume_unknown(variant.place("VolumeSizeInGB"), why),),
        assumptions=tuple(sentence for holds, sentence in told if holds),
    )


def _types_of(variant: Asked) -> list[str]:
    """Give its instance type, or those of its pools, by priority: AWS falls back from one to the next.

    See https://docs.aws.amazon.com/sagemaker/latest/dg/realtime-endpoints-heterogeneous.html.
    """
    pools = variant.structures("InstancePools", MOST_POOLS)
    if not pools:
        return [variant.instance_type()]
    if variant.has("InstanceType"):
        raise wrong.not_together(variant.place("InstancePools"), variant.place("InstanceType"), "Leave one of them.")
    ranked = sorted(pools, key=lambda pool: pool.whole("Priority", most=MOST_POOLS) or MOST_POOLS)
    return list(dict.fromkeys(pool.instance_type() for pool in ranked))


def _scale_of(variant: Asked) -> Scale:
    """Give how many instances there are, and between which numbers managed scaling may bring them.

    With managed scaling their number may be missing: it is then taken to be the fewest that are retained, and one at least.

    Raises:
        UsageError: These numbers are wrong, or contradict each other.
    """
    scaling = variant.inner("ManagedInstanceScaling")
    if scaling.text("Status") == "DISABLED":
        return Scale(count=variant.needed_whole("InitialInstanceCount"), least=None, most=None)
    least, most = scaling.whole("MinInstanceCount", least=0), scaling.whole("MaxInstanceCount")
    is_told = variant.has("InitialInstanceCount") or (least is None and most is None)
    count = variant.needed_whole("InitialInstanceCount") if is_told else max(1, least or 0)
    place = variant.place("InitialInstanceCount") if is_told else scaling.place("MinInstanceCount")
    wished = f"the {count} of {place}"
    if most is not None and most < count:
        raise UsageError(f"{scaling.place('MaxInstanceCount')} is {most}, less than {wished}.", f"Write at least {count}.")
    if least is not None and least > count:
        raise UsageError(f"{scaling.place('MinInstanceCount')} is {least}, more than {wished}.", f"Write at most {count}.")
    return Scale(count=count, least=least, most=most)


def _way_of(name: str, scale: Scale, volume_gb: int | None, is_prepaid: bool, hosting: Hosting) -> Way:
    """Give the lines of all instances of one type: the instances, and the volumes of those without a disk of their own."""
    region_id = hosting.region_id
    compute = _scaled(hour_line(name, scale.count, region_id, hosting.component, "hosting"), 1, scale, is_prepaid)
    if volume_gb is None or hosting.facts.has_local_disk(name):
        return (compute,)
    volume = volume_line(volume_gb * scale.count, region_id, "Storage-Hosting")
    return compute, _scaled(volume, volume_gb, scale, False)


def _scaled(line: UsageLine, each: int, scale: Scale, is_prepaid: bool) -> PlannedLine:
    """Give a line with what its quantity may be brought to: so much of it for each instance."""
    least, most = (None if count is None else Decimal(count * each) for count in (scale.least, scale.most))
    return PlannedLine(line=line, clock="always", is_prepaid=is_prepaid, at_least=least, at_most=most)


def _serverless(variant: Asked, hosting: Hosting) -> Variant:
    """Read a serverless variant: its calls are billed one by one, and provisioned concurrency for as long as it is there."""
    config = variant.inner("ServerlessConfig")
    memory_mb = config.needed_whole("MemorySizeInMB", LEAST_MEMORY_MB, MOST_MEMORY_MB)
    provisioned = config.whole("ProvisionedConcurrency", most=MOST_PROVISIONED)
    if provisioned is None:
        return Variant(ways=((),), unpriced=(PER_REQUEST,))
    line = provisioned_line(provisioned, memory_mb, hosting.region_id)
    return Variant(ways=((PlannedLine(line=line, clock="always"),),), unpriced=(PER_REQUEST,))
