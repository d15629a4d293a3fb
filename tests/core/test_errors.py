"""The error tree."""

from __future__ import annotations

import pytest

from mlcost_ext.core import errors
from mlcost_ext.core.errors import MlcostError, NotFoundError, RemoteError, UsageError

TREE = [error for error in vars(errors).values() if isinstance(error, type) and issubclass(error, MlcostError)]


@pytest.mark.parametrize("error", TREE)
def test_each_error_tells_what_happened_and_what_to_do(error: type[MlcostError]) -> None:
    """Code, message and hint go to the wire; the text of the exception is the message."""
    raised = error("It broke.", "Mend it.")
    assert raised.to_dict() == {"code": error.code, "message": "It broke.", "hint": "Mend it."}
    assert str(raised) == "It broke."
    assert error.__name__ in (errors.__doc__ or "")


def test_a_code_may_be_narrower_than_its_class() -> None:
    """One place may name its case more precisely, without changing the others."""
    assert NotFoundError("a", "b", code="ambiguous").code == "ambiguous"
    assert NotFoundError("a", "b").code == "not_found"


def test_statuses() -> None:
    """Wrong use is 2, another's failure is 3, the rest is 1."""
    assert [error.exit_status for error in (UsageError, RemoteError, NotFoundError)] == [2, 3, 1]
    assert [error.http_status for error in (UsageError, RemoteError, NotFoundError)] == [400, 502, 404]
