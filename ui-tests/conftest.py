"""Servers, accounts and pages, started once where tests can share them."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
# `python -m pytest` puts the current folder first: these tests are about what is installed.
sys.path[:] = [entry for entry in sys.path if Path(entry or ".").resolve() != ROOT]

import browser as browsers  # noqa: E402
import surroundings  # noqa: E402
from lab_page import LabPage  # noqa: E402
from playwright.sync_api import Browser, expect, sync_playwright  # noqa: E402
from surroundings import Account, LabServer  # noqa: E402

ARGUMENTS = [
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
LONGEST = ("test_standing.py", "test_idle.py", "test_warned_launch.py", "test_hosts.py", "test_bad_day.py", "test_place.py")
"""Begun first: else the last of them would run alone."""
VIEWPORT = {"width": 1280, "height": 800}

expect.set_options(timeout=15_000)

OpenPage = Callable[[LabServer], AbstractContextManager[LabPage]]
OpenLab = Callable[..., LabPage]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest files first."""
    places = {name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get(item.path.name, len(places)))


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    arguments = [*ARGUMENTS, "--no-sandbox"] if os.geteuid() == 0 else ARGUMENTS
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=browsers.find() or None, args=arguments)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def open_page(browser: Browser) -> OpenPage:
    """Open JupyterLab in a fresh browser profile; in the end nothing of ours may have gone wrong in the page."""

    @contextmanager
    def opened(server: LabServer) -> Iterator[LabPage]:
        context = browser.new_context(viewport=VIEWPORT, locale="en-US", timezone_id="UTC")
        context.set_default_timeout(30_000)
        lab = LabPage(page=context.new_page(), server=server)
        try:
            yield lab.open()
        finally:
            context.close()
        assert lab.errors == []

    return opened


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabServer]:
    """What ``mlcost demo`` starts, for all tests that leave it as they found it."""
    with surroundings.demo(tmp_path_factory.mktemp("demo")) as server:
        yield server


@pytest.fixture(scope="module")
def demo_page(demo: LabServer, open_page: OpenPage) -> Iterator[LabPage]:
    with open_page(demo) as page:
        yield page


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    """A practice account for one file of tests."""
    with surroundings.practice_account(tmp_path_factory.mktemp("account")) as started:
        yield started


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    """Whatever a test starts by itself ends with it."""
    with ExitStack() as entered:
        yield entered


@pytest.fixture
def open_lab(account: Account, open_page: OpenPage, stack: ExitStack, tmp_path: Path) -> OpenLab:
    """Start JupyterLab anew in an environment, on whatever day was ordered, and open the panel."""

    def opened(env: Mapping[str, str] | None = None, *options: str, **where: str) -> LabPage:
        given = env or surroundings.studio(account, tmp_path)
        server = stack.enter_context(surroundings.lab(account, tmp_path, given, *options, **where))
        page = stack.enter_context(open_page(server))
        page.open_panel()
        return page

    stack.callback(account.order, clear=True)
    return opened
