"""What lies ahead of a training job: its stages, how long each takes, how it ends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import isfinite
from typing import Any

DEFAULT_RUN_SECONDS = 40 * 60.0
DEFAULT_MAX_RUNTIME_IN_SECONDS = 86_400
SPOT_FACTOR = 0.3

# Hyperparameters or environment variables a request may carry to choose its own course.
RUN_SECONDS = "PRACTICE_RUN_SECONDS"
INTERRUPT_AFTER_SECONDS = "PRACTICE_INTERRUPT_AFTER_SECONDS"
FAILURE_REASON = "PRACTICE_FAILURE_REASON"
SELECT_PREFERENCE = "PRACTICE_SELECT_PREFERENCE"  # which of the InstancePreferences there is capacity for, from 0

_STARTING, _DOWNLOADING, _UPLOADING, _STOPPING, _INTERRUPTED = 6.0, 5.0, 4.0, 3.0, 10.0
_INTERRUPT_AFTER = 90.0
_LONGEST = 10 * 366 * 86_400.0
_WARM_STARTING = 2.0  # on instances of a warm pool


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One stage of a job's life."""

    status: str  # AWS's SecondaryStatus
    seconds: float
    message: str

    @property
    def is_billed(self) -> bool:
        """Say whether instances are held for the job in this stage."""
        return self.status in {"Downloading", "Training", "Uploading", "Running"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The course a job takes when nobody stops it."""

    stages: tuple[Stage, ...]
    outcome: str = "Completed"  # the SecondaryStatus it ends with
    failure_reason: str | None = None
    stopping_seconds: float = _STOPPING
    uploading_seconds: float = _UPLOADING
    billable_fraction: float = 1.0  # of the time on instances; below 1 with managed spot
    keep_alive_seconds: float | None = None  # how long the instances are kept as a warm pool; None: no pool was asked for
    preference: int = 0  # which of the InstancePreferences it gets

    def at_speed(self, speed: float) -> Plan:
        """Shorten every stage: at speed 60 an hour takes a minute."""
        return replace(
            self,
            stages=tuple(replace(stage, seconds=stage.seconds / speed) for stage in self.stages),
            stopping_seconds=self.stopping_seconds / speed,
            uploading_seconds=self.uploading_seconds / speed,
            keep_alive_seconds=None if self.keep_alive_seconds is None else self.keep_alive_seconds / speed,
        )

    def on_warm_pool(self) -> Plan:
        """Start at once, since the instances are there already."""
        first, *rest = self.stages
        return replace(self, stages=(replace(first, seconds=min(first.seconds, _WARM_STARTING)), *rest))


def plan_for(request: Mapping[str, Any]) -> Plan:
    """Plan the life of a job from its CreateTrainingJob request, at speed 1."""
    wish = wishes(request)
    limit = float(max_runtime_in_seconds(request))
    wanted = number(wish, RUN_SECONDS, DEFAULT_RUN_SECONDS)
    downloading, training, uploading = _run(min(wanted, limit))
    failure_reason = wish.get(FAILURE_REASON)
    is_spot = bool(request.get("EnableManagedSpotTraining"))
    middle = [_training(training)]
    if is_spot:
        after = number(wish, INTERRUPT_AFTER_SECONDS, min(_INTERRUPT_AFTER, training * 0.4))
        middle = _interrupted(training, after, _slack(request, wanted=min(wanted, limit)))
    last = [] if failure_reason else [uploading]
    return Plan(
        stages=(_starting(), downloading, *middle, *last),
        outcome="Failed" if failure_reason else "MaxRuntimeExceeded" if wanted > limit else "Completed",
        failure_reason=failure_reason,
        billable_fraction=SPOT_FACTOR if is_spot else 1.0,
        keep_alive_seconds=request.get("ResourceConfig", {}).get("KeepAlivePeriodInSeconds") or None,
        preference=int(number(wish, SELECT_PREFERENCE, 0)),
    )


def run_plan(wish: Mapping[str, str], limit: float | None, default: float = DEFAULT_RUN_SECONDS) -> Plan:
    """Plan the life of a job that only starts and runs: processing, transform, and what AutoML does.

    Args:
        wish: Where a request may choose its course.
        limit: Its MaxRuntimeInSeconds; ``None`` where it has none.
        default: How long it runs unless told otherwise.
    """
    wanted = number(wish, RUN_SECONDS, default)
    seconds = wanted if limit is None else min(wanted, limit)
    failure_reason = wish.get(FAILURE_REASON)
    is_cut = limit is not None and wanted > limit
    return Plan(
        stages=(_starting(), Stage(status="Running", seconds=seconds, message="Running")),
        outcome="Failed" if failure_reason else "MaxRuntimeExceeded" if is_cut else "Completed",
        failure_reason=failure_reason,
        uploading_seconds=0.0,
        preference=int(number(wish, SELECT_PREFERENCE, 0)),
    )


def wishes(request: Mapping[str, Any]) -> Mapping[str, str]:
    """Read where a request may choose its course."""
    return {**request.get("Environment", {}), **request.get("HyperParameters", {})}


def max_runtime_in_seconds(request: Mapping[str, Any]) -> int:
    """Read the stopping condition; AWS's own default is one day."""
    condition = request.get("StoppingCondition", {})
    return int(condition.get("MaxRuntimeInSeconds", DEFAULT_MAX_RUNTIME_IN_SECONDS))


def _run(seconds: float) -> tuple[Stage, float, Stage]:
    """Divide the time on instances, so that all of it together never exceeds ``seconds``."""
    downloading = min(_DOWNLOADING, seconds * 0.2)
    uploading = min(_UPLOADING, seconds * 0.1)
    return (
        Stage(status="Downloading", seconds=downloading, message="Downloading input data"),
        seconds - downloading - uploading,
        Stage(status="Uploading", seconds=uploading, message="Uploading generated training model"),
    )


def _starting() -> Stage:
    return Stage(status="Starting", seconds=_STARTING, message="Preparing the instances for training")


def _training(seconds: float) -> Stage:
    message = "Training image download completed. Training in progress."
    return Stage(status="Training", seconds=seconds, message=message)


def _interrupted(training: float, after: float, slack: float) -> list[Stage]:
    """Take the spot instances away once, where MaxWaitTimeInSeconds leaves time for it."""
    again = [
        Stage(
            status="Interrupted",
            seconds=_INTERRUPTED,
            message="Spot capacity was reclaimed. The training job waits for new instances.",
        ),
        _starting(),
        Stage(status="Downloading", seconds=_DOWNLOADING, message="Downloading the last checkpoint"),
    ]
    rest = training - after - _DOWNLOADING
    if after <= 0 or rest <= 0 or slack < _INTERRUPTED + _STARTING:
        return [_training(training)]
    return [_training(after), *again, _training(rest)]


def _slack(request: Mapping[str, Any], *, wanted: float) -> float:
    condition = request.get("StoppingCondition", {})
    wait = float(condition.get("MaxWaitTimeInSeconds", max_runtime_in_seconds(request)))
    return wait - wanted - _STARTING


def number(wish: Mapping[str, str], key: str, default: float) -> float:
    """Read a number a request may carry; none below zero."""
    try:
        wanted = float(str(wish[key]).strip('"'))
    except (KeyError, ValueError):
        return default
    return min(max(0.0, wanted), _LONGEST) if isfinite(wanted) else default
