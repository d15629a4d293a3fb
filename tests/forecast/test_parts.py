"""Windows, weighted quantiles, and the choice among ways."""

from __future__ import annotations

import random
from statistics import quantiles

import pytest

from mlcost_ext.forecast import mixture
from mlcost_ext.forecast.choice import BestMiddle
from mlcost_ext.forecast.margin import FIRST_MARGIN, Margin
from mlcost_ext.forecast.mixture import PROMPT, STEADY, Mixtures, plain_quantiles, smooth_quantile
from mlcost_ext.forecast.window import Mean, Window


def test_a_window_forgets_the_oldest() -> None:
    """Its quantiles are those of the last values."""
    chance, window = random.Random(2), Window(50)
    values = [round(chance.gauss(0, 1), 1) for _ in range(400)]  # with many that are equal
    for value in values:
        window.add(value)
    assert len(window) == 50
    expected = quantiles(values[-50:], n=10, method="inclusive")
    assert [window.quantile(part / 10) for part in range(1, 10)] == pytest.approx(expected)
    assert (window.quantile(0), window.quantile(1)) == (min(values[-50:]), max(values[-50:]))


def test_a_mean_forgets_the_oldest() -> None:
    """And is nothing of nothing."""
    mean = Mean(3)
    assert mean.mean() == 0.0
    for value in (9.0, 1.0, 2.0, 3.0):
        mean.add(value)
    assert mean.mean() == pytest.approx(2.0)


@pytest.mark.parametrize("weighing", [STEADY, PROMPT])
def test_weights_add_up_and_fall_with_age(weighing) -> None:
    """Of one level and of four; a level with more runs passes on less."""
    for counts in ((1,), (40,), (3, 3, 3, 3), (1, 24, 16, 16)):
        assert sum(weighing.of_levels(counts)) == pytest.approx(1.0)
    weights = weighing.of_level(40)
    assert weights == sorted(weights)
    assert weighing.share(40) < weighing.share(3) < 1


def test_quantiles_of_equal_weights_lie_between_the_middles() -> None:
    """And beyond the outer middles there is nothing."""
    values, weights, summed = [1.0, 2.0, 3.0, 4.0], [0.25] * 4, [0.25, 0.5, 0.75, 1.0]
    found = [smooth_quantile(values, weights, summed, part) for part in (0.01, 0.125, 0.25, 0.5, 0.625, 0.99)]
    assert found == pytest.approx([1.0, 1.0, 1.5, 2.5, 3.0, 4.0])


def test_quantiles_of_what_is_always_the_same() -> None:
    """Are that."""
    for levels in ([[5.0]], [[5.0] * 40, [5.0] * 24]):
        assert Mixtures().quantiles(levels) == ((5.0, 5.0, 5.0), (5.0, 5.0, 5.0), 5.0)
    assert plain_quantiles([5.0]) == (5.0, 5.0, 5.0)


def test_the_prompt_middle_is_nearer_to_the_last_runs() -> None:
    """Than the steady one is; and the lone way hardly looks at the next level."""
    steady, lone, prompt = Mixtures().quantiles([[*map(float, range(40))], [100.0] * 24])
    assert steady[0] < steady[1] < steady[2] == 100
    assert lone[0] < lone[1] < prompt < lone[2] < 50


def test_weights_are_kept_within_bounds(monkeypatch) -> None:
    """As many as there may be, and the figures stay the same."""
    monkeypatch.setattr(mixture, "MOST_CACHED", 3)
    mixtures = Mixtures()
    found = [mixtures.quantiles([[1.0] * count, [2.0]]) for count in (1, 2, 3, 4, 5, 1)]
    assert found[0] == found[-1]
    assert len(mixtures._weights) <= 3


def test_a_margin_is_drawn_towards_the_groups_own() -> None:
    """A first one where there is no residual; the plain one stays the common one."""
    own = Window(100)
    for _ in range(80):
        own.add(3.0)
    for margin, expected in ((Margin(), 2.0), (Margin(is_plain=True), 1.0)):
        assert margin.widened((0.0, 0.0), ()) == (-FIRST_MARGIN, FIRST_MARGIN)
        for _ in range(100):
            assert margin.note((0.0, 0.0), (), 1.0) == 1.0
        assert margin.widened((0.0, 0.0), ())[1] == pytest.approx(1.0)
        if expected > 1:
            assert margin.widened((0.0, 0.0), (own,))[1] == pytest.approx(expected)
        assert margin.score == pytest.approx(2.0)


def test_the_level_follows_the_coverage() -> None:
    """Within bounds: where all are outside it rises, where all are inside it falls."""
    outside, inside = Margin(), Margin()
    for number in range(2000):
        outside.note((0.0, 0.0), (), 1.0 + number)
        inside.note((0.0, 0.0), (), 1.0)
    assert outside._level == pytest.approx(0.9)
    assert inside._level == pytest.approx(0.7)


def test_the_plain_way_is_taken_until_another_is_better() -> None:
    """Then that one, and the plain one again once it is the best."""
    choice = BestMiddle(3)
    assert choice.best == 2
    for _ in range(100):
        choice.add((1.0, 0.1, 0.5), 0.0)
    assert choice.best == 1
    for _ in range(3000):
        choice.add((1.0, 0.9, 0.5), 0.0)
    assert choice.best == 2
