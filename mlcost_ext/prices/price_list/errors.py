"""What can go wrong with a whole price list; a single product that cannot be read is skipped with a reason.

RemoteError
└── PriceListError   the list as a whole is not to be used, and the old prices are kept
"""

from __future__ import annotations

from mlcost_ext.core.errors import MlcostError, RemoteError
from mlcost_ext.core.job import Problem

UNUSABLE, SHRUNKEN, ENDLESS = "price_list_unusable", "price_list_shrunken", "price_list_endless"


class PriceListError(RemoteError):
    """A price list is not to be used."""

    code = UNUSABLE


def problem_of(error: MlcostError, subject: str | None = None) -> Problem:
    """Turn an error into a value that a result can carry."""
    return Problem(code=error.code, message=error.message, hint=error.hint, subject=subject)
