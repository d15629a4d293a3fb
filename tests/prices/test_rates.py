"""The user's rates over the prices of a list."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlcost_ext.core.component import PurchaseOption
from mlcost_ext.core.price import ContractedPrice, PriceKey, UnitPrice, price_key
from mlcost_ext.prices import rates as module
from mlcost_ext.prices.rates import ContractedPrices, Exchange, Match, Rate, Rates, contracted, family_of
from tests.fakes import REGION, price_list, unit_price

DAY = date(2026, 11, 23)
WRITTEN = "2026-11-02"


def match(**changes: str) -> Match:
    return Match(**{name: frozenset(value.split()) for name, value in changes.items()})


def rate(percent_off: str | None = None, unit: str | None = None, of: Match | None = None, **changes: Any) -> Rate:
    fields: dict[str, Any] = {
        "match": of or Match(),
        "percent_off": Decimal(percent_off) if percent_off else None,
        "unit_price": Decimal(unit) if unit else None,
        "billing_currency": None,
        "pricing_unit": None,
        "first_day": None,
        "last_day": None,
        "origin": "rates.yaml, entry 1 (line 1)",
    }
    return Rate(**{**fields, **changes})


def rates(*all_of_them: Rate) -> Rates:
    return Rates(rates=all_of_them, as_of=WRITTEN)


@dataclass
class Held:
    """A source of rates that holds what it was given."""

    now: Rates = field(default_factory=Rates)

    def rates(self) -> Rates:
        return self.now


def today() -> date:
    return DAY


@pytest.mark.parametrize(
    ("of", "is_meant"),
    [
        ({}, True),
        ({"component": "Training"}, True),
        ({"component": "Hosting Training"}, True),
        ({"component": "Hosting"}, False),
        ({"family": "g5"}, True),
        ({"family": "g"}, False),
        ({"instance_type": "ml.g5.xlarge"}, True),
        ({"instance_type": "g5.xlarge"}, False),
        ({"region_id": "us-east-1"}, True),
        ({"region_id": "us-east-2"}, False),
        ({"sku": "ABC"}, True),
        ({"sku": "ABD"}, False),
        ({"purchase_option": "OnDemand"}, True),
        ({"purchase_option": "Spot"}, False),
        ({"component": "Training", "family": "g5", "region_id": "us-east-1"}, True),
        ({"component": "Training", "family": "g6", "region_id": "us-east-1"}, False),
    ],
)
def test_all_fields_must_agree(of: dict[str, str], is_meant: bool) -> None:
    """Each that is given, with one of its values; none at all matches everything."""
    key = price_key(REGION, "Training", "ml.g5.xlarge")
    assert match(**of).agrees(key, "ABC") == is_meant


@pytest.mark.parametrize("of", [{"sku": "ABC"}, {"family": "g5"}, {"instance_type": "ml.g5.xlarge"}])
def test_what_a_price_has_not_does_not_match(of: dict[str, str]) -> None:
    """No sku, no type: a rate that wants one is for something else."""
    assert not match(**of).agrees(price_key(REGION, "Storage-Training", None), None)


@pytest.mark.parametrize(
    ("instance_type", "family"),
    [
        ("ml.g5.xlarge", "g5"),
        ("g5.xlarge", "g5"),
        ("ml.p6-b200.48xlarge", "p6-b200"),
        ("ml.geospatial.interactive", "geospatial"),
        ("system", "system"),
        (None, None),
        ("", None),
    ],
)
def test_families(instance_type: str | None, family: str | None) -> None:
    """What stands before the size, without ml."""
    assert family_of(instance_type) == family


@pytest.mark.parametrize(
    ("first", "last", "holds"),
    [
        (None, None, True),
        (DAY, None, True),
        (None, DAY, True),
        (DAY, DAY, True),
        (date(2026, 11, 24), None, False),
        (None, date(2026, 11, 22), False),
        (date(2026, 1, 1), date(2026, 12, 31), True),
    ],
)
def test_both_days_are_included(first: date | None, last: date | None, holds: bool) -> None:
    """A rate outside its dates does not match, and the next one may."""
    found = rates(rate("10", first_day=first, last_day=last), rate("1")).first(price_key(REGION, "EC2", "m5.xlarge"), None, DAY)
    assert found is not None
    assert found.percent_off == (10 if holds else 1)


def test_a_percentage_is_taken_off_the_list_price() -> None:
    """The list price stays beside it; the date is that of the list unless the rate has one."""
    listed = unit_price("1.408")
    expected = ContractedPrice(
        unit_price=Decimal("1.23904"), origin="rates.yaml, entry 1 (line 1): 12 % off the list price", as_of="2026-01-01"
    )
    found = contracted(listed.key, listed, rates(rate("12")), DAY)
    assert found is not None
    assert (found.list_unit_price, found.contracted, found.unit_price) == (Decimal("1.408"), expected, Decimal("1.23904"))
    dated = contracted(listed.key, listed, rates(rate("12.50", first_day=date(2026, 4, 1))), DAY)
    assert dated is not None
    assert dated.contracted == ContractedPrice(
        unit_price=Decimal("1.232"), origin="rates.yaml, entry 1 (line 1): 12.5 % off the list price", as_of="2026-04-01"
    )


def test_everything_off_is_zero() -> None:
    """By the user's own word, so it is known."""
    listed = unit_price("1.408", error_percent=Decimal("0.31"))
    found = contracted(listed.key, listed, rates(rate("100")), DAY)
    assert found is not None
    assert found.contracted is not None
    assert (found.unit_price, found.contracted.error_percent) == (0, None)


@pytest.mark.parametrize(("terms", "error"), [({"percent_off": "12"}, "0.31"), ({"unit": "1.24"}, None)])
def test_a_percentage_is_as_wrong_as_its_list_price(terms: dict[str, str], error: str | None) -> None:
    """A price that is agreed is exact."""
    listed = unit_price("1.408", price_basis="derived", error_percent=Decimal("0.31"))
    found = contracted(listed.key, listed, rates(rate(**terms)), DAY)
    assert found is not None
    assert found.contracted is not None
    assert found.contracted.error_percent == (Decimal(error) if error else None)


def test_a_price_of_its_own() -> None:
    """In the list's currency and unit where it says nothing else, beside the list price."""
    listed = unit_price("1.408")
    found = contracted(listed.key, listed, rates(rate(unit="1.240")), DAY)
    assert found is not None
    expected = ContractedPrice(
        unit_price=Decimal("1.24"), origin="rates.yaml, entry 1 (line 1): 1.24 USD per hour", as_of=WRITTEN
    )
    assert (found.list_unit_price, found.price_basis, found.contracted) == (Decimal("1.408"), "observed", expected)


@pytest.mark.parametrize("changes", [{"billing_currency": "EUR"}, {"pricing_unit": "GB-Mo"}])
def test_two_currencies_or_units_never_meet(changes: dict[str, str]) -> None:
    """The contract's price is kept, and the list's dropped."""
    listed = unit_price("1.408", sku="ABC")
    found = contracted(listed.key, listed, rates(rate(unit="1.24", **changes)), DAY)
    assert found is not None
    assert (found.list_unit_price, found.price_source, found.price_basis) == (None, "contracted-rates", "contracted")
    assert (found.unit_price, found.sku) == (Decimal("1.24"), "ABC")
    assert (found.billing_currency, found.pricing_unit) == (
        changes.get("billing_currency", "USD"),
        changes.get("pricing_unit", "Hours"),
    )


@pytest.mark.parametrize(
    ("region_id", "component", "instance_type", "of", "currency", "unit"),
    [
        (REGION, "Training", "ml.x1.large", {"component": "Training", "instance_type": "ml.x1.large"}, "USD", "Hours"),
        ("cn-north-1", "Training", "ml.x1.large", {"component": "Training", "instance_type": "ml.x1.large"}, "CNY", "Hours"),
        (REGION, "Storage-Canvas", None, {"component": "Storage-Canvas"}, "USD", "GB-Mo"),
        (REGION, "Data-Hosting", None, {"component": "Data-Hosting"}, "USD", "GB"),
        (REGION, "Serverless", None, {"component": "Serverless"}, "USD", "GB-Seconds"),
    ],
)
def test_a_price_where_no_list_has_one(
    region_id: str, component: str, instance_type: str | None, of: dict[str, str], currency: str, unit: str
) -> None:
    """The contract's alone, in the usual currency and unit."""
    key = price_key(region_id, component, instance_type)
    found = contracted(key, None, rates(rate(unit="2", of=match(**of))), DAY)
    assert found is not None
    assert (found.key, found.list_unit_price, found.unit_price) == (key, None, 2)
    assert (found.billing_currency, found.pricing_unit, found.price_as_of) == (currency, unit, WRITTEN)
    assert (found.price_source, found.price_basis, found.error_percent) == ("contracted-rates", "contracted", None)


@pytest.mark.parametrize(
    ("of", "key"),
    [
        ({}, price_key(REGION, "Training", "ml.x1.large")),
        ({"component": "Training"}, price_key(REGION, "Training", "ml.x1.large")),
        ({"instance_type": "ml.x1.large"}, price_key(REGION, "Training", "ml.x1.large")),
        ({"component": "Training", "family": "x1"}, price_key(REGION, "Training", "ml.x1.large")),
        (
            {"component": "Storage-Training"},
            PriceKey(region_id=REGION, component="Storage-Training", instance_type="ml.x1.large"),
        ),
    ],
)
def test_a_price_is_not_made_up(of: dict[str, str], key: PriceKey) -> None:
    """Where no list has one, the rate must name the component, and the type where that has one."""
    assert contracted(key, None, rates(rate(unit="2", of=match(**of))), DAY) is None


def test_a_percentage_of_nothing() -> None:
    """Unknown stays unknown, and the first match wins even so."""
    key = price_key(REGION, "Training", "ml.x1.large")
    named = rate(unit="2", of=match(component="Training", instance_type="ml.x1.large"))
    assert contracted(key, None, rates(rate("10"), named), DAY) is None
    only_contracted = contracted(key, None, rates(named), DAY)
    assert only_contracted is not None
    assert contracted(key, only_contracted, rates(rate("10")), DAY) is None


@pytest.mark.parametrize(
    ("option", "of", "amount"),
    [
        ("OnDemand", {}, "2"),
        ("Reserved", {}, "30"),
        ("Reserved", {"purchase_option": "Reserved"}, "2"),
        ("OnDemand", {"purchase_option": "Reserved"}, "30"),
    ],
)
def test_a_price_is_for_one_way_to_buy(option: PurchaseOption, of: dict[str, str], amount: str) -> None:
    """The usual one unless the rate names another; a percentage is off all of them."""
    key = price_key(REGION, "Cluster", "ml.p5.48xlarge", option)
    listed = unit_price("30", key=key)
    found = contracted(key, listed, rates(rate(unit="2", of=match(component="Cluster", **of))), DAY)
    reduced = contracted(key, listed, rates(rate("50")), DAY)
    assert found is not None
    assert reduced is not None
    assert (found.unit_price, reduced.unit_price) == (Decimal(amount), 15)


def test_a_rate_by_sku() -> None:
    """Only where the price's is known."""
    known, unknown = unit_price("1", sku="ABC"), unit_price("1", instance_type="ml.g5.xlarge")
    by_sku = rates(rate("10", of=match(sku="ABC")))
    assert [contracted(p.key, p, by_sku, DAY).unit_price for p in (known, unknown)] == [Decimal("0.9"), 1]  # type: ignore[union-attr]


def test_exchange() -> None:
    """As it is written, the first one, and not turned round."""
    one = Exchange(from_currency="CNY", to_currency="USD", rate=Decimal("0.1389"), as_of="2026-11-01", origin="here")
    other = Exchange(from_currency="CNY", to_currency="USD", rate=Decimal("0.2"), as_of="2026-11-02", origin="there")
    found = Rates(exchanges=(one, other))
    assert found.exchange("CNY", "USD") is one
    assert (found.exchange("USD", "CNY"), found.exchange("USD", "USD")) == (None, None)


def test_the_source_follows_list_rates_and_day() -> None:
    """What is kept holds for one state of all three; without rates, the list's own answer comes through."""
    listed, held, days = price_list([unit_price("1")]), Held(), [DAY]
    source = ContractedPrices(listed, held, lambda: days[0])
    key = unit_price("1").key

    def told() -> Decimal | None:
        found = source.unit_price(key)
        return found and found.unit_price

    assert source.unit_price(key) is listed.known[key]
    held.now = rates(rate("10", last_day=DAY), rate("20"))
    assert told() == Decimal("0.9")
    assert source.unit_price(key) is source.unit_price(key)
    days[0] = date(2026, 11, 24)
    assert told() == Decimal("0.8")
    listed.known[key] = unit_price("2")
    assert told() == Decimal("1.6")
    del listed.known[key]
    assert told() is None
    held.now = Rates()
    assert told() is None


def test_strangers_do_not_pile_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is kept has an end."""
    monkeypatch.setattr(module, "MOST_KEPT", 10)
    source = ContractedPrices(price_list([]), Held(rates(rate("10"))), today)
    for number in range(100):
        assert source.unit_price(price_key(REGION, "Training", f"ml.z{number}.xlarge")) is None
    assert len(source._kept.prices) <= 11


AMOUNTS = st.decimals(min_value=0, max_value=Decimal(10) ** 12 - 1, places=18)
PERCENT = st.decimals(min_value=0, max_value=100, places=6)


@given(amount=AMOUNTS, percent=PERCENT)
def test_a_percentage_is_exact(amount: Decimal, percent: Decimal) -> None:
    """To the last digit, by whole numbers; never below zero nor above the list price."""
    listed = unit_price(format(amount, "f"))
    found = contracted(listed.key, listed, rates(rate(format(percent, "f"))), DAY)
    assert found is not None
    whole = int(f"{amount:f}".replace(".", "")) * (100 * 10**6 - int(f"{percent:f}".replace(".", "")))
    assert Fraction(found.unit_price) == Fraction(whole, 10**26)
    assert 0 <= found.unit_price <= amount


NAMES: dict[str, list[str]] = {
    "component": ["Training", "Hosting", "Storage-Training"],
    "family": ["g5", "m5"],
    "instance_type": ["ml.g5.xlarge", "ml.m5.xlarge", "g5.xlarge"],
    "region_id": ["us-east-1", "eu-west-1"],
    "sku": ["A", "B"],
}
MATCHES = st.fixed_dictionaries({}, optional={n: st.lists(st.sampled_from(v), min_size=1, max_size=2) for n, v in NAMES.items()})
DAYS = st.sampled_from([None, date(2026, 11, 1), DAY, date(2026, 12, 1)])
WRITTEN_RATES = st.lists(st.tuples(MATCHES, DAYS, DAYS), max_size=6)


@given(
    WRITTEN_RATES, *(st.sampled_from(NAMES[name]) for name in ("component", "instance_type", "region_id")), st.sampled_from("AB")
)
def test_the_first_match_wins(
    written: list[tuple[dict[str, list[str]], date | None, date | None]], component: str, kind: str, region_id: str, sku: str
) -> None:
    """As a plain loop over the file finds it."""
    key = price_key(region_id, component, kind)
    facts = {"component": component, "instance_type": key.instance_type, "region_id": region_id, "sku": sku}
    facts["family"] = key.instance_type.replace("ml.", "").split(".")[0] if key.instance_type else None
    expected = None
    for number, (of, first, last) in enumerate(written):
        is_day = (first or date.min) <= DAY <= (last or date.max)
        if expected is None and is_day and all(facts[name] in values for name, values in of.items()):
            expected = number
    made = [
        rate(str(number), of=Match(**{name: frozenset(values) for name, values in of.items()}), first_day=first, last_day=last)
        for number, (of, first, last) in enumerate(written)
    ]
    found = rates(*made).first(key, sku, DAY)
    assert (None if found is None else found.percent_off) == expected


@pytest.fixture
def source() -> Callable[[UnitPrice], ContractedPrices]:
    return lambda price: ContractedPrices(price_list([price]), Held(rates(rate("10"))), today)


def test_a_price_source_as_any(source: Callable[[UnitPrice], ContractedPrices]) -> None:
    """The price is that of its key, and asked again it is the same."""
    listed = unit_price("1")
    found = source(listed).unit_price(listed.key)
    assert found is not None
    assert (found.key, found.unit_price) == (listed.key, Decimal("0.9"))
