"""The calls of the poll thread: each waits for its turn in the budget, and none is made while asleep."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from .aws_clock import AwsClock, answered_at
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

    def __init__(self, region_id: str, aws: Aws, turn: Turn, clock: AwsClock) -> None:
        self._region_id, self._aws, self._turn, self._clock = region_id, aws, turn, clock

    def call(self, operation: str, params: Mapping[str, Any]) -> dict[str, Any]:
        """Make one call when its turn comes, and learn AWS's time from its answer or refusal."""
        self._turn.await_turn()
        sent = self._clock.wall()
        try:
            answer = self._aws.call(self._region_id, operation, params)
        except Fault as fault:
            self._clock.note(fault.answered_at, sent, self._clock.wall())
            raise
        self._clock.note(answered_at(answer), sent, self._clock.wall())
        return answer

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


def members(answer: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    """Give the structures of a list in an answer, without whatever else stands in it.

    Raises:
        Fault: Where there is something else in place of the list: it would look like an empty account.
    """
    value = answer.get(key, [])
    if not isinstance(value, list):
        raise Fault(aws_error(f"AWS's answer could not be read ({key} is no list)."))
    return [item for item in value if isinstance(item, Mapping)]
