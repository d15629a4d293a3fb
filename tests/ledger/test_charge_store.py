"""Charges in the file: each once, corrected by new rows, the same total whichever way one looks."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlcost_ext.core.ledger import Attribution, ChargeBasis, KernelState, Resource
from mlcost_ext.core.profile import LedgerEntry, LedgerLine, Profile
from mlcost_ext.core.times import UTC
from mlcost_ext.ledger.charge_store import ChargeStore, open_ledger
from mlcost_ext.ledger.database import Database
from tests.core.test_profile import PRICE

START = datetime(2026, 11, 29, 22, 0, 0, tzinfo=UTC)
FROM, TO = date(2026, 1, 1), date(2027, 1, 1)
FRAUD = Attribution(notebook="train.ipynb", cell_id="c1", user_name="ana", user_basis="space", tags={"team": "fraud"})
JOB = Resource(kind="training", region_id="us-east-1", name="job", created_at=START, resource_id="arn:aws:sagemaker:job")
ENDPOINT = Resource(kind="endpoint", region_id="us-east-1", name="forgotten", created_at=START)
MACHINE = Resource(kind="session", region_id="us-east-1", name="here", created_at=None)
HOST_PRICE = replace(PRICE, component="Studio-JupyterLab", list_unit_price=Decimal(1), contracted_unit_price=Decimal(1))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[ChargeStore]:
    """Give a store with a file of its own."""
    database = Database(tmp_path / "mlcost" / "servers" / "s1" / "ledger.sqlite")
    yield ChargeStore(database)
    database.close()


def at(hours: float) -> datetime:
    return START + timedelta(hours=hours)


def line(settled: float = 0, since: float | None = 0, ends: float | None = None, **changes: object) -> LedgerLine:
    """Make a line of one instance; times in hours after the start, settled in seconds."""
    profile = Profile(
        starts=START,
        settled=Decimal(str(settled)),
        since=None if since is None else at(since),
        ends=None if ends is None else at(ends),
    )
    made = LedgerLine(price=PRICE, attribution=FRAUD, quantity=Decimal(1), profile=profile)
    return replace(made, **changes)  # type: ignore[arg-type]


def entry(*lines: LedgerLine, basis: ChargeBasis = "estimated", is_closed: bool = False, name: str = "job") -> LedgerEntry:
    return LedgerEntry(resource=replace(JOB, name=name), lines=lines, basis=basis, is_closed=is_closed)


def cost(store: ChargeStore, *group_by: str) -> dict[tuple[str | None, ...], Decimal]:
    return {total.key: Decimal(total.contracted_cost).scaleb(-9) for total in store.sums(FROM, TO, group_by)}


def rows(store: ChargeStore) -> list[tuple[date, Decimal | None, str, bool]]:
    return [(r.day, r.contracted_cost, r.cost_basis, r.is_correction) for r in store.records(FROM, TO)]


@pytest.mark.parametrize("arn", ["arn:aws:sagemaker:us-east-1:111122223333:training-job/job", "arn:aws:sagemaker:job", None])
def test_a_thing_is_told_as_it_was_kept(store: ChargeStore, arn: str | None) -> None:
    """With its ARN, which may be learnt later, and everything a charge is for."""
    store.bring([replace(entry(line()), resource=replace(JOB, resource_id=None))], at(1))
    store.bring([replace(entry(line()), resource=replace(JOB, resource_id=arn))], at(1))
    (record,) = store.records(FROM, TO)
    assert (record.resource, record.attribution, record.price) == (replace(JOB, resource_id=arn), FRAUD, PRICE)


def test_what_runs_is_counted_up_to_the_last_look(store: ChargeStore) -> None:
    """A day each, estimated, and nothing is written down for good yet."""
    store.bring([entry(line())], at(4))
    assert rows(store) == [
        (date(2026, 11, 29), Decimal("2.5344"), "estimated", False),
        (date(2026, 11, 30), Decimal("2.5344"), "estimated", False),
    ]
    assert store.as_of() == at(4)
    store.bring([], at(5))
    assert cost(store) == {(): Decimal("6.336")}


def test_a_final_cost_is_billable_seconds_times_price(store: ChargeStore) -> None:
    """AWS bills an hour of the four: that alone stands, by AWS's word, whatever was estimated."""
    store.bring([entry(line())], at(4))
    store.bring([entry(line(3600, None, 4), basis="metered", is_closed=True)], at(5))
    assert [(basis, is_correction) for _, _, basis, is_correction in rows(store)] == [("metered", False)] * 2
    assert cost(store) == {(): Decimal("1.2672")}
    assert store.verify() == []


def test_a_charge_is_corrected_by_new_rows(store: ChargeStore) -> None:
    """It ended, AWS had not told its billable seconds yet; once it does the estimate is taken back and its word stands."""
    store.bring([entry(line(4 * 3600, None, 4), is_closed=True)], at(4))
    before = list(store.records(FROM, TO))
    store.bring([entry(line(3600, None, 4), basis="metered", is_closed=True)], at(6))
    after = list(store.records(FROM, TO))
    assert [record for record in after if record in before] == before
    assert [
        (r.day.day, r.contracted_cost, r.pricing_quantity, r.cost_basis, r.is_correction) for r in after if r not in before
    ] == [
        (29, Decimal("-2.5344"), -2, "estimated", True),
        (29, Decimal("0.6336"), Decimal("0.5"), "metered", False),
        (30, Decimal("-2.5344"), -2, "estimated", True),
        (30, Decimal("0.6336"), Decimal("0.5"), "metered", False),
    ]
    (total,) = store.sums(FROM, TO, ())
    assert (total.contracted_cost, total.by_basis) == (1_267_200_000, {"estimated": 0, "metered": 1_267_200_000})


def test_another_price_takes_the_first_back(store: ChargeStore) -> None:
    """A job without a price is unknown, not zero; once there is one it is known, and nothing is unknown any more."""
    nothing = replace(PRICE, list_unit_price=None, contracted_unit_price=None)
    store.bring([entry(line(7200, None, 2, price=nothing), is_closed=True)], at(2))
    (total,) = store.sums(FROM, TO, ())
    assert (total.contracted_cost, len(total.unpriced)) == (0, 1)
    store.bring([entry(line(7200, None, 2), is_closed=True)], at(3))
    (total,) = store.sums(FROM, TO, ())
    assert (total.contracted_cost, len(total.unpriced)) == (2_534_400_000, 0)


news = st.sampled_from(
    [
        entry(line()),
        entry(line(1800, 1)),
        entry(line(7200, 3, quantity=Decimal(2))),
        entry(line(4 * 3600, None, 4), is_closed=True),
        entry(line(3 * 3600, None, 4), line(60, None, 1), is_closed=True),
    ]
)
FINAL = entry(line(3600, None, 4), line(7200, None, 4, quantity=Decimal(3)), basis="metered", is_closed=True)


@settings(max_examples=60, deadline=None)
@given(before=st.lists(news, max_size=5), after=st.lists(news, max_size=3))
def test_the_order_of_arrival_never_matters(tmp_path_factory: pytest.TempPathFactory, before: list, after: list) -> None:
    """Whatever was told before AWS's last word, or comes too late: the sums are those of the last word."""
    database = Database(tmp_path_factory.mktemp("any") / "s" / "x" / "ledger.sqlite")
    store = ChargeStore(database)
    for told in (*before, FINAL, *after, FINAL):
        store.bring([told], at(5))
    alone = ChargeStore(Database(tmp_path_factory.mktemp("alone") / "s" / "x" / "ledger.sqlite"))
    alone.bring([FINAL], at(5))
    for view in ((), ("day",), ("day", "resource", "notebook")):
        assert cost(store, *view) == cost(alone, *view)
    assert store.verify() == []
    database.close()


def test_an_endpoint_is_counted_since_aws_says_and_goes_on(store: ChargeStore) -> None:
    """Looked at every hour, as it is each time; the second look adds an hour, not two."""
    for hour in (3, 4, 5):
        store.follow(ENDPOINT, [line(since=0)], at(hour))
        assert cost(store) == {(): Decimal("1.2672") * hour}
    assert [is_correction for *_, is_correction in rows(store)] == [False, False]


def test_another_size_of_an_endpoint_counts_from_then_on(store: ChargeStore) -> None:
    """Two hours of one instance, then an hour of three, then it is deleted: nothing after that."""
    store.follow(ENDPOINT, [line(since=0)], at(1))
    store.follow(ENDPOINT, [line(since=0, quantity=Decimal(3))], at(2))
    store.follow(ENDPOINT, [], at(3))
    store.follow(ENDPOINT, [], at(9))
    assert cost(store) == {(): Decimal("1.2672") * 5}
    assert {basis for _, _, basis, _ in rows(store)} == {"metered"}
    assert store.verify() == []


def test_a_server_that_was_off_counts_on_only_where_aws_says_it_went_on(store: ChargeStore) -> None:
    """A week off: until AWS is asked nothing is added; it has run without a change, so the week counts; the other was stopped."""
    other = replace(ENDPOINT, name="other")
    store.follow(ENDPOINT, [line(since=0)], at(1))
    store.follow(other, [line(since=0)], at(1))
    store.begin()
    store.bring([], at(169))
    assert cost(store) == {(): Decimal("1.2672") * 2}
    store.follow(ENDPOINT, [line(since=0)], at(169))
    store.follow(other, [line(since=160)], at(169))
    assert cost(store, "resource") == {
        ("endpoint/forgotten",): Decimal("1.2672") * 169,
        ("endpoint/other",): Decimal("1.2672") * (1 + 9),
    }


def test_a_job_counts_on_when_it_is_seen_again(store: ChargeStore) -> None:
    """Not while the server is off and nobody knows, all of it once AWS describes it."""
    store.bring([entry(line())], at(1))
    store.begin()
    store.bring([], at(5))
    assert cost(store) == {(): Decimal("1.2672")}
    store.bring([entry(line())], at(5))
    assert cost(store) == {(): Decimal("1.2672") * 5}


def test_a_machine_is_shared_by_the_notebooks_that_work_on_it(store: ChargeStore) -> None:
    """Of three hours one was one notebook's and a half another's; with the rest they are the machine's, also once it ends."""
    machine = line(since=0, price=HOST_PRICE, attribution=Attribution())
    one, two = (Attribution(notebook=name, kernel_state="busy") for name in ("a.ipynb", "b.ipynb"))
    hour = 3_600_000_000
    store.follow(MACHINE, [machine], at(0))
    store.note_busy(MACHINE, [(START.date(), one, hour // 2)], at(1))
    store.note_busy(MACHINE, [(START.date(), one, hour // 2), (at(3).date(), two, hour // 2)], at(3))
    shared = {("a.ipynb",): Decimal(1), ("b.ipynb",): Decimal("0.5"), (None,): Decimal("1.5")}
    assert cost(store, "notebook") == shared
    store.follow(MACHINE, [], at(3))
    assert cost(store, "notebook") == shared
    assert cost(store) == {(): Decimal(3)}
    assert store.verify() == []


STATES: dict[KernelState | None, str] = {"busy": "working", "waiting": "waiting", "idle": "idle", None: "other"}
HOUR = 3_600_000_000


def test_what_a_machine_was_for(store: ChargeStore) -> None:
    """By state, each with its notebook; its volume and all else are no machine of a session."""
    machine = line(since=0, price=HOST_PRICE, attribution=Attribution())
    volume = line(since=0, price=replace(HOST_PRICE, component="Storage-Studio-JupyterLab", pricing_unit="GB-Mo"))
    store.follow(MACHINE, [machine, volume], at(0))
    store.bring([entry(line(3600, None, 1), is_closed=True)], at(1))
    a = "a.ipynb"
    parts: list[tuple[KernelState, str | None, int]] = [("busy", a, 2 * HOUR), ("waiting", a, HOUR), ("idle", a, HOUR // 2)]
    told = [(at(3).date(), Attribution(notebook=name, kernel_state=state), length) for state, name, length in parts]
    store.note_busy(MACHINE, [*told, (START.date(), Attribution(kernel_state="idle"), HOUR)], at(8))
    found = {key[0]: amount for key, amount in cost(store, "state").items()}
    assert {state: found[state] for state in STATES.values()} == {
        "working": 2,
        "waiting": 1,
        "idle": Decimal("1.5"),
        "other": Decimal("3.5"),
    }
    assert found[None] == cost(store)[()] - 8
    assert cost(store, "kind", "state", "notebook")["session", "idle", None] == 1
    assert store.idle_by_day(MACHINE, FROM, TO, "USD") == {START.date(): 10**9, at(3).date(): 5 * 10**8}
    assert store.idle_by_day(MACHINE, at(3).date(), TO, "USD") == {at(3).date(): 5 * 10**8}
    assert store.idle_by_day(MACHINE, FROM, TO, "CNY") == {}
    assert store.idle_by_day(replace(MACHINE, name="other"), FROM, TO, "USD") == {}
    assert store.verify() == []


times_told = st.lists(
    st.tuples(st.sampled_from(["busy", "waiting", "idle"]), st.sampled_from(["a", "b", None]), st.integers(1, 40), st.booleans()),
    max_size=15,
)


@settings(max_examples=40)
@given(times_told, st.integers(1, 10**9))
def test_its_parts_are_its_cost_to_the_last_digit(
    tmp_path_factory: pytest.TempPathFactory, told: list[tuple[KernelState, str | None, int, bool]], unit_price: int
) -> None:
    """Whatever it was for, over midnight and prices that change; what was for something is never more than that was."""
    path = tmp_path_factory.mktemp("l") / "servers" / "s1" / "ledger.sqlite"
    database = Database(path)
    store, hours, spent, seconds = ChargeStore(database), 0.0, Decimal(0), 0
    by_state: dict[str, int] = {}
    price = replace(HOST_PRICE, list_unit_price=None, contracted_unit_price=Decimal(unit_price).scaleb(-7))
    store.follow(MACHINE, [line(since=0, price=price, attribution=Attribution())], at(0))
    for state, name, minutes, is_other_price in told:
        hours += minutes / 60
        now = at(hours).replace(microsecond=0)
        store.note_busy(MACHINE, [(now.date(), Attribution(notebook=name, kernel_state=state), 60_000_000)], now)
        by_state[STATES[state]] = by_state.get(STATES[state], 0) + 60
        if is_other_price:
            price = replace(price, price_as_of=str(hours))  # the same amount by another list
            store.follow(MACHINE, [line(since=None, price=price, attribution=Attribution())], now)
        seconds = (now - START) // timedelta(seconds=1)
        spent = price.contracted_unit_price * seconds / 3600 if price.contracted_unit_price else spent
    found = {key[0]: amount for key, amount in cost(store, "state").items()}
    records = list(store.records(FROM, TO))
    whole = sum((record.contracted_cost or Decimal(0) for record in records), Decimal(0))
    assert sum(found.values()) == whole == cost(store).get((), Decimal(0))
    assert abs(whole - spent) <= Decimal("1E-9") * 2 * (len(told) + 1)
    rate = (price.contracted_unit_price or Decimal(0)) / 3600
    for state, length in by_state.items():
        assert found.get(state, Decimal(0)) <= rate * length + Decimal("1E-9") * 2 * (len(records) + 1)
    assert sum(store.idle_by_day(MACHINE, FROM, TO, "USD").values()) == int(found.get("idle", Decimal(0)).scaleb(9))
    assert store.verify() == []
    database.close()


def test_every_view_gives_the_same_total(store: ChargeStore) -> None:
    """By day, notebook, tag or anything else; one by one too."""
    store.bring([entry(line(4 * 3600, None, 4), line(100, None, 1), is_closed=True)], at(4))
    store.bring([entry(line(3600, None, 4), basis="metered", is_closed=True), entry(line(), name="runs")], at(6))
    store.follow(ENDPOINT, [line(since=0, attribution=Attribution(tags={"team": "risk"}))], at(6))
    whole = cost(store)[()]
    assert whole == sum(record.contracted_cost or 0 for record in store.records(FROM, TO))
    for view in (("day",), ("notebook",), ("tag:team",), ("tag:none",), ("service", "component"), ("user", "kind"), ("month",)):
        assert sum(cost(store, *view).values()) == whole
    assert set(cost(store, "tag:team")) == {("fraud",), ("risk",)}
    assert cost(store, "service") == {("Amazon SageMaker",): whole}
    by_day = cost(store, "day")
    assert sum(total.contracted_cost for total in store.sums(date(2026, 11, 30), date(2026, 12, 1), ())) == by_day[
        ("2026-11-30",)
    ].scaleb(9)


def test_currencies_are_never_added(store: ChargeStore) -> None:
    """One sum each."""
    yuan = replace(PRICE, billing_currency="CNY")
    store.bring([entry(line(3600, None, 1), is_closed=True)], at(2))
    store.bring([entry(line(3600, None, 1, price=yuan), is_closed=True, name="there")], at(2))
    assert [(total.billing_currency, total.contracted_cost) for total in store.sums(FROM, TO, ())] == [
        ("CNY", 1_267_200_000),
        ("USD", 1_267_200_000),
    ]


def test_no_such_grouping(store: ChargeStore) -> None:
    """It is said, and never becomes a query."""
    with pytest.raises(ValueError, match="no such grouping"):
        store.sums(FROM, TO, ("day; DROP TABLE charge",))


def test_verify_finds_what_somebody_changed(store: ChargeStore, tmp_path: Path) -> None:
    """A cost that is not its quantity times its price, and a charge whose thing is gone."""
    store.bring([entry(line(3600, None, 1), is_closed=True)], at(2))
    assert store.verify() == []
    path = tmp_path / "mlcost" / "servers" / "s1" / "ledger.sqlite"
    with sqlite3.connect(path) as other:
        other.execute("UPDATE charge SET contracted_cost = contracted_cost + 5")
    assert store.verify() == ["The contracted cost of Training ml.g5.xlarge in us-east-1 is not its quantity times its price."]
    with sqlite3.connect(path) as other:
        other.execute("DELETE FROM resource")
    other.close()
    assert store.verify() == ["The resource of charge 1 is missing."]


def test_forgetting_leaves_nothing_behind(store: ChargeStore, tmp_path: Path) -> None:
    """Days before a date; a user's charges, name and all."""
    store.bring([entry(line(4 * 3600, None, 4), is_closed=True), entry(line(), name="runs")], at(4))
    assert store.forget_before(date(2026, 11, 30)) == 1
    assert cost(store, "day")[("2026-11-30",)] == Decimal("2.5344") * 2
    assert store.forget_user("ana") == 2
    assert set(cost(store, "user")) == {(None,)}
    path = tmp_path / "mlcost" / "servers" / "s1" / "ledger.sqlite"
    with sqlite3.connect(path) as other:
        assert other.execute("SELECT COUNT(*) FROM attribution WHERE user_name = 'ana'").fetchone() == (0,)
    other.close()


def test_others_read_and_change_nothing(store: ChargeStore, tmp_path: Path) -> None:
    """Another process of this host sees the same; where there is no file none is made."""
    store.bring([entry(line(3600, None, 1), is_closed=True)], at(2))
    reader = open_ledger(tmp_path / "mlcost", "s1")
    assert cost(reader) == cost(store)
    with pytest.raises(OSError, match="readonly"):
        reader.bring([entry(line())], at(3))
    with pytest.raises(OSError, match="unable to open"):
        open_ledger(tmp_path / "mlcost", "s2").as_of()
    assert not (tmp_path / "mlcost" / "servers" / "s2").exists()


def test_a_cost_beyond_all_room_is_refused_whole(store: ChargeStore) -> None:
    """Nothing of that call is kept, and the next one is."""
    dear = replace(PRICE, contracted_unit_price=Decimal(10**11))
    with pytest.raises(OverflowError):
        store.bring(
            [entry(line(3600, None, 1), is_closed=True), entry(line(3600, None, 1, price=dear), is_closed=True, name="x")], at(2)
        )
    assert cost(store) == {}
    store.bring([entry(line(3600, None, 1), is_closed=True)], at(2))
    assert cost(store) == {(): Decimal("1.2672")}


def test_a_clock_that_goes_back_takes_nothing_back(store: ChargeStore) -> None:
    """The time by which everything is told only goes on."""
    store.bring([entry(line())], at(4))
    store.bring([entry(line())], at(1))
    assert (store.as_of(), cost(store)) == (at(4), {(): Decimal("5.0688")})
