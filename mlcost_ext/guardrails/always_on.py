"""MC111: an endpoint that is always on where nobody needs it at night, does not scale, or is as large as training was.

Nobody needs it at night where a tag says so that somebody has given: what the policy fills in by default tells nothing. Always on
are instances, those of asynchronous endpoints too until something scales them to zero, and provisioned concurrency.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from mlcost_ext.core.instance import InstanceFacts
from mlcost_ext.core.rule import Objection, Option, OptionValue, Proposal, Rule, Unsure
from mlcost_ext.core.words import clean, listed

from .docs import docs_url
from .options import texts
from .request_parts import Part, inner, patch_of, structures, text, whole
from .work import is_accelerated

VARIANTS, SHADOWS, SCALING = "ProductionVariants", "ShadowProductionVariants", "ManagedInstanceScaling"
ASYNCHRONOUS, SERVERLESS, CONCURRENCY_KEPT = "AsyncInferenceConfig", "ServerlessConfig", "ProvisionedConcurrency"
ENVIRONMENT_TAGS = ("environment", "env")
SERVERLESS_KEYS = ("ModelName", "VariantName", "InitialVariantWeight")
"""What a serverless variant has in common with others."""
NOT_SERVERLESS = (
    ASYNCHRONOUS, "CrossRegionTrafficConfig", "DataCaptureConfig", "EnableNetworkIsolation", "ExecutionRoleArn",
    "ExplainerConfig", "KmsKeyId", "MetricsConfig", SHADOWS, "VpcConfig",
)  # fmt: skip
"""What a configuration with serverless variants cannot have
(https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints.html, "Feature exclusions")."""
MOST_MEMORY_GIB, MOST_MEMORY_MB = Decimal(8), 6144
CONCURRENCY = 5
WITHOUT_FIX = ("endpoint",)
"""Kinds whose requests only name a configuration, which is there already."""
MANAGED = "Let managed scaling take instances away while there is little to do."
AFTERWARDS = "Register it with Application Auto Scaling once it is there, unless you do so already."


def judge(proposal: Proposal, options: Mapping[str, OptionValue]) -> tuple[Objection, ...]:
    """Object to an endpoint that costs day and night for no good reason.

    Raises:
        Unsure: There is nothing else to say, and what training ran on cannot be read.
    """
    top = Part(place=(), members=proposal.request)
    if VARIANTS not in proposal.request:
        top = Part(place=("EndpointConfig",), members=inner(proposal.request, "EndpointConfig"))
    every = structures(top.members, VARIANTS, top.place)
    variants = [each for each in every if is_real_time(top, each)]
    environment = development_of(proposal, options)
    found = [*in_development(proposal, top, variants, environment), *kept_for_calls(proposal, top, every, environment)]
    found += without_scaling(proposal, variants)
    try:
        return (*found, *as_in_training(proposal, variants))
    except Unsure:
        if not found:
            raise
        return tuple(found)


def is_real_time(top: Part, variant: Part) -> bool:
    """Tell whether a variant has instances that are there whether it is called or not, and that are not paid for already."""
    own = variant.members
    is_other = any(inner(own, key) for key in (SERVERLESS, "CapacityReservationConfig"))
    return not is_other and not inner(top.members, ASYNCHRONOUS)


def environment_of(tags: Mapping[str, str]) -> str | None:
    """Give what the tags say that it is for; None: nothing."""
    return next((value for key, value in tags.items() if key.lower() in ENVIRONMENT_TAGS), None)


def least_instances(variant: Part) -> int | None:
    """Give to how few instances managed scaling brings a variant; None: it has none."""
    scaling = inner(variant.members, SCALING)
    return None if not scaling or scaling.get("Status") == "DISABLED" else whole(scaling, "MinInstanceCount")


# -- where nobody needs it at night ---------------------------------------------------------------


def development_of(proposal: Proposal, options: Mapping[str, OptionValue]) -> str | None:
    """Give the environment that somebody has named, where things are tried out in it; None: another, or none but a default."""
    given = {key: value for key, value in proposal.tags.items() if key not in proposal.defaulted}
    environment, named = environment_of(given), texts(options, "environments") or ()
    return environment if environment is not None and environment.lower() in [each.lower() for each in named] else None


def in_development(proposal: Proposal, top: Part, variants: list[Part], environment: str | None) -> Iterator[Objection]:
    """Object to an endpoint that is always on where things are tried out."""
    if environment is None or not any(least_instances(variant) != 0 for variant in variants):
        return
    fix = with_serverless(proposal, top, variants)
    serverless = "Let it be serverless, which costs nothing while nobody calls it."
    yield Objection(
        message=f"It is for {clean(environment)} and costs day and night, called or not.",
        hint=serverless if fix else "Delete it in the evening, or let it scale to zero.",
        fix=fix,
        subject="environment",
    )


def kept_for_calls(proposal: Proposal, top: Part, variants: tuple[Part, ...], environment: str | None) -> Iterator[Objection]:
    """Object to what is always there where things are tried out: asynchronous instances, provisioned concurrency."""
    if environment is None:
        return
    if inner(top.members, ASYNCHRONOUS) and any(least_instances(each) != 0 for each in variants if has_instances(each)):
        yield Objection(
            message=f"It is for {clean(environment)}, and its instances cost day and night unless something scales them to zero.",
            hint="Register it with Application Auto Scaling, with a MinCapacity of 0, unless you do so already.",
            subject="asynchronous",
        )
    provisioned = [each for each in variants if whole(inner(each.members, SERVERLESS), CONCURRENCY_KEPT)]
    if provisioned:
        changes = [((*each.place, SERVERLESS, CONCURRENCY_KEPT), None) for each in provisioned]
        yield Objection(
            message=f"It is for {clean(environment)}, and its provisioned concurrency costs day and night, called or not.",
            hint="Leave ProvisionedConcurrency out: a serverless endpoint without it costs nothing while nobody calls it.",
            fix=None if proposal.kind in WITHOUT_FIX else patch_of(proposal.request, changes),
            subject="concurrency",
        )


def has_instances(variant: Part) -> bool:
    """Tell whether a variant has instances that are not paid for already."""
    return text(variant.members, "InstanceType") is not None and not inner(variant.members, "CapacityReservationConfig")


def with_serverless(proposal: Proposal, top: Part, variants: list[Part]) -> dict[str, Any] | None:
    """Give the change that makes the one variant serverless; None: it cannot be."""
    if proposal.kind in WITHOUT_FIX:
        return None
    only = variants[0].members if len(variants) == 1 == len(structures(top.members, VARIANTS)) else {}
    memory_mb = serverless_memory(proposal.facts.instance_facts(text(only, "InstanceType") or ""))
    if memory_mb is None or "ModelName" not in only or any(top.members.get(key) for key in NOT_SERVERLESS):
        return None
    config = {"MemorySizeInMB": memory_mb, "MaxConcurrency": CONCURRENCY}
    serverless = {key: only[key] for key in SERVERLESS_KEYS if key in only} | {SERVERLESS: config}
    return patch_of(proposal.request, [((*top.place, VARIANTS), [serverless])])


def serverless_memory(facts: InstanceFacts | None) -> int | None:
    """Give the memory that does for what ran on a type: that of a small one with Intel's or AMD's processors; None: none does."""
    if facts is None or facts.accelerator_count != 0 or facts.memory_gib is None or facts.memory_gib > MOST_MEMORY_GIB:
        return None
    if facts.architectures and "x86_64" not in facts.architectures:
        return None
    return min(MOST_MEMORY_MB, max(1, int(facts.memory_gib)) * 1024)


# -- that does not scale --------------------------------------------------------------------------


def without_scaling(proposal: Proposal, variants: list[Part]) -> Iterator[Objection]:
    """Object to several instances that are all there at all hours, as far as the request says."""
    several = [each for each in variants if (whole(each.members, "InitialInstanceCount") or 0) > 1]
    fixed = [each for each in several if least_instances(each) is None]
    if not fixed:
        return
    hosts = [each for each in fixed if "ModelName" not in each.members]
    changes = [((*each.place, SCALING), scaling_of(each)) for each in hosts]
    is_fixable = len(hosts) == len(fixed) and proposal.kind not in WITHOUT_FIX
    fix = patch_of(proposal.request, changes) if is_fixable else None
    names = listed([text(each.members, "VariantName") or "?" for each in fixed])
    yield Objection(
        message=f"The request lets {names} have several instances at all hours.",
        hint=MANAGED if len(hosts) == len(fixed) else AFTERWARDS,
        fix=fix,
        subject="scaling",
    )


def scaling_of(variant: Part) -> dict[str, Any]:
    """Give a range for managed scaling, which is there for variants that host inference components."""
    return {"Status": "ENABLED", "MinInstanceCount": 1, "MaxInstanceCount": whole(variant.members, "InitialInstanceCount")}


# -- that is as large as training was -------------------------------------------------------------


def as_in_training(proposal: Proposal, variants: list[Part]) -> Iterator[Objection]:
    """Object to the accelerators that training needed: answering takes less memory, and seldom all the time.

    Raises:
        Unsure: What training ran on cannot be read.
    """
    names = {name for each in variants if (name := text(each.members, "InstanceType"))}
    accelerated = sorted(name for name in names if is_accelerated(proposal.facts.instance_facts(name)))
    same = [name for name in accelerated if name in proposal.evidence.training_types()]
    if same:
        yield Objection(
            message=f"{listed(same)} is what your training ran on; to answer calls seldom takes as much.",
            hint="Try a smaller type: a model answers with a part of the memory that its training takes.",
            subject="type",
        )


RULE = Rule(
    id="MC111",
    title="Endpoint always on",
    docs_url=docs_url("MC111"),
    practice="MLCOST05-BP01",
    kinds=("endpoint", "endpoint-config"),
    options=(
        Option(
            name="environments",
            kind="texts",
            default=("dev", "development", "test", "sandbox"),
            tighter="union",
            help="Values of the tag environment, or env, where nobody needs an endpoint day and night.",
        ),
    ),
    judge=judge,
)
