"""Clocks that go back, and starts that are still to come: nothing is overdue by them."""

from __future__ import annotations

from datetime import timedelta

from mlcost_ext.core.activity import GpuFacts, Measurements
from mlcost_ext.core.idle import IdleOptions
from mlcost_ext.idle.tracking import Tracked, track
from mlcost_ext.idle.verdict import verdict
from tests.fakes import NOW

OPTIONS = IdleOptions(mode="shadow", timeout=timedelta(minutes=60), timeout_origin="built-in", warn=timedelta(minutes=5))
GPU = GpuFacts(index=0, utilisation_fraction=0.5, memory_used_bytes=0, owner="ours")


def test_a_look_from_before_the_last_one_counts_as_one_at_the_same_moment() -> None:
    """The last activity is kept, and nothing goes on in the past."""
    long_ago = NOW - timedelta(days=1)
    first = track(Tracked(), Measurements(taken_at=NOW, server_started_at=long_ago, gpus=(GPU,)), OPTIONS)
    back = track(first, Measurements(taken_at=NOW - timedelta(hours=5), server_started_at=long_ago), OPTIONS)
    assert back.as_of == NOW
    found = verdict(back, OPTIONS, NOW + timedelta(seconds=1))
    assert (found.state, found.is_overdue) == ("active", False)
    assert found.stops_at == NOW + OPTIONS.timeout


def test_a_start_that_is_still_to_come_makes_nothing_overdue() -> None:
    """It is idle since the look itself, as there is nothing else."""
    tracked = track(Tracked(), Measurements(taken_at=NOW, server_started_at=NOW + timedelta(hours=1)), OPTIONS)
    found = verdict(tracked, OPTIONS, NOW)
    assert (found.state, found.since, found.is_overdue) == ("idle", NOW, False)
