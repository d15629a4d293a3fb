"""The text and HTML forms of ``mlcost.ledger()``. Every name in them comes from outside: it is cut, cleaned and escaped."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from html import escape
from typing import TYPE_CHECKING

from .cost_text import clean, html_table, local, money, table

if TYPE_CHECKING:
    from mlcost_ext.core.charge_documents import ChargeGroup, Charges
    from mlcost_ext.core.ledger import ChargeRecord

    from .charges_report import ChargeReport

SHOWN_CHARGES = 20
SHOWN_GROUPS = 50
CHARGE_HEADINGS = ("Day", "What", "Component", "Instances", "Cost", "Basis", "Notebook")
NOTHING_OF = {"notebook": "no notebook", "project": "no project"}
"""What to call charges that have none of it; others' is not known."""
BASES = {"billed": "charged by AWS"}
ESTIMATES = "Estimates at list prices, or at your own rates; AWS's bill may differ."


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
    totals = [("Total", f"{amount_text(total)}{basis_text(total)}") for total in document.totals]
    return [("Days", period), *(totals or [("Total", "nothing was charged")])]


def rows_of(report: ChargeReport) -> list[tuple[str, ...]]:
    """Give headings and rows: of groups the first, of charges the last."""
    if report.records is not None:
        return [CHARGE_HEADINGS, *(charge_row(record) for record in report.records[-SHOWN_CHARGES:])]
    headings = (*(heading(name) for name in report.document.group_by), "Cost", "Basis", "Without price")
    return [headings, *(group_row(group, report.document.group_by) for group in report.document.groups[:SHOWN_GROUPS])]


def group_row(group: ChargeGroup, group_by: list[str]) -> tuple[str, ...]:
    """Write a group."""
    keys = ["all others", *[""] * (len(group_by) - 1)] if group.is_rest else [key_text(group, name) for name in group_by]
    return (*keys, amount_text(group), basis_text(group)[2:-1], str(group.unpriced) if group.unpriced else "")


def charge_row(record: ChargeRecord) -> tuple[str, ...]:
    """Write a charge."""
    correction = ", correction" if record.is_correction else ""
    return (
        record.day.isoformat(),
        clean(f"{record.resource.kind} {record.resource.name}"),
        clean(record.price.component),
        clean(record.price.instance_type or ""),
        signed(record.contracted_cost, record.price.billing_currency),
        f"{BASES.get(record.cost_basis, record.cost_basis)}{correction}",
        clean(record.attribution.notebook or ""),
    )


def heading(name: str) -> str:
    """Write what is grouped by, such as ``Tag team``."""
    words = name.replace(":", " ", 1) if name.startswith("tag:") else name.replace("_", " ")
    return clean(words[:1].upper() + words[1:])


def key_text(group: ChargeGroup, name: str) -> str:
    """Write what a group has of one grouping."""
    key = group.keys.get(name)
    if key is not None:
        return clean(key)
    return "without this tag" if name.startswith("tag:") else NOTHING_OF.get(name, "not known")


def amount_text(group: ChargeGroup) -> str:
    """Write what a group comes to; what lacks a price makes it a lower bound, and what is at least nothing is not known."""
    known = None if group.unpriced and not group.contracted_cost else group.contracted_cost
    return f"{'at least ' if group.unpriced and known is not None else ''}{signed(known, group.billing_currency)}"


def basis_text(group: ChargeGroup) -> str:
    """Say in brackets how sure it is: what it rests on, and where that is several things, how much of it on each."""
    parts = [("estimated", group.estimated), ("metered", group.metered), ("charged by AWS", group.billed)]
    found = [(words, part) for words, part in parts if part]
    if len(found) == 1:
        return f" ({found[0][0]})"
    told = ", ".join(f"{signed(part, group.billing_currency)} {words}" for words, part in found)
    return f" ({told})" if told else ""


def signed(amount: Decimal | None, currency: str) -> str:
    """Write an amount that may be below zero, as a correction's is."""
    return f"-{money(-amount, currency)}" if amount is not None and amount < 0 else money(amount, currency)


def notes(report: ChargeReport) -> list[str]:
    """Say what the table leaves out, and what the figures lack."""
    listed = report.records if report.records is not None else report.document.groups
    more = len(listed) - (SHOWN_CHARGES if report.records is not None else SHOWN_GROUPS)
    left_out = [f"{more:,} more not shown; to_pandas() has all of them."] if more > 0 else []
    return [*left_out, ESTIMATES, *(f"{row.message} {row.hint}" for row in report.document.data_quality)]
