"""A shared space: several users in one JupyterLab, told apart by Studio's cookie; each has what was launched in their turn."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from conftest import OpenLab
from lab_page import LabPage
from playwright.sync_api import expect
from surroundings import QUIET, Account, launch_code, machine
from test_hosts import IN_SHARED_SPACE, IN_STUDIO, NO_TOKEN, SHARED, STUDIO

BASE_URL = "/jupyterlab/default/"
EXECUTIONS = "mlcost-ext/executions"
READ_SECONDS = 120.0
"""Until the practice account has started the jobs, and the ledger has their first charges."""
QUIET_SECONDS = 3.5
"""After this another execution is told at once."""


@pytest.fixture
def open_space(open_lab: OpenLab, account: Account, tmp_path: Path) -> Callable[[bool], LabPage]:
    def opened(is_shared: bool) -> LabPage:
        variables, metadata = (IN_SHARED_SPACE, SHARED) if is_shared else (IN_STUDIO, STUDIO)
        return open_lab(machine(account, tmp_path, variables, metadata, None, ""), *NO_TOKEN, base_url=BASE_URL)

    return opened


def sign_in(page: LabPage, user: str) -> None:
    """Give the browser the cookie that Studio gives it."""
    page.page.context.add_cookies([{"name": "studioUserProfileName", "value": user, "url": page.server.url}])


def users(folder: Path) -> dict[str, tuple[str | None, str | None]]:
    """Read whose each launch is from the ledger's own file."""
    (file,) = folder.glob("mlcost/servers/*/ledger.sqlite")
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as connection:
        found = connection.execute("SELECT name, user_name, user_basis FROM launch").fetchall()
    return {name: (user, basis) for name, user, basis in found}


def test_each_user_has_what_was_launched_in_their_turn(open_space: Callable[[bool], LabPage], tmp_path: Path) -> None:
    """Two users in one kernel; History tells both, and that it is by a cookie."""
    page = open_space(True)
    page.new_notebook()
    for user in ("ana", "bob"):
        sign_in(page, user)
        page.run(launch_code(f"shared-{user}"))
        page.watch(QUIET_SECONDS)
    expected = {"shared-ana": ("ana", "cookie"), "shared-bob": ("bob", "cookie")}
    page.wait_until(lambda: users(tmp_path) == expected)

    def are_charged() -> bool:
        groups = page.server.get(f"mlcost-ext/charges{QUIET}&group_by=user")["groups"]
        return {"ana", "bob"} <= {group["keys"]["user"] for group in groups}

    page.wait_until(are_charged, READ_SECONDS)
    section = page.panel.locator('[data-mlcost-section="history"]')
    section.get_by_role("button", name="Day by day").click()
    section.locator('[data-mlcost-choice="by"]').select_option("user")
    expect(section.locator("table")).to_contain_text("ana")
    expect(section.locator("table")).to_contain_text("bob")
    expect(section.locator('[data-mlcost-note="user_by_cookie"]')).to_contain_text("Studio's cookie")


def test_an_execution_is_told_at_once_and_then_seldom(open_space: Callable[[bool], LabPage]) -> None:
    """However many cells are run."""
    page = open_space(True)
    page.new_notebook()
    sign_in(page, "ana")
    with page.our_requests() as ours:
        page.run("print(1)")
    assert ours.count(EXECUTIONS) == 1
    with page.our_requests() as ours:
        for number in range(4):
            page.run(f"print({number})")
        page.watch(QUIET_SECONDS)
    assert 1 <= ours.count(EXECUTIONS) <= 3


def test_nothing_is_told_in_a_private_space(open_space: Callable[[bool], LabPage]) -> None:
    """Its kernels know whose it is."""
    page = open_space(False)
    page.new_notebook()
    with page.our_requests() as ours:
        page.run("print(1)")
        page.watch(QUIET_SECONDS)
    assert EXECUTIONS not in ours
