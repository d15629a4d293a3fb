"""When the reader is in trouble, with a clock in hand."""

import pytest

from mlcost_ext.aws.reader_health import SILENT_SECONDS, STEADY_SECONDS, Health
from tests.aws.reader.fakes import Clock


@pytest.fixture
def clock():
    return Clock()


def live(health, clock, seconds, *, speaks=True):
    """Let a child start, speak or not, and end after some seconds."""
    health.started()
    if speaks:
        health.spoke()
    clock.forward(seconds)
    return health.ended()


def test_a_child_that_cannot_be_started_is_trouble_until_one_speaks(clock):
    """Whatever the reason is; the hint says what to do."""
    health = Health(clock)
    health.could_not_start(NotImplementedError())
    assert health.trouble.code == "reader_trouble"
    assert "NotImplementedError" in health.trouble.message
    assert "mlcost doctor" in health.trouble.hint
    health.started()
    assert health.trouble is not None
    health.spoke()
    assert health.trouble is None


@pytest.mark.parametrize("speaks", [True, False])
def test_two_short_lives_in_a_row_are_trouble_and_one_is_not(clock, speaks):
    """Whether or not it had said something before."""
    health = Health(clock)
    assert not live(health, clock, 1, speaks=speaks)
    assert health.trouble is None
    assert not live(health, clock, 1, speaks=speaks)
    assert "2 times" in health.trouble.message


def test_a_long_life_begins_a_new_count(clock):
    """A child that is killed once a day is no trouble."""
    health = Health(clock)
    for seconds in (1, STEADY_SECONDS, 1):
        live(health, clock, seconds)
    assert health.trouble is None
    live(health, clock, STEADY_SECONDS, speaks=False)
    assert health.trouble is not None


def test_a_child_that_says_nothing_is_trouble_after_a_minute(clock):
    """Counted from when something was asked of it; while nothing is, it may be silent."""
    health = Health(clock)
    health.started()
    clock.forward(1000)
    assert health.trouble is None
    health.asked()
    clock.forward(SILENT_SECONDS - 1)
    health.asked()
    assert health.trouble is None
    clock.forward(1)
    assert "nothing for 60 seconds" in health.trouble.message
    health.left_alone()
    assert health.trouble is None
    health.asked()
    clock.forward(SILENT_SECONDS)
    assert health.trouble is not None
    health.spoke()
    assert health.trouble is None
