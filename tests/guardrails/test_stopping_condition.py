"""MC103: stopping conditions that are missing, and that are too long."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from mlcost_ext.core.merge_patch import merged
from mlcost_ext.guardrails.stopping_condition import RULE

from .launch_samples import (
    ALGORITHM,
    DAY,
    HOUR,
    LATEST,
    ROLE,
    definition,
    faults_of,
    fixed,
    objections,
    on_spot,
    processing,
    proposal,
    several,
    training,
    tuning,
)

MOST = "max_runtime_hours"


def automl(**criteria):
    channel = {"DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://a/b"}}, "TargetAttributeName": "y"}
    config = {"AutoMLJobConfig": {"CompletionCriteria": criteria}} if criteria else {}
    output = {"S3OutputPath": "s3://a/c"}
    return {"AutoMLJobName": "a", "InputDataConfig": [channel], "OutputDataConfig": output, "RoleArn": ROLE, **config}


def automl_v2(problem):
    channel = {"ChannelType": "training", "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://a/b"}}}
    common = {"AutoMLJobName": "a", "OutputDataConfig": {"S3OutputPath": "s3://a/c"}, "RoleArn": ROLE}
    return {**common, "AutoMLJobInputDataConfig": [channel], "AutoMLProblemTypeConfig": problem}


def test_a_stopping_condition_is_enough_where_no_length_is_set():
    """Even the longest."""
    for request, kind in ((training(), "training"), (processing(), "processing"), (tuning(), "tuning")):
        assert objections(RULE, proposal(request, kind)) == ()


def test_one_that_is_missing_becomes_explicit():
    """AWS's own day, or what the policy allows if that is less."""
    request = training(StoppingCondition=None)
    (found,) = objections(RULE, proposal(request))
    assert found.message == "StoppingCondition.MaxRuntimeInSeconds is missing, so that only AWS's own limit of 24 h holds."
    for most, seconds in ((None, DAY), (Decimal(48), DAY), (Decimal("1.5"), 5400), (Decimal("23.99"), 86_364)):
        _, fix = fixed(RULE, request, **{MOST: most})
        assert fix == {"StoppingCondition": {"MaxRuntimeInSeconds": seconds}}
    _, fix = fixed(RULE, processing(StoppingCondition=None), "processing")
    assert fix == {"StoppingCondition": {"MaxRuntimeInSeconds": DAY}}


def test_one_that_is_missing_is_fine_where_the_policy_allows_aws_own():
    """Of a processing job, which AWS ends after 24 hours; SDKs send one for each training job, so that there it was left out."""
    day, most = {MOST: Decimal(24)}, {MOST: Decimal("23.9")}
    without = processing(StoppingCondition=None)
    assert objections(RULE, proposal(without, "processing"), **day) == ()
    assert objections(RULE, proposal(without, "processing"), **most)
    assert objections(RULE, proposal(without, "processing"))
    for request, kind in (
        (training(StoppingCondition=None), "training"),
        (tuning(TrainingJobDefinition=definition(StoppingCondition=None)), "tuning"),
        (automl(), "automl"),
    ):
        assert objections(RULE, proposal(request, kind), **day)


def test_earlier_runs_tell_how_long_it_is_to_be():
    """Twice what nine of ten took, 5,000 s, in steps of ten minutes; never above what the policy allows."""
    fields = {"forecasts": LATEST}
    _, fix = fixed(RULE, training(StoppingCondition=None), fields=fields)
    assert fix == {"StoppingCondition": {"MaxRuntimeInSeconds": 10_200}}
    _, fix = fixed(RULE, training(), fields=fields, **{MOST: Decimal(20)})
    assert fix == {"StoppingCondition": {"MaxRuntimeInSeconds": 10_200}}
    _, fix = fixed(RULE, training(), fields=fields, **{MOST: Decimal(2)})
    assert fix == {"StoppingCondition": {"MaxRuntimeInSeconds": 7200}}


def test_the_hint_tells_when_earlier_runs_took_longer_than_is_allowed():
    """That is for a person to decide."""
    (found,) = objections(RULE, proposal(training(), forecasts=LATEST), **{MOST: Decimal(1)})
    assert found.hint == "Nine of ten earlier runs took up to 1 h 23 min: make it shorter, or ask for an exception."
    (found,) = objections(RULE, proposal(training(), forecasts=LATEST), **{MOST: Decimal(2)})
    assert found.hint.endswith("needs: nine of ten earlier runs took up to 1 h 23 min.")


def test_one_that_is_too_long_becomes_the_longest_allowed():
    """The limit itself is allowed."""
    assert objections(RULE, proposal(training()), **{MOST: Decimal(24)}) == ()
    (found,) = objections(RULE, proposal(training()), **{MOST: Decimal("12.5")})
    assert found.message == "StoppingCondition.MaxRuntimeInSeconds allows 24 h, above the 12 h 30 min that are allowed here."
    _, fix = fixed(RULE, training(), **{MOST: Decimal("12.5")})
    assert fix == {"StoppingCondition": {"MaxRuntimeInSeconds": 45_000}}


def test_a_wait_for_spot_is_never_shorter_than_the_run():
    """It stays as it is where it is long enough."""
    after, _ = fixed(RULE, on_spot(DAY, 2 * DAY), **{MOST: Decimal(12)})
    assert after["StoppingCondition"] == {"MaxRuntimeInSeconds": DAY // 2, "MaxWaitTimeInSeconds": 2 * DAY}
    condition = {"MaxWaitTimeInSeconds": HOUR}
    after, _ = fixed(RULE, on_spot(StoppingCondition=condition))
    assert after["StoppingCondition"] == {"MaxRuntimeInSeconds": DAY, "MaxWaitTimeInSeconds": DAY}
    after, _ = fixed(RULE, on_spot(StoppingCondition=None), **{MOST: Decimal(1)})
    assert after["StoppingCondition"] == {"MaxRuntimeInSeconds": HOUR, "MaxWaitTimeInSeconds": 2 * HOUR}


def test_algorithms_without_checkpoints_wait_for_an_hour_at_most():
    """Where the limit that is proposed is longer, AWS allows no wait, and Spot is left out."""
    learner = {**ALGORITHM, "TrainingImage": "382416733822.dkr.ecr.us-east-1.amazonaws.com/linear-learner:1"}
    after, _ = fixed(RULE, on_spot(StoppingCondition=None, AlgorithmSpecification=learner))
    assert (after["StoppingCondition"], after["EnableManagedSpotTraining"]) == ({"MaxRuntimeInSeconds": DAY}, False)
    after, _ = fixed(RULE, on_spot(DAY, 2 * DAY, AlgorithmSpecification=learner), **{MOST: Decimal(2)})
    assert (after["StoppingCondition"], after["EnableManagedSpotTraining"]) == ({"MaxRuntimeInSeconds": 2 * HOUR}, False)
    after, _ = fixed(RULE, on_spot(DAY, 2 * DAY, AlgorithmSpecification=learner), **{MOST: Decimal("0.5")})
    assert after["StoppingCondition"] == {"MaxRuntimeInSeconds": 1800, "MaxWaitTimeInSeconds": HOUR}
    assert after["EnableManagedSpotTraining"] is True


def test_every_definition_of_a_tuning_job_is_judged():
    """One objection names them, one fix mends them; earlier runs are known of the first."""
    long = {"MaxRuntimeInSeconds": 3 * DAY}
    request = several(definition(StoppingCondition={}), definition(StoppingCondition=long), definition())
    after, _ = fixed(RULE, request, "tuning", fields={"forecasts": LATEST}, **{MOST: Decimal(48)})
    assert [each["StoppingCondition"] for each in after["TrainingJobDefinitions"]] == [
        {"MaxRuntimeInSeconds": 10_200},
        {"MaxRuntimeInSeconds": 2 * DAY},
        {"MaxRuntimeInSeconds": DAY},
    ]
    (found,) = objections(RULE, proposal(request, "tuning"), **{MOST: Decimal(10)})
    assert found.message == (
        "TrainingJobDefinitions[0].StoppingCondition.MaxRuntimeInSeconds is missing, so that only AWS's own limit of 24 h holds; "
        "TrainingJobDefinitions[1].StoppingCondition.MaxRuntimeInSeconds and "
        "TrainingJobDefinitions[2].StoppingCondition.MaxRuntimeInSeconds allow 72 h, above the 10 h that are allowed here."
    )
    (found,) = objections(RULE, proposal(several(*[definition(StoppingCondition={})] * 2), "tuning"))
    assert " are missing" in found.message


def test_an_automl_job_is_bounded_as_a_whole():
    """Wherever its criteria stand; limits of candidates do not bound it."""
    _, fix = fixed(RULE, automl(MaxCandidates=3), "automl")
    assert fix == {"AutoMLJobConfig": {"CompletionCriteria": {"MaxAutoMLJobRuntimeInSeconds": DAY}}}
    fixed(RULE, automl(), "automl")
    assert objections(RULE, proposal(automl(MaxAutoMLJobRuntimeInSeconds=2 * DAY), "automl")) == ()
    after, _ = fixed(RULE, automl(MaxAutoMLJobRuntimeInSeconds=2 * DAY), "automl", **{MOST: Decimal(10)})
    assert after["AutoMLJobConfig"]["CompletionCriteria"] == {"MaxAutoMLJobRuntimeInSeconds": 10 * HOUR}
    assert objections(RULE, proposal(after, "automl"), **{MOST: Decimal(10)}) == ()
    problem = {"TabularJobConfig": {"TargetAttributeName": "y"}}
    _, fix = fixed(RULE, automl_v2(problem), "automl")
    assert fix == {"AutoMLProblemTypeConfig": {"TabularJobConfig": {"CompletionCriteria": {"MaxAutoMLJobRuntimeInSeconds": DAY}}}}
    fixed(RULE, automl_v2({"ImageClassificationJobConfig": {}}), "automl")


def test_a_job_billed_by_tokens_is_left_alone():
    """How long it runs does not matter."""
    request = training(ServerlessJobConfig={"BaseModelArn": "a", "JobType": "FineTuning"}, StoppingCondition=None)
    assert objections(RULE, proposal(request)) == ()


@given(
    run=st.none() | st.integers(1, 28 * DAY),
    wait=st.none() | st.integers(1, 40 * DAY),
    most=st.none() | st.decimals(Decimal("0.1"), Decimal(1000), places=2),
    is_spot=st.booleans(),
)
def test_a_fix_always_holds(run, wait, most, is_spot):
    """AWS takes it, and nothing is left to say."""
    condition = {"MaxRuntimeInSeconds": run, "MaxWaitTimeInSeconds": wait if is_spot else None}
    condition = {key: value for key, value in condition.items() if value is not None}
    request = training(StoppingCondition=condition, EnableManagedSpotTraining=is_spot)
    for found in objections(RULE, proposal(request), **{MOST: most}):
        after = merged(request, found.fix)
        assert faults_of("training", after) == ""
        assert objections(RULE, proposal(after), **{MOST: most}) == ()
        limits = after["StoppingCondition"]
        assert not is_spot or limits["MaxWaitTimeInSeconds"] >= limits["MaxRuntimeInSeconds"]
