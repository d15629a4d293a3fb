"""Which jobs are shown, and that they are chosen anew only when they have to be."""

from __future__ import annotations

import random
from typing import Any
from unittest.mock import patch

import pytest

from mlcost_ext.usecases import watch
from mlcost_ext.usecases.shown import choose
from mlcost_ext.usecases.watch import JobBook
from tests.fakes import NOW, REGION, ago, description, ended
from tests.usecases.test_watch import config, metered

TYPES = ["ml.m5.xlarge", "ml.g5.xlarge", "ml.z9.xlarge"]


def some_job(chance: random.Random, name: str) -> dict[str, Any]:
    """Make a job whose start or end no other one has."""
    moment = chance.uniform(60, 5000)
    if chance.random() < 0.3:
        return ended(name, seconds=10, TrainingEndTime=ago(moment))
    return description(name, ResourceConfig=config(chance.choice(TYPES), chance.randint(1, 900)), TrainingStartTime=ago(moment))


@pytest.mark.parametrize("seed", range(8))
def test_what_is_shown_is_what_a_fresh_choice_would_show(seed: int) -> None:
    """After each of hundreds of arrivals, changes and removals, with few and with many jobs."""
    chance, book = random.Random(seed), JobBook()
    names = [f"job-{number}" for number in range(chance.choice([30, 70, 150]))]
    for _ in range(600):
        name = chance.choice(names)
        if chance.random() < 0.3:
            book.remove(("training", REGION, name))
        else:
            book.put(metered(some_job(chance, name)), NOW)
        held = list(book.all())
        fresh = choose([m for m in held if m.job.is_running], [m for m in held if not m.job.is_running])
        assert {m.job.name for m in book.shown(50)} == {m.job.name for m in fresh.jobs}
        assert [m.order_by_start for m in book.shown(50)] == [m.order_by_start for m in fresh.jobs]


def test_a_job_that_would_not_be_shown_costs_no_new_choice() -> None:
    """Neither its arrival nor its end does; that of one that is shown does."""
    jobs = [description(f"dear-{n}", ResourceConfig=config(count=9), TrainingStartTime=ago(60 + n)) for n in range(60)]
    book = JobBook()
    for source in jobs:
        book.put(metered(source), NOW)
    book.shown(50)
    with patch.object(watch, "choose", wraps=choose) as chosen:
        book.put(metered(description("cheap-and-old", TrainingStartTime=ago(4000))), NOW)
        book.shown(50)
        book.remove(("training", REGION, "cheap-and-old"))
        book.shown(50)
        assert chosen.call_count == 0
        book.remove(("training", REGION, "dear-0"))
        assert "dear-0" not in {m.job.name for m in book.shown(50)}
        assert chosen.call_count == 1


def test_regions_are_those_where_something_runs() -> None:
    """A region is left with its last running job, and put twice is counted once."""
    book = JobBook()
    here, there = metered(description("a")), metered(description("b", region_id="eu-west-1"))
    for one in (here, there, there):
        book.put(one, NOW)
    assert book.running_regions() == {REGION, "eu-west-1"}
    book.remove(("training", "eu-west-1", "b"))
    assert book.running_regions() == {REGION}
