"""``mlcost jobs``: what runs and what it costs, as the freshest Jupyter server has written it down."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from datetime import datetime, timezone
from typing import Any

from mlcost_ext.config import mlcost_home
from mlcost_ext.core.errors import NotFoundError
from mlcost_ext.core.times import time_from_text, time_to_text

from .command import Command
from .overview_file import OverviewFile, overview_files
from .rows import amount, currency, instances, word
from .standing import standing_lines
from .text import UNKNOWN, clean, money, print_json, table

HEADINGS = ("Job", "Kind", "Region", "Status", "Instances", "Cost", "An hour", "Storage", "Basis")
MAX_NAME = 63
MAX_NOTES = 5
SAID_ELSEWHERE = ("history_not_kept",)
BASIS = {"accruing": "so far", "at_most": "at most, until AWS tells the billable seconds", "final": "final"}
SPOT_BASIS = {**BASIS, "at_most": "at most, spot is cheaper"}


def add_arguments(parser: ArgumentParser) -> None:
    del parser  # it takes none


def run(options: Namespace) -> int:
    """Show the jobs."""
    files = overview_files(mlcost_home(), datetime.now(timezone.utc))
    if not files:
        raise NotFoundError(
            "No Jupyter server with mlcost-ext has written any figures here.",
            "Start 'jupyter lab' where mlcost-ext is installed; 'mlcost doctor' says what is in the way.",
            code="no_server",
        )
    if options.json:
        print_json(document(files[0]))
    else:
        print(text(files[0], others=sum(not file.is_stale for file in files[1:])))
    return 0


def document(file: OverviewFile) -> dict[str, object]:
    """Give the jobs, with the time and the server they are from."""
    return {
        "as_of": time_to_text(file.as_of),
        "is_stale": file.is_stale,
        "server_id": file.server_id,
        "billing_currency": currency(file),
        "aws": file.section("aws"),
        "session": file.section("session"),
        "totals": file.section("totals"),
        "jobs": file.rows("jobs"),
        "endpoints": file.rows("endpoints"),
        "apps": file.rows("apps"),
        "warm_pools": file.rows("warm_pools"),
        "schedules": file.rows("schedules"),
        "data_quality": file.rows("data_quality"),
    }


def text(file: OverviewFile, *, others: int = 0) -> str:
    """Write the jobs as a table, with the sums and the time they are from."""
    jobs = file.rows("jobs")
    listing = (
        [table([HEADINGS, *(row(job, currency(file)) for job in jobs)])]
        if jobs
        else ["No jobs." if has_answer(file) else "No jobs known."]
    )
    lines = [*listing, "", *standing_lines(file), session_line(file), totals_line(file), as_of_line(file, others), *notes(file)]
    return "\n".join(lines)


def row(job: dict[str, Any], unit: str) -> tuple[str, ...]:
    return (
        word(job, "name", MAX_NAME),
        word(job, "kind"),
        word(job, "region_id"),
        word(job, "status"),
        instances(job),
        money(amount(job, "cost"), unit),
        money(amount(job, "cost_per_hour"), unit),
        money(amount(job, "storage_cost"), unit),
        basis(job),
    )


def basis(job: dict[str, Any]) -> str:
    """Say what the cost rests on; nothing where there is none."""
    words = SPOT_BASIS if job.get("spot") is True else BASIS
    return "" if amount(job, "cost") is None else words.get(str(job.get("cost_basis")), "")


def session_line(file: OverviewFile) -> str:
    session = file.section("session")
    cost, rate = amount(session, "cost"), amount(session, "cost_per_hour")
    return f"Session ({word(session, 'instance_type')}): {money(cost, currency(file))}, {money(rate, currency(file))} an hour"


def totals_line(file: OverviewFile) -> str:
    """Sum up what runs; a job without a price makes every sum an 'at least'."""
    totals = file.section("totals")
    running, unpriced = totals.get("running"), totals.get("unpriced")
    if not isinstance(running, int) or not has_answer(file):
        return f"Running jobs: {UNKNOWN}"
    at_least = "at least " if unpriced and amount(totals, "running_cost") is not None else ""
    cost, rate = (money(amount(totals, key), currency(file)) for key in ("running_cost", "running_cost_per_hour"))
    missing = f"; {unpriced} without a price" if unpriced else ""
    return f"Running jobs ({running}): {at_least}{cost}, {at_least}{rate} an hour{missing}"


def has_answer(file: OverviewFile) -> bool:
    """Tell whether AWS has told this server all that runs; before that, no number is a count."""
    aws = file.section("aws")
    return aws.get("status") in ("ok", "failed") and time_from_text(aws.get("as_of")) is not None


def as_of_line(file: OverviewFile, others: int) -> str:
    line = f"As of {file.as_of:%Y-%m-%d %H:%M:%S} UTC, at list prices."
    answered = time_from_text(file.section("aws").get("as_of"))
    if answered is None or not has_answer(file):
        line += " AWS has not told this server yet what runs; it is asked while a page of JupyterLab is open."
    elif file.section("aws").get("status") == "failed":
        line += f" AWS could not be asked since {answered:%H:%M:%S} UTC."
    if file.is_stale:
        line += " The Jupyter server has not renewed these figures since: it has ended, or hangs."
    if others:
        line += f" More Jupyter servers run here, not shown: {others}."
    return line


def notes(file: OverviewFile) -> list[str]:
    entries = [entry for entry in file.rows("data_quality") if entry.get("code") not in SAID_ELSEWHERE]
    lines = [clean(f"{entry.get('message') or ''} {entry.get('hint') or ''}".strip()) for entry in entries]
    more = [f"{len(lines) - MAX_NOTES} more notes with --json."] if len(lines) > MAX_NOTES else []
    return [f"Note: {line}" for line in [*lines[:MAX_NOTES], *more]]


COMMAND = Command(name="jobs", help="Show what runs and what it costs.", add_arguments=add_arguments, run=run)
