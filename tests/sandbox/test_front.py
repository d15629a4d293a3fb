"""Who may ask, and what happens to what is not ours."""

import json

import pytest

from mlcost_ext.sandbox.front import is_loopback
from mlcost_ext.sandbox.operations import OPERATIONS


def test_passes_on(call):
    """An operation the front does not answer goes to moto, body and all."""
    assert call("ListPipelines") == (200, {"from": "moto"})


@pytest.mark.parametrize("key", ["AKIAIOSFODNN7EXAMPLE", "akiapracticeaccount0", ""])
@pytest.mark.parametrize("operation", ["ListTrainingJobs", "ListPipelines"])
def test_other_keys(call, operation, key):
    """A request signed with any other key is refused, whoever would have answered it."""
    answer = call.raw(operation, {}, key=key)
    assert (answer.status_code, answer.get_json(force=True)["__type"]) == (403, "UnrecognizedClientException")


@pytest.mark.parametrize("authorization", [None, "", "Bearer AKIAPRACTICEACCOUNT0", "AWS AKIAPRACTICEACCOUNT0:x"])
def test_unsigned(call, authorization):
    """A request without a signature is refused: moto's own control pages too."""
    assert call.raw("ListTrainingJobs", {}, headers={"Authorization": authorization}).status_code == 403
    assert call.client.post("/moto-api/reset").status_code == 403
    assert call.client.get("/").status_code == 403


@pytest.mark.parametrize("service", ["sts", "s3"])
def test_refusals_speak_the_protocol(call, service):
    """Clients of the XML protocols get XML."""
    scope = f"AWS4-HMAC-SHA256 Credential=AKIAREAL/20261123/us-east-1/{service}/aws4_request"
    answer = call.client.post("/", data={"Action": "GetCallerIdentity"}, headers={"Authorization": scope})
    assert answer.status_code == 403
    assert "<Code>UnrecognizedClientException</Code>" in answer.text


def test_presigned(call):
    """A presigned address counts by the key it names."""
    for key, status in (("AKIAPRACTICEACCOUNT0", 200), ("AKIAREAL", 403)):
        query = {"X-Amz-Credential": f"{key}/20261123/us-east-1/s3/aws4_request"}
        assert call.client.get("/bucket/key", query_string=query).status_code == status


@pytest.mark.parametrize(
    ("host", "is_ours"),
    [
        ("127.0.0.1:8888", True),
        ("localhost", True),
        ("localhost:1", True),
        ("[::1]:99", True),
        ("evil.example", False),
        ("evil.example:8888", False),
        ("127.0.0.1.evil.example", False),
        ("localhost:evil", False),
        ("", False),
    ],
)
def test_host(call, host, is_ours):
    """Only this machine's own names are answered, so no web page elsewhere reaches the account."""
    assert is_loopback(host) is is_ours
    if host:
        assert (call.raw("ListTrainingJobs", {}, headers={"Host": host}).status_code == 200) is is_ours


def test_a_fault_of_ours(call, monkeypatch, caplog):
    """A crash or an answer that does not fit the model is AWS's 500, and is logged."""
    broken = dict(OPERATIONS)
    broken["sagemaker", "ListTrainingJobs"] = lambda *_: {"TrainingJobSummaries": [{"Colour": "red"}]}
    monkeypatch.setattr("mlcost_ext.sandbox.front.OPERATIONS", broken)
    status, answer = call("ListTrainingJobs")
    assert (status, answer["__type"]) == (500, "InternalFailure")
    assert "Colour" in caplog.text


def test_times_are_seconds(call):
    """The protocol's times are numbers with at most three decimals."""
    app = {"DomainId": "d-practice0001", "SpaceName": "alex-notebooks", "AppType": "JupyterLab", "AppName": "default"}
    text = call.raw("DescribeApp", app).text
    assert json.loads(text)["LastHealthCheckTimestamp"] == 1795442400.0
