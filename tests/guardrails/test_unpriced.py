"""MC302: what has no price."""

from __future__ import annotations

from mlcost_ext.guardrails.unpriced import RULE

from .launch_samples import endpoint_config, objections, proposal, training
from .test_stopping_condition import automl


def of(*types):
    groups = [{"InstanceType": name, "InstanceCount": 1, "InstanceGroupName": name} for name in types]
    return proposal(training(ResourceConfig={"InstanceGroups": groups, "VolumeSizeInGB": 30}))


def test_what_has_a_price_is_fine():
    """A volume whose size or price is unknown is no part without a price in this sense."""
    assert objections(RULE, of("ml.g5.xlarge")) == ()
    resources = {"InstanceType": "ml.m5.xlarge", "InstanceCount": 1}
    launch = proposal(training(ResourceConfig=resources))
    assert launch.estimate.data_quality
    assert objections(RULE, launch) == ()


def test_the_estimates_own_words_are_used():
    """For one part; of several they are named."""
    launch = of("ml.g5.xlarge", "ml.x9.large")
    (found,) = objections(RULE, launch)
    assert (found.message, found.hint) == (launch.estimate.unpriced[0].message, launch.estimate.unpriced[0].hint)
    assert "ml.x9.large" in found.message
    assert found.fix is None
    (found,) = objections(RULE, of("ml.x9.large", "ml.x8.large"))
    assert found.message == "2 parts of it have no price: ml.x9.large training and ml.x8.large training."


def test_calls_of_a_serverless_endpoint_have_a_price():
    """They are billed one by one, and are none of what has no price; machines beside them are."""
    variant = {"VariantName": "v", "ModelName": "m", "ServerlessConfig": {"MemorySizeInMB": 2048, "MaxConcurrency": 1}}
    launch = proposal(endpoint_config(ProductionVariants=[variant]), "endpoint-config")
    assert launch.estimate.unpriced
    assert objections(RULE, launch) == ()


def test_only_the_price_of_a_named_type_is_out_of_reach():
    """What cannot be counted at all is no look-up that failed, so that a policy's `when_unsure` says nothing of it."""
    serverless = {"MemorySizeInMB": 2048, "MaxConcurrency": 1, "ProvisionedConcurrency": 1}
    variant = {"VariantName": "v", "ModelName": "m", "ServerlessConfig": serverless}
    uncounted = (
        proposal(automl(MaxCandidates=3), "automl"),
        proposal({"DomainId": "d-1", "AppType": "JupyterLab", "AppName": "default", "SpaceName": "s"}, "app"),
        proposal(endpoint_config(ProductionVariants=[variant]), "endpoint-config"),
    )
    for launch in uncounted:
        (found,) = objections(RULE, launch)
        assert not found.is_out_of_reach
    for launch in (of("ml.x9.large"), of("ml.g5.xlarge", "ml.x9.large")):
        (found,) = objections(RULE, launch)
        assert found.is_out_of_reach
