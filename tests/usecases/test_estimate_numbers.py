"""Numbers beside a request: what is none is named, with what could be meant."""

from __future__ import annotations

from decimal import Decimal

import pytest

from mlcost_ext.core.errors import UsageError
from mlcost_ext.usecases.estimate_numbers import MOST_HOURS, MOST_WHOLE, read_hours, read_input_gb, read_whole
from mlcost_ext.usecases.estimating import MOST_HOURS as ESTIMATORS


class Numpy(float):
    """What numpy's scalars look like."""

    def __str__(self) -> str:
        return "1.5"


class Rude:
    """What raises when it is written or counted."""

    def __str__(self) -> str:
        raise KeyError("no")

    def __index__(self) -> int:
        raise KeyError("no")


@pytest.mark.parametrize(
    ("value", "hours"),
    [
        (None, None),
        ("1.5", "1.5"),
        (" 3 ", "3"),
        (3, "3"),
        (0.5, "0.5"),
        (Decimal("1E+2"), "100"),
        (Numpy(1.5), "1.5"),
        ("8784", "8784"),
    ],
)
def test_hours(value: object, hours: str | None) -> None:
    """Numbers and their texts, exactly as they are written."""
    assert read_hours(value, "--hours") == (None if hours is None else Decimal(hours))


BAD = ["0", "-1", "three", "nan", "inf", "-inf", "1e400", "1_0", "٣", "", "8784.1", 0, -1, float("nan"), float("inf"), True]


@pytest.mark.parametrize("value", [*BAD, Decimal("NaN"), 10**5000, Rude(), object(), [3]], ids=lambda each: repr(type(each)))
def test_no_hours(value: object) -> None:
    """The message names the option and what was said; the hint says what to write."""
    with pytest.raises(UsageError) as caught:
        read_hours(value, "--hours")
    assert caught.value.message.startswith("--hours is ")
    assert caught.value.message.endswith(", which is no time that a run can take.")
    assert len(caught.value.message) < 130
    assert caught.value.hint == "Give hours above 0 and at most 8,784, such as 1.5."


@pytest.mark.parametrize(
    ("value", "size"),
    [
        (None, None),
        ("40", 40 * 10**9),
        (" 0.5 ", 5 * 10**8),
        (40, 40 * 10**9),
        (0.1, 10**8),
        (1e-5, 10**4),
        (Decimal("1E+3"), 10**12),
        ("0.000000001", 1),
        (10**9, 10**18),
    ],
)
def test_sizes_of_inputs(value: object, size: int | None) -> None:
    """GB of 10⁹ bytes, as whole bytes."""
    assert read_input_gb(value, "--input-gb") == size


BAD_SIZES = [*BAD, "8e1", "0.0000000001", 1e-12, 1_000_000_001, Decimal("NaN"), 10**5000, Rude(), object(), [3]]


@pytest.mark.parametrize("value", [each for each in BAD_SIZES if each != "8784.1"], ids=lambda each: repr(type(each)))
def test_no_size(value: object) -> None:
    """Nothing, less than a byte, more than an exabyte, and what is no number: one sentence each."""
    with pytest.raises(UsageError) as caught:
        read_input_gb(value, "--input-gb")
    assert caught.value.message.startswith("--input-gb is ")
    assert caught.value.message.endswith(", which is no size that an input can have.")
    assert len(caught.value.message) < 130
    assert caught.value.hint == "Give GB (10^9 bytes) above 0 and at most 1,000,000,000, such as 40."


@pytest.mark.parametrize(("value", "number"), [(None, None), ("2", 2), (" 2 ", 2), (2, 2), (MOST_WHOLE, MOST_WHOLE)])
def test_whole_numbers(value: object, number: int | None) -> None:
    """Numbers and their digits."""
    assert read_whole(value, "--count", 2) == number


@pytest.mark.parametrize("value", [*BAD, 1.5, "2.0", "+2", 2**31, 10**5000, Rude(), object()], ids=lambda each: repr(type(each)))
def test_no_whole_number(value: object) -> None:
    """The message names the option and what was said."""
    with pytest.raises(UsageError) as caught:
        read_whole(value, "--count", 2)
    assert caught.value.message.startswith("--count is ")
    assert caught.value.hint == "Write it like 2."


def test_the_longest_time_is_that_of_the_estimator() -> None:
    """One bound in two places."""
    assert MOST_HOURS == ESTIMATORS
