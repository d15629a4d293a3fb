"""The calls of the poll thread: each waits for its turn in the budget, and none is made while asleep."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any, Protocol

from .clients import Aws
from .faults import Fault, aws_error

MAX_PAGES = 500


class PausedError(Exception):
    """Nobody wants to know any more."""


class Turn(Protocol):
    """What says when a call may be made."""

    def await_turn(self) -> None:
        """Wait until a call may be made.

        Raises:
            PausedError: Where none is wanted any more.
        """
        ...

    def can_spare(self, reserve: int) -> bool:
        """Say whether a call may be made at once that leaves `reserve` calls to others."""
        ...


class Calls:
    """AWS in one region, within the budget."""

    def __init__(self, region_id: str, aws: Aws, turn: Turn) -> None:
        self._region_id = region_id
        self._aws = aws
        self._turn = turn

    def call(self, operation: str, params: Mapping[str, Any]) -> dict[str, Any]:
        """Make one call when its turn comes."""
        self._turn.await_turn()
        return self._aws.call(self._region_id, operation, params)

    def can_spare(self, reserve: int) -> bool:
        """Say whether a call that can wait may be made now."""
        return self._turn.can_spare(reserve)

    def pages(self, operation: str, params: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        """Give all pages of an answer; a token that comes back for a second time ends them."""
        tokens: set[str] = set()
        request = dict(params)
        for _ in range(MAX_PAGES):
            answer = self.call(operation, request)
            yield answer
            token = answer.get("NextToken")
            if not isinstance(token, str) or not token or token in tokens:
                return
            tokens.add(token)
            request["NextToken"] = token

    def check_credentials(self) -> None:
        """Make sure that there are credentials, without a call."""
        self._aws.check_credentials()


def answered_at(answer: Mapping[str, Any]) -> datetime | None:
    """Give AWS's own time of an answer, which does not depend on this machine's clock."""
    metadata = answer.get("ResponseMetadata")
    headers = metadata.get("HTTPHeaders") if isinstance(metadata, Mapping) else None
    date = headers.get("date") if isinstance(headers, Mapping) else None
    try:
        read = parsedate_to_datetime(date) if isinstance(date, str) else None
    except (TypeError, ValueError):
        return None
    return read if read is not None and read.tzinfo is not None else None


def members(answer: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    """Give the structures of a list in an answer, without whatever else stands in it.

    Raises:
        Fault: Where there is something else in place of the list: it would look like an empty account.
    """
    value = answer.get(key, [])
    if not isinstance(value, list):
        raise Fault(aws_error(f"AWS's answer could not be read ({key} is no list)."))
    return [item for item in value if isinstance(item, Mapping)]
