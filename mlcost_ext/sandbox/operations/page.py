"""Cut a sorted list into pages by a cursor (sort value and name), so that changes move nothing."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from heapq import nlargest, nsmallest
from operator import itemgetter
from typing import Any

from mlcost_ext.sandbox.fault import validation

SortKey = tuple[int, float | str, str]  # missing, number or text; the value; the name


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page, and the token of the next; ``None`` on the last."""

    items: Sequence[Any]
    next_token: str | None

    def token(self) -> dict[str, str]:
        """Give NextToken as a member of an answer, where there is one."""
        return {"NextToken": self.next_token} if self.next_token else {}


def sort_key(value: object, name: str) -> SortKey:
    """Place a value among others, of whatever type: missing ones first, then numbers and times, then text."""
    if value is None:
        return 0, "", name
    if isinstance(value, datetime):
        return 1, value.timestamp(), name
    return (1, float(value), name) if isinstance(value, (int, float)) else (2, str(value), name)


def cut(
    items: Sequence[Any],
    key: Callable[[Any], SortKey],
    *,
    is_descending: bool,
    limit: int,
    token: str | None,
) -> Page:
    """Sort, skip what earlier pages showed, and cut."""
    keyed = [(key(item), item) for item in items]
    if token is not None:
        after = _read(token)
        keyed = [pair for pair in keyed if (pair[0] < after if is_descending else pair[0] > after)]
    first = nlargest if is_descending else nsmallest  # a page is small, what it is cut from may not be
    page = first(limit, keyed, key=itemgetter(0))
    is_last = len(keyed) <= limit
    return Page(
        items=[item for _, item in page],
        next_token=None if is_last else _write(page[-1][0]),
    )


def _write(key: SortKey) -> str:
    return base64.urlsafe_b64encode(json.dumps(key).encode()).decode()


def _read(token: str) -> SortKey:
    try:
        rank, value, name = json.loads(base64.urlsafe_b64decode(token.encode()))
    except (ValueError, binascii.Error, TypeError):
        raise validation("Invalid NextToken.") from None
    is_text = isinstance(value, str) and rank in {0, 2}
    is_number = isinstance(value, (int, float)) and rank == 1
    if not (is_text or is_number) or not isinstance(name, str):
        raise validation("Invalid NextToken.")
    return rank, value, name
