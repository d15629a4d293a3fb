"""A decision in a notebook: the words of its text form, laid out as a card, all of it escaped."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mlcost_ext.usecases.decision_card import Card

COLOURS = {
    "block": "var(--jp-error-color1, #b71c1c)",
    "ask": "var(--jp-error-color1, #b71c1c)",
    "warn": "var(--jp-warn-color1, #b26a00)",
    "allow": "var(--jp-success-color1, #2e7d32)",
}
QUIET = "color:var(--jp-ui-font-color2, inherit);font-size:.92em"
CELL = "padding:2px 10px 2px 0;vertical-align:top"


def card_html(card: Card, decision: str) -> str:
    """Give a card as HTML: no scripts, nothing from outside is markup, and the theme says the colours."""
    colour = COLOURS.get(decision, COLOURS["warn"])
    findings = "".join(f"<li>{escape(each)}</li>" for each in card.findings)
    body = table(card) if card.choices else f'<p style="margin:6px 0">{escape(card.way_on)}</p>'
    return (
        f'<div role="group" aria-label="{escape(card.title, quote=True)}" '
        f'style="border-left:3px solid {colour};padding:6px 0 6px 12px">'
        f'<p style="margin:0;font-weight:600;font-size:1.1em">{escape(card.title)}</p>'
        f'<p style="margin:2px 0">{escape(card.cost)}</p>'
        f'<ul style="margin:4px 0;padding-left:1.2em">{findings}</ul>{body}'
        f'<p style="margin:4px 0 0;{QUIET}">{escape(card.footer)}</p></div>'
    )


def table(card: Card) -> str:
    """Write the ways to go on as a table."""
    head = "".join(
        f'<th scope="col" style="{CELL};text-align:{side};font-weight:normal;{QUIET}">{text}</th>'
        for text, side in (("change", "left"), ("likely", "right"), ("at most", "right"))
    )
    rows = "".join(
        f'<tr><td style="{CELL};text-align:right">{place}</td>'
        f'<th scope="row" style="{CELL};text-align:left;font-weight:normal">{escape(each.title)}</th>'
        f'<td style="{CELL};text-align:right;white-space:nowrap">{escape(each.likely)}</td>'
        f'<td style="{CELL};text-align:right;white-space:nowrap">{escape(each.at_most)}</td></tr>'
        for place, each in enumerate(card.choices, 1)
    )
    return f'<table style="margin:4px 0"><thead><tr><td></td>{head}</tr></thead><tbody>{rows}</tbody></table>'
