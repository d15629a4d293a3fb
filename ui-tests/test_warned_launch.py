"""A launch that was only warned of: changed the next time by one click, and one that has ended held against its estimate."""

from __future__ import annotations

import json

import pytest
from conftest import OpenLab
from playwright.sync_api import expect
from surroundings import Account, launch_code

from mlcost_ext.sandbox.plans import RUN_SECONDS

FINDINGS = '[data-mlcost-section="findings"]'
ESTIMATE = '[data-mlcost-section="estimate"]'
READ_MS, ENDED_MS = 45_000, 120_000


def short(name: str) -> str:
    """Write a cell whose job runs for a few seconds."""
    last = "    StoppingCondition="
    environment = json.dumps({RUN_SECONDS: "5"})
    return launch_code(name).replace(last, f"    Environment={environment},\n{last}")


@pytest.mark.timeout(300)
def test_one_click_changes_the_next_launch_and_no_other(open_lab: OpenLab, account: Account) -> None:
    """Asks for Spot on the card; the next launch is on Spot and says so, the one after it is not; what has ended is compared."""
    page = open_lab()
    page.new_notebook()
    page.run(short("compared"))
    page.run(launch_code("warned"))
    card = page.panel.locator(f'{FINDINGS} [data-mlcost-rule="MC106"]')
    expect(card).to_be_visible(timeout=READ_MS)
    card.locator('[data-mlcost-finding-fix="offered"]').click()
    expect(card.locator('[data-mlcost-finding-fix="wanted"]')).to_have_text("Undo")
    expect(card).to_contain_text("Changed at the next launch, once.")

    page.run(launch_code("changed"))
    last = page.page.locator(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-CodeCell").filter(has_text="'changed'")
    expect(last).to_contain_text("this launch was changed as was asked for under Findings, this once: MC106")
    page.run(launch_code("unchanged"))
    spot = [account.describe(name).get("EnableManagedSpotTraining", False) for name in ("warned", "changed", "unchanged")]
    assert spot == [False, True, False]
    expect(page.panel.locator('[data-mlcost-finding-fix="wanted"]')).to_have_count(0, timeout=READ_MS)

    estimate = page.panel.locator(ESTIMATE)
    estimate.get_by_role("button", name="What would it cost?").click()
    estimate.get_by_role("button", name="Estimated and cost").click(timeout=ENDED_MS)
    row = estimate.locator('[data-mlcost-job="compared"]')
    expect(row).to_contain_text("compared")
    amounts = [float(each.get_attribute("data-mlcost-cost") or "nan") for each in row.locator("[data-mlcost-cost]").all()]
    assert 0 < amounts[1] < amounts[0]  # it was foreseen to take as long as it may
