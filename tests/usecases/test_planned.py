"""How long a planned run takes and what its lines cost, by arithmetic worked out by hand."""

from decimal import Decimal

import pytest

from mlcost_ext.core.planned import PlannedLine, PlannedRun
from mlcost_ext.core.runs import RunForecast
from mlcost_ext.core.usage import UsageLine
from mlcost_ext.core.words import span
from mlcost_ext.usecases.planned_cost import added, cost_way, document, saved, spanned
from mlcost_ext.usecases.planned_time import run_time
from tests.fakes import unit_price

DAY = 86_400
FORECAST = RunForecast(low_seconds=2600, expected_seconds=3600, high_seconds=5000, sample_size=14, likeness="the same image")


def line(quantity="1", unit="Hours", component="Training", clock="run", **more):
    name = "ml.m5.xlarge" if unit == "Hours" else None
    usage = UsageLine(
        description="x",
        component=component,
        instance_type=name,
        region_id="us-east-1",
        quantity=Decimal(quantity),
        pricing_unit=unit,
    )
    return PlannedLine(line=usage, clock=clock, **more)


def run(*lines, limit=DAY, **more):
    return PlannedRun(ways=(lines or (line(),),), max_runtime_in_seconds=limit, **more)


def costs(planned, forecast=None, hours=None, saving=None, price="0.24"):
    """Give low, expected and high of a run's first way at a price an hour or a month."""
    time = run_time(planned, forecast, None if hours is None else Decimal(hours) * 3600)
    way = cost_way(
        planned.ways[0], planned, time, saving, lambda each: unit_price(price, each.line.component, each.line.instance_type)
    )
    return way.listed()


# -- time -----------------------------------------------------------------------------------


def test_without_history_the_stopping_condition_is_all_that_is_known():
    """No low, and what is expected is the most."""
    found = run_time(run(), None, None)
    assert (found.range.low, found.range.expected, found.range.high) == (None, DAY, DAY)
    assert (found.range.basis, found.range.sample_size) == ("stopping_condition", None)
    assert "24 h" in found.remarks[0]


def test_with_history_it_is_an_interval():
    """The most stays the stopping condition."""
    found = run_time(run(), FORECAST, None).range
    assert (found.low, found.expected, found.percentile_90, found.high) == (2600, 3600, 5000, DAY)
    assert (found.basis, found.sample_size) == ("history", 14)


def test_history_beyond_the_stopping_condition_is_cut_by_it():
    """AWS ends the run."""
    found = run_time(run(limit=3000), FORECAST, None).range
    assert (found.low, found.expected, found.percentile_90, found.high) == (2600, 3000, 3000, 3000)


def test_what_the_user_says_counts_before_history():
    """And no longer than the stopping condition."""
    found = run_time(run(), FORECAST, Decimal(7200)).range
    assert (found.low, found.expected, found.high, found.basis) == (7200, 7200, DAY, "given")
    cut = run_time(run(limit=3600), None, Decimal(7200))
    assert (cut.range.expected, cut.range.high) == (3600, 3600)
    assert "2 h was given" in cut.remarks[0]


@pytest.mark.parametrize(("is_open", "words"), [(True, "until somebody ends it"), (False, "nothing bounds it")])
def test_what_has_no_end_has_no_time(is_open, words):
    """It costs by the hour."""
    found = run_time(run(limit=None, is_open_ended=is_open), None, None)
    assert (found.range.basis, found.range.expected, found.range.high) == ("open_ended", None, None)
    assert words in found.remarks[0]


def test_what_has_no_end_can_be_there_for_a_given_time():
    """The most is still not known."""
    found = run_time(run(limit=None, is_open_ended=True), None, Decimal(3600)).range
    assert (found.low, found.expected, found.high, found.basis) == (3600, 3600, None, "given")


@pytest.mark.parametrize(
    ("seconds", "text"), [(1, "1 s"), (59, "59 s"), (60, "1 min"), (2600, "43 min"), (3600, "1 h"), (4800, "1 h 20 min")]
)
def test_spans_are_told_as_people_tell_them(seconds, text):
    """Rounded to the minute."""
    assert span(seconds) == text


# -- cost -----------------------------------------------------------------------------------


def test_instances_cost_by_the_hour():
    """2 x 0.24 an hour: 0.346667 for 2,600 s, 0.48 for an hour, 11.52 for a day."""
    low, expected, high = costs(run(line("2")), FORECAST)
    assert (round(low, 6), expected, high) == (Decimal("0.346667"), Decimal("0.48"), Decimal("11.52"))


def test_volumes_cost_by_the_month_of_thirty_days():
    """30 GB x 0.24 a month: 7.20 / 30 for a day."""
    assert costs(run(line("30", "GB-Mo", "Storage-Training")))[2] == Decimal("0.24")


def test_kept_instances_cost_nothing_at_least_and_all_of_their_time_at_most():
    """1,800 s at 0.24 an hour are 0.12."""
    assert costs(run(line(clock="kept"), keep_alive_seconds=1800), FORECAST) == (0, Decimal("0.12"), Decimal("0.12"))


def test_what_was_paid_up_front_adds_nothing():
    """Its line is there with its price, and is zero."""
    assert costs(run(line(is_prepaid=True)), FORECAST) == (0, 0, 0)


def test_spot_bills_fewer_seconds_as_expected_and_all_at_most():
    """By the API's convention the price stays: 64 % less of 0.24 is 0.0864; volumes are held all the while."""
    assert costs(run(is_spot=True), FORECAST, saving=Decimal(64))[1:] == (Decimal("0.0864"), Decimal("5.76"))
    whole = costs(run(line("30", "GB-Mo", "Storage-Training"), is_spot=True), FORECAST)
    assert costs(run(line("30", "GB-Mo", "Storage-Training"), is_spot=True), FORECAST, saving=Decimal(64)) == whole
    assert saved(Decimal(100), Decimal(25)) == 75


def test_a_tuning_job_costs_what_its_jobs_do():
    """Of 1 to 10 jobs: an hour each is 2.40; at most ten days, or what its own limit leaves: two at once for a day."""
    assert costs(run(fewest=1, most=10, parallel=2), hours=1) == (Decimal("0.24"), Decimal("2.4"), Decimal("57.6"))
    assert costs(run(most=10, parallel=2, whole_limit_seconds=DAY), hours=1)[2] == Decimal("11.52")
    assert costs(run(most=10, parallel=2, whole_limit_seconds=3600), hours=1)[1] == Decimal("0.48")


def test_a_line_without_a_price_is_missing_and_in_no_sum():
    """Never zero."""
    planned = run(line(), line("30", "GB-Mo", "Storage-Training"))
    time = run_time(planned, None, None)
    way = cost_way(
        planned.ways[0], planned, time, None, lambda each: None if each.line.pricing_unit == "GB-Mo" else unit_price("0.24")
    )
    assert [each.line.component for each in way.missing] == ["Storage-Training"]
    assert way.listed()[2] == Decimal("5.76")
    nothing = cost_way(planned.ways[0], planned, time, None, lambda _: None)
    assert (nothing.listed(), len(nothing.missing)) == ((None, None, None), 2)


def test_of_several_ways_one_is_billed():
    """The cheapest at least, the dearest at most, the first as expected."""
    one, two = (Decimal(1), Decimal(2), Decimal(9)), (Decimal("0.5"), Decimal(1), Decimal(30))
    assert spanned([one, two]) == (Decimal("0.5"), Decimal(2), Decimal(30))
    assert spanned([one, (None, None, None)]) == (None, Decimal(2), None)
    assert spanned([]) == (None, None, None)
    assert added([one, two, None]) == (Decimal("1.5"), Decimal(3), Decimal(39))
    assert added([one, (None, Decimal(1), None)]) == (None, Decimal(3), None)


def test_a_line_as_it_goes_over_the_wire():
    """With its quantity at the expected time, its price and where that is from."""
    planned = run(line("2"))
    way = cost_way(planned.ways[0], planned, run_time(planned, FORECAST, None), None, lambda _: unit_price("0.24", sku="ABC"))
    told = document(way.lines[0])
    assert (told.pricing_quantity, told.pricing_unit, told.list_unit_price, told.sku_price_id) == (2, "Hours", "0.24", "ABC")
    assert (told.price_source, told.price_as_of, told.price_basis) == ("fake", "2026-01-01", "observed")
    assert told.contracted_cost is None
