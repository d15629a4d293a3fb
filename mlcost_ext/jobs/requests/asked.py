"""Take values out of a request: what is wrong is told by the path of the member, such as `ResourceConfig.InstanceCount`.

A member that is null, or a text that is empty, is missing: both are left behind by templates such as
``aws sagemaker create-training-job --generate-cli-skeleton``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mlcost_ext.core.errors import UsageError
from mlcost_ext.jobs.reading import MAX_WHOLE

from . import wrong

MAX_TEXT = 2500
"""AWS's longest text of those that are read, a hyperparameter's."""
MAX_LIST = 500
"""Entries of a list of which AWS tells no limit."""
INSTANCE_TYPE = re.compile(r"[A-Za-z0-9._-]{1,64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A structure of a request, which knows where in the request it stands."""

    members: Mapping[str, Any] = field(default_factory=dict)
    path: str = ""
    """Empty: it is the request itself."""

    def place(self, key: str) -> str:
        """Give the path of one of its members, as AWS writes it."""
        return f"{self.path}.{key}" if self.path else key

    def has(self, key: str) -> bool:
        """Tell whether a member is there, of whatever type."""
        value = self.members.get(key)
        return value is not None and not (isinstance(value, str) and not value)

    def text(self, key: str) -> str | None:
        """Give a text, cut to 2,500 characters; None: it is missing.

        Raises:
            UsageError: It is no text.
        """
        return self._of_type(key, str, "a text")[:MAX_TEXT] if self.has(key) else None

    def instance_type(self, key: str = "InstanceType") -> str:
        """Give an instance type, which nobody here needs to know.

        Raises:
            UsageError: It is missing, or cannot be the name of one.
        """
        name = self.text(key)
        if name is None:
            raise wrong.missing(self.place(key), key, "a text", self.members)
        if not INSTANCE_TYPE.fullmatch(name):
            message = f"{self.place(key)} is {wrong.shown(name)}, which is no instance type."
            raise UsageError(message, f"Write {wrong.example(key, 'a text')}.")
        return name

    def whole(self, key: str, least: int = 1, most: int = MAX_WHOLE) -> int | None:
        """Give a whole number from `least` to `most`; None: it is missing.

        Raises:
            UsageError: It is no whole number, or out of that range; true and false are no numbers.
        """
        value = self.members.get(key)
        if not self.has(key):
            return None
        if not isinstance(value, int) or isinstance(value, bool):
            raise wrong.of_wrong_type(self.place(key), key, value, "a whole number")
        if not least <= value <= most:
            raise wrong.out_of_range(self.place(key), key, value, least, most)
        return int(value)

    def needed_whole(self, key: str, least: int = 1, most: int = MAX_WHOLE) -> int:
        """Give a whole number from `least` to `most`.

        Raises:
            UsageError: It is missing, no whole number, or out of that range.
        """
        value = self.whole(key, least, most)
        if value is None:
            raise wrong.missing(self.place(key), key, "a whole number", self.members)
        return value

    def flag(self, key: str) -> bool:
        """Give true or false; false: it is missing.

        Raises:
            UsageError: It is something else.
        """
        return bool(self._of_type(key, bool, "true or false")) if self.has(key) else False

    def inner(self, key: str) -> Asked:
        """Give a structure; empty: it is missing.

        Raises:
            UsageError: It is no structure.
        """
        members = self._of_type(key, Mapping, "a structure") if self.has(key) else {}
        return Asked(members=members, path=self.place(key))

    def needed(self, key: str) -> Asked:
        """Give a structure.

        Raises:
            UsageError: It is missing, empty, or no structure.
        """
        found = self.inner(key)
        if not found.members:
            raise wrong.missing(self.place(key), key, "a structure", self.members)
        return found

    def structures(self, key: str, most: int = MAX_LIST) -> list[Asked]:
        """Give a list of structures, each with its place, such as ``InstanceGroups[0]``; empty: it is missing.

        Raises:
            UsageError: It is no list, one of more than `most`, or one with something else in it.
        """
        listed = self._of_type(key, (list, tuple), "a list") if self.has(key) else []
        if len(listed) > most:
            raise wrong.too_many(self.place(key), most)
        found = []
        for index, item in enumerate(listed):
            place = f"{self.place(key)}[{index}]"
            if not isinstance(item, Mapping):
                raise wrong.of_wrong_item(place, key, item, "a structure")
            found.append(Asked(members=item, path=place))
        return found

    def texts(self, key: str, most: int = MAX_LIST) -> list[str]:
        """Give a list of texts; empty: it is missing.

        Raises:
            UsageError: It is no list, one of more than `most`, or one with something else in it.
        """
        listed = self._of_type(key, (list, tuple), "a list") if self.has(key) else []
        if len(listed) > most:
            raise wrong.too_many(self.place(key), most)
        for index, item in enumerate(listed):
            if not isinstance(item, str):
                raise wrong.of_wrong_item(f"{self.place(key)}[{index}]", key, item, "a text")
        return [item[:MAX_TEXT] for item in listed]

    def _of_type(self, key: str, kind: type | tuple[type, ...], noun: str) -> Any:
        value = self.members[key]
        if not isinstance(value, kind):
            raise wrong.of_wrong_type(self.place(key), key, value, noun)
        return value
