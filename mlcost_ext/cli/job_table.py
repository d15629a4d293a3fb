"""The first table of ``mlcost jobs``: each job that was launched, and below it what it has started."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from .rows import amount, at_least, count, instances, word
from .text import UNKNOWN, money, table

HEADINGS = ("Job", "Kind", "Region", "Status", "Instances", "Cost", "An hour", "Storage", "Basis")
MAX_NAME = 63
INDENT = "  "
MAX_DEPTH = 3
"""An AutoML job starts a tuning job, and that starts training jobs."""
BASIS = {"accruing": "so far", "at_most": "at most, until AWS tells the billable seconds", "final": "final"}
SPOT_BASIS = {**BASIS, "at_most": "at most, spot is cheaper"}
SUM_BASIS = {"accruing": "sum of its jobs, so far", "at_most": "sum of its jobs", "final": "sum of its jobs"}

Row = dict[str, Any]


def job_table(jobs: Sequence[Row], unit: str) -> str:
    """Line up the jobs that were launched; what one has started stands indented below it and is in its cost.

    Of those only what runs, or is of unknown cost, has a line of its own: there may be hundreds.
    """
    return table([HEADINGS, *(line for job in outermost(jobs) for line in family(job, jobs, unit, 0))])


def family(job: Row, jobs: Sequence[Row], unit: str, depth: int) -> Iterator[tuple[str, ...]]:
    """Write a job, then what it has started."""
    yield cells(job, jobs, unit, depth)
    started = children(job, jobs) if depth < MAX_DEPTH else []
    shown = [child for child in started if child.get("is_running") is True or amount(child, "cost") is None]
    for child in shown:
        yield from family(child, jobs, unit, depth + 1)
    if len(started) > len(shown):
        folded = f"{INDENT * (depth + 1)}{len(started) - len(shown)} ended"
        yield (folded, *("" for _ in HEADINGS[1:]))


def outermost(jobs: Sequence[Row]) -> list[Row]:
    """Give the jobs that no listed one has started: the others are in its sum."""
    listed = {key(job) for job in jobs if job.get("is_sum") is True}
    return [job for job in jobs if parent_key(job) not in listed]


def children(job: Row, jobs: Sequence[Row]) -> list[Row]:
    """Give the listed jobs that one has started."""
    return [child for child in jobs if parent_key(child) == key(job)] if job.get("is_sum") is True else []


def key(job: Row) -> tuple[str, str]:
    """Give what `parent` calls a job, and where it is: names are a region's own."""
    return f"{job.get('kind')}/{job.get('name')}", str(job.get("region_id"))


def parent_key(job: Row) -> tuple[str, str] | None:
    parent = job.get("parent")
    return (parent, str(job.get("region_id"))) if isinstance(parent, str) else None


def is_whole(job: Row, jobs: Sequence[Row]) -> bool:
    """Tell whether a job's cost is known, and if it is a sum, how many jobs are in it and the cost of each."""
    if amount(job, "cost") is None or job.get("is_sum") is not True:
        return amount(job, "cost") is not None
    started = count(job, "children_started")
    is_every_one_known = started is not None and (count(job, "children_known") or 0) >= started
    return is_every_one_known and all(amount(child, "cost") is not None for child in children(job, jobs))


def cells(job: Row, jobs: Sequence[Row], unit: str, depth: int) -> tuple[str, ...]:
    """Write one job; where a sum lacks some of its jobs, its cost is a least, and while it runs its rate too."""
    cost, rate, is_sum = amount(job, "cost"), amount(job, "cost_per_hour"), job.get("is_sum") is True
    is_part = is_sum and not is_whole(job, jobs)
    return (
        f"{INDENT * depth}{word(job, 'name', MAX_NAME)}",
        word(job, "kind"),
        word(job, "region_id"),
        word(job, "status"),
        jobs_started(job) if is_sum else instances(job),
        f"{at_least(cost, is_part=is_part)}{money(cost, unit)}",
        f"{at_least(rate, is_part=is_part and job.get('is_running') is True)}{money(rate, unit)}",
        storage(job, unit),
        basis(job),
    )


def storage(job: Row, unit: str) -> str:
    """Write what a job's volumes cost; a sum has none of its own, its jobs have."""
    cost = amount(job, "storage_cost")
    return "" if job.get("is_sum") is True and not cost else money(cost, unit)


def jobs_started(job: Row) -> str:
    """Say how many of the jobs that a sum has started are in it."""
    known, started = count(job, "children_known"), count(job, "children_started")
    if known is None:
        return UNKNOWN
    if started is not None and known < started:
        return f"{known} of {started} jobs"
    return f"{known} job" if known == 1 else f"{known} jobs"


def basis(job: Row) -> str:
    """Say what the cost rests on; nothing where there is none."""
    words = SUM_BASIS if job.get("is_sum") is True else SPOT_BASIS if job.get("spot") is True else BASIS
    return "" if amount(job, "cost") is None else words.get(str(job.get("cost_basis")), "")
