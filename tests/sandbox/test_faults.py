"""Every fault on request, as real clients meet it over a real socket."""

import time
import urllib.request
from datetime import datetime, timedelta, timezone
from email.utils import parsedate_to_datetime

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionClosedError, ReadTimeoutError

from mlcost_ext.sandbox import names
from mlcost_ext.sandbox.account import Account
from mlcost_ext.sandbox.control import order as carry_out
from mlcost_ext.sandbox.seed import seed_opening
from mlcost_ext.sandbox.server import make_practice_server


@pytest.fixture(scope="module")
def server():
    account = Account()
    seed_opening(account)
    server = make_practice_server(account, control_token="token")
    server.start()
    yield server
    server.stop()


@pytest.fixture
def order(server):
    yield lambda **wish: carry_out(server.account, server.front.bad_days, wish)
    carry_out(server.account, server.front.bad_days, {"clear": True})


@pytest.fixture
def client(server):
    def make(service="sagemaker", **config):
        config = Config(**{"retries": {"total_max_attempts": 1}, "read_timeout": 20, **config})
        keys = {"aws_access_key_id": names.ACCESS_KEY_ID, "aws_secret_access_key": "x"}
        return boto3.client(service, endpoint_url=server.url, region_name=names.REGION_ID, config=config, **keys)

    return make


def search(client):
    return client.search(Resource="TrainingJob", MaxResults=100)


def refusal(call):
    with pytest.raises(ClientError) as refused:
        call()
    return refused.value.response["Error"]["Code"], refused.value.response["ResponseMetadata"]["HTTPStatusCode"]


@pytest.mark.parametrize(
    ("wish", "code", "status"),
    [
        ({"code": "ThrottlingException"}, "ThrottlingException", 400),
        ({"code": "ExpiredTokenException"}, "ExpiredTokenException", 400),
        ({"code": "AccessDeniedException"}, "AccessDeniedException", 400),
        ({"code": "InternalFailure"}, "InternalFailure", 500),
        ({"code": "ServiceUnavailable"}, "ServiceUnavailable", 503),
        ({"spoil": "html", "status": 500}, "500", 500),
        ({"spoil": "html", "status": 502}, "502", 502),
        ({"spoil": "html", "status": 503}, "503", 503),
    ],
)
def test_refusals(client, order, wish, code, status):
    """A refusal has AWS's code, a gateway's page only its status."""
    order(operation="Search", **wish)
    assert refusal(lambda: search(client())) == (code, status)


def test_retried(client, order):
    """What a client tries again by itself succeeds when the bad day is over."""
    order(operation="Search", code="ThrottlingException", times=1)
    order(operation="Search", spoil="html", status=503, times=1)
    assert search(client(retries={"total_max_attempts": 4, "mode": "standard"}))["Results"]


def test_by_rate(client, order):
    """Beyond a rate a client is throttled."""
    order(operation="*", per_minute=3)
    sagemaker = client()
    assert all(search(sagemaker)["Results"] for _ in range(3))
    assert refusal(lambda: search(sagemaker)) == ("ThrottlingException", 400)


@pytest.mark.parametrize(("spoil", "error"), [("reset", ConnectionClosedError), ("garbage", UnicodeDecodeError)])
def test_broken_answers(client, order, spoil, error):
    """A torn connection and garbage are faults of the client's own, and the next call is well."""
    sagemaker = client()
    order(operation="Search", spoil=spoil, times=1)
    with pytest.raises(error):
        search(sagemaker)
    assert search(sagemaker)["Results"]


@pytest.mark.parametrize("spoil", ["cut", "cut_short"])
def test_half_an_answer(client, order, spoil):
    """Half an answer is none: botocore takes it for one without any member, be its length right or not."""
    order(operation="Search", spoil=spoil, times=1)
    assert set(search(client())) == {"ResponseMetadata"}


@pytest.mark.parametrize("path", ["Results.*.TrainingJob.CreationTime", "Results", "Results.*.TrainingJob.Tags"])
def test_wrong_type(client, order, path):
    """A member of the wrong type either breaks botocore's parser or comes through as it is."""
    order(operation="Search", spoil="wrong_type", path=path, times=1)
    try:
        seen = str(search(client()))
    except (TypeError, ValueError, AttributeError, RuntimeError) as error:
        seen = repr(error)
    assert "not what it was" in seen or "not a number" in seen or "Error" in seen, seen


def test_hang(client, order):
    """A client that waits less than the service is slow gives up."""
    order(operation="Search", hang_seconds=3)
    begun = time.monotonic()
    with pytest.raises(ReadTimeoutError):
        search(client(read_timeout=0.2))
    assert time.monotonic() - begun < 3


@pytest.mark.parametrize(("offset", "words"), [(400, "Signature expired"), (-400, "Signature not yet current")])
def test_clock_skew(server, client, order, offset, words):
    """A clock more than five minutes off is refused in AWS's words, and the Date header tells AWS's time."""
    order(clock_offset_seconds=offset)
    with pytest.raises(ClientError) as refused:
        search(client())
    error = refused.value.response["Error"]
    assert (error["Code"], error["Message"].split(":")[0]) == ("InvalidSignatureException", words)
    told = parsedate_to_datetime(refused.value.response["ResponseMetadata"]["HTTPHeaders"]["date"])
    assert abs(told - datetime.now(timezone.utc) - timedelta(seconds=offset)) < timedelta(seconds=5)
    request = urllib.request.Request(f"{server.url}/", headers={"Authorization": "none"})
    with pytest.raises(urllib.error.HTTPError) as page:
        urllib.request.urlopen(request)
    assert len(page.value.headers.get_all("Date")) == 1


def test_small_skew(client, order):
    """Up to five minutes nothing is refused; times are AWS's."""
    order(clock_offset_seconds=240)
    answer = client().describe_app(DomainId=names.DOMAIN_ID, SpaceName=names.SPACE_NAME, AppType="JupyterLab", AppName="default")
    ahead = answer["LastHealthCheckTimestamp"] - datetime.now(timezone.utc)
    assert timedelta(seconds=230) < ahead < timedelta(seconds=250)


def test_expired_token_of_the_query_services(client, order):
    """STS and IAM call an expired token by another name."""
    order(operation="*", code="ExpiredTokenException", status=403)
    assert refusal(client("sts").get_caller_identity) == ("ExpiredToken", 403)
    assert refusal(client("iam").list_roles) == ("ExpiredToken", 403)


def test_lagging_index(client, order):
    """A job that was just stopped still trains in Search."""
    sagemaker = client()
    order(index_lag_seconds=60)
    sagemaker.stop_training_job(TrainingJobName="fraud-transformer-finetune-014")
    assert sagemaker.describe_training_job(TrainingJobName="fraud-transformer-finetune-014")["TrainingJobStatus"] == "Stopping"
    wanted = {"Name": "TrainingJobName", "Operator": "Equals", "Value": "fraud-transformer-finetune-014"}
    (found,) = sagemaker.search(Resource="TrainingJob", SearchExpression={"Filters": [wanted]})["Results"]
    assert found["TrainingJob"]["TrainingJobStatus"] == "InProgress"


def test_a_mix(client, order):
    """With many bad days at once every call ends one way or another, and afterwards the account is whole."""
    for wish in (
        {"code": "ThrottlingException"},
        {"code": "InternalFailure"},
        {"spoil": "html", "status": 502},
        {"spoil": "reset"},
        {"spoil": "cut"},
        {"spoil": "cut_short"},
        {"spoil": "garbage"},
        {"spoil": "wrong_type"},
        {"hang_seconds": 0.01},
    ):
        order(operation="*", chance=0.15, **wish)
    sagemaker = client(read_timeout=5)
    outcomes = set()
    for _ in range(60):
        try:
            search(sagemaker)
            outcomes.add("fine")
        except Exception as error:
            outcomes.add(type(error).__name__)
    assert "fine" in outcomes
    assert len(outcomes) >= 4
    order(clear=True)
    assert search(sagemaker)["Results"]
