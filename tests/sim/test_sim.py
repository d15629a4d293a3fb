"""The simulation in its short form; `make sim` takes longer."""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest

from .days import random_day
from .events import HOUR, MINUTE, KernelStart, Run
from .mutants import MUTANTS
from .simulation import run_day, run_days, shrunk

DAYS = 2000
UNNOTICED_DAYS = 1500
"""By then every broken verdict has been noticed."""


@pytest.fixture(autouse=True)
def _same_zone_afterwards() -> Iterator[None]:
    before = os.environ.get("TZ")
    yield
    if before is None:
        os.environ.pop("TZ", None)
    else:
        os.environ["TZ"] = before
    time.tzset()


def test_each_verdict_is_as_the_simple_model_has_it(capsys: pytest.CaptureFixture[str]) -> None:
    """On random days, other ones each time; what is printed tells how to see one of them again."""
    seed = secrets.token_hex(4)
    with capsys.disabled():
        print(f" [python -m tests.sim --days {DAYS} --seed {seed}]", end="", flush=True)
    outcome = run_days(seed, range(DAYS))
    assert outcome.failure is None, str(shrunk(outcome.failure))
    assert (outcome.days, outcome.looks > 20 * DAYS) == (DAYS, True)


@pytest.mark.parametrize("name", MUTANTS)
def test_a_broken_verdict_is_noticed(name: str) -> None:
    """Whichever way it is broken, and what it takes to see it is told in a few events."""
    outcome = run_days("mutants", range(UNNOTICED_DAYS), MUTANTS[name])
    assert outcome.failure is not None
    least = shrunk(outcome.failure, MUTANTS[name])
    assert len(least.day.events) <= 4
    assert run_day(least.day, MUTANTS[name])[0] is not None
    assert run_day(least.day)[0] is None


def test_the_same_seed_is_the_same_day() -> None:
    """Word by word, so that a failure can be seen again."""
    assert random_day("a/7") == random_day("a/7")
    assert random_day("a/7") != random_day("a/8")


def test_what_a_failure_does_not_take_is_left_out() -> None:
    """One long silent cell among others is enough to notice that busy kernels are ignored."""
    judge = MUTANTS["a busy kernel is ignored"]
    day = replace(random_day("shrink/1"), events=())
    many = [event for number in range(12) for event in random_day(f"shrink/{number}").events]
    kernel = next(event for event in many if isinstance(event, KernelStart))
    run = Run(at=kernel.at + 30 * MINUTE, kernel="z", phases=(("code", 3 * HOUR),), by_user=False, rate=0.0)
    start = replace(kernel, kernel="z", takes=1000)
    events = tuple(sorted([*many, start, run], key=lambda event: event.at))
    failure, _ = run_day(replace(day, events=events), judge)
    assert failure is not None
    assert len(shrunk(failure, judge).day.events) < 4
