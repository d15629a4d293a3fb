"""The environment of what is started against the practice account."""

import json
from pathlib import Path

import pytest

from mlcost_ext.sandbox import names
from mlcost_ext.sandbox.environment import practice_environment, without_aws

URL = "http://127.0.0.1:4566"
POISON = {
    "AWS_ACCESS_KEY_ID": "AKIAREAL",
    "AWS_SECRET_ACCESS_KEY": "real",
    "AWS_SESSION_TOKEN": "real",
    "AWS_SECURITY_TOKEN": "real",
    "AWS_PROFILE": "real",
    "AWS_DEFAULT_PROFILE": "real",
    "AWS_CONFIG_FILE": "/home/real/config",
    "AWS_SHARED_CREDENTIALS_FILE": "/home/real/credentials",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/real",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://real",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN": "real",
    "AWS_WEB_IDENTITY_TOKEN_FILE": "/real",
    "AWS_ROLE_ARN": "arn:aws:iam::999999999999:role/real",
    "AWS_ENDPOINT_URL": "https://real.example",
    "AWS_ENDPOINT_URL_SAGEMAKER": "https://real.example",
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true",
    "AWS_BEARER_TOKEN_BEDROCK": "real",
    "AWS_REGION": "real-west-1",
    "AWS_CA_BUNDLE": "/real",
    "aws_profile": "real",
    "BOTO_CONFIG": "/real",
    "BOTOCORE_EXPERIMENTAL__PLUGINS": "real=real",
    "SAGEMAKER_ADMIN_CONFIG_OVERRIDE": "/real",
    "RESOURCE_METADATA_FILE": "/real",
}


def test_nothing_real_is_left(tmp_path):
    """No variable of a real account survives, whichever way it leads there."""
    environment = practice_environment({**POISON, "PATH": "/bin", "LANG": "C"}, URL, tmp_path)
    assert "real" not in json.dumps(environment).replace(str(tmp_path), "").lower()
    assert (environment["PATH"], environment["LANG"]) == ("/bin", "C")


def test_every_variable_of_aws_goes():
    """Whatever AWS invents next is taken away too."""
    assert without_aws({"AWS_SOMETHING_NEW": "x", "HOME": "/home/alex"}) == {"HOME": "/home/alex"}


def test_keys_region_endpoint(tmp_path):
    """The practice account's own keys, region and endpoint are in their place."""
    environment = practice_environment({}, URL, tmp_path)
    assert environment["AWS_ENDPOINT_URL"] == URL
    assert environment["AWS_ACCESS_KEY_ID"] == names.ACCESS_KEY_ID
    assert environment["AWS_REGION"] == environment["AWS_DEFAULT_REGION"] == "us-east-1"
    assert environment["AWS_EC2_METADATA_DISABLED"] == "true"


def test_files(tmp_path):
    """Configuration files are empty and of its own; the SDK sends no telemetry and need not ask for bucket and role."""
    environment = practice_environment(POISON, URL, tmp_path / "aws")
    for variable in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        path = tmp_path / "aws" / environment[variable].rpartition("/")[2]
        assert (str(path), path.read_text()) == (environment[variable], "")
    told = (tmp_path / "aws" / "sagemaker.yaml").read_text()
    assert all(
        line in told for line in ("TelemetryOptOut: true", f"DefaultS3Bucket: {names.BUCKET}", f"RoleArn: {names.ROLE_ARN}")
    )
    assert environment["SAGEMAKER_USER_CONFIG_OVERRIDE"] == str(tmp_path / "aws" / "sagemaker.yaml")


def test_it_looks_like_studio(tmp_path):
    """Metadata and variables are those of a JupyterLab app in a space."""
    environment = practice_environment({}, URL, tmp_path)
    assert json.loads(Path(environment["RESOURCE_METADATA_FILE"]).read_text()) == {
        "AppType": "JupyterLab",
        "DomainId": names.DOMAIN_ID,
        "UserProfileName": "alex",
        "SpaceName": "alex-notebooks",
        "ResourceArn": names.APP_ARN,
        "ResourceName": "default",
        "ExecutionRoleArn": names.ROLE_ARN,
    }
    assert (environment["SAGEMAKER_APP_TYPE"], environment["SAGEMAKER_APP_TYPE_LOWERCASE"]) == ("JupyterLab", "jupyterlab")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({}, "127.0.0.1,localhost,::1"),
        ({"NO_PROXY": "corp.example, localhost"}, "corp.example,localhost,127.0.0.1,::1"),
        ({"no_proxy": "corp.example"}, "corp.example,127.0.0.1,localhost,::1"),
    ],
)
def test_proxies_stay_off_loopback(tmp_path, before, after):
    """Calls to this machine never go through a proxy."""
    environment = practice_environment({"HTTP_PROXY": "http://proxy:1", **before}, URL, tmp_path)
    assert environment["NO_PROXY"] == environment["no_proxy"] == after
    assert environment["HTTP_PROXY"] == "http://proxy:1"
