"""A practice account in this process, with a clock that tests move by hand."""

import json
from datetime import datetime, timedelta, timezone

import pytest
from werkzeug.test import Client

from mlcost_ext.sandbox.account import Account
from mlcost_ext.sandbox.front import Front
from mlcost_ext.sandbox.names import ACCESS_KEY_ID

START = datetime(2026, 11, 23, 14, 0, tzinfo=timezone.utc)


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self):
        self.now = START

    def __call__(self):
        return self.now

    def forward(self, seconds):
        self.now += timedelta(seconds=seconds)


class Caller:
    """Calls SageMaker as a client does, without a socket."""

    def __init__(self, front):
        self.client = Client(front)

    def raw(self, operation, params, *, key=ACCESS_KEY_ID, region_id="us-east-1", headers=None):
        scope = f"AWS4-HMAC-SHA256 Credential={key}/20261123/{region_id}/sagemaker/aws4_request, Signature=0"
        sent = {"Authorization": scope, "X-Amz-Target": f"SageMaker.{operation}", **(headers or {})}
        data = params if isinstance(params, str) else json.dumps(params)
        return self.client.post("/", data=data, headers={k: v for k, v in sent.items() if v is not None})

    def __call__(self, operation, region_id="us-east-1", **params):
        answer = self.raw(operation, params, region_id=region_id)
        return answer.status_code, json.loads(answer.data or b"{}")


def moto_stand_in(environ, start_response):
    """Answer as if moto had been asked."""
    start_response("200 OK", [])
    return [b'{"from": "moto"}']


def request_for(name="job-a", **more):
    """Make a small, valid CreateTrainingJob request."""
    return {
        "TrainingJobName": name,
        "RoleArn": "arn:aws:iam::111122223333:role/practice",
        "AlgorithmSpecification": {"TrainingImage": "image", "TrainingInputMode": "File"},
        "OutputDataConfig": {"S3OutputPath": "s3://bucket/out"},
        "ResourceConfig": {"InstanceType": "ml.m5.xlarge", "InstanceCount": 1, "VolumeSizeInGB": 30},
        "StoppingCondition": {"MaxRuntimeInSeconds": 3600},
    } | more


def spot_request(name="job-spot", **more):
    """Make a request for managed spot training."""
    condition = {"MaxRuntimeInSeconds": 3600, "MaxWaitTimeInSeconds": 7200}
    return request_for(name, EnableManagedSpotTraining=True, StoppingCondition=condition) | more


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def account(clock):
    return Account(clock=clock, opened_at=START)


@pytest.fixture
def front(account):
    return Front(account=account, moto=moto_stand_in, control_token="token")


@pytest.fixture
def call(front):
    return Caller(front)
