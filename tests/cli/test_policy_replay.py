"""``mlcost policy replay``: a policy tried on what a real ledger has recorded."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from decimal import Decimal

import pytest

from mlcost_ext.ledger.activity_store import ActivityStore
from mlcost_ext.ledger.charge_store import ChargeStore
from mlcost_ext.ledger.database import Database
from tests.ledger.activity_samples import HOUR, MINUTE, RATE, run_rows

from .test_policy import layers, put  # noqa: F401 - a fixture

MESSAGE, BUSY = ("user_message", "train.ipynb"), ("kernel_busy", "train.ipynb")
DECISION = """
    INSERT INTO decision (id, at, kind, region_id, decision, outcome, findings, fixed)
    VALUES (?, ?, 'training', 'us-east-1', 'warn', 'sent', ?, '[]')
"""


@pytest.fixture
def day():
    """Give the beginning of a day three days ago."""
    return datetime.now(timezone.utc).replace(hour=6, minute=0, second=0, microsecond=0) - timedelta(days=3)


@pytest.fixture
def ledger(home, layers, left_behind, recently):  # noqa: F811
    """Give the ledger of the one server there is, where nothing was recorded yet."""
    left_behind(recently)
    database = Database(home / "mlcost/servers/a1/ledger.sqlite")
    ChargeStore(database).bring([], recently)
    yield database
    database.close()


@pytest.fixture
def recorded(ledger, day):
    """Record a day with one stop that is right and one that is wrong, of a kernel that works in between."""
    times = [day, day + 4 * HOUR, day + 5 * HOUR + 10 * MINUTE]
    spans = [(*MESSAGE, at, at) for at in times]
    busy = (*BUSY, day + 6 * HOUR, day + 8 * HOUR)
    ActivityStore(ledger).write([run_rows(*spans, busy, observed=(day, day + 8 * HOUR), rate=RATE)])
    ledger.close()
    return ledger


def found(ledger, *launches):
    """Note what guards have found in launches of today."""
    with ledger.transaction() as connection:
        for number, rules in enumerate(launches):
            findings = json.dumps([{"rule": rule, "verdict": "shadow"} for rule in rules])
            at = (datetime.now(timezone.utc) - HOUR).isoformat().replace("+00:00", "Z")
            connection.execute(DECISION, (f"d{number}", at, findings))
    ledger.close()


def test_what_would_have_been_stopped(mlcost, recorded, day):
    """A line for each stop, with why it would have been wrong, and a sentence that sums it up."""
    ran = mlcost("policy", "replay")
    assert (ran.status, ran.err) == (0, "")
    head, _, headings, *rows, _, total, launches = ran.out.splitlines()
    assert head.endswith(f"observed for 8 h, idle for 6 h of it; recorded since {day:%Y-%m-%d %H:%M}.")
    assert headings.split("  ")[0] == "Stop"
    cells = [[cell.strip() for cell in row.split("  ") if cell.strip()] for row in rows]
    stops = [(1, 0, 4), (5, 4, 5)]
    assert [row[:3] for row in cells] == [
        [f"{day + at * HOUR:%Y-%m-%d %H:%M}", f"{day + since * HOUR:%m-%d %H:%M}", f"{day + until * HOUR + late:%m-%d %H:%M}"]
        for (at, since, until), late in zip(stops, (0 * MINUTE, 10 * MINUTE), strict=True)
    ]
    assert [row[3:] for row in cells] == [
        ["Somebody used a notebook (train.ipynb)", "USD 4.22", "right"],
        ["Somebody used a notebook (train.ipynb)", "USD 0.2347", "wrong, back within 10 min"],
    ]
    assert total == (
        "With a timeout of 60 min there would have been 2 stops, 1 of them wrong; those that are right would have saved USD 4.22."
    )
    assert launches == "It would have asked about 0 launches and blocked 0 launches, by the findings that were recorded."


def test_as_data(mlcost, recorded, day):
    """With exact amounts and all that a screen may want."""
    ran = mlcost("--json", "policy", "replay", "--days", "4", "--server", "a1")
    document = ran.document
    assert (ran.status, document["stops_count"], document["wrong_count"], document["saved"]) == (0, 2, 1, "4.224")
    assert document["stops"][0] == {
        "at": f"{day + HOUR:%Y-%m-%dT%H:%M:%SZ}",
        "idle_since": f"{day:%Y-%m-%dT%H:%M:%SZ}",
        "until": f"{day + 4 * HOUR:%Y-%m-%dT%H:%M:%SZ}",
        "last_signal": "Somebody used a notebook (train.ipynb)",
        "saved": "4.224",
        "billing_currency": "USD",
        "returned_within_minutes": None,
        "was_running": [],
        "is_wrong": False,
    }
    assert mlcost("--json", "policy", "replay", "--days", "1").document["observed_seconds"] == 0


def test_a_policy_of_a_file_stands_in_the_place_of_all(mlcost, recorded, layers, tmp_path):  # noqa: F811
    """Its timeout, what it takes for stuck, and the verdicts of its rules on what was found."""
    put(layers[0], "version: 1\nidle: {mode: 'off'}\n")
    assert "By this policy idle.mode is off, so nothing would be stopped." in mlcost("policy", "replay").out
    found(recorded, ["MC101"], ["MC101", "MC104"], ["MC106"], [])
    rules = "rules: {MC101: {verdict: ask}, MC104: {verdict: block}}\n"
    file = put(tmp_path / "strict.yaml", f"version: 1\n{rules}idle: {{timeout_minutes: 20, stuck_busy_hours: 1}}\n")
    ran = mlcost("policy", "replay", "--policy", file)
    assert "wrong, was running: A kernel runs code (train.ipynb)" in ran.out
    assert "With a timeout of 20 min there would have been 4 stops, 2 of them wrong;" in ran.out
    assert "It would have asked about 1 launch and blocked 1 launch, by the findings that were recorded." in ran.out


def test_one_with_faults_is_not_tried(mlcost, recorded, layers, tmp_path):  # noqa: F811
    """A named one is refused; those of the layers are told beside what is in force in their place."""
    file = put(tmp_path / "p.yaml", "version: 1\nidle: {timeout_minutes: soon}\n")
    ran = mlcost("policy", "replay", "--policy", file)
    assert (ran.status, ran.out) == (2, "")
    assert ran.err.startswith(f"policy_invalid: {file}:2:25: ")
    put(layers[0], "version: 1\nidle: {timeout_minutes: soon}\n")
    ran = mlcost("policy", "replay")
    assert ran.status == 0
    assert ran.out.splitlines()[-1].startswith(f"Fault: {layers[0]}:2:25: ")


def test_nothing_recorded(mlcost, ledger, day):
    """Says so, and since when recording runs; that is no failure."""
    ran = mlcost("policy", "replay")
    assert (ran.status, ran.err) == (0, "")
    assert ran.out.startswith("Server a1 has recorded no activity yet. Recording begins when JupyterLab runs with mlcost-ext")
    assert mlcost("--json", "policy", "replay").document["recorded_since"] is None
    ActivityStore(ledger).write([run_rows((*MESSAGE, day, day), observed=(day, day + HOUR))])
    ledger.close()
    ran = mlcost("policy", "replay", "--days", "1")
    since = f"{day:%Y-%m-%d %H:%M} UTC"
    assert ran.out.splitlines()[0] == f"Nothing was recorded in the last 1 day; server a1 has recorded since {since}."


def test_what_has_no_price_is_in_no_sum(mlcost, ledger, day):
    """It is said, and never shown as zero."""
    spans = [(*MESSAGE, day + hour * HOUR, day + hour * HOUR) for hour in range(0, 120, 2)]
    ActivityStore(ledger).write([run_rows(*spans[:30], observed=(day, day + 60 * HOUR), rate=None)])
    ledger.close()
    out = mlcost("policy", "replay").out
    assert "would have saved unknown. Of 30 stops no price in USD is known, so the sum lacks them." in out
    assert "0.00" not in out


def test_where_list_prices_are_missing_that_is_said(mlcost, recorded, tmp_path):
    """Below what it is about, and as data; a record that has them needs no word."""
    dear = "timeout_by_price: [{from_list_cost_per_hour: 10, timeout_minutes: 15}]"
    file = put(tmp_path / "dear.yaml", f"version: 1\nidle: {{{dear}}}\n")
    said = "For some of this time no list price was recorded: there idle.timeout_by_price was held against the price in force, "
    out = mlcost("policy", "replay", "--policy", file).out
    assert out.splitlines()[-1] == f"{said}which may be lower, so that stops may be told too late, or not at all."
    assert len(mlcost("--json", "policy", "replay", "--policy", file).document["notes"]) == 1
    assert "list price" not in mlcost("policy", "replay").out


def test_a_long_list_is_cut(mlcost, ledger, day):
    """The latest are shown, and how many there are besides."""
    began = day - timedelta(days=10)
    spans = [(*MESSAGE, began + number * 2 * HOUR, began + number * 2 * HOUR) for number in range(60)]
    ActivityStore(ledger).write([run_rows(*spans, observed=(began, began + 120 * HOUR), rate=Decimal(1))])
    ledger.close()
    out = mlcost("policy", "replay").out
    assert "\n10 earlier ones are not shown.\n" in out
    assert "60 stops, none of them wrong; those that are right would have saved USD 60.00." in out


@pytest.mark.parametrize("days", ["0", "367", "-1"])
def test_days_that_are_none(mlcost, ledger, days):
    """Are refused in words."""
    ran = mlcost("policy", "replay", f"--days={days}")
    assert (ran.status, ran.out) == (2, "")
    assert ran.err == f"usage: --days {days} is not from 1 to 366.\nhint: Write it like --days 30.\n"


def test_a_ledger_of_an_earlier_version(mlcost, ledger):
    """Is not read, and the hint says what to do."""
    with ledger.transaction() as connection:
        connection.execute("PRAGMA user_version=5")
    ledger.close()
    ran = mlcost("policy", "replay")
    assert (ran.status, ran.err.partition(":")[0]) == (2, "ledger_unusable")
    assert "start JupyterLab with this one once" in ran.err
