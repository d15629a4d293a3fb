"""How long the user's own runs have taken, as the ledger has them."""

from datetime import datetime, timedelta
from decimal import Decimal

from mlcost_ext.core.planned import RunKey
from mlcost_ext.core.runs import EndedRun
from mlcost_ext.core.times import UTC
from mlcost_ext.jobs.run_key import digests_of
from mlcost_ext.usecases.run_history import LedgerHistory

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
KEY = RunKey(image="image", script="script", data="data", instance_type="ml.g5.xlarge", instance_count=1)


class Ticks:
    """A clock that a minute passes on each time it is looked at."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        self.now += 60.0
        return self.now


class Ledger:
    """Runs in a list; remembers since when it was asked."""

    def __init__(self):
        self.runs, self.asked, self.is_broken = [], [], False

    def add(self, seconds, *, key=KEY, hours_ago=0.0, billable=None, is_spot=False, name=None):
        run = EndedRun(
            digests=digests_of(key),
            instance_type=key.instance_type,
            instance_count=key.instance_count,
            seconds=seconds,
            billable_seconds=billable,
            is_spot=is_spot,
            ended_at=(NOW - timedelta(hours=hours_ago)).timestamp(),
        )
        self.runs.append((name or f"run-{len(self.runs)}", run))

    def __call__(self, kind, since):
        self.asked.append(since)
        if self.is_broken:
            raise OSError
        after = since.timestamp() if since else 0.0
        return sorted((each for each in self.runs if each[1].ended_at >= after), key=lambda each: each[1].ended_at)


def test_without_runs_nothing_is_foreseen():
    """Never a bare number."""
    history = LedgerHistory(Ledger(), Ticks())
    assert history.forecast("training", KEY) is None
    assert history.spot_saving("training", KEY) is None


def test_runs_like_it_tell_how_long_it_takes():
    """An interval around their middle."""
    ledger = Ledger()
    for number in range(20):
        ledger.add(3600 + 10 * number, hours_ago=100 - number)
    found = LedgerHistory(ledger, Ticks()).forecast("training", KEY)
    assert found is not None
    assert found.likeness == "the same image, script and data"
    assert found.low_seconds <= found.expected_seconds <= found.high_seconds
    assert 3600 <= found.expected_seconds <= 3800
    assert found.sample_size >= 3
    assert found.is_measured


def test_what_is_less_alike_counts_where_nothing_else_does():
    """And it is said what they have in common."""
    ledger = Ledger()
    for number in range(10):
        ledger.add(1800, key=RunKey(image="image", script="other", data="other", instance_type="ml.g5.xlarge", instance_count=1),
                   hours_ago=20 - number)  # fmt: skip
    found = LedgerHistory(ledger, Ticks()).forecast("training", KEY)
    assert found is not None
    assert found.likeness == "the same image and instances"
    assert LedgerHistory(ledger, Ticks()).forecast("training", RunKey(image="unknown")) is None


def test_runs_that_ended_since_are_learnt_and_none_is_twice():
    """The ledger is read on from where it was left, with a little overlap."""
    ledger = Ledger()
    for number in range(5):
        ledger.add(3600, hours_ago=5 - number)
    history = LedgerHistory(ledger, Ticks())
    first = history.forecast("training", KEY)
    again = history.forecast("training", KEY)
    assert first == again
    assert ledger.asked[0] is None
    assert ledger.asked[1] == NOW - timedelta(hours=1, minutes=10)
    ledger.add(7200, hours_ago=0.5)
    later = history.forecast("training", KEY)
    assert later is not None
    assert first is not None
    assert later.sample_size == first.sample_size + 1


def test_where_the_ledger_cannot_be_read_what_was_read_counts():
    """A forecast is no reason to fail."""
    ledger = Ledger()
    for number in range(5):
        ledger.add(3600, hours_ago=5 - number)
    history = LedgerHistory(ledger, Ticks())
    before = history.forecast("training", KEY)
    ledger.is_broken = True
    assert history.forecast("training", KEY) == before
    assert LedgerHistory(ledger, Ticks()).forecast("training", KEY) is None


def test_what_spot_has_saved():
    """All seconds together, of the same image first, else of all that ran on Spot."""
    ledger = Ledger()
    for billable in (900, 1800, 900):
        ledger.add(3600, billable=billable, is_spot=True)
    ledger.add(3600, billable=3600)
    history = LedgerHistory(ledger, Ticks())
    found = history.spot_saving("training", KEY)
    assert found is not None
    assert (found.percent, found.sample_size, found.likeness) == (Decimal("66.67"), 3, "the same image")
    other = history.spot_saving("training", RunKey(image="another"))
    assert other is not None
    assert other.likeness == "your own on Spot"


def test_the_ledger_is_not_read_for_each_alternative():
    """What was read counts for a second."""
    ledger, now = Ledger(), [0.0]
    history = LedgerHistory(ledger, lambda: now[0])
    for _ in range(5):
        history.forecast("training", KEY)
    assert len(ledger.asked) == 1
    now[0] = 1.5
    history.forecast("training", KEY)
    assert len(ledger.asked) == 2
