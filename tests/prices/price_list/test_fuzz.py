"""Whatever AWS sends: no crash, and no price that it does not say."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from mlcost_ext.prices.price_list import Offer, Skipped, offer_of_document, offer_of_text
from tests.fakes import REGION
from tools.make_price_list import SOLD, PriceList, Sold, entries

from .fuzz import Fuzz
from .lists import TODAY, made
from .oracle import complaint


def test_two_thousand_changed_lists() -> None:
    """The short form of `python -m tests.prices.price_list.fuzz`."""
    seen = Fuzz(seed=7).run(2000)
    assert seen["entry found"] > 200
    assert len(seen) > 25


def test_the_oracle_agrees_where_nothing_is_changed() -> None:
    """Every price of a made list is borne out by its product."""
    for service in ("AmazonSageMaker", "AmazonEC2"):
        for entry in entries(made(), service):
            found, _ = offer_of_text(entry, TODAY)
            assert not isinstance(found, Offer) or complaint(json.loads(entry), found, TODAY) is None


TYPES = st.from_regex(r"ml\.[a-z][0-9][a-z]{0,2}\.(?:[0-9]{1,2}xlarge|large|metal-[0-9]{1,2}xl)", fullmatch=True)


@given(
    sold=st.sampled_from(SOLD),
    instance_type=TYPES,
    amount=st.decimals(min_value=Decimal("0.0000000001"), max_value=Decimal(1000), places=10),
    seed=st.integers(0, 10_000),
)
def test_a_price_is_found_exactly(sold: Sold, instance_type: str, amount: Decimal, seed: int) -> None:
    """To the last digit, whichever of the attributes AWS leaves out."""
    document = PriceList(REGION, seed).instance(sold, instance_type, f"{amount:.10f}")
    found = offer_of_document(document, TODAY)
    assert isinstance(found, Offer)
    expected = (sold.component, sold.option, instance_type, amount, document["product"]["sku"])
    assert expected == (found.component, found.purchase_option, found.instance_type, found.unit_price, found.sku)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=10,
)
WORDS = st.sampled_from(["product", "terms", "attributes", "sku", "OnDemand", "usagetype", "regionCode", "serviceCode"])
LIKE_A_PRODUCT = st.dictionaries(WORDS, st.dictionaries(WORDS, JSON | st.dictionaries(WORDS, JSON), max_size=3) | JSON)


@given(document=JSON | LIKE_A_PRODUCT)
def test_any_json_is_skipped(document: Any) -> None:
    """With a short word for why."""
    found, _ = offer_of_text(json.dumps(document), TODAY)
    assert isinstance(found, Skipped)
    assert 0 < len(found.reason) < 30


@given(text=st.text() | st.binary().map(lambda raw: raw.decode("latin-1")))
def test_any_text_is_skipped(text: str) -> None:
    """Be it JSON or not."""
    assert isinstance(offer_of_text(text, TODAY)[0], Skipped)
