"""``mlcost ledger``: exporting, checking and forgetting a real ledger, whose server may live."""

from __future__ import annotations

import csv
import json
import os
import sqlite3
import stat
import subprocess
import sys
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from mlcost_ext.cli.ledger.chosen import ChosenLedger, to_read
from mlcost_ext.core.profile import LedgerEntry, LedgerLine, Profile
from mlcost_ext.core.times import UTC
from mlcost_ext.ledger import spool_sweep
from mlcost_ext.ledger.charge_store import ChargeStore
from mlcost_ext.ledger.database import Database
from mlcost_ext.ledger.home import mlcost_home
from mlcost_ext.ledger.launch_store import LaunchStore
from mlcost_ext.ledger.server_id import locked
from mlcost_ext.ledger.spool_reader import SpoolReader
from mlcost_ext.ledger.spool_writer import host_name
from tests.ledger.focus.samples import PRICE, RESOURCE, WHO
from tests.ledger.spool_files import append, json_line, line

START = datetime(2026, 11, 3, 23, 0, tzinfo=UTC)
NOW = START + timedelta(hours=4)
BOB = replace(WHO, user_name="bob")


def entry(name, *, who=WHO, hours=2, price=PRICE, is_closed=True):
    """Make a job that began an hour before midnight."""
    ends = START + timedelta(hours=hours)
    profile = Profile(starts=START, settled=Decimal(3600 * hours), since=None, ends=ends)
    line = LedgerLine(price=price, attribution=who, quantity=Decimal(1), profile=profile)
    resource = replace(RESOURCE, name=name, resource_id=f"arn:aws:sagemaker:us-east-1:111122223333:training-job/{name}")
    return LedgerEntry(resource=resource, lines=(line,), basis="metered" if is_closed else "estimated", is_closed=is_closed)


@pytest.fixture
def kept(home):
    """Give a function that keeps a ledger of two jobs for a server, and gives where."""

    def make(server_id="a1", entries=()):
        path = home / "mlcost/servers" / server_id / "ledger.sqlite"
        database = Database(path)
        ChargeStore(database).bring(entries or [entry("one"), entry("two", who=BOB)], NOW)
        database.close()
        return path

    return make


@pytest.fixture
def ended_pid(monkeypatch):
    """Give the number of a process that has ended, on a machine that tells its boot."""
    monkeypatch.setattr(spool_sweep, "boot_id", lambda: "b0" * 16)
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    return process.pid


@pytest.fixture
def ledger(kept, left_behind, recently):
    """Give the ledger of the one server there is."""
    left_behind(recently)
    return kept()


def rows_of(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_an_export_holds_every_charge(mlcost, ledger, home):
    """Two jobs over midnight are four rows; their sum is told beside."""
    ran = mlcost("--json", "ledger", "export", "--format", "focus", "--out", "out.csv")
    assert ran.status == 0
    assert ran.document == {
        "server_id": "a1",
        "as_of": "2026-11-04T03:00:00Z",
        "format": "focus",
        "focus_version": "1.2",
        "path": "out.csv",
        "from": None,
        "to": None,
        "rows": 4,
        "unpriced": 0,
        "corrections": 0,
        "list_cost": {"USD": "0.92"},
        "contracted_cost": {"USD": "0.92"},
    }
    rows = rows_of(home / "out.csv")
    assert sum(Decimal(row["ContractedCost"]) for row in rows) == Decimal("0.92")
    assert {row["ResourceName"] for row in rows} == {"one", "two"}
    assert {row["BilledCost"] for row in rows} == {""}
    assert stat.S_IMODE((home / "out.csv").stat().st_mode) == 0o600


def test_an_export_as_parquet_adds_up_to_the_same(mlcost, ledger, home):
    """As DuckDB reads it."""
    duckdb = pytest.importorskip("duckdb", reason="duckdb is not installed")
    pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    told = mlcost("--json", "ledger", "export", "--out", "out.parquet").document
    with duckdb.connect() as connection:
        query = "SELECT COUNT(*), SUM(ContractedCost) FROM read_parquet(?)"
        assert connection.execute(query, [str(home / "out.parquet")]).fetchone() == (4, Decimal("0.92"))
    assert (told["rows"], told["contracted_cost"]) == (4, {"USD": "0.92"})


def test_words_for_a_person(mlcost, kept, left_behind, recently):
    """How many, of whom, of when; what has no price; and that none of it is billed."""
    left_behind(recently)
    nothing = replace(PRICE, list_unit_price=None, contracted_unit_price=None)
    kept(entries=[entry("one"), entry("two", price=nothing)])
    ran = mlcost("ledger", "export", "--out", "out.csv")
    assert ran.status == 0
    assert "out.csv: 4 charges of server a1, as of 2026-11-04 03:00:00 UTC; USD 0.4600." in ran.out
    assert "2 of them have no price" in ran.out
    assert "None of it is billed" in ran.out


@pytest.mark.parametrize(
    ("options", "days"),
    [
        (("--from", "2026-11-04"), {"2026-11-04"}),
        (("--to", "2026-11-03"), {"2026-11-03"}),
        (("--from", "2026-11-03", "--to", "2026-11-04"), {"2026-11-03", "2026-11-04"}),
        (("--from", "2026-12-01"), set()),
        (("--to", "9999-12-31"), {"2026-11-03", "2026-11-04"}),
    ],
)
def test_days_are_both_included(mlcost, ledger, home, options, days):
    """A file without rows is still one that can be read."""
    assert mlcost("ledger", "export", "--out", "out.csv", *options).status == 0
    assert {row["ChargePeriodStart"][:10] for row in rows_of(home / "out.csv")} == days


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (("--from", "2026-11-31"), "usage"),
        (("--from", "20261101"), "usage"),
        (("--to", "yesterday"), "usage"),
        (("--from", "2026-11-04", "--to", "2026-11-03"), "usage"),
        (("--format", "csv"), "usage"),
        (("--server", "../a1"), "usage"),
        (("--server", "b2"), "no_ledger"),
    ],
)
def test_a_wrong_line_is_status_2_and_writes_nothing(mlcost, ledger, home, options, code):
    """Said in two lines, with what to do."""
    ran = mlcost("--json", "ledger", "export", "--out", "out.csv", *options)
    assert (ran.status, ran.document["code"]) == (2, code)
    assert ran.err.startswith(f"{code}: ")
    assert not (home / "out.csv").exists()


def test_without_pyarrow_parquet_is_refused(mlcost, ledger, monkeypatch):
    """With what to install."""
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    ran = mlcost("ledger", "export", "--out", "out.parquet")
    assert ran.status == 2
    assert "pip install 'mlcost-ext[export]'" in ran.err


def test_no_word_and_no_file_are_refused(mlcost, home):
    """Each says what there is to say."""
    assert (mlcost("ledger").status, mlcost("ledger", "export").status, mlcost("ledger", "forget").status) == (2, 2, 2)
    assert "export, verify, forget" in mlcost("ledger").err


@pytest.mark.parametrize("words", [("export", "--out", "out.csv"), ("verify",), ("forget", "--before", "2026-01-01")])
def test_where_nothing_is_kept(mlcost, home, left_behind, recently, words):
    """Nothing is made to be looked at, neither without a server nor without its ledger."""
    ran = mlcost("--json", "ledger", *words)
    assert (ran.status, ran.document["code"]) == (2, "no_server")
    left_behind(recently)
    ran = mlcost("--json", "ledger", *words)
    assert (ran.status, ran.document["code"]) == (2, "no_ledger")
    assert [path.name for path in (home / "mlcost/servers/a1").iterdir()] == ["overview.json"]


def test_the_freshest_server_is_taken_and_another_can_be_named(mlcost, kept, left_behind, recently, home):
    """As by 'mlcost jobs'; the hint names those that keep one."""
    left_behind(recently - timedelta(hours=1), "old")
    left_behind(recently, "new")
    kept("new")
    kept("old", [entry("three")])
    assert mlcost("--json", "ledger", "verify").document["server_id"] == "new"
    assert mlcost("--json", "ledger", "export", "--out", "out.csv", "--server", "old").document["rows"] == 2
    assert "--server takes new, old." in mlcost("ledger", "verify", "--server", "none").err


def test_a_link_in_a_ledgers_place_is_not_followed(mlcost, ledger, home):
    """Whatever it leads to."""
    ledger.rename(home / "elsewhere.sqlite")
    ledger.symlink_to(home / "elsewhere.sqlite")
    assert mlcost("--json", "ledger", "verify").document["code"] == "no_ledger"


def test_a_ledger_that_adds_up(mlcost, ledger):
    """Status 0, and nothing to tell."""
    ran = mlcost("--json", "ledger", "verify")
    assert (ran.status, ran.document) == (0, {"server_id": "a1", "as_of": "2026-11-04T03:00:00Z", "problems": []})
    assert "adds up as of 2026-11-04 03:00:00 UTC" in mlcost("ledger", "verify").out


def test_a_ledger_that_somebody_has_changed(mlcost, ledger):
    """Status 1, and what is wrong."""
    with sqlite3.connect(ledger) as connection:
        connection.execute("UPDATE charge SET contracted_cost = contracted_cost + 1000000")
    ran = mlcost("--json", "ledger", "verify")
    assert ran.status == 1
    assert len(ran.document["problems"]) >= 1
    assert mlcost("ledger", "verify").out.strip() == "\n".join(ran.document["problems"])


def test_a_file_that_is_no_ledger(mlcost, ledger):
    """Status 2; it is not touched."""
    ledger.write_bytes(b"no ledger" * 1000)
    for words in (("verify",), ("export", "--out", "out.csv"), ("forget", "--user", "ada")):
        ran = mlcost("--json", "ledger", *words)
        assert (ran.status, ran.document["code"]) == (2, "ledger_unusable")
    assert ledger.read_bytes() == b"no ledger" * 1000


def test_reading_does_not_hold_up_the_server(ledger, mlcost):
    """It goes on writing while an export has only begun, and the export is of one moment."""
    with to_read(ChosenLedger(home=mlcost_home(), server_id="a1")) as store:
        records = store.records(date(2026, 1, 1), date(2027, 1, 1))
        names = [next(records).resource.name]
        database = Database(ledger)
        ChargeStore(database).bring([entry("three")], NOW)
        database.close()
        names += [record.resource.name for record in records]
    assert sorted(names) == ["one", "one", "two", "two"]
    assert mlcost("--json", "ledger", "export", "--out", "out.csv").document["rows"] == 6


def test_forgetting_days(mlcost, ledger):
    """The day that is named stays; what is left adds up."""
    ran = mlcost("--json", "ledger", "forget", "--before", "2026-11-04")
    assert ran.status == 0
    removed = {"rows_removed": 2, "files_removed": 0, "files_left": 0}
    assert ran.document == {"server_id": "a1", "before": "2026-11-04", "user": None, **removed}
    assert mlcost("--json", "ledger", "export", "--out", "out.csv").document["rows"] == 2
    assert mlcost("ledger", "verify").status == 0


def test_forgetting_somebody(mlcost, ledger, home):
    """The others stay, and the name is nowhere in the file."""
    ran = mlcost("ledger", "forget", "--user", "bob")
    assert (ran.status, ran.out) == (0, "Removed 2 rows of bob from the ledger of server a1.\n")
    mlcost("ledger", "export", "--out", "out.csv")
    assert {row["x_User"] for row in rows_of(home / "out.csv")} == {"ada"}
    with sqlite3.connect(ledger) as connection:
        assert "bob" not in "\n".join(connection.iterdump())


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such locks")
def test_forgetting_somebody_takes_the_files_of_ended_kernels_along(mlcost, ledger, home, ended_pid):
    """Another server would take them in whole; one that was not read to its end stays, and that is said."""
    store = LaunchStore(Database(ledger))
    reader = SpoolReader(home / "mlcost", "a1")
    boot = spool_sweep.boot_id()
    files = [home / "mlcost/spool" / f"{host_name()}-{boot}-{ended_pid}-{n:016x}.jsonl" for n in range(2)]
    files[0].parent.mkdir()
    for n, file in enumerate(files):
        append(file, json_line("kernel", server_id="a1", kernel_id=f"k{n}", user="bob") + line(n))
    store.take(reader.read_new())
    append(files[1], line(7))
    ran = mlcost("ledger", "forget", "--user", "bob")
    assert ran.status == 0
    assert ran.out.splitlines()[:2] == [
        "Removed 4 rows of bob from the ledger of server a1.",
        "Removed 1 spool file of kernels that have ended; the ledger has all of them.",
    ]
    assert ran.out.splitlines()[2].startswith("The name is still in 1 spool file: ")
    assert list(files[0].parent.iterdir()) == [files[1]]
    assert set(store.positions()) == {file.name for file in files}  # else what shows up again would be taken again
    document = mlcost("--json", "ledger", "forget", "--user", "bob").document
    assert (document["files_removed"], document["files_left"]) == (0, 1)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such locks")
def test_a_server_that_lives_forgets_nothing_for_others(mlcost, ledger):
    """It alone writes its ledger; once it has ended, the same line works."""
    before = ledger.read_bytes()
    with locked(ledger.parent):
        ran = mlcost("--json", "ledger", "forget", "--user", "bob")
        assert (ran.status, ran.document["code"]) == (2, "server_runs")
        assert "jupyter lab stop" in ran.document["hint"]
        assert mlcost("ledger", "verify").status == 0
        assert ledger.read_bytes() == before
    assert mlcost("--json", "ledger", "forget", "--user", "bob").document["rows_removed"] == 2


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such locks")
def test_forgetting_leaves_the_server_its_lease(mlcost, ledger):
    """A server can start right after."""
    mlcost("ledger", "forget", "--before", "2026-01-01")
    lease = locked(ledger.parent)
    assert lease is not None
    lease.close()


@pytest.mark.parametrize("options", [(), ("--user", ""), ("--before", "2026-13-01"), ("--before", "2026-01-01", "--user", "bob")])
def test_forgetting_wants_to_know_what(mlcost, ledger, options):
    """One thing at a time; and nothing is gone."""
    assert mlcost("ledger", "forget", *options).status == 2
    assert mlcost("--json", "ledger", "export", "--out", "out.csv").document["rows"] == 4


def test_json_is_one_document(mlcost, ledger):
    """Wherever --json is said."""
    for words in (("verify",), ("export", "--out", "out.csv"), ("forget", "--user", "nobody")):
        assert json.loads(mlcost("ledger", *words, "--json").out)["server_id"] == "a1"
