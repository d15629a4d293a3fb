"""AWS's price list service by a real client, against a server on this machine that speaks its protocol."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import botocore.session
import pytest

from mlcost_ext.aws.pricing import LINUX, NEAREST, QUERIES, Pricing, pricing_region
from mlcost_ext.core.errors import RemoteError
from mlcost_ext.prices.price_list import PricingApi, Store
from mlcost_ext.prices.price_list import api as price_api
from mlcost_ext.prices.price_list import ec2 as price_ec2
from mlcost_ext.prices.refresh import refresh
from tests.prices.price_list.lists import clock, made
from tests.prices.price_list.pricing_server import Plan, serving
from tools.make_price_list import entries

SECRET = "never-to-be-told"


@pytest.fixture
def plan(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Plan]:
    """Give what is served in place of AWS, for as long as the test lasts."""
    for name in ("AWS_PROFILE", "AWS_DEFAULT_REGION", "AWS_REGION", "AWS_SESSION_TOKEN", "HTTP_PROXY", "http_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIATEST")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    services = ("AmazonSageMaker", "AmazonEC2")
    plan = Plan({(name, "us-east-1"): entries(made(), name) for name in services})
    with serving(plan) as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL", server.url)
        yield plan


def code_of(api: Pricing, service: str = "AmazonSageMaker", region: str = "us-east-1", token: str | None = None) -> str:
    with pytest.raises(RemoteError) as caught:
        api.pages(service, region, token)
    assert SECRET not in f"{caught.value.message} {caught.value.hint}"
    return caught.value.code


@pytest.mark.parametrize(
    ("region_id", "expected"),
    [
        ("us-east-1", "us-east-1"),
        ("us-west-2", "us-east-1"),
        ("ca-central-1", "us-east-1"),
        ("sa-east-1", "us-east-1"),
        ("mx-central-1", "us-east-1"),
        ("eu-west-3", "eu-central-1"),
        ("me-south-1", "eu-central-1"),
        ("af-south-1", "eu-central-1"),
        ("il-central-1", "eu-central-1"),
        ("ap-northeast-1", "ap-south-1"),
        ("cn-north-1", "cn-northwest-1"),
        ("", "us-east-1"),
    ],
)
def test_where_prices_are_asked_for(region_id: str, expected: str) -> None:
    """In one of the few places that have the service, the nearest; never in the region itself."""
    assert expected == pricing_region(region_id)


def test_the_places_are_those_that_botocore_knows() -> None:
    """Each region named here has the service."""
    session = botocore.session.Session()
    known = {*session.get_available_regions("pricing"), *session.get_available_regions("api.pricing")}
    known |= set(session.get_available_regions("pricing", "aws-cn"))
    assert {*NEAREST.values(), "us-east-1"} <= known


@pytest.mark.parametrize("region_id", ["us-gov-west-1", "us-iso-east-1", "us-isob-east-1", "eu-isoe-west-1"])
def test_partitions_without_the_service(plan: Plan, region_id: str) -> None:
    """Told in words, and nothing is sent."""
    assert code_of(Pricing(), region=region_id) == "region_not_offered"
    assert plan.asked == []


def test_what_is_sent(plan: Plan) -> None:
    """The service, the region and AWS's own form; signed, for the region of the service."""
    api = Pricing()
    products, token = api.pages("AmazonSageMaker", "us-east-1", None)
    assert entries(made(), "AmazonSageMaker")[:100] == products
    assert plan.asked == [
        {
            "ServiceCode": "AmazonSageMaker",
            "Filters": [{"Type": "TERM_MATCH", "Field": "regionCode", "Value": "us-east-1"}],
            "FormatVersion": "aws_v1",
            "MaxResults": 100,
        }
    ]
    assert "/us-east-1/pricing/aws4_request" in plan.headers[0]["Authorization"]
    api.pages("AmazonSageMaker", "us-east-1", token)
    assert plan.asked[1]["NextToken"] == "page-100"
    assert api.calls_total == 2
    api.pages("AmazonSageMaker", "eu-west-1", None)
    assert "/eu-central-1/pricing/aws4_request" in plan.headers[2]["Authorization"]


def test_ec2_is_asked_three_things(plan: Plan) -> None:
    """Linux by the hour and the two kinds of volume, one after the other by way of the token."""
    api, token, found = Pricing(), None, 0
    for _ in range(3):
        products, token = api.pages("AmazonEC2", "us-east-1", token)
        found += len(products)
    assert (token, found) == (None, 25 + 2)
    asked = [{each["Field"]: each["Value"] for each in request["Filters"]} for request in plan.asked]
    assert [{"regionCode": "us-east-1", **query} for query in QUERIES["AmazonEC2"]] == asked


def test_the_adapter_and_the_reading_agree() -> None:
    """On the filters and the code of a rejected token, which neither may import from the other."""
    from mlcost_ext.aws import pricing

    assert LINUX == price_ec2.LINUX
    assert pricing.BAD_TOKEN == price_api.BAD_TOKEN
    api: PricingApi = Pricing()
    assert callable(api.pages)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"denies": True}, "permission_missing"),
        ({"throttles": 1}, "throttled"),
        ({"fails": 1}, "aws_error"),
        ({"cuts": 1}, "aws_error"),
        ({"garbles": b"<html>A proxy's page</html>"}, "aws_error"),
        ({"garbles": b""}, "aws_error"),
        ({"garbles": b"[]"}, "aws_error"),
        ({"garbles": b'{"PriceList": 7}'}, "aws_error"),
        ({"garbles": b'{"PriceList": [7]}'}, "aws_error"),
        ({"garbles": b'{"NextToken": "x"}'}, "aws_error"),
    ],
)
def test_refusals(plan: Plan, changes: dict[str, object], expected: str) -> None:
    """Each in words, and after a passing one the next call goes well; a client tries once."""
    for name, value in changes.items():
        setattr(plan, name, value)
    api = Pricing()
    assert expected == code_of(api)
    assert len(plan.headers) == 1
    if not (plan.denies or plan.garbles is not None):
        assert len(api.pages("AmazonSageMaker", "us-east-1", None)[0]) == 100


def test_a_refusal_names_the_permission(plan: Plan) -> None:
    """And what is used until then."""
    plan.denies = True
    with pytest.raises(RemoteError, match="may not call pricing:GetProducts") as caught:
        Pricing().pages("AmazonSageMaker", "us-east-1", None)
    assert "allow pricing:GetProducts" in caught.value.hint


@pytest.mark.parametrize("token", ["0:elsewhere", "0:", "9:page-100", "x", "", ":", "٣:page-100", "1:page-100"])
def test_tokens(plan: Plan, token: str) -> None:
    """One that AWS or this adapter has not given is told as such."""
    if token == "0:":
        assert len(Pricing().pages("AmazonSageMaker", "us-east-1", token)[0]) == 100
    else:
        assert code_of(Pricing(), token=token) == "price_list_token"


def test_an_unknown_service(plan: Plan) -> None:
    """Nothing is sent."""
    assert code_of(Pricing(), "AmazonBedrock") == "aws_error"
    assert plan.asked == []


def test_without_credentials(plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    """Told in words; once there are some, the next call finds them."""
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    api = Pricing()
    assert code_of(api) == "credentials_missing"
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIATEST")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    assert len(api.pages("AmazonSageMaker", "us-east-1", None)[0]) == 100


def test_nobody_answers(plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    """A network that is down has its own word."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    assert code_of(Pricing()) == "network_unreachable"


def test_credentials_are_not_logged(plan: Plan, caplog: pytest.LogCaptureFixture) -> None:
    """Neither where it goes well nor where it does not, by this package."""
    with caplog.at_level(logging.DEBUG):
        api = Pricing()
        api.pages("AmazonSageMaker", "us-east-1", None)
        plan.denies = True
        code_of(api)
    assert SECRET not in caplog.text
    assert [record.name for record in caplog.records if record.name.startswith("mlcost")] == []


@pytest.mark.parametrize("trouble", [{}, {"throttles": 2}, {"fails": 3}, {"cuts": 2}, {"rejects_tokens": True}])
def test_a_refresh_from_end_to_end(plan: Plan, tmp_path: Path, trouble: dict[str, int]) -> None:
    """Every price of both services is kept, whatever passes on the way."""
    for name, value in trouble.items():
        setattr(plan, name, value)
    store = Store(tmp_path / "prices")
    services = ("AmazonSageMaker", "AmazonEC2")
    result = refresh(["us-east-1"], services, Pricing(), store, clock, sleep=lambda seconds: None)
    assert result.regions[0].problems == ()
    found, _ = store.read("us-east-1")
    assert found is not None
    assert made().truth == {"|".join(key): [entry.amount, entry.pricing_unit] for key, entry in found.entries()}


@pytest.mark.parametrize("entry", ["{", "[]", "<html>A proxy's page</html>"])
def test_products_that_can_only_be_damage(plan: Plan, tmp_path: Path, entry: str) -> None:
    """One of them, on the second page, and nothing of that service is kept."""
    plan.entries["AmazonSageMaker", "us-east-1"] = [*entries(made(), "AmazonSageMaker")[:150], entry]
    store = Store(tmp_path / "prices")
    result = refresh(["us-east-1"], ("AmazonSageMaker", "AmazonEC2"), Pricing(), store, clock)
    assert [(problem.code, problem.subject) for problem in result.regions[0].problems] == [
        ("price_list_unusable", "AmazonSageMaker")
    ]
    found, _ = store.read("us-east-1")
    assert found is not None
    assert list(found.services) == ["AmazonEC2"]


def test_pages_that_repeat_their_token(plan: Plan, tmp_path: Path) -> None:
    """The list does not end, and nothing is kept."""
    plan.repeats_token = True
    store = Store(tmp_path / "prices")
    result = refresh(["us-east-1"], ("AmazonSageMaker",), Pricing(), store, clock)
    assert [problem.code for problem in result.regions[0].problems] == ["price_list_endless"]
    assert store.read("us-east-1") == (None, None)
