"""What a launch would cost, asked in the panel: by keyboard, in every theme, and nothing is launched."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from conftest import OpenPage
from lab_page import LabPage, amount
from playwright.sync_api import Locator, expect
from surroundings import Account, LabServer

THEMES = "lab/api/settings/@jupyterlab/apputils-extension:themes"
SECTION = '[data-mlcost-section="estimate"]'
NARROW = 240
"""JupyterLab itself makes its sidebar 250 wide."""
PRICE = Decimal("0.23")  # of an hour of ml.m5.xlarge for training in us-east-1, by AWS's price page
OPERATIONS = ("list_training_jobs", "list_transform_jobs", "list_endpoint_configs", "list_endpoints", "list_notebook_instances")

_NARROW = """width => {
  const panel = document.querySelector('#mlcost-ext-panel');
  panel.style.width = panel.style.maxWidth = `${width}px`;
}"""
_OVERHANG = "selector => { const node = document.querySelector(selector); return node.scrollWidth - node.clientWidth; }"


class Estimate:
    """The section, as a user works it."""

    def __init__(self, page: LabPage) -> None:
        self.page = page
        self.section = page.panel.locator(SECTION)
        self.headline = self.section.locator("[data-mlcost-headline]")
        self.asked: list[dict[str, Any]] = []
        page.page.on("request", lambda request: self._note(request.url, request.post_data))

    def field(self, of: str) -> Locator:
        return self.section.locator(f'[data-mlcost-estimate="{of}"]')

    def open(self) -> None:
        self.section.get_by_role("button", name="What would it cost?").click()

    def ask(self, **filled: str) -> dict[str, Any]:
        """Fill in fields, send the form, and give what the page was told."""
        for of, text in filled.items():
            self.field(of).fill(text)
        with self.page.page.expect_response(lambda answer: "mlcost-ext/estimates" in answer.url) as answer:
            self.section.get_by_role("button", name="Estimate", exact=True).click()
        expect(self.section.locator('[aria-busy="true"]')).to_have_count(0)
        return answer.value.json()

    def tab_to(self, of: str) -> None:
        """Press Tab until a field, or what the selector names, has the focus."""
        selector = of if of.startswith("[") else f'[data-mlcost-estimate="{of}"]'
        for _ in range(200):
            if self.page.page.evaluate("s => document.activeElement?.matches(s) ?? false", selector):
                return
            self.page.page.keyboard.press("Tab")
        raise AssertionError(f"Tab never leads to {selector}")

    def _note(self, url: str, body: str | None) -> None:
        if "mlcost-ext/estimates" in url:
            self.asked.append(json.loads(body or "null"))


@contextmanager
def opened(demo: LabServer, open_page: OpenPage) -> Iterator[Estimate]:
    with open_page(demo) as page:
        page.open_panel()
        yield Estimate(page)


def names(account: Account) -> set[tuple[str, str]]:
    """Give all there is in the account, but for what its own tuning jobs start."""
    sagemaker = account.sagemaker()
    found = set()
    for operation in OPERATIONS:
        for page in sagemaker.get_paginator(operation).paginate():
            (rows,) = [value for value in page.values() if isinstance(value, list)]
            found |= {(operation, next(value for key, value in row.items() if key.endswith("Name"))) for row in rows}
    return found


def test_a_launch_is_estimated_by_keyboard_and_nothing_is_launched(demo: LabServer, open_page: OpenPage) -> None:
    """Goes by Tab from the section's button through the form; AWS's list price times hours times instances is what it shows."""
    with opened(demo, open_page) as estimate:
        before, keyboard = names(demo.account), estimate.page.page.keyboard
        estimate.tab_to(f"{SECTION} .mlcost-Fold")
        keyboard.press("Enter")
        expect(estimate.field("regionId")).to_have_value("us-east-1")
        for of, text in (("instanceType", "ml.m5.xlarge"), ("count", "2"), ("hours", "1.5")):
            estimate.tab_to(of)
            keyboard.press("ControlOrMeta+a")
            keyboard.type(text)
        assert estimate.asked == []
        with estimate.page.page.expect_response(lambda answer: "mlcost-ext/estimates" in answer.url) as answer:
            keyboard.press("Enter")
        document = answer.value.json()

        (line,) = [line for line in document["lines"] if line["instance_type"]]
        assert Decimal(line["list_cost"]["expected"]) == PRICE * 2 * Decimal("1.5")
        expect(estimate.headline).to_contain_text("About $")
        drawn = amount(estimate.headline.inner_text().removeprefix("About "))
        assert drawn == pytest.approx(float(document["list_cost"]["expected"]), abs=0.005)
        expect(estimate.section).to_contain_text(f"at most ${float(document['list_cost']['high']):.2f}", ignore_case=True)
        expect(estimate.section.locator("[aria-live]").first).to_contain_text(estimate.headline.inner_text())
        words = estimate.headline.inner_text() + estimate.section.locator("table").inner_text()
        assert "bill" not in words.lower()
        assert len(estimate.asked) == 1
        started = {name for name in names(demo.account) - before if not is_started_by_itself(demo.account, name)}
        assert started == set()


def is_started_by_itself(account: Account, name: tuple[str, str]) -> bool:
    """Tell whether a job is one that a tuning job of the account has started meanwhile."""
    operation, job = name
    return operation == "list_training_jobs" and "TuningJobArn" in account.describe(job)


def test_what_costs_less_is_taken_by_keyboard(demo: LabServer, open_page: OpenPage) -> None:
    """Presses "Use this" at Spot; the form has it then, and the figure is that of the alternative."""
    with opened(demo, open_page) as estimate:
        estimate.open()
        document = estimate.ask(instanceType="ml.g5.xlarge", hours="2")
        (spot,) = [each for each in document["alternatives"] if "EnableManagedSpotTraining" in each["change"]]
        estimate.tab_to(f'[aria-label="Use this: {spot["title"]}"]')
        with estimate.page.page.expect_response(lambda answer: "mlcost-ext/estimates" in answer.url) as answer:
            estimate.page.page.keyboard.press("Enter")
        assert answer.value.json()["list_cost"] == spot["list_cost"]
        expect(estimate.field("isSpot")).to_be_checked()
        expect(estimate.section.locator("[data-mlcost-result]")).to_be_focused()


def test_a_request_is_pasted_and_a_wrong_one_explained(demo: LabServer, open_page: OpenPage) -> None:
    """An endpoint has a price by the hour, day and month; Python's own spelling and a type nobody knows are told apart."""
    with opened(demo, open_page) as estimate:
        estimate.open()
        estimate.field("kind").select_option("request")
        variant = {"VariantName": "a", "ModelName": "m", "InstanceType": "ml.m5.xlarge", "InitialInstanceCount": 1}
        request = {"EndpointConfigName": "e", "ProductionVariants": [variant]}
        document = estimate.ask(text=json.dumps(request), textKind="")
        expect(estimate.headline).to_have_text(f"About ${float(document['cost_per_hour']):.2f} an hour")
        expect(estimate.section).to_contain_text("A month of 730 h")

        estimate.field("text").fill("{'ProductionVariants': [True]}")
        estimate.section.get_by_role("button", name="Estimate", exact=True).click()
        expect(estimate.section.get_by_role("status")).to_contain_text("no JSON object")
        assert len(estimate.asked) == 1

        unknown = {**request, "ProductionVariants": [{**variant, "InstanceType": "ml.zz9.xlarge"}]}
        estimate.ask(text=json.dumps(unknown))
        expect(estimate.section.locator("[data-mlcost-unpriced]")).to_contain_text("ml.zz9.xlarge")
        expect(estimate.headline).not_to_contain_text("$0.00")
        said = estimate.ask(text='{"a": 1}')
        expect(estimate.section.get_by_role("status")).to_contain_text(said["message"])


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark", "JupyterLab Dark High Contrast"])
def test_it_can_be_read_in_every_theme_and_width(demo: LabServer, open_page: OpenPage, theme: str, tmp_path: Path) -> None:
    """Lets axe judge it, and sees that a narrow panel does not scroll sideways; pictures stay in the test's folder."""
    demo.ask("PUT", THEMES, {"raw": json.dumps({"theme": theme})})
    try:
        with opened(demo, open_page) as estimate:
            expect(estimate.page.page.locator("body")).to_have_attribute("data-jp-theme-name", theme)
            estimate.open()
            estimate.ask(instanceType="ml.g5.xlarge", count="2", hours="3")
            _picture(estimate, tmp_path / "training.png")
            estimate.page.page.evaluate(_NARROW, NARROW)
            for selector in ("#mlcost-ext-panel", SECTION):
                assert estimate.page.page.evaluate(_OVERHANG, selector) <= 0
            _picture(estimate, tmp_path / "training-narrow.png")
            found = Axe().run(estimate.page.page, context=SECTION).response["violations"]
            estimate.field("kind").select_option("request")
            expect(estimate.field("text")).to_be_visible()
            assert estimate.page.page.evaluate(_OVERHANG, "#mlcost-ext-panel") <= 0
            _picture(estimate, tmp_path / "request-narrow.png")
            found += Axe().run(estimate.page.page, context=SECTION).response["violations"]
    finally:
        demo.ask("PUT", THEMES, {"raw": "{}"})
    assert found == []


def _picture(estimate: Estimate, path: Path) -> None:
    """Picture the section alone."""
    estimate.section.scroll_into_view_if_needed()
    estimate.section.screenshot(path=path)
    assert path.stat().st_size > 1000
