"""MC111: endpoints that are always on, do not scale, or are as large as training was."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from mlcost_ext.core.evidence import NoEvidence
from mlcost_ext.core.instance import InstanceFacts
from mlcost_ext.core.merge_patch import merged
from mlcost_ext.core.rule import Unsure
from mlcost_ext.guardrails.always_on import RULE, serverless_memory

from .launches import Remembered, endpoint_config, judged, options_of, proposal, shared, variant

DEV = {"environment": "dev"}
SCALED = {"Status": "ENABLED", "MinInstanceCount": 0, "MaxInstanceCount": 2}
ASYNCHRONOUS = {"OutputConfig": {"S3OutputPath": "s3://bucket/out"}}


def serverless(**changes: Any) -> dict[str, Any]:
    """Make a serverless variant."""
    return {"VariantName": "a", "ModelName": "m", "ServerlessConfig": {"MemorySizeInMB": 2048, "MaxConcurrency": 1, **changes}}


def subjects(request: dict[str, Any], evidence: Any = None, **options: Any) -> list[str | None]:
    return [each.subject for each in judged(RULE, "endpoint-config", request, evidence, **options)]


def test_an_endpoint_for_development_is_made_serverless() -> None:
    """With the memory of its small CPU type, at most as much as AWS gives; its other members are those of instances."""
    request = endpoint_config(variant("ml.m5.large", InitialVariantWeight=1, VolumeSizeInGB=20), tags=DEV)
    (found,) = judged(RULE, "endpoint-config", request)
    assert found.message == "It is for dev and costs day and night, called or not."
    assert found.fix is not None
    assert merged(request, found.fix)["ProductionVariants"] == [
        {
            "ModelName": "model",
            "VariantName": "all",
            "InitialVariantWeight": 1,
            "ServerlessConfig": {"MemorySizeInMB": 6144, "MaxConcurrency": 5},
        }
    ]
    assert "serverless" in found.hint


@pytest.mark.parametrize(
    "request_",
    [
        endpoint_config(variant("ml.g5.xlarge"), tags=DEV),
        endpoint_config(variant("ml.m5.xlarge"), tags=DEV),
        endpoint_config(variant("ml.c7g.large"), tags=DEV),
        endpoint_config(variant(), variant(VariantName="other"), tags=DEV),
        endpoint_config(variant(ModelName=None), tags=DEV, ExecutionRoleArn="arn:aws:iam::111122223333:role/Role"),
        endpoint_config(variant(), tags=DEV, VpcConfig={"SecurityGroupIds": ["sg-1"], "Subnets": ["subnet-1"]}),
        endpoint_config(variant(), variant(VariantName="s", ServerlessConfig={"MemorySizeInMB": 1024, "MaxConcurrency": 1},
                                           InstanceType=None, InitialInstanceCount=None), tags=DEV),
    ],
)  # fmt: skip
def test_what_cannot_be_serverless_is_said_without_a_fix(request_: dict[str, Any]) -> None:
    """GPUs, more memory, ARM, several variants, inference components, a network of one's own."""
    (found,) = judged(RULE, "endpoint-config", request_)
    assert (found.subject, found.fix, found.hint) == ("environment", None, "Delete it in the evening, or let it scale to zero.")


@pytest.mark.parametrize(
    "request_",
    [
        endpoint_config(variant()),
        endpoint_config(variant(), tags={"environment": "production"}),
        endpoint_config(variant(), tags={"team": "dev"}),
        endpoint_config(variant(ModelName=None, ManagedInstanceScaling=SCALED), tags=DEV,
                        ExecutionRoleArn="arn:aws:iam::111122223333:role/Role"),
        endpoint_config(variant(), tags={"environment": "production"}, AsyncInferenceConfig=ASYNCHRONOUS),
        endpoint_config(variant(ManagedInstanceScaling=SCALED), tags=DEV, AsyncInferenceConfig=ASYNCHRONOUS),
        endpoint_config(serverless(ProvisionedConcurrency=1), tags={"environment": "production"}),
        endpoint_config({"VariantName": "a", "ModelName": "m", "ServerlessConfig": {"MemorySizeInMB": 2048, "MaxConcurrency": 1}},
                        tags=DEV),
    ],
)  # fmt: skip
def test_what_is_needed_or_costs_nothing_while_idle_is_left_alone(request_: dict[str, Any]) -> None:
    """Production, what scales to zero, and serverless endpoints."""
    assert subjects(request_) == []


def test_an_asynchronous_endpoint_for_development_is_to_scale_to_zero() -> None:
    """Whether it is registered for that its request does not say; instances that are paid for already are no matter."""
    (found,) = judged(RULE, "endpoint-config", endpoint_config(variant(), tags=DEV, AsyncInferenceConfig=ASYNCHRONOUS))
    assert (found.subject, found.fix) == ("asynchronous", None)
    assert found.message == "It is for dev, and its instances cost day and night unless something scales them to zero."
    assert "MinCapacity of 0" in found.hint
    paid = variant(CapacityReservationConfig={"MlReservationArn": "arn:aws:sagemaker:us-east-1:111122223333:reservation/a"})
    assert subjects(endpoint_config(paid, tags=DEV, AsyncInferenceConfig=ASYNCHRONOUS)) == []


def test_provisioned_concurrency_in_development_is_left_out() -> None:
    """Of each variant that has it; a call to make the endpoint itself has nothing to change."""
    request = endpoint_config(serverless(ProvisionedConcurrency=1), tags=DEV)
    (found,) = judged(RULE, "endpoint-config", request)
    assert (found.subject, found.message) == (
        "concurrency",
        "It is for dev, and its provisioned concurrency costs day and night, called or not.",
    )
    assert found.fix is not None
    assert merged(request, found.fix)["ProductionVariants"] == [serverless()]
    stands = {"EndpointName": "a", "EndpointConfigName": "a", "EndpointConfig": request, "Tags": request["Tags"]}
    (found,) = RULE.judge(proposal("endpoint", stands), options_of(RULE))
    assert (found.subject, found.fix) == ("concurrency", None)


def test_a_default_of_the_policy_names_no_environment() -> None:
    """Nobody has said that the endpoint is for trying things out."""
    request = endpoint_config(variant(), tags=DEV)
    assert RULE.judge(proposal("endpoint-config", request, defaulted=frozenset({"environment"})), options_of(RULE)) == ()


def test_environments_are_those_of_the_policy() -> None:
    """Whatever the letter case, by either tag."""
    request = endpoint_config(variant(), tags={"Env": "Staging"})
    assert subjects(request) == []
    assert subjects(request, environments=("staging",)) == ["environment"]
    assert subjects(request, environments=()) == []


def test_several_instances_that_do_not_scale_are_said_softly() -> None:
    """Scaling of a model's variant is registered afterwards; variants that host components have it in the request."""
    (found,) = judged(RULE, "endpoint-config", endpoint_config(variant(count=3)))
    assert (found.subject, found.fix) == ("scaling", None)
    assert found.hint == "Register it with Application Auto Scaling once it is there, unless you do so already."
    role = "arn:aws:iam::111122223333:role/Role"
    hosts = endpoint_config(variant(count=3, ModelName=None), ExecutionRoleArn=role)
    (found,) = judged(RULE, "endpoint-config", hosts)
    assert found.fix is not None
    assert found.fix["ProductionVariants"][0]["ManagedInstanceScaling"] == {
        "Status": "ENABLED",
        "MinInstanceCount": 1,
        "MaxInstanceCount": 3,
    }
    off = endpoint_config(variant(count=2, ManagedInstanceScaling={**SCALED, "Status": "DISABLED"}))
    assert subjects(off) == ["scaling"]
    assert subjects(endpoint_config(variant(count=2, ManagedInstanceScaling=SCALED))) == []


def test_a_gpu_type_that_training_used_is_questioned() -> None:
    """CPU types are not, nor what training did not use."""
    told = Remembered(types=frozenset({"ml.g5.xlarge", "ml.m5.xlarge"}))
    (found,) = judged(RULE, "endpoint-config", endpoint_config(variant("ml.g5.xlarge")), told)
    assert (found.subject, found.fix) == ("type", None)
    assert found.message.startswith("ml.g5.xlarge is what your training ran on")
    assert subjects(endpoint_config(variant("ml.m5.xlarge")), told) == []
    assert subjects(endpoint_config(variant("ml.g6.xlarge")), told) == []
    assert subjects(endpoint_config(variant("ml.g5.xlarge")), NoEvidence()) == []


def test_a_create_endpoint_request_is_judged_by_its_configuration_without_a_fix() -> None:
    """Its own request names the configuration alone, which is there already."""
    config = endpoint_config(variant(), tags=DEV)
    request = {"EndpointName": "a", "EndpointConfigName": "a", "EndpointConfig": config, "Tags": config["Tags"]}
    (found,) = RULE.judge(proposal("endpoint", request), options_of(RULE))
    assert (found.subject, found.fix) == ("environment", None)
    hosts = endpoint_config(variant(count=2, ModelName=None))
    made = proposal("endpoint", {"EndpointName": "a", "EndpointConfigName": "a", "EndpointConfig": hosts})
    (found,) = RULE.judge(made, options_of(RULE))
    assert (found.subject, found.fix) == ("scaling", None)


def test_memory_of_a_serverless_variant() -> None:
    """That of the type, between AWS's least and most; of what is not known there is none."""
    facts = shared().facts.instance_facts("ml.m5.large")
    assert facts is not None

    def memory(**changes: Any) -> int | None:
        known: InstanceFacts = replace(facts, **changes)
        return serverless_memory(known)

    assert (memory(), memory(memory_gib=Decimal(4)), memory(memory_gib=Decimal("0.5"))) == (6144, 4096, 1024)
    assert memory(architectures=()) == 6144
    assert (memory(memory_gib=None), memory(accelerator_count=None), memory(architectures=("arm64",))) == (None, None, None)
    assert serverless_memory(None) is None


def test_what_training_used_cannot_be_read() -> None:
    """It is said only where nothing else is."""
    broken = Remembered(types=Unsure("The ledger cannot be read."))
    with pytest.raises(Unsure, match="ledger"):
        judged(RULE, "endpoint-config", endpoint_config(variant("ml.g5.xlarge")), broken)
    made = proposal("endpoint-config", endpoint_config(variant("ml.g5.xlarge"), tags=DEV), broken)
    assert [each.subject for each in RULE.judge(made, options_of(RULE))] == ["environment"]
