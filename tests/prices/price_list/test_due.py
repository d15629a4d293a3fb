"""When a list is to be read again."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from mlcost_ext.prices.price_list import Store
from mlcost_ext.prices.refresh import is_due
from tests.fakes import NOW
from tests.prices.price_list.lists import FakeApi, fault, made
from tests.prices.price_list.refreshing import BOTH, ONE, run


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "prices")


@pytest.mark.parametrize(
    ("outcome", "after", "expected"),
    [
        (None, timedelta(hours=23), False),
        (None, timedelta(hours=24), True),
        (None, timedelta(hours=-1), True),
        ("permission_missing", timedelta(days=6), False),
        ("permission_missing", timedelta(days=7), True),
        ("network_unreachable", timedelta(minutes=59), False),
        ("network_unreachable", timedelta(minutes=61), True),
    ],
)
def test_when_it_is_due(store: Store, outcome: str | None, after: timedelta, expected: bool) -> None:
    """Daily; a week after a refusal; an hour after any other failure. A clock that went back makes nothing wait for ever."""
    assert is_due(store, "us-east-1", NOW)
    api = FakeApi({"us-east-1": made()})
    api.faults = [fault(outcome)] * 4 if outcome else []
    run(api, store)
    assert expected == is_due(store, "us-east-1", NOW + after)


def test_due_after_all(store: Store) -> None:
    """A success ends the waiting; a service that was not read is due; a damaged state is none."""
    api = FakeApi({"us-east-1": made()})
    api.faults = [fault("permission_missing")]
    run(api, store)
    run(api, store, services=ONE)
    later: datetime = NOW + timedelta(hours=1)
    assert [is_due(store, "us-east-1", later, services) for services in (ONE, BOTH)] == [False, True]
    (store.folder / ".state.json").write_bytes(b"half")
    assert not is_due(store, "us-east-1", later, ONE)
    assert is_due(store, "eu-west-1", later, ONE)
