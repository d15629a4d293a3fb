"""Who ran code in which kernel last: turns in memory, bounded, and nobody where nobody is known."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from mlcost_ext.usecases.executions import MAX_KERNELS, MAX_TURNS, Executions, user_in
from tests.fakes import NOW


def at(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def test_it_is_whose_code_ran_last_in_that_kernel() -> None:
    """Two users in turns, another kernel apart, and nobody before the first."""
    known = Executions()
    for seconds, kernel_id, user in ((0, "k1", "ana"), (5, "k1", "ana"), (10, "k1", "bob"), (20, "k1", "ana"), (12, "k2", "cy")):
        known.note(kernel_id, user, at(seconds))
    found = {seconds: known.user_at("k1", at(seconds)) for seconds in (-1, 0, 9.9, 10, 19, 20, 99999)}
    assert found == {-1: None, 0: "ana", 9.9: "ana", 10: "bob", 19: "bob", 20: "ana", 99999: "ana"}
    assert (known.user_at("k2", at(15)), known.user_at("k3", at(15))) == ("cy", None)


def test_code_of_somebody_unknown_is_not_that_of_whoever_was_before() -> None:
    """From then on nobody is known, until somebody is."""
    known = Executions()
    for seconds, user in ((0, "ana"), (10, None), (20, "bob")):
        known.note("k1", user, at(seconds))
    assert [known.user_at("k1", at(seconds)) for seconds in (5, 15, 25)] == ["ana", None, "bob"]


def test_memory_is_bounded() -> None:
    """The kernels in which nothing ran for longest go first, and so do a kernel's first turns; the last are right."""
    known = Executions()
    for number in range(MAX_TURNS + 10):
        known.note("k1", f"user{number}", at(number))
    assert (known.user_at("k1", at(5)), known.user_at("k1", at(MAX_TURNS + 9))) == (None, f"user{MAX_TURNS + 9}")
    for number in range(MAX_KERNELS):
        known.note(f"other{number}", "bob", at(1000))
    assert len(known.by_kernel) == MAX_KERNELS
    assert known.user_at("k1", at(2000)) is None
    for number in range(100_000):
        known.note("k2", "ana", at(number))
    assert len(known.by_kernel["k2"]) == 1


@pytest.mark.parametrize("name", ["a", "7", "ana", "Ana-Maria-7", "a--b", "a" * 63])
def test_the_cookie_tells_a_user_profile(name: str) -> None:
    """As AWS names them."""
    assert user_in(name) == name


@pytest.mark.parametrize(
    "cookie",
    [None, "", "-ana", "ana-", "ana bob", "ana\n", "ana;x", "é", "<b>", "a" * 64, "a" + "-" * 126 + "bc", "a-" * 100_000],
)
def test_anything_else_in_it_is_nobody(cookie: str | None) -> None:
    """Nothing is cut to fit: it might become another user's name."""
    assert user_in(cookie) is None
