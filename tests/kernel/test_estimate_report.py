"""What %estimate_cost shows: the same figures as text, as HTML and as a dict."""

from __future__ import annotations

import json
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from IPython.core.formatters import DisplayFormatter

from mlcost_ext.core.estimate import Estimate
from mlcost_ext.core.wire import to_document
from mlcost_ext.kernel.estimate_report import EstimateReport
from mlcost_ext.usecases.estimate_text import estimate_text, headline
from tests.usecases.estimate_samples import (
    INSTANCE,
    MARKUP,
    NOTE,
    OTHER_TYPE,
    UNPRICED,
    by_contract,
    costs,
    endless,
    estimate,
    without_history,
)

VOID = ("br", "img", "hr", "input")


class Page(HTMLParser):
    """What a browser would make of it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[dict[str, str | None]] = []
        self.words: list[str] = []
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes.append(dict(attrs))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def page(found: Estimate) -> Page:
    read = Page(EstimateReport(estimate=found)._repr_html_())
    assert read.open == []
    return read


ALL = [estimate(), without_history(is_complete=False, unpriced=[UNPRICED]), endless(), by_contract(lines=[])]


@pytest.mark.parametrize("found", ALL)
def test_every_form_says_the_same(found: Estimate) -> None:
    """IPython asks for text and HTML; every word of the text is in the HTML."""
    report = EstimateReport(estimate=found)
    data, _ = DisplayFormatter().format(report)
    assert data == {"text/plain": estimate_text(found), "text/html": report._repr_html_()}
    shown = " ".join(" ".join(page(found).words).split())
    assert headline(found) in shown
    for word in estimate_text(found).replace("- ", " ").split():
        assert word in shown, word
    assert report.to_dict() == to_document(found) == json.loads(json.dumps(report.to_dict()))


def test_the_table_can_be_listened_to() -> None:
    """It has a caption, headings by column and by row, and the bar that repeats the words is silent."""
    read = page(estimate())
    assert read.tags.count("caption") == 1
    scopes = [attributes["scope"] for attributes in read.attributes if "scope" in attributes]
    assert scopes == ["col"] * 6 + ["row"] * 2
    (bar,) = [attributes for attributes in read.attributes if "aria-hidden" in attributes]
    assert bar["aria-hidden"] == "true"
    assert read.tags.count("summary") == read.tags.count("details") == 1


def test_the_bar_is_drawn_where_there_is_a_most() -> None:
    """From the least to what is expected, on the way to the most."""
    html = EstimateReport(estimate=estimate())._repr_html_()
    assert "margin-left:3.0%;width:1.2%" in html
    for found in (endless(), without_history(), estimate(is_complete=False), estimate(list_cost=costs("0", "0", "0"))):
        assert "aria-hidden" not in EstimateReport(estimate=found)._repr_html_()


def test_colours_are_the_themes() -> None:
    """No text has a colour of its own, and what has one falls back to one that is seen on light and on dark."""
    html = EstimateReport(estimate=estimate())._repr_html_()
    styles = [attributes["style"] or "" for attributes in Page(html).attributes if "style" in attributes]
    colours = [part for style in styles for part in style.split(";") if "color" in part or "border" in part]
    assert colours
    assert all("var(--jp-" in part for part in colours)
    assert "<script" not in html
    assert "class=" not in html


def test_nothing_from_outside_is_markup() -> None:
    """Every string is escaped and cleaned."""
    line = replace(
        INSTANCE, description=MARKUP, instance_type=MARKUP, price_origin=MARKUP, pricing_unit=MARKUP, price_source=MARKUP
    )
    found = estimate(
        kind=MARKUP,
        region_id=MARKUP,
        billing_currency="<b>",
        lines=[line],
        unpriced=[replace(UNPRICED, message=MARKUP, description=MARKUP, hint=MARKUP)],
        alternatives=[replace(OTHER_TYPE, title=MARKUP, basis=MARKUP)],
        assumptions=[MARKUP],
        data_quality=[replace(NOTE, message=MARKUP)],
    )
    read = page(found)
    assert not {"img", "b", "script"} & {tag for tag, attributes in zip(read.tags, read.attributes, strict=True) if attributes}
    assert "img" not in read.tags
    text = " ".join(read.words)
    assert "<img" in text
    assert "\x1b" not in text
    assert "\u202e" not in text
