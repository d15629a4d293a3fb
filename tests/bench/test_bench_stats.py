"""The figures of a benchmark: medians of pairs, their intervals, and what a limit is held against."""

import random
from statistics import median

import pytest

from bench.importtime import our_imports_ms
from bench.plan import in_turn
from bench.report import figure
from bench.result import Result, paired, single
from bench.stats import bootstrap, differences, median_interval, percentile, pool, pooled_difference

IMPORTS = """\
import time: self [us] | cumulative | imported package
import time:       100 |        100 |       json.scanner
import time:       200 |        300 |     json
import time:        50 |         50 |       mlcost_ext._version
import time:       400 |        750 |   mlcost_ext
import time:        30 |         30 |       mlcost_ext.kernel.finder
import time:        20 |         50 |     mlcost_ext.kernel.bootstrap
import time:        70 |        120 |   other
import time:         9 |          9 | mlcost_extra
warning: something else
"""


def test_differences_are_taken_pair_by_pair():
    """A slow minute of the machine is in both readings of a pair, and cancels out."""
    assert differences([11.0, 52.0, 13.0], [10.0, 50.0, 10.0]) == [1.0, 2.0, 3.0]


def test_readings_without_partner_are_an_error():
    """Nothing is compared that was not measured in pairs."""
    with pytest.raises(ValueError, match=r"shorter|longer"):
        differences([1.0, 2.0], [1.0])


@pytest.mark.parametrize(
    ("percent", "expected"),
    [(0, 1.0), (50, 3.0), (75, 4.0), (90, 4.6), (100, 5.0)],
)
def test_percentile_is_interpolated(percent, expected):
    """Between two neighbours the value lies on the line that joins them, whatever the order."""
    assert percentile([5.0, 1.0, 3.0, 2.0, 4.0], percent) == pytest.approx(expected)


def test_percentile_of_nothing_is_an_error():
    """No value is not zero."""
    with pytest.raises(ValueError, match="at least one"):
        percentile([], 50)


def test_interval_holds_the_median_and_is_the_same_each_time():
    """The resampling has a fixed seed."""
    values = [3.0, 9.0, 4.0, 5.0, 7.0, 1.0]
    low, high = median_interval(values)
    assert low <= median(values) <= high
    assert (low, high) == median_interval(values)
    assert min(values) <= low < high <= max(values)


def test_interval_of_equal_readings_is_a_point():
    """What never varies leaves no doubt."""
    assert median_interval([2.0] * 5) == (2.0, 2.0)


def test_interval_narrows_with_more_readings():
    """Four times the readings tell about twice as much."""
    draw = random.Random(1)
    few = [draw.gauss(10, 2) for _ in range(25)]
    many = [*few, *(draw.gauss(10, 2) for _ in range(375))]
    width = [high - low for low, high in (median_interval(few, resamples=1000), median_interval(many, resamples=1000))]
    assert width[1] < width[0] / 2


def test_interval_covers_the_truth_nearly_always():
    """Of many experiments with a known median, about 95 in 100 have it in their interval."""
    draw = random.Random(2)
    intervals = [median_interval([draw.gauss(0, 1) for _ in range(30)], resamples=300) for _ in range(200)]
    covered = sum(low <= 0 <= high for low, high in intervals)
    assert 180 <= covered <= 200


def test_bootstrap_of_nothing_is_an_error():
    """An interval needs readings."""
    with pytest.raises(ValueError, match="at least one"):
        bootstrap(0, lambda picked: 0.0)


def test_pooled_windows_are_drawn_as_pairs():
    """Windows a constant apart differ by just that, however they are drawn."""
    bare = [[1.0, 2.0, 3.0], [10.0, 20.0, 30.0], [5.0, 5.0, 6.0]]
    ours = [[probe + 4.0 for probe in window] for window in bare]
    value, interval = pooled_difference(ours, bare, lambda probes: percentile(probes, 99), resamples=50)
    assert value == pytest.approx(4.0)
    assert interval == pytest.approx((4.0, 4.0))


def test_windows_without_partner_are_an_error():
    """As many windows with us as without."""
    with pytest.raises(ValueError, match="not paired"):
        pooled_difference([[1.0]], [], max)


def test_pool_keeps_every_probe():
    """Long windows count more than short ones."""
    assert pool([[1.0, 2.0], [3.0]]) == [1.0, 2.0, 3.0]


def test_a_limit_is_held_against_the_intervals_upper_end():
    """A median within the limit is not enough."""
    result = Result(name="a", title="a", unit="ms", value=9.0, limit=10.0, interval=(8.0, 10.5))
    assert result.holds is False
    assert Result(name="a", title="a", unit="ms", value=9.0, limit=10.0, interval=(8.0, 10.0)).holds is True


def test_without_interval_the_value_itself_is_held_against_the_limit():
    """A size does not vary."""
    assert Result(name="a", title="a", unit="KB", value=61.0, limit=60.0).holds is False


def test_without_limit_nothing_is_judged():
    """What is only for information neither holds nor misses."""
    assert single("a", "a", "ms", [1.0]).holds is None


def test_a_paired_result_keeps_its_readings():
    """Whoever doubts a median can count again."""
    readings = {"mlcost": [5.0, 7.0, 6.0], "bare": [4.0, 4.0, 4.0], "jru": [0.0, 0.0, 0.0]}
    result = paired("a", "a", "ms", readings, 3.0, of=("mlcost", "bare"))
    assert (result.value, result.count, result.holds) == (2.0, 3, True)
    assert result.readings == {"mlcost": [5.0, 7.0, 6.0], "bare": [4.0, 4.0, 4.0]}


def test_arms_take_turns_in_going_first():
    """Neither is always the one that finds the machine warm."""
    assert list(in_turn(("a", "b"), 3)) == [("a", "b"), ("b", "a"), ("a", "b")]


def test_imports_of_ours_are_told_from_what_they_cause():
    """Own time counts our modules only; the rest of what they pulled in counts once."""
    assert our_imports_ms(IMPORTS) == (0.5, 0.8)


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (0.0312, "0.031"),
        (-0.25, "−0.25"),
        (4.25, "4.25"),
        (60.0, "60"),
        (123.46, "123.5"),
        (4321.2, "4,321"),
        (0.0, "0"),
        (150.0, "150"),
    ],
)
def test_figures_are_written_short(value, written):
    """Three significant places or so, and no zeros behind them."""
    assert figure(value) == written
