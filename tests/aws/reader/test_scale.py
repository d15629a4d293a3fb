"""The published figures, over simulated time: ten thousand running jobs, twenty changes a minute."""

from datetime import datetime

import pytest

from mlcost_ext.aws.reader.budget import FIRST_PICTURE_CALLS, WINDOW_CALLS
from tests.aws.reader.fakes import REGION
from tests.aws.reader.simulation import Account

PROMPT_SECONDS = 30.0
LATEST_SECONDS = 45.0
"""A reading waits for a few seconds where all calls of ten minutes are used."""
OTHER_SECONDS = 300.0
FIRST_PICTURE_SECONDS = 60.0
MINUTES = 40


@pytest.fixture(scope="module")
def account():
    """Give an account after the first picture and three quarters of an hour."""
    made = Account()
    made.run(60)
    assert made.reader.sink.first_at is not None
    made.run(MINUTES * 60)
    return made


def test_the_first_picture(account):
    """All that runs and what ended today within a minute and 150 calls, at 150 ms a call."""
    sink = account.reader.sink
    assert sink.first_at - 1000 <= FIRST_PICTURE_SECONDS
    assert sum(time <= sink.first_at for time in account.aws.times) <= FIRST_PICTURE_CALLS
    before = {name for (kind, name, _), at in sink.told.items() if kind == "training" and at <= sink.first_at}
    expected = {f"job-{number:05d}" for number in range(10_000)} | {f"ended-{number:05d}" for number in range(2_222)}
    assert before >= expected


def test_no_ten_minutes_after_it_hold_more_than_120_calls(account):
    """Wherever they begin."""
    assert account.aws.most_in(600, since=account.reader.sink.first_at + 0.001) <= WINDOW_CALLS


def test_changes_of_training_jobs_tuning_jobs_and_endpoints_are_prompt(account):
    """95 of a hundred within half a minute, and none much later."""
    delays = account.delays(prompt=True, since=account.reader.sink.first_at, until=account.clock() - 30)
    assert len(delays) > 19 * MINUTES * 0.8
    assert delays[int(0.95 * len(delays))] <= PROMPT_SECONDS
    assert delays[-1] <= LATEST_SECONDS


def test_changes_of_other_kinds_come_within_five_minutes(account):
    """Described, where the list does not tell what they cost."""
    delays = account.delays(prompt=False, since=account.reader.sink.first_at, until=account.clock() - 310)
    assert len(delays) > MINUTES * 0.5
    assert delays[-1] <= OTHER_SECONDS


def test_no_figure_was_confirmed_longer_than_five_minutes_ago(account):
    """Each kind tells its own time."""
    status = account.reader.sink.status
    for kind, as_of in status["kinds"].items():
        age = account.clock.wall().timestamp() - _timestamp(as_of)
        assert age <= (LATEST_SECONDS if kind in ("training", "tuning", "endpoint") else OTHER_SECONDS), kind


def test_what_runs_is_looked_over_and_nobody_is_missing(account):
    """With what is left of the budget; the jobs of the account and those that are known are the same."""
    book = account.reader.region(REGION).parts.books["training"].known
    held = {name for name, job in account.aws.jobs.items() if job["TrainingJobStatus"] == "InProgress"}
    lately = {name for _, name, at, _ in account.changes if at > account.clock() - 40}
    assert book.running() - lately == held - lately
    assert account.reader.sink.counts["gone"] == 0


def _timestamp(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()
