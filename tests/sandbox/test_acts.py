"""What a standing thing is like by what was asked of it."""

from datetime import timedelta

from mlcost_ext.sandbox.things.acts import Act, done, gone_at, state_at

from .conftest import START


def at(seconds):
    return START + timedelta(seconds=seconds)


CREATED = Act(at=START, passing="Creating", seconds=10, resting="InService", target="one")
CHANGED = Act(at=at(20), passing="Updating", seconds=5, resting="InService", target="two")
IN_VAIN = Act(at=at(20), passing="Updating", seconds=5, resting="InService", target="two", is_vain=True, failure_reason="no")
DELETED = Act(at=at(40), passing="Deleting", seconds=5, resting=None)


def test_states():
    """It passes through a state and comes to rest; what it is changes when it rests."""
    acts = (CREATED, CHANGED)
    states = [state_at(acts, at(seconds)) for seconds in (0, 9, 10, 19, 20, 25, 99)]
    assert [state.status for state in states] == ["Creating"] * 2 + ["InService"] * 2 + ["Updating"] + ["InService"] * 2
    assert [state.target for state in states] == [None, None, "one", "one", "one", "two", "two"]
    assert [state.until for state in states] == [at(10), at(10), at(20), at(20), at(25), None, None]
    assert [state.since for state in states] == [at(0), at(0), at(10), at(10), at(20), at(25), at(25)]


def test_before_the_beginning():
    """A thing that has not begun is at its beginning."""
    assert state_at((CREATED,), at(-5)).status == "Creating"


def test_in_vain():
    """What fails changes nothing, and says why."""
    state = state_at((CREATED, IN_VAIN), at(30))
    assert (state.target, state.failure_reason) == ("one", "no")
    assert state_at((CREATED, IN_VAIN), at(22)).pending.target == "two"


def test_gone():
    """A deletion ends with the thing."""
    acts = (CREATED, DELETED)
    assert (gone_at((CREATED,)), gone_at(acts)) == (None, at(45))
    assert (state_at(acts, at(41)).status, state_at(acts, at(41)).until) == ("Deleting", at(45))
    assert state_at(acts, at(45)).until is None


def test_done():
    """What is under way or still to come can be dropped."""
    assert done((CREATED, CHANGED), at(22)) == (CREATED,)
    assert done((CREATED, CHANGED), at(25)) == (CREATED, CHANGED)
