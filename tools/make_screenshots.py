"""Take the pictures in docs/images anew: the demo, a cell's %cost, the panel, why it is on, and a launch that was stopped."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
IMAGES = ROOT / "docs" / "images"
sys.path[:0] = [str(ROOT / "ui-tests"), str(ROOT / "tools")]

import browser as browsers  # noqa: E402
import surroundings  # noqa: E402
from lab_page import LabPage  # noqa: E402
from playwright.sync_api import Browser, expect, sync_playwright  # noqa: E402
from surroundings import LabServer  # noqa: E402

VIEWPORT = {"width": 1280, "height": 800}
MAX_BYTES = 250_000
THEMES = "lab/api/settings/@jupyterlab/apputils-extension:themes"
# The environment of the browser tests has it, to compare with; a newcomer would wonder what it is.
RESOURCE_USAGE = "@jupyter-server/resource-usage"
NOTEBOOK = "first-training-job.ipynb"
CELLS_UP_TO_LAUNCH = 4
STOPPED, CELLS_UP_TO_CARD = "stopped-before-it-costs.ipynb", 5
PANEL_WIDTH = 340


def main() -> int:
    """Take all pictures, each theme in a demo of its own."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    with chromium() as browser:
        for theme in ("Light", "Dark"):
            with tempfile.TemporaryDirectory() as folder, surroundings.demo(Path(folder)) as server:
                hide_resource_usage(Path(folder))
                take(browser, server, theme)
    return report()


def hide_resource_usage(folder: Path) -> None:
    """Switch the other extension off, where JupyterLab looks at each page load."""
    (file,) = folder.glob("mlcost-demo-*/config/labconfig/page_config.json")
    config = json.loads(file.read_text(encoding="utf-8"))
    config.setdefault("disabledExtensions", {})[RESOURCE_USAGE] = True
    file.write_text(json.dumps(config), encoding="utf-8")


@contextmanager
def chromium() -> Iterator[Browser]:
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=browsers.find() or None, args=arguments)
        yield started
        started.close()


def take(browser: Browser, server: LabServer, theme: str) -> None:
    """Take both pictures in one theme."""
    server.ask("PUT", THEMES, {"raw": json.dumps({"theme": f"JupyterLab {theme}"})})
    context = browser.new_context(viewport=VIEWPORT, locale="en-US", timezone_id="UTC")
    lab = LabPage(page=context.new_page(), server=server).open()
    expect(lab.page.locator("body")).to_have_attribute("data-jp-theme-name", f"JupyterLab {theme}")
    prepare(lab)
    lab.page.screenshot(path=IMAGES / f"lab-{theme.lower()}.png")
    lab.page.locator("#mlcost-ext-panel").screenshot(path=IMAGES / f"panel-{theme.lower()}.png")
    take_idle(lab, theme)
    take_card(lab, theme)
    context.close()


def take_idle(lab: LabPage, theme: str) -> None:
    """Take what keeps this machine on, or does not."""
    lab.page.set_viewport_size({**VIEWPORT, "height": 1400})
    session = lab.panel.locator('[data-mlcost-section="session"]')
    session.get_by_role("button", name="Why?").click()
    lab.watch(1)
    policy = session.get_by_text("Stop after").first
    policy.evaluate("node => { node.style.display = 'none' }")  # it names a folder of the machine that takes the picture
    session.screenshot(path=IMAGES / f"idle-{theme.lower()}.png")
    lab.page.set_viewport_size(VIEWPORT)


def take_card(lab: LabPage, theme: str) -> None:
    """Take the card of a launch that is too dear, and stop that launch."""
    lab.page.locator('.jp-SideBar.jp-mod-left [data-id="filebrowser"]').click()
    lab.page.locator(".jp-DirListing-item", has_text=STOPPED).dblclick()
    lab.wait_for_kernel()
    lab.page.locator('.jp-SideBar.jp-mod-left [data-id="filebrowser"]').click()
    notebook = lab.page.locator(".jp-NotebookPanel:not(.lm-mod-hidden)")
    notebook.locator(".jp-Cell").first.click()
    for _ in range(CELLS_UP_TO_CARD):
        lab.page.keyboard.press("Shift+Enter")
    card = notebook.locator('.jp-OutputArea [role="group"]')
    expect(card).to_be_visible(timeout=60_000)
    card.evaluate("card => card.scrollIntoView({ block: 'center' })")
    lab.watch(1)
    card.screenshot(path=IMAGES / f"card-{theme.lower()}.png")
    notebook.locator("input.jp-Stdin-input").press("Enter")


def prepare(lab: LabPage) -> None:
    """Launch the notebook's first job, wait until it runs, and ask for %cost, with the panel beside."""
    lab.open_panel()
    widen(lab)
    lab.page.locator(".jp-DirListing-item", has_text=NOTEBOOK).dblclick()
    lab.wait_for_kernel()
    lab.page.locator('.jp-SideBar.jp-mod-left [data-id="filebrowser"]').click()
    lab.page.locator(".jp-Notebook .jp-Cell").first.click()
    for _ in range(CELLS_UP_TO_LAUNCH):
        lab.page.keyboard.press("Shift+Enter")
    launched = lab.panel.locator('[data-mlcost-job^="first-training-job"]')
    expect(launched.locator('[data-mlcost-tone="running"]')).to_contain_text("Running", timeout=40_000)
    lab.watch(5)  # a figure that has grown
    lab.page.keyboard.press("Control+Enter")
    lab.page.locator(".jp-Notebook .jp-mod-selected .jp-OutputArea-output").wait_for()
    lab.wait_for_kernel()
    cell = lab.page.locator(".jp-Notebook .jp-Cell.jp-mod-selected")
    cell.evaluate("cell => cell.scrollIntoView({ block: 'end' })")
    lab.watch(1)  # all of it is drawn


def widen(lab: LabPage) -> None:
    """Draw the panel's left edge out, as one does."""
    box = lab.page.locator("#jp-right-stack").bounding_box()
    assert box is not None
    mouse, y = lab.page.mouse, box["y"] + box["height"] / 2
    mouse.move(box["x"] - 2, y)
    mouse.down()
    mouse.move(box["x"] + box["width"] - PANEL_WIDTH, y, steps=5)
    mouse.up()


def report() -> int:
    """Say what was taken; a picture that is too large for a repository is a fault."""
    large = [path for path in IMAGES.glob("*.png") if path.stat().st_size > MAX_BYTES]
    for path in sorted(IMAGES.glob("*.png")):
        sys.stderr.write(f"{path.relative_to(ROOT)}: {path.stat().st_size // 1000} kB\n")
    return 1 if large else 0


if __name__ == "__main__":
    sys.exit(main())
