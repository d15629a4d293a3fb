"""``mlcost jobs``: what runs and what it costs, as the freshest Jupyter server has written it down."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from datetime import datetime, timezone
from decimal import Decimal
from typing import Any

from mlcost_ext.core.errors import NotFoundError
from mlcost_ext.core.times import time_from_text, time_to_text
from mlcost_ext.ledger.home import mlcost_home

from .charged import charged_lines
from .command import Command
from .job_table import is_whole, job_table, outermost
from .overview_file import OverviewFile, overview_files
from .rows import amount, at_least, at_most, count, currency, word
from .standing import standing_lines
from .text import UNKNOWN, clean, money, print_json

MAX_NOTES = 5
SAID_ELSEWHERE = ("history_not_kept",)


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
        "clock_offset_seconds": file.document.get("clock_offset_seconds"),
        "is_stale": file.is_stale,
        "server_id": file.server_id,
        "billing_currency": currency(file),
        "aws": file.section("aws"),
        "session": file.section("session"),
        "totals": file.section("totals"),
        "charged": file.section("charged") or None,
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
    is_all = has_answer(file) and file.section("totals").get("is_complete") is not False
    listing = [job_table(jobs, currency(file))] if jobs else ["No jobs." if is_all else "No jobs known."]
    sums = [*standing_lines(file), session_line(file), totals_line(file), *charged_lines(file)]
    return "\n".join([*listing, "", *sums, as_of_line(file, others), *notes(file)])


def session_line(file: OverviewFile) -> str:
    session = file.section("session")
    cost, rate = amount(session, "cost"), amount(session, "cost_per_hour")
    so_far = f"{at_most(session)}{money(cost, currency(file))}"
    return f"Session ({word(session, 'instance_type')}): {so_far}, {money(rate, currency(file))} an hour"


def totals_line(file: OverviewFile) -> str:
    """Sum the running jobs up that were launched, each with what it has started; what is not known makes a sum an 'at least'."""
    totals = file.section("totals")
    running, running_cost = launched(totals)
    if running is None or not has_answer(file):
        return f"Running jobs: {UNKNOWN}"
    rate, unpriced, is_part = amount(totals, "running_cost_per_hour"), count(totals, "unpriced"), is_partial(file)
    cost, an_hour = (f"{at_least(sum_, is_part=is_part)}{money(sum_, currency(file))}" for sum_ in (running_cost, rate))
    missing = f"; {unpriced} of unknown cost" if unpriced else ""
    return f"Running jobs ({running}): {cost}, {an_hour} an hour{missing}"


def launched(totals: dict[str, Any]) -> tuple[int | None, Decimal | None]:
    """Give number and cost of the running jobs that no other has started; an older server's file counts all that run."""
    running = count(totals, "launched_running")
    if running is None:
        return count(totals, "running"), amount(totals, "running_cost")
    return running, amount(totals, "launched_running_cost")


def is_partial(file: OverviewFile) -> bool:
    """Tell whether a job that runs, or one that it has started, is in no sum."""
    totals, jobs = file.section("totals"), file.rows("jobs")
    lacks = any(not is_whole(job, jobs) for job in outermost(jobs) if job.get("is_running") is True)
    return totals.get("is_complete") is False or bool(count(totals, "unpriced")) or lacks


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
