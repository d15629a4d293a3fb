"""An AWS, clocks and an output that tests hold in their hands."""

from datetime import datetime, timedelta, timezone
from email.utils import format_datetime

from botocore import xform_name

from mlcost_ext.aws.reader.budget import Budget
from mlcost_ext.aws.reader.faults import Fault, permission_missing
from mlcost_ext.aws.reader.poller import Poller
from mlcost_ext.aws.reader.protocol import Watch
from mlcost_ext.core.job import Problem

START = datetime(2026, 11, 23, 14, 0, tzinfo=timezone.utc)
REGION = "us-east-1"
SPACE = ("sagemaker:space-arn", "arn:aws:sagemaker:us-east-1:111122223333:space/d-test/work")


class Clock:
    """Monotonic seconds and the wall clock that goes with them."""

    def __init__(self):
        self.seconds = 1000.0

    def __call__(self):
        return self.seconds

    def wall(self):
        return START + timedelta(seconds=self.seconds - 1000.0)

    def forward(self, seconds):
        self.seconds += seconds


class FakeAws:
    """Answers from tables; every call is written down."""

    def __init__(self, budget):
        self.budget = budget
        self.calls = []
        self.jobs = {}
        self.faults = {}
        self.page_size = 100
        self.calls_total = 0
        self.has_credentials = True
        self.date = None
        """Gives AWS's time, for answers that have a Date."""

    def call(self, region_id, operation, params):
        self.calls.append((operation, params))
        self.calls_total += 1
        self.budget.spend()
        if operation in self.faults:
            raise self.faults[operation]
        answer = getattr(self, xform_name(operation))(params)
        return answer if self.date is None else {**answer, **dated(self.date())}

    def check_credentials(self):
        if not self.has_credentials:
            raise fault("credentials_missing")

    def operations(self):
        return [operation for operation, _ in self.calls]

    def search(self, params):
        found = [job for job in self.jobs.values() if matches(job, params["SearchExpression"])]
        return page([{"TrainingJob": job} for job in found], "Results", params, self.page_size)

    def list_training_jobs(self, params):
        found = [job for job in self.jobs.values() if params.get("StatusEquals") in (None, job["TrainingJobStatus"])]
        since = params.get("LastModifiedTimeAfter")
        found = [job for job in found if since is None or job["LastModifiedTime"] >= since]
        keys = ("TrainingJobName", "TrainingJobArn", "LastModifiedTime", "TrainingJobStatus")
        return page([{key: job[key] for key in keys} for job in found], "TrainingJobSummaries", params, self.page_size)

    def describe_training_job(self, params):
        if params["TrainingJobName"] not in self.jobs:
            raise fault("not_found", aws_code="ValidationException")
        job = self.jobs[params["TrainingJobName"]]
        return {key: value for key, value in job.items() if key != "Tags"}

    def list_tags(self, params):
        return {"Tags": next(job["Tags"] for job in self.jobs.values() if job["TrainingJobArn"] == params["ResourceArn"])}

    def stop_training_job(self, params):
        return {}


def dated(when):
    """Give what botocore adds to an answer that came then."""
    return {"ResponseMetadata": {"HTTPHeaders": {"date": format_datetime(when.replace(microsecond=0), usegmt=True)}}}


def put(reader, *jobs):
    for job in jobs:
        reader.aws.jobs[job["TrainingJobName"]] = job


def page(found, key, params, size):
    start = int(params.get("NextToken", 0))
    token = {"NextToken": str(start + size)} if start + size < len(found) else {}
    return {key: found[start : start + size], **token}


def matches(job, expression):
    tests = [filter_matches(job, item) for item in expression.get("Filters", [])]
    tests += [matches(job, inner) for inner in expression.get("SubExpressions", [])]
    return any(tests) if expression["Operator"] == "Or" else all(tests)


def filter_matches(job, item):
    name, operator, value = item["Name"], item["Operator"], item["Value"]
    if name.startswith("Tags."):
        return {"Key": name[5:], "Value": value} in job["Tags"]
    if operator == "GreaterThanOrEqualTo":
        return job[name] >= datetime.fromisoformat(value).replace(tzinfo=timezone.utc)
    return {"Equals": job[name] == value, "NotEquals": job[name] != value, "In": job[name] in value.split(",")}[operator]


def fault(code, *, aws_code=""):
    return Fault(Problem(code=code, message=f"{code} happened.", hint="Do something."), aws_code=aws_code)


def denied(action):
    return Fault(permission_missing((action,)), aws_code="AccessDeniedException")


def make_job(name="job-a", *, modified=START, status="InProgress", tags=(SPACE,), **members):
    return {
        "TrainingJobName": name,
        "TrainingJobArn": f"arn:aws:sagemaker:{REGION}:111122223333:training-job/{name}",
        "TrainingJobStatus": status,
        "SecondaryStatus": "Training",
        "CreationTime": modified,
        "LastModifiedTime": modified,
        "Tags": [{"Key": key, "Value": value} for key, value in tags],
        **members,
    }


class Sink:
    """Keeps what was written."""

    def __init__(self):
        self.documents = []

    def write(self, document):
        self.documents.append(document)

    def take_jobs(self):
        """Give the names pushed since the last time, in order."""
        pushed = [job["TrainingJobName"] for doc in self.documents if doc["push"] == "training_jobs" for job in doc["jobs"]]
        self.documents = [doc for doc in self.documents if doc["push"] != "training_jobs"]
        return pushed

    @property
    def gone(self):
        """Give the names that were said to be gone, in order."""
        return [name for doc in self.documents if doc["push"] == "gone" for name in doc["names"]]

    @property
    def status(self):
        return [doc for doc in self.documents if doc["push"] == "status"][-1]


class Reader:
    """A poller with everything around it, turned by hand."""

    def __init__(self, *, pace="viewed", owner_tags=(SPACE,), names=(), region_ids=(REGION,)):
        self.clock, self.sink = Clock(), Sink()
        self.budget = Budget(self.clock)
        self.aws = FakeAws(self.budget)
        self.poller = Poller(
            self.aws,
            self.budget,
            self.sink,
            clock=self.clock,
            wall=self.clock.wall,
            random=lambda: 0.5,
            sleep=lambda _: None,
            wait=lambda _, seconds: self.clock.forward(seconds + 0.001),
        )
        self.fields = {"region_ids": region_ids, "owner_tags": owner_tags, "names": frozenset((REGION, n) for n in names)}
        self.watch(pace)

    def watch(self, pace, names=None):
        if names is not None:
            self.fields["names"] = frozenset((REGION, name) for name in names)
        self.poller.watch(Watch(**self.fields, pace=pace))

    def turn(self, seconds=0.0):
        self.clock.forward(seconds)
        before = len(self.aws.calls)
        self.poller.turn()
        return self.aws.operations()[before:]

    def turns(self, count, seconds=1.0):
        """Turn so often, and give every call."""
        return [call for _ in range(count) for call in self.turn(seconds)]

    def described(self):
        """Give the names that were described, in order."""
        return [params["TrainingJobName"] for operation, params in self.aws.calls if operation == "DescribeTrainingJob"]
