"""What differs between two lists of one region."""

from __future__ import annotations

from decimal import Decimal

import pytest

from mlcost_ext.prices.price_list import RegionList, diff
from mlcost_ext.prices.price_list.changes import counted

from .test_store import region_list


def priced(unit: str = "Hours", currency: str = "USD", **amounts: str) -> RegionList:
    types = {f"ml.{name}.xlarge": f"{amount}|{unit}|AAAAAAAAAAAAAAAA|2026-11-01" for name, amount in amounts.items()}
    return region_list(billing_currency=currency, prices={"Training": {"OnDemand": types}})


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (priced(m5="0.23"), priced(m5="0.23"), []),
        (priced(m5="0.23"), priced(m5="0.230"), []),
        (None, priced(m5="0.23"), [("added", "m5", None)]),
        (priced(m5="0.2"), priced(m5="0.25"), [("changed", "m5", "25.00")]),
        (priced(m5="0.3"), priced(m5="0.2"), [("changed", "m5", "-33.33")]),
        (
            priced(m5="1", c5="1", r5="1", g5="1"),
            priced(m5="1.1", c5="0.5", r5="1.001", p5="9"),
            [
                ("changed", "c5", "-50.00"),
                ("changed", "m5", "10.00"),
                ("changed", "r5", "0.10"),
                ("added", "p5", None),
                ("removed", "g5", None),
            ],
        ),
        (priced(m5="1"), priced("GB-Mo", m5="1"), [("changed", "m5", None)]),
        (priced(m5="1"), priced(currency="CNY", m5="1"), [("changed", "m5", None)]),
    ],
)
def test_diff(old: RegionList | None, new: RegionList, expected: list[tuple[str, str, str | None]]) -> None:
    """Changed ones first, the most first; nothing is compared across units or currencies."""
    found = [(each.way, (each.instance_type or "").split(".")[1], each.percent) for each in diff(old, new)]
    assert [(way, name, Decimal(percent) if percent else None) for way, name, percent in expected] == found


def test_counted() -> None:
    """Each way has its number, be it nought."""
    assert counted(diff(priced(m5="1"), priced(c5="1"))) == {"added": 1, "removed": 1, "changed": 0}
