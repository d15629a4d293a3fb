"""Warm pools: instances kept after a job. That one has ended shows in no change of the job, so it is looked for."""

from __future__ import annotations

from typing import Any

from mlcost_ext.aws.reader.ask import Pages, Rank, Steps, members
from mlcost_ext.aws.reader.faults import Fault
from mlcost_ext.aws.reader.kinds import training
from mlcost_ext.aws.reader.known import Document, seconds

from .listing import NEWEST_FIRST
from .parts import Parts

KIND = "warm-pool"
"""Under this name a missing permission is noted."""
AFTER_END_SECONDS = 20.0
MAX_DESCRIBED = 10
"""Where pools may not be listed, so many jobs are described instead."""


class WarmPoolFeed:
    """The pools of one region that are kept and wait for a job."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._kept: dict[str, float | None] = {}
        """Names of jobs, and when their pool ends by itself, in seconds since 1970."""
        self._due, self._looked_at = parts.clock(), parts.now().timestamp()
        parts.book(training.KIND).on_news.append(self.note)

    def note(self, documents: list[Document]) -> None:
        """Remember which jobs have one."""
        for document in documents:
            name, pool = str(document["TrainingJobName"]), document.get("WarmPoolStatus") or {}
            if pool.get("Status") != "Available":
                self._kept.pop(name, None)
                continue
            if not self._kept:
                self._due = self._parts.after(self._parts.tempo.other_seconds)
            ended, keep = seconds(document.get("TrainingEndTime")), keep_alive_of(document)
            self._kept[name] = None if ended is None or keep is None else ended + keep

    @property
    def has_any(self) -> bool:
        """Whether there is a pool to look for."""
        return bool(self._kept)

    def due_at(self) -> float | None:
        """Give when to look: now and then, and when one should have ended."""
        if not self._kept:
            return None
        now, aws_now = self._parts.clock(), self._parts.now().timestamp()
        ends = [until + AFTER_END_SECONDS for until in self._kept.values() if until is not None]
        return min([self._due, *(now + end - aws_now for end in ends if end > self._looked_at)])

    def rank(self) -> Rank:
        """Give its rank."""
        return Rank.OTHER

    def steps(self) -> Steps[None]:
        """List the pools there are, and have those described that are not among them.

        Raises:
            Fault: Where AWS could not be read. A missing permission is none.
        """
        permissions, kind = self._parts.permissions, training.KIND
        self._due, self._looked_at = self._parts.after(self._parts.tempo.other_seconds), self._parts.now().timestamp()
        names: set[Any] = set()
        if permissions.allows(KIND, kind.listing):
            pages = Pages(kind.listing, {**NEWEST_FIRST, "WarmPoolStatusEquals": "Available"}, Rank.OTHER)
            try:
                while (answer := (yield from pages.next())) is not None:
                    names |= {raw.get("TrainingJobName") for raw in members(answer, kind.listed)}
            except Fault as fault:
                if fault.problem.code != "permission_missing":
                    raise
                permissions.denied(KIND, kind.listing)
            else:
                permissions.granted(KIND, kind.listing)
        lost = sorted(self._kept.keys() - names)
        self._parts.names.lose_all(kind.kind, lost[:MAX_DESCRIBED])


def keep_alive_of(document: Document) -> float | None:
    """Give how long a job's instances are kept, in seconds; None where it does not say."""
    keep = (document.get("ResourceConfig") or {}).get("KeepAlivePeriodInSeconds")
    return float(keep) if isinstance(keep, int) else None
