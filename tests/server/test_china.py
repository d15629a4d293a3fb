"""A server whose region AWS bills in CNY."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.prices.kept import keep

from .conftest import FakeReader, training_job
from .test_overview import overview, settled

REGION = "cn-north-1"


@pytest.fixture
def jp_server_config(reader: FakeReader, home: Path) -> dict[str, Any]:
    """Look for jobs in China's partition; its price list was read from a file."""
    keep(home, {("Training", "ml.m5.xlarge"): "2"}, region_id=REGION, currency="CNY")
    return {"ServerApp": {"jpserver_extensions": {"mlcost_ext": True}}, "MlcostExt": {"region_id": REGION}}


def test_figures_are_in_its_currency(jp_asyncio_loop: Any, jp_fetch: Any, reader: FakeReader) -> None:
    """And a job elsewhere, billed in USD, is in no total."""

    async def run() -> None:
        await overview(jp_fetch)
        arn = f"arn:aws-cn:sagemaker:{REGION}:111122223333:training-job/near"
        near = {**training_job("near"), "TrainingJobArn": arn, "region_id": REGION}
        for region_id, job in ((REGION, near), ("us-east-1", training_job("far"))):
            reader.callback({"push": "items", "kind": "training", "region_id": region_id, "items": [job]})
        reader.push_status(region_id=REGION)
        await settled()
        document = await overview(jp_fetch)
        costs = {job["name"]: job["cost_per_hour"] for job in document["jobs"]}
        assert (document["billing_currency"], costs) == ("CNY", {"near": "4", "far": None})
        assert (document["totals"]["running_cost_per_hour"], document["totals"]["unpriced"]) == ("4", 1)
        (price,) = [price for price in document["prices"].values() if price["component"] == "Training"]
        assert (price["billing_currency"], price["list_unit_price"]) == ("CNY", "2")

    jp_asyncio_loop.run_until_complete(run())
