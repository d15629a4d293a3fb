"""How large the inputs of launches are: the sizes of all objects below a prefix of S3, where these are not too many to list."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from mlcost_ext.aws.reader import cut
from mlcost_ext.aws.reader.ask import AT_ONCE, Ask, Rank, Steps, members
from mlcost_ext.aws.reader.faults import Fault
from mlcost_ext.aws.reader.gate import SHARED_CODES
from mlcost_ext.aws.reader.operations import LIST_OBJECTS
from mlcost_ext.aws.reader.outlet import Outlet
from mlcost_ext.aws.reader.protocol import Input
from mlcost_ext.jobs.run_key import bucket_and_key

from .parts import Parts

MAX_PAGES = 2
PAGE_KEYS = 1000
Why = Literal["refused", "too_many", "failed"]
"""Why a size is not known: nobody may list it, it has more than two thousand objects, or S3 did not answer."""
REFUSALS = ("permission_missing", "not_found")
GOES_ON = SHARED_CODES - {"network_unreachable"}
"""Faults that are told elsewhere, and after which a prefix is listed another time; S3 alone may be out of reach for ever."""


class InputsFeed:
    """The prefixes of one region, one after the other, each once."""

    def __init__(self, parts: Parts, outlet: Outlet) -> None:
        self._parts, self._outlet = parts, outlet
        self._told: set[Input] = set()
        """Those that the server has not crossed off yet."""

    def due_at(self) -> float | None:
        """Give when to list: whenever there is a call left; None where nothing is wanted."""
        return AT_ONCE if self._next() is not None else None

    def rank(self) -> Rank:
        """Give its rank, the last of all."""
        return Rank.INPUTS

    def steps(self) -> Steps[None]:
        """List one prefix.

        Raises:
            Fault: Nothing at all can be asked at present; it is listed another time.
        """
        wanted = self._next()
        if wanted is None:
            return
        _, launch_id, prefix = wanted
        size, why = yield from self._measured(prefix)
        self._told.add(wanted)
        self._outlet.push_input(launch_id, size, why)

    def _next(self) -> Input | None:
        wanted = self._parts.ownership.watch.inputs
        self._told &= wanted
        own = (each for each in wanted - self._told if each[0] == self._parts.region_id)
        return min(own, default=None)

    def _measured(self, prefix: str) -> Steps[tuple[int | None, Why | None]]:
        """Add up the sizes below a prefix; a part of them would be no size, so there is none then."""
        place = bucket_and_key(prefix)
        if place is None:
            return None, "failed"
        params: dict[str, Any] = {"Bucket": place[0], "Prefix": place[1], "MaxKeys": PAGE_KEYS}
        total = 0
        try:
            for _ in range(MAX_PAGES):
                answer = yield Ask(LIST_OBJECTS, params, Rank.INPUTS)
                size, is_last = size_of(answer), answer.get("IsTruncated") is False
                token = cut.text(answer.get("NextContinuationToken"), 4096)
                if size is None or not (is_last or token):
                    return None, "failed"
                total += size
                if is_last:
                    return total, None
                params = {**params, "ContinuationToken": token}
        except Fault as fault:
            if fault.problem.code in GOES_ON:
                raise
            return None, "refused" if fault.problem.code in REFUSALS else "failed"
        return None, "too_many"


def size_of(answer: Mapping[str, Any]) -> int | None:
    """Add up one page; None: a size in it cannot be read."""
    sizes = [cut.whole(each.get("Size")) for each in members(answer, "Contents")]
    known = [size for size in sizes if size is not None]
    return sum(known) if len(known) == len(sizes) else None
