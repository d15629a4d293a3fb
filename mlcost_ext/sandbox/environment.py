"""The surroundings of whatever is started against the practice account."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from mlcost_ext.sandbox import names

# Everything by which a process finds an account, a region, an endpoint or a plug-in of its own:
# profiles, sessions, containers' and web identity's credentials, endpoint settings, Studio's role.
_TAKEN_AWAY = ("AWS_", "AMAZON_", "BOTO", "SAGEMAKER_", "RESOURCE_METADATA_FILE")
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
# SageMaker's SDK sends telemetry, and to find its default bucket asks STS, both past AWS_ENDPOINT_URL:
# the bucket and the role are told here, so that it need not ask.
_SDK_DEFAULTS = f"""\
SchemaVersion: '1.0'
SageMaker:
  PythonSDK:
    Modules:
      TelemetryOptOut: true
      Session:
        DefaultS3Bucket: {names.BUCKET}
  TrainingJob:
    RoleArn: {names.ROLE_ARN}
  ProcessingJob:
    RoleArn: {names.ROLE_ARN}
  Model:
    ExecutionRoleArn: {names.ROLE_ARN}
  AutoMLJobV2:
    RoleArn: {names.ROLE_ARN}
"""


def without_aws(base_env: Mapping[str, str]) -> dict[str, str]:
    """Take away everything that leads to a real AWS account."""
    return {key: value for key, value in base_env.items() if not key.upper().startswith(_TAKEN_AWAY)}


def practice_environment(base_env: Mapping[str, str], endpoint_url: str, folder: Path) -> dict[str, str]:
    """Give the environment of a process that shall know no account but the practice account.

    It also looks like the container of a JupyterLab app in a Studio space.

    Args:
        base_env: The environment to start from; real credentials in it are left out.
        endpoint_url: Where the practice account answers.
        folder: Where the few files go that the variables point to; made if need be.
    """
    files = _write_files(folder)
    return {
        **without_aws(base_env),
        **_beside_proxies(base_env),
        "AWS_ENDPOINT_URL": endpoint_url,
        "AWS_ACCESS_KEY_ID": names.ACCESS_KEY_ID,
        "AWS_SECRET_ACCESS_KEY": names.SECRET_ACCESS_KEY,
        "AWS_REGION": names.REGION_ID,
        "AWS_DEFAULT_REGION": names.REGION_ID,
        "AWS_ACCOUNT_ID": names.ACCOUNT_ID,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": str(files["config"]),
        "AWS_SHARED_CREDENTIALS_FILE": str(files["credentials"]),
        "SAGEMAKER_USER_CONFIG_OVERRIDE": str(files["sagemaker.yaml"]),
        "RESOURCE_METADATA_FILE": str(files["resource-metadata.json"]),
        "SAGEMAKER_APP_TYPE": names.APP_TYPE,
        "SAGEMAKER_APP_TYPE_LOWERCASE": names.APP_TYPE.lower(),
    }


def _write_files(folder: Path) -> dict[str, Path]:
    texts = {
        "config": "",
        "credentials": "",
        "sagemaker.yaml": _SDK_DEFAULTS,
        "resource-metadata.json": json.dumps(_metadata(), indent=2),
    }
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    return {name: folder / name for name in texts}


def _metadata() -> dict[str, str]:
    return {
        "AppType": names.APP_TYPE,
        "DomainId": names.DOMAIN_ID,
        "UserProfileName": names.USER_PROFILE_NAME,
        "SpaceName": names.SPACE_NAME,
        "ResourceArn": names.APP_ARN,
        "ResourceName": names.APP_NAME,
        "ExecutionRoleArn": names.ROLE_ARN,
    }


def _beside_proxies(base_env: Mapping[str, str]) -> dict[str, str]:
    """Keep calls to this machine off any proxy, in both spellings of the variable."""
    before = base_env.get("no_proxy") or base_env.get("NO_PROXY") or ""
    hosts = [host.strip() for host in before.split(",") if host.strip()]
    value = ",".join([*hosts, *(host for host in _LOOPBACK if host not in hosts)])
    return {"NO_PROXY": value, "no_proxy": value}
