"""One product of AWS's list gives one offer, or the reason why not; no input makes it raise."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from mlcost_ext.core.money import billing_currency_of

from .attributes import place_of
from .offer import SKU, Attributes, Offer, Place, Skipped, Unfit, date_in, mapping_at, text_at
from .terms import Term, amount_of, terms_of

MOST_ENTRY = 512 * 1024
"""Characters of one product with its terms; those of AWS have two to twenty thousand."""

DAMAGE = {
    "no_text": "that is no text",
    "no_json": "that is no JSON",
    "no_object": "that is no product",
    "entry_too_long": "that is too long",
}
"""Reasons that are never AWS's doing, so that nothing else of the same list is to be believed; with words for each."""


@dataclass(frozen=True, slots=True)
class Read:
    """What becomes of one entry."""

    found: Offer | Skipped
    published_on: str | None = None
    """ISO date; None: it does not say."""
    region_id: str = ""
    service: str = ""
    """As the entry says, used or not; empty: it does not say."""


def _no_text(_: str) -> None:
    """Take a number for nothing: all that AWS's lists say is text, and no float comes near money."""


DECODER = json.JSONDecoder(parse_float=_no_text, parse_int=_no_text, parse_constant=_no_text)


def offer_of_text(text: object, today: str) -> tuple[Offer | Skipped, str | None]:
    """Read one entry of a ``PriceList``.

    Args:
        text: A product with its terms, as JSON.
        today: ISO date; taken where the entry has no publication date, and where it has a later one.

    Returns:
        The offer, or why there is none; and when AWS has published it, as an ISO date, where it says so.
    """
    read = read_entry(text, today)
    return read.found, read.published_on


def read_entry(text: object, today: str) -> Read:
    """Read one entry as `offer_of_text` does, and where it belongs besides."""
    if not isinstance(text, str):
        return Read(Skipped("no_text"))
    if len(text) > MOST_ENTRY:
        return Read(Skipped("entry_too_long"))
    try:
        document = DECODER.decode(text)
    except (ValueError, RecursionError):
        return Read(Skipped("no_json"))
    if not isinstance(document, dict):
        return Read(Skipped("no_object"))
    published_on = date_in(document.get("publicationDate"))
    if published_on is None and "publicationDate" in document:
        return Read(Skipped("no_date"), None, *_belongs(document))
    return Read(offer_of_document(document, min(published_on or today, today)), published_on, *_belongs(document))


def _belongs(document: dict[str, Any]) -> tuple[str, str]:
    try:
        attributes = mapping_at(mapping_at(document, "product"), "attributes")
        return text_at(attributes, "regionCode"), text_at(document, "serviceCode") or text_at(attributes, "servicecode")
    except Unfit:
        return "", ""


def damage(found: Offer | Skipped) -> str | None:
    """Say in words what is damaged of an entry; None: nothing is."""
    return DAMAGE.get(found.reason) if isinstance(found, Skipped) else None


def offer_of_document(document: dict[str, Any], published_on: str) -> Offer | Skipped:
    """Read a product with its terms as GetProducts gives them."""
    try:
        product, terms = mapping_at(document, "product"), mapping_at(document, "terms")
        place = place_of(_attributes(product), text_at(document, "serviceCode"))
        if "OnDemand" not in terms:
            raise Unfit("not_on_demand")
        read = terms_of(mapping_at(terms, "OnDemand"), billing_currency_of(place.region_id))
        return offer_at(place, sku_of(product), read, published_on)
    except Unfit as unfit:
        return Skipped(unfit.reason)


def place_of_product(product: object, service: str) -> Place:
    """Read what a product of an offer file is.

    Raises:
        Unfit: It is of no use here.
    """
    if not isinstance(product, dict):
        raise Unfit("no_object")
    return place_of(_attributes(product), service)


def sku_of(product: Attributes) -> str:
    """Give a product's SKU.

    Raises:
        Unfit: It has none.
    """
    sku = text_at(product, "sku")
    if not SKU.fullmatch(sku):
        raise Unfit("bad_sku")
    return sku


def offer_at(place: Place, sku: str, terms: Iterable[Term], published_on: str) -> Offer:
    """Put together what a product is and what it costs.

    Raises:
        Unfit: Its terms give no single amount.
    """
    amount = amount_of(terms, sku=sku, unit=place.pricing_unit, memory_gb=place.memory_gb, published_on=published_on)
    return Offer(
        region_id=place.region_id,
        component=place.component,
        instance_type=place.instance_type,
        purchase_option=place.purchase_option,
        unit_price=amount.value,
        pricing_unit=place.pricing_unit,
        billing_currency=billing_currency_of(place.region_id),
        sku=sku,
        rate_code=amount.rate_code,
        effective_date=amount.effective_date,
        usage_type=place.usage_type,
        operation=place.operation,
        plato=place.plato,
    )


def _attributes(product: Attributes) -> Attributes:
    """Give the attributes with the family as one more, which it is in offer files in CSV."""
    return {**mapping_at(product, "attributes"), "productFamily": text_at(product, "productFamily")}
