"""How a feed asks AWS: it yields what it asks and is sent the answer, so that the poller decides whose turn it is.

A feed never waits and never calls; between two of its questions others that are more urgent may have theirs.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Protocol, TypeVar

from .faults import Fault, aws_error

MAX_PAGES = 500
AT_ONCE = float("-inf")
"""Due since ever: a feed that has something to ask whenever there is a call for it."""

Answer = dict[str, Any]
T = TypeVar("T")


class Rank(IntEnum):
    """Whose turn it is first; what a user waits for does not queue at all."""

    NAMES = 1
    """Launches of just now."""
    PROMPT = 2
    """What has changed of training jobs, tuning jobs and endpoints."""
    FIRST = 3
    """The rest of the first picture of these."""
    OTHER = 4
    """What has changed of all other kinds."""
    DETAIL = 5
    """One thing at a time: whose it is, and what it costs."""
    METRICS = 6
    BACKLOG = 7
    """Details of what was there before this reader was, beyond the first picture."""
    SWEEP = 8
    """Whether anything was lost."""
    HISTORY = 9
    """What ended long ago."""
    INPUTS = 10
    """How large the inputs of launches are."""


@dataclass(frozen=True, slots=True)
class Ask:
    """One call that a feed wants to be made."""

    operation: str
    params: Mapping[str, Any]
    rank: Rank


Steps = Generator[Ask, Answer, T]
"""What a feed does: yields an `Ask`, is sent AWS's answer or thrown a `Fault`, and at the end gives a T."""


class Feed(Protocol):
    """Something that is read again and again."""

    def due_at(self) -> float | None:
        """Give when it wants to be read next; None: not before something else happens."""
        ...

    def rank(self) -> Rank:
        """Give the rank of what it would ask first."""
        ...

    def steps(self) -> Steps[None]:
        """Read once."""
        ...


class Pages:
    """The pages of one answer; a token that comes back for a second time ends them.

    Raises:
        Fault: Where the token of the next page cannot be read: what follows would be missing without a word.
    """

    def __init__(self, operation: str, params: Mapping[str, Any], rank: Rank) -> None:
        self._operation, self._rank = operation, rank
        self._params: dict[str, Any] | None = dict(params)
        self._tokens: set[str] = set()

    def next(self) -> Steps[Answer | None]:
        """Give the next page; None after the last one."""
        if self._params is None:
            return None
        answer = yield Ask(self._operation, dict(self._params), self._rank)
        token = token_of(answer)
        if token is None or token in self._tokens or len(self._tokens) >= MAX_PAGES:
            self._params = None
        else:
            self._tokens.add(token)
            self._params["NextToken"] = token
        return answer


def token_of(answer: Mapping[str, Any]) -> str | None:
    """Give what the next page is asked for by; None: this is the last one.

    Raises:
        Fault: Where there is something else in its place.
    """
    token = answer.get("NextToken")
    if token is not None and not isinstance(token, str):
        raise Fault(aws_error("AWS's answer could not be read (NextToken is no text)."))
    return token or None


def members(answer: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    """Give the structures of a list in an answer.

    Raises:
        Fault: Where there is something else in place of the list or in it: it would look like an account with less in it.
    """
    value = answer.get(key, [])
    if not isinstance(value, list) or not all(isinstance(item, Mapping) for item in value):
        raise Fault(aws_error(f"AWS's answer could not be read ({key} is no list of structures)."))
    return value
