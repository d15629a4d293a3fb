"""Thirty days of work of two teams, the same for the same day: what an account that is used looks like."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from mlcost_ext.sandbox import requests
from mlcost_ext.sandbox.seed_job import HOUR, Seed

DAYS = 30

FRAUD: Mapping[str, str] = {"team": "fraud-platform", "project": "card-fraud-v3"}
CREDIT: Mapping[str, str] = {"team": "credit-risk", "project": "scorecard-refresh"}

_FAILURES = (
    'AlgorithmError: ExecuteUserScriptError:\nExitCode 1\nErrorMessage "FileNotFoundError: /opt/ml/input/data/train"',
    "ClientError: Data download failed: Failed to download data. Cannot read objects under the prefix.",
    'AlgorithmError: ExecuteUserScriptError:\nExitCode 1\nErrorMessage "ValueError: Input contains NaN"',
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that was asked of AWS."""

    at: datetime
    operation: str
    request: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Habit:
    """What a team trains, day by day."""

    stem: str
    tags: Mapping[str, str]
    instance_types: tuple[str, ...]
    minutes: tuple[int, int]
    most: int  # jobs on a weekday
    spot: float  # how often on spot
    volume_gb: int


_HABITS = (
    _Habit(
        stem="fraud-gnn",
        tags=FRAUD,
        instance_types=("ml.g5.xlarge", "ml.g5.2xlarge"),
        minutes=(35, 170),
        most=3,
        spot=0.4,
        volume_gb=100,
    ),
    _Habit(
        stem="credit-scorecard-lightgbm",
        tags=CREDIT,
        instance_types=("ml.m5.xlarge", "ml.m5.2xlarge", "ml.c5.4xlarge"),
        minutes=(8, 55),
        most=4,
        spot=0.0,
        volume_gb=30,
    ),
)


def training_history(now: datetime) -> Iterator[Seed]:
    """Give the training jobs of the last thirty days, without today's."""
    for day in _weekdays(now):
        random = Random(f"training {day:%Y%m%d}")  # noqa: S311 - a story, not a secret
        for habit in _HABITS:
            for number in range(1, random.randint(1, habit.most) + 1):
                yield _job(habit, random, day, number, now)


def other_history(now: datetime) -> Iterator[Event]:
    """Give what else was started in the last thirty days, the first one first."""
    for day in _weekdays(now):
        random = Random(f"other {day:%Y%m%d}")  # noqa: S311 - a story, not a secret
        name = f"fraud-features-{day:%Y%m%d}"
        minutes = random.randint(18, 31)
        failure = "InternalServerError: We encountered an internal error. Please try again." if random.random() < 0.1 else None
        request = requests.processing(name, "ml.m5.4xlarge", 60.0 * minutes, FRAUD, failure)
        yield Event(at=day + timedelta(hours=5), operation="CreateProcessingJob", request=request)
        if day.weekday() in {0, 3}:
            request = requests.transform(f"fraud-scores-{day:%Y%m%d}", "ml.m5.2xlarge", 60.0 * random.randint(20, 50), FRAUD)
            yield Event(at=day + timedelta(hours=7), operation="CreateTransformJob", request=request)
        if day.weekday() == 2:
            request = requests.tuning(f"credit-hpo-{day:%m%d}", "ml.m5.xlarge", 900.0, CREDIT, jobs=6, parallel=3)
            yield Event(at=day + timedelta(hours=13), operation="CreateHyperParameterTuningJob", request=request)
    request = requests.automl("credit-automl-first-look", CREDIT, candidates=12)
    yield Event(at=_midnight(now) - timedelta(days=1) + timedelta(hours=2), operation="CreateAutoMLJobV2", request=request)


def _job(habit: _Habit, random: Random, day: datetime, number: int, now: datetime) -> Seed:
    start = day + timedelta(hours=8 + 2 * number, minutes=random.randint(0, 55), seconds=random.randint(0, 59))
    run = 60.0 * random.randint(*habit.minutes)
    dice = random.random()
    return Seed(
        name=f"{habit.stem}-{day:%Y%m%d}-{number}",
        instance_type=random.choice(habit.instance_types),
        age_seconds=(now - start).total_seconds(),
        run_seconds=min(run, 3 * HOUR) if dice >= 0.12 else random.randint(40, 400),
        volume_gb=habit.volume_gb,
        is_spot=random.random() < habit.spot,
        failure_reason=random.choice(_FAILURES) if dice < 0.12 else None,
        stopped_after_seconds=run * 0.3 if dice > 0.94 else None,
        tags=habit.tags,
    )


def _weekdays(now: datetime) -> Iterator[datetime]:
    """Give the midnights of the working days before today, the first one first."""
    days = (_midnight(now) - timedelta(days=ago) for ago in range(DAYS, 0, -1))
    return (day for day in days if day.weekday() < 5)


def _midnight(now: datetime) -> datetime:
    return now.replace(hour=0, minute=0, second=0, microsecond=0)
