"""When AWS's price list is read by itself."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterable
from logging import getLogger
from pathlib import Path

import pytest

from mlcost_ext.config import Settings
from mlcost_ext.server import price_refresh
from mlcost_ext.server.price_refresh import PriceRefresh
from mlcost_ext.wiring import price_refresher


class Room:
    """A clock, and what was asked for."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now, self.asked = 1000.0, []  # type: ignore[var-annotated]
        monkeypatch.setattr(price_refresh.time, "monotonic", lambda: self.now)
        self.refresh = PriceRefresh(self.read, self.spawn)

    async def read(self, region_ids: Iterable[str]) -> None:
        self.asked.append(list(region_ids))

    def spawn(self, work: Awaitable[None]) -> None:
        asyncio.run(work)  # type: ignore[arg-type]

    def work(self, seconds: float, *, is_used: bool = True, regions: tuple[str, ...] = ("us-east-1",)) -> list[list[str]]:
        self.now += seconds
        self.refresh.work(regions, is_used=is_used)
        return self.asked


@pytest.fixture
def room(monkeypatch: pytest.MonkeyPatch) -> Room:
    return Room(monkeypatch)


def test_not_in_the_first_minute(room: Room) -> None:
    """The start belongs to what the user waits for."""
    assert room.work(30) == []
    assert room.work(70) == [["us-east-1"]]


def test_hourly_it_is_asked_whether_a_list_is_due(room: Room) -> None:
    """The process itself knows that."""
    room.work(100)
    assert room.work(1000) == [["us-east-1"]]
    assert room.work(3000, regions=("us-east-1", "eu-west-1")) == [["us-east-1"], ["us-east-1", "eu-west-1"]]


def test_not_while_nobody_uses_the_server_nor_without_a_region(room: Room) -> None:
    """Afterwards at once."""
    assert room.work(10_000, is_used=False) == []
    assert room.work(1, regions=()) == []
    assert room.work(1) == [["us-east-1"]]


@pytest.mark.parametrize(
    ("env", "is_wanted", "expected"),
    [({}, True, True), ({}, False, False), ({"AWS_ENDPOINT_URL": "http://127.0.0.1:5000"}, True, False)],
)
def test_where_it_is_done(tmp_path: Path, env: dict[str, str], is_wanted: bool, expected: bool) -> None:
    """Unless it is switched off, or AWS is another server."""
    settings = Settings(home=tmp_path, refresh_prices=is_wanted)
    assert (price_refresher(settings, env, getLogger("test")) is not None) == expected


def test_nothing_is_done_where_it_is_not_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even a step is begun."""
    monkeypatch.setattr(price_refresh.time, "monotonic", lambda: 10.0**6)
    PriceRefresh(None, lambda _: pytest.fail("begun")).work(["us-east-1"], is_used=True)
