"""The story the project is for: launch, see, watch grow, stop, see what is billed."""

from __future__ import annotations

import json
import re
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

from lab_page import LabPage, amount, drawn
from playwright.sync_api import expect
from surroundings import LabServer, launch_code

import mlcost_ext

PRICE = Decimal("0.23")  # of an hour of ml.m5.xlarge for training in us-east-1, by AWS's price page
COUNT = 2
RATE = PRICE * COUNT / 3600
NAME = "story-of-one-job"


def test_it_is_the_installed_wheel_that_is_tested() -> None:
    """Tests what a user installs, not the checkout."""
    assert "site-packages" in Path(mlcost_ext.__file__).parts


def test_the_demo_opens_with_a_job_that_costs_more_each_second(demo_page: LabPage) -> None:
    """Shows the panel without a click, the opening job in Training, and its figure grows."""
    expect(demo_page.panel).to_be_visible()
    name = "fraud-transformer-finetune-014"
    expect(demo_page.job(name)).to_have_attribute("data-status", "InProgress")
    expect(demo_page.job(name)).to_have_attribute("data-cost-basis", "accruing")
    before = amount(demo_page.cost(name).inner_text())
    demo_page.wait_until(lambda: amount(demo_page.cost(name).inner_text()) > before, seconds=5)
    expect(demo_page.status).to_contain_text(re.compile(r"[1-9]\d* jobs?, (at least )?\$[\d.,]+ so far"))


def test_a_launch_is_drawn_grows_stops_and_ends_at_what_is_billed(demo: LabServer, demo_page: LabPage) -> None:
    """Launches by raw boto3 in a cell, and follows the job to the last cent."""
    demo_page.open_panel()
    demo_page.note_rows()
    demo_page.new_notebook()
    returned = json.loads(demo_page.run(launch_code(NAME, COUNT)))
    assert demo_page.seen_at(NAME) - returned["at"] <= 5.0

    grows_as_price_times_time_says(demo, demo_page)

    demo_page.stop(NAME)
    expect(demo_page.job(NAME)).to_have_attribute("data-status", "Stopped", timeout=30_000)
    expect(demo_page.job(NAME)).to_have_attribute("data-cost-basis", "final", timeout=30_000)
    ends_at_what_is_billed(demo, demo_page)


def grows_as_price_times_time_says(demo: LabServer, page: LabPage) -> None:
    """Compare the server's figure and the drawn one with the job's own description."""
    page.wait_until(lambda: demo.account.describe(NAME)["SecondaryStatus"] == "Training")
    page.wait_until(lambda: demo.job(NAME)["secondary_status"] == "Training")
    selector = f'[data-mlcost-job="{NAME}"] [data-mlcost-cost]'
    before = drawn(page.page, selector)
    page.wait_until(lambda: amount(page.cost(NAME).inner_text()) - amount(before["text"]) >= float(4 * RATE))

    started = Decimal(str(demo.account.describe(NAME)["TrainingStartTime"].timestamp()))
    overview = demo.overview()
    row = next(job for job in overview["jobs"] if job["name"] == NAME)
    seconds = Decimal(seconds_of(overview["as_of"])) - started
    assert row["list_unit_price"] == str(PRICE)
    assert (row["instance_count"], row["notebook"], row["tags"]["team"]) == (COUNT, page.notebook, "fraud-platform")
    assert abs(Decimal(row["cost"]) - RATE * seconds) <= RATE / 100

    # Answers are of whole seconds, drawings a second apart and of four decimals.
    seen = drawn(page.page, selector)
    true = RATE * (Decimal(str(seen["at"])) - started)
    assert abs(Decimal(str(amount(seen["text"]))) - true) <= 3 * RATE + Decimal("0.00005")


def ends_at_what_is_billed(demo: LabServer, page: LabPage) -> None:
    """Compare the last figure with the billable seconds AWS tells."""
    billable = demo.account.describe(NAME)["BillableTimeInSeconds"]
    row = demo.job(NAME)
    cost = PRICE * COUNT * billable / 3600
    assert row["billable_time_in_seconds"] == billable
    assert Decimal(row["cost"]) == cost.quantize(Decimal("1e-9"))
    expect(page.cost(NAME)).to_have_text(as_drawn(cost))
    expect(page.job(NAME)).to_contain_text(f"{billable} billable second")


def as_drawn(cost: Decimal) -> str:
    """Round once, for show: two decimals, up to four below ten cents."""
    if cost >= Decimal("0.1"):
        return f"${cost.quantize(Decimal('0.01'), ROUND_HALF_UP)}"
    text = str(cost.quantize(Decimal("0.0001"), ROUND_HALF_UP)).rstrip("0")
    return "$" + text.ljust(len("0.00"), "0")


def seconds_of(time: str) -> float:
    return datetime.fromisoformat(time.replace("Z", "+00:00")).timestamp()
