"""What is known of a region's things of one kind, so that only news is handed on, and never older news after newer."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import Any

from . import cut
from .kinds import ENDED, Kind

Document = dict[str, Any]
Pairs = tuple[tuple[str, str], ...]


DELETING = "Deleting"
SAME_SECONDS = 1.0
"""AWS's operations may tell a time with or without its fraction."""


@dataclass(slots=True)
class Seen:
    """One thing as it was last handed on; ten thousand of these are kept."""

    digest: bytes
    modified: float | None
    created: float | None
    is_running: bool
    is_listed: bool
    """Whether a listing has ever shown it; else only its name was asked for."""
    round: int
    """The last round of looking for lost ones that met it."""
    tags: Pairs | None
    is_leaving: bool = False
    """AWS was deleting it."""


class Known:
    """The things of one kind."""

    def __init__(self, kind: Kind) -> None:
        self._kind = kind
        self._seen: dict[str, Seen] = {}
        self._pairs: dict[Pairs, Pairs] = {}
        """Equal tags are kept once: a space's jobs share theirs."""
        self.round = 0

    def __len__(self) -> int:
        return len(self._seen)

    def __contains__(self, name: str) -> bool:
        return name in self._seen

    def may_be(self, name: str, created: Any) -> bool:
        """Say whether one that was created then may be the one that was handed on under its name."""
        seen, at = self._seen.get(name), seconds(created)
        return seen is None or seen.created is None or at is None or abs(at - seen.created) < SAME_SECONDS

    def tags(self, name: str) -> dict[str, str] | None:
        """Give the tags of one; None where they were never read."""
        seen = self._seen.get(name)
        return dict(seen.tags) if seen is not None and seen.tags is not None else None

    def modified(self, name: str) -> float | None:
        """Give when one was last changed, in seconds since 1970; None where it is not known."""
        seen = self._seen.get(name)
        return seen.modified if seen else None

    def hold(self, names: Iterable[str]) -> None:
        """Take things for running that were told before our time; whatever is read of them is news."""
        for name in names:
            self._seen.setdefault(name, Seen(b"", None, None, is_running=True, is_listed=True, round=self.round, tags=None))

    def unmet(self) -> set[str]:
        """Give those among them of which nothing was read yet."""
        return {name for name, seen in self._seen.items() if not seen.digest}

    def unlist(self, name: str) -> None:
        """Note that no listing shows one although it is there; that it is missing says nothing any more."""
        seen = self._seen.get(name)
        if seen is not None:
            seen.is_listed = False

    def is_running(self, name: str) -> bool:
        """Say whether more is to come of one that was handed on."""
        seen = self._seen.get(name)
        return seen is not None and seen.is_running

    def leaving(self) -> set[str]:
        """Give the names of those that AWS was deleting when they were last handed on."""
        return {name for name, seen in self._seen.items() if seen.is_leaving}

    def running(self) -> set[str]:
        """Give the names of those of which more is to come."""
        return {name for name, seen in self._seen.items() if seen.is_running}

    def running_listed(self) -> set[str]:
        """Give those among them that a listing has shown, so that one without them says something."""
        return {name for name, seen in self._seen.items() if seen.is_running and seen.is_listed}

    def has_running(self) -> bool:
        """Say whether there is any."""
        return any(seen.is_running for seen in self._seen.values())

    def news(self, documents: Iterable[Document], *, is_listed: bool) -> list[Document]:
        """Give those that differ from what was handed on, and remember them."""
        return [document for document in documents if self._is_news(document, is_listed)]

    def begin_round(self) -> None:
        """Begin to look for lost ones: all that are met from now on are there."""
        self.round += 1

    def missing(self) -> set[str]:
        """Give those that run, were listed before, and were not met in this round."""
        return {name for name, seen in self._seen.items() if seen.is_running and seen.is_listed and seen.round != self.round}

    def drop(self, name: str) -> None:
        """Forget one: AWS knows it no more."""
        self._seen.pop(name, None)

    def forget_ended_before(self, moment: datetime) -> None:
        """Forget what has ended and was not changed since: no listing of changes shows it any more."""
        limit = moment.timestamp()
        kept = {name: seen for name, seen in self._seen.items() if seen.is_running or (seen.modified or limit) >= limit}
        if len(kept) < len(self._seen):
            self._seen = kept
            self._pairs = {seen.tags: seen.tags for seen in kept.values() if seen.tags is not None}

    def _is_news(self, document: Document, is_listed: bool) -> bool:
        name = self._kind.name(document)
        if name is None:
            return False
        seen = self._seen.get(name)
        if seen is not None and self._is_older(document, seen):
            seen.is_listed, seen.round = seen.is_listed or is_listed, self.round
            return False
        fresh = Seen(
            digest=digest(document),
            modified=seconds(document.get("LastModifiedTime")),
            created=seconds(document.get("CreationTime")),
            is_running=self._kind.runs(document),
            is_listed=is_listed or (seen is not None and seen.is_listed),
            round=self.round,
            tags=self._shared(document.get("Tags")),
            is_leaving=document.get(self._kind.status_key) == DELETING,
        )
        self._seen[name] = fresh
        return seen is None or seen.digest != fresh.digest

    def _is_older(self, document: Mapping[str, Any], seen: Seen) -> bool:
        """Say whether a description lags behind: Search's index does, by up to a minute."""
        created = seconds(document.get("CreationTime"))
        if created is not None and seen.created is not None and abs(created - seen.created) >= SAME_SECONDS:
            return created < seen.created  # another thing of the same name
        if not seen.is_running and self._kind.runs(document):
            return True
        modified = seconds(document.get("LastModifiedTime"))
        return modified is not None and seen.modified is not None and modified < seen.modified

    def _shared(self, tags: Mapping[str, str] | None) -> Pairs | None:
        if tags is None:
            return None
        pairs = tuple(sorted(tags.items()))
        return self._pairs.setdefault(pairs, pairs)


class Book:
    """The things of one kind that are ours: handed on when there is news, and those who depend on it told."""

    def __init__(
        self, kind: Kind, push: Callable[[Kind, list[Document]], None], push_gone: Callable[[Kind, list[str]], None]
    ) -> None:
        self.kind = kind
        self.known = Known(kind)
        self.on_news: list[Callable[[list[Document]], None]] = []
        """Told of what is new, before it is handed on."""
        self.on_gone: list[Callable[[str], None]] = []
        self.push, self._push_gone = push, push_gone

    def take(self, documents: Iterable[Document], *, is_listed: bool) -> None:
        """Hand on what differs from before."""
        news = self.known.news(documents, is_listed=is_listed)
        if news:
            for tell in self.on_news:
                tell(news)
            self.push(self.kind, news)

    def lose(self, name: str) -> None:
        """Say that AWS knows one no more."""
        self.known.drop(name)
        for tell in self.on_gone:
            tell(name)
        self._push_gone(self.kind, [name])


def is_settled(kind: Kind, document: Mapping[str, Any]) -> bool:
    """Say whether nothing more is to come: it has ended, and what was billed is told or there was nothing to bill."""
    if not kind.is_job or document.get(kind.status_key) not in ENDED:
        return False
    if kind.kind != "training":
        return True
    return "BillableTimeInSeconds" in document or "BillableTokenCount" in document or "TrainingStartTime" not in document


def digest(document: Mapping[str, Any]) -> bytes:
    """Give a short digest of a description."""
    return blake2b(json.dumps(document, sort_keys=True).encode(), digest_size=8).digest()


def seconds(value: Any) -> float | None:
    """Give a time in seconds since 1970; None where it is none."""
    read = cut.moment(value)
    return None if read is None else read.timestamp()
