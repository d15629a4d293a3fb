"""What ended before the last day: read last of all, handed on once, and taken up where it was left off."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlcost_ext.aws.reader.feeds.history import LOOK_BACK, Spans, read_cursor, write_cursor
from tests.aws.reader.fakes import OTHER, REGION, START, Reader, deny, fault, make_job, put

COUNT = 1000


def account(count=COUNT, **fields):
    """Give a reader of an account in which a job ended every two hours, for ninety days."""
    reader = Reader(**fields)
    put(reader, *(make_job(f"job-{n:04d}", status="Completed", modified=START - timedelta(hours=2 * n)) for n in range(count)))
    put(reader, make_job("long-ago", status="Completed", modified=START - timedelta(days=120)))
    put(reader, make_job("theirs", status="Completed", modified=START - timedelta(days=10), tags=[OTHER]))
    put(reader, make_job("for-days", modified=START - timedelta(days=10)))
    return reader


def history(reader):
    return [document for document in reader.sink.documents if document["push"] == "history"]


def names_of(documents):
    return [item["TrainingJobName"] for document in documents for item in document["items"]]


def test_all_that_ended_within_ninety_days_is_handed_on_once_latest_first():
    """Not what ended today, runs, is somebody else's or older."""
    reader = account()
    reader.run(1200)
    told = history(reader)
    assert names_of(told) == [f"job-{number:04d}" for number in range(12, COUNT)]
    assert sorted(reader.sink.take_jobs()) == ["for-days", *(f"job-{number:04d}" for number in range(13))]
    assert told[-1] == {"push": "history", "kind": "training", "region_id": REGION, "items": [], "cursor": None}
    assert all(isinstance(document["cursor"], str) for document in told[:-1])
    assert all(len(document["items"]) <= 25 for document in told)
    state = reader.sink.status["history"]
    assert (state["is_done"], state["through"][:10]) == (True, "2026-08-25")
    assert reader.aws.most_in(600, since=1060) <= 120


def test_it_waits_for_the_first_picture_and_for_everything_else():
    """A launch, a poll and a change of whichever kind come first."""
    reader = account()
    reader.turn()
    first = [document["push"] for document in reader.sink.documents]
    assert "history" not in first[: first.index("items") + 1]
    picture = next(n for n, doc in enumerate(reader.sink.documents) if doc["push"] == "status" and doc["first_picture"])
    assert "history" not in first[:picture]


@pytest.mark.parametrize("hours_away", [0, 1, 30])
def test_a_new_reader_goes_on_where_the_one_before_left_off(hours_away):
    """With the last cursor that the server has kept; what ended meanwhile, or a day after the first, is not left out."""
    reader = account()
    while len(history(reader)) < 6:
        reader.run(20)
    before = history(reader)[:6]
    later = account()
    later.clock.forward(hours_away * 3600)
    meanwhile = START + timedelta(minutes=30)
    put(later, make_job("meanwhile", status="Completed", modified=meanwhile))
    later.watch(history={REGION: before[-1]["cursor"]})
    later.run(1200)
    after = history(later)
    both = set(names_of(before)) | set(names_of(after)) | set(later.sink.take_jobs())
    assert both >= {f"job-{number:04d}" for number in range(12, COUNT - 12 * (hours_away // 24 + 1))}
    assert "meanwhile" in both
    repeated = set(names_of(before)) & set(names_of(after))
    assert len(repeated) <= 100
    assert after[-1]["cursor"] is None


def test_a_fault_in_between_loses_nothing():
    """The same page is asked for again."""
    reader = account()
    search, calls = reader.aws.search, []

    def failing(params):
        calls.append(params)
        if len(calls) % 3 == 0:
            raise fault("aws_error")
        return search(params)

    reader.aws.search = failing
    reader.run(3600)
    assert set(names_of(history(reader))) == {f"job-{number:04d}" for number in range(12, COUNT)}


def test_where_it_is_done_nothing_is_read():
    """The server says so with a cursor of null."""
    reader = account()
    reader.watch(history={REGION: None})
    reader.run(600)
    assert history(reader) == []
    assert reader.sink.status["history"]["is_done"] is True


@pytest.mark.parametrize("cursor", ["", "nonsense", "[]", '{"v":2}', '{"v":1,"owner":"x","spans":[["a"]]}', "[" * 9000])
def test_a_cursor_that_makes_no_sense_begins_anew(cursor):
    """As one of another owner does."""
    reader = account(count=200)
    reader.watch(history={REGION: cursor})
    reader.run(600)
    assert len(names_of(history(reader))) == 200 - 12


def test_the_cursor_of_another_owner_begins_anew():
    """What was read of them says nothing of us."""
    first = account(count=200)
    first.run(600)
    cursor = history(first)[-2]["cursor"]
    other = account(count=200, scope="account")
    other.watch(history={REGION: cursor})
    other.run(600)
    assert "theirs" in names_of(history(other))
    assert len(names_of(history(other))) == 200 - 12 + 1


def test_a_laptops_history_is_its_launches():
    """Which are searched for by name in the first picture; nothing else is read."""
    reader = account(owner_tags=(), names=["job-0500"])
    reader.run(600)
    assert names_of(history(reader)) == []
    assert history(reader)[-1]["cursor"] is None
    assert reader.sink.take_jobs() == ["job-0500"]


def test_without_search_there_is_no_history():
    """It would take two calls a job; it is not called done."""
    reader = account(count=5)
    deny(reader, "Search")
    reader.run(600)
    assert history(reader) == []
    assert reader.sink.status["history"] == {"through": None, "is_done": False}


def test_a_second_with_more_than_a_page_is_passed():
    """A thousand jobs may have ended in the same second."""
    reader = Reader()
    put(reader, *(make_job(f"job-{n:03d}", status="Stopped", modified=START - timedelta(days=3)) for n in range(450)))
    reader.run(600)
    assert len(set(names_of(history(reader)))) == 450
    assert history(reader)[-1]["cursor"] is None


TIMES = st.integers(0, 1000).map(lambda minutes: START + timedelta(minutes=minutes))


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(TIMES, TIMES).map(sorted).map(tuple), max_size=8), TIMES, TIMES)
def test_spans_are_apart_and_their_gaps_fill_up(pairs, low, high):
    """Reading the latest gap again and again ends, and then everything is read."""
    spans = Spans()
    for pair in pairs:
        spans = spans.with_span(pair)
    assert all(upper[0] > lower[1] for upper, lower in zip(spans.spans, spans.spans[1:], strict=False))
    assert read_cursor(write_cursor(spans, "me"), "me") == spans
    assert read_cursor(write_cursor(spans, "me"), "you") == Spans()
    for _ in range(len(pairs) + 2):
        gap = spans.latest_gap(low, high)
        if gap is None:
            break
        assert low <= gap[0] < gap[1] <= high
        assert not any(span[0] < gap[1] and gap[0] < span[1] for span in spans.spans)
        spans = spans.with_span(gap)
    assert spans.latest_gap(low, high) is None
    assert timedelta(days=90) == LOOK_BACK
