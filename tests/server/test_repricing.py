"""Prices that change while things are known: what is shown and what the ledger keeps go the same way."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

import pytest

from mlcost_ext.ledger.charge_store import ChargeStore
from mlcost_ext.ledger.database import Database
from mlcost_ext.server.bookkeeper import Bookkeeper
from mlcost_ext.server.books import Books
from mlcost_ext.server.busy import BusyTime
from mlcost_ext.server.intake import Intake
from mlcost_ext.server.repricing import Repricing
from mlcost_ext.usecases.launches import LaunchBook
from tests.fakes import NOW, FakePrices, description, ended, price_list, unit_price
from tests.jobs.figures import FACTS

from .conftest import SPACE
from .test_bookkeeper import HOST, MONTH

NOTHING = price_list([])
LISTED = price_list([unit_price("0.23"), unit_price("0.14", "Storage-Training", None)])
HALVED = price_list([unit_price("0.115"), unit_price("0.14", "Storage-Training", None)])
SAME = price_list([unit_price("0.23", price_as_of="2026-12-01"), unit_price("0.14", "Storage-Training", None)])
TAGS = {"sagemaker:space-arn": SPACE}


class Server:
    """An intake with a bookkeeper, and what is told of jobs."""

    def __init__(self, path: Path) -> None:
        self.store = ChargeStore(Database(path))
        self.intake = Intake(Books.empty(), LaunchBook(), NOTHING, FACTS, logging.getLogger("test"))
        self.intake.owner_tags = TAGS
        self.intake.keeps_others = True
        busy = BusyTime(None, lambda _: None)
        self.books = Bookkeeper(self.store, self.intake, busy, lambda _: None, lambda _: None, logging.getLogger("test"))

    def price(self, prices: FakePrices) -> None:
        """Let prices change."""
        self.intake.prices, self.intake.prices_on = prices, lambda _: prices
        asyncio.run(Repricing(self.intake, lambda _: True, nothing_more).work(["us-east-1"], "USD"))

    def told(self) -> list[str]:
        """Give the jobs that are to be written, and write them."""
        names = sorted(name for _, _, name in self.books._jobs)
        asyncio.run(self.books.work(HOST, NOTHING, NOW, is_viewed=True))
        return names

    def kept(self) -> tuple[int, int]:
        """Give what the job's instances cost by the ledger, and how many of all parts have no price."""
        totals = [total for total in self.store.sums(*MONTH, ("kind", "component")) if total.key[0] == "training"]
        compute = sum(total.contracted_cost for total in totals if total.key[1] == "Training")
        return compute, len([total for total in totals if total.unpriced])


async def nothing_more() -> None:
    """Stand for what else is told of a change."""


@pytest.fixture
def server(tmp_path: Path) -> Server:
    return Server(tmp_path / "servers" / "s1" / "ledger.sqlite")


def test_a_price_that_becomes_known_reaches_the_ledger(server: Server) -> None:
    """Also of a job that has ended, which AWS need never describe again."""
    server.price(NOTHING)
    server.intake.take_description("training", ended("a", Tags=TAGS))
    server.intake.take_description("training", ended("others", Tags={}))
    assert (server.told(), server.kept()) == (["a"], (0, 2))
    server.price(LISTED)
    assert (server.told(), server.kept()) == (["a"], (230_000_000, 0))
    assert server.store.verify() == []


def test_a_rate_that_changes_counts_from_its_first_second(server: Server) -> None:
    """As in the panel, which knows one price a job."""
    server.price(LISTED)
    server.intake.take_description("training", description("a", Tags=TAGS))
    assert (server.told(), server.kept()) == (["a"], (230_000_000, 0))
    server.price(HALVED)
    assert (server.told(), server.kept()) == (["a"], (115_000_000, 0))


def test_the_same_amounts_are_not_written_again(server: Server) -> None:
    """A list of another day; thousands of jobs would each be corrected by nothing."""
    server.price(LISTED)
    server.intake.take_description("training", ended("a", Tags=TAGS))
    assert server.told() == ["a"]
    server.price(SAME)
    assert server.told() == []


def test_a_price_that_is_lost_takes_nothing_back(server: Server) -> None:
    """What was known stays known, and what is told next counts again."""
    server.price(LISTED)
    server.intake.take_description("training", ended("a", Tags=TAGS))
    assert server.told() == ["a"]
    server.price(NOTHING)
    assert (server.told(), server.kept()) == ([], (230_000_000, 0))
    server.price(HALVED)
    assert (server.told(), server.kept()) == (["a"], (115_000_000, 0))
