"""Several regions and many names: who waits for whom."""

from datetime import datetime

from tests.aws.reader.fakes import REGION, Reader, fault, make_job, put

HANG_SECONDS = 8.0
STALE_SECONDS = 45.0
"""What the server calls stale while somebody looks."""


def test_regions_are_read_one_by_one_and_one_that_fails_leaves_the_other():
    """Each has a status of its own."""
    reader = Reader(region_ids=(REGION, "eu-west-1"))
    call = reader.aws.call

    def failing(region_id, operation, params):
        if region_id == REGION:
            raise fault("network_unreachable")
        return call(region_id, operation, params)

    reader.aws.call = failing
    reader.turn()
    states = {doc["region_id"]: doc["problem"] for doc in reader.sink.documents if doc["push"] == "status"}
    assert states[REGION]["code"] == "network_unreachable"
    assert states["eu-west-1"] is None


def test_a_region_that_hangs_does_not_make_the_others_stale():
    """It is asked less and less often, and comes back by itself."""
    reader = Reader(region_ids=(REGION, "eu-west-1"))
    call, is_hanging = reader.aws.call, True

    def hanging(region_id, operation, params):
        if region_id == REGION and is_hanging:
            reader.clock.forward(HANG_SECONDS)
            raise fault("network_unreachable")
        return call(region_id, operation, params)

    reader.aws.call = hanging
    tries = 0
    for _ in range(300):
        written = len(reader.sink.documents)
        reader.turn(1)
        news = reader.sink.documents[written:]
        tries += sum(doc["region_id"] == REGION for doc in news)
        fresh = [doc for doc in reader.sink.documents if doc["region_id"] == "eu-west-1"][-1]
        assert (reader.clock.wall() - datetime.fromisoformat(fresh["as_of"].replace("Z", "+00:00"))).seconds < STALE_SECONDS
    assert 5 <= tries <= 9
    is_hanging = False
    reader.turns(70)
    states = {doc["region_id"]: doc["problem"] for doc in reader.sink.documents}
    assert states == {REGION: None, "eu-west-1": None}


def test_a_single_region_that_is_unreachable_is_asked_at_the_usual_pace():
    """There is nobody whom it keeps waiting, and a laptop's network comes back at any moment."""
    reader = Reader()
    reader.aws.faults["Search"] = fault("network_unreachable")
    reader.turn()
    assert round(reader.poller.seconds_to_next()) == 10


def test_a_fresh_launch_is_described_before_two_hundred_old_ones():
    """After a restart of the server the first watch has them all, and the budget is not enough for them."""
    old = [f"old-{number:03d}" for number in range(200)]
    reader = Reader(names=old)
    put(reader, *(make_job(name) for name in [*old, "zz-fresh"]))
    reader.aws.search = lambda params: {"Results": []}
    reader.turn()
    assert "DescribeTrainingJob" in reader.aws.operations()
    reader.watch("viewed", names=[*old, "zz-fresh"])
    before = len(reader.described())
    for _ in range(15):
        reader.turn(1)
    assert reader.described()[before] == "zz-fresh"


def test_a_fresh_launch_does_not_wait_for_the_end_of_a_long_round():
    """The names read in one go end where a new watch is waiting."""
    old = [f"old-{number:03d}" for number in range(50)]
    reader = Reader(names=old)
    put(reader, *(make_job(name) for name in [*old, "zz-fresh"]))
    reader.aws.search = lambda params: {"Results": []}
    describe = reader.aws.describe_training_job

    def launching(params):
        if len(reader.described()) == 5:
            reader.watch("viewed", names=[*old, "zz-fresh"])
        return describe(params)

    reader.aws.describe_training_job = launching
    reader.turn()
    reader.turn()
    assert reader.described()[5] == "zz-fresh"
    reader.turns(5)
    assert set(reader.described()) == {*old, "zz-fresh"}
