"""Jobs as nobody expects them, in an account of their own."""

from __future__ import annotations

from conftest import OpenLab
from playwright.sync_api import expect
from surroundings import Account

OPENING_JOB = "fraud-transformer-finetune-014"


def test_jobs_nobody_understands(open_lab: OpenLab, account: Account) -> None:
    """Draws an unknown type, missing members and markup as what they are, and executes nothing."""
    markup = "<img src=x onerror=window.__pwned=1>"
    account.order(
        raw_job={"TrainingJobName": "unknown-type", "ResourceConfig": {"InstanceType": "ml.zz9.plural", "InstanceCount": 1}}
    )
    account.order(
        raw_job={
            "TrainingJobName": "hardly-described",
            "ResourceConfig": None,
            "SecondaryStatus": None,
            "SecondaryStatusTransitions": None,
            "StoppingCondition": None,
            "LastModifiedTime": None,
            "TrainingStartTime": None,
        }
    )
    account.order(raw_job={"TrainingJobName": markup, "TrainingJobStatus": "Failed", "FailureReason": f"{markup} failed"})
    page = open_lab()

    expect(page.job("unknown-type")).to_contain_text("price unknown", timeout=30_000)
    expect(page.note("price_unknown").filter(has_text="ml.zz9.plural")).to_be_visible()
    expect(page.job("hardly-described")).to_contain_text("cost unknown")
    expect(page.panel.locator("[data-mlcost-running]")).to_contain_text("at least")
    expect(page.job(markup)).to_contain_text(f"{markup} failed")
    expect(page.job(OPENING_JOB)).to_be_visible()
    assert page.page.locator("#mlcost-ext-panel img").count() == 0
    assert page.page.evaluate("window.__pwned") is None
    page.shows_no_zero()
