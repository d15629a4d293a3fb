"""The text and HTML forms of ``%cost``. Every name in them comes from outside: it is cut, cleaned and escaped."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from .cost_report import CostReport, JobCost, Sum

MAX_CELL = 63
"""Characters of a name shown; AWS allows a job's name no more."""
MAX_REMARK = 300
HEADINGS = ("Job", "Status", "Instances", "Cost", "Basis", "Storage")
SMALL_STEP = Decimal("0.0001")
UNKNOWN = "price unknown"
NOT_KNOWN = "not known"


def report_text(report: CostReport) -> str:
    """Give the report as lines of text."""
    facts = _facts(report)
    width = max(len(label) for label, _ in facts)
    lines = [f"{label:<{width}}  {value}" for label, value in facts]
    if report.jobs:
        lines += ["", *_table([HEADINGS, *_rows(report)])]
    return "\n".join([*lines, "", *_notes(report)])


def report_html(report: CostReport) -> str:
    """Give the report as HTML in which nothing from outside is markup."""
    facts = "".join(
        f'<tr><th scope="row" style="text-align:left">{escape(label)}</th><td style="text-align:left">{escape(value)}</td></tr>'
        for label, value in _facts(report)
    )
    notes = "".join(f"<p>{escape(note)}</p>" for note in _notes(report))
    return f"<div><table><caption>Cost so far</caption>{facts}</table>{_jobs_html(report)}{notes}</div>"


def _jobs_html(report: CostReport) -> str:
    if not report.jobs:
        return ""
    head = "".join(f'<th scope="col" style="text-align:left">{escape(heading)}</th>' for heading in HEADINGS)
    body = "".join(
        "<tr>" + "".join(f'<td style="text-align:left">{escape(cell)}</td>' for cell in row) + "</tr>" for row in _rows(report)
    )
    return f"<table><caption>Jobs</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def money(amount: Decimal | None, currency: str) -> str:
    """Write an amount for show: two decimals from 1 on, four below; `None` is said, never shown as zero."""
    if amount is None:
        return UNKNOWN
    unit = clean(currency, 8)
    step = Decimal("0.01") if amount >= 1 or amount == 0 else SMALL_STEP
    if 0 < amount < SMALL_STEP / 2:
        return f"< {unit} {SMALL_STEP}"  # never shown as zero
    return f"{unit} {amount.quantize(step, rounding=ROUND_HALF_UP):,f}"


def clean(text: str, limit: int = MAX_CELL) -> str:
    """Cut a text and replace what is not printable: control characters, escapes, changes of direction."""
    short = text if len(text) <= limit else text[: limit - 1] + "…"
    return "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in short)


def _facts(report: CostReport) -> list[tuple[str, str]]:
    facts = [("This session", _session_text(report))]
    if report.notebook is not None:
        facts.append(("This notebook", _sum_text(report, report.notebook_total, clean(report.notebook))))
    facts.append(("All its jobs", _sum_text(report, report.total, "")))
    return facts


def _session_text(report: CostReport) -> str:
    session, currency = report.session, report.billing_currency
    place = " in ".join(clean(part) for part in (session.instance_type, session.region_id) if part)
    rate = "" if session.cost_per_hour is None else f", {money(session.cost_per_hour, currency)} an hour"
    return f"{money(session.cost, currency)}{rate} ({place or clean(session.host or 'machine not known')})"


def _sum_text(report: CostReport, total: Sum, label: str) -> str:
    jobs = f"{total.count} job" if total.count == 1 else f"{total.count} jobs"
    where = f"{label}: {jobs}" if label else jobs
    if total.count == 0:
        found = "no jobs" if total.is_complete else NOT_KNOWN
        return f"{found} ({label})" if label else found
    at_least = "" if total.is_complete or total.cost is None else "at least "
    return f"{at_least}{money(total.cost, report.billing_currency)} ({where})"


def _rows(report: CostReport) -> list[tuple[str, ...]]:
    return [
        (
            clean(job.name),
            clean(job.status),
            _instances(job),
            money(job.cost, report.billing_currency),
            _basis(job),
            "" if job.storage_cost is None else money(job.storage_cost, report.billing_currency),
        )
        for job in report.jobs
    ]


def _instances(job: JobCost) -> str:
    type_ = clean(job.instance_type or "not known")
    return type_ if job.instance_count in (None, 1) else f"{job.instance_count} × {type_}"


def _basis(job: JobCost) -> str:
    if job.cost is None:
        return ""
    if job.cost_basis == "final":
        seconds = job.billable_time_in_seconds
        return "ended" if seconds is None else f"{seconds:,} billable seconds"
    if job.cost_basis == "at_most":
        return "at most, spot is cheaper" if job.spot else "at most, until AWS tells the billable seconds"
    return "so far"


def _table(rows: Sequence[tuple[str, ...]]) -> list[str]:
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADINGS))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def _notes(report: CostReport) -> list[str]:
    notes = ["Estimates at list prices; AWS's bill may differ."]
    if report.is_stale:
        notes.insert(
            0,
            f"As of {_local(report.as_of)}: the Jupyter server has not renewed these figures since; restart it if this goes on.",
        )
    if report.jobs_as_of is None:
        notes.append("Which jobs there are is not known now: AWS is asked while a page of JupyterLab is open.")
    elif report.is_aws_failing:
        notes.append(f"Jobs are known as of {_local(report.jobs_as_of)}: AWS could not be asked since.")
    unlisted = report.total.count - len(report.jobs)
    if unlisted > 0:
        notes.append(f"{unlisted} more not listed here.")
    return notes + [clean(remark, MAX_REMARK) for remark in report.remarks]


def _local(when: datetime) -> str:
    local = when.astimezone()
    return f"{local:%H:%M} ({local:%Y-%m-%d %Z})"
