"""AWS's offer file in JSON: all products first, then all terms; and answers of GetProducts that somebody has kept."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TextIO

from .json_stream import JsonStream, broken, publication_date
from .offer import MOST_TEXT, SKU, Offer, Place, Skipped, Unfit
from .product import offer_at, offer_of_text, place_of_product
from .regions import currency_of
from .terms import terms_of


class OfferJson:
    """One file's offers, and what was skipped; read once.

    Raises:
        PriceListError: While it is read: it ends early or is something else.
    """

    def __init__(self, file: TextIO, today: str) -> None:
        self._stream = JsonStream(file)
        self._today = today
        self._places: dict[str, Place | None] = {}
        self.service = ""
        """The service code; empty: not told yet, or each product tells its own."""
        self.published_on: str | None = None

    def __iter__(self) -> Iterator[Offer | Skipped]:
        """Give each product's offer, or why it has none."""
        seen = set()
        for key in self._stream.members():
            seen.add(key)
            if key == "PriceList":
                yield from self._entries()
            elif key == "products":
                yield from self._products()
            elif key == "terms":
                if "products" not in seen:
                    raise broken("has its terms before its products")
                yield from self._terms()
            else:
                self._note(key, self._stream.value())
        self._stream.end()
        if not seen & {"PriceList", "terms"}:
            raise broken("is no price list of AWS")

    def _note(self, key: str, value: Any) -> None:
        if key == "offerCode" and isinstance(value, str):
            self.service = value[:MOST_TEXT]
        elif key == "publicationDate":
            self.published_on = publication_date(value)

    def _entries(self) -> Iterator[Offer | Skipped]:
        for _ in self._stream.items():
            found, published_on = offer_of_text(self._stream.value(), self._today)
            self.published_on = max(filter(None, (self.published_on, published_on)), default=None)
            yield found

    def _products(self) -> Iterator[Offer | Skipped]:
        for sku in self._stream.members():
            product = self._stream.value()
            try:
                place = place_of_product(product, self.service)
                if not SKU.fullmatch(sku) or product.get("sku", sku) != sku:
                    raise Unfit("bad_sku")
            except Unfit as unfit:
                yield Skipped(unfit.reason)
                continue
            is_same = self._places.get(sku, place) == place
            self._places[sku] = place if is_same else None

    def _terms(self) -> Iterator[Offer | Skipped]:
        seen: set[str] = set()
        for kind in self._stream.members():
            if kind != "OnDemand":
                self._stream.skip()
                continue
            for sku in self._stream.members():
                on_demand = self._stream.value()
                if sku in self._places:
                    seen.add(sku)
                    yield self._offer(sku, on_demand)
        for _ in self._places.keys() - seen:
            yield Skipped("not_on_demand")

    def _offer(self, sku: str, on_demand: Any) -> Offer | Skipped:
        place = self._places[sku]
        if place is None:
            return Skipped("contradictory_sku")
        if not isinstance(on_demand, dict):
            return Skipped("junk")
        try:
            terms = terms_of(on_demand, currency_of(place.region_id))
            return offer_at(place, sku, terms, min(self.published_on or self._today, self._today))
        except Unfit as unfit:
            return Skipped(unfit.reason)
