"""A real server and real clients."""

import os
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from mlcost_ext.sandbox import names
from mlcost_ext.sandbox.account import Account
from mlcost_ext.sandbox.environment import practice_environment
from mlcost_ext.sandbox.seed import seed_opening
from mlcost_ext.sandbox.server import make_practice_server

from .conftest import request_for

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def server():
    account = Account()
    seed_opening(account)
    server = make_practice_server(account)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def client(server):
    def make(service, key=names.ACCESS_KEY_ID, region_id=names.REGION_ID):
        config = Config(retries={"total_max_attempts": 1})
        secret = {"aws_access_key_id": key, "aws_secret_access_key": "x"}
        return boto3.client(service, endpoint_url=server.url, region_name=region_id, config=config, **secret)

    return make


def test_loopback_only(server):
    """The server listens on 127.0.0.1 and nowhere else."""
    assert server.http.socket.getsockname()[0] == "127.0.0.1"
    assert server.http.socket.family == socket.AF_INET


def test_no_web_page_may_call(server, client):
    """A page's preflight is refused, and no answer allows another origin."""
    for method in ("OPTIONS", "GET", "POST"):
        request = urllib.request.Request(f"{server.url}/", method=method, headers={"Origin": "https://evil.example"})
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(request)
        assert refused.value.code == 403
        assert not [name for name in refused.value.headers if name.lower().startswith("access-control")]
    s3 = client("s3")
    s3.meta.events.register("before-send", lambda request, **_: request.headers.__setitem__("Origin", "https://evil.example"))
    headers = s3.list_buckets()["ResponseMetadata"]["HTTPHeaders"]
    assert not [name for name in headers if name.startswith("access-control")]


def test_sagemaker(client):
    """boto3 creates, pages, waits and catches SageMaker's own exceptions."""
    sagemaker = client("sagemaker")
    sagemaker.create_training_job(**request_for("real-client"))
    with pytest.raises(sagemaker.exceptions.ResourceInUse):
        sagemaker.create_training_job(**request_for("real-client"))
    pages = sagemaker.get_paginator("search").paginate(Resource="TrainingJob", PaginationConfig={"PageSize": 20})
    found = [result["TrainingJob"]["TrainingJobName"] for page in pages for result in page["Results"]]
    listed = sagemaker.get_paginator("list_training_jobs").paginate(PaginationConfig={"PageSize": 30})
    names_listed = [job["TrainingJobName"] for page in listed for job in page["TrainingJobSummaries"]]
    assert sorted(found) == sorted(names_listed)
    assert len(set(found)) == len(found) > 6
    sagemaker.stop_training_job(TrainingJobName="real-client")
    assert sagemaker.describe_training_job(TrainingJobName="real-client")["TrainingJobStatus"] == "Stopping"
    with pytest.raises(sagemaker.exceptions.ResourceNotFound):
        sagemaker.describe_space(DomainId=names.DOMAIN_ID, SpaceName="nobody")


def test_role_check_of_the_sdk(client):
    """The execution role trusts SageMaker and is allowed everything, as SageMaker's SDK checks before it launches."""
    role = client("iam").get_role(RoleName=names.ROLE_NAME)["Role"]
    assert role["Arn"] == names.ROLE_ARN
    statement = role["AssumeRolePolicyDocument"]["Statement"][0]
    assert statement["Principal"] == {"Service": "sagemaker.amazonaws.com"}
    asked = ["s3:GetObject", "ecr:GetAuthorizationToken"]
    answer = client("iam").simulate_principal_policy(PolicySourceArn=role["Arn"], ActionNames=asked, ResourceArns=["*"])
    assert [(r["EvalActionName"], r["EvalDecision"]) for r in answer["EvaluationResults"]] == [(a, "allowed") for a in asked]


def test_moto_behind(client):
    """STS names the role of the space; S3 and Logs are moto's."""
    identity = client("sts").get_caller_identity()
    assert (identity["Account"], names.ROLE_NAME in identity["Arn"]) == ("111122223333", True)
    s3 = client("s3")
    s3.create_bucket(Bucket="practice-bucket")
    s3.put_object(Bucket="practice-bucket", Key="a", Body=b"data")
    assert s3.get_object(Bucket="practice-bucket", Key="a")["Body"].read() == b"data"
    assert client("logs").describe_log_groups()["logGroups"] == []
    assert client("sagemaker").list_models()["Models"] == []


@pytest.mark.parametrize(
    ("service", "ask"),
    [
        ("sagemaker", lambda c: c.list_training_jobs()),
        ("sagemaker", lambda c: c.list_endpoints()),
        ("sagemaker", lambda c: c.list_models()),
        ("cloudwatch", lambda c: c.list_metrics()),
        ("sts", lambda c: c.get_caller_identity()),
        ("iam", lambda c: c.list_roles()),
        ("s3", lambda c: c.list_buckets()),
    ],
)
def test_real_keys_are_refused(client, service, ask):
    """A client with anyone's real keys gets a refusal from every service."""
    with pytest.raises(ClientError) as refused:
        ask(client(service, key="AKIAIOSFODNN7EXAMPLE"))
    assert refused.value.response["Error"]["Code"] == "UnrecognizedClientException"
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403


@pytest.fixture
def started(tmp_path):
    """Start practice accounts as processes and end them."""
    processes = []

    def start(*options):
        environment = practice_environment(os.environ, "", tmp_path) | {"PRACTICE_CONTROL_TOKEN": "t"}
        command = [sys.executable, "-m", "mlcost_ext.sandbox", "--port", "0", *options]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)
        processes.append(process)
        return process, process.stdout.readline().strip()

    yield start
    for process in processes:
        process.kill()
        process.communicate()


def sagemaker_at(url):
    secret = {"aws_access_key_id": names.ACCESS_KEY_ID, "aws_secret_access_key": "x"}
    return boto3.client("sagemaker", endpoint_url=url, region_name="us-east-1", **secret)


def test_command(started):
    """The command prints one line, its address, and ends quietly when asked to."""
    process, url = started("--seed-running", "30", "--empty")
    answer = sagemaker_at(url).search(Resource="TrainingJob", MaxResults=100)
    assert [r["TrainingJob"]["TrainingJobStatus"] for r in answer["Results"]].count("InProgress") == 30
    process.terminate()
    assert process.communicate(timeout=20) == ("", "")
    assert process.returncode == 0


def test_a_large_account(started):
    """Ten thousand running and two hundred thousand ended jobs are there at once, beside the opening scene."""
    _, url = started("--seed-running", "10000", "--seed-ended", "200000")
    sagemaker = sagemaker_at(url)
    wanted = {"Filters": [{"Name": "Tags.sagemaker:space-arn", "Operator": "Equals", "Value": names.SPACE_ARN}]}
    order = {"SortBy": "CreationTime", "SortOrder": "Descending", "MaxResults": 100}
    for status in ("InProgress", "Completed"):
        state = {"Filters": [{"Name": "TrainingJobStatus", "Operator": "Equals", "Value": status}]}
        answer = sagemaker.search(Resource="TrainingJob", SearchExpression={"SubExpressions": [wanted, state]}, **order)
        assert len(answer["Results"]) == 100
    assert sagemaker.describe_training_job(TrainingJobName="nightly-123456")["TrainingJobStatus"] in {
        "Completed",
        "Failed",
        "Stopped",
    }
    assert sagemaker.describe_training_job(TrainingJobName="sweep-09999")["TrainingJobStatus"] == "InProgress"


@pytest.mark.parametrize("speed", ["0", "-1", "fast"])
def test_wrong_options(speed):
    """A speed that is none ends with status 2."""
    command = [sys.executable, "-m", "mlcost_ext.sandbox", "--speed", speed]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (ended.returncode, "--speed" in ended.stderr) == (2, True)


def test_without_moto(tmp_path):
    """Without moto the command says what to install."""
    (tmp_path / "moto.py").write_text("raise ModuleNotFoundError('No module named moto', name='moto')")
    path = os.pathsep.join([str(tmp_path), str(ROOT)])
    command = [sys.executable, "-m", "mlcost_ext.sandbox"]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ | {"PYTHONPATH": path})
    assert ended.returncode == 2
    assert ended.stderr == "sandbox_missing: moto is not installed.\nhint: pip install 'mlcost-ext[sandbox]'\n"
