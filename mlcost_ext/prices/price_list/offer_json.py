"""AWS's offer file in JSON: all products first, then all terms; and answers of GetProducts that somebody has kept."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TextIO

from mlcost_ext.core.money import billing_currency_of

from .json_stream import JsonStream, broken, publication_date
from .offer import MOST_TEXT, SKU, Offer, Place, Skipped, Unfit
from .product import DAMAGE, damage, offer_at, place_of_product, read_entry
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
        self.is_page = False
        """It is an answer of GetProducts."""
        self.has_more = False
        """It is one, and not the last one."""
        self.places: set[tuple[str, str]] = set()
        """Of an answer: regions and services of its products, used or not."""

    def __iter__(self) -> Iterator[Offer | Skipped]:
        """Give each product's offer, or why it has none."""
        seen = set()
        for key in self._stream.members():
            seen.add(key)
            if key == "PriceList":
                self.is_page = True
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
        elif key == "NextToken":
            self.has_more = value not in (None, "")

    def _entries(self) -> Iterator[Offer | Skipped]:
        for _ in self._stream.items():
            read = read_entry(self._stream.value(), self._today)
            if (what := damage(read.found)) is not None:
                raise broken(f"has an entry {what}")
            self.published_on = max(filter(None, (self.published_on, read.published_on)), default=None)
            self.places.add((read.region_id, read.service))
            yield read.found

    def _products(self) -> Iterator[Offer | Skipped]:
        for sku in self._stream.members():
            product = self._stream.value()
            try:
                place = place_of_product(product, self.service)
                if not SKU.fullmatch(sku) or product.get("sku", sku) != sku:
                    raise Unfit("bad_sku")
            except Unfit as unfit:
                if unfit.reason in DAMAGE:
                    raise broken(f"has an entry {DAMAGE[unfit.reason]}") from None
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
        if not isinstance(on_demand, dict):
            raise broken("has terms that are none")
        place = self._places[sku]
        if place is None:
            return Skipped("contradictory_sku")
        try:
            terms = terms_of(on_demand, billing_currency_of(place.region_id))
            return offer_at(place, sku, terms, min(self.published_on or self._today, self._today))
        except Unfit as unfit:
            return Skipped(unfit.reason)
