"""A real browser, driven from outside what is measured."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

from playwright.sync_api import Browser, Page, Playwright, sync_playwright

from .station import NOTEBOOK, Station

ARGUMENTS = (
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PATIENCE_MS = 60_000.0

# Noted by the page itself, in milliseconds since the navigation began: no way through the driver is counted.
_NOTE_READY = """
window.mlcostBenchReady = null;
const look = () => {
  const launcher = document.querySelector('.jp-Launcher');
  if (launcher && launcher.offsetParent !== null && !document.getElementById('jupyterlab-splash')) {
    window.mlcostBenchReady = performance.now();
  } else {
    requestAnimationFrame(look);
  }
};
requestAnimationFrame(look);
"""
_HIDE = """
Object.defineProperty(document, 'hidden', { configurable: true, get: () => true });
Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => 'hidden' });
document.dispatchEvent(new Event('visibilitychange'));
"""
_SHOW = _HIDE.replace("=> true", "=> false").replace("=> 'hidden'", "=> 'visible'")
# By kind, name and status: when a row was first drawn so, in seconds since 1970.
_NOTE_ROWS = """
window.mlcostBenchRows = {};
const note = () => {
  for (const [kind, key] of [['job', 'mlcostJob'], ['endpoint', 'mlcostEndpoint']]) {
    for (const row of document.querySelectorAll(`[data-mlcost-${kind}]`)) {
      window.mlcostBenchRows[`${kind}/${row.dataset[key]}/${row.dataset.status}`] ??= Date.now() / 1000;
    }
  }
};
note();
new MutationObserver(note).observe(document.body, { subtree: true, childList: true, attributes: true });
"""
_KERNEL_IS_IDLE = """
() => window.jupyterapp?.shell?.currentWidget?.context?.sessionContext?.session?.kernel?.status === 'idle'
"""


@contextmanager
def playwright() -> Iterator[Playwright]:
    """Give the driver; one at a time."""
    with sync_playwright() as driver:
        yield driver


@contextmanager
def browsing(driver: Playwright) -> Iterator[Browser]:
    """Keep a browser running."""
    root = ("--no-sandbox",) if os.geteuid() == 0 else ()
    browser = driver.chromium.launch(executable_path=executable(), args=[*ARGUMENTS, *root])
    try:
        yield browser
    finally:
        browser.close()


@contextmanager
def fresh_page(browser: Browser) -> Iterator[Page]:
    """Give a page that has seen nothing yet."""
    context = browser.new_context(viewport={"width": 1400, "height": 900})
    try:
        yield context.new_page()
    finally:
        context.close()


def lab_ready_ms(page: Page, station: Station) -> float:
    """Open JupyterLab, and give the milliseconds from the start of the navigation to the launcher, splash gone."""
    page.add_init_script(_NOTE_READY)
    page.goto(station.url("lab") + "&reset", wait_until="commit", timeout=PATIENCE_MS)
    page.wait_for_function("() => window.mlcostBenchReady !== null", timeout=PATIENCE_MS)
    return float(page.evaluate("() => window.mlcostBenchReady"))


def open_notebook(page: Page, station: Station) -> None:
    """Open JupyterLab with one notebook, and wait for its kernel to be idle."""
    page.goto(station.url(f"lab/tree/{NOTEBOOK}") + "&reset", timeout=PATIENCE_MS)
    page.wait_for_selector("#jupyterlab-splash", state="detached", timeout=PATIENCE_MS)
    page.wait_for_function(_KERNEL_IS_IDLE, timeout=PATIENCE_MS)


def hide(page: Page) -> None:
    """Tell the page that nobody sees it."""
    page.evaluate(_HIDE)


def hidden_from_the_start(page: Page) -> None:
    """Let the page believe, before it has loaded anything, that nobody sees it."""
    page.add_init_script(_HIDE)


def show(page: Page) -> None:
    """Tell the page that somebody sees it."""
    page.evaluate(_SHOW)


def open_panel(page: Page) -> None:
    """Open our panel, and note from now on when each row is drawn."""
    page.evaluate("() => window.jupyterapp.commands.execute('mlcost-ext:open-panel')")
    page.wait_for_selector("[data-mlcost-panel]", timeout=PATIENCE_MS)
    page.evaluate(f"() => {{ {_NOTE_ROWS} }}")


def rows_drawn(page: Page) -> dict[str, float]:
    """Give when each row was first drawn, by ``job`` or ``endpoint``, name and status."""
    return dict(page.evaluate("() => window.mlcostBenchRows"))


def browser_cpu_seconds(browser: Browser) -> float:
    """Give what all processes of a browser have used so far."""
    session = browser.new_browser_cdp_session()
    try:
        told = session.send("SystemInfo.getProcessInfo")
    finally:
        session.detach()
    return sum(float(process["cpuTime"]) for process in told["processInfo"])


def executable() -> str | None:
    """Ask the project's own tool; None: Playwright's own browser."""
    return _tool().find() or None


def _tool() -> ModuleType:
    path = Path(__file__).parents[1] / "tools" / "browser.py"
    spec = importlib.util.spec_from_file_location("mlcost_tools_browser", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
