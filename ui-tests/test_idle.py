"""Whether this machine is idle, and why: a notebook that has ended, a silent cell, and the evidence by mouse and by keyboard."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from conftest import OpenLab, OpenPage
from lab_page import LabPage
from playwright.sync_api import Locator, ViewportSize, expect
from surroundings import Account, LabServer, studio

THEMES = "lab/api/settings/@jupyterlab/apputils-extension:themes"
SECTION = '[data-mlcost-section="session"]'
LINE = "[data-mlcost-idle]"
EVIDENCE = "[data-mlcost-evidence]"
COMMAND = "Show What Keeps This Machine Awake"
TIMEOUT_MINUTES = 0.4
"""Of idleness; a keystroke then holds a machine up for two seconds."""
OVERDUE_SECONDS = 60 * TIMEOUT_MINUTES
SEEN_MS = 40_000
"""Until a state is drawn: what began it has to pass, be looked at, and be read."""
NARROW = 240
TALL: ViewportSize = {"width": 1280, "height": 2400}
"""So that a picture has all of a section."""
IDLE_WORDS = re.compile(r"^Idle for \d+ s, (< )?\$0\.\d+ so far\. Would be stopped at \d\d:\d\d if nothing happens\.$")
OVERDUE_ALOUD = re.compile(r"This machine has been idle since \d\d:\d\d, and would have been stopped at")

_NARROW = """width => {
  const panel = document.querySelector('#mlcost-ext-panel');
  panel.style.width = panel.style.maxWidth = `${width}px`;
}"""
_OVERHANG = "selector => { const node = document.querySelector(selector); return node.scrollWidth - node.clientWidth; }"


@pytest.fixture
def impatient(open_lab: OpenLab, account: Account, tmp_path: Path) -> Callable[[], LabPage]:
    """Open JupyterLab under a policy that waits for seconds where others wait for an hour."""

    def opened(mode: str = "shadow") -> LabPage:
        policy = tmp_path / "idle-policy.yaml"
        minutes = f"timeout_minutes: {TIMEOUT_MINUTES}, warn_minutes: 0.1"
        policy.write_text(f"version: 1\nidle: {{mode: {mode}, {minutes}}}\n", encoding="utf-8")
        own = f"--MlcostExt.idle_timestamp_file={tmp_path / 'last-active'}"  # other servers of this machine write the shared one
        return open_lab({**studio(account, tmp_path), "MLCOST_POLICY": str(policy)}, own)

    return opened


def section(page: LabPage) -> Locator:
    return page.panel.locator(SECTION)


def line(page: LabPage, standing: str) -> Locator:
    """Give the line on idleness where it says so much."""
    return section(page).locator(f'[data-mlcost-idle="{standing}"]')


def why(page: LabPage) -> Locator:
    return section(page).get_by_role("button", name="Why?")


def signal(page: LabPage, name: str, state: str) -> Locator:
    return section(page).locator(f'[data-mlcost-signals="{state}"] [data-mlcost-signal="{name}"]')


def tab_to(page: LabPage, node: Locator) -> None:
    """Press Tab until something has the focus."""
    for _ in range(200):
        if node.evaluate("node => node === document.activeElement"):
            return
        page.page.keyboard.press("Tab")
    raise AssertionError("Tab never leads there")


def explain(page: LabPage) -> None:
    """Choose the command in the palette."""
    page.page.keyboard.press("Control+Shift+C")
    page.page.locator(".lm-CommandPalette-input:visible").fill(COMMAND)
    page.page.locator(".lm-CommandPalette-item:visible").filter(has_text=COMMAND).click()


def picture(page: LabPage, path: Path) -> None:
    section(page).scroll_into_view_if_needed()
    section(page).screenshot(path=path)
    assert path.stat().st_size > 1000


def verdict(server: LabServer) -> dict[str, object]:
    return dict(server.overview()["idle"])


@pytest.mark.timeout(240)
def test_a_notebook_that_has_ended_leaves_the_machine_idle(impatient: Callable[[], LabPage]) -> None:
    """Says for how long and at what cost; looking at it and at its evidence is no use, so that it becomes overdue."""
    page = impatient()
    page.new_notebook()
    assert page.run("print(6 * 7)").strip() == "42"
    expect(line(page, "idle")).to_be_visible(timeout=SEEN_MS)
    words = line(page, "idle").locator(".mlcost-Idle-words")
    expect(words).to_have_text(IDLE_WORDS)
    why(page).click()
    expect(signal(page, "user_message", "quiet")).to_contain_text(page.notebook)
    expect(signal(page, "kernel_busy", "quiet")).to_be_visible()
    expect(section(page).locator('[data-mlcost-signals="active"]')).to_have_count(0)
    expect(section(page).locator("[data-mlcost-policy]")).to_contain_text("idle-policy.yaml; shadow: nothing is stopped.")
    expect(line(page, "overdue")).to_be_visible(timeout=SEEN_MS)
    expect(line(page, "overdue")).to_contain_text("Would have been stopped at")
    expect(page.status).to_have_text(re.compile(r" · idle \d+ s"))
    expect(page.status).to_have_attribute("aria-label", OVERDUE_ALOUD)
    assert verdict(page.server)["is_overdue"] is True
    assert page.run("6 * 7").strip() == "42", "nothing was stopped"
    expect(line(page, "active")).to_contain_text(f"Active: {page.notebook} was ", timeout=SEEN_MS)


@pytest.mark.timeout(240)
def test_an_idle_machine_is_pictured_in_light_and_dark(impatient: Callable[[], LabPage], tmp_path: Path) -> None:
    """Before anybody has opened a notebook, and once it is overdue; the pictures stay in the test's folder."""
    page = impatient()
    for theme in ("Light", "Dark"):
        page.server.ask("PUT", THEMES, {"raw": json.dumps({"theme": f"JupyterLab {theme}"})})
        page.open().open_panel()
        expect(page.page.locator("body")).to_have_attribute("data-jp-theme-name", f"JupyterLab {theme}")
        expect(line(page, "overdue")).to_be_visible(timeout=SEEN_MS)
        picture(page, tmp_path / f"overdue-{theme.lower()}.png")
        why(page).click()
        expect(signal(page, "server_started", "quiet").first).to_be_visible()
        page.page.set_viewport_size(TALL)
        picture(page, tmp_path / f"evidence-{theme.lower()}.png")


def test_a_long_silent_cell_is_no_idleness(impatient: Callable[[], LabPage]) -> None:
    """Longer than the timeout, and without a word: the line names the notebook, the evidence what alone keeps it on."""
    page = impatient()
    page.start("import time\ntime.sleep(600)")
    expect(line(page, "active")).to_contain_text(f"Active: {page.notebook} is running code", timeout=SEEN_MS)
    page.watch(OVERDUE_SECONDS + 5)
    expect(line(page, "active")).to_contain_text("is running code")
    assert (verdict(page.server)["state"], verdict(page.server)["stops_at"]) == ("active", None)
    why(page).click()
    busy = signal(page, "kernel_busy", "active")
    expect(busy).to_contain_text(page.notebook)
    expect(busy).to_contain_text("the only thing that keeps this machine on")
    expect(busy.locator("td")).to_have_text(re.compile(r"^for \d+ "))
    expect(page.status).not_to_contain_text("idle")
    why(page).click()
    expect(section(page).locator(EVIDENCE)).to_have_count(0)


def test_the_evidence_is_read_by_keyboard_and_by_command(demo: LabServer, open_page: OpenPage) -> None:
    """Asks nothing while it is folded; a command unfolds it wherever one is, and gives it the focus."""
    with open_page(demo) as page:
        page.open_panel()
        expect(section(page).locator(LINE)).to_be_visible(timeout=SEEN_MS)
        assert "mlcost-ext/idle" not in page.requests
        keyboard = page.page.keyboard
        tab_to(page, why(page))
        with page.page.expect_response(re.compile(r"mlcost-ext/idle\?no_track_activity=1")):
            keyboard.press("Enter")
        expect(why(page)).to_have_attribute("aria-expanded", "true")
        expect(section(page).locator("[data-mlcost-signal]").first).to_be_visible()
        settings = section(page).get_by_role("button", name="Settings, and what you may change")
        tab_to(page, settings)
        keyboard.press("Enter")
        expect(section(page).locator('[data-mlcost-setting="idle.timeout_minutes"]')).to_contain_text("60")
        page.status.focus()
        explain(page)
        expect(why(page)).to_be_focused()
        expect(why(page)).to_have_attribute("aria-expanded", "true")


def test_idle_shutdown_that_is_off_is_told_only_when_asked(impatient: Callable[..., LabPage]) -> None:
    """Has no line; the command says that it is off, and folding it takes the button away without losing the focus."""
    page = impatient("off")
    expect(section(page).locator(".mlcost-Amounts")).to_be_visible()
    expect(section(page).locator(LINE)).to_have_count(0)
    explain(page)
    expect(section(page).locator("[data-mlcost-policy]")).to_contain_text("Idle shutdown is off.")
    assert verdict(page.server)["state"] == "off"
    why(page).focus()
    page.page.keyboard.press("Enter")
    expect(section(page).locator(LINE)).to_have_count(0)
    assert page.page.evaluate("s => document.activeElement?.closest(s) !== null", SECTION)


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark", "JupyterLab Dark High Contrast"])
def test_it_can_be_read_in_every_theme_and_width(demo: LabServer, open_page: OpenPage, theme: str, tmp_path: Path) -> None:
    """Lets axe judge it with all its evidence, and sees that the narrowest panel does not scroll sideways."""
    demo.ask("PUT", THEMES, {"raw": json.dumps({"theme": theme})})
    try:
        with open_page(demo) as page:
            page.open_panel()
            expect(page.page.locator("body")).to_have_attribute("data-jp-theme-name", theme)
            why(page).click(timeout=SEEN_MS)
            section(page).get_by_role("button", name="Settings, and what you may change").click()
            page.page.set_viewport_size(TALL)
            picture(page, tmp_path / "evidence.png")
            page.page.evaluate(_NARROW, NARROW)
            for selector in ("#mlcost-ext-panel", SECTION):
                assert page.page.evaluate(_OVERHANG, selector) <= 0
            picture(page, tmp_path / "evidence-narrow.png")
            found = Axe().run(page.page, context=SECTION).response["violations"]
    finally:
        demo.ask("PUT", THEMES, {"raw": "{}"})
    assert found == []
