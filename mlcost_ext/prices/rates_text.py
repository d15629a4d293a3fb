"""Read the user's rates from YAML text; every fault is told at once, with its place and what to write instead."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import date
from decimal import Decimal
from difflib import get_close_matches
from typing import Any, TypeVar, get_args

from mlcost_ext.core.component import COMPONENTS, PurchaseOption, component_named
from mlcost_ext.core.money import decimal_from_text
from mlcost_ext.core.usage import PricingUnit
from mlcost_ext.policy.parsing import parse
from mlcost_ext.policy.yaml_nodes import EnoughError, Fault, NodeReader, in_order, is_nothing, shown

from .rates import ANY, Exchange, Match, Rate, Rates

DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
CURRENCY = re.compile(r"[A-Z]{3}")
SHAPES = {
    "family": (re.compile(r"[a-z0-9-]{1,40}"), "Write a family such as g5."),
    "instance_type": (re.compile(r"system|[a-z0-9-]{1,40}(\.[a-z0-9-]{1,40}){1,2}"), "Write a type such as ml.g5.xlarge."),
    "region_id": (re.compile(r"[a-z]{2,4}(-[a-z]{2,16}){1,3}-[0-9]{1,2}"), "Write a region such as us-east-1."),
    "sku": (re.compile(r"[A-Za-z0-9]{1,40}"), "Write AWS's sku of letters and digits."),
}
OPTIONS = {option.lower(): option for option in get_args(PurchaseOption)}
UNITS = {unit.lower(): unit for part in get_args(PricingUnit) for unit in (get_args(part) or (part,))}
MATCH_KEYS = ("component", "family", "instance_type", "region_id", "sku", "purchase_option")
RATE_KEYS = ("match", "percent_off", "unit_price", "billing_currency", "pricing_unit", "from", "to")
EXCHANGE_KEYS = ("from", "to", "rate")
WHOLE = "Write the file as one list, an entry to each hyphen, indented by spaces."
ENTRY = "An entry is a list of names and values."
WHAT = "Write a list; each entry is {match: {…}, percent_off: 12} or {match: {…}, unit_price: 1.24}."

Value = TypeVar("Value")
Nodes = Mapping[str, Any]
"""The values of a mapping by their keys; those left empty are not among them."""


def read_rates(data: bytes, *, name: str, as_of: str) -> tuple[Rates, tuple[Fault, ...]]:
    """Read a file of rates.

    Args:
        data: What is in it.
        name: The file's, for what is said of each rate.
        as_of: ISO date on which it was written.

    Returns:
        The rates and what is wrong; where anything is, the rates are of no use.
    """
    root, faults = parse(data, whole=WHOLE, entry=ENTRY)
    reader = Reader(shown(name), faults)
    if not faults and root is not None:
        with suppress(EnoughError):
            reader.read(root)
    return Rates(rates=tuple(reader.rates), exchanges=tuple(reader.exchanges), as_of=as_of), in_order(faults)


class Reader(NodeReader):
    """Turn nodes into rates, and note each fault."""

    def __init__(self, name: str, faults: list[Fault]) -> None:
        super().__init__(faults)
        self._name = name
        self.rates: list[Rate] = []
        self.exchanges: list[Exchange] = []

    def read(self, root: Any) -> None:
        """Read all entries."""
        if is_nothing(root):
            return
        if root.id != "sequence":
            self._fault(root, "This is no list of rates.", WHAT)
            return
        for number, node in enumerate(root.value, 1):
            origin = f"{self._name}, entry {number} (line {node.start_mark.line + 1})"
            if node.id == "mapping" and any(key.value == "exchange" for key, _ in node.value):
                self._exchange(node, origin)
            else:
                self._rate(node, origin)

    def _rate(self, node: Any, origin: str) -> None:
        nodes = self._mapping(node, RATE_KEYS, WHAT)
        if nodes is None:
            return
        match = self._match(nodes["match"]) if "match" in nodes else Match()
        rate = Rate(
            match=match,
            percent_off=self._value(nodes, "percent_off", percentage, "Write a number from 0 to 100, such as 12.5."),
            unit_price=self._value(nodes, "unit_price", decimal_from_text, "Write a plain amount of zero or more, such as 1.24."),
            billing_currency=self._value(nodes, "billing_currency", currency, "Write a currency such as USD."),
            pricing_unit=self._value(nodes, "pricing_unit", UNITS.__getitem__, f"Write one of {', '.join(UNITS.values())}."),
            first_day=self._value(nodes, "from", day, "Write a date such as 2026-11-01."),
            last_day=self._value(nodes, "to", day, "Write a date such as 2027-10-31; it is included."),
            origin=origin,
        )
        self._check(node, nodes, rate)
        self.rates.append(rate)

    def _check(self, node: Any, nodes: Nodes, rate: Rate) -> None:
        """Note what fits each other badly in a rate whose values are fit each by itself."""
        has_price, match = "unit_price" in nodes, rate.match
        if has_price == ("percent_off" in nodes):
            which = "both percent_off and" if has_price else "neither percent_off nor"
            self._fault(node, f"There is {which} unit_price.", "Write exactly one of the two.")
        for key in ("billing_currency", "pricing_unit"):
            if key in nodes and not has_price:
                self._fault(nodes[key], f"{key} belongs to a unit_price.", "Leave it out, or write a unit_price.")
        if rate.first_day and rate.last_day and rate.first_day > rate.last_day:
            self._fault(nodes["to"], "This is before `from`.", "Write the last day on which the rate holds.")
        is_named = "match" in nodes and replace(match, region_id=ANY, purchase_option=ANY) != Match()
        if has_price and not is_named and "match" not in {key for key in nodes if self._is_faulty(nodes[key])}:
            hint = "Say in match what it is the price of: component, family, instance_type or sku."
            self._fault(nodes["unit_price"], "One price cannot be that of everything.", hint)

    def _is_faulty(self, node: Any) -> bool:
        first, last = node.start_mark, node.end_mark
        return any(
            (first.line, first.column) <= ((fault.line or 0) - 1, (fault.column or 0) - 1) <= (last.line, last.column)
            for fault in self._faults
        )

    def _match(self, node: Any) -> Match:
        nodes = self._mapping(node, MATCH_KEYS, "Write match: {component: Training, family: g5}; without any it matches all.")
        if nodes is None:
            return Match()
        component = self._set(nodes, "component", component_of, component_hint)
        option = self._set(
            nodes, "purchase_option", OPTIONS.__getitem__, lambda _: f"Write one of {', '.join(OPTIONS.values())}."
        )
        plain = {key: self._set(nodes, key, shape_reader(key), shape_hint(key)) for key in SHAPES}
        return Match(component=component, purchase_option=option, **plain)

    def _exchange(self, node: Any, origin: str) -> None:
        nodes = self._mapping(node, ("exchange", "as_of"), "")
        if nodes is None or "exchange" not in nodes:
            self._fault(node, "The exchange rate is empty.", "Write {from: CNY, to: USD, rate: 0.1389}.")
            return
        pair = self._mapping(nodes["exchange"], EXCHANGE_KEYS, "Write {from: CNY, to: USD, rate: 0.1389}.")
        if pair is None:
            return
        hint = "Write a currency such as USD."
        one, other = self._value(pair, "from", currency, hint), self._value(pair, "to", currency, hint)
        rate = self._value(pair, "rate", above_zero, "Write a plain number above zero, such as 0.1389.")
        as_of = self._value(nodes, "as_of", day, "Write a date such as 2026-11-01.")
        for key, holder, place in (*((key, pair, nodes["exchange"]) for key in EXCHANGE_KEYS), ("as_of", nodes, node)):
            if key not in holder:
                self._fault(
                    place, f"{key} is missing.", "Write {exchange: {from: CNY, to: USD, rate: 0.1389}, as_of: 2026-11-01}."
                )
        if one and one == other:
            self._fault(pair["to"], "Both currencies are the same.", "Write two currencies.")
        if one and other and rate and as_of:
            self.exchanges.append(
                Exchange(from_currency=one, to_currency=other, rate=rate, as_of=as_of.isoformat(), origin=origin)
            )

    def _mapping(self, node: Any, known: Iterable[str], hint: str) -> dict[str, Any] | None:
        """Give what `NodeReader` gives, without what is left empty."""
        found = super()._mapping(node, known, hint)
        return None if found is None else {name: value for name, value in found.items() if not is_nothing(value)}

    def _value(self, nodes: Nodes, key: str, read: Callable[[str], Value], hint: str) -> Value | None:
        return self._scalar(nodes[key], key, read, lambda _: hint) if key in nodes else None

    def _set(self, nodes: Nodes, key: str, read: Callable[[str], str], hint: Callable[[str], str]) -> frozenset[str]:
        """Give one value or a list of them; nothing: whatever it is."""
        if key not in nodes:
            return ANY
        node = nodes[key]
        parts = node.value if node.id == "sequence" else [node]
        if not parts:
            self._fault(node, f"The list of {key} is empty.", "Leave the key out to match all.")
        values = [self._scalar(part, key, read, hint) for part in parts]
        return frozenset(value for value in values if value is not None)

    def _scalar(self, node: Any, key: str, read: Callable[[str], Value], hint: Callable[[str], str]) -> Value | None:
        if node.id != "scalar":
            self._fault(node, f"{key} takes no names and values here.", hint(""))
            return None
        text = node.value.strip()
        try:
            return read(text.lower() if key in ("purchase_option", "pricing_unit") else text)
        except (ValueError, KeyError):
            self._fault(node, f"{shown(text) or 'Nothing'} is no {key}.", hint(text))
            return None


def percentage(text: str) -> Decimal:
    """Read a number from 0 to 100; the per cent sign may be there."""
    found = decimal_from_text(text.removesuffix("%").rstrip())
    if found > 100:
        raise ValueError("more than all")
    return found


def above_zero(text: str) -> Decimal:
    """Read a plain number above zero."""
    found = decimal_from_text(text)
    if not found:
        raise ValueError("nothing")
    return found


def day(text: str) -> date:
    """Read an ISO date, and no other of its forms."""
    if not DATE.fullmatch(text):
        raise ValueError("no date")
    return date.fromisoformat(text)


def currency(text: str) -> str:
    """Read the three letters of a currency."""
    if not CURRENCY.fullmatch(text.upper()):
        raise ValueError("no currency")
    return text.upper()


def component_of(text: str) -> str:
    """Read a component, whatever the letter case."""
    found = component_named(text)
    if found is None:
        raise ValueError("no component")
    return found


def component_hint(text: str) -> str:
    """Say which component may be meant."""
    known = {name.lower(): name for name in COMPONENTS}
    near = get_close_matches(text.lower()[:40], known, n=3) or ["training", "hosting", "processing", "storage-training"]
    return f"Write one of AWS's components, such as {', '.join(known[name] for name in near)}."


def shape_reader(key: str) -> Callable[[str], str]:
    """Give what reads a value of one shape; a family may be written as ``ml.g5``."""
    pattern, _ = SHAPES[key]

    def read(text: str) -> str:
        value = text.removeprefix("ml.") if key == "family" else text
        if not pattern.fullmatch(value):
            raise ValueError("another shape")
        return value

    return read


def shape_hint(key: str) -> Callable[[str], str]:
    """Give what says how a value of one shape looks."""
    return lambda _: SHAPES[key][1]
