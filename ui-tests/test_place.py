"""Other places JupyterLab runs in: behind a path without a token, on a laptop, switched off, offline."""

from __future__ import annotations

import re
from contextlib import ExitStack
from datetime import datetime, timezone
from pathlib import Path

from conftest import OpenLab, OpenPage
from lab_page import amount
from playwright.sync_api import expect
from surroundings import Account, end, lab, laptop, launch_code, refused, studio

OPENING_JOB = "fraud-transformer-finetune-014"


def test_below_a_path_and_without_a_token_as_in_studio(open_lab: OpenLab, account: Account, tmp_path: Path) -> None:
    """Reads and stops there; a page of another origin, which lacks the XSRF cookie's value, may not."""
    account.launch("stopped-below-a-path")
    page = open_lab(studio(account, tmp_path, token=""), "--IdentityProvider.token=", base_url="/jupyterlab/default/")
    job = page.job("stopped-below-a-path")
    expect(job).to_have_attribute("data-status", "InProgress")
    forged = f"{page.server.url}mlcost-ext/jobs/training/stopped-below-a-path/stop"
    assert refused(forged, data=b"{}", method="POST") == 403
    page.stop("stopped-below-a-path")
    expect(job).to_have_attribute("data-status", "Stopped", timeout=30_000)


def test_a_laptop_has_no_price(open_lab: OpenLab, account: Account, tmp_path: Path) -> None:
    """Says so, in the panel and in the status bar, and what to set; a job of this machine is still followed."""
    page = open_lab(laptop(account, tmp_path))
    expect(page.state("price-unknown")).to_contain_text("No price for this machine")
    expect(page.state("price-unknown")).to_contain_text("c.MlcostExt.session_list_unit_price")
    expect(page.status).to_contain_text("no price")
    expect(page.panel).to_contain_text("This computer")
    page.shows_no_zero()
    expect(page.state("empty")).to_be_visible(timeout=30_000)
    page.new_notebook()
    page.run(launch_code("launched-on-a-laptop"))
    expect(page.job("launched-on-a-laptop")).to_have_attribute("data-status", "InProgress")


def test_a_laptop_with_a_price_of_its_own(open_lab: OpenLab, account: Account, tmp_path: Path) -> None:
    """Counts this machine at the configured price."""
    page = open_lab(laptop(account, tmp_path), "--MlcostExt.session_list_unit_price=0.35")
    expect(page.panel.locator('[data-mlcost-section="session"]')).to_contain_text("$0.35")
    expect(page.status).to_contain_text("$0.35/h")
    expect(page.state("price-unknown")).to_have_count(0)


def test_switched_off(account: Account, open_page: OpenPage, stack: ExitStack, tmp_path: Path) -> None:
    """Adds nothing to JupyterLab, asks nothing and has no magic with MLCOST_DISABLE=1."""
    env = {**studio(account, tmp_path), "MLCOST_DISABLE": "1"}
    page = stack.enter_context(open_page(stack.enter_context(lab(account, tmp_path, env))))
    page.new_notebook()
    assert "not found" in page.run("%cost")
    assert page.status.count() == page.panel.count() == page.page.locator("#mlcost-ext-panel").count() == 0
    assert [path for path in page.requests if path.startswith("mlcost-ext/")] == []


def test_a_server_that_ended(open_lab: OpenLab) -> None:
    """Says since when the figures are old, and lets them stand still."""
    page = open_lab()
    expect(page.job(OPENING_JOB)).to_be_visible(timeout=30_000)
    page.wait_until(lambda: amount(page.cost(OPENING_JOB).inner_text()) > 0)
    ended = datetime.now(timezone.utc)
    end(page.server.process)
    banner = page.panel.locator('.mlcost-Notice[data-mlcost-state="offline"]')
    expect(banner).to_contain_text(re.compile(r"Offline, as of \d\d:\d\d"), timeout=45_000)
    hour, minute = map(int, re.findall(r"\d\d", banner.inner_text())[:2])
    assert 0 <= (ended.hour * 60 + ended.minute - hour * 60 - minute) % (24 * 60) <= 1
    expect(page.status).to_contain_text("as of")
    before = page.cost(OPENING_JOB).inner_text()
    page.watch(3)
    assert page.cost(OPENING_JOB).inner_text() == before
