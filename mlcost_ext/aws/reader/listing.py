"""Read jobs without Search: list what changed, ask once whose each is, describe what is ours."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from . import cut, mark
from .calls import Calls, answered_at, members
from .faults import Fault
from .known import Known
from .permissions import Permissions

RESERVE_CALLS = 6
"""Left to listings and to what a user waits for while a long list is worked off."""
TAGS_ACTION = "sagemaker:ListTags"

Describe = Callable[[str, dict[str, str] | None], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What a listing shows of a job."""

    name: str
    arn: str | None
    modified: datetime | None


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
        self._tags: dict[str, dict[str, str]] = {}
        self._others: set[str] = set()

    @property
    def is_complete(self) -> bool:
        """Say whether everything listed was also read."""
        return self._whole_at is not None and not self._pending

    def list_changes(self) -> list[str]:
        """List what changed, or everything now and then, and give the names listed."""
        now = self._clock()
        is_whole = self._whole_at is None or now - self._whole_at >= mark.WHOLE_PICTURE_SECONDS
        started: datetime | None = None
        summaries: list[Summary] = []
        for request in self._requests(is_whole):
            for answer in self._calls.pages("ListTrainingJobs", request):
                started = started or answered_at(answer) or self._wall()
                summaries += [item for raw in members(answer, "TrainingJobSummaries") if (item := summary(raw))]
        self._mark = mark.moved(self._mark, [item.modified for item in summaries], started or self._wall())
        self._pending.update({item.name: item for item in summaries if self._is_news(item)})
        names = [item.name for item in summaries]
        if is_whole:
            self._whole_at = now
            self._others &= set(names)
            self._tags = {name: tags for name, tags in self._tags.items() if name in set(names)}
        return names

    def work_off(self, is_ours: Callable[[str, dict[str, str] | None], bool], describe: Describe) -> None:
        """Read what is pending, newest first, as far as the budget allows.

        Args:
            is_ours: Says whether a job of this name and these tags is ours; tags None: not known.
            describe: Reads one job and hands it on.
        """
        oldest = datetime.min.replace(tzinfo=self._wall().tzinfo)
        for item in sorted(self._pending.values(), key=lambda pending: pending.modified or oldest, reverse=True):
            if not self._calls.can_spare(RESERVE_CALLS):
                return
            tags = self._tags_of(item)
            if is_ours(item.name, tags):
                describe(item.name, tags)
            elif tags is not None:
                self._others.add(item.name)
            self._pending.pop(item.name, None)

    def _requests(self, is_whole: bool) -> list[dict[str, Any]]:
        newest_first = {"SortBy": "CreationTime", "SortOrder": "Descending", "MaxResults": 100}
        if not is_whole:
            return [{**newest_first, "LastModifiedTimeAfter": mark.since(self._mark, self._wall())}]
        return [
            {**newest_first, "StatusEquals": "InProgress"},
            {**newest_first, "StatusEquals": "Stopping"},
            {**newest_first, "LastModifiedTimeAfter": self._wall() - mark.DAY},
        ]

    def _is_news(self, item: Summary) -> bool:
        if item.name in self._others:
            return False
        known = self._known.modified(item.name)
        return known is None or item.modified is None or known < item.modified

    def _tags_of(self, item: Summary) -> dict[str, str] | None:
        """Give a job's tags, asked for once; None where they cannot be read."""
        if item.name in self._tags or not item.arn or not self._permissions.allows(TAGS_ACTION):
            return self._tags.get(item.name)
        try:
            answer = self._calls.call("ListTags", {"ResourceArn": item.arn})
        except Fault as fault:
            if fault.problem.code == "permission_missing":
                self._permissions.denied(TAGS_ACTION, at_once=False)
                return None
            if fault.problem.code == "not_found":
                return {}
            raise
        self._permissions.granted(TAGS_ACTION)
        self._tags[item.name] = cut.tags(answer.get("Tags")) or {}
        return self._tags[item.name]


def summary(raw: Mapping[str, Any]) -> Summary | None:
    """Read one line of a listing; None where there is no name in it."""
    name = cut.text(raw.get("TrainingJobName"))
    if name is None:
        return None
    return Summary(name=name, arn=cut.text(raw.get("TrainingJobArn"), 300), modified=cut.moment(raw.get("LastModifiedTime")))
