"""MC201: what costs and was not used for days, and what nobody can tell that of."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from mlcost_ext.core.standing import Standing
from mlcost_ext.guardrails.unused import DOCS_URL, ID, UNUSED_DAYS, unused
from tests.fakes import NOW, REGION

DAY = timedelta(days=1)


def endpoint(**changes: Any) -> Standing:
    told = {"kind": "endpoint", "name": "e", "region_id": REGION, "resource_id": None, "status": "InService"}
    states = {
        "is_costing": True,
        "can_end": True,
        "created_at": NOW - 100 * DAY,
        "last_use": "seen",
        "last_used_at": NOW - 9 * DAY,
    }
    return Standing(**{**told, **states, **changes})


@pytest.mark.parametrize(
    ("changes", "days", "was_used", "is_at_least"),
    [
        ({}, 9, True, False),
        ({"last_used_at": NOW - 3 * DAY}, 3, True, False),
        ({"last_use": "none_seen", "last_used_at": None}, 30, False, True),
        ({"last_use": "none_seen", "last_used_at": None, "created_at": NOW - 4 * DAY}, 4, False, False),
        ({"last_used_at": NOW - 9 * DAY, "created_at": NOW - 5 * DAY}, 5, True, False),
        ({"kind": "app"}, 9, True, False),
    ],
)
def test_what_was_not_used_for_days(changes: dict[str, Any], days: int, was_used: bool, is_at_least: bool) -> None:
    """Since its last use, else its creation, and no longer than anybody has looked back."""
    found = unused(endpoint(**changes), NOW)
    assert found is not None
    assert (found.span, found.since) == (days * DAY, NOW - days * DAY)
    assert (found.was_used, found.is_at_least) == (was_used, is_at_least)


@pytest.mark.parametrize(
    "changes",
    [
        {"last_used_at": NOW - UNUSED_DAYS * DAY + timedelta(seconds=1)},
        {"is_costing": False},
        {"status": "Deleting"},
        {"last_use": "unknown", "last_used_at": None},
        {"last_use": "seen", "last_used_at": None},
        {"created_at": None},
        {"last_use": "none_seen", "last_used_at": None, "created_at": NOW - 2 * DAY},
        {"kind": "app", "last_use": "unknown", "last_used_at": None},
    ],
)
def test_what_nobody_can_say_that_of(changes: dict[str, Any]) -> None:
    """Used lately, costs nothing, goes already, is young, or nobody knows when it was used."""
    assert unused(endpoint(**changes), NOW) is None


def test_it_explains_itself() -> None:
    """By its id; and its days can be others."""
    assert DOCS_URL.endswith(f"#{ID.lower()}")
    assert unused(endpoint(), NOW, 10) is None
    assert unused(endpoint(), NOW, 9) is not None
