"""How amounts look on a terminal."""

from decimal import Decimal

import pytest

from mlcost_ext.cli import text
from mlcost_ext.kernel import cost_text

AMOUNTS = {
    "0": "USD 0.00",
    "0.000000001": "< USD 0.0001",
    "0.00004999": "< USD 0.0001",
    "0.00005": "USD 0.0001",
    "0.1234": "USD 0.1234",
    "0.99999": "USD 1.0000",
    "1": "USD 1.00",
    "2.816": "USD 2.82",
    "1234567.891": "USD 1,234,567.89",
}


@pytest.mark.parametrize(("amount", "shown"), AMOUNTS.items())
def test_an_amount_looks_the_same_in_a_terminal_and_in_a_notebook(amount, shown):
    """`mlcost jobs` and `%cost` write the same; what is not zero is never shown as zero."""
    assert text.money(Decimal(amount), "USD") == cost_text.money(Decimal(amount), "USD") == shown


def test_an_unknown_amount_is_no_zero():
    """It is said in words."""
    assert text.money(None, "USD") == "unknown"
