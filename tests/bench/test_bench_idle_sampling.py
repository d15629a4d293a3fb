"""What looks take: held against limits for ten minutes, and never where none was taken."""

from __future__ import annotations

from itertools import product

import pytest

from bench.arms import MLCOST
from bench.benchmarks.idle_sampling import OFF, SHADOW, Place, results
from bench.station import Station

NO_SERVER = Station(arm=MLCOST, pid=0, port=0, start_seconds=0.0, start_cpu_seconds=0.0)
PLACES = [Place(station=NO_SERVER, is_full=full, mode=mode) for full, mode in product((True, False), (SHADOW, OFF))]


def used(full: float, empty: float) -> list[dict[str, float]]:
    """Give what four servers have used: looking and full, full, looking and empty, empty."""
    quiet = {"looks": 0.0, "process": 3.0}
    return [{"looks": full, "process": 4.5}, quiet, {"looks": empty, "process": 3.25}, quiet]


@pytest.mark.parametrize(("full", "empty", "holds"), [(1.2, 0.01, [True, True]), (1.3, 0.011, [False, False])])
def test_looks_are_held_against_their_limits(full: float, empty: float, holds: list[bool]) -> None:
    """Those beside many kernels, and those beside nothing; whole processes tell beside."""
    told = {result.name: result for result in results(PLACES, used(full, empty))}
    assert [told[name].holds for name in ("idle_full", "idle_nothing")] == holds
    assert (told["idle_process_full"].value, told["idle_process_nothing"].value) == (1.5, 0.25)


def test_without_a_look_there_is_no_figure() -> None:
    """A sampler that does not run takes nothing, and that is no good figure."""
    with pytest.raises(RuntimeError, match="no look was taken"):
        results(PLACES, used(0.0, 0.0))
