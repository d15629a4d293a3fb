"""Which notebook's kernel was busy or waited for how long: by looking, shared, never more than the time that passed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from mlcost_ext.core.idle import Verdict
from mlcost_ext.core.times import UTC
from mlcost_ext.server.busy import LONGEST_SECONDS, BusyTime

NOW = datetime(2026, 11, 30, 23, 59, 58, tzinfo=UTC)


@dataclass
class Kernel:
    execution_state: str | None = "idle"


@dataclass
class Kernels:
    _kernels: dict[str, Kernel] = field(default_factory=dict)


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


OFF = Verdict(as_of=NOW, state="off", since=None, held_by=(), holders=(), last=None, signals=(), stops_at=None)


def busy_of(
    *, waiting: Iterable[str] = (), verdict: Verdict | None = None, **states: str | None
) -> tuple[BusyTime, Kernels, Clock]:
    """Make kernels in a state each; their notebooks are called as they are, but for those whose name begins with an x."""
    kernels, clock = Kernels({name: Kernel(state) for name, state in states.items()}), Clock()
    busy = BusyTime(
        kernels,
        lambda name: None if name.startswith("x") else f"{name}.ipynb",
        clock,
        verdict=lambda: verdict,
        waiting=lambda: frozenset(waiting),
    )
    return busy, kernels, clock


def told(busy: BusyTime) -> dict[tuple[int, str | None], int]:
    return {(day.day, who.notebook): length for day, who, length in busy.take()}


def test_only_a_busy_kernel_with_a_notebook_counts() -> None:
    """Not one that is idle, starting or unknown, and none that no notebook is known of."""
    busy, _, clock = busy_of(a="busy", b="idle", c="starting", d=None, x="busy")
    clock.now += 1
    busy.look(NOW)
    assert told(busy) == {(30, "a.ipynb"): 1_000_000}
    assert busy.take() == []


def test_kernels_that_are_busy_at_once_share_the_time() -> None:
    """To the last microsecond, and each day for itself: at midnight UTC a look is divided."""
    busy, kernels, clock = busy_of(a="busy", b="busy", c="busy")
    clock.now += 1
    busy.look(NOW)
    kernels._kernels["b"].execution_state = kernels._kernels["c"].execution_state = "idle"
    clock.now += 3
    busy.look(NOW + timedelta(seconds=3))
    assert told(busy) == {
        (30, "a.ipynb"): 333_334 + 2_000_000,
        (30, "b.ipynb"): 333_333,
        (30, "c.ipynb"): 333_333,
        (1, "a.ipynb"): 1_000_000,
    }


def test_a_machine_that_slept_was_not_busy_meanwhile() -> None:
    """An hour between two looks counts as ten seconds at most."""
    busy, _, clock = busy_of(a="busy")
    clock.now += 3600
    busy.look(NOW)
    assert told(busy) == {(30, "a.ipynb"): int(LONGEST_SECONDS * 1_000_000)}


@given(st.lists(st.tuples(st.floats(0, 9), st.sets(st.sampled_from("abcd")), st.sets(st.sampled_from("abcd"))), max_size=20))
def test_shares_are_never_more_than_the_time_that_passed(looks: list[tuple[float, set[str], set[str]]]) -> None:
    """And all of it where any kernel works or waits; what could not be written is counted again."""
    waiting: set[str] = set()
    busy, kernels, clock = busy_of(a="idle", b="idle", c="idle", d="idle", waiting=waiting)
    whole = 0
    for length, working, waits in looks:
        for name, kernel in kernels._kernels.items():
            kernel.execution_state = "busy" if name in working else "idle"
        waiting.clear()
        waiting.update(waits)
        before = clock.now
        clock.now += length
        whole += round(clock.now * 1_000_000) - round(before * 1_000_000) if working else 0
        busy.look(NOW)
        busy.put_back(busy.take())
    assert sum(length for _, _, length in busy.take()) == whole


def test_a_kernel_that_only_waits_for_a_job_is_told_apart() -> None:
    """It shares the time with those that work; one that is not busy waits for nothing."""
    busy, _, clock = busy_of(a="busy", b="busy", c="idle", waiting={"b", "c"})
    clock.now += 1
    busy.look(NOW)
    assert [(who.notebook, who.kernel_state, length) for _, who, length in busy.take()] == [
        ("a.ipynb", "busy", 500_000),
        ("b.ipynb", "waiting", 500_000),
    ]


def test_without_a_verdict_nothing_is_idle() -> None:
    """With idle.mode off neither, and nobody claims to have judged."""
    for verdict in (None, OFF):
        busy, _, clock = busy_of(a="idle", verdict=verdict)
        for _ in range(20):
            clock.now += 9
            busy.look(NOW)
        assert (busy.take(), busy.has_judged) == ([], False)
