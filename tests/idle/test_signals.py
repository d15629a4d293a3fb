"""What each signal makes of a look."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from mlcost_ext.core.activity import BackgroundProcess, Measurements, OtherProcess, RunningProcess, ScheduledJob
from mlcost_ext.core.idle import Reading
from mlcost_ext.core.policy import IdlePolicy, Policy, PriceTimeout
from mlcost_ext.idle.options import options_of
from mlcost_ext.idle.signals import SIGNALS
from mlcost_ext.idle.signals.words import span_words

from .looks import KERNEL, START, at, gpu, kernel, left_running, look, minutes, options, program, readings, terminal

MAKES = "runs make in the background, which uses 200 % of a core"


def one(name: str, measured: Measurements, **changes: Any) -> Reading:
    """Give the only reading of a signal."""
    (found,) = readings(measured, options(**changes))[name]
    return found


def state(reading: Reading) -> tuple[bool, datetime | None]:
    return reading.goes_on, reading.active_at


def test_each_signal_has_a_name_of_its_own_and_the_protected_ones_come_first() -> None:
    names = [kind.name for kind in SIGNALS]
    assert len(set(names)) == len(names)
    protected = [kind.is_protected for kind in SIGNALS]
    assert protected == sorted(protected, reverse=True)


@pytest.mark.parametrize("told", ["idle", "starting", "restarting", "dead", "unknown"])
def test_a_kernel_that_is_not_busy_does_not_run_code(told: str) -> None:
    found = one("kernel_busy", look(30, kernel(told)))
    assert (state(found), found.detail) == ((False, None), f"is {told}")


def test_a_silent_busy_kernel_runs_code_whoever_asked_it_to() -> None:
    found = one("kernel_busy", look(300, kernel("busy", busy_since=at(10), has_session=False)))
    assert (state(found), found.since) == ((True, at(300)), at(10))
    assert found.detail == "is running code, and no notebook is open on it"


def test_a_kernel_at_an_input_prompt_was_active_when_it_began_to_wait() -> None:
    found = one("kernel_busy", look(300, kernel("busy", busy_since=at(10), input_since=at(11))))
    assert (state(found), found.detail) == ((False, at(11)), "waits for somebody to answer its input prompt")


@pytest.mark.parametrize(("minute", "goes_on"), [(129.9, True), (130, False), (1000, False)])
def test_a_kernel_counts_as_stuck_after_as_long_as_the_policy_says(minute: float, goes_on: bool) -> None:
    found = one("kernel_busy", look(minute, kernel("busy", busy_since=at(10))), stuck_busy=minutes(120))
    assert state(found) == ((True, at(minute)) if goes_on else (False, at(130)))


def test_a_stuck_kernel_whose_processes_compute_is_active_all_the_same() -> None:
    measured = look(1000, kernel("busy", busy_since=at(10), cpu_fraction=0.9))
    found = readings(measured, options(stuck_busy=minutes(120)))
    assert (found["kernel_busy"][0].goes_on, found["kernel_cpu"][0].goes_on) == (False, True)


def test_a_kernel_that_waits_for_its_job_is_told_as_that_and_nothing_else() -> None:
    found = readings(look(90, kernel("busy", busy_since=at(10), waits_for=("training a", "training b", "training c"))))
    (waits,) = found["waiting_for_job"]
    assert (state(waits), waits.since) == ((True, at(90)), at(10))
    assert waits.detail == "waits for training a, training b and others, which runs elsewhere"
    assert "kernel_busy" not in found


def test_a_prompt_is_no_waiting_for_a_job() -> None:
    asked = kernel("busy", busy_since=at(10), input_since=at(11), waits_for=("training a",))
    assert "waiting_for_job" not in readings(look(90, asked))


@pytest.mark.parametrize(("cpu", "goes_on"), [(0.049, False), (0.05, True), (7.5, True)])
def test_an_idle_kernels_processes_count_from_a_twentieth_of_a_core_on(cpu: float, goes_on: bool) -> None:
    assert one("kernel_cpu", look(90, kernel(cpu_fraction=cpu))).goes_on is goes_on


@pytest.mark.parametrize(("busiest", "goes_on"), [(None, True), (0.0099, False), (0.01, True)])
def test_many_processes_that_only_wait_do_not_count_together(busiest: float | None, goes_on: bool) -> None:
    """As sixteen workers of half a percent each."""
    assert one("kernel_cpu", look(90, kernel(cpu_fraction=0.08, busiest_fraction=busiest))).goes_on is goes_on


@pytest.mark.parametrize(
    ("moved", "goes_on", "more"),
    [
        (None, False, ""),
        (99_999.0, False, ""),
        (100_000.0, True, ", and reads and writes 100 kB/s"),
        (9_999_999.0, True, ", and reads and writes 10 MB/s"),
    ],
)
def test_a_kernels_download_counts_by_what_it_reads_and_writes(moved: float | None, goes_on: bool, more: str) -> None:
    found = one("kernel_cpu", look(90, kernel(cpu_fraction=0.016, io_bytes_per_second=moved)))
    assert (found.goes_on, found.detail) == (goes_on, f"uses 2 % of a core with all that it has started{more}")


def test_a_remote_kernels_processes_are_not_told() -> None:
    assert "kernel_cpu" not in readings(look(90, kernel(cpu_fraction=None)))


@pytest.mark.parametrize(
    ("use", "owner", "goes_on"), [(0.0, "ours", False), (0.01, "ours", True), (0.9, "others", False), (0.9, "another_user", True)]
)
def test_a_gpu_counts_while_it_computes_for_us(use: float, owner: str, goes_on: bool) -> None:
    held = gpu(use, owner=owner, memory_used_bytes=20 * 2**30)
    found = one("gpu", look(90, gpus=(held,)))
    assert (found.goes_on, "20.0 GiB of memory held" in found.detail) == (goes_on, True)
    assert found.detail.endswith(", by another user") is (owner == "another_user")


@pytest.mark.parametrize(
    ("programs", "goes_on", "detail"),
    [
        ((), False, "only has its shell"),
        ((program("sleep"),), False, "runs sleep, which does nothing"),
        ((program("curl", 0.01),), True, "runs curl, which uses 1 % of a core"),
        ((program("agent", 0.03, is_foreground=False),), False, "runs agent, which does nothing"),
        ((program("make", 0.05, is_foreground=False),), True, "runs make in the background, which uses 5 % of a core"),
        ((program("top", 0.2, is_viewer=True),), False, "runs top, which only shows something"),
        ((program("dd", 0.0, waits_for_disk=True),), True, "runs dd, which waits for a disk"),
        ((program("dd", 0.0, is_unanswered=True),), False, "runs dd, which waits for a disk that does not answer"),
        (
            (program("wget", 0.016, is_foreground=False, io_bytes_per_second=2e7),),
            True,
            "runs wget in the background, which reads and writes 20 MB/s",
        ),
        ((program("agent", 0.03, is_foreground=False, io_bytes_per_second=9e4),), False, "runs agent, which does nothing"),
        (
            (program("sleep"), program("make", 2.0, is_foreground=False)),
            True,
            "runs make in the background, which uses 200 % of a core",
        ),
    ],
)
def test_a_terminals_programs_count_by_what_they_use(programs: tuple[RunningProcess, ...], goes_on: bool, detail: str) -> None:
    found = one("terminal_process", look(90, terminals=(terminal(*programs),)))
    assert (found.goes_on, found.detail) == (goes_on, detail)


@pytest.mark.parametrize(("cpu", "goes_on"), [(0.04, False), (0.05, True)])
def test_what_was_left_running_counts_like_an_idle_kernels_processes(cpu: float, goes_on: bool) -> None:
    assert one("background_process", look(90, background=(left_running(cpu),))).goes_on is goes_on


def test_what_was_left_running_counts_by_what_it_reads_and_writes() -> None:
    wget = BackgroundProcess(pid=1, command="wget", cpu_fraction=0.016, io_bytes_per_second=2e7)
    found = one("background_process", look(90, background=(wget,)))
    assert (found.goes_on, found.detail) == (True, "was left running by a kernel or a terminal, and reads and writes 20 MB/s")


@pytest.mark.parametrize(("cpu", "goes_on"), [(0.199, False), (0.2, True)])
def test_what_else_runs_counts_from_a_fifth_of_a_core_on(cpu: float, goes_on: bool) -> None:
    found = one("other_process", look(90, others=(OtherProcess(pid=7, command="python3", cpu_fraction=cpu),)))
    assert (found.subject, found.label, state(found)) == ("7", "python3", (goes_on, at(90) if goes_on else None))
    assert found.detail == "runs in no kernel and no terminal, and uses 20 % of a core"


def test_what_people_did_counts_at_the_moment_they_did_it() -> None:
    measured = look(
        90,
        kernel(last_user_message_at=at(20)),
        terminals=(terminal(typed=at(30)),),
        last_saved_at=at(40),
        last_saved_path="work/train.ipynb",
        editor_at=at(50),
        resumed_at=at(60),
    )
    found = readings(measured)
    names = ("user_message", "terminal_input", "file_saved", "remote_editor")
    assert [state(found[name][0]) for name in names] == [(False, at(minute)) for minute in (20, 30, 40, 50)]
    assert [state(each) for each in found["server_started"]] == [(False, START), (False, at(60))]
    assert found["file_saved"][0].detail == "work/train.ipynb was saved"


def test_a_notebook_that_nobody_has_used_tells_no_time() -> None:
    assert state(one("user_message", look(90, kernel()))) == (False, None)


def test_only_a_scheduled_job_that_runs_is_there_to_count() -> None:
    assert "scheduled_job" not in readings(look(90))
    found = one("scheduled_job", look(90, scheduled=(ScheduledJob(job_id="a", name="nightly", started_at=at(80)),)))
    assert (state(found), found.since) == ((True, at(90)), at(80))


@pytest.mark.parametrize(
    ("timeout", "minute", "told", "goes_on"),
    [(60, 9.9, "starting", True), (60, 10, "starting", False), (12, 1.9, "restarting", True), (12, 2, "restarting", False)],
)
def test_a_start_counts_for_so_long_as_it_may_take(timeout: float, minute: float, told: str, goes_on: bool) -> None:
    found = one("kernel_started", look(minute, kernel(told)), timeout=minutes(timeout))
    assert state(found) == ((True, at(minute)) if goes_on else (False, START))


def test_a_kernel_has_one_subject_in_all_its_signals() -> None:
    found = readings(look(90, kernel("busy", busy_since=at(1))))
    assert {told.subject for name in ("kernel_busy", "kernel_cpu", "user_message", "kernel_started") for told in found[name]} == {
        KERNEL
    }


@pytest.mark.parametrize(("timeout", "hold"), [(600, 5), (60, 5), (59, 59 / 12), (12, 1), (0.2, 1 / 60), (0.05, 0.05 / 12)])
def test_what_is_momentary_holds_for_a_twelfth_of_the_timeout_and_five_minutes_at_most(timeout: float, hold: float) -> None:
    assert options(timeout=minutes(timeout)).hold == pytest.approx(minutes(hold), abs=minutes(0.00001))


def test_the_shortest_timeout_that_the_price_reaches_holds_and_an_unknown_price_reaches_none() -> None:
    by_price = (
        PriceTimeout(from_list_cost_per_hour=Decimal(10), timeout_minutes=Decimal(15)),
        PriceTimeout(from_list_cost_per_hour=Decimal(1), timeout_minutes=Decimal(45)),
        PriceTimeout(from_list_cost_per_hour=Decimal(0), timeout_minutes=Decimal(90)),
    )
    origins = {"idle.timeout_minutes": "user.yaml", "idle.timeout_by_price": "admin.yaml"}
    policy = Policy(rules={}, idle=IdlePolicy(timeout_by_price=by_price, warn_minutes=Decimal(20)), origins=origins)
    prices = (None, Decimal("0.99"), Decimal(1), Decimal("9.99"), Decimal(10), Decimal(99))
    found = [options_of(policy, price) for price in prices]
    assert [each.timeout / minutes(1) for each in found] == [60, 60, 45, 45, 15, 15]
    assert [each.timeout_origin for each in found] == ["user.yaml"] * 2 + ["admin.yaml"] * 4
    assert [each.warn / minutes(1) for each in found] == [20, 20, 20, 20, 15, 15]


def test_a_policy_that_switches_everything_off_switches_this_off() -> None:
    assert options_of(Policy(rules={}, is_disabled=True), None).mode == "off"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-5, "0 s"),
        (59, "59 s"),
        (60, "1 min"),
        (3599, "59 min"),
        (3600, "1 h"),
        (7800, "2 h 10 min"),
        (86400, "1 d"),
        (90000, "1 d 1 h"),
    ],
)
def test_spans_are_told_in_their_two_largest_units(seconds: int, words: str) -> None:
    assert span_words(minutes(seconds / 60)) == words


def test_signals_of_no_kernels_and_no_terminals_are_those_of_the_server_alone() -> None:
    assert set(readings(look(1))) == {"server_started"}


def test_measuring_is_judged_without_a_look_at_the_order() -> None:
    """Two kernels the other way round say the same of each."""
    first, second = kernel("busy", busy_since=at(1)), kernel(kernel_id="other", label="b.ipynb")
    one_way, other_way = readings(look(5, first, second)), readings(look(5, second, first))
    assert {name: set(map(repr, told)) for name, told in one_way.items()} == {
        name: set(map(repr, told)) for name, told in other_way.items()
    }
