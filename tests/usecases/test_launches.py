"""What kernels launched, as the spool tells it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlcost_ext.usecases.launches import MAX_FOLLOWED, MAX_PENDING, LaunchBook, awaited_job
from tests.fakes import NOW, REGION, ago

KEY = ("training", REGION, "churn-1")
REQUEST = {"ResourceConfig": {"InstanceType": "ml.m5.xlarge", "InstanceCount": 1, "VolumeSizeInGB": 30}}


def intent(identity: str = "i1", name: str = "churn-1", **changes: Any) -> dict[str, Any]:
    fields = {"type": "intent", "id": identity, "at": ago(60), "kind": "training", "region_id": REGION, "name": name}
    return {**fields, "notebook": "train.ipynb", "request": REQUEST, **changes}


def outcome(identity: str = "i1", result: str = "accepted") -> dict[str, Any]:
    return {"type": "outcome", "id": identity, "at": ago(59), "result": result}


def book_of(*events: dict[str, Any]) -> LaunchBook:
    book = LaunchBook()
    for event in events:
        book.take(event)
    return book


@pytest.mark.parametrize("result", ["accepted", "unknown"])
def test_a_launch_that_aws_did_not_refuse_is_mine(result: str) -> None:
    """Its notebook is known and its end is waited for."""
    book = book_of(intent(), outcome(result=result))
    assert (book.is_mine(KEY, NOW), book.notebook_of(KEY, NOW), book.followed(NOW, [])) == (True, "train.ipynb", [KEY])


def test_a_kernel_that_died_in_between_leaves_a_launch_to_follow() -> None:
    """AWS may have taken the call, so its own list is asked."""
    book = book_of(intent())
    assert (book.is_mine(KEY, NOW), book.followed(NOW, [])) == (True, [KEY])


def test_a_refused_launch_is_never_mine() -> None:
    """Whoever else has a job of that name, it is not from here."""
    book = book_of(intent(), outcome(result="refused"))
    assert (book.is_mine(KEY, NOW), book.notebook_of(KEY, NOW), book.followed(NOW, [])) == (False, None, [])


@pytest.mark.parametrize("first", ["accepted", None])
def test_a_refused_second_try_leaves_the_first_alone(first: str | None) -> None:
    """AWS refuses a name that is taken: taken by our own job, whose outcome may not be known either."""
    before = [outcome("i1", first)] if first else []
    book = book_of(intent("i1"), *before, intent("i2", notebook="other.ipynb"), outcome("i2", "refused"))
    assert (book.is_mine(KEY, NOW), book.notebook_of(KEY, NOW)) == (True, "train.ipynb")


@pytest.mark.parametrize("told", [(), ("unknown",)])
def test_a_call_nobody_knows_the_outcome_of_owns_no_older_job(told: tuple[str, ...]) -> None:
    """A colleague's job of that name, there long before, is not ours; one that came about then may be."""
    book = book_of(intent(), *(outcome(result=result) for result in told))  # a minute before NOW
    ages = {"later": -30, "a clock four minutes off": 5 * 60, "long before": 3600}
    found = {what: book.is_mine(KEY, NOW - timedelta(seconds=age)) for what, age in ages.items()}
    assert found == {"later": True, "a clock four minutes off": True, "long before": False}
    assert not book.is_mine(KEY, None)
    assert book.notebook_of(KEY, NOW - timedelta(hours=1)) is None


def test_an_accepted_launch_owns_its_job_whatever_the_clocks_say() -> None:
    """AWS has said so."""
    assert book_of(intent(), outcome()).is_mine(KEY, None)


def test_an_unclear_second_try_leaves_an_accepted_launch_alone() -> None:
    """The first is what AWS took; a try of which nobody knows the outcome keeps its own time."""
    second = intent("i2", notebook="other.ipynb", at=ago(10))
    book = book_of(intent(), outcome(), second, outcome("i2", "unknown"))
    assert (book.by_key[KEY].result, book.notebook_of(KEY, None)) == ("accepted", "train.ipynb")


def test_the_regions_of_launches() -> None:
    """Those AWS accepted, for as long as a job can run; those it may have accepted, for five minutes; never a refused one."""
    weeks = timedelta(days=28).total_seconds()
    book = book_of(
        intent("i1", "a", region_id="us-west-2", at=ago(weeks - 60)), outcome("i1"),
        intent("i2", "b", region_id="us-west-1", at=ago(weeks)), outcome("i2"),
        intent("i3", "c", region_id="eu-west-1", at=ago(299)), outcome("i3", "unknown"),
        intent("i4", "d", region_id="us-est-1", at=ago(300)), outcome("i4", "unknown"),
        intent("i5", "e", region_id="eu-west-2", at=ago(9)),
        intent("i6", "f", region_id="eu-west-3", at=ago(9)), outcome("i6", "refused"),
    )  # fmt: skip
    assert book.regions(NOW) == {"us-west-2", "eu-west-1", "eu-west-2"}


def test_the_awaited_job_has_the_tags_of_its_launch() -> None:
    """They stand beside the request in the spool; what is no tag is left out."""
    book = book_of(intent(tags={"team": "fraud", "n": 7}))
    launch = book.take(outcome())
    assert launch is not None
    job = awaited_job(launch)
    assert job is not None
    assert job.tags == {"team": "fraud"}
    assert book.by_key[KEY].tags == {}


def test_a_second_accepted_launch_replaces_the_first() -> None:
    """A name may be used again once its job was deleted."""
    book = book_of(intent("i1"), outcome("i1"), intent("i2", notebook="other.ipynb"), outcome("i2"))
    assert book.notebook_of(KEY, NOW) == "other.ipynb"


def test_requests_are_not_kept() -> None:
    """A request goes out with the launch it belongs to; the book keeps none once the outcome is told."""
    book = LaunchBook()
    book.take(intent())
    launch = book.take(outcome())
    assert launch is not None
    assert launch.request == REQUEST
    assert (book.by_id, book.by_key[KEY].request) == ({}, {})


def test_calls_without_an_outcome_do_not_pile_up() -> None:
    """The oldest is dropped; its job is followed all the same."""
    book = book_of(*(intent(f"i{n}", f"job-{n}") for n in range(MAX_PENDING + 1)))
    assert len(book.by_id) == MAX_PENDING
    assert book.take(outcome("i0")) is None
    assert book.is_mine(("training", REGION, "job-0"), NOW)


def test_what_ended_or_is_too_old_is_not_followed() -> None:
    """A job can run 28 days; after that nobody waits."""
    old = intent("i2", "old", at=ago(timedelta(days=28).total_seconds()))
    book = book_of(intent(), outcome(), old, outcome("i2"), intent("i3", "done"), outcome("i3"))
    assert book.followed(NOW, [("training", REGION, "done")]) == [KEY]


def test_the_newest_are_followed() -> None:
    """At most 200, newest first."""
    book = book_of(*(intent(f"i{n}", f"job-{n}", at=ago(n)) for n in range(MAX_FOLLOWED + 5)))
    followed = book.followed(NOW, [])
    assert [name for _, _, name in followed] == [f"job-{n}" for n in range(MAX_FOLLOWED)]


def test_kernels_come_and_go() -> None:
    """A kernel that loaded the extension is guarded until it unloads it."""
    book = book_of(
        {"type": "kernel", "kernel_id": "k1"}, {"type": "kernel", "kernel_id": None}, {"type": "kernel", "kernel_id": "k2"}
    )
    assert book.guarded_kernels == {"k1", "k2"}
    book.take({"type": "unloaded", "kernel_id": "k1"})
    assert book.guarded_kernels == {"k2"}


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.sampled_from([ago(1), "i1", "training"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
EVENT_KEYS = ["id", "at", "kind", "region_id", "name", "notebook", "request", "result", "kernel_id"]
events = st.builds(
    lambda kind, fields: {**fields, "type": kind},
    st.sampled_from(["kernel", "intent", "outcome", "unloaded", "note"]) | json_values,
    st.dictionaries(st.sampled_from(EVENT_KEYS), json_values, max_size=9),
)


@given(st.lists(events, max_size=8))
def test_any_events_are_taken(some: list[dict[str, Any]]) -> None:
    """A line that makes no sense changes nothing and raises nothing."""
    book = LaunchBook()
    for event in some:
        launch = book.take(event)
        if launch is not None:
            awaited_job(launch)
    assert all(isinstance(text, str) and text for key in book.followed(NOW, []) for text in key)


def test_an_accepted_launch_is_a_job_that_waits() -> None:
    """It has the type and the time that its request tells."""
    book = book_of(intent())
    launch = book.take(outcome())
    assert launch is not None
    job = awaited_job(launch)
    assert job is not None
    assert (job.name, job.instance_type, job.created_at) == ("churn-1", "ml.m5.xlarge", NOW - timedelta(seconds=60))


@pytest.mark.parametrize(("changes", "result"), [({"kind": "spaceship"}, "accepted"), ({}, "unknown"), ({}, "refused")])
def test_no_job_is_shown_before_aws_has_accepted_it(changes: dict[str, Any], result: str) -> None:
    """Nor one of a kind that nobody here knows."""
    book = book_of(intent(**changes))
    launch = book.take(outcome(result=result))
    assert launch is not None
    assert awaited_job(launch) is None


@pytest.mark.parametrize(("user", "basis"), [("ana", "space"), ("bob", "cookie"), (None, None)])
def test_a_launch_has_the_user_that_its_line_tells(user: str | None, basis: str | None) -> None:
    """With who says so; what it costs is for that user."""
    who = book_of(intent(user=user, user_basis=basis), outcome()).attribution_of(KEY, NOW, {})
    assert (who.user_name, who.user_basis) == (user, basis)
