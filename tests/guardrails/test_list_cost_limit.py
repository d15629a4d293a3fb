"""MC101: which cost is held against the limit, and what brings it down."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlcost_ext.core.merge_patch import merged
from mlcost_ext.core.rule import Unsure
from mlcost_ext.guardrails.cost_parts import judged_cost
from mlcost_ext.guardrails.list_cost_limit import RULE

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


def kept(seconds, run=DAY, name="ml.g5.xlarge"):
    resources = {"InstanceType": name, "InstanceCount": 1, "VolumeSizeInGB": 30, "KeepAlivePeriodInSeconds": seconds}
    return training(ResourceConfig=resources, StoppingCondition={"MaxRuntimeInSeconds": run})


def test_kept_instances_are_kept_for_less_first():
    """The run is left alone where that is enough; an hour costs USD 1.408."""
    request = kept(6 * HOUR, run=1200)
    (found,) = objections(RULE, proposal(request), **{LIMIT: Decimal(5)})
    assert found.message == (
        "It may cost USD 8.92, USD 8.45 of it for instances that are kept for 6 h after its end, above the limit of USD 5.00."
    )
    assert found.hint == "Set KeepAlivePeriodInSeconds to 11580 (3 h 13 min) or less."
    _, fix = fixed(RULE, request, **{LIMIT: Decimal(5)})
    assert fix == {"ResourceConfig": {"KeepAlivePeriodInSeconds": 11_580}}
    longer = merged(request, {"ResourceConfig": {"KeepAlivePeriodInSeconds": 11_640}})
    assert objections(RULE, proposal(longer), **{LIMIT: Decimal(5)})
    (found,) = objections(RULE, proposal(request), **{LIMIT: Decimal("0.48")})
    assert found.hint == "Leave KeepAlivePeriodInSeconds out."
    assert found.fix == {"ResourceConfig": {"KeepAlivePeriodInSeconds": None}}


def test_they_are_not_kept_where_the_run_alone_is_above_the_limit():
    """So that the stopping condition has all of the limit."""
    request = kept(HOUR)
    (found,) = objections(RULE, proposal(request), **{LIMIT: Decimal(10)})
    assert found.hint == (
        "Leave KeepAlivePeriodInSeconds out, and set MaxRuntimeInSeconds to 25560 (7 h 6 min) or less, as long as the job is "
        "done by then."
    )
    _, fix = fixed(RULE, request, **{LIMIT: Decimal(10)})
    assert fix == {
        "ResourceConfig": {"KeepAlivePeriodInSeconds": None},
        "StoppingCondition": {"MaxRuntimeInSeconds": 25_560},
    }
    (found,) = objections(RULE, proposal(request), **{LIMIT: Decimal(1)})
    assert found.fix == {"ResourceConfig": {"InstanceType": "ml.g6.xlarge"}}
    preferences = [{"InstanceType": name, "InstanceCount": 1} for name in ("ml.g5.xlarge", "ml.g6.xlarge")]
    several_types = {"InstancePreferences": preferences, "VolumeSizeInGB": 30, "KeepAlivePeriodInSeconds": HOUR}
    (found,) = objections(RULE, proposal(training(ResourceConfig=several_types)), **{LIMIT: Decimal(10)})
    assert found.fix is None


def test_kept_instances_of_a_job_that_earlier_runs_tell_of():
    """What is expected counts, and keeping is a part of it."""
    (found,) = objections(RULE, proposal(kept(6 * HOUR), forecasts=LATEST), **{LIMIT: Decimal(5)})
    assert found.message == (
        "By 14 earlier runs it is expected to cost USD 9.86, USD 8.45 of it for instances that are kept for 6 h after its end, "
        "above the limit of USD 5.00."
    )
    assert found.fix == {"ResourceConfig": {"KeepAlivePeriodInSeconds": 9180}}


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


def jobs(number=20, parallel=2, run=DAY, strategy="Bayesian", **changes):
    limits = {"MaxNumberOfTrainingJobs": number, "MaxParallelTrainingJobs": parallel}
    config = {"Strategy": strategy, "ResourceLimits": limits}
    return tuning(config, TrainingJobDefinition=definition(StoppingCondition={"MaxRuntimeInSeconds": run}), **changes)


def test_a_tuning_job_gets_fewer_jobs_where_each_is_short():
    """Twenty of two hours are USD 56.32; an hour each would be above USD 20 too, seven of two hours are not."""
    after, fix = fixed(RULE, jobs(run=2 * HOUR), "tuning", **{LIMIT: Decimal(20)})
    assert fix == {"HyperParameterTuningJobConfig": {"ResourceLimits": {"MaxNumberOfTrainingJobs": 7}}}
    assert judged_cost(proposal(after, "tuning").estimate) == Decimal("19.712")
    (found,) = objections(RULE, proposal(jobs(run=2 * HOUR), "tuning"), **{LIMIT: Decimal(20)})
    assert found.hint == "Set MaxNumberOfTrainingJobs to 7 or less, as most gain is in the first jobs."
    _, fix = fixed(RULE, jobs(parallel=10, run=2 * HOUR), "tuning", **{LIMIT: Decimal(20)})
    assert fix["HyperParameterTuningJobConfig"]["ResourceLimits"] == {"MaxNumberOfTrainingJobs": 7, "MaxParallelTrainingJobs": 7}


def test_a_tuning_job_of_long_jobs_gets_fewer_and_shorter_ones():
    """One of a day is USD 33.79: fourteen of an hour are within USD 20."""
    (found,) = objections(RULE, proposal(jobs(), "tuning"), **{LIMIT: Decimal(20)})
    assert found.hint == (
        "Set MaxNumberOfTrainingJobs to 14 or less, as most gain is in the first jobs, and set MaxRuntimeInSeconds of each "
        "job to 3600 (1 h) or less, as long as the job is done by then."
    )
    after, _ = fixed(RULE, jobs(), "tuning", **{LIMIT: Decimal(20)})
    assert after["TrainingJobDefinition"]["StoppingCondition"] == {"MaxRuntimeInSeconds": HOUR}
    (found,) = objections(RULE, proposal(jobs(strategy="Grid"), "tuning"), **{LIMIT: Decimal(20)})
    assert found.hint == "Shorten its stopping condition, or take fewer jobs, a cheaper type or fewer instances."
    assert found.fix == {"TrainingJobDefinition": {"ResourceConfig": {"InstanceType": "ml.g6.xlarge"}}}


def test_a_tuning_job_that_earlier_runs_tell_of_gets_fewer_jobs():
    """Each takes an hour, so that twenty are expected to cost USD 28.16."""
    (found,) = objections(RULE, proposal(jobs(), "tuning", forecasts=LATEST), **{LIMIT: Decimal(20)})
    assert found.fix == {"HyperParameterTuningJobConfig": {"ResourceLimits": {"MaxNumberOfTrainingJobs": 14}}}
    assert found.message == "By 14 earlier runs it is expected to cost USD 28.16, above the limit of USD 20.00."


def scaled(least, most, count=1, name="ml.g5.xlarge", **changes):
    scaling = {"Status": "ENABLED", "MinInstanceCount": least, "MaxInstanceCount": most}
    variant = {"VariantName": "all", "ModelName": "m", "InstanceType": name, "InitialInstanceCount": count}
    return {"EndpointConfigName": "a", "ProductionVariants": [{**variant, "ManagedInstanceScaling": scaling}], **changes}


def test_managed_scaling_is_judged_by_the_most():
    """And both ends are said; proposed is the most that keeps within the limit."""
    launch = proposal(scaled(1, 500), "endpoint-config")
    assert objections(RULE, launch, **{MONTH: Decimal(506_880)}) == ()
    (found,) = objections(RULE, launch, **{MONTH: Decimal(5000)})
    assert found.message == (
        "Thirty days of it cost between USD 1,013.76 and USD 506,880.00 by the list, as managed scaling has it, and the most is "
        "above the limit of USD 5,000.00 a month."
    )
    assert found.hint == "Set MaxInstanceCount to 4 or less."
    after, _ = fixed(RULE, scaled(1, 500), "endpoint-config", **{MONTH: Decimal(5000)})
    assert after["ProductionVariants"][0]["ManagedInstanceScaling"]["MaxInstanceCount"] == 4
    (found,) = objections(RULE, proposal(scaled(0, 1), "endpoint-config"), **{MONTH: Decimal(1000)})
    assert found.message.startswith("Thirty days of it cost between USD 0.00 and USD 1,013.76 by the list")
    assert found.hint == "Lower MaxInstanceCount, or take a smaller or cheaper type."
    assert found.fix is not None
    assert found.fix["ProductionVariants"][0]["InstanceType"] == "ml.g6.xlarge"


def test_scaling_that_starts_above_the_limit_is_not_mended_by_its_most():
    """AWS takes no most below what a variant starts with."""
    (found,) = objections(RULE, proposal(scaled(1, 9, count=6), "endpoint-config"), **{MONTH: Decimal(5500)})
    assert found.hint == "Lower MaxInstanceCount, or take a smaller or cheaper type."
    request = {"EndpointName": "a", "EndpointConfigName": "a", "EndpointConfig": scaled(1, 9)}
    (found,) = objections(RULE, proposal(request, "endpoint"), **{MONTH: Decimal(5500)})
    assert found.fix is None


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
    run=st.integers(60, 28 * DAY),
    count=st.integers(1, 7),
    kept=st.sampled_from([0, 60, HOUR, 6 * HOUR]),
    volume=st.integers(1, 500),
    name=st.sampled_from(["ml.g5.xlarge", "ml.m5.xlarge"]),
)
def test_a_shorter_limit_always_holds(limit, run, count, kept, volume, name):
    """AWS takes it, and the most that can be billed is then within the limit."""
    resources = {"InstanceType": name, "InstanceCount": count, "VolumeSizeInGB": volume, "KeepAlivePeriodInSeconds": kept}
    request = training(ResourceConfig=resources, StoppingCondition={"MaxRuntimeInSeconds": run})
    for found in objections(RULE, proposal(request), **{LIMIT: limit}):
        if found.fix is None or "InstanceType" in found.fix.get("ResourceConfig", {}):
            continue
        after = merged(request, found.fix)
        assert faults_of("training", after) == ""
        limits, keep = after["StoppingCondition"], after["ResourceConfig"].get("KeepAlivePeriodInSeconds", 0)
        assert "StoppingCondition" not in found.fix or (HOUR <= limits["MaxRuntimeInSeconds"] < run and not keep)
        assert keep <= kept
        assert objections(RULE, proposal(after), **{LIMIT: limit}) == ()


@given(
    limit=st.decimals(Decimal("0.5"), Decimal(2000), places=3),
    run=st.integers(60, 28 * DAY),
    number=st.integers(1, 750),
    parallel=st.integers(1, 100),
    whole=st.none() | st.integers(120, 15_768_000),
    kept=st.sampled_from([0, HOUR]),
)
def test_fewer_and_shorter_jobs_always_hold(limit, run, number, parallel, whole, kept):
    """AWS takes them, there are two or more of an hour or more, and together they are within the limit."""
    told = {"MaxNumberOfTrainingJobs": number, "MaxParallelTrainingJobs": parallel, "MaxRuntimeInSeconds": whole}
    limits = {key: value for key, value in told.items() if value is not None}
    resources = {"InstanceType": "ml.g5.xlarge", "InstanceCount": 1, "VolumeSizeInGB": 30, "KeepAlivePeriodInSeconds": kept}
    described = definition(ResourceConfig=resources, StoppingCondition={"MaxRuntimeInSeconds": run})
    request = tuning({"ResourceLimits": limits}, TrainingJobDefinition=described)
    for found in objections(RULE, proposal(request, "tuning"), **{LIMIT: limit}):
        if found.fix is None or "InstanceType" in found.fix.get("TrainingJobDefinition", {}).get("ResourceConfig", {}):
            continue
        after = merged(request, found.fix)
        assert faults_of("tuning", after) == ""
        changed = after["HyperParameterTuningJobConfig"]["ResourceLimits"]
        assert min(number, 2) <= changed["MaxNumberOfTrainingJobs"] <= number
        assert after["TrainingJobDefinition"]["StoppingCondition"]["MaxRuntimeInSeconds"] >= min(run, HOUR)
        assert objections(RULE, proposal(after, "tuning"), **{LIMIT: limit}) == ()
