"""Several regions and many names: who waits for whom."""

from datetime import datetime

from tests.aws.reader.fakes import REGION, Reader, fault, make_job, put

HANG_SECONDS = 13.0
STALE_SECONDS = 60.0
EUROPE = "eu-west-1"


def states_of(reader):
    return {doc["region_id"]: doc["problem"] for doc in reader.sink.documents if doc["push"] == "status"}


def test_regions_are_read_one_by_one_and_one_that_fails_leaves_the_other():
    """Each has a status of its own."""
    reader = Reader(region_ids=(REGION, EUROPE))
    call = reader.aws.call

    def failing(region_id, operation, params):
        if region_id == REGION:
            raise fault("network_unreachable")
        return call(region_id, operation, params)

    reader.aws.call = failing
    reader.turn()
    states = states_of(reader)
    assert states[REGION]["code"] == "network_unreachable"
    assert states[EUROPE] is None


def test_a_region_that_hangs_does_not_make_the_others_stale():
    """It is asked less and less often, and comes back by itself."""
    reader = Reader(region_ids=(REGION, EUROPE))
    put(reader, make_job("a"))
    call, is_hanging, tries = reader.aws.call, True, []

    def hanging(region_id, operation, params):
        if region_id == REGION and is_hanging:
            tries.append(operation)
            reader.clock.forward(HANG_SECONDS)
            raise fault("network_unreachable")
        return call(region_id, operation, params)

    reader.aws.call = hanging
    for _ in range(60):
        reader.run(10)
        fresh = [doc for doc in reader.sink.documents if doc.get("region_id") == EUROPE and doc["push"] == "status"][-1]
        age = reader.clock.wall() - datetime.fromisoformat(fresh["as_of"].replace("Z", "+00:00"))
        assert age.total_seconds() < STALE_SECONDS
    assert 8 <= len(tries) <= 12
    is_hanging = False
    reader.run(70)
    assert states_of(reader) == {REGION: None, EUROPE: None}


def test_a_single_region_that_is_unreachable_is_asked_every_ten_seconds():
    """There is nobody whom it keeps waiting, and a laptop's network comes back at any moment."""
    reader = Reader()
    reader.aws.faults["Search"] = fault("network_unreachable")
    reader.turn()
    assert round(reader.poller.seconds_to_next()) == 10


def test_two_regions_keep_the_budget_and_the_one_with_nothing_in_it_waits():
    """Where nothing of ours runs, kinds are read by and by."""
    reader = Reader(region_ids=(REGION, EUROPE))
    put(reader, make_job("a"))
    call = reader.aws.call

    def elsewhere(region_id, operation, params):
        answer = call(region_id, operation, params)
        return {} if region_id == EUROPE else answer

    reader.aws.call = elsewhere
    reader.run(1800)
    assert reader.aws.most_in(600, since=1060) <= 120
    polls = [params for operation, params in reader.aws.calls if params.get("SortBy") == "LastModifiedTime"]
    assert len(polls) >= 1800 / 28
    kinds = {document["region_id"]: document["kinds"] for document in reader.sink.documents if document["push"] == "status"}
    for times in kinds.values():
        assert min(times.values()) >= "2026-11-23T14:25:00Z"


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
    reader.run(15)
    assert reader.described()[before] == "zz-fresh"


def test_a_fresh_launch_does_not_wait_for_the_end_of_a_long_round():
    """A new watch is looked at between two calls."""
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
    assert reader.described()[5] == "zz-fresh"


def test_a_sweep_of_launches_is_described_as_far_as_the_budget_goes_and_then_searched_for():
    """Sixty launches in a loop: the first are on screen at once, and no poll is late for it."""
    reader = Reader()
    put(reader, make_job("a"))
    reader.run(700)
    names = [f"sweep-{number:02d}" for number in range(60)]
    put(reader, *(make_job(name, modified=reader.clock.wall()) for name in names))
    reader.watch(names=names)
    reader.turn()
    assert len(set(reader.sink.take_jobs()) & set(names)) >= 10
    began = reader.clock()
    reader.run(30)
    assert set(reader.region().parts.book(reader.region().followings["training"].kind).known.running()) >= set(names)
    reader.run(900)
    assert reader.aws.most_in(600, since=began - 600) <= 120
