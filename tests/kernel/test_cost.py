"""What %cost says, from overview documents made by hand."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from mlcost_ext.kernel.cost import BROKEN_FILE, NO_FILE, NO_SERVER, read_report, report_of
from mlcost_ext.kernel.cost_report import CostReport
from mlcost_ext.kernel.cost_text import clean, money

NOW = datetime(2026, 11, 23, 14, 0, 30, tzinfo=timezone.utc)
MARKUP = '<img src=x onerror="alert(1)">\x1b[31m\u202e'


def job(name: str, **more: Any) -> dict[str, Any]:
    return {
        "kind": "training",
        "name": name,
        "region_id": "us-east-1",
        "status": "InProgress",
        "instance_type": "ml.g5.xlarge",
        "instance_count": 1,
        "cost": "0.1",
        "cost_per_hour": "1.2",
        "storage_cost": None,
        "storage_cost_per_hour": None,
        "cost_basis": "accruing",
        "billable_time_in_seconds": None,
        "notebook": "train.ipynb",
        **more,
    }


def overview(*jobs: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "as_of": "2026-11-23T14:00:00Z",
        "billing_currency": "USD",
        "aws": {"status": "ok", "as_of": "2026-11-23T13:59:50Z"},
        "session": {
            "host": "studio",
            "instance_type": "ml.t3.medium",
            "region_id": "us-east-1",
            "cost": "0.12",
            "cost_per_hour": "0.06",
        },
        "totals": {"by_status": {"InProgress": len(jobs)}},
        "jobs": list(jobs),
        "data_quality": [],
        **more,
    }


ENDPOINT = {
    "name": "poc", "status": "InService", "instance_type": "ml.g4dn.xlarge", "instance_count": 1, "cost_per_day": "17.6736",
    "storage_cost_per_day": "0", "is_forgotten": True, "last_use": "none_seen", "last_used_at": None,
}  # fmt: skip
APP = {"kind": "app", "name": "d.s.JupyterLab.default", "title": "s", "status": "InService", "instance_type": "ml.t3.medium",
       "instance_count": None, "cost_per_day": "1.2", "storage_cost_per_day": "0.02"}  # fmt: skip


def report(document: object, *, notebook: str | None = "train.ipynb", now: datetime = NOW) -> CostReport:
    result = report_of(document, notebook=notebook, now=now)
    assert isinstance(result, CostReport), result
    return result


def test_figures_are_carried_forward_to_now() -> None:
    """Cost plus growth per hour times the half minute since, exactly."""
    found = report(overview(job("a", storage_cost="0.0006", storage_cost_per_hour="0.012"), job("b", cost_per_hour="0")))
    assert found.as_of == NOW
    assert [row.cost for row in found.jobs] == [Decimal("0.11"), Decimal("0.1")]
    assert found.jobs[0].storage_cost == Decimal("0.0007")
    assert found.session.cost == Decimal("0.1205")
    assert found.total.cost == Decimal("0.21")


def test_text_form() -> None:
    """Session, notebook, jobs: every figure with its basis, an end told in billable seconds."""
    found = report(
        overview(
            job("running"),
            job("spot", spot=True, cost="2.5", cost_per_hour="0", cost_basis="at_most", notebook="other.ipynb"),
            job("ended", status="Completed", instance_count=2, cost="1234.5", cost_per_hour="0", cost_basis="final",
                billable_time_in_seconds=1234, storage_cost="0.01", storage_cost_per_hour="0"),
        )
    )  # fmt: skip
    assert repr(found).splitlines() == [
        "This session   USD 0.1205, USD 0.0600 an hour (ml.t3.medium in us-east-1)",
        "This notebook  USD 1,234.61 (train.ipynb: 2 jobs)",
        "All its jobs   USD 1,237.11 (3 jobs)",
        "",
        "Job      Kind      Status      Instances         Cost          Basis                     In addition",
        "running  training  InProgress  ml.g5.xlarge      USD 0.1100    so far",
        "spot     training  InProgress  ml.g5.xlarge      USD 2.50      at most, spot is cheaper",
        "ended    training  Completed   2 × ml.g5.xlarge  USD 1,234.50  1,234 billable seconds    USD 0.0100 storage",
        "",
        "Estimates at list prices; AWS's bill may differ.",
    ]


@pytest.mark.parametrize(
    ("spot", "basis"), [(True, "at most, spot is cheaper"), (False, "at most, until AWS tells the billable seconds")]
)
def test_an_upper_bound_says_why_it_is_one(spot: bool, basis: str) -> None:
    """An on-demand job whose billable seconds AWS has not told is not called a cheaper Spot one."""
    found = report(overview(job("a", spot=spot, cost_basis="at_most", status="Completed")))
    assert basis in repr(found)
    assert found.to_dict()["jobs"][0]["spot"] is spot  # type: ignore[index]


def test_nothing_is_called_billed() -> None:
    """Only seconds are billable; an amount from here is an estimate."""
    found = report(overview(job("a", cost_basis="final", billable_time_in_seconds=7)))
    assert "billed" not in repr(found) + found._repr_html_()


def test_unknown_price_is_said_and_makes_totals_least() -> None:
    """Unknown is not zero, and a total without it is a lower bound."""
    found = report(overview(job("a"), job("b", cost=None, cost_per_hour=None, notebook=None)))
    lines = repr(found).splitlines()
    assert lines[1] == "This notebook  USD 0.1100 (train.ipynb: 1 job)"
    assert lines[2] == "All its jobs   at least USD 0.1100 (2 jobs)"
    assert lines[6].split("  ")[-1] == "cost unknown"


def test_all_prices_unknown_is_no_figure() -> None:
    """No total at all rather than a zero; the session too."""
    found = report(overview(job("a", cost=None), session={"host": "local", "cost": None, "cost_per_hour": None}))
    assert repr(found).splitlines()[:3] == [
        "This session   cost unknown (local)",
        "This notebook  cost unknown (train.ipynb: 1 job)",
        "All its jobs   cost unknown (1 job)",
    ]


def test_no_jobs_and_no_notebook() -> None:
    """A console has no notebook line; no jobs is said."""
    found = report(overview(), notebook=None)
    assert repr(found).splitlines()[:2] == [
        "This session  USD 0.1205, USD 0.0600 an hour (ml.t3.medium in us-east-1)",
        "All its jobs  no jobs",
    ]


def test_jobs_beyond_the_list_make_the_total_least() -> None:
    """The overview lists fifty jobs at most; more of them are counted, not forgotten."""
    found = report(overview(job("a"), totals={"by_status": {"InProgress": 60, "Completed": 1}}))
    assert "All its jobs   at least USD 0.1100 (61 jobs)" in repr(found)
    assert "60 more jobs not listed here." in repr(found)


def test_a_notebooks_sum_is_complete_only_if_every_job_is_listed() -> None:
    """Of the jobs beyond the list nobody knows the notebook: the sum is a least, and none found is not none there."""
    beyond = {"by_status": {"InProgress": 60}}
    lines = repr(report(overview(job("a"), totals=beyond))).splitlines()
    assert lines[1] == "This notebook  at least USD 0.1100 (train.ipynb: 1 job)"
    none = report(overview(job("a", notebook="other.ipynb"), totals=beyond))
    assert repr(none).splitlines()[1] == "This notebook  not known (train.ipynb)"
    assert (none.notebook_total.cost, none.notebook_total.is_complete) == (None, False)


@pytest.mark.parametrize(
    "aws",
    [
        {"status": "loading", "as_of": None},
        {"status": "loading", "as_of": "2026-11-23T13:00:00Z"},
        {"status": "off", "as_of": "2026-11-23T13:00:00Z"},
        {"status": "failed", "as_of": None},
        {"status": "ok", "as_of": "soon"},
        {},
        None,
    ],
)
def test_before_aws_has_answered_no_jobs_are_not_known(aws: Any) -> None:
    """Nothing seen is not nothing there; what is seen already makes a least."""
    found = report(overview(aws=aws))
    assert [line.split("  ")[-1].strip() for line in repr(found).splitlines()[1:3]] == ["not known (train.ipynb)", "not known"]
    assert "AWS is asked while a page of JupyterLab is open" in repr(found)
    assert (found.jobs_as_of, found.total.cost, found.total.is_complete) == (None, None, False)
    assert "All its jobs   at least USD 0.1100 (1 job)" in repr(report(overview(job("a"), aws=aws)))


def test_jobs_of_a_failing_aws_tell_their_time() -> None:
    """No jobs as of AWS's last answer, which is said."""
    found = report(overview(aws={"status": "failed", "as_of": "2026-11-23T13:42:00Z"}))
    local = datetime(2026, 11, 23, 13, 42, tzinfo=timezone.utc).astimezone()
    assert "All its jobs   no jobs" in repr(found)
    for text in (repr(found), found._repr_html_()):
        assert f"Jobs are known as of {local:%H:%M} ({local:%Y-%m-%d %Z}): AWS could not be asked since." in text
    assert "could not be asked" not in repr(report(overview()))


def test_stale_file_tells_its_age_and_is_not_carried_forward() -> None:
    """Two minutes without a new file: the server is gone, and so may be the job."""
    found = report(overview(job("a")), now=NOW + timedelta(minutes=10))
    local = datetime(2026, 11, 23, 14, 0, tzinfo=timezone.utc).astimezone()
    assert found.jobs[0].cost == Decimal("0.1")
    assert repr(found).splitlines()[0].startswith(f"As of {local:%H:%M} ")
    assert found._repr_html_().startswith(f"<div><p>As of {local:%H:%M} ")
    assert repr(found).count("As of") == 1
    assert "As of" not in repr(report(overview(job("a")), now=NOW + timedelta(seconds=90)))


@pytest.mark.parametrize("seconds", [-180.0, 180.0, -3 * 3600, 86400 * 365 * 50])
def test_age_is_by_aws_clock(seconds: float) -> None:
    """A machine whose clock is off is not told for ever that its server is gone, nor are minutes added that nobody paid for."""
    document = overview(job("a"), clock_offset_seconds=seconds)
    found = report(document, now=NOW - timedelta(seconds=seconds))
    assert (found.is_stale, found.as_of, found.jobs[0].cost) == (False, NOW, Decimal("0.11"))
    old = report(document, now=NOW - timedelta(seconds=seconds) + timedelta(minutes=3))
    assert (old.is_stale, old.jobs[0].cost) == (True, Decimal("0.1"))


@pytest.mark.parametrize("offset", [None, True, "180", [], float("nan"), float("inf"), 1e300, 10**30])
def test_an_offset_that_is_none_moves_nothing(offset: Any) -> None:
    """AWS has not answered yet, or the file is odd: this machine's clock is all there is."""
    found = report(overview(job("a"), clock_offset_seconds=offset))
    assert (found.as_of, found.jobs[0].cost) == (NOW, Decimal("0.11"))


def test_a_session_that_may_have_started_later_costs_at_most_so_much() -> None:
    """AWS keeps an app's time when it is started again; what is not known has no bound either."""
    session = {"host": "studio", "cost": "0.12", "cost_per_hour": "0.06", "cost_basis": "at_most"}
    found = report(overview(session=session))
    assert repr(found).splitlines()[0] == "This session   at most USD 0.1205, USD 0.0600 an hour (studio)"
    assert found.to_dict()["session"]["cost_basis"] == "at_most"  # type: ignore[index]
    unknown = report(overview(session={**session, "cost": None}))
    assert repr(unknown).splitlines()[0] == "This session   cost unknown, USD 0.0600 an hour (studio)"


def test_jobs_of_a_kind_that_was_not_read_make_the_totals_least() -> None:
    """What the server says of its totals holds for these sums too; an older server's file says nothing."""
    by_status = {"by_status": {"InProgress": 1}}
    found = report(overview(job("a"), totals={**by_status, "is_complete": False}))
    assert "All its jobs   at least USD 0.1100 (1 job)" in repr(found)
    assert "This notebook  at least USD 0.1100 (train.ipynb: 1 job)" in repr(found)
    for told in ({"is_complete": True}, {}):
        assert "All its jobs   USD 0.1100 (1 job)" in repr(report(overview(job("a"), totals={**by_status, **told})))


def test_clock_before_the_file_takes_nothing_away() -> None:
    """Clocks jump; a cost never shrinks by that."""
    assert report(overview(job("a")), now=NOW - timedelta(hours=1)).jobs[0].cost == Decimal("0.1")


def test_remarks_of_the_server_are_shown_once() -> None:
    """What is missing and what to do about it, each once; of more than five the text counts the rest."""
    denied = {"code": "permission_missing", "message": "Not allowed.", "hint": "Ask for it."}
    others = [{"code": "x", "message": f"m{number}", "hint": ""} for number in range(9)]
    found = report(overview(data_quality=[denied, denied, *others, "odd", {"message": 7}]))
    assert found.remarks == ("Not allowed. Ask for it.", *(f"m{number}" for number in range(9)))
    assert found.to_dict()["remarks"] == list(found.remarks)
    lines = repr(found).splitlines()
    assert lines[-6:] == ["Not allowed. Ask for it.", "m0", "m1", "m2", "m3", "5 more notes with %cost --json."]
    assert "5 more notes with %cost --json." in found._repr_html_()
    assert "1 more note with %cost --json." in repr(report(overview(data_quality=others[:6])))
    assert "more note" not in repr(report(overview(data_quality=others[:5])))


class Tags(HTMLParser):
    """Collects the elements of a document."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


def test_markup_and_control_characters_stay_text() -> None:
    """Every text from outside is escaped in HTML and harmless in a terminal."""
    found = report(
        overview(
            job(MARKUP, status=MARKUP, instance_type=MARKUP, notebook=MARKUP, kind=MARKUP),
            endpoints=[{**ENDPOINT, "name": MARKUP, "status": MARKUP, "instance_type": MARKUP, "last_use": MARKUP}],
            apps=[{**APP, "title": MARKUP, "kind": MARKUP}],
            billing_currency=MARKUP,
            session={"host": MARKUP, "instance_type": MARKUP, "region_id": MARKUP, "cost": "1"},
            data_quality=[{"message": MARKUP, "hint": MARKUP}],
        ),
        notebook=MARKUP,
    )
    parser = Tags()
    parser.feed(found._repr_html_())
    assert parser.names == {"div", "table", "caption", "thead", "tbody", "tr", "th", "td", "p"}
    assert '<img src=x onerror="alert(1)">' in parser.text
    for text in (repr(found), parser.text):
        assert not {"\x1b", "\u202e"} & set(text)


def test_html_form_has_what_the_text_form_has() -> None:
    """The same cells, as a table with named columns."""
    found = report(overview(job("a", cost=None), job("b")))
    parser = Tags()
    parser.feed(found._repr_html_())
    for cell in ("This session", "cost unknown", "USD 0.1100", "so far", "AWS's bill may differ"):
        assert cell in parser.text
        assert cell in repr(found)


def test_dict_form_is_plain_and_exact() -> None:
    """Decimal strings, null where unknown, times with a Z; it goes through JSON unchanged."""
    found = report(overview(job("a", cost="0.123456789"), job("b", cost=None))).to_dict()
    assert json.loads(json.dumps(found)) == found
    assert found["as_of"] == "2026-11-23T14:00:30Z"
    assert found["total"] == {"cost": "0.133456789", "count": 2, "is_complete": False}
    assert [row["cost"] for row in found["jobs"]] == ["0.133456789", None]  # type: ignore[index,union-attr,attr-defined]


@pytest.mark.parametrize(
    "document",
    [None, [], "text", 7, {}, {"as_of": "2026-11-23T14:00:00Z"}, {"as_of": "yesterday", "jobs": []}, {"as_of": 7, "jobs": []}],
)
def test_other_documents_are_broken_files(document: object) -> None:
    """What is no overview gives the sentence, not an exception."""
    assert report_of(document, notebook=None, now=NOW) == BROKEN_FILE


def test_odd_fields_are_unknown_not_zero() -> None:
    """Numbers in place of text, negative amounts, rows of another shape."""
    odd = {"name": 7, "cost": 0.5, "cost_per_hour": [], "instance_count": True, "billable_time_in_seconds": "7"}
    found = report(overview(odd, job("b", cost="-1"), "row", session="none", totals=[], data_quality={}))  # type: ignore[arg-type]
    assert [(row.name, row.cost) for row in found.jobs] == [("(no name)", None), ("b", None)]
    assert "cost unknown" in repr(found)


def write(home: Path, content: bytes) -> None:
    folder = home / "servers" / "s1"
    folder.mkdir(parents=True)
    (folder / "overview.json").write_bytes(content)


def test_file_of_this_server_is_read(tmp_path: Path) -> None:
    """The path is made of home and server id."""
    write(tmp_path, json.dumps(overview(job("a"))).encode())
    found = read_report(home=tmp_path, server_id="s1", notebook=None, now=NOW)
    assert isinstance(found, CostReport)
    assert found == replace(report(overview(job("a")), notebook=None))


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe", b"[" * 100_000, b"null"])
def test_corrupt_file_is_one_sentence(tmp_path: Path, content: bytes) -> None:
    """A file cut short or full of other things says what happened and what to do."""
    write(tmp_path, content)
    assert read_report(home=tmp_path, server_id="s1", notebook=None, now=NOW) == BROKEN_FILE


@pytest.mark.parametrize(
    ("server_id", "expected"),
    [(None, NO_SERVER), ("", NO_SERVER), ("../../etc", NO_SERVER), ("..", NO_SERVER), ("s2", NO_FILE)],
)
def test_missing_server_or_file_is_one_sentence(tmp_path: Path, server_id: str | None, expected: object) -> None:
    """No server, an id that is none, a server that has not written yet."""
    found = read_report(home=tmp_path, server_id=server_id, notebook=None, now=NOW)
    assert found == expected
    assert repr(found) == f"{found.message} {found.hint}"  # type: ignore[union-attr]
    assert set(found.to_dict()) == {"code", "message", "hint"}


@pytest.mark.parametrize(
    ("amount", "shown"),
    [
        (None, "cost unknown"),
        (Decimal(0), "USD 0.00"),
        (Decimal("0.00004"), "< USD 0.0001"),
        (Decimal("0.00005"), "USD 0.0001"),
        (Decimal("0.99995"), "USD 1.0000"),
        (Decimal("1234567.005"), "USD 1,234,567.01"),
    ],
)
def test_money_is_rounded_once_for_show(amount: Decimal | None, shown: str) -> None:
    """Halves go up; small amounts keep four decimals."""
    assert money(amount, "USD") == shown


def test_long_names_are_cut() -> None:
    """With a mark that says so."""
    assert clean("a" * 63) == "a" * 63
    assert clean("a" * 64) == "a" * 62 + "…"
