"""Forecasts: always an interval, from the run's own groups first, the same for the same history."""

from __future__ import annotations

import math
import random
from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlcost_ext.forecast import Forecast, Forecaster, Run
from mlcost_ext.forecast.forecaster import MOST_GROUPS
from mlcost_ext.forecast.group import KEPT
from mlcost_ext.forecast.margin import RESIDUALS

OWN = ("script", "image", "owner")


def run(seconds: float, at: float, groups: tuple[str | None, ...] = OWN, **more: float | str | None) -> Run:
    return Run(groups=groups, seconds=seconds, ended_at=at, **more)  # type: ignore[arg-type]


def learned(runs: Iterable[Run]) -> Forecaster:
    forecaster = Forecaster()
    for each in runs:
        forecaster.add(each)
    return forecaster


def told(forecaster: Forecaster, groups: tuple[str | None, ...] = OWN, **more: float | str | None) -> Forecast:
    found = forecaster.forecast(groups, **more)  # type: ignore[arg-type]
    assert found is not None
    assert 0 < found.low <= found.expected <= found.high < math.inf
    return found


def test_there_is_none_before_three_runs_of_a_group() -> None:
    """Not of two runs of one group and one of another."""
    forecaster = Forecaster()
    assert forecaster.forecast(OWN) is None
    for number, script in enumerate(("script", "other", "script")):
        assert forecaster.forecast(OWN) is None
        forecaster.add(run(100.0, number, (script, f"image of {script}", None)))
    assert forecaster.forecast(("script", "image of script", None)) is None
    assert forecaster.forecast((None, None, None)) is None
    assert forecaster.forecast(()) is None


def test_it_is_never_a_bare_number_on_little_history() -> None:
    """Three equal runs say little: the interval is a factor to each side."""
    found = told(learned(run(600.0, at) for at in range(3)))
    assert found.expected == pytest.approx(600.0)
    assert found.low < 400
    assert found.high > 900
    assert (found.sample_size, found.group, found.is_scaled, found.is_across_types) == (3, 0, False, False)


def test_the_most_specific_group_with_three_runs_is_told() -> None:
    """A script that was never run rests on its image, one of an unknown image on its owner."""
    forecaster = learned(run(300.0, at, (f"script-{at}", "image" if at % 2 else f"image-{at}", "owner")) for at in range(20))
    assert told(forecaster, ("new", "image", "owner")).group == 1
    assert told(forecaster, ("new", "new", "owner")).group == 2
    assert told(forecaster, (None, None, "owner")).group == 2
    assert told(forecaster, ("new", "new", "owner")).sample_size == 20


def test_own_runs_count_more_than_the_owners() -> None:
    """An hour's script stays at an hour, whatever its owner runs besides."""
    runs = [run(3600.0 if at % 2 else 60.0, at, ("long" if at % 2 else "short", "image", "owner")) for at in range(200)]
    forecaster = learned(runs)
    assert told(forecaster, ("long", "image", "owner")).expected == pytest.approx(3600, rel=0.05)
    assert told(forecaster, ("short", "image", "owner")).expected == pytest.approx(60, rel=0.05)


def test_newer_runs_count_more() -> None:
    """After a change the middle follows within a few runs."""
    forecaster = learned(run(100.0 if at < 100 else 1000.0, at) for at in range(110))
    assert told(forecaster).expected > 900


def test_no_time_counts_as_one_second() -> None:
    """As half a second does."""
    assert told(learned(run(at % 2 / 2, at) for at in range(10))).expected == pytest.approx(1.0)


@pytest.mark.parametrize("seconds", [-1.0, math.nan, math.inf])
def test_what_is_no_length_is_refused(seconds: float) -> None:
    """And nothing is kept of it."""
    forecaster = Forecaster()
    with pytest.raises(ValueError, match="a run of"):
        forecaster.add(run(seconds, 1.0))
    assert forecaster.forecast(OWN) is None


def test_runs_come_in_the_order_of_their_end() -> None:
    """The same moment is in order."""
    forecaster = learned([run(5.0, 10.0), run(7.0, 10.0)])
    with pytest.raises(ValueError, match="after one that ended at 10"):
        forecaster.add(run(5.0, 9.0))


def test_what_had_not_ended_when_a_run_started_does_not_flatter_its_margin() -> None:
    """A hundred runs side by side knew nothing of each other."""
    chance = random.Random(5)
    side_by_side, in_turn = Forecaster(), Forecaster()
    for round_ in range(30):
        level = chance.gauss(6, 1.5)
        for number, value in enumerate(sorted(math.exp(level + chance.gauss(0, 0.1)) for _ in range(50))):
            start = round_ * 1e7
            side_by_side.add(run(value, start + value))
            in_turn.add(run(value, start + (number + 1) * 1e5))
    wide, narrow = told(side_by_side), told(in_turn)
    assert math.log(wide.high / wide.low) > 2 * math.log(narrow.high / narrow.low)


def test_four_in_five_are_covered() -> None:
    """Of steady owners, of a restless one as well, and the shorter side is not left out."""
    chance, forecaster = random.Random(3), Forecaster()
    spread = {"steady": 0.2, "usual": 0.6, "restless": 1.5}
    within: dict[str, list[tuple[bool, bool]]] = {owner: [] for owner in spread}
    for at in range(6000):
        owner = chance.choice(list(spread))
        groups = (f"{owner} {at % 5}", owner)
        value = math.exp(5 + at % 5 + chance.gauss(0, spread[owner]))
        found = forecaster.forecast(groups)
        if found is not None and at >= 1000:
            within[owner].append((value < found.low, value > found.high))
        forecaster.add(Run(groups=groups, seconds=value, ended_at=at * 1e6))
    for below, above in ([sum(side) / len(rows) for side in zip(*rows, strict=True)] for rows in within.values()):
        assert 0.05 < below < 0.15
        assert 0.05 < above < 0.15
        assert 0.15 < below + above < 0.25


def test_memory_is_bounded() -> None:
    """Neither the runs of a group nor the groups of a level go on growing."""
    forecaster = learned(run(60.0, at, (f"script-{at}", "image", "owner")) for at in range(MOST_GROUPS + 500))
    scripts, images, owners = forecaster._levels
    assert (len(scripts), len(images), len(owners)) == (MOST_GROUPS, 1, 1)
    assert "script-0" not in scripts
    assert KEPT <= len(images["image"].values) == len(images["image"].ends) <= 2 * KEPT
    assert images["image"].count == MOST_GROUPS + 500
    assert len(forecaster._margins[0]._residuals) == RESIDUALS


def test_a_group_in_use_is_not_forgotten() -> None:
    """The one that was used longest ago is."""
    often = [("often", "image", "owner"), *((f"script-{at}", "image", "owner") for at in range(9))]
    forecaster = learned(run(60.0, at, often[at % 10]) for at in range(10))
    for at in range(10, MOST_GROUPS + 500):
        forecaster.add(run(60.0, at, ("often", "image", "owner") if at % 50 == 0 else (f"new-{at}", "image", "owner")))
    assert told(forecaster, ("often", "image", "owner")).group == 0
    assert "script-0" not in forecaster._levels[0]


RUNS = st.lists(
    st.tuples(
        st.sampled_from([("a", "x", "o"), ("b", "x", "o"), ("c", None, "o"), (None, None, "p"), ("a", "x"), ()]),
        st.floats(0, 1e9),
        st.floats(0, 1e6),
        st.sampled_from([None, 0.0, 1.0, 1e6, 1e12]),
        st.sampled_from([None, "small", "large"]),
    ),
    max_size=60,
)


@settings(max_examples=60, deadline=None)
@given(RUNS)
def test_whatever_was_run(rows: list[tuple[tuple[str | None, ...], float, float, float | None, str | None]]) -> None:
    """A forecast is an interval in order or none, it changes nothing, and the same runs give the same."""
    at, runs = 0.0, []
    for groups, seconds, later, scale, kind in rows:
        at += later
        runs.append(run(seconds, at, groups, scale=scale, speed_key=kind))
    one, other = learned(runs), learned(runs)
    for groups, _, _, scale, kind in [*rows[:8], (OWN, 1.0, 1.0, None, None)]:
        found = one.forecast(groups, scale=scale, speed_key=kind)
        assert found == other.forecast(groups, scale=scale, speed_key=kind) == one.forecast(groups, scale=scale, speed_key=kind)
        if found is not None:
            assert 0 < found.low <= found.expected <= found.high < math.inf
            assert found.sample_size >= 3
            assert groups[found.group] is not None
