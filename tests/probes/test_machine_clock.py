"""Suspension, and a clock that is set."""

from __future__ import annotations

from datetime import timedelta

import pytest

from mlcost_ext.probes.machine_clock import ClockFacts, MachineClock
from tests.fakes import NOW

HOUR = timedelta(hours=1)
STILL = ClockFacts()


class Machine:
    """A machine that one can suspend, and whose clock one can set."""

    def __init__(self) -> None:
        self.wall, self.booted, self.awake = NOW.timestamp(), 50_000.0, 40_000.0
        self.clock = MachineClock(lambda: self.wall, lambda: self.booted, lambda: self.awake)

    def run(self, seconds: float) -> None:
        self.wall, self.booted, self.awake = self.wall + seconds, self.booted + seconds, self.awake + seconds

    def sleep(self, seconds: float) -> None:
        self.wall, self.booted = self.wall + seconds, self.booted + seconds

    def set_by(self, seconds: float) -> None:
        self.wall += seconds


@pytest.fixture
def machine() -> Machine:
    made = Machine()
    assert made.clock.look(NOW) == STILL
    return made


@pytest.mark.parametrize("drift", [0.0, 1.9, -1.9])
def test_nothing_happens(machine: Machine, drift: float) -> None:
    """Hours go by; a clock that is two seconds off was not set."""
    machine.run(7200)
    machine.set_by(drift)
    assert machine.clock.look(NOW) == STILL


def test_a_suspension(machine: Machine) -> None:
    """It is told from the first look after it on."""
    machine.run(30)
    machine.sleep(8 * 3600)
    assert machine.clock.look(NOW) == ClockFacts(resumed_at=NOW)
    machine.run(30)
    assert machine.clock.look(NOW + HOUR) == ClockFacts(resumed_at=NOW)


def test_a_short_one_is_none(machine: Machine) -> None:
    """A minute more or less."""
    machine.sleep(59)
    assert machine.clock.look(NOW) == STILL


@pytest.mark.parametrize("seconds", [3600.0, -3600.0, 3.0, -86400.0])
def test_a_clock_that_is_set(machine: Machine, seconds: float) -> None:
    """It is told once, and is no suspension."""
    machine.run(30)
    machine.set_by(seconds)
    assert machine.clock.look(NOW) == ClockFacts(step=timedelta(seconds=seconds))
    machine.run(30)
    assert machine.clock.look(NOW) == STILL


def test_a_clock_that_goes_wrong_slowly(machine: Machine) -> None:
    """It is told when it has gone so far, lest times that are kept move away from it."""
    steps = []
    for _ in range(5):
        machine.run(3600)
        machine.set_by(0.75)
        steps.append(machine.clock.look(NOW).step.total_seconds())
    assert steps == [0.0, 0.0, pytest.approx(2.25), 0.0, 0.0]


def test_both_at_once(machine: Machine) -> None:
    """A machine that wakes with a wrong clock."""
    machine.sleep(3600)
    machine.set_by(-7200)
    assert machine.clock.look(NOW) == ClockFacts(resumed_at=NOW, step=timedelta(seconds=-7200))


def test_when_it_woke_moves_with_the_clock(machine: Machine) -> None:
    """It stays as long ago as it was."""
    machine.sleep(3600)
    assert machine.clock.look(NOW).resumed_at == NOW
    machine.set_by(3600)
    assert machine.clock.look(NOW + HOUR) == ClockFacts(resumed_at=NOW + HOUR, step=HOUR)


def test_a_thread_that_is_held_up_between_two_clocks_reads_them_again() -> None:
    """A busy machine is none whose clock was set."""
    machine, delays = Machine(), [0.0, 5.0]

    def booted() -> float:
        machine.run(delays.pop(0) if delays else 0.0)
        return machine.booted

    clock = MachineClock(lambda: machine.wall, booted, lambda: machine.awake)
    assert [clock.look(NOW), clock.look(NOW)] == [STILL, STILL]
    assert delays == []


def test_this_machine_is_awake() -> None:
    """By its own clocks."""
    clock = MachineClock()
    assert [clock.look(NOW), clock.look(NOW)] == [STILL, STILL]
