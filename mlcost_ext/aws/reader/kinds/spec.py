"""What the reader has to know of a kind of thing; each has a file here that says so."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from mlcost_ext.aws.reader import cut

ENDED = ("Completed", "Failed", "Stopped")
"""How a job of any kind ends, in AWS's words."""
RUNNING = ("InProgress", "Stopping")

Source = Mapping[str, Any]


def as_it_is(source: Source) -> Source:
    """Leave a description as AWS gave it."""
    return source


def always(source: Source) -> bool:
    """Say that a description has all there is."""
    return bool(source)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ends:
    """How a summary tells the end of what was described while it ran, so that it need not be described again."""

    start_key: str
    end_key: str
    is_decided: Callable[[Source], bool] = always
    """Tells of the description whether nothing that its cost follows from was open then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of thing, and the calls that tell of it."""

    kind: str
    """As in paths, in the spool and in the protocol."""
    name_key: str
    status_key: str
    arn_key: str | None = None
    """None: its tags are not asked for, its owner stands in the description."""
    cuts: Mapping[str, cut.Cut]
    """The members that are handed on."""
    listing: str
    """The List operation."""
    listed: str
    """The member of its answer."""
    describe: str
    is_job: bool = True
    """Whether it ends by itself; else it is there until AWS knows it no more."""
    search: str | None = None
    """What Search calls it; None: Search does not know it."""
    stop: str | None = None
    delete: str | None = None
    is_told_by_listing: bool = False
    """Whether the list's summary has everything that is handed on."""
    ends: Ends | None = None
    """Where the list's summary of one that has ended has all that has changed since it ran."""
    parents: tuple[str, ...] = ()
    """Members that hold the ARN of what started it."""
    prepare: Callable[[Source], Source] = as_it_is
    """Turns a description into one with the members' names of the contract."""
    name_of: Callable[[Source], str | None] | None = None
    """Tells the name where it is put together of several members."""
    params_of: Callable[[str], dict[str, str]] | None = None
    """Turns such a name into the parameters of Describe."""
    is_whole: Callable[[Source], bool] = always
    """Tells whether Search's record has what the cost follows from; where not, it is described."""

    @property
    def is_prompt(self) -> bool:
        """Whether its changes are handed on within half a minute: whole descriptions come a hundred a call."""
        return self.search is not None

    def name(self, source: Source) -> str | None:
        """Give the name in a description or a summary; None where there is none."""
        return cut.text(source.get(self.name_key)) if self.name_of is None else self.name_of(source)

    def params(self, name: str) -> dict[str, str]:
        """Give the parameters that name one to AWS.

        Raises:
            ValueError: Where no thing of this kind can have that name.
        """
        return {self.name_key: name} if self.params_of is None else self.params_of(name)

    def runs(self, document: Source) -> bool:
        """Say whether more is to come of it: a job that has not ended, or anything else that is there."""
        status = document.get(self.status_key)
        return status not in ENDED if self.is_job else status != "Deleted"

    def told_end(self, summary: Source) -> dict[str, Any] | None:
        """Give what a summary tells of the end; None: it tells of none."""
        if self.ends is None or summary.get(self.status_key) not in ENDED or not summary.get(self.ends.end_key):
            return None
        return {key: value for key, value in summary.items() if key in self.cuts}

    def kept(self, description: Source) -> dict[str, Any] | None:
        """Give what is kept of a description so that the end can be told without another; None: it would not do."""
        ends = self.ends
        if ends is None or not self.runs(description) or not description.get(ends.start_key) or not ends.is_decided(description):
            return None
        return {key: value for key, value in self.prepare(description).items() if key in self.cuts}

    def read(
        self, source: Any, region_id: str, known_tags: Mapping[str, str] | None = None
    ) -> tuple[dict[str, Any] | None, bool]:
        """Give the `document`, and say whether AWS's answer was garbled: a member of it was not of its type."""
        before = cut.DROPS.count
        document = self.document(source, region_id, known_tags)
        return document, cut.DROPS.count != before

    def document(self, source: Any, region_id: str, known_tags: Mapping[str, str] | None = None) -> dict[str, Any] | None:
        """Cut a description to what is handed on.

        Args:
            source: A description as AWS gave it, from whichever operation; anything may be missing or wrong.
            region_id: Where the thing is.
            known_tags: Its tags, where the description has none (only Search's records do).

        Returns:
            None where there is no name to know it by.
        """
        if not isinstance(source, Mapping):
            return None
        prepared = self.prepare(source)
        document = cut.structure(prepared, self.cuts)
        if document is None or self.name(document) is None:
            return None
        own_tags = cut.tags(source.get("Tags"))
        if own_tags is None and source.get("Tags") is not None:
            cut.DROPS.count += 1
        tags = own_tags if own_tags is not None else known_tags
        return {**document, "Tags": None if tags is None else dict(tags), "region_id": region_id}
