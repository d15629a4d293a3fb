"""Everything that matches, a page at a time, latest first; taken up again after hours, where a page's token is worth nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from mlcost_ext.aws.reader import cut
from mlcost_ext.aws.reader.ask import Answer, Ask, Rank, Steps, members, token_of
from mlcost_ext.aws.reader.faults import Fault, aws_error
from mlcost_ext.aws.reader.kinds import Kind

SECOND = timedelta(seconds=1)

Record = Mapping[str, Any]
RequestOf = Callable[[datetime | None], dict[str, Any]]
"""Makes the request for all that is no later than a time; None: for all."""


class Walk:
    """Where one has got to in a long answer of Search.

    Args:
        kind: Of what.
        request_of: Asks for it.
        time_key: The time by which the answer is sorted.
        until: Where to begin; None: at the latest.
        is_slow: Whether minutes pass between two pages, so that each is asked for by time: a token is used only where more
            than a page has the same second.
    """

    def __init__(
        self, kind: Kind, request_of: RequestOf, time_key: str, *, until: datetime | None = None, is_slow: bool = False
    ) -> None:
        self._kind, self._request_of, self._time_key, self._is_slow = kind, request_of, time_key, is_slow
        self.until = until
        """All that is later was read."""
        self._request: dict[str, Any] | None = None
        self._token: str | None = None
        self.is_over = False

    def step(self, rank: Rank) -> Steps[list[Record]]:
        """Read the next page.

        Raises:
            Fault: Where AWS could not be read; the same page is asked for the next time.
        """
        try:
            answer = yield self._ask(rank)
        except Fault as fault:
            if fault.aws_code != "ValidationException" or self._token is None:
                raise
            self._token = self._request = None
            answer = yield self._ask(rank)
        return self._take(answer)

    def _ask(self, rank: Rank) -> Ask:
        if self._request is None:
            self._request = self._request_of(self.until)
        token = {} if self._token is None else {"NextToken": self._token}
        return Ask("Search", {**self._request, **token}, rank)

    def _take(self, answer: Answer) -> list[Record]:
        found, token = records(answer, self._kind), token_of(answer)
        times = [time for record in found if (time := cut.moment(record.get(self._time_key)))]
        before = self.until
        if times:
            self.until = min([*times, *([before] if before else [])])
        self.is_over = token is None or token == self._token
        self._token = None if self.is_over else token
        if self._is_slow and self.until is not None and (before is None or self.until < before - SECOND):
            self._token = self._request = None
        return found


def records(answer: Answer, kind: Kind) -> list[Record]:
    """Give the descriptions of one kind in an answer of Search.

    Raises:
        Fault: Where one of them cannot be read at all: it would be missing without a word.
    """
    found = [item.get(str(kind.search)) for item in members(answer, "Results")]
    known = [record for record in found if isinstance(record, Mapping) and kind.name(record) is not None]
    if len(known) < len(found):
        raise Fault(aws_error(f"AWS's answer could not be read (a {kind.search} has no name)."))
    return known
