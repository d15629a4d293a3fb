"""Short words for refreshing a made-up list and looking at what is kept."""

from __future__ import annotations

from typing import Any

from mlcost_ext.prices.price_list import RegionList, Store
from mlcost_ext.prices.refresh import RefreshResult, RegionResult, refresh
from tests.prices.price_list.lists import FakeApi, clock
from tools.make_price_list import PriceList

BOTH = ("AmazonSageMaker", "AmazonEC2")
ONE = ("AmazonSageMaker",)
SLEPT: list[float] = []


def run(api: FakeApi, store: Store, *region_ids: str, services: tuple[str, ...] = BOTH, **more: Any) -> RefreshResult:
    return refresh(region_ids or ("us-east-1",), services, api, store, more.pop("clock", clock), sleep=SLEPT.append, **more)


def only(result: RefreshResult) -> RegionResult:
    assert (result.state, len(result.regions), result.problems) == ("done", 1, ())
    return result.regions[0]


def codes(result: RefreshResult) -> dict[str, list[str]]:
    return {each.region_id: [problem.code for problem in each.problems] for each in result.regions}


def kept(store: Store, region_id: str = "us-east-1") -> dict[str, list[str]]:
    """Give what is kept in the form of a made list's truth."""
    found, problem = store.read(region_id)
    assert problem is None
    return {"|".join(key): [entry.amount, entry.pricing_unit] for key, entry in found.entries()} if found else {}


def kept_list(store: Store, region_id: str = "us-east-1") -> RegionList:
    found, _ = store.read(region_id)
    assert found is not None
    return found


def partials(store: Store) -> list[str]:
    return sorted(path.name for path in (store.folder / ".partial").glob("*"))


def of_service(truth: dict[str, list[str]], service: str) -> dict[str, list[str]]:
    return {key: value for key, value in truth.items() if key.startswith(("EC2|", "EBS|")) == (service == "AmazonEC2")}


def cut(found: PriceList, count: int) -> PriceList:
    return PriceList(found.region, documents=found.documents[:count])
