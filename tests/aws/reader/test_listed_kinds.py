"""Kinds that Search does not know: listed every few minutes, described when new and when changed."""

from datetime import datetime, timedelta

import pytest

from mlcost_ext.aws.reader import cut
from mlcost_ext.aws.reader.feeds.following import WORK_SECONDS
from mlcost_ext.aws.reader.kinds import LISTED
from mlcost_ext.aws.reader.pace import OTHER_SECONDS
from tests.aws.reader.fakes import ARN, OTHER, REGION, START, Reader, fault, make, put

DESCRIBED = [kind.kind for kind in LISTED if not kind.is_told_by_listing]
JOBS = [kind.kind for kind in LISTED if kind.is_job]


@pytest.mark.parametrize("kind", [kind.kind for kind in LISTED])
def test_what_is_ours_is_handed_on_and_what_is_not_is_not(kind):
    """With its tags, which are asked for once."""
    reader = Reader()
    put(reader, make(kind, "ours"), make(kind, "theirs", tags=[OTHER]))
    calls = reader.turn(kind=kind)
    (item,) = reader.sink.take(kind)
    assert item["Tags"]["sagemaker:space-arn"].endswith("/work")
    assert item["region_id"] == "us-east-1"
    assert calls.count("ListTags") == 2
    assert reader.sink.status["kinds"][kind] == "2026-11-23T14:00:00Z"
    assert "ListTags" not in reader.run(600, kind=kind)


@pytest.mark.parametrize("kind", DESCRIBED)
def test_a_thing_is_described_when_new_and_when_changed(kind):
    """Within five minutes, and not while nothing happens to it."""
    reader = Reader()
    put(reader, make(kind, "a"))
    assert sum(call.startswith("Describe") for call in reader.run(900, kind=kind)) == 1
    put(reader, make(kind, "a", status="Stopping", modified=reader.clock.wall()))
    assert sum(call.startswith("Describe") for call in reader.run(280, kind=kind)) == 1
    assert reader.sink.take(kind)[-1]["LastModifiedTime"] > "2026-11-23T14:14"


@pytest.mark.parametrize("kind", JOBS)
def test_what_has_ended_today_is_there_and_what_ended_before_is_not(kind):
    """And what has run for days is."""
    reader = Reader()
    put(reader, make(kind, "today", status="Completed", modified=START - timedelta(hours=3)))
    put(reader, make(kind, "before", status="Completed", modified=START - timedelta(hours=30)))
    put(reader, make(kind, "for-days", modified=START - timedelta(hours=80)))
    reader.turn()
    assert sorted(reader.sink.take_names(kind)) == ["for-days", "today"]


@pytest.mark.parametrize("kind", [kind.kind for kind in LISTED])
def test_a_launch_is_described_at_once(kind):
    """By its name, whoever's it is."""
    reader = Reader()
    reader.run(60)
    put(reader, make(kind, "a", modified=reader.clock.wall(), tags=()))
    reader.watch(names=[(kind, "a")])
    reader.turn(1)
    assert reader.sink.take_names(kind) == ["a"]
    put(reader, make(kind, "a", status="Failed", modified=reader.clock.wall() + timedelta(seconds=60), tags=()))
    reader.run(300)
    assert reader.sink.take(kind)[-1]["LastModifiedTime"] > "2026-11-23T14:02"


def test_a_transform_jobs_last_change_comes_of_the_list():
    """DescribeTransformJob does not tell it."""
    reader = Reader()
    put(reader, make("transform", "a"))
    describe = reader.aws.describe_transform_job
    reader.aws.describe_transform_job = lambda params: {k: v for k, v in describe(params).items() if k != "LastModifiedTime"}
    reader.turn()
    assert reader.sink.take("transform")[0]["LastModifiedTime"] == "2026-11-23T14:00:00Z"


CLUSTER = {"ProcessingResources": {"ClusterConfig": {"InstanceType": "ml.m5.xlarge", "InstanceCount": 1, "VolumeSizeInGB": 5}}}
UNDECIDED = {"ProcessingResources": {"ClusterConfig": {"InstancePreferences": [{"InstanceType": "ml.m5.xlarge"}]}}}
STARTED, ENDED = START + timedelta(seconds=5), START + timedelta(minutes=7)


def end_of(reader, kind, **members):
    """Let what runs end; give what was handed on of it, and how often it was described meanwhile."""
    end = "ProcessingEndTime" if kind == "processing" else "TransformEndTime"
    reader.run(300)
    (running,) = reader.sink.take(kind)
    reader.aws.calls.clear()
    changes = {"status": "Completed", "created": START, "modified": ENDED, end: ENDED, "FailureReason": "none"}
    put(reader, make(kind, "a", **{**changes, **members}))
    reader.run(300)
    (ended,) = reader.sink.take(kind)
    described = [op for op, _ in reader.aws.calls if op.startswith("Describe")]
    return running, ended, described


@pytest.mark.parametrize(
    ("kind", "start_key", "end_key", "members"),
    [
        ("processing", "ProcessingStartTime", "ProcessingEndTime", CLUSTER),
        ("transform", "TransformStartTime", "TransformEndTime", {"TransformResources": {"InstanceType": "ml.m5.xlarge"}}),
    ],
)
def test_the_end_of_what_was_described_while_it_ran_takes_no_second_description(kind, start_key, end_key, members):
    """The list tells when and how; all else is what it was."""
    reader = Reader()
    put(reader, make(kind, "a", **{start_key: STARTED}, **members))
    running, ended, described = end_of(reader, kind, **{start_key: STARTED}, **members)
    assert described == []
    said = {"LastModifiedTime": "2026-11-23T14:07:00Z", end_key: "2026-11-23T14:07:00Z", "FailureReason": "none"}
    assert ended == {**running, f"{start_key.removesuffix('StartTime')}JobStatus": "Completed", **said}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (CLUSTER, {}),
        ({**UNDECIDED, "ProcessingStartTime": STARTED}, {}),
        ({**CLUSTER, "ProcessingStartTime": STARTED}, {"ProcessingEndTime": None}),
        ({**CLUSTER, "ProcessingStartTime": STARTED}, {"created": START + timedelta(minutes=3)}),
    ],
    ids=["not started", "instances not chosen", "no end told", "another one of its name"],
)
def test_an_end_that_does_not_tell_all_is_described(before, after):
    """So that no figure rests on what was open before."""
    reader = Reader()
    put(reader, make("processing", "a", **before))
    final = {**CLUSTER, "ProcessingStartTime": STARTED, **after}
    _, ended, described = end_of(reader, "processing", **final)
    assert described == ["DescribeProcessingJob"]
    assert ended["ProcessingJobStatus"] == "Completed"


def test_what_has_ended_waits_no_longer_than_what_came_later_and_runs():
    """Of changes the one that has waited longest is read first, however many come after it."""
    reader = Reader()
    reader.run(60)
    put(reader, make("processing", "over", status="Completed", modified=reader.clock.wall()))
    reader.run(1)
    for number in range(40):
        put(reader, make("processing", f"runs-{number:02d}", modified=reader.clock.wall() + timedelta(seconds=1)))
    reader.run(290)
    assert reader.sink.take_names("processing")[0] == "over"


def test_an_automl_job_costs_no_description():
    """The list has it all."""
    reader = Reader()
    put(reader, make("automl", "a", AutoMLJobSecondaryStatus="Starting"))
    assert "DescribeAutoMLJobV2" not in reader.run(600, kind="automl")
    assert reader.sink.take("automl")[0]["AutoMLJobSecondaryStatus"] == "Starting"


def test_changes_are_read_before_what_was_there_already():
    """A long list of yesterday's keeps no news waiting."""
    reader = Reader()
    put(reader, *(make("processing", f"old-{number:03d}", modified=START - timedelta(minutes=number)) for number in range(200)))
    reader.run(60)
    assert reader.sink.status["kind_problems"] == {}
    assert reader.sink.status["kinds"]["processing"] is None
    put(reader, make("processing", "new", modified=reader.clock.wall()))
    reader.run(280)
    assert "new" in reader.sink.take_names("processing")


def test_ended_ones_that_are_still_to_be_read_are_said():
    """What runs is told; the totals of the day are not complete."""
    reader = Reader()
    put(reader, make("processing", "runs"))
    put(
        reader,
        *(make("processing", f"old-{n:03d}", status="Completed", modified=START - timedelta(minutes=n)) for n in range(200)),
    )
    reader.run(60)
    status = reader.sink.status
    assert status["kinds"]["processing"] is not None
    assert status["kind_problems"]["processing"]["code"] == "reading"
    assert status["problem"] is None


def test_a_laptop_follows_what_it_has_launched_and_asks_for_no_tags():
    """Only kinds of which there is something are listed."""
    reader = Reader(owner_tags=(), names=[("processing", "p")])
    put(reader, make("processing", "p", tags=()), make("processing", "theirs"), make("notebook", "theirs"))
    calls = reader.run(600, kind=None)
    assert set(calls) == {"ListProcessingJobs", "DescribeProcessingJob"}
    assert calls.count("DescribeProcessingJob") == 1
    assert reader.sink.take_names("processing") == ["p"]
    assert reader.sink.status["kinds"]["notebook"] is not None


def test_the_notebook_instance_this_server_runs_on_is_ours():
    """It is known by its name, and marked."""
    reader = Reader(owner_tags=(), notebook_instance=("us-east-1", "mine"))
    put(reader, make("notebook", "mine", tags=()), make("notebook", "theirs", tags=()))
    reader.turn()
    (item,) = reader.sink.take("notebook")
    assert (item["NotebookInstanceName"], item["IsOurs"]) == ("mine", True)


# -- jobs that others of ours have started --------------------------------------------------

TUNING_ARN = f"{ARN}:hyper-parameter-tuning-job/tune"
AUTOML_ARN = f"{ARN}:auto-m-l-job/auto"


def test_the_jobs_of_a_tuning_job_are_found_whatever_their_tags():
    """Those that were there before it was known, too."""
    reader = Reader(owner_tags=())
    reader.turn()
    put(reader, make("tuning", "tune", tags=()), make("training", "tune-001", tags=(), TuningJobArn=TUNING_ARN))
    put(reader, make("training", "other", tags=(), TuningJobArn=f"{TUNING_ARN}-2"))
    reader.watch(names=[("tuning", "tune")])
    reader.run(60)
    assert reader.sink.take_jobs() == ["tune-001"]
    put(reader, make("training", "tune-002", tags=(), modified=reader.clock.wall(), TuningJobArn=TUNING_ARN))
    reader.run(60)
    assert reader.sink.take_jobs() == ["tune-002"]


@pytest.mark.parametrize(("age_seconds", "searches"), [(5, 0), (4 * 3600, 1)])
def test_the_jobs_of_a_tuning_job_of_just_now_take_no_search_of_their_own(age_seconds, searches):
    """They are among what has changed since; those of an older one may have been there for long."""
    reader = Reader()
    reader.run(120)
    now = reader.clock.wall()
    put(reader, make("tuning", "tune", created=now - timedelta(seconds=age_seconds), modified=now))
    put(reader, make("training", "tune-001", tags=(), created=now, modified=now, TuningJobArn=TUNING_ARN))
    reader.aws.calls.clear()
    reader.run(60)
    assert reader.sink.take_jobs() == ["tune-001"]
    asked = [params for op, params in reader.aws.calls if op == "Search" and params["Resource"] == "TrainingJob"]
    alone = [params for params in asked if "sagemaker:space-arn" not in str(params)]
    assert len(alone) == searches


def test_the_jobs_of_an_automl_job_are_found_whatever_their_tags():
    """Training jobs by its ARN, processing and transform jobs by their names, which begin with its own."""
    reader = Reader()
    child = {"tags": (), "AutoMLJobArn": AUTOML_ARN, "modified": START + timedelta(seconds=1)}
    put(reader, make("automl", "auto"), make("training", "auto-tr-1", **child))
    put(reader, make("processing", "auto-pr-1", **child), make("transform", "auto-tf-1", **child))
    put(reader, make("processing", "auto-pr-2", **{**child, "AutoMLJobArn": f"{AUTOML_ARN}-2"}))
    put(reader, make("processing", "x", **child))
    reader.run(600)
    assert [reader.sink.take_names(kind) for kind in ("training", "processing", "transform")] == [
        ["auto-tr-1"],
        ["auto-pr-1"],
        ["auto-tf-1"],
    ]
    described = [params["ProcessingJobName"] for op, params in reader.aws.calls if op == "DescribeProcessingJob"]
    assert sorted(described) == ["auto-pr-1", "auto-pr-2"]


def test_the_jobs_of_a_schedule_are_found_by_the_name_sagemaker_gives_them():
    """And by the schedule's ARN in their description."""
    reader = Reader()
    put(reader, make("schedule", "s"))
    reader.run(30)
    schedule_arn = reader.aws.things["schedule"]["s"]["MonitoringScheduleArn"]
    child = {"tags": (), "modified": reader.clock.wall()}
    put(reader, make("processing", "model-monitoring-1", MonitoringScheduleArn=schedule_arn, **child))
    put(reader, make("processing", "model-monitoring-2", MonitoringScheduleArn=f"{schedule_arn}-2", **child))
    reader.run(300)
    assert reader.sink.take_names("processing") == ["model-monitoring-1"]


def test_a_kind_is_not_confirmed_before_what_has_changed_was_read():
    """One that has come and ended between two listings is missing until it was described."""
    reader = Reader()
    reader.run(60)
    before = reader.sink.status["kinds"]["processing"]
    put(reader, make("processing", "short", status="Completed", modified=reader.clock.wall()))
    describe = reader.aws.describe_processing_job
    reader.aws.describe_processing_job = lambda params: raised(fault("network_unreachable"))
    changed = reader.clock.wall()
    reader.run(300)
    assert "ListProcessingJobs" in reader.aws.operations()[-60:]
    assert before < reader.sink.status["kinds"]["processing"] <= cut.time(changed)  # until then all was as it was told
    reader.aws.describe_processing_job = describe
    reader.run(300)
    assert reader.sink.take_names("processing") == ["short"]
    assert reader.sink.status["kinds"]["processing"] > before


def test_what_nobody_was_told_of_is_missing_since_it_was_created():
    """However late it has changed again: neither that it runs nor that it has ended is on any screen."""
    reader = Reader()
    reader.run(60)
    reader.aws.describe_processing_job = lambda params: raised(fault("aws_error"))
    created = reader.clock.wall()
    put(reader, make("processing", "short", created=created, modified=created))
    reader.run(300)
    put(reader, make("processing", "short", created=created, status="Completed", modified=reader.clock.wall()))
    reader.run(400)
    assert reader.sink.take_names("processing") == []
    assert reader.sink.status["kinds"]["processing"] <= cut.time(created)


def test_a_kind_is_confirmed_as_far_as_what_has_changed_was_read():
    """Where something changes all the time there is always something to be read; that must not keep it from being confirmed."""
    reader = Reader()
    reader.run(60)
    for number in range(60):
        name, at = f"p-{number}", reader.clock.wall()
        put(reader, make("processing", name, created=at, modified=at))
        reader.run(30)
        put(reader, make("processing", name, created=at, status="Completed", modified=reader.clock.wall()))
        reader.run(30)
        if number > 10:
            age = reader.clock.wall() - datetime.fromisoformat(reader.sink.status["kinds"]["processing"].replace("Z", "+00:00"))
            assert age < timedelta(minutes=10)


def raised(error):
    raise error


def test_a_kind_is_not_confirmed_before_what_aws_fails_to_describe_was_read():
    """It is missing meanwhile; it is tried each minute."""
    reader = Reader()
    reader.run(60)
    before = reader.sink.status["kinds"]["processing"]
    put(reader, make("processing", "short", modified=reader.clock.wall()))
    describe = reader.aws.describe_processing_job
    reader.aws.describe_processing_job = lambda params: raised(fault("aws_error"))
    changed = reader.clock.wall()
    reader.run(400)
    assert before < reader.sink.status["kinds"]["processing"] <= cut.time(changed)
    reader.aws.describe_processing_job = describe
    reader.run(70)
    assert reader.sink.take_names("processing") == ["short"]
    assert reader.sink.status["kinds"]["processing"] > before


def test_a_kind_is_listed_sooner_while_what_its_list_shows_takes_long_to_be_read():
    """So that its figures are confirmed as often; and as usual again once it does not."""
    reader = Reader()
    reader.run(60)
    following = reader.region(REGION).followings["processing"]
    assert following._seconds() < OTHER_SECONDS  # it is not known yet
    following.listing.work_seconds = 0.0
    usual = following._seconds()
    following.listing.work_seconds = WORK_SECONDS + 90.0
    assert following._seconds() == usual - 90.0
    following.listing.work_seconds = 10_000.0
    assert following._seconds() == 0.6 * usual
    for _ in range(12):
        reader.run(300)
    assert following._seconds() == usual


def test_what_a_list_has_shown_is_timed_until_all_of_it_was_read():
    """However many there are."""
    reader = Reader()
    reader.run(60)
    put(reader, *(make("processing", f"job-{number}", modified=reader.clock.wall()) for number in range(30)))
    reader.run(1300)
    assert len(reader.sink.take_names("processing")) == 30
    assert reader.region(REGION).followings["processing"].listing.work_seconds > 60.0


def test_no_change_waits_behind_a_half_read_thing_of_yesterday():
    """Its description may have to wait for room in the budget for minutes; what changed since goes no later for that."""
    reader = Reader()
    put(reader, *(make("processing", f"old-{number:03d}", modified=START - timedelta(minutes=number)) for number in range(200)))
    reader.run(60)
    put(reader, make("processing", "new", modified=reader.clock.wall()))
    listing = reader.region(REGION).followings["processing"].listing
    while not listing._has_changes():
        reader.run(1)
    reader.run(5)
    assert "new" in reader.sink.take_names("processing")
