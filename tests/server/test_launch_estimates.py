"""Estimates of launches: kept once, tried again where they cannot be, and read only for somebody who looks."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from mlcost_ext.core.calibration import EndedCost, ForeseenCost
from mlcost_ext.ledger.database import Database
from mlcost_ext.ledger.estimate_store import EstimateStore
from mlcost_ext.server.launch_estimates import AT_ONCE, MOST_TRIES, MOST_WAITING, READ_AGAIN, LaunchEstimates
from mlcost_ext.usecases.calibration import LATEST
from mlcost_ext.usecases.launches import Launch
from tests.fakes import NOW
from tests.usecases.test_estimating import FORECAST, History, estimator, training

TOLD = ForeseenCost(
    billing_currency="USD",
    basis="history",
    low_seconds=2600,
    expected_seconds=3600,
    percentile_90=5000,
    compute=Decimal("1.408"),
    storage=Decimal(0),
    high=None,
)
ENDED = EndedCost(
    kind="training",
    name="a",
    region_id="us-east-1",
    ended_at=NOW,
    billing_currency="USD",
    compute=Decimal("1.408"),
    storage=Decimal(0),
    run_seconds=3600,
    billed_seconds=3600,
)


class Store(EstimateStore):
    """Answer as the ledger would, and count what it is asked."""

    def __init__(self) -> None:
        self.noted: list[tuple[str, ForeseenCost]] = []
        self.tries: list[str] = []
        self.fault: Exception | None = None
        self.is_there = True
        self.pairs: list[tuple[ForeseenCost, EndedCost]] = []
        self.readings = 0

    def note(self, launch_id: str, foreseen: ForeseenCost) -> bool:
        self.tries.append(launch_id)
        if self.fault is not None:
            raise self.fault
        if self.is_there:
            self.noted.append((launch_id, foreseen))
        return self.is_there

    def ended(self) -> list[tuple[ForeseenCost, EndedCost]]:
        self.readings += 1
        if self.fault is not None:
            raise self.fault
        return self.pairs


class Counting:
    """An estimator that counts, and fails where it is told to."""

    def __init__(self, fault: Exception | None = None) -> None:
        self.asked, self.fault = 0, fault
        self._real = estimator(History({"ml.m5.xlarge": FORECAST}))

    def estimate(self, *said: Any) -> Any:
        self.asked += 1
        if self.fault is not None:
            raise self.fault
        return self._real.estimate(*said)


def make(store: EstimateStore, counting: Counting | None = None) -> LaunchEstimates:
    return LaunchEstimates(counting or Counting(), store, logging.getLogger("test"))  # type: ignore[arg-type]


def launch(launch_id: str = "x", kind: str = "training", **changes: Any) -> Launch:
    fields: dict[str, Any] = {"notebook": None, "request": training("ml.m5.xlarge"), "id": launch_id}
    return Launch(key=(kind, "us-east-1", "a"), at=NOW, **{**fields, **changes})


def work(estimates: LaunchEstimates, ticks: int = 1, *, is_viewed: bool = False, after: timedelta = timedelta(0)) -> bool:
    """Let it work so often; tell whether the last time brought news."""

    async def run() -> bool:
        news = [await estimates.work(NOW + after, is_viewed=is_viewed) for _ in range(ticks)]
        return news[-1]

    return asyncio.run(run())


def test_a_launch_is_estimated_once_and_kept() -> None:
    """By what is known when it is sent."""
    store, counting = Store(), Counting()
    estimates = make(store, counting)
    estimates.take(launch())
    work(estimates, 3)
    ((launch_id, found),) = store.noted
    assert (launch_id, found.compute, found.expected_seconds, counting.asked) == ("x", Decimal("0.23"), 3600, 1)


@pytest.mark.parametrize(
    "other",
    [
        launch(result="accepted"),
        launch(request={}),
        launch(kind="endpoint"),
        launch(kind="tuning"),
    ],
)
def test_what_has_no_end_of_its_own_or_was_answered_is_not_taken(other: Launch) -> None:
    """The outcome of a launch comes after its intent, and says nothing new."""
    store = Store()
    estimates = make(store)
    estimates.take(other)
    work(estimates)
    assert store.tries == []


@pytest.mark.parametrize(
    "request_", [{"ResourceConfig": 7}, {"ResourceConfig": {"InstanceType": "ml.m5.xlarge", "InstanceCount": -1}}, {"x": 1}]
)
def test_a_wrong_request_is_passed_over(request_: Any, caplog: pytest.LogCaptureFixture) -> None:
    """AWS says what is wrong with it; those behind it are estimated all the same."""
    store = Store()
    estimates = make(store)
    estimates.take(launch("wrong", request=request_))
    estimates.take(launch("right"))
    work(estimates, 2)
    assert [launch_id for launch_id, _ in store.noted] == ["right"]
    assert caplog.records == []


def test_a_fault_of_our_own_is_told_once_and_costs_nothing_else(caplog: pytest.LogCaptureFixture) -> None:
    """Nothing is raised, and what can be read is read."""
    store = Store()
    store.pairs = [(TOLD, ENDED)]
    estimates = make(store, Counting(ZeroDivisionError()))
    for name in ("a", "b"):
        estimates.take(launch(name))
    assert work(estimates, is_viewed=True) is True
    assert (store.tries, estimates.calibration and estimates.calibration.jobs) == ([], 1)
    assert [record.getMessage() for record in caplog.records] == ["mlcost-ext could not compare an estimate (ZeroDivisionError)"]


@pytest.mark.parametrize("fault", [OSError("no room"), None])
def test_a_ledger_that_cannot_be_written_is_tried_again_for_thirty_ticks(fault: Exception | None) -> None:
    """Or one in which the launch is not yet; it is not estimated anew."""
    store, counting = Store(), Counting()
    store.fault, store.is_there = fault, False
    estimates = make(store, counting)
    estimates.take(launch())
    work(estimates, MOST_TRIES + 5)
    assert (len(store.tries), store.noted, counting.asked) == (MOST_TRIES, [], 1)


def test_a_ledger_that_can_be_written_again_has_it() -> None:
    """Within these ticks."""
    store = Store()
    store.fault = OSError("no room")
    estimates = make(store)
    estimates.take(launch())
    work(estimates, MOST_TRIES - 1)
    store.fault = None
    work(estimates)
    assert [launch_id for launch_id, _ in store.noted] == ["x"]


def test_many_launches_are_estimated_a_few_at_a_time() -> None:
    """And of very many the latest."""
    store = Store()
    estimates = make(store)
    for number in range(MOST_WAITING + 5):
        estimates.take(launch(str(number)))
    work(estimates)
    assert store.tries == [str(number) for number in range(5, 5 + AT_ONCE)]


def test_the_first_estimate_of_a_launch_stays(tmp_path: Path) -> None:
    """A spool that is read twice, by this server or the next, changes nothing of it."""
    database = Database(tmp_path / "servers" / "one" / "ledger.sqlite")
    with database.transaction() as connection:
        connection.execute(
            "INSERT INTO launch (id, at, name, kind, region_id, request, tags) VALUES ('x', '', 'a', 'training', '', '{}', '{}')"
        )
    estimates = make(EstimateStore(database))
    for instance_count in (1, 4):
        estimates.take(launch(request=training("ml.m5.xlarge", instance_count)))
    work(estimates)
    with database.transaction() as connection:
        ((text,),) = connection.execute("SELECT estimate FROM launch").fetchall()
    assert '"compute":"0.23"' in text
    database.close()


def test_it_is_read_while_somebody_looks_and_once_a_minute() -> None:
    """Also where the clock was set back; news is what is another figure than before."""
    store = Store()
    estimates = make(store)
    assert (work(estimates), store.readings, estimates.calibration) == (False, 0, None)
    assert (work(estimates, is_viewed=True), store.readings) == (True, 1)
    assert (work(estimates, is_viewed=True, after=READ_AGAIN / 2), store.readings) == (False, 1)
    assert (work(estimates, is_viewed=True, after=READ_AGAIN), store.readings) == (False, 2)
    store.pairs = [(TOLD, ENDED)]
    assert (work(estimates, is_viewed=True, after=-READ_AGAIN), store.readings) == (True, 3)
    assert (work(estimates, after=3 * READ_AGAIN), store.readings) == (False, 3)


def test_who_asks_has_it_read_and_the_next_tick_tells_of_it() -> None:
    """Also where nobody looks at the panel; two that ask at once have it read once, and both have the answer."""
    store = Store()
    store.pairs = [
        (TOLD, replace(ENDED, name=str(number), ended_at=NOW - timedelta(hours=number))) for number in range(LATEST + 9)
    ]
    estimates = make(store)

    async def ask() -> list[tuple[int, int]]:
        views = await asyncio.gather(estimates.view(NOW), estimates.view(NOW))
        return [(view.calibration.jobs if view.calibration else -1, len(view.jobs)) for view in views]

    assert asyncio.run(ask()) == [(LATEST, LATEST), (LATEST, LATEST)]
    assert (store.readings, estimates.jobs[0].name, estimates.jobs[-1].name) == (1, "0", str(LATEST - 1))
    assert work(estimates) is True
    assert work(estimates) is False


def test_what_was_read_stays_where_it_cannot_be_read_again(caplog: pytest.LogCaptureFixture) -> None:
    """And that is said once."""
    store = Store()
    store.pairs = [(TOLD, ENDED)]
    estimates = make(store)
    work(estimates, is_viewed=True)
    store.fault = OSError("gone")
    for minute in range(1, 4):
        assert work(estimates, is_viewed=True, after=minute * READ_AGAIN) is False
    assert (store.readings, len(estimates.jobs), len(caplog.records)) == (4, 1, 1)
