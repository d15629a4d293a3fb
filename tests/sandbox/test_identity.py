"""Who calls, and what IAM's simulator says the caller may do."""

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from mlcost_ext.sandbox import names
from mlcost_ext.sandbox.account import Account
from mlcost_ext.sandbox.control import order as carry_out
from mlcost_ext.sandbox.server import make_practice_server


@pytest.fixture(scope="module")
def server():
    server = make_practice_server(Account())
    server.start()
    yield server
    server.stop()


@pytest.fixture
def order(server):
    yield lambda **wish: carry_out(server.account, server.front.bad_days, wish)
    carry_out(server.account, server.front.bad_days, {"clear": True})


@pytest.fixture
def iam(server):
    keys = {"aws_access_key_id": names.ACCESS_KEY_ID, "aws_secret_access_key": "x"}
    config = Config(retries={"total_max_attempts": 1})
    return boto3.client("iam", endpoint_url=server.url, region_name=names.REGION_ID, config=config, **keys)


def decisions(iam, *actions, **more):
    answer = iam.simulate_principal_policy(PolicySourceArn=names.ROLE_ARN, ActionNames=list(actions), **more)
    return [result["EvalDecision"] for result in answer["EvaluationResults"]]


def test_allowed(iam):
    """On a good day everything is allowed, by a statement that is named."""
    answer = iam.simulate_principal_policy(PolicySourceArn=names.ROLE_ARN, ActionNames=["sagemaker:Search", "s3:GetObject"])
    assert [result["EvalDecision"] for result in answer["EvaluationResults"]] == ["allowed", "allowed"]
    assert answer["EvaluationResults"][0]["MatchedStatements"]
    assert answer["EvaluationResults"][0]["EvalResourceName"] == "*"
    assert answer["IsTruncated"] is False


def test_denied(iam, order):
    """What a bad day denies is denied here too, whatever its letter case; explicitly where a policy spells it out."""
    order(operation="Search", code="AccessDeniedException")
    order(operation="GetMetricData", code="AccessDeniedException", is_explicit=True)
    order(operation="ListApps", code="ThrottlingException")
    actions = ("sagemaker:search", "cloudwatch:GetMetricData", "sagemaker:ListApps", "cloudwatch:Get*", "sagemaker:List*")
    assert decisions(iam, *actions) == ["implicitDeny", "explicitDeny", "allowed", "explicitDeny", "allowed"]
    order(clear=True)
    assert decisions(iam, "sagemaker:Search") == ["allowed"]


def test_everything_denied(iam, order):
    """A bad day of every operation denies every action; one that is over denies none."""
    order(operation="*", code="AccessDeniedException", times=0)
    assert decisions(iam, "sagemaker:Search") == ["allowed"]
    order(operation="StopTrainingJob", code="AccessDeniedException")
    assert decisions(iam, "sagemaker:*", "s3:*") == ["implicitDeny", "implicitDeny"]


def test_resources_and_pages(iam):
    """Each action is judged for each resource, in pages."""
    resources = ["arn:aws:s3:::a", "arn:aws:s3:::b"]
    asked = {"PolicySourceArn": names.ROLE_ARN, "ActionNames": ["s3:GetObject", "s3:PutObject"], "ResourceArns": resources}
    pages = list(iam.get_paginator("simulate_principal_policy").paginate(**asked, PaginationConfig={"PageSize": 3}))
    assert [len(page["EvaluationResults"]) for page in pages] == [3, 1]
    found = [
        (result["EvalActionName"][3:], result["EvalResourceName"][-1]) for page in pages for result in page["EvaluationResults"]
    ]
    assert found == [("GetObject", "a"), ("GetObject", "b"), ("PutObject", "a"), ("PutObject", "b")]


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("arn:aws:sts::111122223333:assumed-role/x/SageMaker", "InvalidInput"),
        ("arn:aws:iam::999999999999:role/x", "InvalidInput"),
        ("arn:aws:iam::111122223333:role/service-role/nobody", "NoSuchEntity"),
    ],
)
def test_unknown_principals(iam, source, code):
    """A session's ARN, a stranger's and an unknown role are refused, as in AWS."""
    with pytest.raises(ClientError) as refused:
        iam.simulate_principal_policy(PolicySourceArn=source, ActionNames=["s3:GetObject"])
    assert refused.value.response["Error"]["Code"] == code


@pytest.mark.parametrize("more", [{"ActionNames": []}, {"Marker": "nonsense!"}])
def test_wrong_requests(iam, more):
    """No action and a marker that is none are refused."""
    with pytest.raises(ClientError) as refused:
        iam.simulate_principal_policy(**{"PolicySourceArn": names.ROLE_ARN, "ActionNames": ["s3:GetObject"], **more})
    assert refused.value.response["Error"]["Code"] == "InvalidInput"
