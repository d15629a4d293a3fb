"""``mlcost prices refresh``: read AWS's own price list, from its API or from its offer files."""

from __future__ import annotations

import os
from argparse import ArgumentParser, Namespace
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from mlcost_ext.cli.command import Command
from mlcost_ext.cli.region import find_region
from mlcost_ext.cli.text import clean, print_json
from mlcost_ext.core.job import Problem
from mlcost_ext.ledger.home import mlcost_home
from mlcost_ext.prices.price_list import Store
from mlcost_ext.prices.price_list.changes import counted
from mlcost_ext.prices.price_list.due import SERVICES, is_due
from mlcost_ext.prices.refresh import UNFIT, RefreshResult, RegionResult, refresh, refresh_from_file
from mlcost_ext.wiring import price_list_api, price_list_store

BACKGROUND = 10
FINE, A_CHECK_FAILED, REMOTE_FAILED = 0, 1, 3


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--region", action="append", help="AWS region, may be said again; your own when left out")
    parser.add_argument("--from", dest="files", action="append", metavar="FILE", help="one of AWS's offer files, JSON or CSV")
    parser.add_argument("--force", action="store_true", help="take a list although most of the old prices would be gone")
    parser.add_argument("--if-due", action="store_true", help="in the background, and only where a list is older than a day")


def run(options: Namespace) -> int:
    """Refresh, and say what came of it."""
    store = price_list_store(mlcost_home())
    if options.if_due:
        with suppress(OSError, AttributeError):  # Windows has none
            os.nice(BACKGROUND)
    if options.files:
        result = refresh_from_file([Path(name) for name in options.files], store, now, is_forced=options.force)
    else:
        result = from_aws(options, store)
    if options.json:
        print_json(document(result))
    else:
        print("\n".join(lines(result)))
    return exit_status(result)


def from_aws(options: Namespace, store: Store) -> RefreshResult:
    """Ask AWS for the lists of the regions that are wanted, one after the other."""
    regions = [find_region(name, os.environ) for name in dict.fromkeys(options.region or [None])]
    wanted = [name for name in regions if not options.if_due or is_due(store, name, now())]
    if not wanted:
        return RefreshResult(state="done")  # and botocore is not even loaded
    return refresh(wanted, SERVICES, price_list_api(), store, now, is_forced=options.force)


def exit_status(result: RefreshResult) -> int:
    """Give 3 where AWS failed, 1 where a list came that was not fit to be taken, or the files could not be used."""
    codes = [problem.code for problem in problems_of(result)]
    if not codes:
        return FINE
    return A_CHECK_FAILED if all(code in (*UNFIT, "price_list_folder") for code in codes) else REMOTE_FAILED


def problems_of(result: RefreshResult) -> list[Problem]:
    return [*result.problems, *(problem for region in result.regions for problem in region.problems)]


def document(result: RefreshResult) -> dict[str, Any]:
    """Write the outcome as JSON."""
    return {
        "state": result.state,
        "regions": [region_document(region) for region in result.regions],
        "problems": [problem_document(problem) for problem in result.problems],
    }


def region_document(region: RegionResult) -> dict[str, Any]:
    return {
        "region_id": region.region_id,
        "refreshed": list(region.refreshed),
        "prices": region.counts,
        "skipped": dict(sorted(region.skipped.items())),
        "changes": counted(region.changes),
        "problems": [problem_document(problem) for problem in region.problems],
    }


def problem_document(problem: Problem) -> dict[str, str | None]:
    return {"code": problem.code, "message": problem.message, "hint": problem.hint, "subject": problem.subject}


def lines(result: RefreshResult) -> list[str]:
    """Write the outcome for a terminal."""
    if result.state == "already_running":
        return ["Another refresh is under way; nothing was done."]
    if result.state == "done" and not result.regions and not result.problems:
        return ["Nothing to do: every list is younger than a day, or AWS has refused lately."]
    told = [line for region in result.regions for line in region_lines(region)]
    return [*told, *problem_lines(result.problems)]


def region_lines(region: RegionResult) -> list[str]:
    if not region.refreshed:
        return [f"{region.region_id}: nothing was replaced.", *problem_lines(region.problems)]
    changes = counted(region.changes)
    skipped = ", ".join(f"{clean(reason, 40)} {count}" for reason, count in region.skipped.most_common(5))
    return [
        f"{region.region_id}: {sum(region.counts.values()):,} prices of {' and '.join(region.refreshed)}, of which "
        f"{changes['changed']:,} changed, {changes['added']:,} are new; {changes['removed']:,} are gone.",
        *([f"  left out: {skipped}"] if skipped else []),
        *problem_lines(region.problems),
    ]


def problem_lines(problems: Iterable[Problem]) -> list[str]:
    return [f"  {problem.code}: {subject_words(problem)}{clean(problem.message)} {clean(problem.hint)}" for problem in problems]


def subject_words(problem: Problem) -> str:
    """Name the file or the service that a problem is about, where its words do not."""
    return f"{clean(problem.subject, 80)}: " if problem.subject and problem.subject not in problem.message else ""


def now() -> datetime:
    return datetime.now(timezone.utc)


WORD = Command(name="refresh", help="Read AWS's price list of a region.", add_arguments=add_arguments, run=run)
