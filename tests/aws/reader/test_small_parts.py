"""Budget, pace, gate, names, permissions and marks, each with a clock in hand."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlcost_ext.aws.reader import pace
from mlcost_ext.aws.reader.ask import Rank
from mlcost_ext.aws.reader.budget import (
    FIRST_PICTURE_CALLS,
    OBSERVED_SECONDS,
    SESSION_CALLS,
    WINDOW_CALLS,
    WINDOW_SECONDS,
    Bucket,
    Budget,
)
from mlcost_ext.aws.reader.gate import Gate
from mlcost_ext.aws.reader.mark import MAX_OVERLAP, OVERLAP, OWED_SECONDS, Mark
from mlcost_ext.aws.reader.names import Names
from mlcost_ext.aws.reader.pace import Load, tempo_of
from mlcost_ext.aws.reader.permissions import RETRY_SECONDS, Permissions
from mlcost_ext.core.job import Problem
from tests.aws.reader.fakes import START, Clock

THROTTLED = Problem(code="throttled", message="Too often.", hint="Wait.")
UNREACHABLE = Problem(code="network_unreachable", message="No answer.", hint="Wait.")


def opened(clock):
    """Give a budget whose first picture is over."""
    budget = Budget(clock)
    budget.end_first_picture()
    return budget


# -- budget ---------------------------------------------------------------------------------


def test_the_first_picture_has_calls_of_its_own_and_leaves_some_to_the_session():
    """A hundred and fifty, whoever makes them; the poller stops before the last."""
    budget = Budget(Clock())
    for _ in range(FIRST_PICTURE_CALLS - SESSION_CALLS):
        assert budget.has_first_calls
        budget.spend()
    assert not budget.has_first_calls
    for _ in range(SESSION_CALLS):
        budget.spend()
    assert (budget.first_spent, budget.spent, budget.used()) == (150, 0, 0)
    budget.spend()
    assert (budget.first_spent, budget.spent, budget.used()) == (150, 1, 1)


def test_any_ten_minutes_hold_a_hundred_and_twenty_calls():
    """The next one is due when the oldest has left."""
    clock = Clock()
    budget = opened(clock)
    for _ in range(WINDOW_CALLS):
        assert budget.seconds_until() == 0
        budget.spend()
        clock.forward(1)
    assert budget.seconds_until() == pytest.approx(WINDOW_SECONDS - WINDOW_CALLS)
    clock.forward(WINDOW_SECONDS - WINDOW_CALLS)
    assert budget.seconds_until() == 0
    clock.forward(100_000)
    assert budget.used() == 0


@pytest.mark.parametrize(("earlier", "expected"), [(0, 150), (150, 150), (200, 100), (300, 0), (900, 0)])
def test_first_pictures_of_processes_that_die_are_not_endless(earlier, expected):
    """Two in ten minutes, and no more."""
    budget = Budget(Clock())
    budget.begin_with([], first_calls=earlier)
    for _ in range(150):
        budget.spend()
    assert budget.first_spent == expected


def test_calls_of_an_earlier_process_count():
    """A reader that ends and starts again and again does not ask more for it."""
    budget = opened(Clock())
    budget.begin_with([10.0] * 100 + [601.0] * 20)
    assert (budget.used(), budget.seconds_until()) == (120, pytest.approx(1.0))


def test_what_can_wait_leaves_enough_to_what_cannot():
    """At each moment of the next ten minutes, whatever was spent when."""
    clock = Clock()
    budget = opened(clock)
    for _ in range(60):
        budget.spend()
    assert budget.seconds_until(per_second=0.08, reserve=10) == 0
    wait = budget.seconds_until(per_second=0.09, reserve=10)
    assert wait > 0
    clock.forward(wait)
    assert budget.seconds_until(per_second=0.09, reserve=10) == pytest.approx(0, abs=1e-6)
    assert budget.seconds_until(reserve=59) == 0
    assert budget.seconds_until(reserve=60) > 0


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 60), st.booleans()), max_size=200), st.floats(0.02, 0.15))
def test_whoever_keeps_to_it_never_has_to_wait_for_those_who_can(steps, per_second):
    """Polls at a fixed rate always find room, however greedily the rest is used."""
    clock = Clock()
    budget = opened(clock)
    due = clock()
    for seconds, is_greedy in steps:
        clock.forward(seconds)
        while due <= clock():
            assert budget.seconds_until() == 0
            budget.spend()
            due += 1 / per_second
        while is_greedy and budget.seconds_until(per_second=per_second, reserve=3) == 0:
            budget.spend()
    assert budget.used() <= WINDOW_CALLS


def test_a_bucket_gives_some_at_once_and_then_one_now_and_then():
    """And tells what it usually gives, after a quarter of an hour."""
    clock = Clock()
    bucket = Bucket(clock, burst=3, per_second=0.1)
    for _ in range(3):
        assert bucket.seconds_until() == 0
        bucket.spend()
    assert bucket.seconds_until() == pytest.approx(10)
    assert bucket.usual() is None
    clock.forward(OBSERVED_SECONDS - 1)
    bucket.spend()
    clock.forward(2)
    assert bucket.usual() == pytest.approx(WINDOW_SECONDS / OBSERVED_SECONDS)


# -- pace -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("load", "seconds"),
    [
        (Load(prompt=3, other=7, is_busy=True), 29.3),
        (Load(prompt=3, other=7, details=0, is_busy=False), pytest.approx(20, abs=0.5)),
        (Load(prompt=1), 15.0),
        (Load(prompt=6, other=14, is_busy=True), pytest.approx(51, abs=5)),
    ],
)
def test_what_changes_is_read_as_often_as_the_budget_allows(load, seconds):
    """Within 30 seconds, of one region."""
    assert tempo_of("viewed", load).prompt_seconds == seconds


@pytest.mark.parametrize("regions", range(1, 12))
def test_however_many_regions_are_followed_the_polls_alone_fit_into_the_budget(regions):
    """They become slower, the prompt ones first."""
    tempo = tempo_of("viewed", Load(prompt=3 * regions, other=7 * regions))
    polls = tempo.load.prompt / tempo.prompt_seconds + tempo.load.other / tempo.other_seconds
    assert polls * WINDOW_SECONDS <= WINDOW_CALLS - pace.RESERVE_CALLS


def test_in_the_background_changes_are_read_each_minute():
    """Nobody looks."""
    assert tempo_of("background", Load(prompt=1)).prompt_seconds == 60


def test_what_is_less_urgent_leaves_more():
    """Rank by rank."""
    tempo = tempo_of("viewed", Load(prompt=3, other=7, is_busy=True))
    left = [tempo.per_second(rank) * WINDOW_SECONDS + tempo.reserve(rank) for rank in Rank if rank is not Rank.FIRST]
    names, prompt, other, *details_and_less = left
    assert prompt < other < names
    assert details_and_less == sorted(details_and_less)
    assert details_and_less[-1] < WINDOW_CALLS


@pytest.mark.parametrize(("draw", "seconds"), [(0.0, 98.5), (0.5, 100.0), (1.0, 101.5)])
def test_a_poll_is_moved_a_little(draw, seconds):
    """Readers of many users do not march in step."""
    assert pace.jittered(100, lambda: draw) == pytest.approx(seconds)


# -- gate -----------------------------------------------------------------------------------


def test_throttling_doubles_the_wait_up_to_a_minute_and_halves_it_afterwards():
    """And it is said how long is waited between two calls."""
    clock = Clock()
    gate = Gate(clock, lambda: 0.5)
    waits = []
    for _ in range(4):
        gate.failed(THROTTLED, is_alone=True)
        waits.append(gate.opens_at() - clock())
        gate.hurry()
        assert gate.opens_at() - clock() == waits[-1]
    assert waits == [15, 30, 60, 60]
    assert (gate.seconds_between, gate.problem) == (60, THROTTLED)
    waits = []
    while gate.seconds_between is not None:
        gate.passed()
        waits.append(gate.seconds_between)
    assert waits == [30, 15, 7.5, None]
    assert gate.problem is None
    assert gate.opens_at() <= clock()


def test_a_network_that_does_not_answer_is_tried_every_ten_seconds_or_less_where_others_wait():
    """A viewer hurries it."""
    clock = Clock()
    gate = Gate(clock, lambda: 0.5)
    waits = []
    for is_alone in (True, True, False, False, False, False):
        gate.failed(UNREACHABLE, is_alone=is_alone)
        waits.append(gate.opens_at() - clock())
    assert waits == [10, 10, 10, 20, 40, 60]
    gate.hurry()
    assert gate.opens_at() <= clock()
    assert gate.problem == UNREACHABLE


def test_a_fault_of_one_thing_closes_no_gate():
    """The next call may well be answered."""
    gate = Gate(Clock(), lambda: 0.5)
    gate.failed(Problem(code="not_found", message="No.", hint="Look."), is_alone=True)
    assert gate.problem is None


# -- names ----------------------------------------------------------------------------------


def every(kind):
    return True


A = ("training", "a")


def test_a_new_name_is_due_at_once_after_three_and_eight_seconds_and_then_with_each_poll():
    """The first seconds of a launch are the ones somebody watches."""
    clock = Clock()
    names = Names(clock)
    names.want([])
    names.want([A])
    due_after = []
    for _ in range(4):
        due_after.append(names.next_due(every) - 1000.0)
        clock.forward(names.next_due(every) - clock())
        names.found(A, 10.0)
    assert due_after == [0, 3, 8, 18]


def test_an_old_name_is_read_once_and_then_with_each_poll():
    """Two hundred of them may come with the first watch."""
    clock = Clock()
    names = Names(clock)
    names.want([A])
    names.found(A, 27.0)
    assert names.next_due(every) - clock() == 27


def test_an_unknown_name_is_asked_for_less_and_less():
    """Up to every five minutes."""
    clock = Clock()
    names = Names(clock)
    names.want([A])
    waits = []
    for _ in range(10):
        names.missed(A)
        waits.append(names.next_due(every) - clock())
    assert waits == [3, 6, 12, 24, 48, 96, 192, 300, 300, 300]


def test_launches_of_a_later_watch_are_due_before_those_of_the_first():
    """The newest first; then what was read once or twice; then the old ones, the longest overdue first."""
    clock = Clock()
    names = Names(clock)
    old_a, old_b, seen, new, newest = (("training", name) for name in ("old-a", "old-b", "seen", "z-new", "newest"))
    names.want([old_a, old_b])
    names.want([old_a, old_b, seen])
    names.found(seen, 10.0)
    names.want([old_a, old_b, seen, new])
    names.want([old_a, old_b, seen, new, newest])
    clock.forward(5)
    order = []
    while (found := names.first_due(every)) is not None:
        order.append(found[0])
        names.settle(found[0])
    assert order == [newest, new, seen, old_a, old_b]


def test_a_name_that_aws_does_not_know_is_gone_after_half_a_minute():
    """It is said once, and again only after it was there again; it is looked for less and less."""
    clock = Clock()
    names = Names(clock)
    names.want([A])
    told = []
    for _ in range(8):
        told.append((clock() - 1000.0, names.absent(A)))
        clock.forward(names.next_due(every) - clock())
    assert told[:5] == [(0, False), (3, False), (9, False), (21, False), (30, True)]
    assert [at for at, _ in told[5:]] == [1830, 5430, 12630]
    assert not any(is_told for _, is_told in told[5:])
    names.found(A, 10.0)
    assert not names.absent(A)


def test_a_touched_thing_that_nobody_named_is_left_to_the_listing_after_three_readings():
    """A Stop is followed closely, not for ever, and a listing that lags does not end it."""
    names = Names(Clock())
    names.touch(A)
    for _ in range(3):
        names.shown(A)
        assert names.next_due(every) is not None
        names.found(A, 10.0)
    assert names.next_due(every) is None


# -- permissions ----------------------------------------------------------------------------


def test_denied_actions_are_all_named_and_tried_again_after_five_minutes():
    """One problem for some kinds, every action once."""
    clock = Clock()
    permissions = Permissions(clock)
    for kind in ("training", "training", "tuning"):
        permissions.denied(kind, "Search")
    permissions.denied("training", "ListTags")
    permissions.denied("notebook", "ListNotebookInstances")
    both = permissions.problem(["training", "tuning"])
    assert both.message == "These AWS credentials may not call sagemaker:Search and sagemaker:ListTags."
    assert permissions.problem(["endpoint"]) is None
    assert not permissions.allows("training", "Search")
    assert permissions.allows("endpoint", "Search")
    clock.forward(RETRY_SECONDS)
    assert permissions.allows("training", "Search")
    for kind, operation in (("training", "Search"), ("tuning", "Search"), ("training", "ListTags")):
        permissions.granted(kind, operation)
    assert permissions.problem(["training", "tuning"]) is None


# -- mark -----------------------------------------------------------------------------------


def test_changes_are_asked_for_with_an_overlap():
    """The index lags; while nothing was seen, a day is asked for."""
    mark = Mark(Clock())
    assert mark.since(START) == START - timedelta(hours=24)
    mark.begin(START)
    assert mark.since(START) == START - MAX_OVERLAP
    mark.move([START + timedelta(seconds=9), None], START + timedelta(seconds=10))
    assert mark.since(START) == START + timedelta(seconds=9) - MAX_OVERLAP


def test_the_mark_does_not_pass_the_begin_of_the_reading():
    """What changes while pages are read is asked for again; where nothing changes, it follows the clock."""
    mark = Mark(Clock())
    mark.move([START + timedelta(minutes=1)], START)
    assert mark.since(START) == START - MAX_OVERLAP
    mark.move([], START + timedelta(hours=1))
    assert mark.since(START) == START + timedelta(minutes=55) - MAX_OVERLAP


def test_the_overlap_is_as_long_as_fits_into_a_page():
    """Nineteen changes a minute fill it with three minutes."""
    mark = Mark(Clock())
    changes = [START + timedelta(seconds=3 * number) for number in range(200)]
    mark.begin(START)
    mark.move(changes, changes[-1])
    overlap = changes[-1] - mark.since(START)
    assert OVERLAP < overlap < MAX_OVERLAP
    assert sum(change >= mark.since(START) for change in changes) <= 70


def test_what_did_not_fit_is_read_once_more_a_little_later():
    """And not with each reading."""
    clock = Clock()
    mark = Mark(clock)
    mark.begin(START)
    burst = [START + timedelta(seconds=5)] * 1000
    mark.move(burst, START + timedelta(seconds=20))
    assert mark.since(START) > burst[0]
    clock.forward(OWED_SECONDS)
    assert mark.since(START) == burst[0] - OVERLAP
    mark.move(burst, START + timedelta(seconds=100))
    clock.forward(10 * OWED_SECONDS)
    assert mark.since(START) > burst[0]
