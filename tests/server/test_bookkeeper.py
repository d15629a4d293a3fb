"""What is known becomes charges, also when the disk is full for a while and the server is started again."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from mlcost_ext.core.host import Host, StudioApp
from mlcost_ext.core.idle import Verdict
from mlcost_ext.ledger.charge_store import ChargeStore
from mlcost_ext.ledger.database import Database
from mlcost_ext.server.bookkeeper import Bookkeeper, never_less
from mlcost_ext.server.books import Books
from mlcost_ext.server.busy import BusyTime
from mlcost_ext.server.intake import Intake
from mlcost_ext.server.ledger_clock import LedgerClock
from mlcost_ext.usecases.launches import LaunchBook
from mlcost_ext.usecases.meter import meter
from mlcost_ext.usecases.session import SessionCosts
from mlcost_ext.usecases.standing import meter_standing
from tests.fakes import NOW, REGION, FakePrices, description, ended, price_list, read_job, small_price_list, unit_price
from tests.jobs.figures import FACTS
from tests.usecases.test_overview import ENDPOINT

HOST = Host(
    kind="studio",
    region_id=REGION,
    instance_type="ml.t3.medium",
    component="Studio-JupyterLab",
    started_at=NOW - timedelta(hours=3),
    studio_app=StudioApp(domain_id="d-1", space_name="work", app_type="JupyterLab", app_name="default"),
)
PRICES = small_price_list()
MONTH = date(2026, 11, 1), date(2026, 12, 1)


class Server:
    """A bookkeeper with a ledger, as each start of a server makes them."""

    def __init__(self, path: Path) -> None:
        self.database = Database(path)
        self.store = ChargeStore(self.database)
        self.intake = Intake(Books.empty(), LaunchBook(), PRICES, FACTS, logging.getLogger("test"))
        self.forgotten: list[date] = []
        self.verdict: Verdict | None = None
        self.seconds, self.now = 0.0, NOW
        self.booted, self.told = 0.0, NOW
        busy = BusyTime(None, lambda _: None, lambda: self.seconds, verdict=lambda: self.verdict, wall=lambda: self.now)
        clock = LedgerClock(lambda: self.booted, tells_suspensions=True)
        log = logging.getLogger("test")
        self.books = Bookkeeper(self.store, self.intake, busy, lambda _: None, self.forgotten.append, log, clock)

    def work(
        self, now: datetime = NOW, host: Host = HOST, prices: FakePrices = PRICES, *, passed: timedelta | None = None
    ) -> None:
        """Look at `now`; so much time has `passed` as the clock says, where nothing else is said."""
        self.booted += (now - self.told if passed is None else passed).total_seconds()
        self.told = now
        self.books._written_at = self.books._rests_until = float("-inf")
        asyncio.run(self.books.work(host, prices, now, is_viewed=True))

    def idle(self, seconds: int, since: datetime = NOW) -> None:
        """Be idle for so long more, with a look and a verdict each ten seconds."""
        for _ in range(0, seconds, 10):
            self.seconds, self.now = self.seconds + 10, self.now + timedelta(seconds=10)
            self.verdict = Verdict(
                as_of=self.now, state="idle", since=since, held_by=(), holders=(), last=None, signals=(), stops_at=None
            )
            self.books._busy.look(self.now)

    def answer(self) -> None:
        """Let AWS answer, a moment after the last look."""
        self.booted += 0.001
        self.intake.clock.told_at = self.booted

    def by(self, name: str) -> dict[str | None, Decimal]:
        return {total.key[0]: Decimal(total.contracted_cost).scaleb(-9) for total in self.store.sums(*MONTH, (name,))}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Give the place of a ledger."""
    return tmp_path / "servers" / "s1" / "ledger.sqlite"


@pytest.fixture
def server(path: Path) -> Iterator[Server]:
    """Give a server."""
    made = Server(path)
    yield made
    made.database.close()


def test_jobs_what_stands_and_the_machine_become_charges(server: Server) -> None:
    """Each under its kind; today's and this month's sums are those of the ledger."""
    server.books.take_job(meter(read_job(ended("a", seconds=3600, BillableTimeInSeconds=1000)), PRICES))
    server.intake.standing.put(meter_standing(replace(ENDPOINT, since=NOW - timedelta(hours=2)), PRICES))
    server.work()
    kinds = server.by("kind")
    assert set(kinds) == {"training", "endpoint", "session"}
    assert (kinds["endpoint"], kinds["session"]) == (Decimal("2.816"), Decimal("0.15"))
    charged, costs = server.books.charged, server.books.session_costs
    assert charged is not None
    assert costs is not None
    assert charged.month == sum(kinds.values())
    assert (costs.today, costs.month) == (Decimal("0.15"), Decimal("0.15"))
    assert (costs.idle_today, costs.idle_month) == (None, None)  # nothing judges it
    assert server.store.verify() == []


def test_a_full_disk_loses_nothing(server: Server, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What could not be written is written once there is room, and is counted once."""
    with monkeypatch.context() as patch:
        patch.setattr(server.store, "bring", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left on device")))
        for name in ("a", "b"):
            server.books.take_job(meter(read_job(ended(name, seconds=3600, BillableTimeInSeconds=1000)), PRICES))
            server.work()
    server.work()
    server.work()
    assert set(server.by("resource")) == {"training/a", "training/b", "session/d-1/work/JupyterLab"}
    one = meter(read_job(ended("a", seconds=3600, BillableTimeInSeconds=1000)), PRICES)
    cost, storage = one.cost_at(NOW), one.storage_cost_at(NOW)
    assert cost is not None
    assert storage is not None
    assert abs(server.by("resource")["training/a"] - cost - storage) < Decimal("1e-8")


def test_one_that_nobody_can_write_keeps_no_other_from_being_kept(server: Server) -> None:
    """A price beyond all room; the log says it once."""
    dear = price_list([unit_price("999999999999", "Training"), *PRICES.known.values()][:1])
    server.books.take_job(meter(read_job(ended("dear", seconds=360000, BillableTimeInSeconds=360000)), dear))
    server.books.take_job(meter(read_job(ended("cheap", seconds=60, BillableTimeInSeconds=60)), PRICES))
    server.work()
    assert "training/cheap" in server.by("resource")
    assert "training/dear" not in server.by("resource")


def test_a_restart_neither_loses_nor_doubles_a_second(server: Server, path: Path) -> None:
    """The machine ran on while the server was off; the endpoint was deleted meanwhile, nobody knows when."""
    server.intake.standing.put(meter_standing(replace(ENDPOINT, since=NOW - timedelta(hours=2)), PRICES))
    server.work()
    server.database.close()
    again = Server(path)
    again.work(NOW + timedelta(hours=1))
    assert again.by("kind") == {"endpoint": Decimal("2.816"), "session": Decimal("0.2")}
    again.work(NOW + timedelta(hours=2))
    assert again.by("kind") == {"endpoint": Decimal("2.816"), "session": Decimal("0.25")}
    again.database.close()


def test_an_endpoint_that_aws_has_not_changed_counts_on_over_a_restart(server: Server, path: Path) -> None:
    """However long no server looked; its size is that of before."""
    unchanged = meter_standing(replace(ENDPOINT, since=None, modified_at=NOW - timedelta(days=1)), PRICES)
    server.intake.standing.put(unchanged)
    server.work()
    server.database.close()
    again = Server(path)
    again.intake.standing.put(unchanged)
    again.work(NOW + timedelta(hours=8))
    assert again.by("kind")["endpoint"] == Decimal("1.408") * 8
    again.database.close()


def test_what_aws_lists_no_more_is_closed(server: Server, path: Path) -> None:
    """An hour after a start, where AWS has told all that there are of its kind."""
    server.intake.standing.put(meter_standing(replace(ENDPOINT, since=NOW - timedelta(hours=2)), PRICES))
    server.work()
    server.database.close()
    again = Server(path)

    def bases() -> set[str]:
        return {record.cost_basis for record in again.store.records(*MONTH) if record.resource.kind == "endpoint"}

    listed = {"region_id": REGION, "first_picture": True, "kinds": {"endpoint": "2026-11-23T14:00:00Z"}}
    for told in ({"region_id": REGION}, {**listed, "kind_problems": {"endpoint": {}}}):
        again.intake.take_status(told)
        again.books._closes_at = float("-inf")
        again.work(NOW + timedelta(hours=1))
        assert bases() == {"estimated"}
    again.intake.take_status(listed)
    again.work(NOW + timedelta(hours=1))
    assert bases() == {"estimated"}
    again.books._closes_at = float("-inf")
    again.work(NOW + timedelta(hours=1))
    assert bases() == {"metered"}
    assert again.by("kind") == {"endpoint": Decimal("2.816"), "session": Decimal("0.2")}
    again.database.close()


def test_a_clock_that_leaps_is_not_believed_before_aws_answers(server: Server) -> None:
    """It was set by a year for a minute: nothing is counted of it, and nothing is lost."""
    minute = timedelta(minutes=1)
    server.work()
    server.work(NOW + timedelta(days=365), passed=minute)
    assert server.store.as_of() == NOW + minute
    server.work(NOW + 2 * minute, passed=minute)
    assert server.store.as_of() == NOW + 2 * minute
    hour = timedelta(hours=1)
    server.work(NOW + hour, passed=minute)
    server.answer()
    server.work(NOW + hour + minute, passed=minute)
    assert server.store.as_of() == NOW + hour + minute


def test_a_ledger_of_a_wrong_clock_is_set_right_once_aws_answers(server: Server, path: Path) -> None:
    """A server began a year ahead; the next one tells the time by AWS."""
    server.work(NOW + timedelta(days=365))
    server.database.close()
    again = Server(path)
    again.work(NOW)
    assert again.store.as_of() == NOW + timedelta(days=365)
    again.answer()
    again.work(NOW + timedelta(hours=1))
    assert again.store.as_of() == NOW + timedelta(hours=1)
    assert again.by("kind") == {"session": Decimal("0.2")}
    again.work(NOW + timedelta(minutes=58), passed=timedelta(minutes=1))
    again.answer()
    again.work(NOW + timedelta(minutes=59), passed=timedelta(minutes=1))
    assert again.store.as_of() == NOW + timedelta(hours=1, minutes=1)  # it is caught up with
    assert again.store.verify() == []
    again.database.close()


def test_an_endpoint_that_is_gone_counts_no_further(server: Server) -> None:
    """Until it was seen to be gone; another one of its name begins anew."""
    first = replace(ENDPOINT, since=NOW - timedelta(hours=2))
    server.intake.standing.put(meter_standing(first, PRICES))
    server.work()
    server.intake.standing.remove(("endpoint", REGION, "churn"))
    server.work(NOW + timedelta(hours=1))
    server.work(NOW + timedelta(hours=5))
    assert server.by("kind")["endpoint"] == Decimal("1.408") * 3
    later = NOW + timedelta(hours=6)
    server.intake.standing.put(meter_standing(replace(first, created_at=later, since=later), PRICES))
    server.work(NOW + timedelta(hours=8))
    assert server.by("kind")["endpoint"] == Decimal("1.408") * 5


def test_another_price_counts_from_then_on(server: Server) -> None:
    """What was counted stays as it was."""
    server.work()
    other = price_list([unit_price("0.10", "Studio-JupyterLab", "ml.t3.medium")])
    server.work(NOW + timedelta(hours=1), prices=other)
    server.work(NOW + timedelta(hours=2), prices=other)
    assert server.by("kind")["session"] == Decimal("0.05") * 4 + Decimal("0.10")


def test_what_is_old_is_forgotten_once_a_day(server: Server) -> None:
    """Not at every look."""
    for hours in (0, 1, 2, 11):
        server.work(NOW + timedelta(hours=hours))
    assert server.forgotten == [NOW.date(), NOW.date() + timedelta(days=1)]


TEN_MINUTES = Decimal("0.05") / 6
CLOSE = Decimal("3E-9")


def test_idleness_is_charged_once_also_when_it_is_started_again(server: Server, path: Path) -> None:
    """The machine's parts are its cost; while no server looks nobody knows. Who owns the space owns its idleness."""
    owned = replace(HOST, owner_tags={"team": "fraud"})
    server.work(host=owned)
    server.idle(600)
    server.work(server.now, owned)
    costs = server.books.session_costs
    assert costs is not None
    assert costs.idle_today == costs.idle_month == server.by("state")["idle"]
    assert abs(server.by("state")["idle"] - TEN_MINUTES) < CLOSE
    assert sum(server.by("state").values()) == server.by("kind")["session"]
    server.database.close()
    again = Server(path)
    again.now = NOW + timedelta(hours=1)
    again.work(again.now, owned)
    assert sum(again.by("state").values()) == Decimal("0.2")
    assert abs(again.by("state")["idle"] - TEN_MINUTES) < CLOSE
    again.idle(600, since=again.now)
    again.work(again.now, owned)
    assert abs(again.by("state")["idle"] - 2 * TEN_MINUTES) < CLOSE
    assert set(again.by("tag:team")) == {"fraud"}
    assert again.store.verify() == []
    again.database.close()


def test_idleness_is_charged_at_the_price_of_its_time(server: Server) -> None:
    """What was counted before a price changes belongs to what it was."""
    server.work()
    server.idle(600)
    dearer = price_list([unit_price("0.10", "Studio-JupyterLab", "ml.t3.medium")])
    server.work(server.now, prices=dearer)
    assert abs(server.by("state")["idle"] - TEN_MINUTES) < CLOSE
    server.idle(600)
    server.work(server.now, prices=dearer)
    assert abs(server.by("state")["idle"] - 3 * TEN_MINUTES) < CLOSE
    assert sum(server.by("state").values()) == server.by("kind")["session"]
    assert server.store.verify() == []


def test_idleness_that_could_not_be_written_is_written_later(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once; also where the price has changed meanwhile."""
    dearer = price_list([unit_price("0.10", "Studio-JupyterLab", "ml.t3.medium")])
    server.work()
    with monkeypatch.context() as patch:
        patch.setattr(server.store, "note_busy", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left on device")))
        server.idle(300)
        server.work(server.now)
        server.idle(300)
        server.work(server.now, prices=dearer)
    server.work(server.now, prices=dearer)
    server.work(server.now, prices=dearer)
    assert abs(server.by("state")["idle"] - TEN_MINUTES) < CLOSE


def test_hours_that_are_paid_already_have_no_idleness(server: Server) -> None:
    """Nor does what was idle in them count once hours cost again."""
    paid = replace(HOST, is_prepaid=True, volume_gb=5, storage_component="Storage-Studio-JupyterLab")
    server.work(host=paid)
    server.idle(600)
    server.work(server.now, paid)
    server.work(server.now)
    assert "idle" not in server.by("state")


def test_a_months_idleness_never_falls() -> None:
    """The last digit is divided anew with each look, and a counter that falls would count twice."""

    def costs(amount: str | None, when: datetime = NOW) -> SessionCosts:
        idle = None if amount is None else Decimal(amount)
        return SessionCosts(as_of=when, today=Decimal(9), month=Decimal(9), idle_today=idle, idle_month=idle)

    found = never_less(costs("0.100000001"), costs("0.100000002"))
    assert found is not None
    assert (found.idle_today, found.idle_month) == (Decimal("0.100000001"), Decimal("0.100000002"))
    for new, before in (("1", "0.5"), (None, "1"), ("1", None)):
        assert never_less(costs(new), costs(before)) == costs(new)
    assert never_less(costs("1", NOW + timedelta(days=40)), costs("2")) == costs("1", NOW + timedelta(days=40))
    assert never_less(None, costs("2")) is None


def test_a_job_without_price_is_unknown(server: Server) -> None:
    """The sums lack it and say so."""
    config = {"InstanceType": "ml.z9.large", "InstanceCount": 1, "VolumeSizeInGB": 0}
    server.books.take_job(meter(read_job(description("a", ResourceConfig=config)), PRICES))
    server.work()
    charged = server.books.charged
    assert charged is not None
    assert charged.unpriced == 1
