"""JupyterLab in a browser, as a user sees and works it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import ConsoleMessage, Error, Locator, Page, Request, expect
from surroundings import LabServer

PANEL = "[data-mlcost-panel]"
PANEL_TAB = '[data-id="mlcost-ext-panel"]'
STATUS = "[data-mlcost-status]"
ZERO = re.compile(r"\$0(\.0+)?(?![\d.])")

_OURS = "mlcost"
_OF_THE_BROWSER = "Failed to load resource"

# Both clocks are this machine's: the page notes by itself when a row is first there.
_NOTE_ROWS = """() => {
  window.mlcostSeen = {};
  const note = () => document.querySelectorAll('[data-mlcost-job]').forEach(row => {
    window.mlcostSeen[row.dataset.mlcostJob] ??= Date.now() / 1000;
  });
  note();
  new MutationObserver(note).observe(document.body, { subtree: true, childList: true, attributes: true });
}"""
_HIDE = """isHidden => {
  Object.defineProperty(document, 'hidden', { configurable: true, get: () => isHidden });
  Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => (isHidden ? 'hidden' : 'visible') });
  document.dispatchEvent(new Event('visibilitychange'));
}"""


@dataclass(kw_only=True)  # without slots: Playwright sets names of its own on who listens
class LabPage:
    """One browser page with JupyterLab in it."""

    page: Page
    server: LabServer
    errors: list[str] = field(default_factory=list)
    """What went wrong in the page and has to do with us; JupyterLab's own is left out."""
    warnings: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    """Paths of every request of the page, without base_url."""

    def __post_init__(self) -> None:
        self.page.on("console", self._note_console)
        self.page.on("pageerror", self._note_error)
        self.page.on("request", self._note_request)

    def open(self) -> LabPage:
        """Load JupyterLab and wait until it can be used."""
        self.page.goto(f"{self.server.page}{'&' if '?' in self.server.page else '?'}reset")
        self.page.locator("#jupyterlab-splash").wait_for(state="detached")
        self.page.locator(".jp-Launcher:visible").first.wait_for()
        return self

    # -- our own ----------------------------------------------------------------------------

    @property
    def panel(self) -> Locator:
        return self.page.locator(PANEL)

    @property
    def status(self) -> Locator:
        return self.page.locator(STATUS)

    def open_panel(self) -> Locator:
        """Click our item in the status bar, and wait until the panel has figures or says why not."""
        self.status.click()
        expect(self.panel).to_be_visible()
        expect(self.panel).not_to_have_attribute("data-mlcost-phase", "loading")
        return self.panel

    def job(self, name: str) -> Locator:
        return self.panel.locator(f'[data-mlcost-job="{name}"]')

    def cost(self, name: str) -> Locator:
        return self.job(name).locator("[data-mlcost-cost]")

    def note(self, code: str) -> Locator:
        return self.panel.locator(f'[data-mlcost-note="{code}"]')

    def state(self, name: str, section: str | None = None) -> Locator:
        place = self.panel if section is None else self.panel.locator(f'[data-mlcost-section="{section}"]')
        return place.locator(f'[data-mlcost-state="{name}"]')

    def stop(self, name: str) -> None:
        """Press a job's Stop button, and Stop in the question that follows."""
        self.panel.locator(f'[data-mlcost-stop="{name}"]').click()
        dialog = self.page.get_by_role("dialog")
        expect(dialog).to_contain_text(name)
        dialog.get_by_role("button", name="Stop the job").click()

    def shows_no_zero(self) -> None:
        """Make sure that nothing unknown is drawn as nothing."""
        for text in (self.panel.inner_text(), self.status.inner_text()):
            assert not ZERO.search(text), text

    def note_rows(self) -> None:
        """From here on remember when each job is first drawn."""
        self.page.evaluate(_NOTE_ROWS)

    def seen_at(self, name: str) -> float:
        """Give when a job was first drawn, in seconds since 1970."""
        self.job(name).wait_for()
        return float(self.page.evaluate("name => window.mlcostSeen[name]", name))

    def hide(self, is_hidden: bool) -> None:
        """Tell the page that its tab is in the background, or in front again."""
        self.page.evaluate(_HIDE, is_hidden)

    @contextmanager
    def our_requests(self) -> Iterator[list[str]]:
        """Collect the requests to our own paths."""
        before = len(self.requests)
        ours: list[str] = []
        yield ours
        ours.extend(path for path in self.requests[before:] if path.startswith("mlcost-ext/"))

    def watch(self, seconds: float) -> None:
        """Let time go by on purpose, with the page at work."""
        self.page.wait_for_timeout(seconds * 1000)

    def wait_until(self, is_so: Callable[[], bool], seconds: float = 30.0) -> None:
        """Look ten times a second, with the page at work, until something is so."""
        for _ in range(int(seconds * 10)):
            if is_so():
                return
            self.page.wait_for_timeout(100)
        raise AssertionError("it did not come to be so")

    # -- JupyterLab -------------------------------------------------------------------------

    def new_notebook(self) -> None:
        """Open a notebook from the launcher and wait for its kernel."""
        if not self.page.locator(".jp-Launcher:visible").count():
            self.page.locator('[data-command="launcher:create"]').first.click()
        self.page.locator('.jp-LauncherCard[data-category="Notebook"]:visible').first.click()
        self.page.locator(".jp-NotebookPanel:visible .jp-Cell .cm-content").first.wait_for()
        self.wait_for_kernel()

    @property
    def notebook(self) -> str:
        """Give the name of the notebook in front."""
        return self.page.locator("#jp-main-dock-panel .lm-TabBar-tab.jp-mod-current").inner_text().strip()

    def wait_for_kernel(self) -> None:
        """Wait until the status bar calls the kernel in front idle; the notebook's own circle says so too early."""
        self.page.locator("#jp-main-statusbar").get_by_text(re.compile(r"\| Idle$")).wait_for()

    def run(self, code: str) -> str:
        """Run code in the last cell of the notebook in front, and give what it puts out."""
        cells = self.page.locator(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-CodeCell")
        cell = cells.nth(cells.count() - 1)  # not `.last`: running it adds another
        cell.locator(".cm-content").click()
        expect(cell.locator(".cm-editor.cm-focused")).to_be_visible()
        self.page.keyboard.insert_text(code)
        expect(cell.locator(".cm-content")).to_contain_text(code.splitlines()[0])
        self.page.keyboard.press("Shift+Enter")
        done = cell.locator(".jp-InputPrompt").get_by_text(re.compile(r"^\[\d+\]:$"))
        done.wait_for()
        output = cell.locator(".jp-OutputArea-output")
        return output.last.inner_text() if output.count() else ""  # before it may be what the guard has to say

    def start(self, code: str) -> None:
        """Run code in the first cell of a new notebook, without waiting for its end."""
        self.new_notebook()
        cell = self.page.locator(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-CodeCell").first
        cell.locator(".cm-content").click()
        self.page.keyboard.insert_text(code)
        self.page.keyboard.press("Shift+Enter")
        expect(cell.locator(".jp-InputPrompt")).to_contain_text("*")

    def assert_usable(self) -> None:
        """Show that JupyterLab does its own work: a new notebook counts."""
        self.new_notebook()
        assert self.run("print(6 * 7)").strip() == "42"

    def _note_console(self, message: ConsoleMessage) -> None:
        where = f"{message.text} {message.location.get('url', '')}"
        is_ours = _OURS in where or "Unsatisfied version" in message.text
        if is_ours and not message.text.startswith(_OF_THE_BROWSER):
            {"error": self.errors, "warning": self.warnings}.get(message.type, []).append(where)

    def _note_error(self, error: Error) -> None:
        if _OURS in f"{error.message} {error.stack}":
            self.errors.append(str(error))

    def _note_request(self, request: Request) -> None:
        path = urlsplit(request.url).path
        self.requests.append(path.removeprefix(urlsplit(self.server.url).path))


def amount(text: str) -> float:
    """Read an amount as it is drawn; of one too small to be drawn, its bound."""
    return float(text.removeprefix("< ").replace("$", "").replace(",", ""))


def drawn(page: Page, selector: str) -> Mapping[str, Any]:
    """Read a text and the time of day it was read at, in one turn of the page."""
    return page.evaluate("s => ({ text: document.querySelector(s).textContent, at: Date.now() / 1000 })", selector)
