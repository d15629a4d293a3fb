"""Things that come and go at a steady rate, for benchmarks: by the clock, caught up with when somebody asks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from mlcost_ext.sandbox import requests
from mlcost_ext.sandbox.account import Account
from mlcost_ext.sandbox.fault import Fault
from mlcost_ext.sandbox.perform import perform

_MINUTES = 3.0  # for so long things only come, then they come and go by turns
_OVERHEAD_SECONDS = 6.0  # of what runs by itself, before it runs
_TAGS: Mapping[str, str] = {"team": "fraud-platform", "purpose": "churn"}
_TYPE = "ml.m5.xlarge"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Way:
    """How things of a kind come, and how they go."""

    begin: Callable[[str, float], list[tuple[str, Mapping[str, Any]]]]  # name, seconds to live -> requests
    end: Callable[[str], list[tuple[str, Mapping[str, Any]]]]  # nothing: it ends by itself


def _training(name: str, seconds: float) -> list[tuple[str, Mapping[str, Any]]]:
    return [("CreateTrainingJob", requests.training(name, _TYPE, seconds - _OVERHEAD_SECONDS, _TAGS))]


def _processing(name: str, seconds: float) -> list[tuple[str, Mapping[str, Any]]]:
    return [("CreateProcessingJob", requests.processing(name, _TYPE, seconds - _OVERHEAD_SECONDS, _TAGS))]


def _transform(name: str, seconds: float) -> list[tuple[str, Mapping[str, Any]]]:
    return [("CreateTransformJob", requests.transform(name, _TYPE, seconds - _OVERHEAD_SECONDS, _TAGS))]


def _tuning(name: str, seconds: float) -> list[tuple[str, Mapping[str, Any]]]:
    request = requests.tuning(name, _TYPE, 10 * seconds, _TAGS, jobs=2, parallel=1)
    return [("CreateHyperParameterTuningJob", request)]


def _endpoint(name: str, seconds: float) -> list[tuple[str, Mapping[str, Any]]]:
    del seconds
    return [
        ("CreateEndpointConfig", requests.endpoint_config(name, _TYPE, _TAGS)),
        ("CreateEndpoint", requests.endpoint(name, name, _TAGS)),
    ]


_WAYS: Mapping[str, _Way] = {
    "training": _Way(begin=_training, end=lambda _: []),
    "processing": _Way(begin=_processing, end=lambda _: []),
    "transform": _Way(begin=_transform, end=lambda _: []),
    "tuning": _Way(
        begin=_tuning,
        end=lambda name: [("StopHyperParameterTuningJob", {"HyperParameterTuningJobName": name})],
    ),
    "endpoint": _Way(
        begin=_endpoint,
        end=lambda name: [
            ("DeleteEndpoint", {"EndpointName": name}),
            ("DeleteEndpointConfig", {"EndpointConfigName": name}),
        ],
    ),
}


@dataclass(slots=True, kw_only=True)
class Stream:
    """The comings and goings of one kind, numbered from 0."""

    kind: str
    per_minute: float
    since: datetime
    next_event: int = 0

    @property
    def ahead(self) -> int:
        """Say how many come before the first goes."""
        return max(1, round(_MINUTES * self.per_minute))

    def at(self, event: int) -> datetime:
        """Tell when an event is due."""
        return self.since + timedelta(milliseconds=round((event + 1) * 60_000 / self.per_minute))

    def event_of_begin(self, number: int) -> int:
        """Tell with which event a thing comes."""
        return number if number < self.ahead else self.ahead + 2 * (number - self.ahead) + 1

    def event_of_end(self, number: int) -> int:
        """Tell with which event it goes."""
        return self.ahead + 2 * number

    def requests(self, event: int) -> list[tuple[str, Mapping[str, Any]]]:
        """Give what is asked of AWS with an event."""
        way, past = _WAYS[self.kind], event - self.ahead
        if past >= 0 and past % 2 == 0:
            return way.end(self._name(past // 2))
        number = event if past < 0 else self.ahead + past // 2
        seconds = (self.at(self.event_of_end(number)) - self.at(event)).total_seconds()
        return way.begin(self._name(number), seconds)

    def _name(self, number: int) -> str:
        return f"churn-{self.kind}-{self.since:%H%M%S}-{number:05d}"


@dataclass(slots=True, kw_only=True)
class Churn:
    """All streams together."""

    region_id: str
    streams: list[Stream] = field(default_factory=list)

    def go_on(self, account: Account) -> None:
        """Let everything happen that was due by the account's clock, in its order."""
        now = account.clock()
        while True:
            stream = min(self.streams, key=lambda each: each.at(each.next_event), default=None)
            if stream is None or stream.at(stream.next_event) > now:
                return
            event = stream.next_event
            stream.next_event += 1
            with suppress(Fault):  # somebody has ended it already, or taken its name
                for operation, request in stream.requests(event):
                    perform(account, stream.at(event), operation, request, self.region_id)


def churn_of(wish: Mapping[str, Any], now: datetime, region_id: str) -> Churn:
    """Read ``{"kinds": {"training": 15, "endpoint": 2}}``: changes a minute, by kind.

    Args:
        wish: With ``per_minute`` the kinds' numbers are only their shares of it.
        now: When it begins.
        region_id: Where.

    Raises:
        ValueError: Where a kind does not come and go.
    """
    kinds = {str(kind): float(rate) for kind, rate in wish.get("kinds", {"training": 1}).items()}
    unknown = sorted(set(kinds) - set(_WAYS))
    if unknown or min(kinds.values(), default=0) <= 0:
        raise ValueError(f"kinds that can come and go: {', '.join(_WAYS)}; each with a rate above 0")
    factor = float(wish.get("per_minute", sum(kinds.values()))) / sum(kinds.values())
    return Churn(
        region_id=region_id,
        streams=[Stream(kind=kind, per_minute=rate * factor, since=now) for kind, rate in kinds.items()],
    )
