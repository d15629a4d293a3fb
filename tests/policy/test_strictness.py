"""Which of two values is the stricter one."""

from __future__ import annotations

from decimal import Decimal

import pytest

from mlcost_ext.core.policy import VERDICTS
from mlcost_ext.policy.strictness import BY_NAME, later_in

ONE, TWO = Decimal(1), Decimal(2)


@pytest.mark.parametrize(
    ("name", "upper", "lower", "expected"),
    [
        ("smaller", ONE, TWO, ONE),
        ("smaller", None, TWO, TWO),
        ("smaller", ONE, None, ONE),
        ("smaller", None, None, None),
        ("larger", ONE, TWO, TWO),
        ("larger", None, TWO, TWO),
        ("larger", ONE, None, ONE),
        ("union", ("b", "a"), ("a", "c"), ("b", "a", "c")),
        ("union", None, ("a",), ("a",)),
        ("union", ("a",), None, ("a",)),
        ("intersection", ("b", "a"), ("a", "c"), ("a",)),
        ("intersection", None, ("a",), ("a",)),
        ("intersection", ("a",), None, ("a",)),
        ("intersection", None, None, None),
        ("true", False, True, True),
        ("true", False, None, False),
        ("false", True, False, False),
        ("false", None, True, True),
    ],
)
def test_stricter(name: str, upper: object, lower: object, expected: object) -> None:
    """None is no limit of a limit, and everything of what is allowed."""
    assert BY_NAME[name](upper, lower) == expected  # type: ignore[index]


def test_verdicts_have_an_order() -> None:
    """From off to block."""
    assert later_in(VERDICTS)("shadow", "off") == "shadow"
    assert later_in(VERDICTS)("warn", "block") == "block"
