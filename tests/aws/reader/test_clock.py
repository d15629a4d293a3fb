"""AWS's clock and this machine's, where they differ."""

from datetime import timedelta

import pytest
from botocore.exceptions import ClientError

from mlcost_ext.aws.reader.aws_clock import AwsClock
from mlcost_ext.aws.reader.faults import fault_of
from tests.aws.reader.fakes import START, Clock, Reader, dated, deny, fault, make_job, put


def seconds(count):
    return timedelta(seconds=count)


def clock_of(*calls):
    """Make a clock that has seen calls, each as seconds after START: the Date, when it was sent and received."""
    clock = AwsClock(lambda: START)
    for answered, sent, received in calls:
        clock.note(START + seconds(answered), START + seconds(sent), START + seconds(received))
    return clock


@pytest.mark.parametrize(
    ("calls", "offset"),
    [
        ([], None),
        ([(90, 0, 0.2)], 90.4),
        ([(-90, 0, 0.2)], -89.6),
        ([(90, 0, 0.2), (91, 0.8, 0.8)], 90.5),
        ([(90, 0, 0.2), (10, 10, 10.2)], 0.4),
        ([(90, 0, 11)], None),
        ([(90, 5, 0)], None),
    ],
)
def test_the_offset_follows_from_the_date_of_an_answer(calls, offset):
    """Half a second true, better after several; anew after a clock was set; not from a call that took long."""
    assert clock_of(*calls).offset_seconds == (None if offset is None else pytest.approx(offset, abs=0.11))


def test_an_answer_without_a_date_changes_nothing():
    """As an impostor's, or a proxy's."""
    clock = clock_of((90, 0, 0))
    clock.note(None, START, START)
    assert clock.now() == START + seconds(90.5)


def test_the_status_tells_the_offset_and_the_time_by_awss_clock():
    """This machine is three minutes late."""
    reader = Reader()
    reader.aws.date = lambda: reader.clock.wall() + seconds(180)
    reader.turn()
    assert reader.sink.status["clock_offset_seconds"] == pytest.approx(180, abs=1)
    assert reader.sink.status["as_of"].startswith("2026-11-23T14:03:00")


def test_jobs_come_with_the_offset():
    """So that their first figure is drawn by AWS's clock already, before the poll's status is there."""
    reader = Reader()
    put(reader, make_job("a"))
    reader.aws.date = lambda: reader.clock.wall() + seconds(180)
    reader.turn()
    first = next(document for document in reader.sink.documents if document.get("kind") == "training")
    assert first["clock_offset_seconds"] == pytest.approx(180, abs=1)


def test_a_refusal_tells_the_time_as_well():
    """A clock that is far off gets nothing but refusals."""
    reader = Reader()
    refused = fault("clock_differs")
    refused.answered_at = START + seconds(1200)
    reader.aws.faults["Search"] = refused
    reader.turn()
    assert reader.sink.status["clock_offset_seconds"] == pytest.approx(1200, abs=1)
    assert reader.sink.status["as_of"] is None


@pytest.mark.parametrize("operation", ["Search", "ListTrainingJobs"])
def test_the_last_day_is_counted_by_awss_clock(operation):
    """From the first request on, whose answer tells the time."""
    reader = Reader()
    if operation != "Search":
        deny(reader, "Search")
    reader.aws.date = lambda: reader.clock.wall() + seconds(3600)
    for name, hours_ago in (("a-day-ago-by-aws", 23.7), ("today", 22)):
        put(reader, make_job(name, status="Completed", modified=START - timedelta(hours=hours_ago)))
    reader.turn()
    assert "a-day-ago-by-aws" not in reader.sink.take_jobs()
    assert reader.region().followings["training"].as_of is not None


def refused(code, message, offset_seconds):
    answer = {} if offset_seconds is None else dated(Clock().wall() + seconds(offset_seconds))
    return fault_of(ClientError({"Error": {"Code": code, "Message": message}, **answer}, "Search"), "Search", START)


SIGNATURE_EXPIRED = "Signature expired: 20261123T140000Z is now earlier than 20261123T141500Z (20261123T142000Z - 5 min.)"


@pytest.mark.parametrize(
    ("code", "message", "offset_seconds", "amount"),
    [
        ("InvalidSignatureException", SIGNATURE_EXPIRED, 1200, "is off by 20 minutes"),
        ("SignatureDoesNotMatch", SIGNATURE_EXPIRED, 1200, "is off by 20 minutes"),
        ("InvalidSignatureException", "Signature not yet current: 20261123T140000Z is", -600, "is off by 10 minutes"),
        ("RequestTimeTooSkewed", "The difference is too large", -900, "is off by 15 minutes"),
        ("RequestExpired", "Request has expired.", 60, "is off by 1 minute,"),
        ("RequestExpired", "Request has expired.", None, "differs from AWS's"),
        ("ExpiredTokenException", "The security token has expired", 3600, "is off by 60 minutes"),
        ("SignatureDoesNotMatch", "The signature we calculated does not match", 400, "is off by 7 minutes"),
    ],
)
def test_a_refusal_that_comes_of_the_clock_says_so(code, message, offset_seconds, amount):
    """Renewing credentials would not help, so it is not asked for."""
    problem = refused(code, message, offset_seconds).problem
    assert problem.code == "clock_differs"
    assert amount in problem.message
    assert "clock" in problem.hint
    assert "credentials" not in problem.hint


@pytest.mark.parametrize(
    ("code", "offset_seconds", "expected"),
    [
        ("ExpiredTokenException", 0, "credentials_expired"),
        ("ExpiredTokenException", None, "credentials_expired"),
        ("SignatureDoesNotMatch", 30, "credentials_missing"),
        ("UnrecognizedClientException", 1200, "credentials_missing"),
        ("AccessDeniedException", 1200, "permission_missing"),
    ],
)
def test_other_refusals_are_what_they_were(code, offset_seconds, expected):
    """A clock that is right, or that has nothing to do with it."""
    fault_found = refused(code, "No.", offset_seconds)
    assert fault_found.problem.code == expected
    assert (fault_found.answered_at is None) == (offset_seconds is None)
