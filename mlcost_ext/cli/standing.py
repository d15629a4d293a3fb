"""The second table of ``mlcost jobs``: what costs by the day until somebody ends it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from mlcost_ext.core.times import time_from_text

from .overview_file import OverviewFile
from .rows import amount, at_least, count, currency, instances, word
from .text import UNKNOWN, money, table

HEADINGS = ("What stands", "Kind", "Region", "Status", "Instances", "A day", "Storage a day", "Last called")
MAX_NAME = 63
KINDS = {"app": "Studio app", "space": "space, stopped", "notebook": "notebook instance"}
LAST_USE = {"none_seen": "not in 30 days", "unknown": UNKNOWN}


def standing_lines(file: OverviewFile) -> list[str]:
    """Write what stands and its sum; nothing where nothing does and AWS has said so."""
    unit = currency(file)
    rows = [*(endpoint(row, unit) for row in file.rows("endpoints")), *(app(row, unit) for row in file.rows("apps"))]
    rows += [warm_pool(row, unit) for row in file.rows("warm_pools")]
    listing = [table([HEADINGS, *rows]), ""] if rows else []
    return [*listing, *sum_line(file)]


def sum_line(file: OverviewFile) -> list[str]:
    totals = file.section("totals")
    standing = count(totals, "standing")
    if standing is None:
        return []
    cost = amount(totals, "standing_cost_per_day")
    is_part = bool(count(totals, "standing_unpriced")) or totals.get("is_standing_complete") is False
    besides = " besides this session" if standing else ""
    return [f"Standing ({standing}){besides}: {at_least(cost, is_part=is_part)}{money(cost, currency(file))} a day"]


def endpoint(row: dict[str, Any], unit: str) -> tuple[str, ...]:
    forgotten = " (forgotten)" if row.get("is_forgotten") is True else ""
    return (*common(row, "name", f"endpoint{forgotten}", unit), last_called(row))


def app(row: dict[str, Any], unit: str) -> tuple[str, ...]:
    kind = KINDS.get(str(row.get("kind")), UNKNOWN)
    this = " (this session)" if row.get("is_this") is True else ""
    return (*common(row, "title", f"{kind}{this}", unit), "")


def warm_pool(row: dict[str, Any], unit: str) -> tuple[str, ...]:
    return (*common(row, "name", "warm pool", unit), "")


def common(row: dict[str, Any], name: str, kind: str, unit: str) -> tuple[str, ...]:
    return (
        word(row, name, MAX_NAME),
        kind,
        word(row, "region_id"),
        "" if row.get("kind") == "space" else word(row, "status"),  # in service whether an app runs in it or not
        instances(row) if row.get("instance_type") else "",
        money(amount(row, "cost_per_day"), unit),
        storage(amount(row, "storage_cost_per_day"), unit),
    )


def storage(cost: Decimal | None, unit: str) -> str:
    return "" if cost == 0 else money(cost, unit)


def last_called(row: dict[str, Any]) -> str:
    when = time_from_text(row.get("last_used_at"))
    return f"{when:%Y-%m-%d %H:%M}" if when else LAST_USE.get(str(row.get("last_use")), UNKNOWN)
