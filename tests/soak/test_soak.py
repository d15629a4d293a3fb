"""The soak in its short form: about a minute. `make soak` takes longer."""

from .life import Life
from .programme import short
from .soak import Soak
from .world import World


def test_no_wrong_number_through_a_minute_of_bad_days(tmp_path):
    """Everything the server shows is held against the account's own truth, each second; see `checks`."""
    world = World(tmp_path)
    soak = Soak(world=world, life=Life(world.account, seed=3, haste=4.0))
    try:
        short(soak)
        found = soak.finish()
    finally:
        world.close()
    assert found == []
    assert soak.looks > 10
    assert world.days.calls
