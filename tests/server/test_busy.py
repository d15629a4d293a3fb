"""Which notebook's kernel was busy for how long: by looking, shared, never more than the time that passed."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

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


def busy_of(**states: str | None) -> tuple[BusyTime, Kernels, Clock]:
    """Make kernels in a state each; their notebooks are called as they are, but for those whose name begins with an x."""
    kernels, clock = Kernels({name: Kernel(state) for name, state in states.items()}), Clock()
    return BusyTime(kernels, lambda name: None if name.startswith("x") else f"{name}.ipynb", clock), kernels, clock


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
    """To the last microsecond, and each day for itself."""
    busy, kernels, clock = busy_of(a="busy", b="busy", c="busy")
    clock.now += 1
    busy.look(NOW)
    kernels._kernels["b"].execution_state = kernels._kernels["c"].execution_state = "idle"
    clock.now += 2
    busy.look(NOW + timedelta(seconds=3))
    assert told(busy) == {
        (30, "a.ipynb"): 333_334,
        (30, "b.ipynb"): 333_333,
        (30, "c.ipynb"): 333_333,
        (1, "a.ipynb"): 2_000_000,
    }


def test_a_machine_that_slept_was_not_busy_meanwhile() -> None:
    """An hour between two looks counts as ten seconds at most."""
    busy, _, clock = busy_of(a="busy")
    clock.now += 3600
    busy.look(NOW)
    assert told(busy) == {(30, "a.ipynb"): int(LONGEST_SECONDS * 1_000_000)}


@given(st.lists(st.tuples(st.floats(0, 9), st.sets(st.sampled_from("abcd"))), max_size=20))
def test_shares_are_never_more_than_the_time_that_passed(looks: list[tuple[float, set[str]]]) -> None:
    """And all of it where anything was busy; what could not be written is counted again."""
    busy, kernels, clock = busy_of(a="idle", b="idle", c="idle", d="idle")
    whole = 0
    for length, working in looks:
        for name, kernel in kernels._kernels.items():
            kernel.execution_state = "busy" if name in working else "idle"
        before = clock.now
        clock.now += length
        whole += int((clock.now - before) * 1_000_000) if working else 0
        busy.look(NOW)
        busy.put_back(busy.take())
    assert sum(told(busy).values()) == whole
