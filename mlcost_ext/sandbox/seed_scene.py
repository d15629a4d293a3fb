"""What an account opens with besides its training jobs: what else runs, what was forgotten, what a colleague has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from mlcost_ext.sandbox import names, requests
from mlcost_ext.sandbox.account import Account
from mlcost_ext.sandbox.perform import perform
from mlcost_ext.sandbox.seed_history import CREDIT, FRAUD, Event, other_history
from mlcost_ext.sandbox.things.opening import app, private_space, shared_space
from mlcost_ext.sandbox.traffic import Traffic

COLLEAGUE = "sam"
COLLEAGUES_TAGS: Mapping[str, str] = {
    "sagemaker:user-profile-arn": names.sagemaker_arn(names.REGION_ID, f"user-profile/{names.DOMAIN_ID}/{COLLEAGUE}"),
    "sagemaker:space-arn": names.sagemaker_arn(names.REGION_ID, f"space/{names.DOMAIN_ID}/{COLLEAGUE}-notebooks"),
    "team": "marketing",
}

LIVE_ENDPOINT = "card-fraud-v3-live"
NEVER_CALLED = "fraud-poc-demo"
LAST_CALLED_12_DAYS_AGO = "credit-scorecard-staging"

_MINUTES, _HOURS, _DAYS = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def seed_scene(account: Account) -> None:
    """Let everything happen, in its order, that has made the account what it is."""
    now = account.clock()
    events = [*other_history(now), *_running(now), *_endpoints(now), *_rest(now), *_colleagues(now)]
    for event in sorted(events, key=lambda each: each.at):
        perform(account, event.at, event.operation, event.request)
    _open_spaces(account, now)
    _call_endpoints(account, now)
    perform(account, now, "ListMonitoringSchedules", {})  # plans the runs up to now


def _running(now: datetime) -> Iterator[Event]:
    """Give the four of the six running jobs that are not training jobs."""
    tuning = requests.tuning("credit-hpo-refresh", "ml.m5.xlarge", 1500.0, CREDIT, jobs=60, parallel=3)
    yield Event(at=now - 50 * _MINUTES, operation="CreateHyperParameterTuningJob", request=tuning)
    features = requests.processing("fraud-features-backfill", "ml.m5.4xlarge", 6 * 3600.0, FRAUD)
    yield Event(at=now - 80 * _MINUTES, operation="CreateProcessingJob", request=features)
    scores = requests.transform("fraud-scores-backfill", "ml.m5.2xlarge", 5 * 3600.0, FRAUD)
    yield Event(at=now - 25 * _MINUTES, operation="CreateTransformJob", request=scores)
    automl = requests.automl("credit-automl-nightly", CREDIT, candidates=250)
    yield Event(at=now - 40 * _MINUTES, operation="CreateAutoMLJobV2", request=automl)


def _endpoints(now: datetime) -> Iterator[Event]:
    """Give the endpoint that is called, and the two that were forgotten."""
    for name, instance_type, count, age, tags in (
        (LIVE_ENDPOINT, "ml.c5.xlarge", 2, 61 * _DAYS, FRAUD),
        (NEVER_CALLED, "ml.g4dn.xlarge", 1, 41 * _DAYS, FRAUD),
        (LAST_CALLED_12_DAYS_AGO, "ml.m5.xlarge", 2, 34 * _DAYS, CREDIT),
    ):
        config = requests.endpoint_config(f"{name}-config", instance_type, tags, count=count)
        yield Event(at=now - age, operation="CreateEndpointConfig", request=config)
        yield Event(at=now - age, operation="CreateEndpoint", request=requests.endpoint(name, f"{name}-config", tags))


def _rest(now: datetime) -> Iterator[Event]:
    """Give the notebook instance that is stopped and the schedule that watches the endpoint."""
    notebook = requests.notebook_instance("legacy-notebook", "ml.t3.xlarge", CREDIT, volume_gb=100)
    yield Event(at=now - 120 * _DAYS, operation="CreateNotebookInstance", request=notebook)
    stop = {"NotebookInstanceName": "legacy-notebook"}
    yield Event(at=now - 19 * _DAYS, operation="StopNotebookInstance", request=stop)
    schedule = requests.monitoring_schedule(f"{LIVE_ENDPOINT}-drift", LIVE_ENDPOINT, "ml.m5.xlarge", FRAUD)
    yield Event(at=now - 20 * _DAYS, operation="CreateMonitoringSchedule", request=schedule)


def _colleagues(now: datetime) -> Iterator[Event]:
    """Give a few things of somebody else's."""
    profile = {"DomainId": names.DOMAIN_ID, "UserProfileName": COLLEAGUE}
    yield Event(at=now - 45 * _DAYS, operation="CreateUserProfile", request=profile)
    for name, age, run in (
        ("marketing-ranker-006", 3 * _HOURS, 9 * 3600.0),
        ("marketing-ranker-005", 2 * _DAYS, 5400.0),
        ("marketing-ranker-004", 9 * _DAYS, 4800.0),
    ):
        request = requests.training(name, "ml.g5.2xlarge", run, COLLEAGUES_TAGS)
        yield Event(at=now - age, operation="CreateTrainingJob", request=request)
    features = requests.processing("marketing-segments", "ml.m5.2xlarge", 3 * 3600.0, COLLEAGUES_TAGS)
    yield Event(at=now - 70 * _MINUTES, operation="CreateProcessingJob", request=features)
    config = requests.endpoint_config("marketing-ranker-config", "ml.m5.large", COLLEAGUES_TAGS)
    yield Event(at=now - 15 * _DAYS, operation="CreateEndpointConfig", request=config)
    endpoint = requests.endpoint("marketing-ranker", "marketing-ranker-config", COLLEAGUES_TAGS)
    yield Event(at=now - 15 * _DAYS, operation="CreateEndpoint", request=endpoint)


def _open_spaces(account: Account, now: datetime) -> None:
    """Put in the spaces, and the apps that were left on in two of them."""
    mine, created = names.USER_PROFILE_NAME, now - 44 * _DAYS
    for thing in (
        shared_space("fraud-team", mine, created, volume_gb=50),
        private_space("alex-old-project", mine, created, volume_gb=200),
        private_space("alex-experiments", mine, created, volume_gb=100),
        private_space(f"{COLLEAGUE}-notebooks", COLLEAGUE, created, volume_gb=20),
        app("alex-experiments", "JupyterLab", "ml.g5.xlarge", now - 3 * _DAYS - 5 * _HOURS),
        app(f"{COLLEAGUE}-notebooks", "JupyterLab", "ml.t3.medium", now - 2 * _HOURS),
    ):
        account.put(thing)


def _call_endpoints(account: Account, now: datetime) -> None:
    """Say who is called how often: the first all day, the second not within thirty days, the third up to 12 days ago."""
    for endpoint, per_day, since, until in (
        (LIVE_ENDPOINT, 5200.0, now - 61 * _DAYS, None),
        (NEVER_CALLED, 40.0, now - 41 * _DAYS, now - 35 * _DAYS),
        (LAST_CALLED_12_DAYS_AGO, 300.0, now - 34 * _DAYS, now - 12 * _DAYS),
        ("marketing-ranker", 900.0, now - 15 * _DAYS, None),
    ):
        key = (names.REGION_ID, endpoint, requests.VARIANT)
        account.traffic[key] = Traffic(seed=endpoint, per_day=per_day, since=since, until=until)
