"""AWS's offer file in CSV: a few lines about the list, a line of column names, and a line for each price."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from typing import TextIO

from mlcost_ext.core.money import billing_currency_of

from .attributes import place_of
from .json_stream import broken, publication_date
from .offer import MOST_TEXT, SKU, Offer, Place, Skipped, Unfit, date_in
from .product import offer_at
from .terms import MOST_TERMS, Dimension, Term

MOST_HEAD = 20
MOST_BAD_ROWS = 3
"""Lines of another width that are passed over; where there are more, the file is damaged."""
MOST_LINE = 256 * 1024
"""Characters of a line at most."""
ATTRIBUTES = {
    "capacitystatus": "capacitystatus",
    "component": "component",
    "group": "group",
    "instancename": "instanceName",
    "instancetype": "instanceType",
    "locationtype": "locationType",
    "marketoption": "marketoption",
    "operatingsystem": "operatingSystem",
    "operation": "operation",
    "platoclassificationtype": "platoclassificationtype",
    "platoinstancename": "platoinstancename",
    "platoinstancetype": "platoinstancetype",
    "preinstalledsw": "preInstalledSw",
    "productfamily": "productFamily",
    "regioncode": "regionCode",
    "servicecode": "servicecode",
    "tenancy": "tenancy",
    "usagetype": "usagetype",
    "volumeapiname": "volumeApiName",
    "volumetype": "volumeType",
}
"""Columns, in lower case without blanks and marks, and the names of the same attributes in JSON."""
TERM_COLUMNS = (
    "SKU",
    "RateCode",
    "TermType",
    "EffectiveDate",
    "StartingRange",
    "EndingRange",
    "Unit",
    "PricePerUnit",
    "Currency",
)

Row = list[str]


class OfferCsv:
    """One file's offers, and what was skipped; read once.

    Raises:
        PriceListError: While it is read: it ends early or is something else.
    """

    def __init__(self, file: TextIO, today: str) -> None:
        self._lines = WholeLines(file)
        self._today = today
        self._columns: dict[str, int] = {}
        self._attributes: dict[str, int] = {}
        self._width = 0
        self._bad_rows = 0
        self._places: dict[str, Place | str] = {}
        self._terms: dict[str, list[Term]] = {}
        self.service = ""
        """The service code of the list."""
        self.published_on: str | None = None

    def __iter__(self) -> Iterator[Offer | Skipped]:
        """Give each product's offer, or why it has none."""
        try:
            rows = csv.reader(self._lines)
            self._read_head(rows)
            self._read_rows(rows)
        except csv.Error:
            raise broken("is no CSV that can be read") from None
        if self._lines.is_cut:
            raise broken("ends early")
        for _ in range(self._bad_rows):
            yield Skipped("row_width")
        for sku, place in self._places.items():
            yield Skipped(place) if isinstance(place, str) else self._offer(sku, place)

    def _read_head(self, rows: Iterable[Row]) -> None:
        for number, row in enumerate(rows):
            if {"SKU", "PricePerUnit"} <= set(row):
                return self._note_columns(row)
            if len(row) > 1 and row[0] == "Publication Date":
                self.published_on = publication_date(row[1])
            elif len(row) > 1 and row[0] == "OfferCode":
                self.service = row[1][:MOST_TEXT]
            if number >= MOST_HEAD:
                break
        raise broken("is no price list of AWS")

    def _note_columns(self, row: Row) -> None:
        self._width = len(row)
        self._columns = {name: row.index(name) for name in TERM_COLUMNS if name in row}
        plain = ["".join(filter(str.isalnum, name)).lower() for name in row]
        self._attributes = {name: plain.index(column) for column, name in ATTRIBUTES.items() if column in plain}
        if len(self._columns) < len(TERM_COLUMNS) or "usagetype" not in self._attributes:
            raise broken("lacks columns that AWS's price lists have")

    def _read_rows(self, rows: Iterable[Row]) -> None:
        is_whole = True
        for row in rows:
            if not row:
                continue
            is_whole = len(row) == self._width
            if is_whole:
                self._take(row)
            else:
                self._bad_rows += 1
        if not is_whole:
            raise broken("ends early")
        if self._bad_rows > MOST_BAD_ROWS:
            raise broken(f"has {self._bad_rows} lines with too few or too many fields")

    def _take(self, row: Row) -> None:
        values = {name: row[at] for name, at in self._columns.items()}
        sku = values["SKU"]
        if values["TermType"] != "OnDemand" or not SKU.fullmatch(sku):
            return
        try:
            place = place_of({name: row[at] for name, at in self._attributes.items()}, self.service)
            if self._places.setdefault(sku, place) != place:
                raise Unfit("contradictory_sku")
            self._take_term(sku, place, values)
        except Unfit as unfit:
            self._places[sku] = unfit.reason
            self._terms.pop(sku, None)

    def _take_term(self, sku: str, place: Place, values: dict[str, str]) -> None:
        effective_date = date_in(values["EffectiveDate"])
        if effective_date is None:
            raise Unfit("no_date")
        terms = self._terms.setdefault(sku, [])
        if len(terms) >= MOST_TERMS:
            raise Unfit("too_many_terms")
        if values["Currency"] == billing_currency_of(place.region_id):
            names = ("StartingRange", "EndingRange", "Unit", "PricePerUnit", "RateCode")
            terms.append(Term(effective_date, (Dimension(*(values[name][:MOST_TEXT] for name in names)),)))

    def _offer(self, sku: str, place: Place) -> Offer | Skipped:
        terms = self._terms.get(sku)
        if not terms:
            return Skipped("other_currency")
        try:
            return offer_at(place, sku, terms, min(self.published_on or self._today, self._today))
        except Unfit as unfit:
            return Skipped(unfit.reason)


class WholeLines:
    """The lines of a file, none of them endless, and whether the last one is cut."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self.is_cut = False
        """Of the line read last: it has no end, and a quotation mark that is not closed."""

    def __iter__(self) -> Iterator[str]:
        """Give each line with its end."""
        while line := self._file.readline(MOST_LINE):
            if len(line) >= MOST_LINE:
                raise broken("has a line that is too long")
            self.is_cut = not line.endswith("\n") and line.count('"') % 2 == 1
            yield line
