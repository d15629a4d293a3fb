"""The text and HTML forms of ``mlcost.ledger()``. Every name in them comes from outside: it is cut, cleaned and escaped."""

from __future__ import annotations

from datetime import date, timedelta
from html import escape
from typing import TYPE_CHECKING

from mlcost_ext.ledger.charge_words import BILLED, ESTIMATES, ChargeWords

from .cost_text import clean, html_table, local, money, table

if TYPE_CHECKING:
    from mlcost_ext.core.charge_documents import Charges
    from mlcost_ext.core.ledger import ChargeRecord

    from .charges_report import ChargeReport

SHOWN_CHARGES = 20
SHOWN_GROUPS = 50
CHARGE_HEADINGS = ("Day", "What", "Component", "Instances", "Cost", "Basis", "Notebook")
BASES = {"billed": BILLED}
WORDS = ChargeWords(clean=clean, money=money)


def report_text(report: ChargeReport) -> str:
    """Give the report as lines of text."""
    facts, rows = facts_of(report.document), rows_of(report)
    width = max(len(label) for label, _ in facts)
    lines = [f"{label:<{width}}  {value}" for label, value in facts]
    return "\n".join([*lines, *(["", *table(rows)] if len(rows) > 1 else []), "", *notes(report)])


def report_html(report: ChargeReport) -> str:
    """Give the report as HTML in which nothing from outside is markup."""
    facts, rows = facts_of(report.document), rows_of(report)
    body = "".join(
        f'<tr><th scope="row" style="text-align:left">{escape(label)}</th><td style="text-align:left">{escape(value)}</td></tr>'
        for label, value in facts
    )
    listing = html_table("Charges" if report.records is not None else "Sums", rows) if len(rows) > 1 else ""
    said = "".join(f"<p>{escape(line)}</p>" for line in notes(report))
    return f"<div><table><caption>Ledger</caption>{body}</table>{listing}{said}</div>"


def facts_of(document: Charges) -> list[tuple[str, str]]:
    """Say of which days it is, and what they come to, a line a currency."""
    last = date.fromisoformat(document.charge_period_end) - timedelta(days=1)
    as_of = "nothing was kept yet" if document.as_of is None else f"as of {local(document.as_of)}"
    period = f"{document.charge_period_start} to {last} UTC, {as_of}"
    totals = [("Total", WORDS.total(total)) for total in document.totals]
    return [("Days", period), *(totals or [("Total", "nothing was charged")])]


def rows_of(report: ChargeReport) -> list[tuple[str, ...]]:
    """Give headings and rows: of groups the first, of charges the last."""
    if report.records is not None:
        return [CHARGE_HEADINGS, *(charge_row(record) for record in report.records[-SHOWN_CHARGES:])]
    group_by, groups = report.document.group_by, report.document.groups[:SHOWN_GROUPS]
    return [WORDS.headings(group_by), *(WORDS.row(group, group_by) for group in groups)]


def charge_row(record: ChargeRecord) -> tuple[str, ...]:
    """Write a charge."""
    correction = ", correction" if record.is_correction else ""
    return (
        record.day.isoformat(),
        clean(f"{record.resource.kind} {record.resource.name}"),
        clean(record.price.component),
        clean(record.price.instance_type or ""),
        WORDS.signed(record.contracted_cost, record.price.billing_currency),
        f"{BASES.get(record.cost_basis, record.cost_basis)}{correction}",
        clean(record.attribution.notebook or ""),
    )


def notes(report: ChargeReport) -> list[str]:
    """Say what the table leaves out, and what the figures lack."""
    listed = report.records if report.records is not None else report.document.groups
    more = len(listed) - (SHOWN_CHARGES if report.records is not None else SHOWN_GROUPS)
    left_out = [f"{more:,} more not shown; to_pandas() has all of them."] if more > 0 else []
    return [*left_out, ESTIMATES, *(f"{row.message} {row.hint}" for row in report.document.data_quality)]
