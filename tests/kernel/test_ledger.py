"""mlcost.ledger(): the same figures as REST gives, as text, HTML, dict, DataFrame and Arrow table."""

from __future__ import annotations

import builtins
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import mlcost_ext as mlcost
from mlcost_ext.cli.overview_file import overview_files
from mlcost_ext.core.errors import MlcostError
from mlcost_ext.core.ledger import Attribution, ChargePrice
from mlcost_ext.core.profile import LedgerEntry, LedgerLine, Profile
from mlcost_ext.core.times import UTC, time_to_text
from mlcost_ext.kernel import charges
from mlcost_ext.kernel.charges_report import ChargeReport
from mlcost_ext.ledger.charge_store import ChargeStore
from mlcost_ext.ledger.charge_view import charges as view
from mlcost_ext.ledger.database import Database
from tests.ledger.focus.samples import PRICE, RESOURCE, WHO

START = datetime(2026, 11, 3, 23, 0, tzinfo=UTC)
NOW = START + timedelta(hours=9)
NOVEMBER = ("2026-11-01", "2026-12-01")
MARKUP = '<img src=x onerror="alert(1)">\x1b[31m\u202e'
NO_PRICE = replace(PRICE, list_unit_price=None, contracted_unit_price=None)


def entry(
    name: str, *, who: Attribution = WHO, price: ChargePrice = PRICE, seconds: int = 7200, is_closed: bool = True
) -> LedgerEntry:
    """Make a job that began an hour before midnight."""
    ends = START + timedelta(seconds=seconds)
    since = None if is_closed else START
    profile = Profile(starts=START, settled=Decimal(seconds if is_closed else 0), since=since, ends=ends if is_closed else None)
    line = LedgerLine(price=price, attribution=who, quantity=Decimal(1), profile=profile)
    resource = replace(RESOURCE, name=name, resource_id=f"arn:aws:sagemaker:us-east-1:111122223333:training-job/{name}")
    basis: Any = "metered" if is_closed else "estimated"
    return LedgerEntry(resource=resource, lines=(line,), basis=basis, is_closed=is_closed)


def keep(home: Path, *entries: LedgerEntry, server_id: str = "s1") -> None:
    """Keep a ledger as its server would."""
    database = Database(home / "servers" / server_id / "ledger.sqlite")
    ChargeStore(database).bring(entries, NOW)
    database.close()


def leave(home: Path, server_id: str, **fields: Any) -> None:
    """Leave a server's overview behind."""
    file = home / "servers" / server_id / "overview.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps({"as_of": time_to_text(NOW), **fields}))


@pytest.fixture
def in_server(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Be a kernel of the server s1."""
    monkeypatch.setenv("MLCOST_HOME", str(home))
    monkeypatch.setenv("MLCOST_SERVER_ID", "s1")
    return home


Kept = Callable[..., Path]


@pytest.fixture
def kept(in_server: Path) -> Kept:
    def make(*entries: LedgerEntry) -> Path:
        keep(in_server, *entries)
        return in_server

    return make


def test_single_charges_and_sums_come_to_what_rest_says(kept: Kept) -> None:
    """One state of the ledger, in four forms."""
    home = kept(entry("a"), entry("b", seconds=100, who=Attribution(notebook="n.ipynb")), entry("c", is_closed=False))
    database = Database(home / "servers/s1/ledger.sqlite", is_read_only=True)
    truth = view(ChargeStore(database), date(2026, 11, 1), date(2026, 12, 1), ("day", "notebook"))
    database.close()
    total = truth.totals[0].contracted_cost
    assert total == Decimal("0.46") + Decimal("0.006388889") + Decimal("2.07")
    single, summed = mlcost.ledger(*NOVEMBER), mlcost.ledger(*NOVEMBER, group_by=["day", "notebook"])
    assert single.document.totals == summed.document.totals == truth.totals
    assert summed.document == truth
    assert single.to_pandas()["contracted_cost"].sum() == total
    assert sum(single.to_arrow()["contracted_cost"].to_pylist()) == total
    assert sum(Decimal(row["contracted_cost"]) for row in single.to_dict()["charges"]) == total
    assert summed.to_pandas()["contracted_cost"].sum() == total
    assert sum(summed.to_arrow()["contracted_cost"].to_pylist()) == total
    assert sum(Decimal(row["contracted_cost"]) for row in summed.to_dict()["groups"]) == total


PRICES = st.sampled_from(
    [PRICE, NO_PRICE, replace(PRICE, list_unit_price=None), replace(PRICE, contracted_unit_price=Decimal("0.2001"))]
)
NAMES = st.sampled_from([None, "a.ipynb", "b.ipynb"])
JOBS = st.lists(st.tuples(PRICES, NAMES, st.integers(1, 30_000), st.booleans()), min_size=1, max_size=6)


@settings(max_examples=15, deadline=None)
@given(jobs=JOBS, names=st.sampled_from([(), ("day",), ("notebook",), ("component", "tag:team")]))
def test_every_form_adds_up(jobs: list[tuple[ChargePrice, str | None, int, bool]], names: tuple[str, ...]) -> None:
    """Whatever there is: tables, groups and totals are equal to the last digit, and unknown is not zero."""
    with tempfile.TemporaryDirectory() as folder:
        entries = [
            entry(f"j{at}", price=price, who=replace(WHO, notebook=notebook), seconds=seconds, is_closed=is_closed)
            for at, (price, notebook, seconds, is_closed) in enumerate(jobs)
        ]
        keep(Path(folder), *entries)
        report = charges.read_from(Path(folder), "s1", (date(2026, 11, 1), date(2026, 12, 1)), names)
    (total,) = report.document.totals
    known = [cost for cost in report.to_pandas()["contracted_cost"] if cost is not None]
    assert sum(known, Decimal(0)) == (total.contracted_cost or 0)
    assert [cost for cost in report.to_arrow()["contracted_cost"].to_pylist() if cost is not None] == known
    assert total.unpriced == sum(price is NO_PRICE for price, *_ in jobs)
    assert (total.contracted_cost is None) == all(price is NO_PRICE for price, *_ in jobs)
    assert ("at least USD" in repr(report)) == (total.unpriced > 0 and bool(known)) or not names
    assert ("cost unknown" in repr(report)) == (NO_PRICE in [price for price, *_ in jobs]) or bool(names)


def test_columns_are_those_of_focus_in_snake_case(kept: Kept) -> None:
    """With their types: exact money, times in UTC; what only a bill knows is missing, not zero."""
    kept(entry("a"))
    frame, table = mlcost.ledger(*NOVEMBER).to_pandas(), mlcost.ledger(*NOVEMBER).to_arrow()
    assert list(frame.columns) == table.column_names
    assert {"billed_cost", "charge_period_start", "x_cost_basis", "x_notebook", "tags"} <= set(table.column_names)
    assert frame["x_notebook"].tolist() == ["churn/train.ipynb"] * 2
    assert frame["charge_period_start"].iloc[0] == START
    assert isinstance(frame["list_cost"].iloc[0], Decimal)
    assert frame["billed_cost"].tolist() == table["billed_cost"].to_pylist() == [None, None]
    types = {name: str(table.schema.field(name).type) for name in ("list_cost", "charge_period_end", "x_is_unpriced")}
    assert types == {"list_cost": "decimal128(38, 9)", "charge_period_end": "timestamp[us, tz=UTC]", "x_is_unpriced": "bool"}


def test_tables_of_nothing_have_their_columns(kept: Kept) -> None:
    """A month without charges is an empty table, not an error."""
    kept(entry("a"))
    report = mlcost.ledger("2026-01-01", "2026-02-01")
    assert (len(report.to_pandas()), report.to_arrow().num_rows) == (0, 0)
    assert list(report.to_pandas().columns) == report.to_arrow().column_names
    assert "nothing was charged" in repr(report)
    assert mlcost.ledger("2026-01-01", "2026-02-01", group_by="day").to_pandas().columns[0] == "day"


def test_text_of_sums(kept: Kept) -> None:
    """What it comes to, how sure that is, and what it lacks."""
    kept(entry("a"), entry("b", is_closed=False, who=Attribution()), entry("c", price=NO_PRICE))
    lines = repr(mlcost.ledger(*NOVEMBER, group_by="tag:team")).splitlines()
    assert lines[0].startswith("Days   2026-11-01 to 2026-11-30 UTC, as of ")
    assert lines[1] == "Total  at least USD 2.53 (USD 2.07 estimated, USD 0.4600 metered)"
    assert [line.split("  ")[0] for line in lines[3:6]] == ["Tag team", "without this tag", "growth"]
    assert lines[5].split() == ["growth", "at", "least", "USD", "0.4600", "metered", "1"]
    assert "Some of what was used has no price and is in no sum." in lines[-1]
    assert "billed" not in "\n".join(lines)


def test_text_of_charges_shows_the_last_ones(kept: Kept) -> None:
    """As many as fit, and where the others are."""
    kept(*(entry(f"job-{at}") for at in range(15)))
    told = repr(mlcost.ledger(*NOVEMBER))
    assert told.count("training job-") == 20
    assert "10 more not shown; to_pandas() has all of them." in told


def test_a_correction_is_shown_with_its_sign(kept: Kept) -> None:
    """What takes something back is below zero, and said to be a correction."""
    home = kept(entry("a", seconds=7200))
    keep(home, entry("a", seconds=3600))
    told = repr(mlcost.ledger(*NOVEMBER))
    assert "-USD 0.2300" in told
    assert "metered, correction" in told


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.add(tag)


@pytest.mark.parametrize("group_by", [(), ("notebook", "tag:team"), (f"tag:{MARKUP}",)])
def test_nothing_from_outside_is_markup_or_control(kept: Kept, group_by: tuple[str, ...]) -> None:
    """Names of jobs, notebooks and tags are cut, cleaned and escaped."""
    kept(entry(MARKUP, who=Attribution(notebook=MARKUP, tags={"team": MARKUP, MARKUP: MARKUP})))
    report, tags = mlcost.ledger(*NOVEMBER, group_by=group_by), Tags()
    tags.feed(report._repr_html_())
    assert "img" not in tags.found
    assert "table" in tags.found
    assert "&lt;img" in report._repr_html_()
    assert not {"\x1b", "\u202e"} & set(repr(report) + report._repr_html_())


@pytest.mark.parametrize(
    ("given_", "first", "after"),
    [
        ((date(2026, 11, 3), date(2026, 11, 4)), "2026-11-03", "2026-11-04"),
        ((datetime(2026, 11, 3, 1, tzinfo=timezone(timedelta(hours=3))), "2026-11-05"), "2026-11-02", "2026-11-05"),
        ((datetime(2026, 11, 3, 1), "2026-11-05"), "2026-11-03", "2026-11-05"),  # noqa: DTZ001
    ],
)
def test_days_are_taken_as_people_have_them(kept: Kept, given_: tuple[Any, Any], first: str, after: str) -> None:
    """As days, as times, as text."""
    kept(entry("a"))
    document = mlcost.ledger(*given_).document
    assert (document.charge_period_start, document.charge_period_end) == (first, after)


def test_this_month_is_by_aws_clock(kept: Kept) -> None:
    """A machine whose clock is off by forty days asks for the month that AWS has."""
    home = kept(entry("a"))
    leave(home, "s1", clock_offset_seconds=-40 * 86400.0)
    expected = (datetime.now(UTC) - timedelta(days=40)).date()
    document = mlcost.ledger().document
    assert document.charge_period_start == expected.replace(day=1).isoformat()
    assert document.charge_period_end == (expected + timedelta(days=1)).isoformat()


@pytest.mark.parametrize(
    ("asked", "code", "said"),
    [
        ({"start": "yesterday"}, "day_invalid", "Write it like 2026-11-30."),
        ({"start": "2026-12-01", "end": "2026-11-01"}, "period_invalid", "End it on a later day"),
        ({"group_by": "moon"}, "grouping_unknown", "Use day, month,"),
    ],
)
def test_a_wrong_question_is_told_what_is_right(kept: Kept, asked: dict[str, Any], code: str, said: str) -> None:
    """The error's own text has the mend, as a traceback shows nothing else."""
    kept(entry("a"))
    with pytest.raises(MlcostError, match=said) as caught:
        mlcost.ledger(**asked)
    assert caught.value.code == code


def test_no_ledger_yet_a_link_in_its_place_and_a_broken_one(in_server: Path, tmp_path: Path) -> None:
    """Each is said in words, and nothing is made."""
    with pytest.raises(MlcostError, match="keeps no ledger yet"):
        mlcost.ledger()
    assert not (in_server / "servers").exists()
    elsewhere = tmp_path / "elsewhere"
    keep(elsewhere, entry("a"))
    (in_server / "servers/s1").mkdir(parents=True)
    path = in_server / "servers/s1/ledger.sqlite"
    path.symlink_to(elsewhere / "servers/s1/ledger.sqlite")
    with pytest.raises(MlcostError, match="keeps no ledger yet"):
        mlcost.ledger()
    path.unlink()
    path.write_bytes(b"no database" * 1000)
    for group_by in ((), "day"):
        with pytest.raises(MlcostError, match="cannot be read") as caught:
            mlcost.ledger(group_by=group_by)
        assert caught.value.code == "ledger_unreadable"


@pytest.mark.parametrize("server_id", ["../elsewhere", "a/b", "..", ""])
def test_a_servers_id_is_no_path(in_server: Path, monkeypatch: pytest.MonkeyPatch, server_id: str) -> None:
    """What is no id is no server's."""
    keep(in_server, entry("a"), server_id="s1")
    monkeypatch.setenv("MLCOST_SERVER_ID", server_id)
    with pytest.raises(MlcostError) as caught:
        mlcost.ledger(*NOVEMBER)
    assert caught.value.code == "no_server"


def test_outside_a_server_the_freshest_is_read_as_in_a_terminal(in_server: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The one that `mlcost jobs` shows."""
    monkeypatch.delenv("MLCOST_SERVER_ID")
    keep(in_server, entry("a"), server_id="old")
    keep(in_server, entry("a"), entry("b"), server_id="new")
    leave(in_server, "old", as_of="2026-11-01T00:00:00Z")
    leave(in_server, "new", as_of="2026-11-02T00:00:00Z")
    leave(in_server, "broken", as_of=7)
    assert mlcost.ledger(*NOVEMBER).document.totals[0].contracted_cost == Decimal("0.92")
    assert charges.server_behind(in_server).server_id == overview_files(in_server, NOW)[0].server_id == "new"


@pytest.mark.parametrize(
    ("method", "package", "mend"), [("to_pandas", "pandas", "install pandas"), ("to_arrow", "pyarrow", "mlcost-ext\\[export\\]")]
)
def test_what_is_not_installed_is_named_with_the_mend(
    kept: Kept, monkeypatch: pytest.MonkeyPatch, method: str, package: str, mend: str
) -> None:
    """One sentence; all else works without it."""
    kept(entry("a"))
    real = builtins.__import__

    def lacking(name: str, *more: Any, **fields: Any) -> Any:
        if name.partition(".")[0] == package:
            raise ImportError(name)
        return real(name, *more, **fields)

    report = mlcost.ledger(*NOVEMBER)
    monkeypatch.setattr(builtins, "__import__", lacking)
    with pytest.raises(ImportError, match=f"^{method}\\(\\) needs {package}, which is not installed here: .*{mend}"):
        getattr(report, method)()
    assert "USD 0.46" in repr(report)


IMPORTS = """
import os, sys
import mlcost_ext as mlcost
before = callable(mlcost.ledger)
report = mlcost.ledger("2026-11-01", "2026-12-01", group_by="day")
repr(report), report._repr_html_(), report.to_dict()
import mlcost_ext.ledger.charge_store as module
from mlcost_ext.ledger import charge_view
again = mlcost.ledger("2026-11-01", "2026-12-01", group_by="day")
heavy = sorted({"pandas", "pyarrow", "numpy", "tornado", "boto3"} & set(sys.modules))
print(before, module.__name__, charge_view.__name__, again == report, heavy)
"""


def test_it_is_called_alike_before_and_after_its_package_is_imported(kept: Kept, environment: dict[str, str]) -> None:
    """The package `ledger` has the function's name; and neither pandas nor pyarrow is loaded before somebody wants a table."""
    home = kept(entry("a"))
    env = {**environment, "MLCOST_HOME": str(home), "MLCOST_SERVER_ID": "s1"}
    done = subprocess.run([sys.executable, "-c", IMPORTS], env=env, capture_output=True, text=True, check=False)
    assert done.stdout.split() == ["True", "mlcost_ext.ledger.charge_store", "mlcost_ext.ledger.charge_view", "True", "[]"], (
        done.stderr
    )


def test_a_kernel_shows_it(start_kernel: Any, kept: Kept) -> None:
    """In a notebook: text and HTML, with nothing loaded by hand."""
    home = kept(entry("a"))
    kernel = start_kernel(MLCOST_HOME=str(home), MLCOST_SERVER_ID="s1")
    answer = kernel.run('import mlcost_ext as mlcost; mlcost.ledger("2026-11-01", "2026-12-01")')
    assert answer.error is None, answer.error
    assert "training a" in answer.result["text/plain"]
    assert answer.result["text/html"].startswith("<div><table>")


def test_reading_changes_nothing(kept: Kept) -> None:
    """Not a byte of the file, and no other is left beside it."""
    home = kept(entry("a"), entry("b", is_closed=False))
    before = files(home)
    for report in (mlcost.ledger(*NOVEMBER), mlcost.ledger(*NOVEMBER, group_by="day")):
        assert isinstance(report, ChargeReport)
        report.to_pandas()
    assert dict(files(home)) == dict(before)


def files(home: Path) -> list[tuple[str, bytes]]:
    return [(str(path), path.read_bytes()) for path in everything(home)]


def everything(home: Path) -> Iterator[Path]:
    return (Path(folder) / name for folder, _, names in os.walk(home) for name in sorted(names))
