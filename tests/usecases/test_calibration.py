"""What was foreseen beside what was metered: the difference is explained to the last digit."""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from mlcost_ext.core.calibration import EndedCost, ForeseenCost
from mlcost_ext.core.runs import OwnSaving
from mlcost_ext.core.times import UTC
from mlcost_ext.usecases.calibration import LATEST, calibration_of, compared, foreseen, is_within, per_hour
from tests.usecases.test_estimating import FORECAST, History, estimator, training

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
TOLD = ForeseenCost(
    billing_currency="USD",
    basis="history",
    low_seconds=2600,
    expected_seconds=3600,
    percentile_90=5000,
    compute=Decimal("1.408"),
    storage=Decimal("0.01"),
    high=Decimal("33.792"),
)
ENDED = EndedCost(
    kind="training",
    name="a",
    region_id="us-east-1",
    ended_at=NOW,
    billing_currency="USD",
    compute=Decimal("1.056"),
    storage=Decimal("0.0075"),
    run_seconds=2700,
    billed_seconds=2700,
)


def test_a_shorter_run_cost_less_by_its_runtime():
    """900 s fewer at 1.408 an hour are 0.352; the rate is the one foreseen; volumes follow."""
    found = compared(TOLD, ENDED)
    assert found is not None
    assert (found.estimated_cost, found.metered_cost) == (Decimal("1.418"), Decimal("1.0635"))
    assert (found.by_runtime, found.by_rate, found.by_storage) == (Decimal("-0.352"), Decimal(0), Decimal("-0.0025"))
    assert found.is_within is True


def test_another_price_shows_as_the_rate():
    """The same hour at 1.5."""
    found = compared(TOLD, replace(ENDED, compute=Decimal("1.5"), run_seconds=3600, billed_seconds=3600))
    assert found is not None
    assert (found.by_runtime, found.by_rate) == (0, Decimal("0.092"))


def test_spot_bills_fewer_seconds_than_it_ran():
    """What counts for the money is what was billed, for the interval what it ran."""
    found = compared(TOLD, replace(ENDED, compute=Decimal("0.352"), run_seconds=3600, billed_seconds=900))
    assert found is not None
    assert (found.by_runtime, found.by_rate, found.is_within) == (Decimal("-1.056"), 0, True)


@pytest.mark.parametrize("billed", [1, 777, 3600, 86_400])
@pytest.mark.parametrize("cost", ["0.000000001", "1.1", "999.123456789"])
def test_the_parts_add_up_exactly(billed, cost):
    """Nothing is left over."""
    found = compared(TOLD, replace(ENDED, compute=Decimal(cost), billed_seconds=billed))
    assert found is not None
    assert found.by_runtime + found.by_rate + found.by_storage == found.metered_cost - found.estimated_cost


@pytest.mark.parametrize(
    ("told", "ended"),
    [
        (replace(TOLD, compute=None), ENDED),
        (replace(TOLD, expected_seconds=None), ENDED),
        (TOLD, replace(ENDED, compute=None)),
        (TOLD, replace(ENDED, billed_seconds=None, run_seconds=None)),
        (TOLD, replace(ENDED, billing_currency="CNY")),
    ],
)
def test_what_is_not_known_is_not_compared(told, ended):
    """Nor is what is in another currency."""
    assert compared(told, ended) is None


def test_volumes_that_either_side_lacks_are_left_out_of_both():
    """A missing price is no difference."""
    found = compared(replace(TOLD, storage=None), ENDED)
    assert found is not None
    assert (found.estimated_cost, found.metered_cost, found.by_storage) == (Decimal("1.408"), Decimal("1.056"), 0)


@pytest.mark.parametrize(("seconds", "held"), [(2599, False), (2600, True), (5000, True), (5001, False), (None, None)])
def test_whether_the_interval_held(seconds, held):
    """Its ends belong to it."""
    assert is_within(TOLD, seconds) is held
    assert is_within(replace(TOLD, basis="given"), seconds) is None


def test_what_is_kept_of_an_estimate():
    """What it is compared by later."""
    estimate = estimator(History({"ml.m5.xlarge": FORECAST})).estimate("training", training("ml.m5.xlarge"), "us-east-1")
    found = foreseen(estimate)
    assert (found.compute, found.storage) == (Decimal("0.23"), Decimal("0.005833333"))
    assert (found.basis, found.low_seconds, found.expected_seconds, found.percentile_90) == ("history", 2600, 3600, 5000)
    assert foreseen(estimator().estimate("training", training("ml.nonsense"), "us-east-1")).compute is None


def test_how_the_latest_have_held():
    """Of those with an interval."""
    jobs = []
    for number in range(LATEST + 10):
        ended = replace(ENDED, ended_at=NOW - timedelta(hours=number), run_seconds=9999 if number % 4 == 0 else 3000)
        job = compared(TOLD if number % 2 == 0 else replace(TOLD, basis="stopping_condition"), ended)
        assert job is not None
        jobs.append(job)
    found = calibration_of(jobs)
    assert (found.jobs, found.intervals, found.held, found.promised_percent) == (60, 30, 15, 80)
    assert found.median_error_percent == Decimal("25.0")
    nothing = calibration_of([])
    assert (nothing.jobs, nothing.intervals, nothing.median_error_percent) == (0, 0, None)


def test_a_spot_run_that_took_as_foreseen_is_no_difference_of_rate():
    """It was to bill 40 of 100 seconds, and did: nothing differs; without any saving the difference is all of billed time."""
    saving = OwnSaving(percent=Decimal(60), sample_size=5, likeness="the same image")
    history = History({"ml.m5.xlarge": FORECAST}, saving)
    request = training("ml.m5.xlarge", EnableManagedSpotTraining=True)
    told = foreseen(estimator(history).estimate("training", request, "us-east-1"))
    assert (told.compute, told.compute_per_hour, told.expected_seconds) == (Decimal("0.092"), Decimal("0.23"), 3600)
    ended = replace(ENDED, compute=Decimal("0.092"), storage=told.storage, run_seconds=3600, billed_seconds=1440)
    found = compared(told, ended)
    assert found is not None
    assert (found.difference, found.by_runtime, found.by_rate, found.by_storage, found.is_within) == (0, 0, 0, 0, True)
    found = compared(told, replace(ended, compute=Decimal("0.23"), billed_seconds=3600))
    assert found is not None
    assert (found.difference, found.by_runtime, found.by_rate) == (Decimal("0.138"), Decimal("0.138"), 0)


def test_instances_kept_after_a_run_are_no_part_of_what_is_compared():
    """They are metered as a thing of their own, not as the job."""
    request = training("ml.m5.xlarge")
    kept = {**request, "ResourceConfig": {**request["ResourceConfig"], "KeepAlivePeriodInSeconds": 1800}}
    by_runs = estimator(History({"ml.m5.xlarge": FORECAST}))
    estimates = [by_runs.estimate("training", each, "us-east-1") for each in (request, kept)]
    assert estimates[1].list_cost.expected > estimates[0].list_cost.expected
    told = [replace(foreseen(each), high=None, storage=None) for each in estimates]
    assert told[0] == told[1]


def test_what_rounding_leaves_is_no_difference_of_rate():
    """500 s of 0.46 an hour are 0.06388888…: kept to 10⁻⁹, the rate is not the same to the last digit."""
    told = replace(TOLD, compute=Decimal("0.063888889"), expected_seconds=500)
    found = compared(told, replace(ENDED, compute=Decimal("11.04"), billed_seconds=86_400))
    assert found is not None
    assert (found.by_runtime, found.by_rate) == (Decimal("10.976111111"), 0)


def test_without_a_limit_the_rate_is_that_of_the_expected_run():
    """A transform job has none; where a line has no price there is no rate either."""
    request = {"TransformResources": {"InstanceType": "ml.m5.xlarge", "InstanceCount": 1}}
    assert foreseen(estimator().estimate("transform", request, "us-east-1")).compute_per_hour is None
    assert per_hour([], 3600) is None
