"""Options as a rule's judge reads them: each has its declared type, so that no judge has to ask."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from mlcost_ext.core.rule import OptionValue


def number(options: Mapping[str, OptionValue], name: str) -> Decimal | None:
    """Give a number; None: there is no such limit."""
    value = options.get(name)
    return value if isinstance(value, Decimal) else None


def texts(options: Mapping[str, OptionValue], name: str) -> tuple[str, ...] | None:
    """Give a list of texts; None: everything."""
    value = options.get(name)
    return value if isinstance(value, tuple) else None
