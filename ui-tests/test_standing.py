"""What stands and costs until somebody ends it: found at a glance, priced, and ended by a first-time user."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError
from conftest import OpenLab
from lab_page import LabPage, amount
from playwright.sync_api import Locator, expect
from surroundings import Account

from mlcost_ext.sandbox import names
from mlcost_ext.sandbox.seed_scene import LAST_CALLED_12_DAYS_AGO, LIVE_ENDPOINT, NEVER_CALLED

WARM = "fraud-transformer-warmup-003"
OTHERS_JOB, OTHERS_ENDPOINT = "marketing-ranker-006", "marketing-ranker"
OTHER_APP = f"{names.DOMAIN_ID}.alex-experiments.JupyterLab.default"
# Of an hour of hosting in us-east-1, by AWS's price page.
M5_XLARGE, G4DN_XLARGE = 0.23, 0.7364
A_DAY = 2 * (24 * M5_XLARGE + 30 * 0.14 / 30)
"""Of two instances and their volumes of 30 GB, at 0.14 dollars a GB-month of thirty days."""
# Of an hour of a JupyterLab app.
G5_XLARGE_STUDIO = 1.41

READ_MS = 30_000
"""Until the account's first picture is there."""
GONE_MS = 60_000
"""Until what was ended is off the screen: AWS takes its time, and so does the list."""


class Standing:
    """The parts of the panel that are about what stands."""

    def __init__(self, page: LabPage) -> None:
        self.page = page
        self.panel = page.panel

    def endpoint(self, name: str) -> Locator:
        return self.panel.locator(f'[data-mlcost-endpoint="{name}"]')

    def app(self, name: str) -> Locator:
        return self.panel.locator(f'[data-mlcost-app="{name}"]')

    def pointer(self, name: str) -> Locator:
        return self.panel.locator(f'[data-mlcost-pointer="{name}"]')

    @property
    def else_on(self) -> Locator:
        """What costs a day besides this session, in the panel's first lines."""
        return self.panel.locator('[data-mlcost-section="session"] .mlcost-Pair', has_text="What else stays on").locator("dd")

    def end(self, button: Locator, *, says: str, accept: str) -> None:
        """Press a button of the panel, read the question, and answer it with yes."""
        button.click()
        dialog = self.page.page.get_by_role("dialog")
        expect(dialog).to_contain_text(says)
        dialog.get_by_role("button", name=accept).click()
        expect(dialog).to_have_count(0)

    def has_focus(self, selector: str) -> bool:
        return bool(self.page.page.evaluate("s => document.activeElement?.matches(s) ?? false", selector))

    def tab_to(self, selector: str) -> None:
        """Press Tab until something has the focus."""
        for _ in range(200):
            if self.has_focus(selector):
                return
            self.page.page.keyboard.press("Tab")
        raise AssertionError(f"Tab never leads to {selector}")


@pytest.fixture
def standing(open_lab: OpenLab) -> Standing:
    page = open_lab()
    found = Standing(page)
    expect(found.endpoint(LIVE_ENDPOINT)).to_be_visible(timeout=READ_MS)
    return found


def per_day(locator: Locator) -> float:
    """Read what something costs a day."""
    said = re.search(r"\$[\d.,]+", locator.inner_text())
    assert said is not None, locator.inner_text()
    return amount(said.group())


def is_in_sight(locator: Locator) -> bool:
    """Tell whether all of it can be seen without scrolling."""
    return bool(
        locator.evaluate(
            """node => {
              const box = node.getBoundingClientRect();
              const panel = node.closest('#mlcost-ext-panel').getBoundingClientRect();
              return box.top >= panel.top && box.bottom <= Math.min(panel.bottom, innerHeight);
            }"""
        )
    )


def is_gone(ask: Callable[[], Any]) -> bool:
    """Tell whether AWS knows something no more."""
    try:
        ask()
    except ClientError as error:
        return error.response["Error"]["Code"] in {"ValidationException", "ResourceNotFound"}
    return False


def test_a_forgotten_endpoint_is_found_priced_and_deleted_by_mouse(standing: Standing, account: Account) -> None:
    """Goes from the first glance to the row, reads what it costs for whom, and deletes it."""
    name, sagemaker = LAST_CALLED_12_DAYS_AGO, account.sagemaker()
    notice = standing.page.state("forgotten")
    expect(notice).to_contain_text("2 forgotten endpoints cost money")
    assert is_in_sight(notice)
    expect(standing.else_on).not_to_contain_text("at least", timeout=READ_MS)  # until volumes are read too
    before = per_day(standing.else_on)

    standing.pointer(name).click()
    row = standing.endpoint(name)
    assert is_in_sight(row)
    expect(row).to_contain_text("last called 12 days ago")
    assert per_day(row.locator("[data-mlcost-cost]")) == pytest.approx(A_DAY, abs=0.005)
    expect(standing.panel.locator("[data-mlcost-endpoint]").nth(2)).to_have_attribute("data-mlcost-endpoint", LIVE_ENDPOINT)

    standing.end(row.locator("[data-mlcost-delete]"), says=f"That saves ${A_DAY:.2f} a day", accept="Delete the endpoint")
    expect(row).to_have_count(0, timeout=GONE_MS)
    assert is_gone(lambda: sagemaker.describe_endpoint(EndpointName=name))
    # The configuration stays, as was said.
    assert sagemaker.describe_endpoint_config(EndpointConfigName=f"{name}-config")
    expect(standing.pointer(name)).to_have_count(0)
    assert per_day(standing.else_on) == pytest.approx(before - A_DAY, abs=0.02)


def test_a_forgotten_endpoint_is_deleted_by_keyboard_alone(standing: Standing, account: Account) -> None:
    """Goes by Tab and Enter from the notice to the row to the question; the focus is never lost."""
    name, keyboard = NEVER_CALLED, standing.page.page.keyboard
    row = standing.endpoint(name)
    expect(row).to_contain_text(f"Costs ${24 * G4DN_XLARGE:.2f} a day, not called in the last 30 days")
    standing.tab_to(f'[data-mlcost-pointer="{name}"]')
    keyboard.press("Enter")
    assert standing.has_focus(f'[data-mlcost-endpoint="{name}"]')
    assert is_in_sight(row)
    standing.tab_to(f'[data-mlcost-delete="{name}"]')
    keyboard.press("Enter")
    dialog = standing.page.page.get_by_role("dialog")
    expect(dialog).to_contain_text("It was not called in the last 30 days")
    expect(dialog).to_contain_text("Its model and its configuration stay")
    expect(dialog.get_by_role("button", name="Keep it")).to_be_focused()  # the safe answer, by default
    standing.tab_to(".jp-Dialog button.jp-mod-accept.jp-mod-warn")
    keyboard.press("Enter")
    expect(row).to_have_count(0, timeout=GONE_MS)
    assert is_gone(lambda: account.sagemaker().describe_endpoint(EndpointName=name))
    assert standing.has_focus('[data-mlcost-section="endpoints"] *, [data-mlcost-section="endpoints"]')
    standing.page.shows_no_zero()


def test_an_endpoint_in_use_is_asked_about_with_a_warning(standing: Standing, account: Account) -> None:
    """Says that somebody uses it, and keeps it when the question is left; its parts are there to be seen."""
    row = standing.endpoint(LIVE_ENDPOINT)
    row.get_by_role("button", name="About the cost of").click()
    expect(row.locator("[data-mlcost-part]")).to_contain_text("2 × ml.c5.xlarge")
    row.locator("[data-mlcost-delete]").click()
    dialog = standing.page.page.get_by_role("dialog")
    expect(dialog.locator(".mlcost-Dialog-warning")).to_contain_text("somebody uses it")
    expect(dialog.get_by_role("button", name="Keep it")).to_be_focused()
    standing.page.page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    assert account.sagemaker().describe_endpoint(EndpointName=LIVE_ENDPOINT)["EndpointStatus"] == "InService"


def test_kept_instances_are_released(standing: Standing, account: Account) -> None:
    """Watches their cost grow, gives them back, and sees them go."""
    row = standing.panel.locator(f'[data-mlcost-warm-pool="{WARM}"]')
    expect(row).to_contain_text("Kept until")
    cost = row.locator("[data-mlcost-cost]")
    before = amount(cost.inner_text())
    standing.page.wait_until(lambda: amount(cost.inner_text()) > before, seconds=5)
    standing.end(row.locator("[data-mlcost-release]"), says="Release these instances?", accept="Release the instances")
    expect(row).to_have_count(0, timeout=GONE_MS)
    assert account.describe(WARM)["WarmPoolStatus"]["Status"] == "Terminated"


def test_another_app_is_stopped_and_its_storage_stays(standing: Standing, account: Account) -> None:
    """Says what goes on costing before it stops it, and shows it afterwards; this session has no such button."""
    this = standing.app(f"{names.DOMAIN_ID}.{names.SPACE_NAME}.{names.APP_TYPE}.{names.APP_NAME}")
    expect(this).to_contain_text("this session", timeout=READ_MS)
    expect(this.locator("[data-mlcost-stop]")).to_have_count(0)
    row = standing.app(OTHER_APP)
    expect(row).to_contain_text("of which $0.37 for its 100 GB goes on after a stop")
    assert per_day(row.locator("[data-mlcost-cost]")) == pytest.approx(24 * G5_XLARGE_STUDIO + 0.37, abs=0.015)
    standing.end(row.locator("[data-mlcost-stop]"), says="100 GB go on costing $0.37 a day", accept="Stop the app")
    expect(row).to_have_count(0, timeout=GONE_MS)
    space = standing.app(f"{names.DOMAIN_ID}.alex-experiments")
    expect(space).to_contain_text("100 GB of storage")
    assert per_day(space.locator("[data-mlcost-cost]")) == pytest.approx(0.37)
    answer = account.sagemaker().describe_app(
        DomainId=names.DOMAIN_ID, SpaceName="alex-experiments", AppType="JupyterLab", AppName="default"
    )
    assert answer["Status"] == "Deleted"


def test_a_schedule_is_stopped(standing: Standing, account: Account) -> None:
    """Says how often it runs and what a run costs at most, and stops it."""
    row = standing.panel.locator(f'[data-mlcost-schedule="{LIVE_ENDPOINT}-drift"]')
    expect(row).to_contain_text(re.compile(r"Runs every day at 06:00 UTC; a run costs at most \$0\.12"), timeout=READ_MS)
    standing.end(row.locator("[data-mlcost-stop]"), says="It starts no more runs", accept="Stop the schedule")
    expect(row).to_contain_text("Stopped", timeout=GONE_MS)
    name = f"{LIVE_ENDPOINT}-drift"
    assert account.sagemaker().describe_monitoring_schedule(MonitoringScheduleName=name)["MonitoringScheduleStatus"] == "Stopped"


def test_a_sum_has_its_jobs_below_it(standing: Standing) -> None:
    """Folds what a tuning job has started into it, so that nothing is seen to cost twice."""
    tuning = standing.page.job("credit-hpo-refresh")
    expect(tuning).to_contain_text("Tuning", timeout=READ_MS)
    children = standing.panel.locator('[data-mlcost-job^="credit-hpo-refresh-"]')
    expect(children).to_have_count(0)
    tuning.get_by_role("button", name=re.compile(r"^\d+( of \d+)? jobs$")).click()
    expect(children.first).to_be_visible()


def test_what_others_run_is_ended_only_by_its_name(open_lab: OpenLab, account: Account) -> None:
    """Shows it apart from all totals where that is allowed, and asks twice."""
    page = open_lab(None, "--MlcostExt.scope_account=True")
    expect(page.job("fraud-transformer-finetune-014")).to_be_visible(timeout=READ_MS)
    expect(page.job(OTHERS_JOB)).to_have_count(0)
    page.panel.locator('[data-mlcost-scope="account"]').click()
    expect(page.job(OTHERS_JOB)).to_be_visible(timeout=READ_MS)
    expect(page.panel.locator('[data-mlcost-section="account"]')).to_contain_text("not counted in any total")
    expect(page.panel.locator(f'[data-mlcost-endpoint="{OTHERS_ENDPOINT}"]')).to_be_visible()
    expect(page.job("fraud-transformer-finetune-014")).to_have_count(0)

    page.panel.locator(f'[data-mlcost-stop="{OTHERS_JOB}"]').click()
    dialog = page.page.get_by_role("dialog")
    expect(dialog).to_contain_text("This is not yours")
    dialog.get_by_role("button", name="Stop the job").click()
    dialog.get_by_role("textbox").fill(OTHERS_JOB)
    dialog.get_by_role("button", name="Stop the job").click()
    expect(page.job(OTHERS_JOB)).to_have_count(0, timeout=GONE_MS)
    assert account.describe(OTHERS_JOB)["TrainingJobStatus"] in {"Stopping", "Stopped"}


def test_nothing_is_drawn_as_zero_while_it_is_not_known(open_lab: OpenLab, account: Account) -> None:
    """Says that endpoints and apps are being read while AWS does not answer, and no figure."""
    account.order(operation="*", hang_seconds=60)
    page = open_lab()
    for section in ("endpoints", "apps"):
        expect(page.state("loading", section)).to_be_visible()
    expect(page.state("none")).to_have_count(0)
    page.shows_no_zero()


@pytest.mark.parametrize(("operation", "section"), [("ListApps", "apps"), ("DescribeEndpointConfig", "endpoints")])
def test_what_may_not_be_read_is_named(open_lab: OpenLab, account: Account, operation: str, section: str) -> None:
    """Names the permission where it is missed; the rest goes on."""
    account.order(operation=operation, code="AccessDeniedException")
    page = open_lab()
    place = page.panel.locator(f'[data-mlcost-section="{section}"]')
    expect(place).to_contain_text(f"sagemaker:{operation}", timeout=READ_MS)
    expect(page.job("fraud-transformer-finetune-014")).to_be_visible()
    page.shows_no_zero()
