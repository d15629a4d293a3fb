"""Thousands of training jobs for a large account, running and ended, none of them made before it is asked for."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from typing import Any

from mlcost_ext.sandbox.account import Account
from mlcost_ext.sandbox.crowd import NOTHING, Crowd, moment
from mlcost_ext.sandbox.names import REGION_ID, STUDIO_TAGS
from mlcost_ext.sandbox.seed_job import HOUR, TEAMS, TYPES, Seed, job_of
from mlcost_ext.sandbox.training_job import TrainingJob

ENDED_DAYS = 90

_BASE = datetime(2026, 1, 1, tzinfo=timezone.utc)
_NEVER = float("inf")
_OUT_OF_MEMORY = 'AlgorithmError: ExecuteUserScriptError:\nExitCode 1\nErrorMessage "MemoryError"'
# What the ended ones were like, one after the other: mostly fine, some on spot, a few failed or stopped.
_MINUTES = (7, 11, 23, 42, 65, 96, 19, 31, 154, 12, 8, 240, 37)
_FAILED, _STOPPED, _SPOT = {4, 9}, {7}, {2, 5, 11}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Mould:
    """What all jobs of one course have in common."""

    seed: Seed
    status: str
    from_creation_ms: int  # until its last change
    until_ms: float  # from its creation until its next change


def seed_running(account: Account, count: int) -> None:
    """Add jobs that run for days, of varied types and ages."""
    now = account.clock()
    mould = _mould(Seed(name="sweep", instance_type=TYPES[0], age_seconds=0, run_seconds=72 * HOUR), after=HOUR)
    start = _ms(now)
    created = [start - 1000 * (300 + 7 * number % int(20 * HOUR)) for number in range(count)]
    account.jobs(REGION_ID).put_crowd(_crowd("sweep-", 5, created, [mould] * count, _varied))


def seed_ended(account: Account, count: int) -> None:
    """Add jobs that ended within the last ninety days, evenly spread, the last one just now."""
    start = _ms(account.clock())
    moulds = [_mould(seed, after=1000 * HOUR) for seed in _ended_seeds()]
    span = ENDED_DAYS * 86_400_000
    chosen = [moulds[number % len(moulds)] for number in range(count)]
    created = [
        start - span * (2 * (count - number) - 1) // (2 * count) - mould.from_creation_ms for number, mould in enumerate(chosen)
    ]
    account.jobs(REGION_ID).put_crowd(_crowd("nightly-", 6, created, chosen, _varied))


def _ended_seeds() -> list[Seed]:
    return [
        Seed(
            name="nightly",
            instance_type=TYPES[0],
            age_seconds=0,
            run_seconds=60.0 * minutes,
            is_spot=index in _SPOT,
            failure_reason=_OUT_OF_MEMORY if index in _FAILED else None,
            stopped_after_seconds=20.0 * minutes if index in _STOPPED else None,
        )
        for index, minutes in enumerate(_MINUTES)
    ]


def _varied(seed: Seed, name: str, number: int) -> Seed:
    return replace(
        seed,
        name=name,
        instance_type=TYPES[number % len(TYPES)],
        instance_count=1 + number % 3,
        volume_gb=30 + number % 5 * 50,
        tags=_own_tags(number),
    )


def _own_tags(number: int) -> Mapping[str, str]:
    return {"team": TEAMS[number % len(TEAMS)], "sweep": str(number // 100)}


def _mould(seed: Seed, *, after: float) -> _Mould:
    """See how a job of this course lives, by letting one live."""
    snapshot = job_of(seed, _BASE).describe(_BASE + timedelta(seconds=after))
    until = snapshot.valid_until
    return _Mould(
        seed=seed,
        status=snapshot.description["TrainingJobStatus"],
        from_creation_ms=_ms(snapshot.description["LastModifiedTime"]) - _ms(_BASE),
        until_ms=_NEVER if until is None else _ms(until) - _ms(_BASE),
    )


def _crowd(
    prefix: str, digits: int, created_ms: list[int], moulds: list[_Mould], varied: Callable[[Seed, str, int], Seed]
) -> Crowd:
    digits = max(digits, len(str(len(moulds))))
    created = array("d", (at / 1000 for at in created_ms))

    def make(number: int) -> TrainingJob:
        seed = varied(moulds[number].seed, f"{prefix}{number:0{digits}d}", number)
        return job_of(seed, moment(created[number]))

    peeks: Mapping[str, Callable[[int], Any]] = {
        "TrainingJobStatus": lambda number: moulds[number].status,
        "TrainingJobName": lambda number: f"{prefix}{number:0{digits}d}",
    }
    return Crowd(
        prefix=prefix,
        digits=digits,
        make=make,
        created=created,
        modified=array("d", ((at + mould.from_creation_ms) / 1000 for at, mould in zip(created_ms, moulds, strict=True))),
        until=array("d", ((at + mould.until_ms) / 1000 for at, mould in zip(created_ms, moulds, strict=True))),
        peeks=peeks,
        tags=lambda number: {**STUDIO_TAGS, **_own_tags(number)},
        values={
            "TrainingJobStatus": frozenset(mould.status for mould in moulds),
            "TuningJobArn": NOTHING,
            "AutoMLJobArn": NOTHING,
            "LabelingJobArn": NOTHING,
            "WarmPoolStatus": NOTHING,
        },
        tag_values={
            **{key: frozenset({value}) for key, value in STUDIO_TAGS.items()},
            "team": frozenset(TEAMS),
            "sweep": None,
        },
    )


def _ms(at: datetime) -> int:
    return round(at.timestamp() * 1000)
