"""Tables: what is kept of a kind, in order, by the clock."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest

from mlcost_ext.sandbox.account import KINDS, Account
from mlcost_ext.sandbox.changes import STATUS_MEMBERS, changes
from mlcost_ext.sandbox.crowd import Window
from mlcost_ext.sandbox.order import sort_key
from mlcost_ext.sandbox.table import Table
from mlcost_ext.sandbox.thing import Snapshot

from .conftest import START

HOUR = timedelta(hours=1)


@dataclass(frozen=True, kw_only=True)
class Lamp:
    """A thing that is off at first and turned on an hour later."""

    name: str
    created_at: datetime
    kind: str = "endpoint"
    region_id: str = "us-east-1"
    tags: dict = None
    gone_at: datetime = None

    @property
    def arn(self):
        return f"arn:{self.name}"

    def describe(self, now):
        lit_at = self.created_at + HOUR
        is_lit = now >= lit_at
        description = {
            "CreationTime": self.created_at,
            "LastModifiedTime": lit_at if is_lit else self.created_at,
            "EndpointStatus": "InService" if is_lit else "Creating",
        }
        return Snapshot(thing=self, description=description, valid_until=None if is_lit else lit_at)


def lamps(count, **more):
    return [Lamp(name=f"lamp-{number}", created_at=START + number * timedelta(minutes=1), **more) for number in range(count)]


@pytest.fixture
def table():
    return Table()


def names(rows):
    return [row.name[-1] for row in rows]


def test_by_name(table):
    """A thing is found as it is at the moment, until it is removed."""
    (lamp,) = lamps(1)
    table.put(lamp, START)
    assert table.get("lamp-0", START).peek("EndpointStatus") == "Creating"
    assert table.get("lamp-0", START + HOUR).peek("EndpointStatus") == "InService"
    table.remove("lamp-0")
    table.remove("nobody")
    assert table.get("lamp-0", START + HOUR) is None


def test_described_once(table, monkeypatch):
    """A description is made when a thing changes, and not once more."""
    made = []
    describe = Lamp.describe
    monkeypatch.setattr(Lamp, "describe", lambda lamp, now: made.append(lamp.name) or describe(lamp, now))
    for lamp in lamps(5):
        table.put(lamp, START + HOUR / 2)
    for _ in range(3):
        table.all(START + HOUR / 2)
    assert len(made) == 5
    table.all(START + HOUR + timedelta(minutes=2))
    assert made[5:] == ["lamp-0", "lamp-1", "lamp-2"]


@pytest.mark.parametrize("is_descending", [False, True])
def test_orders(table, is_descending):
    """Any order, either way, goes on behind a place; what changed last is last."""
    for lamp in reversed(lamps(5)):
        table.put(lamp, START)
    now = START + HOUR + timedelta(minutes=1)  # the first two are lit by now
    for order, upwards in (("CreationTime", "01234"), ("LastModifiedTime", "23401"), ("Name", "01234")):
        wanted = upwards[::-1] if is_descending else upwards
        seen = list(table.walk(order, now, is_descending=is_descending))
        assert "".join(names(row for _, row in seen)) == wanted
        rest = table.ordered(order, now, is_descending=is_descending, after=seen[1][0])
        assert "".join(names(rest)) == wanted[2:]


def test_order_of_what_has_no_time(table):
    """Things without a time, or with a text in its place, have their place too."""

    @dataclass(frozen=True, kw_only=True)
    class Odd(Lamp):
        time: object = None

        def describe(self, now):
            return Snapshot(thing=self, description={"CreationTime": self.time}, valid_until=None)

    for number, time in enumerate(("yesterday", START, None)):
        table.put(Odd(name=f"odd-{number}", created_at=START, time=time), START)
    assert names(table.ordered("CreationTime", START)) == ["2", "1", "0"]
    assert names(table.rows(START, Window(created=(0.0, 4e9)))) == ["1"]


def test_windows(table):
    """Bounds of times and names leave out the rest."""
    for lamp in lamps(6):
        table.put(lamp, START)
    now, at = START + HOUR + timedelta(minutes=1), START.timestamp()
    assert names(table.rows(now, Window(created=(at + 60, at + 180)))) == ["1", "2", "3"]
    assert sorted(names(table.rows(now, Window(modified=(at + 3600, at + 9e9))))) == ["0", "1"]
    assert names(table.rows(now, Window(names=frozenset({"lamp-4", "nobody"})))) == ["4"]
    assert table.count(now, Window(names=frozenset({"lamp-4", "nobody"}))) == 2
    assert table.count(now, Window(created=(at, at), modified=(at, at))) == 0


def test_not_yet(table):
    """A thing of the future is not there before its time, and may be taken back until then."""
    early, late = lamps(2)
    table.put(early, START)
    table.put(late, START)
    assert names(table.all(START)) == ["0"]
    assert table.get("lamp-1", START) is None
    assert names(table.all(START + timedelta(minutes=1))) == ["0", "1"]
    third = Lamp(name="lamp-3", created_at=START + 9 * HOUR)
    table.put(third, START)
    table.remove("lamp-3")
    assert table.get("lamp-3", START + 10 * HOUR) is None


def test_gone(table):
    """A thing is gone at the moment it says, and the table remembers when."""
    (lamp,) = lamps(1, gone_at=START + 2 * HOUR)
    table.put(lamp, START)
    assert table.get("lamp-0", START + 2 * HOUR - timedelta(milliseconds=1)) is not None
    assert table.get("lamp-0", START + 3 * HOUR) is None
    assert list(table.gone) == [(START + 2 * HOUR, lamp)]
    table.put(lamp, START + 4 * HOUR)
    assert table.all(START + 4 * HOUR) == []


def test_clock_set_back(table):
    """When the clock is set back, things are again as they were; within a second time stands still."""
    (lamp,) = lamps(1)
    table.put(lamp, START + 2 * HOUR)
    assert table.get("lamp-0", START + HOUR / 2).peek("EndpointStatus") == "Creating"
    assert table.get("lamp-0", START + HOUR).peek("EndpointStatus") == "InService"
    assert table.get("lamp-0", START + HOUR - timedelta(seconds=0.9)).peek("EndpointStatus") == "InService"
    assert table.get("lamp-0", START - HOUR) is None


def test_out_of_date_at_once(table):
    """A description that is no longer true when it is made is a fault of whoever made it."""

    class Broken(Lamp):
        def describe(self, now):
            return Snapshot(thing=self, description={}, valid_until=now)

    with pytest.raises(ValueError, match="out of date"):
        table.put(Broken(name="broken", created_at=START), START)


def test_sort_keys():
    """Missing values come first, then numbers and times, then text; equal ones go by name."""
    values = ["b", None, START, 1, 1.5, "a"]
    keys = sorted((sort_key(value, "n"), str(value)) for value in values)
    assert [text for _, text in keys] == ["None", "1", "1.5", str(START), "a", "b"]
    assert sort_key(1, "a") < sort_key(1, "b")


def test_any_kind():
    """An account keeps every kind, apart by region, and tells what has changed in it."""
    account = Account(clock=lambda: START + HOUR, opened_at=START)
    (lamp,) = lamps(1)
    for kind in KINDS:
        account.put(replace(lamp, kind=kind))
    assert [names(account.table(kind, "us-east-1").all(account.clock())) for kind in KINDS] == [["0"]] * len(KINDS)
    assert account.table("endpoint", "eu-west-1").all(account.clock()) == []
    assert set(STATUS_MEMBERS) == set(KINDS) - {"endpoint-config", "model"}
    told = [change for change in changes(account, START) if change["kind"] == "endpoint"]
    assert [(change["status"], change["at"]) for change in told] == [
        ("Creating", "2026-11-23T14:00:00.000Z"),
        ("InService", "2026-11-23T15:00:00.000Z"),
    ]
    assert [change["status"] for change in changes(account, START + HOUR) if change["kind"] == "endpoint"] == ["InService"]


def test_another_moment():
    """What is done at another moment is done to the same account."""
    account = Account(clock=lambda: START, opened_at=START)
    early, _ = lamps(2)
    account.at(START - HOUR).put(replace(early, created_at=START - HOUR))
    assert account.table("endpoint", "us-east-1").get("lamp-0", START).peek("EndpointStatus") == "InService"
