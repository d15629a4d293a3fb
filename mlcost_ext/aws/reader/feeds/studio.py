"""Apps and spaces of the Studio domain: two lists have all there is to hand on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from mlcost_ext.aws.reader.ask import Answer, Pages, Rank, Steps, members
from mlcost_ext.aws.reader.faults import Fault, aws_error
from mlcost_ext.aws.reader.kinds import STUDIO, Kind
from mlcost_ext.aws.reader.kinds import app as apps
from mlcost_ext.aws.reader.kinds import space as spaces
from mlcost_ext.aws.reader.known import Document

from .parts import Parts

WHOLE_SECONDS = 1800.0
MANY_PAGES = 2
"""Of a domain with more pages of spaces or apps only what concerns us is read, and everything now and then."""
MAX_OWN_SPACES = 10


class StudioFeed:
    """The state of reading one domain, or in the scope of the account all of a region's."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._due = parts.clock()
        self._is_large = {kind.kind: False for kind in STUDIO}
        self._whole_at: dict[str, float] = {}
        self.as_of: dict[str, datetime | None] = {kind.kind: None for kind in STUDIO}

    @property
    def is_wanted(self) -> bool:
        """Whether there is a domain to read in this region."""
        ownership = self._parts.ownership
        studio = ownership.watch.studio
        return ownership.is_everything or (studio is not None and studio.region_id == self._parts.region_id)

    def due_at(self) -> float | None:
        """Give when to read again; None where nothing is to be read."""
        return self._due if self.is_wanted else None

    def rank(self) -> Rank:
        """Give its rank."""
        return Rank.OTHER

    def hurry(self) -> None:
        """Read at once."""
        self._due = min(self._due, self._parts.clock())

    def steps(self) -> Steps[None]:
        """Read spaces, which tell whose they are, and then apps.

        Raises:
            Fault: Where AWS could not be read. A missing permission is none: see `permissions`.
        """
        began = self._parts.clock()
        for kind in STUDIO:
            yield from self._read(kind)
        self._due = self._parts.after(self._parts.tempo.other_seconds, began)

    def _read(self, kind: Kind) -> Steps[None]:
        permissions = self._parts.permissions
        if not permissions.allows(kind.kind, kind.listing):
            return
        started = self._parts.aws_clock.wall()
        try:
            yield from self._list(kind)
        except Fault as fault:
            if fault.problem.code != "permission_missing":
                raise
            permissions.denied(kind.kind, kind.listing)
            return
        permissions.granted(kind.kind, kind.listing)
        self.as_of[kind.kind] = self._parts.aws_clock.of(started)

    def _list(self, kind: Kind) -> Steps[None]:
        now = self._parts.clock()
        is_part = self._is_large[kind.kind] and now - self._whole_at.get(kind.kind, now) < WHOLE_SECONDS
        found, pages_read = [], 0
        for request in self._part_requests(kind) if is_part else self._whole_requests(kind):
            pages = Pages(kind.listing, request, Rank.OTHER)
            while (answer := (yield from pages.next())) is not None:
                found += self._documents(kind, answer)
                pages_read += 1
                if is_part and kind is spaces.KIND:
                    break  # the latest changes are on the first page
        if not is_part:
            self._is_large[kind.kind] = pages_read > MANY_PAGES and not self._parts.ownership.is_everything
            self._whole_at[kind.kind] = now
        self._take(kind, found, is_whole=not is_part or kind is apps.KIND)

    def _whole_requests(self, kind: Kind) -> Iterator[dict[str, Any]]:
        sort_by = "LastModifiedTime" if kind is spaces.KIND else "CreationTime"
        studio = self._parts.ownership.watch.studio
        is_here = studio is not None and studio.region_id == self._parts.region_id
        domain = {"DomainIdEquals": studio.domain_id} if studio and is_here and not self._parts.ownership.is_everything else {}
        yield {"SortBy": sort_by, "SortOrder": "Descending", "MaxResults": 100, **domain}

    def _part_requests(self, kind: Kind) -> Iterator[dict[str, Any]]:
        """Ask for the latest changes of spaces, and for the apps of our spaces and of our user profile."""
        whole = next(self._whole_requests(kind))
        if kind is spaces.KIND:
            yield whole
            return
        ownership = self._parts.ownership
        studio = ownership.watch.studio
        own = [space for (_, space), is_ours in ownership.spaces.items() if is_ours]
        for space_name in own[:MAX_OWN_SPACES]:
            yield {**whole, "SpaceNameEquals": space_name}
        if studio is not None and studio.user_profile_name is not None:
            yield {**whole, "UserProfileNameEquals": studio.user_profile_name}

    def _documents(self, kind: Kind, answer: Answer) -> list[Document]:
        lines = members(answer, kind.listed)
        found = [document for raw in lines if (document := kind.document(raw, self._parts.region_id))]
        if len(found) < len(lines):
            raise Fault(aws_error(f"AWS's answer could not be read ({kind.listed} has one without a name)."))
        return [self._parts.ownership.marked(kind, document) for document in found]

    def _take(self, kind: Kind, found: list[Document], *, is_whole: bool) -> None:
        """Hand on what is ours, and miss what is not there any more."""
        ownership, book = self._parts.ownership, self._parts.book(kind)
        if kind is spaces.KIND:
            told = {(each["DomainId"], each["SpaceName"]): bool(each["IsOurs"]) for each in found if "IsOurs" in each}
            ownership.spaces = told if is_whole else {**ownership.spaces, **told}
        else:
            owners = owner_keys([each for each in found if kind.runs(each)])
            ownership.app_owners = owners if is_whole else {**ownership.app_owners, **owners}
        ours = latest(kind, [each for each in found if ownership.is_everything or each.get("IsOurs") is True])
        for name in ours:
            self._parts.names.shown((kind.kind, name))
        book.take(ours.values(), is_listed=True)
        if is_whole:
            self._parts.miss(kind, ours.keys())


def owner_keys(apps_there: list[Document]) -> dict[str, str]:
    """Give by which of AWS's parameters each app's owner is told; no text where a space and a user profile share the name."""
    found: dict[str, str] = {}
    for document in apps_there:
        name, key = str(apps.KIND.name(document)), "SpaceName" if document.get("SpaceName") else "UserProfileName"
        found[name] = key if found.get(name, key) == key else ""
    return found


def latest(kind: Kind, documents: list[Document]) -> dict[str, Document]:
    """Give one document a name: an app that was deleted is listed for a day, beside the one that has its name now."""
    found: dict[str, Document] = {}
    for document in sorted(documents, key=lambda each: (kind.runs(each), each.get("CreationTime") or "")):
        found[str(kind.name(document))] = document
    return found
