"""Values taken out of AWS's answers."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from typing import Any

import pytest

from mlcost_ext.core.times import UTC
from mlcost_ext.jobs import reading

ARN = "arn:aws:sagemaker:us-east-1:111122223333"


@pytest.mark.parametrize(
    ("value", "expected"), [(0, 0.0), (2, 2.0), (0.25, 0.25), (-1, None), (True, None), ("2", None), (None, None), ([], None)]
)
def test_a_number(value: Any, expected: float | None) -> None:
    """Zero or more, a part of one too; a text or a truth is none."""
    assert reading.number({"x": value}, "x") == expected


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, 10**400, 2**31])
def test_what_is_no_number_of_aws(value: Any) -> None:
    """Nothing that AWS could not mean is reckoned with."""
    assert reading.number({"x": value}, "x") is None


@pytest.mark.parametrize(("value", "expected"), [(True, True), (False, False), (1, None), ("true", None), (None, None)])
def test_a_flag(value: Any, expected: bool | None) -> None:
    """Only true and false are."""
    assert reading.flag({"x": value}, "x") is expected


def test_later() -> None:
    """A time beyond the last year is none."""
    at = datetime(9999, 12, 31, 23, 0, tzinfo=UTC)
    assert reading.later(at, 60) == at + timedelta(minutes=1)
    assert reading.later(at, 3600) is None


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (f"{ARN}:hyper-parameter-tuning-job/hpo-1", ("tuning", "hpo-1")),
        (f"{ARN}:automl-job/auto", ("automl", "auto")),
        (f"{ARN}:monitoring-schedule/drift", ("schedule", "drift")),
        (f"{ARN}:training-job/churn", None),
        (f"{ARN}:automl-job/", None),
        ("automl-job/auto", ("automl", "auto")),
        ("nonsense", None),
        ("", None),
        (7, None),
        (None, None),
    ],
)
def test_what_started_a_job(value: Any, expected: tuple[str, str] | None) -> None:
    """Kind and name stand in the ARN's last part."""
    assert reading.started_by({"Arn": value}, "Arn") == expected


def test_the_first_arn_that_names_something_counts() -> None:
    """One that is lacking or of another kind is passed over."""
    source = {"AutoMLJobArn": "none", "TuningJobArn": f"{ARN}:hyper-parameter-tuning-job/hpo"}
    assert reading.started_by(source, "AutoMLJobArn", "TuningJobArn") == ("tuning", "hpo")
