"""MC107: Spot without checkpoints, and what interruptions are expected to make of it."""

from __future__ import annotations

import math
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlcost_ext.core.merge_patch import merged
from mlcost_ext.guardrails.spot_checkpoints import RULE
from mlcost_ext.guardrails.spot_training import WITHOUT_END, billed_hours, interruptions_per_hour

from .launch_samples import (
    ALGORITHM,
    DAY,
    HOUR,
    LATEST,
    MARKET,
    OUTPUT,
    definition,
    faults_of,
    fixed,
    objections,
    on_spot,
    proposal,
    several,
    training,
)

OFTEN = replace(MARKET, interruptions=">20%")


def test_long_runs_need_checkpoints():
    """From four hours on."""
    _, fix = fixed(RULE, on_spot(4 * HOUR))
    assert fix == {"CheckpointConfig": {"S3Uri": "s3://models/churn/checkpoints/churn-1/"}}
    (found,) = objections(RULE, proposal(on_spot(4 * HOUR)))
    assert found.message == "A job on Spot that may run 4 h keeps no checkpoints, so that every interruption starts it anew."
    assert "helps only if the script writes them" in found.hint
    assert objections(RULE, proposal(on_spot(4 * HOUR - 1))) == ()
    assert objections(RULE, proposal(on_spot(HOUR)), from_hours=Decimal(1))


def test_what_is_expected_counts_before_the_limit():
    """An hour by earlier runs, whatever it is allowed."""
    assert objections(RULE, proposal(on_spot(), forecasts=LATEST)) == ()
    (found,) = objections(RULE, proposal(on_spot(), forecasts=LATEST), from_hours=Decimal(1))
    assert "that takes 1 h keeps" in found.message


def test_where_all_is_well():
    """With checkpoints, on demand, and with algorithms that could not write any."""
    assert objections(RULE, proposal(on_spot(CheckpointConfig={"S3Uri": "s3://a/b"}))) == ()
    assert objections(RULE, proposal(training())) == ()
    kmeans = {**ALGORITHM, "TrainingImage": "382416733822.dkr.ecr.us-east-1.amazonaws.com/kmeans:1"}
    assert objections(RULE, proposal(on_spot(AlgorithmSpecification=kmeans))) == ()


def test_a_local_path_alone_is_none():
    """It stays where it was."""
    request = on_spot(CheckpointConfig={"LocalPath": "/opt/ml/mine", "S3Uri": ""})  # as templates leave it behind
    (found,) = objections(RULE, proposal(request))
    after = merged(request, found.fix)
    assert faults_of("training", after) == ""
    assert after["CheckpointConfig"] == {"LocalPath": "/opt/ml/mine", "S3Uri": "s3://models/churn/checkpoints/churn-1/"}


def test_what_is_dearer_than_on_demand_is_told_with_its_figures():
    """Many instances are interrupted often, and every time all of them start anew."""
    resources = {"InstanceType": "ml.g5.xlarge", "InstanceCount": 2000, "VolumeSizeInGB": 30}
    request = on_spot(3 * HOUR, ResourceConfig=resources)
    assert objections(RULE, proposal(request, spot=replace(MARKET, interruptions="<5%"))) == ()
    assert objections(RULE, proposal(request, spot=None)) == ()
    (found,) = objections(RULE, proposal(request, spot=OFTEN))
    rate = 2000 * math.log(2) / 720
    hours = (math.exp(rate * (3 + 5 / 60)) - 1) / rate * 0.4
    assert found.message.endswith(
        f"starts it anew: it is expected to cost as much as {hours:.2f} h on demand, for 3.00 h of work."
    )
    fixed(RULE, request, fields={"spot": OFTEN})
    endless = on_spot(28 * DAY, ResourceConfig=resources)
    (found,) = objections(RULE, proposal(endless, spot=OFTEN))
    assert found.message.endswith("starts it anew: it is not expected to end.")


def test_a_short_run_is_no_dearer_for_its_start():
    """That it has on demand as well."""
    assert objections(RULE, proposal(on_spot(60))) == ()
    assert objections(RULE, proposal(on_spot(60), spot=replace(OFTEN, percent=1))) == ()
    assert objections(RULE, proposal(on_spot(60), spot=replace(OFTEN, percent=0)))


def test_definitions_of_a_tuning_job():
    """Those with an output get a folder; of others a person has to say it."""
    spot = {"EnableManagedSpotTraining": True, "StoppingCondition": {"MaxRuntimeInSeconds": DAY, "MaxWaitTimeInSeconds": DAY}}
    request = several(definition(**spot), definition(**spot), definition())
    after, _ = fixed(RULE, request, "tuning")
    assert [("CheckpointConfig" in each) for each in after["TrainingJobDefinitions"]] == [True, True, False]
    request = several(definition(**spot), definition(**spot, OutputDataConfig=None))
    (found,) = objections(RULE, proposal(request, "tuning"))
    assert (found.needs, found.fix is not None) == (("CheckpointConfig.S3Uri",), True)
    (found,) = objections(RULE, proposal(on_spot(OutputDataConfig={**OUTPUT, "S3OutputPath": "x"})))
    assert (found.needs, found.fix) == (("CheckpointConfig.S3Uri",), None)


# -- the formulas --------------------------------------------------------------------------------


def test_the_figures_of_the_billing_facts():
    """λ 0.15 an hour and 48.5 hours of work: 9,618 hours without a start."""
    assert round(billed_hours(Decimal("0.15"), Decimal("48.5") - Decimal(5) / 60)) == 9618


@pytest.mark.parametrize(("band", "share"), [("<5%", 0.05), ("5-10%", 0.1), ("10-15%", 0.15), ("15-20%", 0.2), (">20%", 0.5)])
def test_bands_of_the_spot_advisor(band, share):
    """By their upper end: at that rate this share is interrupted in 720 hours."""
    rate = interruptions_per_hour(replace(MARKET, interruptions=band))
    assert math.isclose(1 - math.exp(-float(rate) * 720), share)


def test_a_band_that_nobody_can_read():
    """Is not known."""
    assert interruptions_per_hour(replace(MARKET, interruptions="now and then")) is None


@given(rate=st.decimals(Decimal("0.00001"), Decimal(1), places=5), hours=st.decimals(Decimal("0.1"), Decimal(672), places=1))
def test_checkpoints_never_cost_more(rate, hours):
    """And without them it is always longer than the work."""
    bare, kept = billed_hours(rate, hours), billed_hours(rate, hours, Decimal(1))
    assert hours < kept <= bare
    assert bare <= WITHOUT_END
