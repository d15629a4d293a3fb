"""Cut a sorted list into pages by a cursor (sort value and name), so that changes move nothing."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from heapq import nlargest, nsmallest
from operator import itemgetter
from typing import Any

from mlcost_ext.sandbox.fault import validation
from mlcost_ext.sandbox.order import SortKey, sort_key

__all__ = ["Page", "SortKey", "cut", "next_token", "read_token", "sort_key"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page, and the token of the next; ``None`` on the last."""

    items: Sequence[Any]
    next_token: str | None

    def token(self) -> dict[str, str]:
        """Give NextToken as a member of an answer, where there is one."""
        return {"NextToken": self.next_token} if self.next_token else {}


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
        after = read_token(token)
        keyed = [pair for pair in keyed if (pair[0] < after if is_descending else pair[0] > after)]
    first = nlargest if is_descending else nsmallest  # a page is small, what it is cut from may not be
    page = first(limit, keyed, key=itemgetter(0))
    is_last = len(keyed) <= limit
    return Page(
        items=[item for _, item in page],
        next_token=None if is_last else next_token(page[-1][0]),
    )


def next_token(key: SortKey) -> str:
    """Write the place of a page's last item."""
    return base64.urlsafe_b64encode(json.dumps(key).encode()).decode()


def read_token(token: str) -> SortKey:
    """Read where an earlier page ended.

    Raises:
        Fault: ``ValidationException``, where it is no token of ours.
    """
    try:
        rank, value, name = json.loads(base64.urlsafe_b64decode(token.encode()))
    except (ValueError, binascii.Error, TypeError):
        raise validation("Invalid NextToken.") from None
    is_text = isinstance(value, str) and rank in {0, 2}
    is_number = isinstance(value, (int, float)) and rank == 1
    if not (is_text or is_number) or not isinstance(name, str):
        raise validation("Invalid NextToken.")
    return rank, value, name
