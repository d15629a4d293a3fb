"""``mlcost ledger show``: sums on a terminal, the same as GET charges."""

from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal

import pytest

from mlcost_ext.core.ledger import Attribution, Resource
from mlcost_ext.core.profile import LedgerLine, Profile
from mlcost_ext.core.wire import to_document
from mlcost_ext.kernel import charges_text
from mlcost_ext.kernel.charges_report import ChargeReport
from mlcost_ext.ledger.charge_store import ChargeStore
from mlcost_ext.ledger.charge_view import charges
from mlcost_ext.ledger.database import Database
from tests.ledger.focus.samples import PRICE, WHO

from .test_ledger import NOW, START, entry, kept  # noqa: F401

NOVEMBER = ("--from", "2026-11-01", "--to", "2026-11-30")
MARKUP = "\x1b[31mred\u202e"


@pytest.fixture
def several(kept, left_behind, recently):  # noqa: F811
    """Keep two jobs of a team, one that still runs, and one without a price."""
    left_behind(recently)
    nothing = replace(PRICE, list_unit_price=None, contracted_unit_price=None)
    running = entry("c", who=Attribution(), is_closed=False)
    return kept(entries=[entry("a"), entry("b"), running, entry("d", price=nothing)])


def test_the_document_is_the_one_that_rest_gives(mlcost, several):
    """To the last digit, grouped or not."""
    database = Database(several, is_read_only=True)
    for words in ("", "day,notebook", "tag:team"):
        document = charges(ChargeStore(database), date(2026, 11, 1), date(2026, 12, 1), tuple(filter(None, words.split(","))))
        ran = mlcost("--json", "ledger", "show", *NOVEMBER, "--group-by", words)
        assert (ran.status, ran.document) == (0, to_document(document))
    database.close()


def test_a_table_for_a_person(mlcost, several):
    """The groups, aligned; the total; what it lacks."""
    lines = mlcost("ledger", "show", *NOVEMBER, "--group-by", "tag:team").out.splitlines()
    assert lines[0] == "2026-11-01 to 2026-11-30 UTC, server a1, as of 2026-11-04 03:00:00 UTC."
    assert lines[2:5] == [
        "Tag team          Cost                 Basis      Without price",
        "without this tag  USD 0.4600           estimated",
        "growth            at least USD 0.9200  metered    1",
    ]
    assert lines[6] == "Total: at least USD 1.38 (USD 0.4600 estimated, USD 0.9200 metered)"
    assert lines[-2] == "Estimates at list prices, or at your own rates; AWS's bill may differ."
    assert lines[-1].startswith("Note: Some of what was used has no price")


def test_what_a_machine_was_for(mlcost, kept, left_behind, recently):  # noqa: F811
    """Working, waiting, idle and the rest; what is no machine of a session is beside them."""
    left_behind(recently)
    path = kept(entries=[entry("a")])
    machine = Resource(kind="session", region_id="us-east-1", name="here", created_at=None)
    database = Database(path)
    store = ChargeStore(database)
    profile = Profile(starts=START, settled=Decimal(0), since=START, ends=None)
    store.follow(machine, [LedgerLine(price=PRICE, attribution=Attribution(), quantity=Decimal(1), profile=profile)], START)
    states = {"busy": 1, "waiting": 1, "idle": 2}
    told = [(NOW.date(), Attribution(kernel_state=state), hours * 1_800_000_000) for state, hours in states.items()]
    store.note_busy(machine, told, NOW)
    database.close()
    lines = mlcost("ledger", "show", *NOVEMBER, "--group-by", "state").out.splitlines()
    expected = ["State", "no session's machine", "idle", "other", "waiting", "working"]
    assert [line.split("  ")[0] for line in lines[2:8]] == expected


def test_without_grouping_there_is_only_the_total(mlcost, several):
    """One line a currency."""
    out = mlcost("ledger", "show", *NOVEMBER).out
    assert "Total: at least USD " in out
    assert "Without price" not in out
    assert "Nothing was charged." in mlcost("ledger", "show", "--from", "2026-01-01", "--to", "2026-01-31").out


@pytest.mark.parametrize(
    ("options", "first", "after"),
    [
        (("--from", "2026-11-04", "--to", "2026-11-04"), "2026-11-04", "2026-11-05"),
        (("--from", "2026-11-03", "--to", "2026-11-04"), "2026-11-03", "2026-11-05"),
    ],
)
def test_the_last_day_is_included_as_in_an_export(mlcost, several, options, first, after):
    """Both of them are days that people name."""
    document = mlcost("--json", "ledger", "show", *options).document
    assert (document["charge_period_start"], document["charge_period_end"]) == (first, after)
    exported = mlcost("--json", "ledger", "export", "--out", "out.csv", *options).document["contracted_cost"]["USD"]
    assert exported == document["totals"][0]["contracted_cost"]


def test_this_month_is_by_aws_clock(mlcost, kept, left_behind):  # noqa: F811
    """As far as the server knows it."""
    kept()
    expected = datetime.now(timezone.utc) - timedelta(days=40)
    left_behind(expected.replace(microsecond=0), clock_offset_seconds=-40 * 86400.0)
    document = mlcost("--json", "ledger", "show").document
    assert document["charge_period_start"] == expected.date().replace(day=1).isoformat()
    assert document["charge_period_end"] == (expected.date() + timedelta(days=1)).isoformat()


def test_another_server_is_named(mlcost, several, kept):  # noqa: F811
    """Its ledger, and not the freshest's."""
    kept("b2", [entry("one")])
    document = mlcost("--json", "ledger", "show", *NOVEMBER, "--server", "b2").document
    assert Decimal(document["totals"][0]["contracted_cost"]) == Decimal("0.46")
    assert mlcost("ledger", "show", "--server", "../b2").status == 2


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (("--group-by", "moon"), "grouping_unknown"),
        (("--group-by", "day,month,kind,user,notebook"), "grouping_unknown"),
        (("--from", "yesterday"), "usage"),
        (("--from", "2026-11-30", "--to", "2026-11-01"), "usage"),
        (("--from", "1900-01-01", "--to", "2026-11-01"), "period_invalid"),
        (("--from", "9999-12-31", "--to", "9999-12-31"), "period_invalid"),
    ],
)
def test_a_wrong_question_is_told_what_is_right(mlcost, several, options, code):
    """Status 2, in words."""
    ran = mlcost("--json", "ledger", "show", *options)
    assert (ran.status, ran.document["code"]) == (2, code)


def test_a_terminal_is_shown_no_control_characters(mlcost, kept, left_behind, recently):  # noqa: F811
    """Names of jobs, notebooks and tags are somebody else's."""
    left_behind(recently)
    kept(entries=[entry(MARKUP, who=replace(WHO, notebook=MARKUP, tags={"team": MARKUP}))])
    for words in ("resource", "notebook", "tag:team", f"tag:{MARKUP}"):
        ran = mlcost("ledger", "show", *NOVEMBER, "--group-by", words)
        assert ran.status == 0
        assert not {"\x1b", "\u202e"} & set(ran.out)
    assert "�[31mred�" in mlcost("ledger", "show", *NOVEMBER, "--group-by", "tag:team").out


def test_a_notebook_says_the_same_words(mlcost, several):
    """Headings, keys, amounts and bases of ``mlcost.ledger()`` are those of the terminal."""
    database = Database(several, is_read_only=True)
    for names in (("day", "notebook"), ("tag:team", "instance_type"), ("project", "user")):
        document = charges(ChargeStore(database), date(2026, 11, 1), date(2026, 12, 1), names)
        rows = charges_text.rows_of(ChargeReport(document=document, records=None))
        out = mlcost("ledger", "show", *NOVEMBER, "--group-by", ",".join(names)).out.splitlines()
        shown = [" ".join(line.split()) for line in out[2 : 2 + len(rows)]]
        assert shown == [" ".join(" ".join(row).split()) for row in rows]
    database.close()
