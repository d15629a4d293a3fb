"""Forecasts of runs whose length follows the size of their input: by the ledger, with what an estimate says of it."""

import random
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from mlcost_ext.core.planned import RunKey
from mlcost_ext.core.runs import EndedRun, MeasuredInput
from mlcost_ext.jobs.run_key import digest, digests_of
from mlcost_ext.usecases.input_size import MEASURED_WITHIN, in_words
from mlcost_ext.usecases.run_history import LedgerHistory
from mlcost_ext.usecases.sized_estimate import estimate

from .test_estimating import estimator, training
from .test_run_history import NOW, Ledger, Ticks

GB = 10**9
DATA = "s3://bucket/train"
REQUEST = training(
    InputDataConfig=[
        {"ChannelName": "training", "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": DATA}}},
    ]
)
KEY = RunKey(image="image", data=DATA, prefix=DATA, instance_type="ml.g5.xlarge", instance_count=1)


class SizedLedger(Ledger):
    """Runs that take a minute a GB, to a tenth; every second of them larger, from 1 to 64 GB."""

    def __init__(self, *, is_known=True, follows=True, count=60):
        super().__init__()
        chance = random.Random(7)
        for number in range(count):
            size = 2 ** chance.uniform(0, 6)
            seconds = 60 * (size if follows else 8) * chance.uniform(0.9, 1.1)
            run = EndedRun(
                digests=digests_of(KEY),
                instance_type=KEY.instance_type,
                instance_count=1,
                seconds=round(seconds),
                billable_seconds=None,
                is_spot=False,
                ended_at=(NOW - timedelta(hours=count - number)).timestamp(),
                input_bytes=int(size * GB) if is_known else None,
            )
            self.runs.append((f"run-{number}", run))


class Listed:
    """What S3 has listed, by digest; counts how often it was asked."""

    def __init__(self, input_bytes=None, days_ago=0.0):
        self.asked, self.is_broken = 0, False
        self.found = (
            {}
            if input_bytes is None
            else {digest(DATA): MeasuredInput(input_bytes=input_bytes, measured_at=NOW - timedelta(days=days_ago))}
        )

    def __call__(self, prefix):
        self.asked += 1
        if self.is_broken:
            raise OSError
        return self.found.get(prefix)


def history(ledger=None, listed=None, clock=None):
    return LedgerHistory(ledger or SizedLedger(), clock or Ticks(), input_of=listed or Listed(), wall=lambda: NOW)


def asked(found_by, gb):
    return found_by.forecast("training", replace(KEY, input_bytes=gb * GB))


def test_the_interval_holds_where_it_would_not_without_the_size():
    """A minute a GB: large and small inputs are foreseen at their own length, and the interval is narrow."""
    found_by = history()
    plain = found_by.forecast("training", KEY)
    assert plain.size_remarks == ()
    for gb in (2, 8, 40):
        found = asked(found_by, gb)
        assert found.low_seconds <= 60 * gb <= found.high_seconds
        assert abs(found.expected_seconds / (60 * gb) - 1) < 0.1
        assert found.high_seconds / found.low_seconds < 2 < plain.high_seconds / plain.low_seconds / 5
        assert found.size_remarks == (
            f"runtime: those runs are converted to this input's size of {gb} GB, since their length followed it",
            f"input: {gb} GB, as given",
        )
    assert abs(plain.expected_seconds / (60 * 40) - 1) > 0.3


def test_eighty_of_a_hundred_lie_in_it():
    """Each of the last forty runs, by those before it: with the size at least thirty, in an interval a fifth as wide."""
    runs = SizedLedger(count=160).runs
    held, widths = {True: 0, False: 0}, {True: [], False: []}
    for number in range(120, 160):
        ledger = Ledger()
        ledger.runs = runs[:number]
        run = runs[number][1]
        for is_sized in (True, False):
            key = replace(KEY, input_bytes=run.input_bytes if is_sized else None)
            found = LedgerHistory(ledger, Ticks()).forecast("training", key)
            held[is_sized] += found.low_seconds <= run.seconds <= found.high_seconds
            widths[is_sized].append(found.high_seconds / found.low_seconds)
    assert held[True] >= 30
    assert sorted(widths[True])[20] * 5 < sorted(widths[False])[20]


@pytest.mark.parametrize("ledger", [SizedLedger(is_known=False), SizedLedger(follows=False)], ids=["unknown", "steady"])
def test_where_length_does_not_follow_size_nothing_changes(ledger):
    """Or where no run has one: the same forecast, and no word of it."""
    found_by = history(ledger)
    assert asked(found_by, 40) == found_by.forecast("training", KEY)
    assert asked(found_by, 40).size_remarks == ()


def test_what_was_listed_counts_where_the_user_says_nothing():
    """With the day; what the user says counts more."""
    found_by = history(listed=Listed(40 * GB, days_ago=3))
    found = found_by.forecast("training", KEY)
    assert found.low_seconds <= 2400 <= found.high_seconds
    assert found.size_remarks[-1] == f"input: 40 GB, measured at S3 on {(NOW - timedelta(days=3)).date()}"
    assert asked(found_by, 8).size_remarks[-1] == "input: 8 GB, as given"


@pytest.mark.parametrize(
    "listed",
    [Listed(), Listed(0), Listed(40 * GB, days_ago=MEASURED_WITHIN.days + 1)],
    ids=["never", "empty", "long ago"],
)
def test_what_is_not_known_changes_nothing(listed):
    """Nor what was listed more than thirty days ago."""
    assert history(listed=listed).forecast("training", KEY) == history().forecast("training", KEY)
    elsewhere = replace(KEY, prefix=f"{DATA}/part")
    assert history(listed=listed).forecast("training", elsewhere).size_remarks == ()


def test_the_ledger_is_not_asked_for_each_alternative():
    """What was read counts for a second, and where it cannot be read what was read before."""
    listed, now = Listed(40 * GB), [0.0]
    found_by = history(listed=listed, clock=lambda: now[0])
    first, *_ = [found_by.forecast("training", KEY) for _ in range(5)]
    assert listed.asked == 1
    now[0], listed.is_broken = 1.5, True
    assert found_by.forecast("training", KEY) == first
    assert listed.asked == 2


def test_an_estimate_says_what_it_rests_on():
    """As a told size and as a measured one; at USD 1.408 an hour 40 minutes come to 0.94."""
    for input_bytes, listed, source in (
        (40 * GB, Listed(), "as given"),
        (None, Listed(40 * GB), f"measured at S3 on {NOW.date()}"),
    ):
        estimating = estimator(history(listed=listed))
        found = estimate(estimating, "training", REQUEST, "us-east-1", hours=None, input_bytes=input_bytes)
        assert abs(found.list_cost.expected / Decimal("0.9387") - 1) < Decimal("0.1")
        texts = [text for text in found.assumptions if "GB" in text]
        assert texts == [
            "runtime: those runs are converted to this input's size of 40 GB, since their length followed it",
            f"input: 40 GB, {source}",
        ]


def test_a_size_that_is_told_and_not_used_is_said_to_be_so():
    """Without earlier runs, and where the runtime is given; what is not told is not spoken of."""
    word = "input: 40 GB, as given; not counted, since the runtime rests on no earlier runs whose length followed it"
    for estimating, hours in ((estimator(), None), (estimator(history()), Decimal(2))):
        plain = estimate(estimating, "training", REQUEST, "us-east-1", hours=hours, input_bytes=None)
        found = estimate(estimating, "training", REQUEST, "us-east-1", hours=hours, input_bytes=40 * GB)
        assert found == replace(plain, assumptions=[*plain.assumptions, word])
        assert plain == estimating.estimate("training", REQUEST, "us-east-1", hours=hours)
        assert not any("input" in text for text in plain.assumptions)


def test_an_estimator_stays_as_it_was():
    """A size that one request was told does not count for the next."""
    estimating = estimator(history())
    before = estimating.estimate("training", REQUEST, "us-east-1")
    estimate(estimating, "training", REQUEST, "us-east-1", hours=None, input_bytes=GB)
    assert estimating.estimate("training", REQUEST, "us-east-1") == before


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (40 * GB, "40 GB"),
        (1_234_567_890_123, "1,235 GB"),
        (31_234_567, "0.0312 GB"),
        (1, "0.000000001 GB"),
        (999_960_000_000, "1,000 GB"),
        (10**18, "1,000,000,000 GB"),
    ],
)
def test_sizes_in_words(size, text):
    """Three digits."""
    assert in_words(size) == text
