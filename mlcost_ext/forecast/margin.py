"""How far a way's intervals are widened, so that they cover what they are to cover."""

from __future__ import annotations

from collections.abc import Sequence

from .window import Mean, Window

COVERED = 0.8
OUTSIDE_COSTS = 2 / (1 - COVERED)
RESIDUALS, OWN_RESIDUALS = 1000, 100
"""The last ones that a margin comes from: of all runs, and of one group's."""
FIRST_MARGIN, LEAST_RESIDUALS = 0.5, 20
"""With fewer residuals than that the margin is this, in ln: a factor of 1.65 to each side."""
TRUST, LEAST_OWN = 80, 5
"""A group's own quantile counts n / (n + the first), n the residuals it has, from the second on."""
PACE = 0.002
"""How fast the level moves: up by 0.8 of this where a run lay outside, down by 0.2 of it where not."""
LOWEST_LEVEL, HIGHEST_LEVEL = 0.7, 0.9
SCORED = 2000
"""Runs that the score looks back on."""

Interval = tuple[float, float]
Own = Sequence[Window]
"""Residuals of the groups that a run is one of, the most general first."""


class Margin:
    """A conformal margin: the 80 % quantile of how far ended runs lay outside of their intervals (below zero: inside).

    After Romano, Patterson and Candès, "Conformalized quantile regression" (NeurIPS 2019). It is drawn towards the same
    quantile of the run's own general groups, so that an owner whose runs vary more than others' gets wider intervals. The
    level follows the coverage that comes out (Gibbs and Candès, "Adaptive conformal inference under distribution shift",
    NeurIPS 2021).
    """

    __slots__ = ("_is_plain", "_level", "_residuals", "_scores")

    def __init__(self, *, is_plain: bool = False) -> None:
        self._is_plain = is_plain
        """Always 80 %, and no group's own."""
        self._level = COVERED
        self._residuals = Window(RESIDUALS)
        self._scores = Mean(SCORED)

    @property
    def score(self) -> float:
        """The mean score of the last runs' intervals, the smaller the better; 0 before there is any."""
        return self._scores.mean()

    def widened(self, interval: Interval, own: Own) -> Interval:
        """Give an interval with the margin added to both sides; the ends may come to lie the wrong way round."""
        margin = self._margin(own)
        return interval[0] - margin, interval[1] + margin

    def note(self, interval: Interval, own: Own, value: float) -> float:
        """Take in where a run lay, all as ln(seconds); give how far outside of its interval that is."""
        residual = max(interval[0] - value, value - interval[1])
        if len(self._residuals) >= LEAST_RESIDUALS:
            margin = self._margin(own)
            outside = max(0.0, residual - margin)
            # The interval score of Gneiting and Raftery (JASA 102, 2007): width, and ten times the distance outside.
            self._scores.add(interval[1] - interval[0] + 2 * margin + OUTSIDE_COSTS * outside)
            if not self._is_plain:
                moved = self._level + PACE * (COVERED - (outside == 0))
                self._level = min(HIGHEST_LEVEL, max(LOWEST_LEVEL, moved))
        self._residuals.add(residual)
        return residual

    def _margin(self, own: Own) -> float:
        if len(self._residuals) < LEAST_RESIDUALS:
            return FIRST_MARGIN
        margin = self._residuals.quantile(self._level)
        for residuals in own:
            count = len(residuals)
            if count >= LEAST_OWN:
                margin += count / (count + TRUST) * (residuals.quantile(self._level) - margin)
        return margin
