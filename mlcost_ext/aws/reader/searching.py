"""Read jobs by Search: whole descriptions, a hundred a page; after the first picture only what changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from . import cut, mark, search
from .aws_clock import answered_at
from .calls import Calls, members
from .faults import Fault

Take = Callable[[list[Mapping[str, Any]]], None]


class Searching:
    """The state of reading one region by Search."""

    def __init__(self, calls: Calls, clock: Callable[[], float], wall: Callable[[], datetime]) -> None:
        self._calls = calls
        self._clock = clock
        self._wall = wall
        self._mark: datetime | None = None
        self._whole_at: float | None = None
        self.takes_names = True
        """Whether AWS has not refused to search for names."""

    def read(self, owner_tags: tuple[tuple[str, str], ...], names: frozenset[str], take: Take) -> frozenset[str] | None:
        """Hand over what is new, page by page.

        Returns:
            The names of everything there is, where it was the whole picture; None where only changes were read.
        """
        try:
            return self._read(search.ours(owner_tags, names if self.takes_names else ()), take)
        except Fault as fault:
            if fault.aws_code != "ValidationException" or not names or not self.takes_names:
                raise
        self.takes_names = False
        return self._read(search.ours(owner_tags, ()), take)

    def _read(self, owner: search.Expression | None, take: Take) -> frozenset[str] | None:
        if owner is None:
            return frozenset()
        now = self._clock()
        if self._whole_at is not None and now - self._whole_at < mark.WHOLE_PICTURE_SECONDS:
            self._read_requests([search.changed_since(owner, mark.since(self._mark, self._wall()))], take)
            return None
        names = self._read_requests(self._whole(owner), take)
        self._whole_at = now
        return names

    def _whole(self, owner: search.Expression) -> Iterator[dict[str, Any]]:
        """Ask for everything; the first answer tells AWS's time, by which the day is counted."""
        yield search.running(owner)
        yield search.ended_since(owner, self._wall() - mark.DAY)

    def _read_requests(self, requests: Iterable[dict[str, Any]], take: Take) -> frozenset[str]:
        """Read all pages; the mark moves only once all of them were read."""
        started: datetime | None = None
        modified: list[datetime | None] = []
        names: set[str] = set()
        for answer, jobs in self._pages(requests):
            started = started or answered_at(answer) or self._wall()
            modified += [cut.moment(job.get("LastModifiedTime")) for job in jobs]
            names |= {name for job in jobs if (name := cut.text(job.get("TrainingJobName")))}
            take(jobs)
        self._mark = mark.moved(self._mark, modified, started or self._wall())
        return frozenset(names)

    def _pages(self, requests: Iterable[dict[str, Any]]) -> Iterator[tuple[Mapping[str, Any], list[Mapping[str, Any]]]]:
        for request in requests:
            for answer in self._calls.pages("Search", request):
                records = members(answer, "Results")
                yield answer, [job for record in records if isinstance(job := record.get("TrainingJob"), Mapping)]
