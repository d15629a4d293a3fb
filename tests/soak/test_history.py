"""Jobs that ended long ago are read in the background, and a server that starts again goes on where the one before left off."""

import json
import sqlite3
import time
from contextlib import closing
from datetime import datetime, timedelta, timezone

import pytest

from mlcost_ext.sandbox import front
from mlcost_ext.sandbox.names import REGION_ID
from mlcost_ext.sandbox.seed import seed_ended, seed_opening

from .look import moment, moment_or_none
from .world import World

ENDED, FEW = 3000, 300
SECONDS, QUIET_SECONDS = 90, 4
SECOND = timedelta(seconds=1)


def seed(account):
    seed_opening(account)
    seed_ended(account, ENDED)


def few(account):
    seed_ended(account, FEW)


def ended_since(account, since):
    """Count the training jobs that ended since then."""
    rows = account.table("training", REGION_ID).rows(account.clock())
    ended = [row.snapshot().description for row in rows if row.peek("TrainingJobStatus") != "InProgress"]
    return sum(each["TrainingEndTime"] >= since for each in ended)


class Asked(list):
    """Spans of time, and when the last one was asked for."""

    at = float("inf")

    def is_quiet(self):
        """Tell whether nothing was asked for some time, as all calls of ten minutes are used."""
        return time.monotonic() - self.at > QUIET_SECONDS


@pytest.fixture
def asked(monkeypatch):
    """Note what is asked of the past: from when to when, each time."""
    found = Asked()

    def parse(model, call):
        params = original(model, call)
        if call.operation == "Search" and params.get("SortOrder") == "Descending" and params["SortBy"] == "LastModifiedTime":
            found.append(span_of(params))
            found.at = time.monotonic()
        return params

    original = front.parse
    monkeypatch.setattr(front, "parse", parse)
    return found


def span_of(params):
    """Give the span of time in which jobs shall have ended."""
    filters = [each for part in params["SearchExpression"]["SubExpressions"] for each in part["Filters"]]
    bounds = {each["Operator"]: each["Value"] for each in filters if each["Name"] == "LastModifiedTime"}
    low, high = (bounds[operator] for operator in ("GreaterThanOrEqualTo", "LessThanOrEqualTo"))
    return tuple(datetime.fromisoformat(each).replace(tzinfo=timezone.utc) for each in (low, high))


def await_overview(world, condition):
    """Look each half second until something is true."""
    ends = time.monotonic() + SECONDS
    while not condition(document := world.ask("overview")):
        assert time.monotonic() < ends, (document["aws"], document["past"])
        time.sleep(0.5)
    return document


def through(document):
    return moment_or_none(document["aws"]["history_through"])


def noted(folder):
    """Give how far back the ledger says that it has been read: it is written once what was read is charged."""
    (path,) = folder.rglob("ledger.sqlite")
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, timeout=5)) as connection:
        row = connection.execute("SELECT cursor FROM history_cursor").fetchone()
    return moment(json.loads(row[0])["spans"][0][0]) if row else None


def test_a_new_server_reads_on_where_the_one_before_left_off(tmp_path, asked):
    """Nothing of the past that was read is asked for again: only what is older, and what has become a day old since."""
    world = World(tmp_path, seed=seed)
    try:
        reached = through(
            await_overview(
                world, lambda document: through(document) and asked.is_quiet() and noted(tmp_path) == through(document)
            )
        )
        top = asked[0][1]
        world.restart_server()
        before = len(asked)
        await_overview(world, lambda _: any(high <= reached + SECOND for _, high in asked[before:]))
    finally:
        world.close()
    again = asked[before:]
    assert reached < top - timedelta(days=1), (reached, top)
    assert all(high <= reached + SECOND or low >= top - SECOND for low, high in again), (again, reached, top)


def test_what_has_ended_is_counted_once_and_all_of_it(tmp_path, asked):
    """The sum of thirty days holds every job of ours that AWS lists as ended by then."""
    world = World(tmp_path, seed=few)
    try:
        document = await_overview(world, lambda document: (document["past"] or {}).get("is_complete"))
        since = moment(document["as_of"]) - timedelta(days=document["past"]["days"])
        expected = ended_since(world.account, since)
    finally:
        world.close()
    assert document["past"]["jobs"] in (expected, expected + 1)  # one may just be leaving
    assert document["past"]["unpriced"] == 0
