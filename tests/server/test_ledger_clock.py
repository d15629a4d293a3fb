"""The time that the ledger is written by, where a clock is set, a machine sleeps, and AWS answers or does not."""

from __future__ import annotations

from datetime import timedelta

import pytest

from mlcost_ext.server.aws_time import AwsTime
from mlcost_ext.server.ledger_clock import LedgerClock
from tests.fakes import NOW

NEVER = float("-inf")


class Clocks:
    """A clock, with the one since boot that it is held against."""

    def __init__(self, *, tells_suspensions: bool = True) -> None:
        self.booted = 0.0
        self.clock = LedgerClock(lambda: self.booted, tells_suspensions=tells_suspensions)

    def look(self, told: float, answered_at: float = NEVER, *, passed: float = 1.0) -> float:
        """Look after so many seconds; give what it says in seconds after the start."""
        self.booted += passed
        return (self.clock.look(NOW + timedelta(seconds=told), answered_at) - NOW).total_seconds()


def test_a_clock_that_is_kept_right_is_followed() -> None:
    """Also where it goes back by some seconds, or the machine slept."""
    clocks = Clocks()
    assert [clocks.look(told, passed=passed) for told, passed in [(0, 1), (1, 1), (29, 2), (5, 1), (9000, 8990)]] == [
        0,
        1,
        29,
        5,
        9000,
    ]
    assert not clocks.clock.is_sure


@pytest.mark.parametrize("leap", [-7200.0, 7200.0, 365 * 86400.0])
def test_a_leap_is_believed_once_aws_has_answered_after_it(leap: float) -> None:
    """Until then so much time has passed as has passed."""
    clocks = Clocks()
    clocks.look(0, passed=1)
    assert clocks.look(1, answered_at=1.5) == 1
    assert clocks.clock.is_sure
    assert clocks.look(2 + leap, answered_at=2.5) == 2
    assert not clocks.clock.is_sure
    assert clocks.look(3 + leap, answered_at=2.5) == 3
    assert clocks.look(4 + leap, answered_at=4.5) == 4 + leap
    assert clocks.clock.is_sure
    assert clocks.look(5 + leap, answered_at=4.5) == 5 + leap


def test_a_leap_that_is_taken_back_was_none() -> None:
    """Without an answer."""
    clocks = Clocks()
    found = [clocks.look(told) for told in (0, 1, 3602, 3603, 4, 5)]
    assert found == [0, 1, 2, 3, 4, 5]


def test_without_a_clock_that_tells_suspensions_a_leap_ahead_may_be_one() -> None:
    """One back is none."""
    clocks = Clocks(tells_suspensions=False)
    assert [clocks.look(told) for told in (0, 3600, 1, 2)] == [0, 3600, 3601, 3602]


def test_awss_time_is_told_by_its_answers() -> None:
    """Not by a reading that failed, which tells the last one."""
    seconds = 5.0
    time = AwsTime(lambda: seconds)
    failed = {"code": "network_unreachable", "message": "m", "hint": "h"}
    assert not time.note({"push": "gone"})
    assert time.note({"push": "status", "clock_offset_seconds": 90.0, "problem": failed})
    assert (time.offset_seconds, time.told_at) == (90.0, NEVER)
    assert not time.note({"push": "items", "clock_offset_seconds": 90.5})
    assert (time.offset_seconds, time.told_at) == (90.0, 5.0)
    assert not time.note({"push": "status", "clock_offset_seconds": 91.0, "problem": {**failed, "code": "permission_missing"}})
    assert time.note({"push": "status", "clock_offset_seconds": 0.0, "problem": None})
    assert time.offset == timedelta(0)
