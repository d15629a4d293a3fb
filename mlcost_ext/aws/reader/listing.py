"""Read jobs without Search: list what changed, ask once whose each is, describe what is ours."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from . import cut, mark
from .aws_clock import answered_at
from .calls import Calls, members
from .faults import Fault
from .known import Known
from .permissions import DESCRIBE, RETRY_SECONDS, TAGS, Permissions

RESERVE_CALLS = 6
"""Left to listings and to what a user waits for while a long list is worked off."""

Tags = dict[str, str]
Describe = Callable[[str, Tags | None], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What a listing shows of a job."""

    name: str
    arn: str | None
    modified: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """What a listing has shown."""

    names: frozenset[str]
    is_whole: bool
    """Everything that runs, and what ended within a day; else only what changed."""


class Listing:
    """The state of reading one region by ListTrainingJobs."""

    def __init__(
        self, calls: Calls, known: Known, permissions: Permissions, clock: Callable[[], float], wall: Callable[[], datetime]
    ) -> None:
        self._calls = calls
        self._known = known
        self._permissions = permissions
        self._clock = clock
        self._wall = wall
        self._mark: datetime | None = None
        self._whole_at: float | None = None
        self._pending: dict[str, Summary] = {}
        self._put_off: dict[str, Summary] = {}
        """What AWS would not tell of: whose it is, or what it costs."""
        self._tried_again_at = clock()
        self._tags: dict[str, Tags] = {}
        self._others: set[str] = set()

    @property
    def is_complete(self) -> bool:
        """Say whether everything listed was also read, or put off since AWS would not tell."""
        return self._whole_at is not None and not self._pending

    def list_changes(self) -> Listed:
        """List what changed, or everything now and then."""
        now = self._clock()
        is_whole = self._whole_at is None or now - self._whole_at >= mark.WHOLE_PICTURE_SECONDS
        started: datetime | None = None
        summaries: list[Summary] = []
        for request in self._requests(is_whole):
            for answer in self._calls.pages("ListTrainingJobs", request):
                started = started or answered_at(answer) or self._wall()
                summaries += [item for raw in members(answer, "TrainingJobSummaries") if (item := summary(raw))]
        self._mark = mark.moved(self._mark, [item.modified for item in summaries], started or self._wall())
        if is_whole:
            self._put_off = {}
        self._pending.update({item.name: item for item in summaries if self._is_news(item)})
        names = frozenset(item.name for item in summaries)
        if is_whole:
            self._whole_at = now
            self._others &= names
            self._tags = {name: tags for name, tags in self._tags.items() if name in names}
        return Listed(names=names, is_whole=is_whole)

    def work_off(self, is_ours: Callable[[str, Tags | None], bool], describe: Describe) -> None:
        """Read what is pending, newest first, as far as the budget allows.

        Args:
            is_ours: Says whether a job of this name and these tags is ours; tags None: not known.
            describe: Reads one job and hands it on; gives False where it is to be tried again later.
        """
        self._try_again()
        oldest = datetime.min.replace(tzinfo=self._wall().tzinfo)
        for item in sorted(self._pending.values(), key=lambda pending: pending.modified or oldest, reverse=True):
            if not self._calls.can_spare(RESERVE_CALLS):
                return
            tags = self._tags_of(item)
            if is_ours(item.name, tags):
                is_done = describe(item.name, tags)
            else:
                is_done = tags is not None
                self._others |= {item.name} if is_done else set()
            self._pending.pop(item.name, None)
            if not is_done:
                self._put_off[item.name] = item

    def _try_again(self) -> None:
        """Take up again every five minutes what was put off, unless it would be denied again."""
        is_allowed = self._permissions.allows(TAGS) and self._permissions.allows(DESCRIBE)
        if is_allowed and self._clock() - self._tried_again_at >= RETRY_SECONDS:
            self._tried_again_at = self._clock()
            self._pending = {**self._put_off, **self._pending}
            self._put_off = {}

    def _requests(self, is_whole: bool) -> Iterator[dict[str, Any]]:
        """Ask for changes or for everything; the first answer tells AWS's time, by which the day is counted."""
        newest_first = {"SortBy": "CreationTime", "SortOrder": "Descending", "MaxResults": 100}
        if not is_whole:
            yield {**newest_first, "LastModifiedTimeAfter": mark.since(self._mark, self._wall())}
            return
        yield {**newest_first, "StatusEquals": "InProgress"}
        yield {**newest_first, "StatusEquals": "Stopping"}
        yield {**newest_first, "LastModifiedTimeAfter": self._wall() - mark.DAY}

    def _is_news(self, item: Summary) -> bool:
        if item.name in self._others or self._put_off.get(item.name) == item:
            return False
        known = self._known.modified(item.name)
        return known is None or item.modified is None or known < item.modified

    def _tags_of(self, item: Summary) -> Tags | None:
        """Give a job's tags, asked for once; None where they cannot be read."""
        if item.name in self._tags or not item.arn or not self._permissions.allows(TAGS):
            return self._tags.get(item.name)
        try:
            answer = self._calls.call("ListTags", {"ResourceArn": item.arn})
        except Fault as fault:
            return self._untold(fault)
        self._permissions.granted(TAGS)
        self._tags[item.name] = cut.tags(answer.get("Tags")) or {}
        return self._tags[item.name]

    def _untold(self, fault: Fault) -> Tags | None:
        """Go on without one job's tags where the fault concerns it alone."""
        code = fault.problem.code
        if code == "permission_missing":
            self._permissions.denied(TAGS, at_once=False)
        elif code == "not_found":
            return {}
        elif code != "aws_error":
            raise fault
        return None


def summary(raw: Mapping[str, Any]) -> Summary | None:
    """Read one line of a listing; None where there is no name in it."""
    name = cut.text(raw.get("TrainingJobName"))
    if name is None:
        return None
    return Summary(name=name, arn=cut.text(raw.get("TrainingJobArn"), 300), modified=cut.moment(raw.get("LastModifiedTime")))
