"""The process that reads AWS's price list: a real one, against a server that speaks the list's protocol."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, TypeVar

import pytest

from mlcost_ext.aws import price_refresher
from mlcost_ext.aws.price_refresher import PriceRefresher, is_elsewhere
from mlcost_ext.prices.price_list import SAGEMAKER, Store
from tests.fakes import REGION
from tests.prices.price_list.lists import entries, made
from tests.prices.price_list.pricing_server import Plan, serving

T = TypeVar("T")
LOG = logging.getLogger("test")
KEYS = {"AWS_ACCESS_KEY_ID": "AKIAEXAMPLE", "AWS_SECRET_ACCESS_KEY": "not-a-real-key", "AWS_EC2_METADATA_DISABLED": "true"}
PLAIN = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "MLCOST_"))}


def run(work: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(work)


def environment(url: str) -> dict[str, str]:
    return {**PLAIN, **KEYS, "AWS_ENDPOINT_URL_PRICING": url}


def test_a_list_is_read_and_kept(tmp_path: Path) -> None:
    """Once; the second process finds it fresh and asks nothing."""
    plan = Plan(entries={(service, REGION): entries(made(), service) for service in (SAGEMAKER, "AmazonEC2")})
    with serving(plan) as server:
        refresher = PriceRefresher(environment(server.url), tmp_path, LOG)
        assert run(refresher.refresh([REGION])) == 0
        asked = len(plan.asked)
        assert run(refresher.refresh([REGION])) == 0
    found, problem = Store(tmp_path / "prices").read(REGION)
    assert (found is not None, problem, len(plan.asked)) == (True, None, asked)
    assert {asking["ServiceCode"] for asking in plan.asked} == {SAGEMAKER, "AmazonEC2"}


def test_only_one_process_at_a_time_and_it_can_be_ended(tmp_path: Path) -> None:
    """A second wish is not heard while the first is worked on."""

    async def both() -> tuple[int | None, int | None]:
        with serving(Plan(throttles=10**6)) as server:
            refresher = PriceRefresher(environment(server.url), tmp_path, LOG)
            first = asyncio.ensure_future(refresher.refresh([REGION]))
            await asyncio.sleep(0.2)
            second = await refresher.refresh([REGION])
            await refresher.stop()
            return await first, second

    first, second = run(both())
    assert first != 0
    assert second is None


def test_one_that_never_ends_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After its time is over."""
    monkeypatch.setattr(price_refresher, "MOST_SECONDS", 0.3)
    with serving(Plan(throttles=10**6)) as server:
        assert run(PriceRefresher(environment(server.url), tmp_path, LOG).refresh([REGION])) is None


def test_a_system_that_starts_no_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Is no error: prices are as they were."""
    monkeypatch.setattr(price_refresher.sys, "executable", str(tmp_path / "no-python"))
    assert run(PriceRefresher(PLAIN, tmp_path, LOG).refresh([REGION])) is None


@pytest.mark.parametrize(
    ("env", "expected"),
    [
        ({}, False),
        ({"AWS_ENDPOINT_URL": ""}, False),
        ({"AWS_ENDPOINT_URL": "http://127.0.0.1:5000"}, True),
        ({"AWS_ENDPOINT_URL": "http://127.0.0.1:5000", "AWS_ENDPOINT_URL_PRICING": "http://127.0.0.1:5001"}, False),
        ({"AWS_ENDPOINT_URL_PRICING": "http://127.0.0.1:5001"}, False),
    ],
)
def test_where_aws_is_somebody_elses_server(env: dict[str, str], expected: bool) -> None:
    """The practice account has no price list of AWS's."""
    assert is_elsewhere(env) == expected
