"""What was charged day by day: read only when it is opened, and the same as what the server says."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from conftest import OpenPage
from lab_page import LabPage, amount
from playwright.sync_api import Locator, expect
from surroundings import LabServer

THEMES = "lab/api/settings/@jupyterlab/apputils-extension:themes"
SECTION = '[data-mlcost-section="history"]'
NARROW = 260
READ_MS = 60_000
"""Until the ledger has its first charges: the account is read before."""

# The panel as narrow as somebody may draw it, whatever the sidebar's handle would allow.
_NARROW = """width => {
  const panel = document.querySelector('#mlcost-ext-panel');
  panel.style.width = panel.style.maxWidth = `${width}px`;
}"""
_OVERHANG = "selector => { const node = document.querySelector(selector); return node.scrollWidth - node.clientWidth; }"


class History:
    """The section, as a user works it."""

    def __init__(self, page: LabPage) -> None:
        self.page = page
        self.section = page.panel.locator(SECTION)

    @property
    def table(self) -> Locator:
        return self.section.locator("table")

    @property
    def total(self) -> Decimal:
        return Decimal(self._cost(self.table.locator("tfoot td").last))

    @property
    def rows(self) -> list[Decimal]:
        return [Decimal(self._cost(cell)) for cell in self.table.locator("tbody td:last-child").all()]

    @property
    def month(self) -> float:
        said = self.section.locator('[data-mlcost-charged="month"] dd').inner_text()
        return amount(said.removeprefix("at least "))

    def wait_for_charges(self) -> None:
        """Wait until the overview has totals, which it takes from the ledger."""
        expect(self.section.locator('[data-mlcost-charged="month"] dd')).to_contain_text("$", timeout=READ_MS)

    def open(self) -> None:
        self.section.get_by_role("button", name="Day by day").click()
        expect(self.table).to_be_visible()

    def choose(self, of: str, value: str) -> dict[str, Any]:
        """Choose something else, and give what the page read for it."""
        with self.page.page.expect_response(_is_last_of(of, value)) as answer:
            self.section.locator(f'[data-mlcost-choice="{of}"]').select_option(value)
        expect(self.section.locator('[aria-busy="true"]')).to_have_count(0)
        return answer.value.json()

    def _cost(self, cell: Locator) -> str:
        return cell.get_attribute("data-mlcost-cost") or "0"


def _is_last_of(of: str, value: str) -> re.Pattern[str]:
    return re.compile(rf"mlcost-ext/charges\?.*group_by={value}&" if of == "by" else r"mlcost-ext/charges\?")


def charges(server: LabServer, **asked: str) -> dict[str, Any]:
    query = "&".join(f"{name}={value}" for name, value in {**asked, "no_track_activity": "1"}.items())
    return server.get(f"mlcost-ext/charges?{query}")


def total(document: dict[str, Any]) -> Decimal:
    (only,) = document["totals"]
    return Decimal(only["contracted_cost"])


@contextmanager
def opened(demo: LabServer, open_page: OpenPage) -> Iterator[History]:
    with open_page(demo) as page:
        page.open_panel()
        history = History(page)
        history.wait_for_charges()
        yield history


def test_it_is_read_only_once_it_is_opened_and_equals_the_ledger(demo: LabServer, open_page: OpenPage) -> None:
    """Asks nothing while folded; then its total lies between the server's word before it and after it."""
    with opened(demo, open_page) as history:
        assert not [path for path in history.page.requests if "charges" in path]
        before = total(charges(demo, group_by="day"))
        with history.page.our_requests() as asked:
            history.open()
        assert asked.count("mlcost-ext/charges") == 1
        drawn = history.total
        assert before <= drawn <= total(charges(demo, group_by="day"))
        assert sum(history.rows) == drawn
        today = history.section.locator("[data-mlcost-day]").last
        assert Decimal(today.get_attribute("data-mlcost-cost") or "0") == history.rows[0]
        # The overview is read more often; what it tells of this month only grows.
        history.page.wait_until(lambda: history.month >= float(drawn) - 0.01, seconds=60)


@pytest.mark.parametrize("by", ["service", "component", "notebook"])
def test_each_grouping_adds_up_to_what_the_page_was_told(demo: LabServer, open_page: OpenPage, by: str) -> None:
    """Shows the total that `GET charges` gave, and rows that add up to it; the words are never those of a bill."""
    with opened(demo, open_page) as history:
        history.open()
        document = history.choose("by", by)
        expect(history.table).to_have_attribute("data-mlcost-by", by)
        assert history.total == total(document) == sum(history.rows)
        assert len(history.rows) == len(document["groups"])
        assert "bill" not in history.section.inner_text().lower()


def test_a_day_is_told_by_keyboard(demo: LabServer, open_page: OpenPage) -> None:
    """Goes from today to yesterday by an arrow key, and says each day's amount."""
    with opened(demo, open_page) as history:
        history.open()
        history.choose("period", "last-7-days")
        days = history.section.locator("[data-mlcost-day]")
        expect(days).to_have_count(7)
        days.last.focus()
        history.page.page.keyboard.press("ArrowLeft")
        expect(days.nth(5)).to_be_focused()
        said = days.nth(5).get_attribute("aria-label") or ""
        assert said.endswith("no charges") or "$" in said
        expect(history.section.locator(".mlcost-Chart-said")).to_have_text(said)


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark", "JupyterLab Dark High Contrast"])
def test_it_can_be_read_in_every_theme_and_width(demo: LabServer, open_page: OpenPage, theme: str, tmp_path: Path) -> None:
    """Lets axe judge it, and sees that the narrowest panel does not scroll sideways; pictures stay in the test's folder."""
    demo.ask("PUT", THEMES, {"raw": json.dumps({"theme": theme})})
    try:
        with opened(demo, open_page) as history:
            expect(history.page.page.locator("body")).to_have_attribute("data-jp-theme-name", theme)
            history.open()
            _picture(history, tmp_path / "day.png")
            history.choose("by", "component")
            expect(history.table).to_have_attribute("data-mlcost-by", "component")
            history.page.page.evaluate(_NARROW, NARROW)
            assert history.page.page.evaluate(_OVERHANG, "#mlcost-ext-panel") <= 0
            assert history.page.page.evaluate(_OVERHANG, SECTION) <= 0
            _picture(history, tmp_path / "component-narrow.png")
            history.section.locator('[data-mlcost-choice="by"]').select_option("tag")
            expect(history.section.locator('[data-mlcost-choice="tag-key"]')).to_be_visible()
            expect(history.table).to_have_attribute("data-mlcost-by", "tag")
            _picture(history, tmp_path / "tag-narrow.png")
            found = Axe().run(history.page.page, context=SECTION).response["violations"]
    finally:
        demo.ask("PUT", THEMES, {"raw": "{}"})
    assert found == []


def _picture(history: History, path: Path) -> None:
    """Picture the section alone."""
    history.section.scroll_into_view_if_needed()
    history.section.screenshot(path=path)
    assert path.stat().st_size > 1000
