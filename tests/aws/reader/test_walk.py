"""Long answers, taken up again."""

from datetime import timedelta

import pytest

from mlcost_ext.aws.reader import search
from mlcost_ext.aws.reader.ask import AT_ONCE, Pages, Rank, members, token_of
from mlcost_ext.aws.reader.faults import Fault
from mlcost_ext.aws.reader.feeds.walk import Walk
from mlcost_ext.aws.reader.kinds import training
from mlcost_ext.aws.reader.ownership import Owner
from tests.aws.reader.fakes import START, Reader, fault, make_job, put

KIND = training.KIND
OWNER = Owner(is_everything=True)


def walk(**options):
    return Walk(KIND, lambda until: search.running(KIND, OWNER, until), search.CREATED, **options)


class Answering:
    """Lets a walk go on, with an AWS that may refuse a token."""

    def __init__(self, count, *, step=timedelta(seconds=1)):
        self.reader, self.asked, self.is_refusing = Reader(), [], False
        put(self.reader, *(make_job(f"job-{n:03d}", modified=START + n * step) for n in range(count)))

    def step(self, walk):
        steps = walk.step(Rank.SWEEP)
        ask, answer = next(steps), None
        while True:
            self.asked.append(ask.params)
            try:
                if self.is_refusing and "NextToken" in ask.params:
                    ask = steps.throw(fault("aws_error", aws_code="ValidationException"))
                    continue
                answer = self.reader.aws.search(ask.params)
                ask = steps.send(answer)
            except StopIteration as end:
                return [record["TrainingJobName"] for record in end.value]


@pytest.mark.parametrize("is_slow", [False, True])
def test_all_is_read_page_by_page(is_slow):
    """Where minutes lie between two pages, each is asked for by time, and what has the same second comes twice."""
    answering, long = Answering(250), walk(is_slow=is_slow)
    pages = []
    while not long.is_over:
        pages.append(answering.step(long))
    assert {name for page in pages for name in page} == {f"job-{n:03d}" for n in range(250)}
    assert len(pages) == 3
    assert any("NextToken" in params for params in answering.asked) != is_slow


def test_a_token_that_aws_takes_no_more_is_gone_round():
    """By the time of the last page's last one."""
    answering, long = Answering(250), walk()
    found = answering.step(long)
    answering.is_refusing = True
    while not long.is_over:
        found += answering.step(long)
    assert set(found) == {f"job-{n:03d}" for n in range(250)}


def test_more_than_a_page_of_one_second_is_read_by_token():
    """There is no time to ask by."""
    answering, long = Answering(250, step=timedelta(0)), walk(is_slow=True)
    found = []
    while not long.is_over:
        found += answering.step(long)
    assert len(set(found)) == 250


def test_a_refusal_without_a_token_is_a_fault():
    """There is nothing to go round."""
    steps = walk().step(Rank.SWEEP)
    next(steps)
    with pytest.raises(Fault):
        steps.throw(fault("aws_error", aws_code="ValidationException"))


def test_pages_end_with_the_last_one():
    """And stay ended."""
    pages = Pages("Search", {"a": 1}, Rank.PROMPT)
    steps = pages.next()
    assert next(steps).params == {"a": 1}
    with pytest.raises(StopIteration):
        steps.send({"Results": []})
    with pytest.raises(StopIteration) as end:
        next(pages.next())
    assert end.value.value is None
    assert float("-inf") == AT_ONCE


@pytest.mark.parametrize("value", [1, [1], [{"a": 1}, "x"], [None]])
def test_something_in_place_of_a_list_or_of_what_is_in_it_is_a_fault(value):
    """It would look like an account with less in it."""
    assert members({"Results": [{"a": 1}]}, "Results") == [{"a": 1}]
    assert members({}, "Results") == []
    with pytest.raises(Fault):
        members({"Results": value}, "Results")


def test_something_in_place_of_a_token_is_a_fault():
    """The next page would be missing."""
    assert [token_of({"NextToken": token}) for token in ("a", "", None)] == ["a", None, None]
    with pytest.raises(Fault):
        token_of({"NextToken": 7})
