"""An open panel must never keep a machine awake: idle shutdown reads these times."""

from __future__ import annotations

from contextlib import ExitStack

import pytest
from conftest import OpenPage
from lab_page import LabPage
from playwright.sync_api import Route
from surroundings import QUIET, LabServer

WINDOW_SECONDS = 25.0
HIDDEN_SECONDS = 15.0  # longer than an interval
MAX_REQUESTS_A_MINUTE = 24  # what jupyter-resource-usage adds


@pytest.fixture(scope="module")
def quiet_page(demo: LabServer, open_page: OpenPage):
    """A page with a notebook and the panel open, in which JupyterLab's own requests go nowhere."""
    with ExitStack() as stack:
        page = stack.enter_context(open_page(demo))
        page.open_panel()
        page.new_notebook()
        page.run("1 + 1")
        demo.ask("POST", "api/terminals")
        page.page.route("**/*", only_ours)
        yield page


def only_ours(route: Route) -> None:
    if "/mlcost-ext/" in route.request.url:
        route.continue_()
    else:
        route.abort()


def last_activities(server: LabServer) -> dict[str, str]:
    """Give every time by which somebody could tell that a user is at work."""
    times = {"server": server.get(f"api/status{QUIET}")["last_activity"]}
    times |= {f"kernel {kernel['id']}": kernel["last_activity"] for kernel in server.get(f"api/kernels{QUIET}")}
    return times | {f"terminal {term['name']}": term["last_activity"] for term in server.get(f"api/terminals{QUIET}")}


def test_an_open_panel_moves_no_last_activity(demo: LabServer, quiet_page: LabPage) -> None:
    """Watches a job go through its states with panel and status bar open: our requests happen, no time moves."""
    quiet_page.watch(3)  # what was under way when the routes were laid is through
    before = last_activities(demo)
    demo.account.launch("while-nobody-works", Environment={"PRACTICE_RUN_SECONDS": "10"})
    with quiet_page.our_requests() as ours:
        quiet_page.watch(WINDOW_SECONDS)
    assert {key.split()[0] for key in before} == {"server", "kernel", "terminal"}
    assert last_activities(demo) == before
    assert 2 <= len(ours) <= MAX_REQUESTS_A_MINUTE * WINDOW_SECONDS / 60


def test_a_hidden_page_asks_nothing_and_asks_again_when_shown(quiet_page: LabPage) -> None:
    """Hides the page for longer than the interval of its readings."""
    quiet_page.hide(True)
    quiet_page.watch(1)
    with quiet_page.our_requests() as ours:
        quiet_page.watch(HIDDEN_SECONDS)
    assert ours == []
    count = len(quiet_page.requests)
    quiet_page.hide(False)
    quiet_page.wait_until(lambda: any(path.startswith("mlcost-ext/") for path in quiet_page.requests[count:]), seconds=5)
