"""The garbage collector does not walk through everything while a large account is taken in, and has all of it back afterwards."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from mlcost_ext.server.heap import MANY, REST_SECONDS, Heap


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(autouse=True)
def thawed() -> Iterator[None]:
    gc.unfreeze()
    yield
    gc.unfreeze()


def test_large_pushes_are_not_counted_and_given_back_once_they_end() -> None:
    """Ten seconds without another one."""
    clock = Clock()
    heap = Heap(clock, large=10**9)
    heap.taken(MANY)
    assert gc.get_freeze_count() > 0
    clock.now = REST_SECONDS
    heap.taken(0)
    assert gc.get_freeze_count() > 0
    clock.now += 0.1
    heap.taken(0)
    assert gc.get_freeze_count() == 0


def test_what_is_large_stays_until_the_server_ends() -> None:
    """Else each full collection would walk through all of it; the next large push is frozen too."""
    clock = Clock()
    heap = Heap(clock, large=1)
    heap.taken(MANY)
    clock.now = 2 * REST_SECONDS
    heap.taken(0)
    before = gc.get_freeze_count()
    assert before > 0
    more = [[] for _ in range(10_000)]
    heap.taken(MANY)
    assert gc.get_freeze_count() > before + len(more) / 2
    heap.release()
    assert gc.get_freeze_count() == 0


def test_small_pushes_leave_the_collector_alone() -> None:
    """A change now and then is nothing."""
    heap = Heap(Clock())
    heap.taken(MANY - 1)
    heap.taken(0)
    assert gc.get_freeze_count() == 0


def test_what_somebody_else_has_frozen_stays_so() -> None:
    """Giving everything back would give back theirs."""
    gc.freeze()
    before = gc.get_freeze_count()
    clock = Clock()
    heap = Heap(clock)
    heap.taken(MANY)
    clock.now = 2 * REST_SECONDS
    heap.taken(0)
    heap.release()
    assert gc.get_freeze_count() > before / 2  # some of them may have ended meanwhile


def test_it_is_given_back_when_the_server_ends() -> None:
    """Whatever comes after."""
    heap = Heap(Clock())
    heap.taken(MANY)
    heap.release()
    assert gc.get_freeze_count() == 0
