"""Runs on inputs of another size, and on other types."""

from __future__ import annotations

import math
import random

import pytest

from mlcost_ext.forecast import Forecast, Forecaster, Run
from mlcost_ext.forecast.elasticity import elasticity

OWN = ("script", "owner")
GIB = 2.0**30


def sized(power: float, count: int = 30, noise: float = 0.05) -> Forecaster:
    """Make runs on inputs of one to sixteen gigabytes, of ten minutes for one."""
    chance, forecaster = random.Random(1), Forecaster()
    for at in range(count):
        gigabytes = 2.0 ** (at % 5)
        seconds = 600 * gigabytes**power * math.exp(chance.gauss(0, noise))
        forecaster.add(Run(groups=OWN, seconds=seconds, ended_at=at * 1e6, scale=gigabytes * GIB))
    return forecaster


def told(forecaster: Forecaster, groups: tuple[str, ...] = OWN, scale: float | None = None, kind: str | None = None) -> Forecast:
    found = forecaster.forecast(groups, scale=scale, speed_key=kind)
    assert found is not None
    return found


@pytest.mark.parametrize("power", [0.5, 1.0])
def test_a_larger_input_takes_longer(power: float) -> None:
    """By the power that history shows, beyond the sizes it has."""
    found = told(sized(power), scale=64 * GIB)
    assert found.is_scaled
    assert found.expected == pytest.approx(600 * 64**power, rel=0.15)
    assert found.low < 600 * 64**power < found.high


def test_never_by_more_than_the_power_of_one_and_a_fifth() -> None:
    """Whatever a few runs seem to show."""
    one, two = (told(sized(2.0), scale=factor * GIB).expected for factor in (64, 128))
    assert two / one == pytest.approx(2**1.2, rel=0.05)


@pytest.mark.parametrize("power", [0.0, -0.5])
def test_where_length_does_not_follow_size_none_is_assumed(power: float) -> None:
    """And that is said."""
    forecaster = sized(power)
    assert not told(forecaster, scale=64 * GIB).is_scaled
    assert told(forecaster, scale=64 * GIB).expected == told(forecaster).expected


def test_sizes_that_do_not_differ_show_nothing() -> None:
    """Nor do sizes that are not known, nor a run whose own size is not."""
    same, unknown = Forecaster(), Forecaster()
    for at in range(30):
        same.add(Run(groups=OWN, seconds=600 + at, ended_at=at * 1e6, scale=GIB))
        unknown.add(Run(groups=OWN, seconds=600 + at, ended_at=at * 1e6))
    assert not told(same, scale=64 * GIB).is_scaled
    assert not told(unknown, scale=64 * GIB).is_scaled
    assert not told(sized(1.0)).is_scaled


def test_one_wild_run_does_not_bend_the_power() -> None:
    """The slope is a median."""
    points = [(math.log(2.0 ** (at % 5)), math.log(600 * 2.0 ** (at % 5)), None) for at in range(20)]
    points[7] = (points[7][0], points[7][1] + 6, None)
    assert elasticity(points) == pytest.approx(1.0, abs=0.1)


def test_a_difference_between_types_is_no_elasticity() -> None:
    """Large inputs that ran on the slow type only."""
    points = [(0.0, 5.0, "fast")] * 10 + [(2.0, 7.0, "slow")] * 10
    assert elasticity(points) is None


def on_types(*runs: tuple[str, str, float, int]) -> Forecaster:
    """Make runs: script, type, seconds, how often."""
    forecaster, at = Forecaster(), 0.0
    for script, kind, seconds, count in runs:
        for _ in range(count):
            at += 1e6
            forecaster.add(Run(groups=(script, "owner"), seconds=seconds, ended_at=at, speed_key=kind))
    return forecaster


def test_runs_on_another_type_tell_nothing_without_a_ratio() -> None:
    """Not even where there are no others; two runs on both are no ratio."""
    assert on_types(("script", "small", 600, 10)).forecast(OWN, speed_key="large") is None
    forecaster = on_types(("script", "small", 600, 10), ("other", "small", 600, 9), ("other", "large", 60, 2))
    assert forecaster.forecast(OWN, speed_key="large") is None
    assert told(forecaster).group == 0


def test_a_more_general_group_with_runs_on_the_type_is_taken_instead() -> None:
    """Its runs on that type only."""
    found = told(on_types(("script", "small", 600, 10), ("other", "large", 60, 3)), kind="large")
    assert (found.group, found.sample_size, found.is_across_types) == (1, 3, False)
    assert found.expected == pytest.approx(60)


def test_a_ratio_that_another_group_has_shown_is_used() -> None:
    """Its owner's mixture of other things is none."""
    forecaster = on_types(("other", "small", 1000, 3), ("other", "large", 250, 3), ("script", "small", 600, 10))
    found = told(forecaster, kind="large")
    assert (found.group, found.is_across_types) == (0, True)
    assert found.expected == pytest.approx(150, rel=0.02)
    assert not told(forecaster, kind="small").is_across_types


def test_a_groups_own_ratio_comes_before_others() -> None:
    """And its runs on the type itself count as they are."""
    forecaster = on_types(
        ("other", "small", 1000, 3), ("other", "large", 250, 3), ("script", "small", 600, 4), ("script", "large", 500, 4)
    )
    found = told(forecaster, kind="large")
    assert found.is_across_types
    assert found.expected == pytest.approx(500, rel=0.01)


def test_size_and_type_at_once() -> None:
    """Large inputs that ran on the fast type do not hide that it is fast."""
    forecaster, at = Forecaster(), 0.0
    for gigabytes in (1, 2, 4, 8) * 4:
        for kind, factor in (("small", 1.0), ("large", 0.25)):
            at += 1e6
            size = gigabytes * (4 if kind == "large" else 1)
            run = Run(groups=OWN, seconds=600 * size * factor, ended_at=at, scale=size * GIB, speed_key=kind)
            forecaster.add(run)
    found = told(forecaster, scale=16 * GIB, kind="large")
    assert found.is_scaled
    assert found.expected == pytest.approx(2400, rel=0.05)
