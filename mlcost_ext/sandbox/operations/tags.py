"""Tags of training jobs; those of other resources are left to moto."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from mlcost_ext.sandbox.account import Account
from mlcost_ext.sandbox.fault import NotOursError, not_found, validation
from mlcost_ext.sandbox.names import APP_ARN, DOMAIN_ARN, SPACE_ARN, STUDIO_TAGS, USER_PROFILE_ARN
from mlcost_ext.sandbox.training_job import TrainingJob

_STUDIO = {DOMAIN_ARN, USER_PROFILE_ARN, SPACE_ARN, APP_ARN}
_MAX_TAGS = 50


def add_tags(account: Account, params: Mapping[str, Any], region_id: str) -> dict[str, Any]:
    """Add tags to a job, or change their values."""
    job = _find(account, params["ResourceArn"], region_id)
    tags = {**job.tags, **{tag["Key"]: tag["Value"] for tag in params["Tags"]}}
    if len(tags) > _MAX_TAGS:
        raise validation(f"A resource may have at most {_MAX_TAGS} tags.")
    account.add(replace(job, tags=tags))
    return {"Tags": _listed(tags)}


def delete_tags(account: Account, params: Mapping[str, Any], region_id: str) -> dict[str, Any]:
    """Take tags off a job."""
    job = _find(account, params["ResourceArn"], region_id)
    gone = set(params["TagKeys"])
    account.add(replace(job, tags={k: v for k, v in job.tags.items() if k not in gone}))
    return {}


def list_tags(account: Account, params: Mapping[str, Any], region_id: str) -> dict[str, Any]:
    """List the tags of a job, or of the demo's own domain, space, app and profile."""
    if params["ResourceArn"] in _STUDIO:
        return {"Tags": _listed({"sagemaker:domain-arn": STUDIO_TAGS["sagemaker:domain-arn"]})}
    return {"Tags": _listed(_find(account, params["ResourceArn"], region_id).tags)}


def _find(account: Account, arn: str, region_id: str) -> TrainingJob:
    _, _, name = arn.partition(":training-job/")
    if not name:
        raise NotOursError
    snapshot = account.jobs(region_id).get(name, account.clock())
    if snapshot is None or snapshot.job.arn != arn:
        raise not_found()
    return snapshot.job


def _listed(tags: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]
