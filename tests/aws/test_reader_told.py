"""What a reader that starts is told of those before it."""

import pytest

from mlcost_ext.aws.reader_client import ReaderError
from tests.aws.children import ECHO, WATCH, run, until
from tests.aws.reader.fakes import Clock

SPENDING = """
plain = say
def say(document):
    plain(document)
    if document.get("push") == "status":
        plain({"push": "status", "budget": {"window": 7}})
        plain({"push": "status", "budget": {"window": 9, "first_picture": 140}})
"""


def test_cursors_alone_are_no_reason_to_speak_and_a_new_child_is_told_them(reader_of):
    """The one that runs has written them itself."""

    async def use(pushes):
        await reader.request("op", 20)
        reader.watch(**WATCH, history={"us-east-1": "a"})
        reader.watch(**WATCH, history={"us-east-1": "b"})
        await reader.request("op", 20)
        with pytest.raises(ReaderError):
            await reader.request("die", 20)
        await until(lambda: len(pushes) == 2)
        return [push["heard"]["history"] for push in pushes]

    reader = reader_of(ECHO)
    assert run(reader, use) == [{"us-east-1": "a"}, {"us-east-1": "b"}]


def test_a_new_child_is_told_what_is_shown(reader_of):
    """As it is when the child starts, not when the watch was said; it is no reason to speak either."""
    shown = []

    async def use(pushes):
        reader.watch(**WATCH, held=lambda: list(shown))
        await reader.request("op", 20)
        shown.append(["us-east-1", "endpoint", "a"])
        reader.watch(**WATCH, held=lambda: list(shown))
        with pytest.raises(ReaderError):
            await reader.request("die", 20)
        await until(lambda: len(pushes) == 2)
        return [push["heard"].get("held", []) for push in pushes]

    reader = reader_of(ECHO)
    assert run(reader, use) == [[], [["us-east-1", "endpoint", "a"]]]


def test_a_child_is_told_what_is_shown_with_each_new_region(reader_of):
    """It may be one that was followed before; without a new one it need not be told."""

    async def use(pushes):
        reader.watch(**WATCH)
        await until(lambda: len(pushes) == 1)
        for change in ({"pace": "background"}, {"regions": ["us-east-1", "eu-west-1"]}):
            reader.watch(**{**WATCH, **change}, held=lambda: [["eu-west-1", "endpoint", "a"]])
        await until(lambda: len(pushes) == 3)
        return [push["heard"].get("held") for push in pushes]

    reader = reader_of(ECHO)
    assert run(reader, use) == [[], None, [["eu-west-1", "endpoint", "a"]]]


def test_a_new_child_is_told_what_those_before_it_have_asked_of_aws(reader_of):
    """Within the last ten minutes; its own count begins at nothing."""
    clock = Clock()

    async def use(pushes):
        reader.watch(**WATCH)
        await until(lambda: len(pushes) == 3)
        clock.forward(100)
        with pytest.raises(ReaderError):
            await reader.request("die", 20)
        await until(lambda: len(pushes) == 6)
        clock.forward(520)
        with pytest.raises(ReaderError):
            await reader.request("die", 20)
        await until(lambda: len(pushes) == 9)
        heard = [push["heard"] for push in pushes if "heard" in push]
        return [(each.get("earlier"), each.get("earlier_first")) for each in heard]

    reader = reader_of(SPENDING + ECHO, clock=clock)
    assert run(reader, use) == [([], 0), ([[100.0, 7], [100.0, 2]], 140), ([[520.0, 7], [520.0, 2]], 140)]
