"""What is worth a change: found by a first-time user, ended or accepted by mouse and by keyboard, and read in every theme."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from conftest import OpenLab, OpenPage
from lab_page import LabPage
from playwright.sync_api import Locator, expect
from surroundings import Account, LabServer

from mlcost_ext.sandbox.seed_scene import LAST_CALLED_12_DAYS_AGO, NEVER_CALLED

SECTION = '[data-mlcost-section="findings"]'
THEMES = "lab/api/settings/@jupyterlab/apputils-extension:themes"
READ_MS, GONE_MS = 30_000, 60_000
NARROW = 240
"""JupyterLab itself makes its sidebar 250 wide."""
G4DN_XLARGE = 0.7364
"""Of an hour of hosting in us-east-1, by AWS's price page."""

_NARROW = """width => {
  const panel = document.querySelector('#mlcost-ext-panel');
  panel.style.width = panel.style.maxWidth = `${width}px`;
}"""
_OVERHANG = "selector => { const node = document.querySelector(selector); return node.scrollWidth - node.clientWidth; }"


def endpoint_names(account: Account) -> list[str]:
    return [each["EndpointName"] for each in account.sagemaker().list_endpoints()["Endpoints"]]


def section(page: LabPage) -> Locator:
    return page.panel.locator(SECTION)


def card(page: LabPage, name: str) -> Locator:
    return section(page).locator(f'[data-mlcost-finding="{name}"]')


def tab_to(page: LabPage, node: Locator) -> None:
    """Press Tab until something has the focus."""
    for _ in range(200):
        if node.evaluate("node => node === document.activeElement"):
            return
        page.page.keyboard.press("Tab")
    raise AssertionError("Tab never leads there")


@pytest.fixture
def page(open_lab: OpenLab) -> Iterator[LabPage]:
    found = open_lab()
    expect(card(found, NEVER_CALLED)).to_be_visible(timeout=READ_MS)
    yield found
    found.shows_no_zero()


def test_a_finding_is_accepted_by_keyboard_and_stays_so(page: LabPage) -> None:
    """Says why, presses Enter; the card goes, the focus stays in the section, and a reload does not bring it back."""
    expect(section(page).locator("[data-mlcost-count]")).to_have_text("2")
    found, keyboard = card(page, NEVER_CALLED), page.page.keyboard
    expect(found).to_contain_text("has answered nothing in the last 30 days")
    expect(found).to_contain_text(f"It costs ${24 * G4DN_XLARGE:.2f} a day")
    expect(page.state("forgotten")).to_contain_text("2 forgotten endpoints cost money")
    opener = found.locator("[data-mlcost-finding-accept]")
    tab_to(page, opener)
    keyboard.press("Enter")
    expect(found.locator('[data-mlcost-finding-field="reason"]')).to_be_focused()
    keyboard.press("Escape")
    expect(opener).to_be_focused()
    keyboard.press("Enter")
    keyboard.type("stands by for the audit")
    keyboard.press("Enter")
    expect(found).to_have_count(0)
    assert page.page.evaluate("s => document.activeElement?.closest(s) !== null", SECTION)
    expect(section(page).get_by_role("status")).to_contain_text(NEVER_CALLED)
    expect(page.state("forgotten")).to_contain_text("1 forgotten endpoint costs money")
    page.page.reload()
    page.open_panel()
    expect(card(page, LAST_CALLED_12_DAYS_AGO)).to_be_visible(timeout=READ_MS)
    expect(card(page, NEVER_CALLED)).to_have_count(0)


def test_an_unused_endpoint_is_deleted_from_its_finding(page: LabPage, account: Account) -> None:
    """Reads the same question as in its row; what that avoids is told in one line, and it is no part of any total."""
    found = card(page, LAST_CALLED_12_DAYS_AGO)
    expect(found).to_contain_text("has answered nothing for 12 days")
    found.locator("[data-mlcost-finding-delete]").click()
    dialog = page.page.get_by_role("dialog")
    expect(dialog).to_contain_text(LAST_CALLED_12_DAYS_AGO)
    dialog.get_by_role("button", name="Delete the endpoint").click()
    expect(found).to_have_count(0, timeout=GONE_MS)
    page.wait_until(lambda: LAST_CALLED_12_DAYS_AGO not in endpoint_names(account), seconds=60)
    avoided = section(page).locator("[data-mlcost-avoided]")
    expect(avoided).to_contain_text("Avoided this month: about $")
    expect(avoided).to_contain_text("1 unused endpoint deleted")


def test_a_refusal_is_said_in_the_card(page: LabPage) -> None:
    """The server cannot be reached: the card stays, with what to do."""
    found = section(page).locator("[data-mlcost-finding]").first
    found.locator("[data-mlcost-finding-accept]").click()
    found.locator('[data-mlcost-finding-field="reason"]').fill("x")
    page.page.route("**/mlcost-ext/findings/**", lambda route: route.abort())
    found.locator("[data-mlcost-finding-send]").click()
    expect(found.get_by_role("alert")).to_contain_text("Try again in a moment")
    page.errors.clear()
    expect(found).to_be_visible()


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark", "JupyterLab Dark High Contrast"])
def test_it_can_be_read_in_every_theme_and_width(demo: LabServer, open_page: OpenPage, theme: str, tmp_path: Path) -> None:
    """Lets axe judge it with its form open, and sees that a narrow panel does not scroll sideways."""
    demo.ask("PUT", THEMES, {"raw": json.dumps({"theme": theme})})
    try:
        with open_page(demo) as page:
            page.open_panel()
            expect(page.page.locator("body")).to_have_attribute("data-jp-theme-name", theme)
            expect(section(page).locator("[data-mlcost-finding]").first).to_be_visible(timeout=READ_MS)
            section(page).locator("[data-mlcost-finding-accept]").first.click()
            page.page.evaluate(_NARROW, NARROW)
            for selector in ("#mlcost-ext-panel", SECTION):
                assert page.page.evaluate(_OVERHANG, selector) <= 0
            section(page).scroll_into_view_if_needed()
            section(page).screenshot(path=tmp_path / "findings.png")
            found = Axe().run(page.page, context=SECTION).response["violations"]
    finally:
        demo.ask("PUT", THEMES, {"raw": "{}"})
    assert found == []
