"""An estimate in a notebook: the words of its text form, laid out, all of it escaped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from html import escape

from mlcost_ext.core.estimate import CostRange, Estimate
from mlcost_ext.usecases.estimate_text import closing, facts, headline, lists, rows, sources, subject

FOLDED = ("Taken for granted:", "To know:")
"""What is unfolded on request, with the prices' sources."""
HEAD = "font-size:1.5em;font-weight:600;line-height:1.3"
QUIET = "color:var(--jp-ui-font-color1, inherit)"
TRACK = "height:8px;max-width:30em;margin:6px 0;border:1px solid var(--jp-border-color1, currentColor)"
FILL = "height:8px;min-width:3px;background-color:var(--jp-brand-color1, #1976d2)"
HUNDRED = Decimal(100)


def estimate_html(estimate: Estimate) -> str:
    """Give an estimate as HTML: no scripts, nothing from outside is markup, and the theme says the colours."""
    shown = [entry for entry in lists(estimate) if entry[0] not in FOLDED]
    folded = [entry for entry in lists(estimate) if entry[0] in FOLDED]
    where = [("Where the prices come from:", [f"[{at}] {text}" for at, text in enumerate(sources(estimate), 1)])]
    parts = [
        f'<p style="margin:0"><span style="{HEAD}">{escape(headline(estimate))}</span><br>',
        f'<span style="{QUIET}">{escape(subject(estimate))}</span></p>',
        bar(estimate.contracted_cost or estimate.list_cost) if estimate.is_complete else "",
        "".join(f'<p style="margin:0"><b>{escape(label)}:</b> {escape(value)}</p>' for label, value in facts(estimate)),
        table(rows(estimate)) if estimate.lines else "",
        *(listing(title, entries) for title, entries in shown),
        details([*(where if estimate.lines else []), *folded]),
        f"<p>{escape(closing(estimate))}</p>",
    ]
    return f"<div>{''.join(parts)}</div>"


def bar(cost: CostRange) -> str:
    """Draw where the expected cost lies on the way to the most; the words above it say the same, so it is hidden from readers."""
    if cost.expected is None or not cost.high or cost.expected >= cost.high:
        return ""
    start, end = ((amount or Decimal(0)) / cost.high * HUNDRED for amount in (cost.low, cost.expected))
    fill = f"{FILL};margin-left:{start:.1f}%;width:{end - start:.1f}%"
    return f'<div aria-hidden="true" style="{TRACK}"><div style="{fill}"></div></div>'


def table(found: Sequence[Sequence[str]]) -> str:
    """Write the lines as a table: headings by column, and what a row is about by row."""
    head = "".join(cell("th", text, at, 'scope="col"') for at, text in enumerate(("What", *found[0][1:])))
    body = "".join(
        f"<tr>{cell('th', row[0], 0, 'scope=row')}{''.join(cell('td', text, at) for at, text in enumerate(row[1:], 1))}</tr>"
        for row in found[1:]
    )
    caption = f'<caption style="text-align:left">{escape(found[0][0])}</caption>'
    return f'<table style="margin:8px 0">{caption}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'


def cell(tag: str, text: str, column: int, more: str = "") -> str:
    """Write a cell; words to the left, figures to the right."""
    side = "right;white-space:nowrap" if column else "left;font-weight:normal" if "row" in more else "left"
    return f'<{tag}{" " + more if more else ""} style="padding:2px 8px;text-align:{side}">{escape(text)}</{tag}>'


def listing(title: str, entries: Iterable[str]) -> str:
    """Write a list with its title."""
    items = "".join(f"<li>{escape(entry)}</li>" for entry in entries)
    return f'<p style="margin:8px 0 0">{escape(title)}</p><ul style="margin:0">{items}</ul>'


def details(found: Sequence[tuple[str, Sequence[str]]]) -> str:
    """Fold away what the figures rest on."""
    if not found:
        return ""
    return f"<details><summary>What the figures rest on</summary>{''.join(listing(*each) for each in found)}</details>"
