"""Many offers become one price for each thing, in whatever order they come."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlcost_ext.prices.price_list import Collector, Offer, Skipped, offer_of_document

from .lists import TODAY, bare, found_in, product


def offer(amount: str = "0.23", since: str = "2026-11-01", sku: str = "AAAAAAAA") -> Offer:
    found = offer_of_document(product(), TODAY)
    assert isinstance(found, Offer)
    return replace(found, unit_price=Decimal(amount), effective_date=since, sku=sku, rate_code="")


def collected(*found: Offer | Skipped) -> Collector:
    collector = Collector("us-east-1")
    for each in found:
        collector.add(each)
    return collector


@pytest.mark.parametrize(
    ("offers", "expected"),
    [
        ([offer(), offer(sku="BBBBBBBB")], ["0.23", "Hours"]),
        ([offer("0.1", "2024-01-01"), offer("0.2")], ["0.2", "Hours"]),
        ([offer("0.2"), offer("0.1", "2024-01-01")], ["0.2", "Hours"]),
        ([offer("0.1"), offer("0.2")], None),
        ([offer("0.1", "2024-01-01"), offer("0.2", "2024-01-01"), offer("0.3")], ["0.3", "Hours"]),
        ([offer("0.3"), offer("0.1"), offer("0.1")], None),
    ],
)
def test_two_prices_for_one_thing(offers: list[Offer], expected: list[str] | None) -> None:
    """The same twice is once; the later one rules; two since the same day are none, and counted."""
    collector = collected(*offers)
    assert expected == found_in(collector).get("Training|OnDemand|ml.m5.xlarge")
    assert ({} if expected else {"contradictory": 1}) == collector.reasons()


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        ({}, "0.2"),
        ({"usage_type": "Train:ml.m5.xlarge"}, "0.2"),
        ({"usage_type": "USE1-train:ml.m5.xlarge"}, "0.2"),
        ({"usage_type": "USE1-Train:ml.m5.xlarge-Training"}, None),
        ({"usage_type": "XYZ1-Train:ml.m5.xlarge"}, None),
        ({"operation": ""}, None),
        ({"plato": "SpotTraining"}, None),
        ({"operation": "", "unit_price": Decimal("0.2")}, "0.2"),
    ],
)
def test_a_later_date_rules_only_where_all_else_is_the_same(other: dict[str, Any], expected: str | None) -> None:
    """Two ways to sell a thing that differ in their price are none, whichever is the later one."""
    early = replace(offer("0.1", "2024-01-01", "BBBBBBBB"), **other)
    for offers in ((early, offer("0.2")), (offer("0.2"), early)):
        collector = collected(*offers)
        assert ({"Training|OnDemand|ml.m5.xlarge": [expected, "Hours"]} if expected else {}) == found_in(collector)
        assert ({} if expected else {"contradictory": 1}) == collector.reasons()


def test_what_two_have_gathered_is_put_together() -> None:
    """As if one had gathered all of it; what contradicts itself within one of them stays so."""
    torn = collected(offer("0.3", sku="CCCCCCCC"), offer("0.4", sku="DDDDDDDD"), Skipped("free"))
    for first, second in ((torn, collected(offer("0.3"))), (collected(offer("0.3")), torn)):
        together = collected()
        together.take(first)
        together.take(second)
        assert (together.offers(), together.reasons()) == ({}, {"contradictory": 1, "free": 1})


def test_forms_of_what_has_no_type_must_agree() -> None:
    """Memory sizes, volume types and ways are products of their own: a later date does not make one of them rule."""
    sizes = [bare(f"USE1-ServerlessInf:Mem-{gb}GB", "seconds", f"{Decimal('0.00002') * gb:.10f}") for gb in (1, 2, 4)]
    offers = [offer_of_document(size, TODAY) for size in sizes]
    assert found_in(collected(*offers)) == {"Serverless|OnDemand|": ["0.00002", "GB-Seconds"]}
    assert isinstance(offers[0], Offer)
    dearer = replace(offers[0], unit_price=Decimal("0.00003"), effective_date="2026-11-15")
    assert collected(*offers[1:], dearer).reasons() == {"contradictory": 1}


def test_counts() -> None:
    """By component and by reason; what is of another region is a reason."""
    collector = collected(offer(), Skipped("free"), Skipped("free"), replace(offer(), region_id="eu-west-1"))
    assert collector.counts() == {"Training": 1}
    assert collector.reasons() == {"free": 2, "other_region": 1}


OFFERS = st.lists(
    st.builds(
        offer,
        st.sampled_from(["0.1", "0.2"]),
        st.sampled_from(["2024-01-01", "2025-01-01", "2026-01-01"]),
        st.sampled_from(["AAAAAAAA", "BBBBBBBB", "CCCCCCCC"]),
    ),
    max_size=6,
)


@given(offers=OFFERS, data=st.data())
def test_the_order_does_not_matter(offers: list[Offer], data: st.DataObject) -> None:
    """Nor does an interruption in the middle."""
    other = data.draw(st.permutations(offers))
    at = data.draw(st.integers(0, len(offers)))
    interrupted = collected(*other[:at])
    interrupted = Collector.from_document("us-east-1", json.loads(json.dumps(interrupted.to_document())))
    for each in other[at:]:
        interrupted.add(each)
    assert collected(*offers).offers() == interrupted.offers()
