"""Endpoint configurations: what CreateEndpointConfig asks for, as what an endpoint costs that uses it.

Real-time and asynchronous variants are billed for each instance, called or not, until somebody deletes the endpoint; shadow
variants as well (https://docs.aws.amazon.com/sagemaker/latest/dg/shadow-tests.html).
"""

from __future__ import annotations

from mlcost_ext.core.job import Problem
from mlcost_ext.core.planned import Planned, PlannedRun, Way
from mlcost_ext.jobs.kind import Facts

from . import wrong
from .asked import Asked
from .kind import RequestKind
from .variant import Hosting, Variant, read_variant

MOST_VARIANTS = 10
MOST_WAYS = 125
"""Of variants with pools together: five pools of three variants. Of further variants the first pool alone is counted."""
UNTIL_DELETED = "The configuration costs nothing by itself; counted is an endpoint that uses it, until somebody deletes it."
BY_CALLS = "A serverless endpoint without provisioned concurrency costs by its calls alone, and nothing while nobody calls it."
DATA = "Data that goes in and out of the endpoint is not counted."
POOLS_LEFT_OUT = Problem(
    code="pools_left_out",
    message="The variants have more combinations of instance pools than are counted: of some variants only the first pool is.",
    hint="Estimate the variants one by one.",
)


def read(request: Asked, region_id: str, facts: Facts) -> Planned:
    """Turn a request into planned usage.

    Raises:
        UsageError: It is wrong.
    """
    return planned_endpoint("endpoint-config", request, region_id, facts, (UNTIL_DELETED, DATA))


def planned_endpoint(kind: str, config: Asked, region_id: str, facts: Facts, assumptions: tuple[str, ...]) -> Planned:
    """Give what an endpoint with this configuration uses.

    Raises:
        UsageError: It is wrong.
    """
    production = config.structures("ProductionVariants", MOST_VARIANTS)
    if not production:
        raise wrong.missing(config.place("ProductionVariants"), "ProductionVariants", "a list", config.members)
    shadows = config.structures("ShadowProductionVariants", MOST_VARIANTS)
    component = "AsyncInf" if config.inner("AsyncInferenceConfig").members else "Hosting"
    hosting = Hosting(component=component, region_id=region_id, facts=facts)
    variants = [read_variant(variant, hosting) for variant in (*production, *shadows)]
    ways, is_cut = _combined(variants)
    if all(way == () for way in ways):
        assumptions = (BY_CALLS, DATA)
    shadowed = ("Shadow variants are billed like the others.",) if shadows else ()
    return Planned(
        kind=kind,
        region_id=region_id,
        runs=(PlannedRun(ways=ways, is_open_ended=True),),
        assumptions=tuple(dict.fromkeys((*assumptions, *shadowed, *(x for each in variants for x in each.assumptions)))),
        unpriced=tuple(dict.fromkeys(problem for each in variants for problem in each.unpriced)),
        notes=(*(note for each in variants for note in each.notes), *((POOLS_LEFT_OUT,) if is_cut else ())),
    )


def _combined(variants: list[Variant]) -> tuple[tuple[Way, ...], bool]:
    """Give each way of all variants together, and whether some were left out since there are too many."""
    ways: tuple[Way, ...] = ((),)
    is_cut = False
    for variant in variants:
        is_too_many = len(ways) * len(variant.ways) > MOST_WAYS
        is_cut |= is_too_many
        ways = tuple((*way, *more) for way in ways for more in (variant.ways[:1] if is_too_many else variant.ways))
    return ways, is_cut


KIND = RequestKind(
    name="endpoint-config",
    title="Endpoint configurations",
    operations=("CreateEndpointConfig",),
    marks=("ProductionVariants", "EndpointConfigName"),
    read=read,
)
