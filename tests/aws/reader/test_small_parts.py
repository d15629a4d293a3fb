"""Budget, pace, names, permissions and marks, each with a clock in hand."""

from datetime import timedelta

import pytest

from mlcost_ext.aws.reader import mark, pace
from mlcost_ext.aws.reader.budget import BURST_CALLS, CALLS_PER_MINUTE, Budget
from mlcost_ext.aws.reader.names import Names
from mlcost_ext.aws.reader.permissions import RETRY_SECONDS, Permissions
from tests.aws.reader.fakes import START, Clock


def test_the_budget_allows_a_burst_and_then_the_steady_rate():
    """The first picture comes at once; after it a call is due every five seconds."""
    clock = Clock()
    budget = Budget(clock)
    for _ in range(BURST_CALLS):
        assert budget.seconds_until() == 0
        budget.spend()
    assert budget.seconds_until() == pytest.approx(60 / CALLS_PER_MINUTE)
    clock.forward(60 / CALLS_PER_MINUTE)
    assert budget.seconds_until() == pytest.approx(0, abs=1e-6)


def test_the_budget_never_saves_up_more_than_its_burst():
    """A night asleep does not allow a flood in the morning."""
    clock = Clock()
    budget = Budget(clock)
    clock.forward(100_000)
    assert budget.seconds_until(reserve=BURST_CALLS) > 0
    assert budget.seconds_until(reserve=BURST_CALLS - 1) == 0


@pytest.mark.parametrize(("draw", "seconds"), [(0.0, 9.0), (0.5, 10.0), (1.0, 11.0)])
def test_a_poll_is_moved_by_a_tenth_at_most(draw, seconds):
    """Readers of many users do not march in step."""
    assert pace.poll_seconds("viewed", lambda: draw) == pytest.approx(seconds)


def test_throttling_doubles_the_wait_up_to_a_minute():
    """And is never more eager than the pace itself."""
    waits = [pace.back_off_seconds("viewed", failures, lambda: 0.5) for failures in (1, 2, 3, 4, 100)]
    assert waits == [20, 40, 60, 60, 60]
    assert pace.back_off_seconds("background", 1, lambda: 0.5) == 60


def test_a_new_name_is_due_at_once_after_three_and_eight_seconds_and_then_with_each_poll():
    """The first seconds of a launch are the ones somebody watches."""
    clock = Clock()
    names = Names(clock)
    names.want(["a"])
    due_after = []
    for _ in range(4):
        due_after.append(names.next_due() - 1000.0)
        clock.forward(names.next_due() - clock())
        names.found("a", 10.0)
    assert due_after == [0, 3, 8, 18]


def test_an_unknown_name_is_asked_for_less_and_less():
    """Up to every five minutes."""
    clock = Clock()
    names = Names(clock)
    names.want(["a"])
    waits = []
    for _ in range(10):
        names.missed("a")
        waits.append(names.next_due() - clock())
    assert waits == [3, 6, 12, 24, 48, 96, 192, 300, 300, 300]


def test_launches_of_a_later_watch_are_due_before_those_of_the_first():
    """The newest first; then what was read once or twice; then the old ones, the longest overdue first."""
    clock = Clock()
    names = Names(clock)
    names.want(["old-a", "old-b"])
    names.want(["old-a", "old-b", "seen"])
    names.found("seen", 10.0)
    names.want(["old-a", "old-b", "seen", "z-new"])
    names.want(["old-a", "old-b", "seen", "z-new", "newest"])
    clock.forward(5)
    assert names.due() == ["newest", "z-new", "seen", "old-a", "old-b"]


def test_a_name_that_aws_does_not_know_is_gone_after_half_a_minute():
    """It is said once, and again only after it was there again."""
    clock = Clock()
    names = Names(clock)
    names.want(["a"])
    told = []
    for _ in range(7):
        told.append((clock() - 1000.0, names.absent("a")))
        clock.forward(names.next_due() - clock())
    assert told == [(0, False), (3, False), (9, False), (21, False), (30, True), (1830, False), (3630, False)]
    names.found("a", 10.0)
    assert not names.absent("a")


def test_a_touched_job_that_nobody_named_is_left_to_the_listing_after_three_readings():
    """A Stop is followed closely, not for ever."""
    names = Names(Clock())
    names.touch("a")
    for _ in range(3):
        assert names.next_due() is not None
        names.found("a", 10.0)
    assert names.next_due() is None


def test_denied_actions_are_all_named_and_tried_again_after_five_minutes():
    """One problem, every action once."""
    clock = Clock()
    permissions = Permissions(clock)
    for _ in range(2):
        permissions.denied("sagemaker:Search")
    permissions.denied("sagemaker:ListTags")
    assert permissions.problem().message == "These AWS credentials may not call sagemaker:Search and sagemaker:ListTags."
    assert not permissions.allows("sagemaker:Search")
    clock.forward(RETRY_SECONDS)
    assert permissions.allows("sagemaker:Search")
    permissions.granted("sagemaker:Search")
    permissions.granted("sagemaker:ListTags")
    assert permissions.problem() is None


def test_the_mark_follows_the_last_change_but_not_past_the_begin_of_the_poll():
    """What changes while pages are read is asked for again."""
    started = START
    assert mark.moved(None, [], started) is None
    assert mark.moved(None, [started - timedelta(minutes=1), None], started) == started - timedelta(minutes=1)
    assert mark.moved(None, [started + timedelta(minutes=1)], started) == started
    assert mark.moved(started - timedelta(hours=5), [], started) == started - timedelta(minutes=5)


def test_changes_are_asked_for_with_an_overlap():
    """The index lags; while nothing was seen, a day is asked for."""
    assert mark.since(START, START) == START - timedelta(seconds=60)
    assert mark.since(None, START) == START - timedelta(hours=24)
