"""An AWS, clocks and an output that tests hold in their hands."""

import re
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime

from botocore import xform_name

from mlcost_ext.aws.reader.budget import Budget
from mlcost_ext.aws.reader.faults import Fault, permission_missing
from mlcost_ext.aws.reader.kinds import KINDS, kind_named
from mlcost_ext.aws.reader.poller import Poller
from mlcost_ext.aws.reader.protocol import Studio, Watch
from mlcost_ext.core.job import Problem

START = datetime(2026, 11, 23, 14, 0, tzinfo=timezone.utc)
REGION = "us-east-1"
ARN = f"arn:aws:sagemaker:{REGION}:111122223333"
SPACE = ("sagemaker:space-arn", f"{ARN}:space/d-test/work")
OTHER = ("sagemaker:space-arn", f"{ARN}:space/d-test/somebody-elses")
STUDIO = Studio(region_id=REGION, domain_id="d-test", user_profile_name="alex", space_name="work")
PROMPT_OPERATIONS = ("Search",)


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

    def __init__(self, clock):
        self.clock = clock
        self.calls, self.times = [], []
        self.things = {kind.kind: {} for kind in KINDS}
        self.configs, self.components, self.invocations = {}, {}, {}
        self.objects = {}
        """Sizes of S3's objects by bucket and key."""
        self.faults = {}
        self.page_size = 100
        self.latency = 0.0
        self.calls_total = 0
        self.has_credentials = True
        self.date = None
        """Gives AWS's time, for answers that have a Date."""
        self.before_call = lambda: None

    @property
    def jobs(self):
        return self.things["training"]

    def call(self, region_id, operation, params):
        self.before_call()
        self.calls.append((operation, dict(params)))
        self.times.append(self.clock())
        self.calls_total += 1
        self.clock.forward(self.latency)
        if operation in self.faults:
            raise self.faults[operation]
        answer = getattr(self, xform_name(operation))(params)
        return answer if self.date is None else {**answer, **dated(self.date())}

    def check_credentials(self):
        if not self.has_credentials:
            raise fault("credentials_missing")

    def operations(self):
        return [operation for operation, _ in self.calls]

    def most_in(self, seconds, since=0.0):
        """Give the most calls that any so many seconds hold, from a time on."""
        times = [time for time in self.times if time >= since]
        return max((sum(1 for time in times if at <= time < at + seconds) for at in times), default=0)

    # -- SageMaker --------------------------------------------------------------------------

    def search(self, params):
        kind = next(kind for kind in KINDS if kind.search == params["Resource"])
        found = list(filter(compiled(params["SearchExpression"]), self.things[kind.kind].values()))
        found.sort(key=lambda thing: thing[params["SortBy"]], reverse=params["SortOrder"] == "Descending")
        return page([{kind.search: thing} for thing in found], "Results", params, self.page_size)

    def listing(self, kind_name, params):
        kind = kind_named(kind_name)
        found = list(self.things[kind_name].values())
        if "StatusEquals" in params:
            found = [thing for thing in found if thing[kind.status_key] == params["StatusEquals"]]
        if "WarmPoolStatusEquals" in params:
            wanted = params["WarmPoolStatusEquals"]
            found = [thing for thing in found if thing.get("WarmPoolStatus", {}).get("Status") == wanted]
        for key in ("DomainIdEquals", "SpaceNameEquals", "UserProfileNameEquals"):
            found = [thing for thing in found if params.get(key) in (None, thing.get(key.removesuffix("Equals")))]
        since = params.get("LastModifiedTimeAfter")
        found = [thing for thing in found if since is None or thing["LastModifiedTime"] >= since]
        found.sort(key=lambda thing: thing[params["SortBy"]], reverse=params["SortOrder"] == "Descending")
        keys = (kind.name_key, kind.arn_key, kind.status_key, "CreationTime", "LastModifiedTime", *ENDS)
        whole = kind.is_told_by_listing
        summaries = [thing if whole else {key: thing[key] for key in keys if key in thing} for thing in found]
        return page(summaries, kind.listed, params, self.page_size)

    def describing(self, kind_name, params):
        kind = kind_named(kind_name)
        name = kind.name(params)
        if name not in self.things[kind_name]:
            raise fault("not_found", aws_code="ValidationException")
        return {key: value for key, value in self.things[kind_name][name].items() if key != "Tags"}

    def __getattr__(self, name):
        for kind in KINDS:
            if name == xform_name(kind.listing):
                return lambda params, kind=kind: self.listing(kind.kind, params)
            if name == xform_name(kind.describe):
                return lambda params, kind=kind: self.describing(kind.kind, params)
        if name.startswith(("stop_", "delete_", "update_")):
            return lambda params: {}
        raise AttributeError(name)

    def describe_endpoint_config(self, params):
        if params["EndpointConfigName"] not in self.configs:
            raise fault("not_found", aws_code="ValidationException")
        return self.configs[params["EndpointConfigName"]]

    def list_inference_components(self, params):
        keys = ("InferenceComponentName", "EndpointName", "VariantName", "InferenceComponentStatus", "LastModifiedTime")
        found = [{key: each[key] for key in keys} for each in self.components.values()]
        since = params.get("LastModifiedTimeAfter")
        found = [each for each in found if since is None or each["LastModifiedTime"] >= since]
        return page(found, "InferenceComponents", params, self.page_size)

    def describe_inference_component(self, params):
        return self.components[params["InferenceComponentName"]]

    def list_tags(self, params):
        arn, kinds = params["ResourceArn"], [kind for kind in KINDS if kind.arn_key]
        found = (thing for kind in kinds for thing in self.things[kind.kind].values() if thing[kind.arn_key] == arn)
        return {"Tags": next(found)["Tags"]}

    # -- CloudWatch -------------------------------------------------------------------------

    def get_metric_data(self, params):
        results = []
        for query in params["MetricDataQueries"]:
            metric, period = query["MetricStat"]["Metric"], query["MetricStat"]["Period"]
            variant = tuple(each["Value"] for each in metric["Dimensions"])
            at = self.invocations.get(variant)
            times = [] if at is None or at < params["StartTime"] else [at - timedelta(seconds=at.timestamp() % period)]
            results.append({"Id": query["Id"], "Timestamps": times, "Values": [1.0] * len(times)})
        return {"MetricDataResults": results}

    # -- S3 ---------------------------------------------------------------------------------

    def list_objects_v2(self, params):
        if params["Bucket"] not in {bucket for bucket, _ in self.objects}:
            raise fault("not_found", aws_code="NoSuchBucket")
        after, most = params.get("ContinuationToken", ""), params["MaxKeys"]
        sizes = {key: size for (bucket, key), size in self.objects.items() if bucket == params["Bucket"]}
        found = sorted(key for key in sizes if key.startswith(params["Prefix"]) and key > after)
        rest = {"NextContinuationToken": found[most - 1]} if len(found) > most else {}
        listed = {"Contents": [{"Key": key, "Size": sizes[key]} for key in found[:most]]} if found else {}
        return {**listed, "IsTruncated": bool(rest), **rest}


ENDS = ("ProcessingEndTime", "TransformEndTime", "FailureReason", "ExitMessage")
"""Members of ProcessingJobSummary and TransformJobSummary that tell of an end."""


def dated(when):
    """Give what botocore adds to an answer that came then."""
    return {"ResponseMetadata": {"HTTPHeaders": {"date": format_datetime(when.replace(microsecond=0), usegmt=True)}}}


def put(reader, *things):
    for thing in things:
        kind = next(kind for kind in KINDS if kind.kind == thing["kind"])
        held = {key: value for key, value in thing.items() if key != "kind"}
        reader.aws.things[kind.kind][kind.name(held)] = held


def page(found, key, params, size):
    """Cut a page; a token names the last thing of the page before, so that changes in between shift nothing."""
    names = ["/".join(value for value in flat(item) if isinstance(value, str)) for item in found]
    start = names.index(params["NextToken"]) + 1 if params.get("NextToken") in names else 0
    token = {"NextToken": names[start + size - 1]} if start + size < len(found) else {}
    return {key: found[start : start + size], **token}


def flat(item):
    """Give the values of a record, or of what it wraps."""
    values = list(item.values())
    return values[0].values() if isinstance(values[0], dict) else values


def compiled(expression):
    """Turn an expression into a test of a thing; of ten thousand of them it is asked three times a minute."""
    tests = [compiled_filter(item) for item in expression.get("Filters", [])]
    tests += [compiled(part) for part in reversed(expression.get("SubExpressions", []))]  # times, which rule most out, first
    if len(tests) == 1:
        return tests[0]
    if expression["Operator"] == "Or":
        return lambda thing: any(test(thing) for test in tests)
    return lambda thing: all(test(thing) for test in tests)


def compiled_filter(item):
    name, operator, value = item["Name"], item["Operator"], item["Value"]
    if name.startswith("Tags."):
        tag = {"Key": name[5:], "Value": value}
        return lambda thing: tag in thing["Tags"]
    if operator in ("GreaterThanOrEqualTo", "LessThanOrEqualTo"):
        time = datetime.fromisoformat(value).replace(tzinfo=timezone.utc)
        if operator == "GreaterThanOrEqualTo":
            return lambda thing: thing[name] >= time
        return lambda thing: thing[name] <= time
    if operator == "In":
        values = set(value.split(","))
        return lambda thing: thing.get(name) in values
    return lambda thing: (thing.get(name) == value) == (operator == "Equals")


def fault(code, *, aws_code=""):
    return Fault(Problem(code=code, message=f"{code} happened.", hint="Do something."), aws_code=aws_code)


def denied(action):
    return Fault(permission_missing((action,)), aws_code="AccessDeniedException")


def deny(reader, *operations):
    reader.aws.faults = {operation: denied(f"sagemaker:{operation}") for operation in operations}


def make(kind_name, name, *, modified=START, created=None, status=None, tags=(SPACE,), **members):
    """Make a thing of a kind as AWS describes it."""
    kind = kind_named(kind_name)
    status = status or ("InProgress" if kind.is_job else "InService")
    arn = {} if kind.arn_key is None else {kind.arn_key: f"{ARN}:{arn_word(kind)}/{name}"}
    return {
        "kind": kind_name,
        kind.name_key: name,
        **arn,
        kind.status_key: status,
        "CreationTime": created or modified,
        "LastModifiedTime": modified,
        "Tags": [{"Key": key, "Value": value} for key, value in tags],
        **members,
    }


def make_job(name="job-a", *, modified=START, status="InProgress", tags=(SPACE,), **members):
    resources = {"ResourceConfig": {"InstanceType": "ml.m5.xlarge", "InstanceCount": 1}}
    whole = {"SecondaryStatus": "Training", **resources, **members}
    return make("training", name, modified=modified, status=status, tags=tags, **whole)


def make_app(space="work", *, app_type="JupyterLab", name="default", status="InService", created=START, **members):
    owner = {} if "UserProfileName" in members else {"SpaceName": space}
    whole = {"kind": "app", "DomainId": "d-test", **owner, "AppType": app_type, "AppName": name, "Status": status}
    return {**whole, "CreationTime": created, "ResourceSpec": {"InstanceType": "ml.t3.medium"}, "Tags": [], **members}


def make_space(name="work", *, owner="alex", modified=START, **members):
    settings = {"AppType": "JupyterLab", "SpaceStorageSettings": {"EbsStorageSettings": {"EbsVolumeSizeInGb": 5}}}
    whole = {"kind": "space", "DomainId": "d-test", "SpaceName": name, "Status": "InService"}
    times = {"CreationTime": modified, "LastModifiedTime": modified, "Tags": []}
    owned = {"OwnershipSettingsSummary": {"OwnerUserProfileName": owner}, "SpaceSettingsSummary": settings}
    return {**whole, **times, **owned, **members}


class Sink:
    """Keeps what was written."""

    def __init__(self):
        self.documents = []

    def write(self, document):
        self.documents.append(document)

    def take(self, kind=None):
        """Give what was pushed since the last time, of one kind or of all, in order."""
        found = [doc for doc in self.documents if doc["push"] == "items" and kind in (None, doc["kind"])]
        self.documents = [doc for doc in self.documents if doc not in found]
        return [item for doc in found for item in doc["items"]]

    def take_names(self, kind="training"):
        """Give the names pushed since the last time."""
        return [kind_named(kind).name(item) for item in self.take(kind)]

    def take_jobs(self):
        """Give the names of training jobs pushed since the last time, in order."""
        return self.take_names("training")

    @property
    def inputs(self):
        """Give launch, size and reason of all inputs that were told, in order."""
        return [(doc["launch"], doc["bytes"], doc["why"]) for doc in self.documents if doc["push"] == "input"]

    @property
    def gone(self):
        """Give the names that were said to be gone, in order, of whichever kind."""
        return [name for doc in self.documents if doc["push"] == "gone" for name in doc["names"]]

    @property
    def status(self):
        return [doc for doc in self.documents if doc["push"] == "status"][-1]


def kind_of(operation, params):
    """Give the kind of thing that a call is about."""
    for kind in KINDS:
        arn = str(params.get("ResourceArn", ""))
        if kind.search == params.get("Resource") and kind.search:
            return kind.kind
        if operation in (kind.listing, kind.describe, kind.stop, kind.delete):
            return kind.kind
        if kind.arn_key and f":{arn_word(kind)}/" in arn:
            return kind.kind
    return None


def arn_word(kind):
    """Give the word by which an ARN names a kind."""
    return re.sub(r"(?<!^)([A-Z])", r"-\1", kind.name_key.removesuffix("Name")).lower()


def named(names):
    """Make the watch's names: texts are training jobs, pairs are kind and name."""
    pairs = [("training", each) if isinstance(each, str) else each for each in names]
    return frozenset((REGION, kind, name) for kind, name in pairs)


class Reader:
    """A poller with everything around it, turned by hand."""

    def __init__(self, *, pace="viewed", owner_tags=(SPACE,), names=(), region_ids=(REGION,), **fields):
        self.clock, self.sink = Clock(), Sink()
        self.budget = Budget(self.clock)
        self.aws = FakeAws(self.clock)
        self.poller = Poller(self.aws, self.budget, self.sink, clock=self.clock, wall=self.clock.wall, random=lambda: 0.5)
        self.fields = {"region_ids": region_ids, "owner_tags": owner_tags, "names": named(names), **fields}
        self.watch(pace)

    def watch(self, pace="viewed", names=None, **fields):
        if names is not None:
            self.fields["names"] = named(names)
        self.fields.update(fields)
        self.poller.watch(Watch(**self.fields, pace=pace))

    def turn(self, seconds=0.0, kind="training"):
        """Let so many seconds pass in one go, and give the calls that follow, of one kind or of all."""
        self.clock.forward(seconds)
        before = len(self.aws.calls)
        self.poller.turn()
        return self.calls_since(before, kind)

    def turns(self, count, seconds=1.0, kind="training"):
        """Turn so often, and give the calls that follow."""
        return [call for _ in range(count) for call in self.turn(seconds, kind)]

    def run(self, seconds, kind="training"):
        """Let so many seconds pass, waking whenever there is something to do, and give the calls that follow."""
        before, until = len(self.aws.calls), self.clock() + seconds
        self.poller.turn()
        while self.clock() < until:
            wait = self.poller.seconds_to_next()
            self.clock.forward(min(until - self.clock(), 60.0 if wait is None else wait) + 0.001)
            self.poller.turn()
        return self.calls_since(before, kind)

    def calls_since(self, before, kind=None):
        """Give the operations called since so many calls, of one kind or of all."""
        return [operation for operation, params in self.aws.calls[before:] if kind in (None, kind_of(operation, params))]

    def region(self, region_id=REGION):
        return self.poller._regions[region_id]

    def described(self):
        """Give the names of training jobs that were described, in order."""
        return [params["TrainingJobName"] for operation, params in self.aws.calls if operation == "DescribeTrainingJob"]
