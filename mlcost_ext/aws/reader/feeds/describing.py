"""Describe things one by one: those no listing shows yet, and those a listing shows without what they cost."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from mlcost_ext.aws.reader import cut
from mlcost_ext.aws.reader.ask import Answer, Ask, Rank, Steps
from mlcost_ext.aws.reader.faults import Fault, aws_error
from mlcost_ext.aws.reader.kinds import KINDS, Kind, kind_named
from mlcost_ext.aws.reader.known import is_settled
from mlcost_ext.aws.reader.names import MAX_WAIT_SECONDS

from .parts import Parts

Tags = dict[str, str]
MAX_RUNNING = 500
"""Descriptions that are kept, of a kilobyte each."""


class Describing:
    """How one thing is described and handed on."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._running: dict[tuple[str, str], dict[str, Any]] = {}
        """What was told of things that ran, the latest last, to which only their end is to be added."""

    def take_end(self, kind: Kind, name: str, end: Mapping[str, Any], tags: Tags | None, *, is_child_only: bool) -> bool:
        """Hand on the end that a listing tells of what was described while it ran; False: it is to be described."""
        before = self._running.get((kind.kind, name))
        if before is None or before.get("CreationTime") != end.get("CreationTime"):
            return False
        del self._running[kind.kind, name]
        self._take(kind, name, {**before, **end}, tags, is_listed=True, is_child_only=is_child_only)
        return True

    def describe(
        self,
        kind: Kind,
        name: str,
        tags: Tags | None,
        rank: Rank,
        *,
        extra: Mapping[str, Any] | None = None,
        is_listed: bool = False,
        is_child_only: bool = False,
    ) -> Steps[bool]:
        """Describe one thing and hand it on; False where AWS would not, so that it is to be tried again later.

        Args:
            kind: What it is.
            name: How it is called.
            tags: Its tags; None: not known.
            rank: How urgent it is.
            extra: Members that only a listing tells.
            is_listed: Whether a listing has shown it.
            is_child_only: Whether it is ours only if something of ours has started it.

        Raises:
            Fault: Where AWS could not be read, and not only this thing.
        """
        permissions = self._parts.permissions
        if not permissions.allows(kind.kind, kind.describe):
            return False
        try:
            answer = yield Ask(kind.describe, kind.params(name), rank)
        except Fault as fault:
            return self._missed(kind, name, fault)
        permissions.granted(kind.kind, kind.describe)
        if cut.text(answer.get(kind.status_key)) is None:
            return self._missed(kind, name, Fault(aws_error(f"AWS's answer to {kind.describe} could not be read.")))
        self._keep(kind, name, {**(extra or {}), **answer})
        self._take(kind, name, {**(extra or {}), **answer}, tags, is_listed=is_listed, is_child_only=is_child_only)
        return True

    def _keep(self, kind: Kind, name: str, answer: Mapping[str, Any]) -> None:
        self._running.pop((kind.kind, name), None)
        kept = kind.kept(answer)
        if kept is not None:
            self._running[kind.kind, name] = kept
            if len(self._running) > MAX_RUNNING:
                del self._running[next(iter(self._running))]

    def _take(self, kind: Kind, name: str, answer: Answer, tags: Tags | None, *, is_listed: bool, is_child_only: bool) -> None:
        parts = self._parts
        if not parts.book(kind).known.may_be(name, answer.get("CreationTime")):
            tags = None  # another thing that has its name now
        document = kind.document({**kind.params(name), **answer}, parts.region_id, tags)
        was_lost = parts.names.is_lost((kind.kind, name))
        parts.names.found((kind.kind, name), self._poll_seconds(kind), stays=not kind.is_job)
        if document is None or kind.name(document) != name:
            return
        if is_child_only and not parts.ownership.is_child(kind, document):
            return
        if is_settled(kind, document):
            parts.names.settle((kind.kind, name))
        parts.book(kind).take([parts.ownership.marked(kind, document)], is_listed=is_listed)
        if was_lost and not kind.is_job:
            parts.book(kind).known.unlist(name)

    def _poll_seconds(self, kind: Kind) -> float:
        """Give how often a thing is described that nothing else shows."""
        tempo = self._parts.tempo
        return tempo.prompt_seconds if kind.is_prompt else tempo.other_seconds

    def _missed(self, kind: Kind, name: str, fault: Fault) -> bool:
        """Go on without one thing where the fault concerns it alone; True where there is nothing to try again."""
        parts, key, code = self._parts, (kind.kind, name), fault.problem.code
        if code == "permission_missing":
            parts.permissions.denied(kind.kind, kind.describe, at_once=False)
            parts.names.missed(key, wait_seconds=MAX_WAIT_SECONDS)
        elif code == "not_found":
            if parts.names.absent(key):
                parts.book(kind).lose(name)
            return True
        elif code == "aws_error":
            parts.names.missed(key)
        else:
            raise fault
        return False


class NamesFeed:
    """The names of one region, the most urgent one at a time.

    Args:
        parts: The region's.
        describing: How one is described.
        is_first: Says of a kind whether its first picture is made of descriptions one by one.
        on_read: Told of the kind of each that was asked for.
    """

    def __init__(
        self, parts: Parts, describing: Describing, is_first: Callable[[str], bool], on_read: Callable[[str], None]
    ) -> None:
        self._parts, self._describing, self._is_first, self._on_read = parts, describing, is_first, on_read

    def due_at(self) -> float | None:
        """Give when a thing is to be described; None where none is, or none may be."""
        return self._parts.names.next_due(self._is_allowed)

    def rank(self) -> Rank:
        """Tell new launches from old ones, and those that are the only way to a first picture."""
        found = self._parts.names.first_due(self._is_allowed)
        if found is None:
            return Rank.DETAIL
        (kind, _), entry = found
        if entry.is_prompt():
            return Rank.NAMES
        return Rank.FIRST if self._is_first(kind) and not entry.misses else Rank.DETAIL

    def steps(self) -> Steps[None]:
        """Describe the one whose turn it is."""
        found = self._parts.names.first_due(self._is_allowed)
        if found is None:
            return
        (kind_name, name), _ = found
        kind = kind_named(kind_name)
        if kind is None:
            self._parts.names.settle((kind_name, name))
            return
        tags = self._parts.book(kind).known.tags(name)
        yield from self._describing.describe(kind, name, tags, self.rank())
        self._on_read(kind_name)

    def _is_allowed(self, kind_name: str) -> bool:
        kind = _KINDS.get(kind_name)
        return kind is None or self._parts.permissions.allows(kind_name, kind.describe)


_KINDS = {kind.kind: kind for kind in KINDS}
