"""Refreshing the kept price lists: from AWS's pages and from its files, interrupted, refused, cut short, at once."""

from __future__ import annotations

import gzip
import io
from datetime import timedelta
from pathlib import Path

import pytest

from mlcost_ext.core.errors import RemoteError
from mlcost_ext.prices.price_list import Store
from mlcost_ext.prices.price_list.api import BAD_TOKEN
from mlcost_ext.prices.price_list.changes import counted
from mlcost_ext.prices.price_list.sealed import read_sealed, write_sealed
from mlcost_ext.prices.refresh import refresh_from_file
from tests.fakes import NOW
from tests.prices.price_list.lists import FakeApi, clock, fault, made
from tests.prices.price_list.refreshing import BOTH, ONE, SLEPT, codes, cut, kept, kept_list, of_service, only, partials, run
from tools.make_price_list import make, write_csv, write_json


@pytest.fixture
def store(tmp_path: Path) -> Store:
    SLEPT.clear()
    return Store(tmp_path / "prices")


def test_the_truth_is_kept(store: Store) -> None:
    """All prices of all pages, who said so and when; and how many products gave none, by reason."""
    result = only(run(FakeApi({"us-east-1": made()}), store))
    assert made().truth == kept(store)
    assert (result.refreshed, result.problems) == (BOTH, ())
    assert len(made().truth) == counted(result.changes)["added"] == sum(result.counts.values())
    facts = kept_list(store).services["AmazonSageMaker"]
    assert (
        facts.source,
        facts.publication_date,
        facts.as_of,
        facts.read_at,
    ) == ("GetProducts", "2026-11-20", "2026-11-23", "2026-11-23T14:00:00Z")
    assert facts.skipped["free"] > 0
    assert result.skipped["other_software"] == 25
    assert partials(store) == []


def test_the_second_time_nothing_has_changed(store: Store) -> None:
    """The same list is no change."""
    api = FakeApi({"us-east-1": made()})
    run(api, store)
    assert only(run(api, store)).changes == ()


def test_one_service_leaves_the_other_alone(store: Store) -> None:
    """Prices of EC2 stay when those of SageMaker are read, with their own date."""
    run(FakeApi({"us-east-1": made()}), store)
    later = NOW + timedelta(days=3)
    run(FakeApi({"us-east-1": made(seed=2)}), store, services=ONE, clock=lambda: later)
    assert of_service(made(seed=2).truth, BOTH[0]) | of_service(made().truth, BOTH[1]) == kept(store)
    assert [kept_list(store).services[name].as_of for name in BOTH] == ["2026-11-26", "2026-11-23"]


def test_each_region_on_its_own(store: Store) -> None:
    """One that fails keeps its old prices and stops nobody."""
    lists = {"us-east-1": made(), "eu-west-1": made("eu-west-1")}
    run(FakeApi(lists), store, "us-east-1", "eu-west-1")
    api = FakeApi({"us-east-1": made(seed=3), "eu-west-1": made("eu-west-1", seed=3)})
    api.faults = [fault("permission_missing")]
    result = run(api, store, "us-east-1", "nowhere", "eu-west-1", "ap-south-1")
    assert codes(result) == {
        "us-east-1": ["permission_missing"],
        "nowhere": ["region_unknown"],
        "eu-west-1": [],
        "ap-south-1": ["price_list_unusable", "price_list_unusable"],
    }
    assert (made().truth, made("eu-west-1", seed=3).truth) == (kept(store), kept(store, "eu-west-1"))


@pytest.mark.parametrize(
    ("faults", "expected", "pauses"),
    [
        (["throttled"], [], [1.0]),
        (["aws_error", "network_unreachable", "throttled"], [], [1.0, 4.0, 15.0]),
        (["throttled"] * 4, ["throttled"], [1.0, 4.0, 15.0]),
        (["permission_missing"], ["permission_missing"], []),
        (["credentials_missing"], ["credentials_missing"], []),
    ],
)
def test_faults_that_pass_and_that_stay(store: Store, faults: list[str], expected: list[str], pauses: list[float]) -> None:
    """Asked again a few times, ever later; never after a refusal."""
    api = FakeApi({"us-east-1": made()})
    api.faults = [fault(code) for code in faults]
    assert {"us-east-1": expected} == codes(run(api, store))
    assert pauses == SLEPT
    assert (bool(expected), not expected) == (kept(store) == {}, kept(store) == made().truth)


def interrupted(store: Store, at: int = 12) -> FakeApi:
    """Refuse SageMaker's page `at` of the first attempt."""
    api = FakeApi({"us-east-1": made()})
    api.faults = [*[None] * at, fault("permission_missing")]
    assert codes(run(api, store, services=ONE)) == {"us-east-1": ["permission_missing"]}
    api.asked.clear()
    return api


def test_an_interrupted_refresh_goes_on(store: Store) -> None:
    """From the page that was not read; the prices are those of all pages."""
    api = interrupted(store)
    assert partials(store) == ["us-east-1.AmazonSageMaker.json"]
    assert only(run(api, store, services=ONE)).problems == ()
    assert api.asked[0][2] == str(12 * 40)
    assert of_service(made().truth, BOTH[0]) == kept(store)
    assert partials(store) == []


@pytest.mark.parametrize("why", ["old", "damaged", "future", "another format", "no place", "a rejected token"])
def test_an_interrupted_refresh_begins_anew(store: Store, why: str) -> None:
    """Where what was kept is older than an hour, not whole, or AWS does not know the place any more."""
    api = interrupted(store)
    path = store.folder / ".partial" / "us-east-1.AmazonSageMaker.json"
    now = NOW
    if why == "old":
        now += timedelta(hours=1)
    elif why == "future":
        now -= timedelta(minutes=1)
    elif why == "damaged":
        path.write_bytes(path.read_bytes()[:-5])
    elif why == "another format":
        write_sealed(path, {**(read_sealed(path) or {}), "format": 7})
    elif why == "no place":
        write_sealed(path, {**(read_sealed(path) or {}), "next_token": None})
    else:
        api.faults = [fault(BAD_TOKEN)]
    assert only(run(api, store, services=ONE, clock=lambda: now)).problems == ()
    asked = api.asked[1:] if why == "a rejected token" else api.asked
    assert asked[0][2] is None
    assert of_service(made().truth, BOTH[0]) == kept(store)


def test_progress_is_kept_on_the_way(store: Store) -> None:
    """A process that is killed between two pages loses ten pages at most."""
    api = FakeApi({"us-east-1": made()})

    class KilledError(BaseException):
        """A process's end."""

    real = api.pages

    def pages(service: str, region_id: str, token: str | None) -> tuple[list[str], str | None]:
        if len(api.asked) == 13:
            raise KilledError
        return real(service, region_id, token)

    api.pages = pages  # type: ignore[assignment, method-assign]
    with pytest.raises(KilledError):
        run(api, store, services=ONE)
    again = FakeApi({"us-east-1": made()})
    run(again, store, services=ONE)
    assert again.asked[0][2] == str(10 * 40)
    assert of_service(made().truth, BOTH[0]) == kept(store)


def test_pages_that_do_not_end(store: Store) -> None:
    """An error, and the old prices."""
    run(FakeApi({"us-east-1": made()}), store)
    api = FakeApi({"us-east-1": made()})
    api.is_endless = True
    result = run(api, store, most_pages=25)
    assert codes(result) == {"us-east-1": ["price_list_endless", "price_list_endless"]}
    assert (50, made().truth, []) == (len(api.asked), kept(store), partials(store))


def test_a_token_that_comes_again(store: Store) -> None:
    """A circle of pages is noticed at once."""
    api = FakeApi({"us-east-1": made()})
    api.pages = lambda service, region_id, token: ([], "a" if token == "b" else "b")  # type: ignore[assignment, method-assign]
    result = run(api, store, services=ONE)
    assert codes(result) == {"us-east-1": ["price_list_endless"]}
    assert "did not end after 3 pages" in result.regions[0].problems[0].message


def test_a_list_of_which_most_is_gone(store: Store) -> None:
    """Refused in words, unless it is forced."""
    run(FakeApi({"us-east-1": made()}), store)
    short = cut(made(), 250)
    result = run(FakeApi({"us-east-1": short}), store, services=ONE)
    assert codes(result) == {"us-east-1": ["price_list_shrunken"]}
    assert "Training" in result.regions[0].problems[0].message
    assert made().truth == kept(store)
    forced = only(run(FakeApi({"us-east-1": short}), store, services=ONE, is_forced=True))
    assert forced.refreshed == ONE
    assert len(kept(store)) < len(made().truth)


def test_a_damaged_list_is_replaced(store: Store) -> None:
    """As if there were none."""
    run(FakeApi({"us-east-1": made()}), store)
    store.path("us-east-1").write_bytes(b"half")
    assert only(run(FakeApi({"us-east-1": made()}), store)).problems == ()
    assert made().truth == kept(store)


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    """Told, not raised."""
    (tmp_path / "file").write_text("in the way")
    result = run(FakeApi({"us-east-1": made()}), Store(tmp_path / "file" / "prices"))
    assert (result.state, [problem.code for problem in result.problems]) == ("failed", ["price_list_folder"])


def test_a_disk_that_is_full(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """The old prices are still there, and the reason is told."""
    run(FakeApi({"us-east-1": made()}), store)

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    assert codes(run(FakeApi({"us-east-1": made(seed=2)}), store)) == {"us-east-1": ["price_list_unusable"] * 2}
    assert made().truth == kept(store)


@pytest.mark.parametrize("is_packed", [False, True])
@pytest.mark.parametrize("form", ["json", "csv"])
def test_offer_files(store: Store, tmp_path: Path, form: str, is_packed: bool) -> None:
    """As of the day on which AWS has published them; a file that is none stops nobody."""
    paths = []
    for service in BOTH:
        file = io.StringIO()
        (write_json if form == "json" else write_csv)(made(), service, file)
        raw = file.getvalue().encode()
        paths.append(tmp_path / f"{service}.{form}")
        paths[-1].write_bytes(gzip.compress(raw) if is_packed else raw)
    result = refresh_from_file([tmp_path / "none", *paths], store, clock)
    assert [(problem.code, problem.subject) for problem in result.problems] == [("price_list_unusable", "none")]
    assert [each.refreshed for each in result.regions] == [BOTH]
    assert made().truth == kept(store)
    facts = kept_list(store).services["AmazonEC2"]
    assert (f"AmazonEC2.{form}", "2026-11-20") == (facts.source, facts.as_of)


def test_a_file_that_is_cut_short_replaces_nothing(store: Store, tmp_path: Path) -> None:
    """Neither where the cut shows nor where only prices are missing."""
    run(FakeApi({"us-east-1": made()}), store)
    file = io.StringIO()
    write_csv(made(), "AmazonSageMaker", file)
    lines = file.getvalue().splitlines(keepends=True)
    for text in ("".join(lines)[:-20], "".join(lines[: len(lines) // 4])):
        (tmp_path / "cut.csv").write_text(text)
        result = refresh_from_file([tmp_path / "cut.csv"], store, clock)
        found = [*result.problems, *(problem for each in result.regions for problem in each.problems)]
        assert len(found) == 1
        assert made().truth == kept(store)


def test_errors_say_what_to_do(store: Store) -> None:
    """One sentence each."""
    api = FakeApi({"us-east-1": make("us-east-1", 0, 1, 0)})
    api.faults = [RemoteError("It rains.", "Take an umbrella.", code="weather")]
    problem = run(api, store).regions[0].problems[0]
    assert (problem.code, problem.message, problem.hint) == ("weather", "It rains.", "Take an umbrella.")
