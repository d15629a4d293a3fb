"""The text and HTML forms of ``%cost``. Every name in them comes from outside: it is cut, cleaned and escaped."""

from __future__ import annotations

from decimal import Decimal
from html import escape
from typing import TYPE_CHECKING

from mlcost_ext.core import words

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from .cost_report import ChargedCost, CostReport, JobCost, PerDay, StandingCost, Sum

MAX_CELL = 63
"""Characters of a name shown; AWS allows a job's name no more."""
MAX_REMARK = 300
MAX_REMARKS = 5
MAX_STANDING = 10
"""What stands is listed as far as this; the sum above has all of it."""
JOB_HEADINGS = ("Job", "Kind", "Status", "Instances", "Cost", "Basis", "In addition")
STANDING_HEADINGS = ("What stands", "Kind", "Status", "Instances", "A day", "Last called")
KINDS = {"transform": "batch transform", "automl": "Autopilot"}
"""Kinds of jobs that have a name of more than their own word."""
STANDING_KINDS = {"app": "Studio app", "space": "space without app", "notebook": "notebook instance", "warm-pool": "warm pool"}
LAST_USE = {"none_seen": "not in 30 days"}
UNKNOWN = "cost unknown"
NOT_KNOWN = "not known"


def report_text(report: CostReport) -> str:
    """Give the report as lines of text: what makes all of it old first."""
    facts = _facts(report)
    width = max(len(label) for label, _ in facts)
    lines = [*_warnings(report), *(f"{label:<{width}}  {value}" for label, value in facts)]
    for _, rows in _tables(report):
        lines += ["", *table(rows)]
    return "\n".join([*lines, "", *_notes(report)])


def report_html(report: CostReport) -> str:
    """Give the report as HTML in which nothing from outside is markup."""
    facts = "".join(
        f'<tr><th scope="row" style="text-align:left">{escape(label)}</th><td style="text-align:left">{escape(value)}</td></tr>'
        for label, value in _facts(report)
    )
    tables = "".join(html_table(caption, rows) for caption, rows in _tables(report))
    warnings, notes = ("".join(f"<p>{escape(line)}</p>" for line in lines) for lines in (_warnings(report), _notes(report)))
    return f"<div>{warnings}<table><caption>Cost so far</caption>{facts}</table>{tables}{notes}</div>"


def html_table(caption: str, rows: Sequence[tuple[str, ...]]) -> str:
    """Write a table with its caption and its headings, all of it escaped."""
    head = "".join(f'<th scope="col" style="text-align:left">{escape(heading)}</th>' for heading in rows[0])
    body = "".join(
        "<tr>" + "".join(f'<td style="text-align:left">{escape(cell)}</td>' for cell in row) + "</tr>" for row in rows[1:]
    )
    return f"<table><caption>{escape(caption)}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def money(amount: Decimal | None, currency: str) -> str:
    """Write an amount for show; `None` is said, never shown as zero."""
    return UNKNOWN if amount is None else words.money(amount, currency)


def clean(text: str, limit: int = MAX_CELL) -> str:
    """Cut a text and replace what is not printable: control characters, escapes, changes of direction."""
    return words.clean(text, limit)


def _facts(report: CostReport) -> list[tuple[str, str]]:
    facts, idle = [("This session", _session_text(report))], report.session.idle_today
    if idle:
        facts.append(("Idle today", f"{money(idle, report.billing_currency)} of this machine; days are UTC's"))
    if report.notebook is not None:
        facts.append(("This notebook", _sum_text(report, report.notebook_total, clean(report.notebook))))
    facts.append(("All its jobs", _sum_text(report, report.total, "")))
    if report.standing_total is not None and report.standing_total.count:
        facts.append(("What stands", _per_day_text(report.standing_total, report.billing_currency)))
    return [*facts, *_charged_facts(report.charged, report.billing_currency)]


def _charged_facts(charged: ChargedCost | None, currency: str) -> list[tuple[str, str]]:
    """Say what all of ours has cost by the ledger; at least nothing is not known."""
    if charged is None:
        return []
    since = f", kept since {local(charged.since)}" if charged.since else ""
    return [
        ("Today", f"{_charged_text(charged.today, charged, currency)}, all of yours; days are UTC's"),
        ("This month", f"{_charged_text(charged.month, charged, currency)}, all of yours{since}"),
    ]


def _charged_text(amount: Decimal | None, charged: ChargedCost, currency: str) -> str:
    known = None if charged.unpriced and not amount else amount
    return f"{_least(known, is_whole=not charged.unpriced)}{money(known, currency)}"


def _session_text(report: CostReport) -> str:
    session, currency = report.session, report.billing_currency
    place = " in ".join(clean(part) for part in (session.instance_type, session.region_id) if part)
    rate = "" if session.cost_per_hour is None else f", {money(session.cost_per_hour, currency)} an hour"
    cost = f"{_bound(session.cost, session.cost_basis)}{money(session.cost, currency)}"
    return f"{cost}{rate} ({place or clean(session.host or 'machine not known')})"


def _sum_text(report: CostReport, total: Sum, label: str) -> str:
    jobs = f"{total.count} job" if total.count == 1 else f"{total.count} jobs"
    where = f"{label}: {jobs}" if label else jobs
    if total.count == 0:
        found = "no jobs" if total.is_complete else NOT_KNOWN
        return f"{found} ({label})" if label else found
    return f"{_least(total.cost, is_whole=total.is_complete)}{money(total.cost, report.billing_currency)} ({where})"


def _per_day_text(total: PerDay, currency: str) -> str:
    day = "" if total.cost_per_day is None else " a day"
    at_least = _least(total.cost_per_day, is_whole=total.is_complete)
    return f"{at_least}{money(total.cost_per_day, currency)}{day}, besides this machine"


def _least(amount: Decimal | None, *, is_whole: bool) -> str:
    return "" if is_whole or amount is None else "at least "


def _bound(amount: Decimal | None, basis: str | None) -> str:
    return "at most " if basis == "at_most" and amount is not None else ""


def _tables(report: CostReport) -> list[tuple[str, list[tuple[str, ...]]]]:
    """Give each table with its caption and its headings, those that have rows."""
    jobs = [_job_row(job, report) for job in report.outermost_jobs()]
    stands = [_standing_row(row, report.billing_currency) for row in report.standing[:MAX_STANDING]]
    tables = (("Jobs", [JOB_HEADINGS, *jobs]), ("What stands, until somebody ends it", [STANDING_HEADINGS, *stands]))
    return [(caption, rows) for caption, rows in tables if len(rows) > 1]


def _job_row(job: JobCost, report: CostReport) -> tuple[str, ...]:
    currency = report.billing_currency
    return (
        clean(job.name),
        clean(KINDS.get(job.kind, job.kind)),
        clean(job.status),
        _children(job) if job.is_sum else _instances(job),
        f"{_least(job.cost, is_whole=report.is_whole(job))}{money(job.cost, currency)}",
        _basis(job),
        _additions(job, currency),
    )


def _additions(job: JobCost, currency: str) -> str:
    parts = ((job.storage_cost, None, "storage"), (job.warm_pool_cost, job.warm_pool_basis, "warm pool"))
    return ", ".join(f"{_bound(amount, basis)}{money(amount, currency)} {what}" for amount, basis, what in parts if amount)


def _standing_row(row: StandingCost, currency: str) -> tuple[str, ...]:
    kind = STANDING_KINDS.get(row.kind, row.kind)
    return (
        clean(row.name),
        clean(f"{kind}, forgotten" if row.is_forgotten else kind),
        "" if row.kind == "space" else clean(row.status),  # AWS calls one in service whether an app runs in it or not
        _instances(row) if row.instance_type else "",
        _day(row, currency),
        _last_called(row),
    )


def _day(row: StandingCost, currency: str) -> str:
    known = [amount for amount in (row.cost_per_day, row.storage_cost_per_day) if amount is not None]
    at_least = "at least " if len(known) == 1 else ""
    return f"{at_least}{money(sum(known, Decimal(0)) if known else None, currency)}"


def _last_called(row: StandingCost) -> str:
    if row.kind != "endpoint":
        return ""
    if row.last_used_at is not None:
        return f"{row.last_used_at.astimezone():%Y-%m-%d %H:%M}"
    return LAST_USE.get(row.last_use or "", NOT_KNOWN)


def _children(job: JobCost) -> str:
    known, started = job.children_known, job.children_started
    if known is None:
        return NOT_KNOWN
    count = f"{known} of {started}" if started is not None and known < started else f"{known}"
    return f"{count} job" if count == "1" else f"{count} jobs"


def _instances(job: JobCost | StandingCost) -> str:
    type_ = clean(job.instance_type or "not known")
    return type_ if job.instance_count in (None, 1) else f"{job.instance_count} × {type_}"


def _basis(job: JobCost) -> str:
    if job.cost is None:
        return ""
    if job.is_sum:
        return "sum of its jobs, so far" if job.cost_basis == "accruing" else "sum of its jobs"
    if job.cost_basis == "final":
        seconds = job.billable_time_in_seconds
        return "ended" if seconds is None else f"{seconds:,} billable seconds"
    if job.cost_basis == "at_most":
        return "at most, spot is cheaper" if job.spot else "at most, until AWS tells the billable seconds"
    return "so far"


def table(rows: Sequence[tuple[str, ...]]) -> list[str]:
    """Line up the columns of rows that are all of the same length."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def _warnings(report: CostReport) -> list[str]:
    """Say before any figure that all of them are old."""
    if not report.is_stale:
        return []
    return [f"As of {local(report.as_of)}: the Jupyter server has not renewed these figures since; restart it if this goes on."]


def _notes(report: CostReport) -> list[str]:
    notes = ["Estimates at list prices; AWS's bill may differ."]
    if report.jobs_as_of is None:
        notes.append("Which jobs there are is not known now: AWS is asked while a page of JupyterLab is open.")
    elif report.is_aws_failing:
        notes.append(f"Jobs are known as of {local(report.jobs_as_of)}: AWS could not be asked since.")
    unlisted = report.total.count - len(report.outermost_jobs())
    if unlisted > 0:
        notes.append(f"{unlisted} more jobs not listed here." if unlisted > 1 else "1 more job not listed here.")
    if len(report.standing) > MAX_STANDING:
        notes.append(f"{len(report.standing) - MAX_STANDING} more that stand are not listed here; they are in the sum.")
    return [*notes, *_remarks(report.remarks)]


def _remarks(remarks: Sequence[str]) -> list[str]:
    """Give the first few, and count the others."""
    shown, more = [clean(remark, MAX_REMARK) for remark in remarks[:MAX_REMARKS]], len(remarks) - MAX_REMARKS
    return [*shown, f"{more} more {'note' if more == 1 else 'notes'} with %cost --json."] if more > 0 else shown


def local(when: datetime) -> str:
    """Write a time of day by this machine's zone, with its date."""
    local = when.astimezone()
    return f"{local:%H:%M} ({local:%Y-%m-%d %Z})"
