"""Estimates: what a figure counts and what it does not, at its edges."""

from decimal import Decimal

from mlcost_ext.core.wire import to_document
from mlcost_ext.usecases.calibration import foreseen

from .test_estimating import FORECAST, History, estimator, training


def test_alternatives_are_told_by_the_users_own_rates_too():
    """Beside a figure at own rates a list price would look dear."""
    found = estimator(contracted=Decimal("0.5")).estimate("training", training(), "us-east-1", hours=Decimal(1))
    (other,) = [each for each in found.alternatives if each.title == "ml.g6.xlarge"]
    assert other.contracted_cost is not None
    assert (other.list_cost.expected, other.contracted_cost.expected) == (Decimal("1.127"), Decimal("0.5635"))


def test_alternatives_of_a_spot_request_are_counted_as_it_is():
    """Where its own saving is not counted, since only the limit is known, neither is theirs."""
    found = estimator().estimate("training", training(EnableManagedSpotTraining=True), "us-east-1")
    (other,) = [each for each in found.alternatives if each.title == "ml.g6.xlarge"]
    assert other.list_cost.expected == Decimal("1.127") * 24


def test_a_limit_of_all_jobs_bounds_the_least_as_well():
    """Low is never above what is expected."""
    request = {
        "HyperParameterTuningJobName": "a",
        "HyperParameterTuningJobConfig": {
            "Strategy": "Bayesian",
            "ResourceLimits": {"MaxNumberOfTrainingJobs": 20, "MaxParallelTrainingJobs": 3, "MaxRuntimeInSeconds": 600},
        },
        "TrainingJobDefinition": {
            "AlgorithmSpecification": {"TrainingImage": "x", "TrainingInputMode": "File"},
            "ResourceConfig": {"InstanceType": "ml.g5.xlarge", "InstanceCount": 1, "VolumeSizeInGB": 30},
            "StoppingCondition": {"MaxRuntimeInSeconds": 3600},
        },
    }
    found = estimator().estimate("tuning", request, "us-east-1", hours=Decimal("0.5")).list_cost
    assert found.low <= found.expected <= found.high
    history = History({"ml.g5.xlarge": FORECAST})
    asked = []
    history.forecast = lambda kind, key: asked.append(kind)
    estimator(history).estimate("tuning", request, "us-east-1")
    assert set(asked) == {"training"}  # a tuning job's jobs are training jobs


def test_a_rules_own_instance_is_no_spot_instance():
    """It is a processing job, on demand; as is its part of what the training job is metered at: none."""
    rule = {"RuleConfigurationName": "r", "RuleEvaluatorImage": "i", "InstanceType": "ml.m5.xlarge", "VolumeSizeInGB": 5}
    request = training(EnableManagedSpotTraining=True, DebugRuleConfigurations=[rule])
    found = estimator().estimate("training", request, "us-east-1", hours=Decimal("0.5"))
    costs = {line.component: line.list_cost.expected for line in found.lines}
    assert costs == {"Training": Decimal("0.2816"), "Processing": Decimal("0.115")}
    assert foreseen(found).compute == Decimal("0.2816")


def test_of_several_types_no_markets_saving_is_counted():
    """One type's says nothing of another's."""
    groups = [{"InstanceGroupName": name, "InstanceType": f"ml.{name}.xlarge", "InstanceCount": 1} for name in ("g5", "m5")]
    resources = {"InstanceGroups": groups, "VolumeSizeInGB": 30}
    found = estimator().estimate(
        "training", training(ResourceConfig=resources, EnableManagedSpotTraining=True), "us-east-1", hours=Decimal(1)
    )
    assert found.list_cost.expected > Decimal("1.638")
    assert any("not known here" in text for text in found.assumptions)


def test_where_one_of_several_has_no_price_the_others_tell_for_themselves():
    """A volume alone is no cost of a run."""
    preferences = [{"InstanceType": "ml.nonsense", "InstanceCount": 1}, {"InstanceType": "ml.g5.xlarge", "InstanceCount": 1}]
    request = training(ResourceConfig={"InstancePreferences": preferences, "VolumeSizeInGB": 30})
    found = estimator().estimate("training", request, "us-east-1", hours=Decimal(1))
    assert (found.is_complete, found.list_cost.expected) == (False, Decimal("1.408"))


def test_by_the_limit_alone_preferences_cost_the_dearest():
    """What is expected equals the most."""
    preferences = [{"InstanceType": "ml.m5.xlarge", "InstanceCount": 1}, {"InstanceType": "ml.g5.xlarge", "InstanceCount": 1}]
    request = training(ResourceConfig={"InstancePreferences": preferences, "VolumeSizeInGB": 30})
    found = estimator().estimate("training", request, "us-east-1").list_cost
    assert found.expected == found.high == Decimal("33.792")


def test_what_has_no_end_costs_by_the_hour_even_where_a_time_was_given():
    """The most stays unknown, so the rate is told."""
    variants = [{"VariantName": "a", "ModelName": "m", "InstanceType": "ml.g5.xlarge", "InitialInstanceCount": 2}]
    found = estimator().estimate(None, {"EndpointConfigName": "c", "ProductionVariants": variants}, "us-east-1", hours=Decimal(3))
    assert (found.list_cost.expected, found.list_cost.high, found.cost_per_hour) == (Decimal("8.448"), None, Decimal("2.816"))


def test_what_scales_costs_at_least_what_it_may_scale_down_to():
    """To one instance here."""
    scaling = {"Status": "ENABLED", "MinInstanceCount": 1, "MaxInstanceCount": 4}
    variant = {"VariantName": "a", "ModelName": "m", "InstanceType": "ml.g5.xlarge", "InitialInstanceCount": 2}
    request = {"EndpointConfigName": "c", "ProductionVariants": [{**variant, "ManagedInstanceScaling": scaling}]}
    found = estimator().estimate(None, request, "us-east-1", hours=Decimal(1)).list_cost
    assert (found.low, found.expected) == (Decimal("1.408"), Decimal("2.816"))


def test_a_run_that_its_limit_will_end_is_told_so():
    """The percentiles are those of the runs, not of the limit."""
    request = training(StoppingCondition={"MaxRuntimeInSeconds": 900})
    found = estimator(History({"ml.g5.xlarge": FORECAST})).estimate("training", request, "us-east-1")
    assert found.duration_seconds.expected == 900
    assert any("43 min to 1 h 23 min" in text and "probably before it is done" in text for text in found.assumptions)


def test_lines_add_up_to_the_sum_as_they_are_told():
    """To the last digit on the wire."""
    for size in (1, 7, 30, 955):
        request = training(
            "ml.m5.xlarge", ResourceConfig={"InstanceType": "ml.m5.xlarge", "InstanceCount": 1, "VolumeSizeInGB": size}
        )
        found = to_document(estimator().estimate("training", request, "us-east-1", hours=Decimal("0.7")))
        for part in ("low", "expected", "high"):
            assert sum(Decimal(line["list_cost"][part]) for line in found["lines"]) == Decimal(found["list_cost"][part])


def test_other_spellings_of_a_type_are_named():
    """Letter case, and a name without ml."""
    for name, meant in (("ML.M5.XLARGE", "ml.m5.xlarge"), ("m5.xlarge", "ml.m5.xlarge")):
        (line,) = estimator().estimate("training", training(name), "us-east-1").unpriced
        assert line.hint == f"Types with a price there and alike: {meant}."
