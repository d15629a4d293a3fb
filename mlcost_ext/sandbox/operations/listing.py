"""List things of a kind: filter first, then sort, then cut the page."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from mlcost_ext.sandbox.account import Account
from mlcost_ext.sandbox.crowd import Bounds, Window
from mlcost_ext.sandbox.operations.list_training_jobs import read_time
from mlcost_ext.sandbox.operations.page import cut as cut_page
from mlcost_ext.sandbox.operations.page import sort_key
from mlcost_ext.sandbox.table import Row
from mlcost_ext.sandbox.things.asked import cut

Params = Mapping[str, Any]
Test = Callable[[Row], bool]

_TIMES = ("CreationTime", "LastModifiedTime")


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """How a kind is listed. Member names are those of its descriptions."""

    kind: str
    answers: str  # the member of the answer that holds the summaries
    summary: str  # the summaries' structure in AWS's model
    name: str
    status: str | None = None
    sort_by: str = "CreationTime"  # where the request does not say
    sort_order: str = "Ascending"
    equals: Mapping[str, str] = field(default_factory=dict)  # more filters: the request's member, the description's
    contains: Mapping[str, str] = field(default_factory=dict)


def list_page(listing: Listing, account: Account, params: Params, region_id: str) -> dict[str, Any]:
    """Answer one page of summaries."""
    return page_of(listing, rows_of(listing, account, params, region_id), params, lambda told: cut(listing.summary, told))


def rows_of(listing: Listing, account: Account, params: Params, region_id: str) -> list[Row]:
    """Give what may be listed, as far as the times asked for tell."""
    window = Window(created=_bounds("CreationTime", params), modified=_bounds("LastModifiedTime", params))
    return account.table(listing.kind, region_id).rows(account.clock(), window)


def page_of(
    listing: Listing, rows: Sequence[Row], params: Params, summarise: Callable[[Params], dict[str, Any]]
) -> dict[str, Any]:
    """Answer one page of some of the things of a kind."""
    tests = list(_tests(listing, params))
    member = _sort_member(listing, params.get("SortBy", listing.sort_by))
    page = cut_page(
        [row for row in rows if all(test(row) for test in tests)],
        lambda row: sort_key(row.peek(member), row.name),
        is_descending=params.get("SortOrder", listing.sort_order) == "Descending",
        limit=params.get("MaxResults", 10),
        token=params.get("NextToken"),
    )
    return {listing.answers: [summarise(row.snapshot().description) for row in page.items], **page.token()}


def _sort_member(listing: Listing, sort_by: str) -> str:
    return {"Name": listing.name, "Status": listing.status or listing.name}.get(sort_by, sort_by)


def _tests(listing: Listing, params: Params) -> Iterator[Test]:
    equals = {"StatusEquals": listing.status, **listing.equals}
    for key, member in equals.items():
        if key in params and member is not None:
            yield _equals(member, params[key])
    for key, member in {"NameContains": listing.name, **listing.contains}.items():
        if key in params:
            yield _contains(member, params[key].lower())
    for member in _TIMES:
        if f"{member}After" in params or f"{member}Before" in params:
            yield _within(member, _bounds(member, params))


def _equals(member: str, value: Any) -> Test:
    def holds(row: Row) -> bool:
        found = row.peek(member)
        return value in found if isinstance(found, list) else bool(found == value)

    return holds


def _contains(member: str, part: str) -> Test:
    return lambda row: part in str(row.peek(member) or "").lower()


def _within(member: str, bounds: Bounds) -> Test:
    def holds(row: Row) -> bool:
        found = row.peek(member)
        return isinstance(found, datetime) and bounds[0] <= found.timestamp() <= bounds[1]

    return holds


def _bounds(member: str, params: Params) -> Bounds:
    after, before = params.get(f"{member}After"), params.get(f"{member}Before")
    return (
        float("-inf") if after is None else read_time(after).timestamp(),
        float("inf") if before is None else read_time(before).timestamp(),
    )
