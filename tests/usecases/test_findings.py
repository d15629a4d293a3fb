"""What is worth a change: what nobody uses, and what launches were warned of that still matters."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from mlcost_ext.core.decision import DecidedFinding, DecidedLaunch
from mlcost_ext.core.finding_documents import FindingRow
from mlcost_ext.usecases.findings import Found, avoided_by_delete, launch_findings, unused_findings, unused_id
from mlcost_ext.usecases.overview import overview
from mlcost_ext.usecases.standing import StandingBook
from tests.fakes import NOW

from .test_overview import picture
from .test_standing import line, metered, thing

DAY = timedelta(days=1)
CALLED = {"last_use": "seen", "created_at": NOW - 40 * DAY}
SPOT = DecidedFinding(rule="MC106", verdict="warn", subject=None, message="Managed Spot is off.")
TITLES = {"MC106": "Managed Spot off"}
IsRunning = Callable[[DecidedLaunch], bool]


def named(*names: str) -> IsRunning:
    return lambda launch: launch.name in names


NOTHING_RUNS = named()


# -- what stands ----------------------------------------------------------------------------


def test_an_unused_endpoint_is_told_with_what_it_costs() -> None:
    """By the day and in thirty, volumes included; its words have no money in them."""
    it = metered(
        thing(**CALLED, last_used_at=NOW - 9 * DAY, instance_type="ml.g5.xlarge", kept=(line("Storage-Hosting", None, 30),))
    )
    ((row, found),) = unused_findings([it], NOW)
    assert found is it
    assert (row.title, row.message) == ("churn has answered nothing for 9 days", "Endpoint, ml.g5.xlarge.")
    assert row.saving is not None
    assert (row.saving.per_day, row.saving.per_month, row.saving.once) == (Decimal("33.932"), Decimal("1017.96"), None)
    assert (row.saving.billing_currency, row.saving.is_complete) == ("USD", True)
    assert (row.rule, row.verdict, row.fix, row.count) == ("MC201", "warn", "delete_endpoint", 1)
    assert (row.first_seen, row.last_seen) == (NOW - 6 * DAY, NOW)
    assert (row.resource is not None and row.resource.name) == "churn"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"last_use": "none_seen"}, "has answered nothing in the last 30 days"),
        ({"last_use": "none_seen", "created_at": NOW - 4 * DAY}, "has answered nothing since it was made 4 days ago"),
        ({"last_used_at": NOW - 3 * DAY}, "has answered nothing for 3 days"),
    ],
)
def test_for_how_long_is_no_more_than_is_known(changes: dict[str, Any], words: str) -> None:
    """Nobody has looked further back than thirty days."""
    ((row, _),) = unused_findings([metered(thing(**{**CALLED, **changes}))], NOW)
    assert row.title == f"churn {words}"


def test_an_unknown_price_is_not_nothing() -> None:
    """What is known of it is at least so much; nothing known is no figure, and it is found all the same."""
    some = thing(name="some", **CALLED, last_used_at=NOW - 9 * DAY, kept=(line("Storage-Nowhere", None, 30),))
    none = thing(name="none", **CALLED, last_used_at=NOW - 9 * DAY, compute=None)
    (first, _), (second, _) = unused_findings([metered(none), metered(some)], NOW)
    assert first.saving is not None
    assert (first.saving.per_day, first.saving.is_complete) == (Decimal("33.792"), False)
    assert second.saving is None
    assert avoided_by_delete(metered(none), NOW) is None


def test_what_cannot_be_ended_now_has_no_fix() -> None:
    """It is told all the same."""
    ((row, _),) = unused_findings([metered(thing(**CALLED, last_used_at=NOW - 9 * DAY, can_end=False))], NOW)
    assert row.fix is None


def test_one_made_anew_under_the_same_name_is_another() -> None:
    """So nothing that was accepted of the one before holds for it; and nothing of the name is in the id."""
    ids = {unused_id(thing(created_at=NOW - days * DAY)) for days in (4, 5)} | {unused_id(thing(name="other"))}
    assert len(ids) == 3
    assert all(len(each) == 24 and "churn" not in each for each in ids)


@pytest.mark.parametrize(("days", "counted"), [(3, 3), (12, 12), (39, 30)])
def test_a_delete_avoids_as_many_more_days_as_it_had_stood_unused(days: int, counted: int) -> None:
    """Thirty at most; the least is one."""
    saving = avoided_by_delete(metered(thing(**CALLED, last_used_at=NOW - days * DAY)), NOW)
    assert saving is not None
    assert (saving.low, saving.expected) == (Decimal("33.792"), Decimal("33.792") * counted)
    assert (saving.origin, saving.basis, saving.rules) == ("endpoint", "days_unused", ("MC201",))


def test_a_delete_of_what_is_used_avoids_nothing_that_was_found() -> None:
    """It was called yesterday."""
    assert avoided_by_delete(metered(thing(**CALLED, last_used_at=NOW - DAY)), NOW) is None


# -- launches -------------------------------------------------------------------------------


def launch(name: str, hours_ago: float, *findings: DecidedFinding, **changes: Any) -> DecidedLaunch:
    told: dict[str, Any] = {"id": name, "kind": "training", "region_id": "us-east-1", "notebook": "train.ipynb", "cell_id": "c1"}
    return DecidedLaunch(**{**told, "name": name, "at": NOW - timedelta(hours=hours_ago), "findings": findings, **changes})


def finding(**changes: Any) -> DecidedFinding:
    told: dict[str, Any] = {"rule": "MC106", "verdict": "warn", "subject": None, "message": "Managed Spot is off."}
    return DecidedFinding(**{**told, **changes})


def found(*launches: DecidedLaunch, is_running: IsRunning = NOTHING_RUNS) -> list[FindingRow]:
    ordered = sorted(launches, key=lambda each: each.at, reverse=True)
    return launch_findings(ordered, is_running, TITLES)


def test_a_warning_matters_while_its_job_runs() -> None:
    """Once, and over when the job has ended."""
    (row,) = found(launch("a", 1, SPOT), is_running=named("a"))
    assert (row.title, row.message, row.count) == ("Managed Spot off", "Managed Spot is off.", 1)
    assert row.hint.startswith("It runs now. ")
    assert (row.fix, row.saving, row.notebook) == (None, None, "train.ipynb")
    assert found(launch("a", 1, SPOT)) == []


def test_a_warning_matters_that_has_come_again() -> None:
    """Counted, since the first, in the words of the latest."""
    (row,) = found(launch("a", 30, SPOT), launch("b", 20, SPOT), launch("c", 1, finding(message="Off.")))
    assert (row.count, row.message, row.resource is not None and row.resource.name) == (3, "Off.", "c")
    assert (row.first_seen, row.last_seen) == (NOW - timedelta(hours=30), NOW - timedelta(hours=1))


@pytest.mark.parametrize(
    "other",
    [
        launch("b", 1, finding(rule="MC103")),
        launch("b", 1, finding(subject="Definition 2"), cell_id="c2"),
        launch("b", 1, SPOT, notebook="other.ipynb"),
        launch("b", 1, SPOT, kind="processing"),
    ],
)
def test_another_rule_kind_subject_or_notebook_is_another_finding(other: DecidedLaunch) -> None:
    """None of them has come twice."""
    assert found(launch("a", 2, SPOT, cell_id="c0"), other) == []


@pytest.mark.parametrize("verdict", ["shadow", "ask", "block"])
def test_only_warnings_matter(verdict: Any) -> None:
    """What was asked about was decided with open eyes, and what is judged in secret is not told."""
    assert found(*(launch(name, 1, finding(verdict=verdict)) for name in "abc"), is_running=named("a", "b", "c")) == []


def test_what_was_fixed_is_over() -> None:
    """The fixed launch does not count, and of its cell the earlier ones do no more."""
    fixed = launch("c", 1, SPOT, fixed=("MC106",))
    assert found(launch("a", 3, SPOT), launch("b", 2, SPOT), fixed, is_running=named("c")) == []
    (row,) = found(launch("a", 3, SPOT), launch("b", 2, SPOT), fixed, is_running=named("a"))
    assert (row.count, row.resource is not None and row.resource.name) == (1, "a")


def test_what_a_later_launch_of_the_cell_has_no_more_is_over() -> None:
    """Mended by hand; of another cell that says nothing."""
    twice = (launch("a", 3, SPOT), launch("b", 2, SPOT))
    assert found(*twice, launch("c", 1)) == []
    (row,) = found(*twice, launch("c", 1, cell_id="c2"))
    assert row.count == 2


def test_a_rule_that_says_two_things_of_a_launch_has_come_once() -> None:
    """Of the same part."""
    assert found(launch("a", 1, SPOT, finding(message="And more."))) == []


def test_the_latest_comes_first() -> None:
    """By its latest launch."""
    tags, notebook = finding(rule="MC301"), {"notebook": "n2.ipynb"}
    rows = found(launch("a", 9, tags), launch("b", 8, tags), launch("c", 7, SPOT, **notebook), launch("d", 1, SPOT, **notebook))
    assert [row.rule for row in rows] == ["MC106", "MC301"]


def test_what_a_kernel_wrote_is_made_fit_to_be_shown() -> None:
    """Cut, without control characters; its own title before the rule's, and a word where neither is there."""
    odd = finding(message="a\x1b[2J\u202e" + "m" * 900, title="T\0")
    (row,) = found(launch("a", 1, odd, notebook="n\nb"), is_running=named("a"))
    assert (len(row.message), row.title, row.notebook) == (300, "T\N{REPLACEMENT CHARACTER}", "n\N{REPLACEMENT CHARACTER}b")
    assert row.message.startswith("a\N{REPLACEMENT CHARACTER}[2J\N{REPLACEMENT CHARACTER}")
    (row,) = found(launch("a", 1, finding(rule="MC999")), is_running=named("a"))
    assert row.title == "Rule MC999 has warned"


def test_what_it_would_have_saved_is_said_where_it_is_known() -> None:
    """Once, for the latest; nothing is no saving."""
    (row,) = found(launch("a", 1, finding(saving=Decimal("0.9"), billing_currency="USD")), is_running=named("a"))
    assert row.saving is not None
    assert (row.saving.once, row.saving.per_day) == (Decimal("0.9"), None)
    (row,) = found(launch("a", 1, finding(saving=Decimal(0), billing_currency="USD")), is_running=named("a"))
    assert row.saving is None


# -- the picture ----------------------------------------------------------------------------


def row_named(number: int, at: datetime = NOW) -> FindingRow:
    ((row, _),) = unused_findings([metered(thing(name=f"e{number}", **CALLED, last_used_at=at - 9 * DAY))], at)
    return row


def test_the_overview_has_fifty_of_them_and_how_many_there_are() -> None:
    """And fewer where there is no room for more."""
    many = Found(shown=tuple(row_named(number) for number in range(60)))
    document = overview(picture(found=many), NOW)
    assert (len(document.findings), document.findings_count, document.avoided) == (50, 60, None)
    assert len(overview(picture(found=many), NOW, shown_standing=10).findings) == 10


def test_an_endpoint_that_was_accepted_is_not_called_forgotten() -> None:
    """It still stands in its list."""
    book = StandingBook()
    book.put(metered(thing(**CALLED, last_used_at=NOW - 9 * DAY)))
    (row,) = overview(picture(standing=book), NOW).endpoints
    assert row.is_forgotten
    accepted = Found(accepted_things=frozenset({("endpoint", "us-east-1", "churn")}))
    (row,) = overview(picture(standing=book, found=accepted), NOW).endpoints
    assert not row.is_forgotten
