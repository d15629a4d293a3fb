"""Rates as they are written down, and every way to write them wrongly."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from mlcost_ext.policy.yaml_nodes import Fault, shown
from mlcost_ext.prices.rates import Exchange, Match, Rates
from mlcost_ext.prices.rates_text import read_rates

GOOD = """\
# Our agreement of 2026.
- match: {component: training, family: [g5, ml.p5], region_id: us-east-1}
  percent_off: 12.5
  from: 2026-04-01
  to: "2027-03-31"
- match:
    component: [Hosting, STORAGE-hosting]
    instance_type: ml.g5.xlarge
    sku: ABCDEF
    purchase_option: ondemand
  unit_price: "1.240"
  billing_currency: usd
  pricing_unit: hours
- exchange: {from: CNY, to: USD, rate: 0.1389}
  as_of: 2026-11-01
- percent_off: 3 %
  from:
  to: ~
"""


def read(text: str | bytes) -> tuple[Rates, tuple[Fault, ...]]:
    data = text.encode() if isinstance(text, str) else text
    return read_rates(data, name="rates.yaml", as_of="2026-11-02")


def test_what_is_written_is_read() -> None:
    """Amounts as they stand, dates as days, letter case where it does not matter, the place of each."""
    found, faults = read(GOOD)
    assert faults == ()
    first, second, last = found.rates
    assert first.match == Match(
        component=frozenset({"Training"}), family=frozenset({"g5", "p5"}), region_id=frozenset({"us-east-1"})
    )
    assert (first.percent_off, first.first_day, first.last_day) == (Decimal("12.5"), date(2026, 4, 1), date(2027, 3, 31))
    assert (first.unit_price, first.origin) == (None, "rates.yaml, entry 1 (line 2)")
    assert second.match == Match(
        component=frozenset({"Hosting", "Storage-Hosting"}),
        instance_type=frozenset({"ml.g5.xlarge"}),
        sku=frozenset({"ABCDEF"}),
        purchase_option=frozenset({"OnDemand"}),
    )
    assert (str(second.unit_price), second.billing_currency, second.pricing_unit) == ("1.240", "USD", "Hours")
    assert (last.match, last.percent_off, last.first_day, last.last_day) == (Match(), Decimal(3), None, None)
    assert last.origin == "rates.yaml, entry 4 (line 16)"
    origin = "rates.yaml, entry 3 (line 14)"
    exchange = Exchange(from_currency="CNY", to_currency="USD", rate=Decimal("0.1389"), as_of="2026-11-01", origin=origin)
    assert (found.exchanges, found.as_of) == ((exchange,), "2026-11-02")


@pytest.mark.parametrize("text", ["", "\n", "# nothing yet\n", "[]", "~", "\ufeff- percent_off: 1\n", "- percent_off: 1\r\n"])
def test_hardly_anything_is_no_fault(text: str) -> None:
    """An empty file has no rates; a mark of byte order and foreign line ends do no harm."""
    found, faults = read(text)
    assert (len(found.rates), faults) == ("percent_off" in text, ())


def test_amounts_are_not_floats() -> None:
    """A plain number keeps each digit that is written."""
    found, _ = read("- {percent_off: 0.100000000000000005}\n- {match: {sku: A}, unit_price: 123456789012.123456789012345678}\n")
    assert [str(found.rates[0].percent_off), str(found.rates[1].unit_price)] == [
        "0.100000000000000005",
        "123456789012.123456789012345678",
    ]


FAULTS: list[tuple[str, list[tuple[int, int, str, str]]]] = [
    (
        "- {match: {}, percent_of: 12}",
        [(1, 3, "neither percent_off nor", "exactly one"), (1, 15, "no key percent_of", "percent_off")],
    ),
    ("- percent_off: 12\n  unit_price: 1\n  match: {sku: A}", [(1, 3, "both percent_off and unit_price", "exactly one")]),
    ("- percent_off: 101", [(1, 16, "101 is no percent_off", "0 to 100")]),
    ("- percent_off: -1", [(1, 16, "-1 is no percent_off", "0 to 100")]),
    ("- percent_off: 1e1", [(1, 16, "1e1 is no percent_off", "0 to 100")]),
    ("- percent_off: twelve", [(1, 16, "twelve is no percent_off", "0 to 100")]),
    ("- percent_off: [12]", [(1, 16, "percent_off takes", "0 to 100")]),
    ("- percent_off: ''", [(1, 16, "Nothing is no percent_off", "0 to 100")]),
    ("- {match: {sku: A}, unit_price: $1.24}", [(1, 33, "$1.24 is no unit_price", "plain amount")]),
    ("- {match: {sku: A}, unit_price: .nan}", [(1, 33, ".nan is no unit_price", "plain amount")]),
    ("- unit_price: 1", [(1, 15, "One price cannot be that of everything", "component, family")]),
    ("- {match: {region_id: us-east-1}, unit_price: 1}", [(1, 47, "One price cannot", "component, family")]),
    ("- {percent_off: 1, billing_currency: USD}", [(1, 38, "billing_currency belongs to a unit_price", "Leave it out")]),
    ("- {percent_off: 1, pricing_unit: Hours}", [(1, 34, "pricing_unit belongs to a unit_price", "Leave it out")]),
    (
        "- {match: {sku: A}, unit_price: 1, pricing_unit: day}",
        [(1, 50, "day is no pricing_unit", "Hours, GB-Mo, GB-Seconds, GB")],
    ),
    ("- {match: {sku: A}, unit_price: 1, billing_currency: $}", [(1, 54, "$ is no billing_currency", "USD")]),
    ("- {percent_off: 1, from: 1.11.2026}", [(1, 26, "1.11.2026 is no from", "2026-11-01")]),
    ("- {percent_off: 1, from: 20261101}", [(1, 26, "20261101 is no from", "2026-11-01")]),
    ("- {percent_off: 1, to: 2026-02-30}", [(1, 24, "2026-02-30 is no to", "2027-10-31")]),
    ("- {percent_off: 1, from: 2026-02-02, to: 2026-02-01}", [(1, 42, "before `from`", "last day")]),
    ("- {percent_off: 1, match: {component: trainig}}", [(1, 39, "trainig is no component", "Training")]),
    ("- {percent_off: 1, match: {component: xxxxxx}}", [(1, 39, "xxxxxx is no component", "Hosting")]),
    ("- {percent_off: 1, match: {component: []}}", [(1, 39, "The list of component is empty", "Leave the key out")]),
    ("- {percent_off: 1, match: {component: {a: b}}}", [(1, 39, "component takes", "components")]),
    ("- {percent_off: 1, match: {family: g5.xlarge}}", [(1, 36, "g5.xlarge is no family", "such as g5")]),
    ("- {percent_off: 1, match: {instance_type: g5}}", [(1, 43, "g5 is no instance_type", "ml.g5.xlarge")]),
    ("- {percent_off: 1, match: {instance_type: [ml.g5.xlarge, ML.G5]}}", [(1, 58, "ML.G5 is no", "ml.g5.xlarge")]),
    ("- {percent_off: 1, match: {region_id: us-east}}", [(1, 39, "us-east is no region_id", "us-east-1")]),
    ("- {percent_off: 1, match: {sku: A B}}", [(1, 33, "A B is no sku", "letters and digits")]),
    ("- {percent_off: 1, match: {purchase_option: spott}}", [(1, 45, "spott is no purchase_option", "OnDemand, Spot")]),
    ("- {percent_off: 1, match: {type: ml.g5.xlarge}}", [(1, 28, "no key type", "instance_type")]),
    ("- {percent_off: 1, match: {zz: g5}}", [(1, 28, "no key zz", "Known are component, family")]),
    ("- {percent_off: 1, match: [g5]}", [(1, 27, "Names and values", "match: {component")]),
    ("- {percent_off: 1, match: g5}", [(1, 27, "Names and values", "match: {component")]),
    ("- {match: g5, unit_price: 1}", [(1, 11, "Names and values", "match: {component")]),
    ("- {match: {family: G5}, unit_price: 1}", [(1, 20, "G5 is no family", "such as g5")]),
    ("- percent_off: 1\n  percent_off: 2", [(2, 3, "percent_off is there twice", "once")]),
    ("- {percent_off: 1, [a]: 2}", [(1, 20, "This is no key", "Known are match")]),
    ("- {percent_off: 1, <<: {a: b}}", [(1, 20, "no key <<", "Known are match")]),
    ("percent_off: 1", [(1, 1, "no list of rates", "Write a list")]),
    ("12", [(1, 1, "no list of rates", "Write a list")]),
    ("- 12", [(1, 3, "Names and values", "Write a list")]),
    ("-\n- percent_off: 1", [(1, 2, "neither", "exactly one")]),
    ("- {exchange: {from: CNY, to: USD, rate: 0}, as_of: 2026-11-01}", [(1, 41, "0 is no rate", "above zero")]),
    ("- {exchange: {from: CNY, to: cny, rate: 1}, as_of: 2026-11-01}", [(1, 30, "the same", "two currencies")]),
    ("- {exchange: {from: CNY, to: USD, rate: 1}}", [(1, 3, "as_of is missing", "as_of: 2026-11-01")]),
    ("- {exchange: {to: USD}, as_of: 2026-11-01}", [(1, 14, "from is missing", "from: CNY"), (1, 14, "rate is missing", "rate")]),
    ("- {exchange: , as_of: 2026-11-01}", [(1, 3, "The exchange rate is empty", "from: CNY")]),
    ("- {exchange: USD, as_of: 2026-11-01}", [(1, 14, "Names and values", "from: CNY")]),
    (
        "- {exchange: {from: CNY, to: USD, rate: 1}, as_of: 2026-11-01, percent_off: 1}",
        [(1, 64, "no key percent_off", "Known are")],
    ),
    ("- &a {percent_off: 1}\n- *a", [(1, 3, "Anchors", "Write the value out"), (2, 3, "Anchors", "Write the value out")]),
    ("- {percent_off: !!float 1}", [(1, 17, "Tags", "Write the value alone")]),
    ("- !!python/object/apply:os.system ['x']", [(1, 3, "Tags", "Write the value alone")]),
    ("[[[[[[[[[[[[[[[[[[[[", [(1, 9, "nested too deep", "An entry")]),
    ("- {percent_off: 1", [(2, 1, "This is no YAML", "one list")]),
    ("- percent_off: 1\n\tto: x", [(2, 1, "A tab stands where spaces belong", "Indent by spaces")]),
    ("- percent_off: 1\n--- \n- percent_off: 2", [(2, 1, "several documents", "Write one")]),
    ("- percent_off: 1\n- \x00", [(2, 3, "A control character", "Remove it")]),
]


@pytest.mark.parametrize(("text", "expected"), FAULTS, ids=[text[:50] for text, _ in FAULTS])
def test_each_fault_has_its_place(text: str, expected: list[tuple[int, int, str, str]]) -> None:
    """Line and column, what is wrong, and what to write instead."""
    _, faults = read(text)
    assert [(fault.line, fault.column) for fault in faults] == [(line, column) for line, column, _, _ in expected]
    for fault, (_, _, message, hint) in zip(faults, expected, strict=True):
        assert message in fault.message
        assert hint in fault.hint


def test_all_faults_are_told_at_once() -> None:
    """In the order of the file, up to fifty."""
    _, faults = read("- {percent_off: x, from: y, zz: 1}\n- {match: {component: no}}\n")
    assert [(fault.line, fault.column) for fault in faults] == [(1, 17), (1, 26), (1, 29), (2, 3), (2, 23)]
    _, many = read("- percent_off: x\n" * 100)
    assert len(many) == 50
    assert str(many[7]) == "line 8, column 16: x is no percent_off. Write a number from 0 to 100, such as 12.5."


@pytest.mark.parametrize("text", ["- {zz: 1}\n", "- match: {component: [" + "x, " * 100 + "]}\n", "- &a x\n", "- !a x\n"])
def test_a_file_that_is_wrong_throughout(text: str) -> None:
    """No more than fifty faults are looked for, however many there are."""
    _, faults = read(text * 200)
    assert len(faults) == 50


def test_no_bytes_of_another_code() -> None:
    """Where they begin."""
    _, faults = read(b"\xef\xbb\xbf- percent_off: 1\n- \xff\xfe")
    assert [(fault.line, fault.column, fault.message) for fault in faults] == [(2, 3, "This is not UTF-8.")]


def test_many_laughs_are_refused() -> None:
    """A file that would be a billion entries once expanded is not expanded."""
    lines = ["- &a0 [x, x]", *(f"- &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 30))]
    _, faults = read("\n".join(lines))
    assert (len(faults), {fault.message for fault in faults}) == (50, {"Anchors (&) and aliases (*) are not taken."})


def test_a_fault_shows_nothing_strange() -> None:
    """Other people's text is cut, and what is no letter is taken out."""
    assert shown("a\x1b[31m\u202eb\n" + "x" * 100) == "a?[31m?b?" + "x" * 30 + "…"
    _, faults = read('- percent_off: "\\e[31m' + "9" * 500 + '"')
    assert faults[0].message == "?[31m" + "9" * 34 + "… is no percent_off."


def test_without_the_fast_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    """PyYAML without its C part reads the same."""
    fast = read(GOOD)
    monkeypatch.delattr(yaml, "CSafeLoader")
    assert read(GOOD) == fast


def test_a_fault_without_a_place(monkeypatch: pytest.MonkeyPatch) -> None:
    """What PyYAML refuses without saying where is told all the same."""

    def refuse(*_: Any, **__: Any) -> Any:
        raise yaml.YAMLError

    monkeypatch.setattr(yaml, "parse", refuse)
    _, faults = read(GOOD)
    assert str(faults[0]).startswith("This is no YAML: it cannot be read. Write the file")


SIGNS = ["- ", ": ", "{", "}", "[", "]", ",", "\n", "  ", "&a ", "*a", "!x ", "'", '"', "|", ">", "?", "#", "---", "%", "~"]
WORDS = ["match", "percent_off", "1", "unit_price", "exchange", "from", "component", "Training", "é", "\x07", "\ufeff", "<<"]
PIECES = st.sampled_from([*SIGNS, *WORDS])


@given(st.lists(PIECES, max_size=25).map("".join) | st.text(max_size=60))
def test_any_text_gives_rates_or_faults(text: str) -> None:
    """And never an error; faults are in the order of their places, and fit to be shown."""
    _, faults = read(text)
    assert list(faults) == sorted(faults, key=lambda fault: (fault.line or 0, fault.column or 0))
    assert all(str(fault).isprintable() for fault in faults)


@given(st.binary(max_size=60))
def test_any_bytes_give_rates_or_faults(data: bytes) -> None:
    """The same."""
    _, faults = read(data)
    assert all(str(fault).isprintable() for fault in faults)
