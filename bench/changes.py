"""How late a server shows what has changed at AWS: each change of a status is waited for until an answer has it."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from .practice import CountedAccount
from .station import Station

PROMPT_KINDS = ("training", "tuning", "endpoint")
OTHER_KINDS = ("processing", "transform", "automl")
OURS = "churn-"
GONE = "Gone"

Key = tuple[str, str]
"""Kind and name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A thing has come to another status."""

    kind: str
    name: str
    status: str
    shown_by_aws_at: float
    """In seconds since 1970: when it happened, or when AWS's index had it."""

    @property
    def key(self) -> Key:
        """Tell whose change it is."""
        return self.kind, self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A change, and when it was on screen."""

    change: Change
    at: float

    @property
    def seconds(self) -> float:
        """Give how late it was; a description may be ahead of the index."""
        return max(0.0, self.at - self.change.shown_by_aws_at)


@dataclass(slots=True, kw_only=True)
class Waiting:
    """Changes that no answer has shown yet, in their order, by whose they are."""

    changes: dict[Key, list[Change]] = field(default_factory=dict)
    shown: list[Shown] = field(default_factory=list)

    def add(self, changes: Iterable[Change]) -> None:
        """Wait for more."""
        for change in changes:
            self.changes.setdefault(change.key, []).append(change)

    def note(self, key: Key, status: str, at: float) -> None:
        """Take what an answer says: it shows that change, and with it all that were before it."""
        waiting = self.changes.get(key, [])
        places = [place for place, change in enumerate(waiting) if change.status == status]
        if not places:
            return
        over, rest = waiting[: places[-1] + 1], waiting[places[-1] + 1 :]
        self.shown += [Shown(change=change, at=at) for change in over]
        if rest:
            self.changes[key] = rest
        else:
            del self.changes[key]

    def left(self, kinds: Iterable[str]) -> list[Change]:
        """Give those that were not shown."""
        return [change for waiting in self.changes.values() for change in waiting if change.kind in kinds]

    def delays(self, kinds: Iterable[str], now: float) -> list[float]:
        """Give how late each was, and for those that were not shown how long they have waited."""
        wanted = set(kinds)
        found = [shown.seconds for shown in self.shown if shown.change.kind in wanted]
        return found + [now - change.shown_by_aws_at for change in self.left(wanted)]


class Follower:
    """Ask the account what has changed, and the server for each thing that it should show."""

    def __init__(self, account: CountedAccount, station: Station, *, lag_seconds: float = 0.0) -> None:
        self._account, self._station, self._lag = account, station, lag_seconds
        self._since = time.time()
        self._known: set[tuple[Key, str, str]] = set()
        self.waiting = Waiting()

    def look(self, *, takes_more: bool = True) -> None:
        """Take in what has changed since the last time, and ask for all that is waited for.

        Args:
            takes_more: False: only of what is waited for already, whose later status may be shown in place of an earlier one.
        """
        news = self._news()
        self.waiting.add(change for change in news if takes_more or change.key in self.waiting.changes)
        now = time.time()
        for key in [key for key, changes in self.waiting.changes.items() if changes[0].shown_by_aws_at <= now]:
            status = status_shown(self._station, key)
            self.waiting.note(key, status, time.time())

    def _news(self) -> list[Change]:
        found = []
        for told in self._account.changes(self._since - 5.0):
            change = self._change(told)
            mark = ((change.kind, change.name), change.status, told["at"])
            if is_followed(change) and mark not in self._known and moment(told["at"]) >= self._since:
                self._known.add(mark)
                found.append(change)
        return found

    def _change(self, told: dict[str, Any]) -> Change:
        # Only Search has an index that may be late; the kinds it does not know are listed.
        lag = self._lag if told["kind"] in PROMPT_KINDS else 0.0
        return Change(kind=told["kind"], name=told["name"], status=told["status"], shown_by_aws_at=moment(told["at"]) + lag)


def is_followed(change: Change) -> bool:
    """Tell whether it is of the churn, or a job that one of the churn has started."""
    return change.kind in PROMPT_KINDS + OTHER_KINDS and OURS in change.name


def moment(text: str) -> float:
    """Read a time of the account's."""
    return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def status_shown(station: Station, key: Key) -> str:
    """Ask a server for the status of a thing; what it does not know is gone, or was never there."""
    kind, name = key
    path = f"mlcost-ext/endpoints/{name}" if kind == "endpoint" else f"mlcost-ext/jobs/{kind}/{name}"
    status, _, body = station.ask(path)
    if status == 404:
        return GONE
    document = json.loads(body)
    if status != 200:
        raise RuntimeError(f"{path} answers {status}: {document.get('message')}")
    return str((document["endpoint"] if kind == "endpoint" else document)["status"])


def most_in(times: Iterable[float], seconds: float) -> int:
    """Give the most that ever fell into so many seconds."""
    ordered, most, first = sorted(times), 0, 0
    for last, at in enumerate(ordered):
        while ordered[first] <= at - seconds:
            first += 1
        most = max(most, last - first + 1)
    return most
