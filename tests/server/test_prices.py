"""GET prices, and prices that change while a server runs."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from tornado.httpclient import HTTPClientError

from mlcost_ext.server import repricing
from tests.prices.kept import keep

from .conftest import FakeReader, training_job
from .test_overview import OPENAPI, overview, settled

SCHEMA = {"type": "array", "items": {"$ref": "#/components/schemas/PriceRow"}, "components": OPENAPI["components"]}


async def prices(jp_fetch: Any, **query: str) -> Any:
    """Ask, and check the answer against the published description."""
    document = json.loads((await jp_fetch("mlcost-ext", "prices", params=query)).body)
    jsonschema.validate(document, SCHEMA)
    return document


async def refused(jp_fetch: Any, **query: str) -> tuple[int, str]:
    """Ask for what there is not, and give status and code."""
    with pytest.raises(HTTPClientError) as caught:
        await jp_fetch("mlcost-ext", "prices", params=query)
    return caught.value.code, json.loads(caught.value.response.body)["code"]


def test_one_price(jp_asyncio_loop: Any, jp_fetch: Any, reader: FakeReader) -> None:
    """Of a type and a component, in the session's region or the one that is named."""

    async def run() -> None:
        (here,) = await prices(jp_fetch, instance_type="ml.g5.xlarge", component="hosting")
        (there,) = await prices(jp_fetch, instance_type="ml.g5.xlarge", component="Hosting", region="eu-west-1")
        assert (here["region_id"], here["list_unit_price"]) == ("us-east-1", "1.4084")
        assert (there["region_id"], there["list_unit_price"], there["price_basis"]) == ("eu-west-1", "1.5722", "derived")

    jp_asyncio_loop.run_until_complete(run())


def test_several_prices(jp_asyncio_loop: Any, jp_fetch: Any, reader: FakeReader) -> None:
    """All components of a type; all types of a component."""

    async def run() -> None:
        assert {"Training", "Hosting", "Storage-Training"} <= {
            row["component"] for row in await prices(jp_fetch, instance_type="ml.g5.xlarge")
        }
        assert len({row["instance_type"] for row in await prices(jp_fetch, component="Training")}) > 50

    jp_asyncio_loop.run_until_complete(run())


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, (400, "usage")),
        ({"instance_type": "ml.g5.xlarge", "component": "Nonsense"}, (400, "usage")),
        ({"instance_type": "ml.g5.xlarge", "component": "Canvas"}, (404, "price_unknown")),
        ({"instance_type": "<script>", "region": "eu-west-1"}, (404, "price_unknown")),
        ({"instance_type": "ml.g5.xlarge", "region": "../../etc"}, (400, "region_invalid")),
        ({"instance_type": "ml.g5.xlarge", "region": "xx-nowhere-9"}, (404, "price_unknown")),
        ({"instance_type": "x" * 5000}, (404, "price_unknown")),
    ],
)
def test_what_there_is_not(
    jp_asyncio_loop: Any, jp_fetch: Any, reader: FakeReader, query: Any, expected: tuple[int, str]
) -> None:
    """Unknown is 404 price_unknown, never zero; wrong use is 400."""

    async def run() -> None:
        assert await refused(jp_fetch, **query) == expected

    jp_asyncio_loop.run_until_complete(run())


def test_rates_and_lists_that_change_are_taken_up(
    jp_asyncio_loop: Any, jp_fetch: Any, reader: FakeReader, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A running job is priced anew, and its price says by what."""
    monkeypatch.setattr(repricing, "LOOK_SECONDS", 0.0)
    monkeypatch.setattr("mlcost_ext.server.live.TICK_SECONDS", 0.05)

    async def price_when(is_there: Any) -> Any:
        for _ in range(200):
            (job,) = (document := await overview(jp_fetch))["jobs"]
            if is_there(price := document["prices"][job["price_id"]]):
                return price
            await asyncio.sleep(0.05)
        raise AssertionError(price)

    async def run() -> None:
        await overview(jp_fetch)
        reader.push_jobs(training_job("churn-1"))
        reader.push_status()
        await settled()
        before = await price_when(lambda price: price["list_unit_price"] is not None)
        assert before["price_source"] == "shipped-snapshot"
        keep(home, {("Training", before["instance_type"]): "1"})
        listed = await price_when(lambda price: price["price_source"] == "aws-price-list")
        assert (listed["list_unit_price"], listed["contracted_unit_price"]) == ("1", None)
        (home / "rates.yaml").write_text("- {percent_off: 12}\n")
        agreed = await price_when(lambda price: price["contracted_unit_price"] is not None)
        assert (agreed["list_unit_price"], agreed["contracted_unit_price"], agreed["price_basis"]) == ("1", "0.88", "contracted")
        (job,) = (await overview(jp_fetch))["jobs"]
        assert job["cost_per_hour"] == "1.76"
        (home / "rates.yaml").write_text("- {percent_off: many}\n")
        said: list[Any] = []
        while not said:
            await asyncio.sleep(0.05)
            said = [note["message"] for note in (await overview(jp_fetch))["data_quality"] if note["code"] == "rates_invalid"]
        assert "stay in force" in said[0]

    jp_asyncio_loop.run_until_complete(run())


def test_no_total_adds_two_currencies(
    jp_asyncio_loop: Any, jp_fetch: Any, reader: FakeReader, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A price in another currency is unknown; with a rate of the user's it is converted, and says by what."""
    monkeypatch.setattr(repricing, "LOOK_SECONDS", 0.0)
    monkeypatch.setattr("mlcost_ext.server.live.TICK_SECONDS", 0.05)
    keep(home, {("Training", "ml.m5.xlarge"): "2"}, currency="CNY")

    async def run() -> None:
        await overview(jp_fetch)
        reader.push_jobs(training_job("dear", instance_type="ml.g5.xlarge"), training_job("far"))
        reader.push_status()
        await settled()
        document = await overview(jp_fetch)
        cost = {job["name"]: job["cost_per_hour"] for job in document["jobs"]}
        assert (document["billing_currency"], cost) == ("USD", {"dear": "2.816", "far": None})
        assert (document["totals"]["unpriced"], document["totals"]["running_cost_per_hour"]) == (1, "2.816")
        (home / "rates.yaml").write_text("- {exchange: {from: CNY, to: USD, rate: '0.125'}, as_of: 2026-11-01}\n")
        while document["totals"]["unpriced"]:
            await asyncio.sleep(0.05)
            document = await overview(jp_fetch)
        (far,) = [job for job in document["jobs"] if job["name"] == "far"]
        price = document["prices"][far["price_id"]]
        assert (far["cost_per_hour"], document["totals"]["running_cost_per_hour"]) == ("0.5", "3.316")
        assert (price["list_unit_price"], price["billing_currency"]) == ("0.25", "USD")
        assert price["price_origin"].startswith("CNY 2 at 0.125 USD a CNY (rates.yaml, entry 1")

    jp_asyncio_loop.run_until_complete(run())
