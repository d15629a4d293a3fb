"""The panel without a mouse, and for a screen reader."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from conftest import OpenPage
from lab_page import PANEL, STATUS, LabPage
from playwright.sync_api import expect
from surroundings import LabServer

THEMES = "lab/api/settings/@jupyterlab/apputils-extension:themes"
NAME = "stopped-by-keyboard"


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
def test_no_serious_fault_for_a_screen_reader(demo: LabServer, open_page: OpenPage, theme: str) -> None:
    """Lets axe judge the panel, details and notes open, in both themes."""
    demo.ask("PUT", THEMES, {"raw": f'{{"theme": "{theme}"}}'})
    with open_page(demo) as page:
        page.open_panel()
        expect(page.page.locator("body")).to_have_attribute("data-jp-theme-name", theme)
        closed = page.panel.locator('button[aria-expanded="false"]')
        while closed.count():
            closed.first.click()
        found = Axe().run(page.page, context=PANEL).response["violations"]
        demo.ask("PUT", THEMES, {"raw": "{}"})
    assert [each for each in found if each["impact"] in {"serious", "critical"}] == []


def test_a_job_is_stopped_by_keyboard_alone(demo: LabServer, open_page: OpenPage) -> None:
    """Goes by Tab to the status bar, by Enter to the panel, by Tab to Stop, and answers the question."""
    demo.account.launch(NAME)
    with open_page(demo) as page:
        tab_to(page, STATUS)
        page.page.keyboard.press("Enter")
        expect(page.job(NAME)).to_be_visible(timeout=30_000)
        tab_to(page, f'[data-mlcost-stop="{NAME}"]')
        page.page.keyboard.press("Enter")
        dialog = page.page.get_by_role("dialog")
        expect(dialog).to_contain_text(NAME)
        expect(dialog.get_by_role("button", name="Let it run")).to_be_focused()  # the safe answer, by default
        tab_to(page, ".jp-Dialog button.jp-mod-accept.jp-mod-warn")
        page.page.keyboard.press("Enter")
        expect(page.job(NAME)).to_have_attribute("data-status", "Stopped", timeout=30_000)


def tab_to(page: LabPage, selector: str) -> None:
    """Press Tab until something has the focus."""
    for _ in range(150):
        if page.page.evaluate("s => document.activeElement?.matches(s) ?? false", selector):
            return
        page.page.keyboard.press("Tab")
    raise AssertionError(f"Tab never leads to {selector}")
