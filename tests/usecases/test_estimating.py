"""Estimates of whole requests: what they cost, what they lack, and what else would do."""

from dataclasses import replace
from decimal import Decimal

import pytest

from mlcost_ext.core.errors import UsageError
from mlcost_ext.core.fitting import fits, is_burstable
from mlcost_ext.core.instance import InstanceFacts
from mlcost_ext.core.merge_patch import merged
from mlcost_ext.core.price import ContractedPrice
from mlcost_ext.core.runs import MarketSaving, OwnSaving, RunForecast
from mlcost_ext.core.wire import to_document
from mlcost_ext.usecases.estimating import Estimator
from tests.fakes import unit_price

DAY = 86_400
HOURLY = {
    "ml.g5.xlarge": "1.408",
    "ml.g6.xlarge": "1.127",
    "ml.g4dn.xlarge": "0.736",
    "ml.m5.xlarge": "0.23",
    "ml.t3.xlarge": "0.2",
}
SPECS = {
    "ml.g5.xlarge": (4, 16, 1, 24),
    "ml.g6.xlarge": (4, 16, 1, 24),
    "ml.g4dn.xlarge": (4, 16, 1, 16),
    "ml.m5.xlarge": (4, 16, 0, None),
    "ml.t3.xlarge": (4, 16, 0, None),
}
MARKET = MarketSaving(percent=60, interruptions="<5%", source="a test", as_of="2026-01-01")


def facts_of(name):
    vcpu, memory, count, accelerator = SPECS[name]
    return InstanceFacts(
        instance_type=name,
        vcpu=vcpu,
        memory_gib=Decimal(memory),
        accelerator_count=count,
        accelerator_kind="gpu" if count else None,
        accelerator_name=None,
        accelerator_memory_gib=Decimal(accelerator) if accelerator else None,
        instance_store_gb=0,
        architectures=("x86_64",),
    )


class Facts:
    def has_local_disk(self, instance_type):
        return instance_type.startswith(("ml.g5", "ml.g6", "ml.g4dn"))

    def instance_facts(self, instance_type):
        return facts_of(instance_type) if instance_type in SPECS else None


class Prices:
    """The same types in two regions, the second one a tenth cheaper."""

    def __init__(self, contracted=None):
        self.contracted = contracted

    def regions(self):
        return ["us-east-1", "us-east-2", "eu-west-1"]

    def components(self, region_id):
        return ["Training", "Hosting"]

    def instance_types(self, region_id, component):
        return sorted(HOURLY)

    def unit_price(self, key):
        if key.instance_type is None:
            return unit_price("0.14", key.component, None) if key.component in ("Storage-Training", "Storage-Hosting") else None
        amount = HOURLY.get(key.instance_type)
        if amount is None or key.component not in ("Training", "Hosting", "WarmPool", "Processing"):
            return None
        cheaper = Decimal("0.9") if key.region_id == "us-east-2" else Decimal(1)
        price = replace(unit_price("1", key.component, key.instance_type), key=key, list_unit_price=Decimal(amount) * cheaper)
        if self.contracted is None:
            return price
        agreed = ContractedPrice(unit_price=price.list_unit_price * self.contracted, origin="a test", as_of="2026-01-01")
        return replace(price, contracted=agreed)


class Market:
    def saving(self, region_id, instance_type):
        return MARKET if instance_type == "ml.g5.xlarge" else None


class History:
    def __init__(self, forecasts=(), saving=None):
        self.forecasts, self.saving = dict(forecasts), saving

    def forecast(self, kind, key):
        return self.forecasts.get(key.instance_type)

    def spot_saving(self, kind, key):
        return self.saving


FORECAST = RunForecast(low_seconds=2600, expected_seconds=3600, high_seconds=5000, sample_size=14, likeness="the same image")


def estimator(history=None, contracted=None):
    return Estimator(Prices(contracted), Facts(), Market(), history)


def training(instance_type="ml.g5.xlarge", count=1, **changes):
    return {
        "TrainingJobName": "a",
        "AlgorithmSpecification": {"TrainingImage": "image", "TrainingInputMode": "File"},
        "ResourceConfig": {"InstanceType": instance_type, "InstanceCount": count, "VolumeSizeInGB": 30},
        "StoppingCondition": {"MaxRuntimeInSeconds": DAY},
        **changes,
    }


def test_the_example_of_the_interface():
    """An hour of ml.g5.xlarge by 14 earlier runs, at most a day."""
    found = to_document(estimator(History({"ml.g5.xlarge": FORECAST})).estimate("training", training(), "us-east-1"))
    assert found["list_cost"] == {"low": "1.016888889", "expected": "1.408", "high": "33.792"}
    duration = found["duration_seconds"]
    assert (duration["low"], duration["expected"], duration["high"]) == (2600, 3600, DAY)
    assert (duration["basis"], duration["sample_size"], duration["percentile_90"]) == ("history", 14, 5000)
    (line,) = found["lines"]
    assert (line["component"], line["instance_type"], line["pricing_quantity"], line["list_unit_price"]) == (
        *("Training", "ml.g5.xlarge", "1", "1.408"),
    )
    assert found["is_complete"] is True
    assert (found["findings"], found["decision"], found["effective_decision"]) == ([], "allow", "allow")
    assert any("14 runs of the same image" in text for text in found["assumptions"])


def test_without_history_what_is_expected_is_the_most():
    """And low is not known; Spot is no exception, but its average saving is told."""
    for request in (training(), training(EnableManagedSpotTraining=True)):
        found = estimator().estimate("training", request, "us-east-1")
        assert (found.list_cost.low, found.list_cost.expected, found.list_cost.high) == (
            None,
            Decimal("33.792"),
            Decimal("33.792"),
        )
        assert found.duration_seconds.basis == "stopping_condition"
    assert any("60 % less billed time" in text and "not counted" in text for text in found.assumptions)


def test_a_given_time_counts():
    """Three hours; Spot's saving is taken off what is expected, never off the most."""
    found = estimator().estimate("training", training(), "us-east-1", hours=Decimal(3))
    assert (found.list_cost.low, found.list_cost.expected, found.list_cost.high) == (
        *(Decimal("4.224"), Decimal("4.224"), Decimal("33.792")),
    )
    spot = estimator().estimate("training", training(EnableManagedSpotTraining=True), "us-east-1", hours=Decimal(3))
    assert (spot.list_cost.expected, spot.list_cost.high) == (Decimal("1.6896"), Decimal("33.792"))


def test_ones_own_saving_counts_before_the_markets():
    """It is what has been realised."""
    own = OwnSaving(percent=Decimal("71.5"), sample_size=9, likeness="the same image")
    found = estimator(History(saving=own)).estimate(
        "training", training(EnableManagedSpotTraining=True), "us-east-1", hours=Decimal(1)
    )
    assert found.list_cost.expected == Decimal("1.408") * Decimal("0.285")
    assert any("71.5 % less billed time, as it did on 9 runs of the same image" in text for text in found.assumptions)


def test_volumes_are_counted_beside_instances():
    """30 GB of ml.m5.xlarge for a day: 30 x 0.14 / 30."""
    found = estimator().estimate("training", training("ml.m5.xlarge"), "us-east-1")
    assert [line.component for line in found.lines] == ["Training", "Storage-Training"]
    assert found.list_cost.high == Decimal("0.23") * 24 + Decimal("0.14")


def test_a_type_that_nobody_knows_is_a_line_without_a_price():
    """It names what is near, and no sum is zero for it."""
    found = estimator().estimate("training", training("ml.g5.xlarg"), "us-east-1")
    assert (found.is_complete, found.list_cost.high) == (False, None)
    (line,) = found.unpriced
    assert "ml.g5.xlarge" in line.hint
    assert "No price is known for ml.g5.xlarg" in line.message
    assert found.alternatives == []


def test_storage_without_a_price_is_no_missing_price():
    """It is said, and the estimate is complete without it."""
    request = {
        "ProcessingJobName": "a",
        "AppSpecification": {"ImageUri": "x"},
        "ProcessingResources": {"ClusterConfig": {"InstanceType": "ml.m5.xlarge", "InstanceCount": 1, "VolumeSizeInGB": 30}},
    }
    found = estimator().estimate(None, request, "us-east-1")
    assert (found.kind, found.is_complete, found.unpriced) == ("processing", True, [])
    assert [note.code for note in found.data_quality] == ["storage_price_unknown"]


def test_what_has_no_end_costs_by_the_hour():
    """Its sums are null, as nothing bounds them."""
    variants = [{"VariantName": "a", "ModelName": "m", "InstanceType": "ml.g5.xlarge", "InitialInstanceCount": 2}]
    found = estimator().estimate(None, {"EndpointConfigName": "c", "ProductionVariants": variants}, "us-east-1")
    assert found.cost_per_hour == Decimal("2.816")
    assert found.list_cost == type(found.list_cost)(low=None, expected=None, high=None)
    assert found.duration_seconds.basis == "open_ended"
    day = estimator().estimate(None, {"EndpointConfigName": "c", "ProductionVariants": variants}, "us-east-1", hours=Decimal(24))
    assert (day.list_cost.expected, day.list_cost.high) == (Decimal("67.584"), None)


def test_contracted_prices_stand_beside_the_lists():
    """Twelve percent off."""
    found = estimator(contracted=Decimal("0.88")).estimate("training", training(), "us-east-1", hours=Decimal(1))
    assert found.list_cost.expected == Decimal("1.408")
    assert found.contracted_cost.expected == Decimal("1.408") * Decimal("0.88")
    (line,) = found.lines
    assert line.contracted_unit_price == "1.23904"
    assert estimator().estimate("training", training(), "us-east-1").contracted_cost is None


def test_of_instance_preferences_one_is_billed():
    """The cheapest at least, the dearest at most."""
    preferences = [{"InstanceType": "ml.g5.xlarge", "InstanceCount": 1}, {"InstanceType": "ml.m5.xlarge", "InstanceCount": 1}]
    request = training(ResourceConfig={"InstancePreferences": preferences, "VolumeSizeInGB": 30})
    found = estimator().estimate("training", request, "us-east-1", hours=Decimal(1))
    assert found.list_cost.high == Decimal("33.792")
    assert found.list_cost.low < Decimal("0.24")
    assert found.list_cost.expected == Decimal("1.408")
    assert found.alternatives == []


def test_definitions_of_a_tuning_job_share_its_number_of_jobs():
    """Ten jobs, all of the dearer definition at most, half and half as expected."""

    def definition(name, instance_type):
        return {
            "DefinitionName": name,
            "AlgorithmSpecification": {"TrainingImage": "x", "TrainingInputMode": "File"},
            "ResourceConfig": {"InstanceType": instance_type, "InstanceCount": 1, "VolumeSizeInGB": 30},
            "StoppingCondition": {"MaxRuntimeInSeconds": 3600},
        }

    request = {
        "HyperParameterTuningJobName": "a",
        "HyperParameterTuningJobConfig": {
            "Strategy": "Bayesian",
            "ResourceLimits": {"MaxNumberOfTrainingJobs": 10, "MaxParallelTrainingJobs": 2},
        },
        "TrainingJobDefinitions": [definition("a", "ml.g5.xlarge"), definition("b", "ml.g4dn.xlarge")],
    }
    found = estimator().estimate("tuning", request, "us-east-1", hours=Decimal(1))
    assert (found.list_cost.expected, found.list_cost.high) == (Decimal("10.72"), Decimal("14.08"))
    request["HyperParameterTuningJobConfig"]["ResourceLimits"]["MaxRuntimeInSeconds"] = 7200
    bounded = estimator().estimate("tuning", request, "us-east-1", hours=Decimal(1))
    assert bounded.list_cost.high == 2 * 2 * Decimal("1.408")  # two at once for two hours


# -- alternatives ---------------------------------------------------------------------------


def test_alternatives_are_patches_of_the_request_and_what_they_cost():
    """Spot, fewer instances, another type that fits, another region; the one that saves most first."""
    request = training(count=2)
    found = estimator().estimate("training", request, "us-east-1", hours=Decimal(1)).alternatives
    assert [each.title for each in found] == ["managed Spot", "1 instance", "ml.g6.xlarge", "in us-east-2"]
    spot, fewer, other, elsewhere = found
    assert spot.change == {
        "EnableManagedSpotTraining": True,
        "StoppingCondition": {"MaxRuntimeInSeconds": DAY, "MaxWaitTimeInSeconds": 2 * DAY},
    }
    assert "EC2's spot market" in spot.basis
    assert spot.list_cost.expected == Decimal("2.816") * Decimal("0.4")
    assert spot.list_cost.high == Decimal("67.584")
    assert fewer.change == {"ResourceConfig": {"InstanceCount": 1}}
    assert other.change == {"ResourceConfig": {"InstanceType": "ml.g6.xlarge"}}
    assert other.basis == "price only; speed unknown"
    assert (elsewhere.change, elsewhere.region_id) == ({}, "us-east-2")
    for each in found:
        patched = estimator().estimate("training", merged(request, each.change), each.region_id, hours=Decimal(1))
        assert (patched.list_cost.expected, patched.list_cost.high) == (each.list_cost.expected, each.list_cost.high)


def test_spot_is_an_alternative_even_where_the_runtime_is_not_known():
    """Else nobody would ever be told."""
    (spot, *_) = estimator().estimate("training", training(), "us-east-1").alternatives
    assert (spot.list_cost.low, spot.list_cost.expected, spot.list_cost.high) == (None, Decimal("13.5168"), Decimal("33.792"))


@pytest.mark.parametrize(
    "request_",
    [
        training(EnableManagedSpotTraining=True),
        training(ResourceConfig={**training()["ResourceConfig"], "KeepAlivePeriodInSeconds": 600}),
        training("ml.m5.xlarge"),
    ],
)
def test_where_spot_is_no_alternative(request_):
    """It is on already, AWS refuses it with kept instances, or nobody knows what it saves."""
    assert "managed Spot" not in [each.title for each in estimator().estimate("training", request_, "us-east-1").alternatives]


def test_a_types_speed_counts_where_it_was_measured():
    """Half the time on ml.g6.xlarge: it is dearer by the hour than half, and cheaper by the run."""
    faster = replace(FORECAST, low_seconds=1300, expected_seconds=1800, high_seconds=2500, is_measured=True)
    unmeasured = replace(FORECAST, expected_seconds=10, is_measured=False)
    found = estimator(History({"ml.g5.xlarge": FORECAST, "ml.g6.xlarge": faster})).estimate("training", training(), "us-east-1")
    (other,) = [each for each in found.alternatives if each.title == "ml.g6.xlarge"]
    assert other.list_cost.expected == Decimal("0.5635")
    assert other.basis.startswith("price and speed: runtime: 22 min to 42 min")
    found = estimator(History({"ml.g5.xlarge": FORECAST, "ml.g6.xlarge": unmeasured})).estimate(
        "training", training(), "us-east-1"
    )
    (other,) = [each for each in found.alternatives if each.title == "ml.g6.xlarge"]
    assert (other.list_cost.expected, other.basis) == (Decimal("1.127"), "price only; speed unknown")


def test_what_fits():
    """At least the memory and the accelerators; what is throttled fits no steady work."""
    assert fits(facts_of("ml.g5.xlarge"), facts_of("ml.g6.xlarge"))
    assert not fits(facts_of("ml.g5.xlarge"), facts_of("ml.g4dn.xlarge"))
    assert not fits(facts_of("ml.g5.xlarge"), facts_of("ml.m5.xlarge"))
    assert not fits(facts_of("ml.m5.xlarge"), facts_of("ml.g5.xlarge"))
    assert not fits(facts_of("ml.m5.xlarge"), replace(facts_of("ml.m5.xlarge"), architectures=("arm64",)))
    assert not fits(facts_of("ml.m5.xlarge"), replace(facts_of("ml.m5.xlarge"), memory_gib=None))
    assert not fits(facts_of("ml.g5.xlarge"), replace(facts_of("ml.g6.xlarge"), accelerator_memory_gib=None))
    assert (is_burstable("ml.t3.xlarge"), is_burstable("ml.trn1.2xlarge"), is_burstable("ml.m5.xlarge")) == (True, False, False)
    titles = [each.title for each in estimator().estimate("training", training("ml.m5.xlarge"), "us-east-1").alternatives]
    assert "ml.t3.xlarge" not in titles


# -- wrong use ------------------------------------------------------------------------------


@pytest.mark.parametrize("hours", ["0", "-1", "NaN", "Infinity", "8785"])
def test_hours_that_are_no_time(hours):
    """One sentence, and what to give instead."""
    with pytest.raises(UsageError, match="no time a run can take") as caught:
        estimator().estimate("training", training(), "us-east-1", hours=Decimal(hours))
    assert "8784" in caught.value.hint


@pytest.mark.parametrize(("kind", "request_"), [("nonsense", {}), (None, {}), (None, []), (None, {"Nothing": 1}), (None, None)])
def test_what_is_no_request(kind, request_):
    """The kinds are named."""
    with pytest.raises(UsageError) as caught:
        estimator().estimate(kind, request_, "us-east-1")
    assert caught.value.message
    assert caught.value.hint
