"""Idle or active, since when, by what, and until when."""

from __future__ import annotations

import pytest

from mlcost_ext.core.activity import Unmeasured
from mlcost_ext.core.idle import Verdict
from mlcost_ext.idle.tracking import Tracked
from mlcost_ext.idle.verdict import verdict
from mlcost_ext.idle.words import off_reason, reason

from .looks import START, at, gpu, judged, kernel, look, minutes, options, program, terminal


def short(found: Verdict) -> tuple[str, object, tuple[str, ...], object]:
    return found.state, found.since, found.held_by, found.stops_at


def test_a_server_that_nobody_has_opened_is_active_for_five_minutes_and_idle_from_its_start_on() -> None:
    """It has the whole timeout before it, and no more."""
    assert short(judged(look(0))) == ("active", START, ("server_started",), at(60))
    assert short(judged(look(4.99))) == ("active", START, ("server_started",), at(60))
    assert short(judged(look(5))) == ("idle", START, (), at(60))
    assert (judged(look(59)).is_overdue, judged(look(60)).is_overdue) == (False, True)


def test_a_silent_cell_holds_the_machine_up_for_as_long_as_it_runs() -> None:
    found = judged(look(1, kernel("busy", busy_since=at(1))), look(6000, kernel("busy", busy_since=at(1))))
    assert (found.state, found.held_by, found.stops_at) == ("active", ("kernel_busy",), None)
    assert found.held_alone_by is not None
    assert found.since == START  # the start, and the cell that began before it was forgotten


def test_after_a_long_cell_the_whole_timeout_begins() -> None:
    ended = (look(1, kernel("busy", busy_since=at(1))), look(600, kernel()))
    assert short(judged(*ended, look(604, kernel()))) == ("active", at(600), ("kernel_busy",), at(660))
    assert short(judged(*ended, look(605, kernel()))) == ("idle", at(600), (), at(660))


def test_the_last_activity_of_any_signal_is_what_idleness_counts_from() -> None:
    measured = look(90, kernel(last_user_message_at=at(20)), last_saved_at=at(40), last_saved_path="a.py")
    found = judged(measured)
    assert short(found) == ("idle", at(40), (), at(100))
    assert found.last is not None
    assert found.last.name == "file_saved"


def test_two_that_hold_it_up_hold_it_together() -> None:
    measured = look(90, kernel("busy", busy_since=at(1)), terminals=(terminal(program("make", 0.9)),), gpus=(gpu(0.5),))
    found = judged(measured)
    assert found.held_by == ("kernel_busy", "gpu", "terminal_process")
    assert found.held_alone_by is None


def test_what_goes_on_comes_before_what_was_momentary() -> None:
    found = judged(look(90, kernel(last_user_message_at=at(89), cpu_fraction=0.8)))
    assert found.held_by == ("kernel_cpu", "user_message")
    assert [signal.name for signal in found.signals][:2] == ["kernel_cpu", "user_message"]


def test_active_since_is_when_something_first_held_it_up_without_a_pause() -> None:
    looks = [look(minute, kernel(last_user_message_at=at(minute))) for minute in (10, 12, 14)]
    assert judged(*looks, look(40, kernel(last_user_message_at=at(39)))).since == at(39)


def test_off_tells_nothing() -> None:
    found = verdict(Tracked(), options(mode="off"), at(5))
    assert (short(found), found.signals, reason(found)) == (("off", None, (), None), (), "")


def test_without_any_signal_it_is_idle_since_now() -> None:
    found = verdict(Tracked(), options(), at(5))
    assert (short(found), reason(found)) == (("idle", at(5), (), at(65)), "Nothing is known to have been used yet.")


def test_on_judges_as_shadow_does() -> None:
    measured = look(90, kernel(last_user_message_at=at(20)))
    assert judged(measured, by=options(mode="on")) == judged(measured)


def test_judged_again_later_what_was_momentary_has_aged() -> None:
    measured = look(30, kernel(last_user_message_at=at(30)))
    assert [judged(measured, now=at(minute)).state for minute in (30, 34.9, 35, 90)] == ["active", "active", "idle", "idle"]


def test_what_could_not_be_measured_is_told_once() -> None:
    lacking = Unmeasured(signal="gpu", reason="The driver is lost.")
    assert judged(look(1, unmeasured=(lacking, lacking))).unmeasured == (lacking,)


LONG = "folder/" * 30 + "train.ipynb"


@pytest.mark.parametrize(
    ("measured", "words"),
    [
        (look(131, kernel("busy", busy_since=at(1))), "train.ipynb is running code, for 2 h 10 min now."),
        (
            look(131, kernel("busy", busy_since=at(91), waits_for=("training churn",))),
            "train.ipynb waits for training churn, which runs elsewhere, for 40 min now.",
        ),
        (
            look(131, kernel("busy", busy_since=at(1), has_session=False, label="python3")),
            "python3 is running code, and no notebook is open on it, for 2 h 10 min now.",
        ),
        (
            look(131, terminals=(terminal(program("make", 0.9)),)),
            "Terminal 1 runs make, which uses 90 % of a core, for 0 s now.",
        ),
        (look(31, kernel(last_user_message_at=at(29))), "train.ipynb was used 2 min ago."),
        (look(31, last_saved_at=at(30), last_saved_path="b.py"), "b.py was saved 1 min ago."),
        (look(31, editor_at=at(30)), "A remote editor was used 1 min ago."),
        (look(1), "This server was started 1 min ago."),
        (look(90), "Nothing has been used since this server was started."),
        (look(90, kernel(last_user_message_at=at(2))), "Nothing has been used since train.ipynb was used."),
        (
            look(90, kernel("busy", busy_since=at(2), input_since=at(3))),
            "Nothing has been used since train.ipynb came to an input prompt that nobody has answered.",
        ),
        (
            look(60 * 24 * 2, kernel(last_user_message_at=at(2))),
            "Nothing has been used since train.ipynb was used.",
        ),
        (
            look(131, kernel("busy", busy_since=at(1), label=LONG)),
            f"{LONG[:79]}… is running code, for 2 h 10 min now.",
        ),
        (
            look(131, kernel("busy", busy_since=at(1), label="a\x1b[31m\n.ipynb")),
            "a\N{REPLACEMENT CHARACTER}[31m\N{REPLACEMENT CHARACTER}.ipynb is running code, for 2 h 10 min now.",
        ),
    ],
)
def test_the_verdict_is_said_in_one_sentence(measured: object, words: str) -> None:
    assert reason(judged(measured)) == words  # type: ignore[arg-type]


def test_a_cell_that_has_just_ended_is_said_to_have_stopped() -> None:
    found = judged(look(1, kernel("busy", busy_since=at(1))), look(600, kernel()), look(602, kernel()))
    assert reason(found) == "train.ipynb stopped running code 2 min ago."


def test_a_stuck_kernel_is_said_to_be_taken_for_that() -> None:
    patience = options(stuck_busy=minutes(120))
    found = judged(look(600, kernel("busy", busy_since=at(1))), by=patience)
    assert reason(found) == "Nothing has been used since train.ipynb was taken for stuck."


def test_a_policy_that_wants_no_verdict_is_named() -> None:
    assert off_reason("/etc/mlcost/policy.yaml", is_disabled=False) == (
        "The policy of /etc/mlcost/policy.yaml switches the idle verdict off, so nothing is measured."
    )
    assert off_reason("a", is_disabled=True) == "The policy of a switches mlcost-ext off, so nothing is measured."
