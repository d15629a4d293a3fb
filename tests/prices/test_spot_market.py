"""What EC2's spot market has saved, as shipped."""

import csv

import pytest

from mlcost_ext.prices.spot_market import TABLE, ShippedSpotMarket
from tests.fakes import ROOT

MARKET = ShippedSpotMarket()
COLLECTED = ROOT.parent / "shared/data/ec2_spot_advisor.csv"


def test_a_type_and_its_twin_have_the_same():
    """With how often instances were interrupted, who says so and when."""
    found = MARKET.saving("us-east-1", "ml.g5.xlarge")
    assert found == MARKET.saving("us-east-1", "g5.xlarge")
    assert found is not None
    assert 0 < found.percent < 100
    assert found.interruptions in ("<5%", "5-10%", "10-15%", "15-20%", ">20%")
    assert (found.as_of, "Spot Instance Advisor" in found.source) == ("2025-07-28", True)


@pytest.mark.parametrize(("region", "name"), [("us-east-1", "ml.nonsense.xlarge"), ("nowhere-1", "ml.g5.xlarge"), ("", "")])
def test_what_is_not_known_is_none(region, name):
    """And never zero."""
    assert MARKET.saving(region, name) is None


@pytest.mark.skipif(not COLLECTED.is_file(), reason="the collected table is not beside this repository")
def test_every_figure_is_the_collected_one():
    """Of all regions and types that train."""
    with COLLECTED.open(newline="") as file:
        rows = {(row["region"], row["instance_type"]): row for row in csv.DictReader(file)}
    compared = 0
    for (region, name), row in rows.items():
        found = MARKET.saving(region, name)
        if found is not None:
            assert (str(found.percent), found.interruptions) == (row["savings_over_on_demand_pct"], row["interruption_label"])
            compared += 1
    assert compared > 3000


def test_it_is_small():
    """It is in every wheel."""
    assert TABLE.stat().st_size < 100_000
