"""What the practice account keeps: anything that can say what it is like at a given moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol


class Thing(Protocol):
    """Anything the account keeps: a frozen dataclass, from which and the time everything follows.

    One may also have ``gone_at``: from then on the table knows it no more.
    """

    @property
    def kind(self) -> str:
        """Give the kind, such as ``training``: together with region and name it is what a thing is found by."""

    @property
    def name(self) -> str:
        """Give the name, unique within kind and region."""

    @property
    def arn(self) -> str:
        """Give the ARN."""

    @property
    def region_id(self) -> str:
        """Give the region."""

    @property
    def tags(self) -> Mapping[str, str]:
        """Give the tags."""

    @property
    def created_at(self) -> datetime:
        """Give the moment from which on it is there."""

    def describe(self, now: datetime) -> Snapshot:
        """Describe it as it is at ``now``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """A thing's description, and until when it stays true."""

    thing: Any  # a Thing; who looks one up by its kind knows its class
    description: Mapping[str, Any]
    valid_until: datetime | None  # None: for ever

    @property
    def is_ended(self) -> bool:
        """Say whether it will never change by itself again."""
        return self.valid_until is None

    @property
    def job(self) -> Any:
        """Give the thing, where it is a job."""
        return self.thing

    @property
    def name(self) -> str:
        """Give the name of the thing."""
        return str(self.thing.name)

    @property
    def tags(self) -> Mapping[str, str]:
        """Give the tags of the thing."""
        tags: Mapping[str, str] = self.thing.tags
        return tags

    def peek(self, member: str) -> Any:
        """Give one member of the description."""
        return self.description.get(member)

    def snapshot(self) -> Snapshot:
        """Give itself, as a row of a crowd gives its own."""
        return self
