"""A launch that is stopped before it is sent: the card is read, a change is chosen, tags are said, and that is launched."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from conftest import OpenPage
from lab_page import LabPage
from playwright.sync_api import Locator, expect
from surroundings import LabServer

from mlcost_ext.sandbox import names

THEMES = "lab/api/settings/@jupyterlab/apputils-extension:themes"
ASKED_MS = 60_000
_LARGE = """
import boto3
boto3.client("sagemaker").create_training_job(
    TrainingJobName={name!r},
    RoleArn={role!r},
    AlgorithmSpecification={{"TrainingImage": "image", "TrainingInputMode": "File"}},
    OutputDataConfig={{"S3OutputPath": "s3://{bucket}/models"}},
    ResourceConfig={{"InstanceType": {type_!r}, "InstanceCount": 1, "VolumeSizeInGB": 30}},
    StoppingCondition={{"MaxRuntimeInSeconds": 86400}},
)
"""


def large(name: str, type_: str = "ml.p4d.24xlarge") -> str:
    return _LARGE.format(name=name, role=names.ROLE_ARN, bucket=names.BUCKET, type_=type_).strip()


def cell(page: LabPage, code: str) -> Locator:
    """Type code into a new notebook's cell and run it, without waiting for its end."""
    page.new_notebook()
    found = page.page.locator(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-CodeCell").first
    found.locator(".cm-content").click()
    page.page.keyboard.insert_text(code)
    page.page.keyboard.press("Shift+Enter")
    return found


def say(found: Locator, prompt: str | re.Pattern[str], answer: str) -> None:
    """Answer a prompt of the cell."""
    asked = found.locator(".jp-Stdin", has_text=prompt)
    field = asked.locator("input.jp-Stdin-input")
    expect(field).to_be_visible(timeout=ASKED_MS)
    field.fill(answer)
    field.press("Enter")


def test_a_change_is_chosen_and_launched(demo: LabServer, demo_page: LabPage) -> None:
    """A p4d without tags: what it costs, why it is stopped, what would do; then Spot, with the tags that were said."""
    demo_page.open_panel()
    found = cell(demo_page, large("browser-guarded"))
    card = found.locator('[role="group"]')
    expect(card).to_contain_text("Not launched: ml.p4d.24xlarge needs a decision", timeout=ASKED_MS)
    expect(card).to_contain_text("The tags team, model and cost-centre are missing.")
    expect(card).to_contain_text("Policy of ml-platform@example.com")
    expect(card.locator("tbody tr").first).to_contain_text("Spot")
    say(found, "Choose 1, 2, 3", "1")
    say(found, "Tag team", "fraud-platform")
    say(found, "Tag model", "browser")
    say(found, "Tag cost-centre", "4711")
    expect(found.locator(".jp-InputPrompt").get_by_text(re.compile(r"^\[\d+\]:$"))).to_be_visible(timeout=ASKED_MS)
    expect(demo_page.job("browser-guarded")).to_be_visible()
    job = demo.account.describe("browser-guarded")
    assert job["EnableManagedSpotTraining"] is True
    assert job["StoppingCondition"]["MaxRuntimeInSeconds"] < 86_400
    tags = demo.account.sagemaker().list_tags(ResourceArn=job["TrainingJobArn"])["Tags"]
    told = {tag["Key"]: tag["Value"] for tag in tags}
    assert told.items() >= {"team": "fraud-platform", "environment": "dev", "model": "browser", "cost-centre": "4711"}.items()


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark", "JupyterLab Dark High Contrast"])
def test_the_card_is_read_in_every_theme(open_page: OpenPage, demo: LabServer, theme: str, tmp_path: Path) -> None:
    """It can be read with a screen reader and in the dark, and Enter stops the launch in one line."""
    demo.ask("PUT", THEMES, {"raw": json.dumps({"theme": theme})})
    try:
        with open_page(demo) as page:
            expect(page.page.locator("body")).to_have_attribute("data-jp-theme-name", theme)
            found = cell(page, large("browser-stopped"))
            card = found.locator('[role="group"]')
            expect(card).to_be_visible(timeout=ASKED_MS)
            card.screenshot(path=tmp_path / "card.png")
            report = Axe().run(page.page, context='.jp-OutputArea [role="group"]')
            assert report.violations_count == 0, report.generate_report()
            say(found, "Choose 1, 2, 3", "")
            expect(found).to_contain_text("Stopped by you (MC101, MC301). Nothing was sent.")
            expect(found).not_to_contain_text("Traceback")
    finally:
        demo.ask("PUT", THEMES, {"raw": json.dumps({"theme": "JupyterLab Light"})})


def test_a_block_asks_nothing(open_page: OpenPage, demo: LabServer) -> None:
    """It names what would do, and how to go on."""
    with open_page(demo) as page:
        found = cell(page, large("browser-blocked", "ml.p5.48xlarge"))
        expect(found).to_contain_text("ml.p5.48xlarge is against the policy", timeout=ASKED_MS)
        expect(found.locator("input.jp-Stdin-input")).to_have_count(0)
        expect(found.locator('[role="group"]')).not_to_contain_text("on ml.p5")
