"""MC101: which cost is held against the limit, and what brings it down."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlcost_ext.core.merge_patch import merged
from mlcost_ext.core.rule import Unsure
from mlcost_ext.guardrails.list_cost_limit import RULE, judged_cost

from .launch_samples import (
    DAY,
    FORECAST,
    HOUR,
    LATEST,
    definition,
    endpoint_config,
    faults_of,
    fixed,
    objections,
    processing,
    proposal,
    several,
    training,
    tuning,
)

LIMIT, MONTH = "limit_list_cost", "limit_list_cost_per_month"
FEW = {"ml.g5.xlarge": replace(FORECAST, sample_size=4)}


def transform(**changes):
    resources = {"InstanceType": "ml.g5.xlarge", "InstanceCount": 1}
    return {"TransformJobName": "a", "TransformResources": resources, **changes}


def test_without_a_limit_nothing_is_said():
    """That is the built-in policy."""
    assert objections(RULE, proposal(training())) == ()
    assert objections(RULE, proposal(endpoint_config(), "endpoint-config"), **{LIMIT: Decimal(0)}) == ()


def test_the_limit_itself_is_allowed():
    """A day of ml.g5.xlarge is USD 33.792."""
    assert objections(RULE, proposal(training()), **{LIMIT: Decimal("33.792")}) == ()
    (found,) = objections(RULE, proposal(training()), **{LIMIT: Decimal("33.791")})
    assert found.message == "It may cost USD 33.79 until its stopping condition ends it, above the limit of USD 33.79."


def test_a_shorter_stopping_condition_is_the_first_fix():
    """In whole minutes, and as long as the limit allows."""
    after, fix = fixed(RULE, training(), **{LIMIT: Decimal(10)})
    assert fix == {"StoppingCondition": {"MaxRuntimeInSeconds": 25_560}}
    assert judged_cost(proposal(after).estimate) == Decimal("9.9968")
    longer = merged(after, {"StoppingCondition": {"MaxRuntimeInSeconds": 25_620}})
    assert objections(RULE, proposal(longer), **{LIMIT: Decimal(10)})


def test_enough_earlier_runs_let_the_expected_cost_count():
    """And then a shorter stopping condition would only end it too early: a cheaper type is proposed."""
    launch = proposal(training(), forecasts=LATEST)
    assert objections(RULE, launch, **{LIMIT: Decimal("1.408")}) == ()
    (found,) = objections(RULE, launch, **{LIMIT: Decimal("1.2")})
    assert found.message == "By 14 earlier runs it is expected to cost USD 1.41, above the limit of USD 1.20."
    assert found.fix == {"ResourceConfig": {"InstanceType": "ml.g6.xlarge"}}


def test_few_earlier_runs_do_not():
    """The most counts, and what is proposed is above what nine of ten of them took."""
    launch = proposal(training(), forecasts=FEW)
    assert objections(RULE, launch, **{LIMIT: Decimal(34)}) == ()
    (found,) = objections(RULE, launch, **{LIMIT: Decimal(10)})
    assert found.fix == {"StoppingCondition": {"MaxRuntimeInSeconds": 25_560}}
    (found,) = objections(RULE, launch, **{LIMIT: Decimal("1.9")})  # 4,857 s, when nine of ten took 5,000
    assert found.fix == {"ResourceConfig": {"InstanceType": "ml.g6.xlarge"}}


def test_hours_of_the_users_own_are_judged_by_the_most():
    """Since nothing but the stopping condition enforces them; what is proposed leaves room for them."""
    launch = proposal(training(), hours=Decimal(8))
    (found,) = objections(RULE, launch, **{LIMIT: Decimal(12)})
    assert found.fix == {"StoppingCondition": {"MaxRuntimeInSeconds": 30_660}}
    (found,) = objections(RULE, launch, **{LIMIT: Decimal(11)})
    assert found.fix == {"ResourceConfig": {"InstanceType": "ml.g6.xlarge"}}


def test_less_than_an_hour_is_no_fix():
    """A cheaper type may be one; of a type that nothing fits there is none."""
    (found,) = objections(RULE, proposal(training()), **{LIMIT: Decimal(1)})
    assert found.fix == {"ResourceConfig": {"InstanceType": "ml.g6.xlarge"}}
    resources = {"InstanceType": "ml.m5.xlarge", "InstanceCount": 1, "VolumeSizeInGB": 30}
    (found,) = objections(RULE, proposal(training(ResourceConfig=resources)), **{LIMIT: Decimal("0.1")})
    assert found.fix is None


def test_kept_instances_cost_whatever_the_run_takes():
    """An hour of them is USD 1.408 of the limit."""
    resources = {"InstanceType": "ml.g5.xlarge", "InstanceCount": 1, "VolumeSizeInGB": 30, "KeepAlivePeriodInSeconds": HOUR}
    _, fix = fixed(RULE, training(ResourceConfig=resources), **{LIMIT: Decimal(10)})
    assert fix == {"StoppingCondition": {"MaxRuntimeInSeconds": 21_960}}
    (found,) = objections(RULE, proposal(training(ResourceConfig=resources)), **{LIMIT: Decimal(1)})
    assert found.fix == {"ResourceConfig": {"InstanceType": "ml.g6.xlarge"}}
    preferences = [{"InstanceType": name, "InstanceCount": 1} for name in ("ml.g5.xlarge", "ml.g6.xlarge")]
    kept = {"InstancePreferences": preferences, "VolumeSizeInGB": 30, "KeepAlivePeriodInSeconds": HOUR}
    (found,) = objections(RULE, proposal(training(ResourceConfig=kept)), **{LIMIT: Decimal(10)})
    assert found.fix is None


def test_a_tuning_job_is_judged_as_a_whole():
    """All its jobs together, by whichever of its two limits is the shorter."""
    _, fix = fixed(RULE, tuning(), "tuning", **{LIMIT: Decimal(100)})  # twenty jobs
    assert fix == {"TrainingJobDefinition": {"StoppingCondition": {"MaxRuntimeInSeconds": 12_780}}}
    limits = {"MaxNumberOfTrainingJobs": 20, "MaxParallelTrainingJobs": 2}
    _, fix = fixed(RULE, tuning({"ResourceLimits": limits}), "tuning", **{LIMIT: Decimal(100)})
    assert fix == {"TrainingJobDefinition": {"StoppingCondition": {"MaxRuntimeInSeconds": 12_780}}}
    (found,) = objections(RULE, proposal(several(definition(), definition()), "tuning"), **{LIMIT: Decimal(100)})
    assert found.fix is not None  # one type, in two places
    assert [each["ResourceConfig"]["InstanceType"] for each in found.fix["TrainingJobDefinitions"]] == ["ml.g6.xlarge"] * 2


def test_what_has_no_end_is_judged_by_thirty_days():
    """720 hours of ml.g5.xlarge are USD 1,013.76."""
    launch = proposal(endpoint_config(), "endpoint-config")
    assert objections(RULE, launch, **{MONTH: Decimal("1013.76")}) == ()
    (found,) = objections(RULE, launch, **{MONTH: Decimal(1000)})
    assert found.message == "Thirty days of it cost USD 1,013.76 by the list, above the limit of USD 1,000.00 a month."
    fixed(RULE, endpoint_config(), "endpoint-config", **{MONTH: Decimal(1000)})


def test_a_month_is_by_the_list_also_under_a_contract():
    """What is paid up front counts nothing."""
    launch = proposal(endpoint_config(), "endpoint-config", contracted=Decimal("0.5"))
    assert launch.estimate.cost_per_hour == Decimal("0.704")
    assert objections(RULE, launch, **{MONTH: Decimal("1013.76")}) == ()
    assert objections(RULE, launch, **{MONTH: Decimal(1013)})
    (variant,) = endpoint_config()["ProductionVariants"]
    arn = "arn:aws:sagemaker:us-east-1:111122223333:training-plan/a-plan-of-ours-for-hosting"
    reserved = {**variant, "CapacityReservationConfig": {"MlReservationArn": arn}}
    launch = proposal(endpoint_config(ProductionVariants=[reserved]), "endpoint-config", contracted=Decimal("0.5"))
    assert objections(RULE, launch, **{MONTH: Decimal(0)}) == ()


def test_an_endpoint_that_names_its_configuration_has_no_fix():
    """The configuration is there already."""
    request = {"EndpointName": "a", "EndpointConfigName": "churn", "EndpointConfig": endpoint_config()}
    (found,) = objections(RULE, proposal(request, "endpoint"), **{MONTH: Decimal(1)})
    assert found.fix is None


def test_what_has_no_price_is_left_to_others():
    """And of what has some the known part counts."""
    unknown = {"InstanceType": "ml.x9.large", "InstanceCount": 1, "VolumeSizeInGB": 0}
    assert objections(RULE, proposal(training(ResourceConfig=unknown)), **{LIMIT: Decimal(0)}) == ()
    unknown_endpoint = proposal(endpoint_config("ml.x9.large"), "endpoint-config")
    assert objections(RULE, unknown_endpoint, **{MONTH: Decimal(0)}) == ()
    groups = [{"InstanceType": name, "InstanceCount": 1, "InstanceGroupName": name} for name in ("ml.g5.xlarge", "ml.c5n.xlarge")]
    _, fix = fixed(RULE, training(ResourceConfig={"InstanceGroups": groups, "VolumeSizeInGB": 0}), **{LIMIT: Decimal(10)})
    assert fix == {"StoppingCondition": {"MaxRuntimeInSeconds": 25_560}}
    (found,) = objections(RULE, proposal(training(ResourceConfig={"InstanceGroups": groups})), **{LIMIT: Decimal(1)})
    assert found.message.startswith("It may cost at least USD 33.79 ")
    assert found.fix is None


def test_of_a_job_that_nothing_bounds_a_day_counts():
    """Unless enough earlier runs tell how long it takes."""
    assert objections(RULE, proposal(transform(), "transform"), **{MONTH: Decimal(0)}) == ()
    launch = proposal(transform(), "transform")
    assert launch.estimate.cost_per_hour is None  # the tests' prices have none
    assert objections(RULE, launch, **{LIMIT: Decimal(1)}) == ()
    priced = replace(launch, estimate=replace(launch.estimate, cost_per_hour=Decimal(1)))
    assert objections(RULE, priced, **{LIMIT: Decimal(24)}) == ()
    (found,) = objections(RULE, priced, **{LIMIT: Decimal(23)})
    assert (
        found.message
        == "A day of it costs at least USD 24.00, above the limit of USD 23.00, and nothing bounds how long it runs."
    )


def test_currencies_are_never_compared():
    """The policy's is another than AWS bills in."""
    launch = proposal(training(), limit_currency="CNY")
    with pytest.raises(Unsure, match="The limit is in CNY and the estimate in USD"):
        objections(RULE, launch, **{LIMIT: Decimal(1)})
    assert objections(RULE, replace(launch, limit_currency="USD"), **{LIMIT: Decimal(1)})


def test_a_job_without_a_place_for_a_limit_gets_another_type():
    """Processing has one."""
    (found,) = objections(RULE, proposal(processing(), "processing"), **{LIMIT: Decimal(2)})
    assert found.fix == {"StoppingCondition": {"MaxRuntimeInSeconds": 31_260}}


@given(
    limit=st.decimals(Decimal("0.5"), Decimal(200), places=3),
    run=st.integers(HOUR, 28 * DAY),
    count=st.integers(1, 7),
    kept=st.sampled_from([0, 60, HOUR]),
    volume=st.integers(1, 500),
    name=st.sampled_from(["ml.g5.xlarge", "ml.m5.xlarge"]),
)
def test_a_shorter_limit_always_holds(limit, run, count, kept, volume, name):
    """AWS takes it, and the most that can be billed is then within the limit."""
    resources = {"InstanceType": name, "InstanceCount": count, "VolumeSizeInGB": volume, "KeepAlivePeriodInSeconds": kept}
    request = training(ResourceConfig=resources, StoppingCondition={"MaxRuntimeInSeconds": run})
    for found in objections(RULE, proposal(request), **{LIMIT: limit}):
        if found.fix is None or "StoppingCondition" not in found.fix:
            continue
        after = merged(request, found.fix)
        assert faults_of("training", after) == ""
        assert HOUR <= after["StoppingCondition"]["MaxRuntimeInSeconds"] < run
        assert objections(RULE, proposal(after), **{LIMIT: limit}) == ()
