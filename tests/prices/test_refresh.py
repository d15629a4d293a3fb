"""Refreshing the kept price lists: from AWS's pages and from its files, interrupted, refused, cut short, at once."""

from __future__ import annotations

import gzip
import io
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from mlcost_ext.core.errors import RemoteError
from mlcost_ext.prices.price_list import Store
from mlcost_ext.prices.price_list.api import BAD_TOKEN
from mlcost_ext.prices.price_list.changes import counted
from mlcost_ext.prices.price_list.sealed import read_sealed, write_sealed
from mlcost_ext.prices.refresh import refresh_from_file
from tests.fakes import NOW
from tests.prices.price_list.lists import FakeApi, bare, clock, fault, made
from tests.prices.price_list.refreshing import BOTH, ONE, SLEPT, codes, cut, kept, kept_list, of_service, only, partials, run
from tools.make_price_list import PriceList, entries, make, write_csv, write_json


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
    ) == ("GetProducts", "2026-11-20", "2026-11-20", "2026-11-23T14:00:00Z")
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
    run(FakeApi({"us-east-1": made(seed=2)}), store, services=ONE, clock=lambda: later, is_forced=True)
    assert of_service(made(seed=2).truth, BOTH[0]) | of_service(made().truth, BOTH[1]) == kept(store)
    assert [kept_list(store).services[name].read_at[:10] for name in BOTH] == ["2026-11-26", "2026-11-23"]


def test_each_region_on_its_own(store: Store) -> None:
    """One that fails keeps its old prices and stops nobody."""
    lists = {"us-east-1": made(), "eu-west-1": made("eu-west-1")}
    run(FakeApi(lists), store, "us-east-1", "eu-west-1")
    api = FakeApi({"us-east-1": made(seed=3), "eu-west-1": made("eu-west-1", seed=3)})
    api.faults = [fault("permission_missing")]
    result = run(api, store, "us-east-1", "nowhere", "eu-west-1", "ap-south-1", is_forced=True)
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


@pytest.mark.parametrize("entry", ["", "{", "[]", 7, None, '"' + "x" * 600_000 + '"'], ids=range(6))
def test_a_page_with_an_entry_that_can_only_be_damage(store: Store, entry: Any) -> None:
    """Nothing of that service is taken, and the next attempt begins anew; the other service is read all the same."""
    run(FakeApi({"us-east-1": made()}), store)
    api = FakeApi({"us-east-1": made(seed=2)})
    real = api.pages

    def pages(service: str, region_id: str, token: str | None) -> tuple[list[str], str | None]:
        found, following = real(service, region_id, token)
        return [*found, *([entry] if service == BOTH[0] and token == str(11 * 40) else [])], following

    api.pages = pages  # type: ignore[assignment, method-assign]
    result = run(api, store, is_forced=True)
    assert codes(result) == {"us-east-1": ["price_list_unusable"]}
    assert "came damaged: it has an entry that is" in result.regions[0].problems[0].message
    assert (result.regions[0].refreshed, partials(store)) == (BOTH[1:], [])
    assert of_service(made().truth, BOTH[0]) | of_service(made(seed=2).truth, BOTH[1]) == kept(store)


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
    assert "prices of Training" in result.regions[0].problems[0].message
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
    assert codes(run(FakeApi({"us-east-1": made(seed=2)}), store, is_forced=True)) == {"us-east-1": ["price_list_unusable"] * 2}
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
    for text in ("".join(lines)[:-20], "".join(lines[: len(lines) // 4]), "".join(lines[: len(lines) * 3 // 4])):
        (tmp_path / "cut.csv").write_text(text)
        result = refresh_from_file([tmp_path / "cut.csv"], store, clock)
        found = [*result.problems, *(problem for each in result.regions for problem in each.problems)]
        assert len(found) == 1
        assert made().truth == kept(store)


class Pages:
    """Answers of GetProducts in files."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def write(self, name: str, found: list[str], token: str | None = None) -> Path:
        path = self._folder / name
        path.write_text(json.dumps({"FormatVersion": "aws_v1", "PriceList": found, "NextToken": token}))
        return path

    def of(self, service: str, region: str = "us-east-1", count: int = 3, size: int = 200) -> list[Path]:
        """Give a list in pages, the last of which has no token."""
        found = entries(made(region), service)
        ends = [*range(size, min(size * count, len(found)), size), len(found)]
        starts = [0, *ends[:-1]]
        return [
            self.write(f"{service}-{region}-{n}", found[start:end], f"page-{end}" if end < len(found) else None)
            for n, (start, end) in enumerate(zip(starts, ends, strict=True))
        ]


@pytest.fixture
def pages(tmp_path: Path) -> Pages:
    (tmp_path / "pages").mkdir()
    return Pages(tmp_path / "pages")


def test_pages_are_one_list(store: Store, pages: Pages) -> None:
    """In any order, of several services and regions at once; a last page may have nothing of use."""
    first = [*pages.of(BOTH[0]), *pages.of(BOTH[1], count=2, size=20), *pages.of(BOTH[0], "eu-west-1")]
    result = refresh_from_file(reversed(first), store, clock)
    assert (codes(result), result.problems) == ({"eu-west-1": [], "us-east-1": []}, ())
    assert made().truth == kept(store)
    assert of_service(made("eu-west-1").truth, BOTH[0]) == kept(store, "eu-west-1")
    assert kept_list(store).services[BOTH[0]].source == "AmazonSageMaker-us-east-1-2 and 2 more"
    lunar = [json.dumps(bare("USE1-Lunar:ml.m5.xlarge"))]
    found = [pages.write("all", entries(made(), BOTH[0]), "more"), pages.write("last", lunar)]
    other = Store(store.folder.parent / "other")
    result = refresh_from_file(found, other, clock)
    assert (codes(result), result.problems) == ({"us-east-1": []}, ())
    assert of_service(made().truth, BOTH[0]) == kept(other)


@pytest.mark.parametrize("chosen", [[0], [1], [0, 1]])
def test_one_page_of_several(store: Store, pages: Pages, chosen: list[int]) -> None:
    """Refused in words where the last one is not there; the last one of another service or region does not help."""
    run(FakeApi({"us-east-1": made()}), store)
    found = [*(pages.of(BOTH[0])[number] for number in chosen), pages.write("empty", [])]
    result = refresh_from_file([*found, *pages.of(BOTH[1]), *pages.of(BOTH[0], "eu-west-1")], store, clock, is_forced=True)
    assert [problem.subject for problem in result.problems] == ["empty"]
    assert codes(result) == {"us-east-1": ["price_list_unusable"], "eu-west-1": []}
    assert "it is one page of several" in result.regions[0].problems[0].message
    assert result.regions[0].refreshed == BOTH[1:]
    assert made().truth == kept(store)


def test_a_page_that_cannot_be_read(store: Store, pages: Pages, tmp_path: Path) -> None:
    """It may be one of those that belong together, so none of them is taken."""
    run(FakeApi({"us-east-1": made()}), store)
    first, second, last = pages.of(BOTH[0])
    second.write_bytes(second.read_bytes()[:-50])
    result = refresh_from_file([first, second, last], store, clock, is_forced=True)
    assert [problem.subject for problem in result.problems] == [second.name]
    assert codes(result) == {"us-east-1": ["price_list_unusable"]}
    assert made().truth == kept(store)


def test_files_that_have_a_part_each(store: Store, tmp_path: Path) -> None:
    """Two files of one region and service do not overwrite each other, and where they contradict each other there is no price."""
    whole = made()
    half = len(whole.documents) // 2
    paths = []
    for number, documents in enumerate((whole.documents[:half], whole.documents[half:])):
        paths.append(tmp_path / f"{number}.csv")
        with paths[-1].open("w", newline="") as file:
            write_csv(PriceList("us-east-1", documents=documents), BOTH[0], file)
    result = refresh_from_file(paths, store, clock)
    assert (codes(result), result.problems) == ({"us-east-1": []}, ())
    assert of_service(whole.truth, BOTH[0]) == kept(store)


def test_files_without_a_price(store: Store, pages: Pages) -> None:
    """Each is named."""
    found = [pages.write("empty", []), pages.write("lunar", [json.dumps(bare("USE1-Lunar:ml.m5.xlarge"))])]
    result = refresh_from_file(found, store, clock)
    told = [problem.subject or "" for each in (result, *result.regions) for problem in each.problems]
    assert sorted(told) == ["empty", "lunar"]
    assert "holds no price that can be used" in result.problems[0].message


def test_a_list_of_a_day(store: Store, tmp_path: Path) -> None:
    """Its prices are as of the day of publication where that is told, and never of a day to come."""
    for published, expected in (("2026-11-20", "2026-11-20"), ("2027-01-01", "2026-11-23"), (None, "2026-11-23")):
        document = json.loads(json.dumps(made().documents[0]))
        document.pop("publicationDate")
        (tmp_path / "page").write_text(
            json.dumps(
                {"PriceList": [json.dumps(document | ({"publicationDate": f"{published}T00:00:00Z"} if published else {}))]}
            )
        )
        assert codes(refresh_from_file([tmp_path / "page"], store, clock)) == {"us-east-1": []}
        facts = kept_list(store).services[BOTH[0]]
        assert (expected, published, "2026-11-23T14:00:00Z") == (facts.as_of, facts.publication_date, facts.read_at)


def test_errors_say_what_to_do(store: Store) -> None:
    """One sentence each."""
    api = FakeApi({"us-east-1": make("us-east-1", 0, 1, 0)})
    api.faults = [RemoteError("It rains.", "Take an umbrella.", code="weather")]
    problem = run(api, store).regions[0].problems[0]
    assert (problem.code, problem.message, problem.hint) == ("weather", "It rains.", "Take an umbrella.")
