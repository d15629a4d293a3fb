"""What is remembered from look to look."""

from __future__ import annotations

from datetime import timedelta

from mlcost_ext.core.activity import BackgroundProcess, Unmeasured
from mlcost_ext.core.idle import Signal
from mlcost_ext.idle.tracking import MOST_KEPT, Tracked, shifted, track

from .looks import KERNEL, at, kernel, look, minutes, options, tracked


def busy_signal(*looks: object) -> Signal:
    return tracked(looks).signals["kernel_busy", KERNEL]  # type: ignore[arg-type]


def test_what_goes_on_remembers_since_when() -> None:
    """By its own word where it has one, else since the look that first saw it."""
    found = tracked([look(1, kernel(cpu_fraction=0.5)), look(2, kernel("busy", busy_since=at(1.5), cpu_fraction=0.5))]).signals
    assert found["kernel_cpu", KERNEL].active_since == at(1)
    assert found["kernel_busy", KERNEL].active_since == at(1.5)


def test_a_cell_that_has_ended_was_active_up_to_the_look_that_saw_its_end() -> None:
    """The clock of idleness begins there, and not where the cell began."""
    found = busy_signal(look(1, kernel("busy", busy_since=at(1))), look(181, kernel()), look(200, kernel()))
    assert (found.goes_on, found.active_since, found.last_active_at) == (False, None, at(181))


def test_a_kernel_that_vanishes_while_busy_is_not_busy_for_ever_and_not_forgotten() -> None:
    found = busy_signal(look(1, kernel("busy", busy_since=at(1))), look(2, kernel("busy", busy_since=at(1))), look(3), look(90))
    assert (found.goes_on, found.last_active_at, found.detail) == (False, at(3), "has ended")


def test_a_kernel_that_vanishes_at_rest_was_active_when_it_was() -> None:
    looks = [look(30, kernel(last_user_message_at=at(20))), look(40)]
    assert tracked(looks).signals["user_message", KERNEL].last_active_at == at(20)


def test_two_quick_cells_between_looks_are_seen_by_their_messages() -> None:
    looks = [look(1, kernel()), look(2, kernel(last_user_message_at=at(1.5)))]
    assert tracked(looks).signals["user_message", KERNEL].last_active_at == at(1.5)


def test_a_time_that_goes_back_takes_nothing_back() -> None:
    looks = [look(30, kernel(last_user_message_at=at(20))), look(31, kernel(last_user_message_at=at(10))), look(32, kernel())]
    assert tracked(looks).signals["user_message", KERNEL].last_active_at == at(20)


def test_a_time_in_the_future_is_no_activity_until_it_has_come() -> None:
    ahead = look(30, editor_at=at(500))
    assert tracked([ahead]).signals["remote_editor", ""].last_active_at is None


def test_a_prompt_ends_what_went_on_when_it_came_up() -> None:
    """Not at the look that saw it."""
    asked = kernel("busy", busy_since=at(1), input_since=at(5))
    found = busy_signal(look(4, kernel("busy", busy_since=at(1))), look(60, asked), look(90, asked))
    assert (found.goes_on, found.last_active_at) == (False, at(5))


def test_what_ended_two_days_ago_is_forgotten_but_for_the_last_of_all() -> None:
    day = 24 * 60
    looks = [look(1, kernel("busy", busy_since=at(1))), look(10, kernel()), look(11), look(3 * day), look(6 * day)]
    found = tracked(looks)
    assert ("kernel_cpu", KERNEL) not in found.signals
    assert found.signals["kernel_busy", KERNEL].last_active_at == at(10)


def test_no_more_than_some_hundreds_are_kept_and_what_goes_on_is_among_them() -> None:
    busy, known = kernel("busy", busy_since=at(1)), Tracked()
    for number in range(MOST_KEPT + 200):
        left = (BackgroundProcess(pid=number, command="x", cpu_fraction=0.5),)
        known = track(known, look(6, busy, background=left), options())
    assert len(known.signals) == MOST_KEPT
    assert known.signals["kernel_busy", KERNEL].goes_on


def test_a_clock_that_was_set_leaves_all_as_long_ago_as_it_was() -> None:
    before = tracked([look(1, kernel("busy", busy_since=at(1))), look(30, kernel("busy", busy_since=at(1)))])
    for step in (timedelta(hours=-8), timedelta(hours=8)):
        after = shifted(before, step)
        (found,) = (after.signals[key] for key in after.signals if key[0] == "kernel_busy")
        assert (found.last_active_at, found.active_since, found.as_of) == (at(30) + step, at(1) + step, at(30) + step)
        assert after.as_of == at(30) + step
    assert shifted(Tracked(), minutes(5)) == Tracked()


def test_what_could_not_be_looked_at_is_that_of_the_last_look() -> None:
    lacking = Unmeasured(signal="gpu", reason="The driver is lost.")
    assert tracked([look(1, unmeasured=(lacking,))]).unmeasured == (lacking,)
    assert tracked([look(1, unmeasured=(lacking,)), look(2)]).unmeasured == ()
