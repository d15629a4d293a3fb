"""Warm pools: when one has ended is told by no change of its job."""

from datetime import timedelta

from tests.aws.reader.fakes import START, Reader, deny, make_job, put


def pool(status="Available", **members):
    return {"WarmPoolStatus": {"Status": status, **members}}


EARLIER = START - timedelta(minutes=15)
"""So long ago that no listing of changes shows the job again."""


def kept_job(name="a", *, status="Available", keep=3600, **members):
    resources = {"InstanceType": "ml.m5.xlarge", "InstanceCount": 1, "KeepAlivePeriodInSeconds": keep}
    ended = {"status": "Completed", "modified": EARLIER, "TrainingEndTime": EARLIER, "BillableTimeInSeconds": 9}
    ended["ResourceConfig"] = resources
    return make_job(name, **ended, **pool(status), **members)


def ended(reader, name="a"):
    job = reader.aws.jobs[name]
    job["WarmPoolStatus"] = {"Status": "Terminated", "ResourceRetainedBillableTimeInSeconds": 1500}


def last_pool(reader):
    return reader.sink.take("training")[-1]["WarmPoolStatus"]


def test_a_pool_that_has_ended_is_found_within_five_minutes():
    """By the list of those there are, and then the job's description, which tells what is billed."""
    reader = Reader()
    put(reader, kept_job())
    reader.run(30)
    assert last_pool(reader) == {"Status": "Available"}
    ended(reader)
    calls = reader.run(290)
    assert calls.count("ListTrainingJobs") <= 2
    assert calls.count("DescribeTrainingJob") == 1
    assert last_pool(reader) == {"Status": "Terminated", "ResourceRetainedBillableTimeInSeconds": 1500}
    assert not {"ListTrainingJobs", "DescribeTrainingJob"} & set(reader.run(900))


def test_it_is_looked_for_when_it_should_have_ended():
    """Twenty minutes after the job, to half a minute."""
    reader = Reader()
    put(reader, kept_job(keep=1200))
    reader.run(299)
    ended(reader)
    reader.sink.take()
    reader.run(30)
    assert last_pool(reader)["Status"] == "Terminated"


def test_without_a_pool_none_is_looked_for():
    """One that is in use belongs to a running job."""
    reader = Reader()
    put(reader, kept_job(status="InUse"), make_job("b"))
    assert "ListTrainingJobs" not in reader.run(900)


def test_where_pools_may_not_be_listed_their_jobs_are_described():
    """The permission is named; the jobs themselves are fine."""
    reader = Reader()
    put(reader, kept_job())
    deny(reader, "ListTrainingJobs")
    reader.run(30)
    ended(reader)
    reader.run(290)
    assert last_pool(reader)["Status"] == "Terminated"
    status = reader.sink.status
    assert status["problem"] is None
    assert "sagemaker:ListTrainingJobs" in status["kind_problems"]["warm-pool"]["message"]


def test_its_tags_stay_known():
    """A description has none of its own."""
    reader = Reader()
    put(reader, kept_job())
    reader.run(30)
    ended(reader)
    reader.run(300)
    assert reader.sink.take("training")[-1]["Tags"]
