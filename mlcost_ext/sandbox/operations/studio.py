"""The one Studio domain the demo lives in: domain, profile, space and app."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from mlcost_ext.sandbox import names
from mlcost_ext.sandbox.account import Account
from mlcost_ext.sandbox.fault import NotOursError, studio_not_found

Params = Mapping[str, Any]

_APP = {
    "DomainId": names.DOMAIN_ID,
    "SpaceName": names.SPACE_NAME,
    "AppType": names.APP_TYPE,
    "AppName": names.APP_NAME,
}
_APP_AGE = timedelta(hours=1, minutes=42)
_SPACE_AGE = timedelta(days=46)
_EBS = {"EbsStorageSettings": {"EbsVolumeSizeInGb": names.SPACE_VOLUME_GB}}


def describe_app(account: Account, params: Params, region_id: str) -> dict[str, Any]:
    """Describe the JupyterLab app of the demo's space."""
    asked = {key: params.get(key) for key in _APP}
    if asked != _APP or region_id != names.REGION_ID:
        raise studio_not_found(f"App {params['AppName']}")
    return {
        **_app(account),
        "AppArn": names.APP_ARN,
        "LastHealthCheckTimestamp": account.clock(),
        "LastUserActivityTimestamp": account.clock(),
    }


def list_apps(account: Account, params: Params, region_id: str) -> dict[str, Any]:
    """List the demo's app, where the filters let it through."""
    is_wanted = region_id == names.REGION_ID and _matches(params, "UserProfileNameEquals", None)
    is_wanted = is_wanted and _matches(params, "DomainIdEquals", names.DOMAIN_ID)
    is_wanted = is_wanted and _matches(params, "SpaceNameEquals", names.SPACE_NAME)
    return {"Apps": [_app(account)] if is_wanted else []}


def describe_space(account: Account, params: Params, region_id: str) -> dict[str, Any]:
    """Describe the demo's space and its volume."""
    _check_domain(params, region_id)
    if params["SpaceName"] != names.SPACE_NAME:
        raise studio_not_found(f"Space {params['SpaceName']}")
    return {
        **_space(account),
        "SpaceArn": names.SPACE_ARN,
        "HomeEfsFileSystemUid": "200005",
        "SpaceSettings": {"AppType": names.APP_TYPE, "SpaceStorageSettings": _EBS},
        "OwnershipSettings": {"OwnerUserProfileName": names.USER_PROFILE_NAME},
        "SpaceSharingSettings": {"SharingType": "Private"},
    }


def list_spaces(account: Account, params: Params, region_id: str) -> dict[str, Any]:
    """List the demo's space, where the filters let it through."""
    is_wanted = region_id == names.REGION_ID
    is_wanted = is_wanted and _matches(params, "DomainIdEquals", names.DOMAIN_ID)
    is_wanted = is_wanted and params.get("SpaceNameContains", "") in names.SPACE_NAME
    summary = {
        **_space(account),
        "SpaceSettingsSummary": {"AppType": names.APP_TYPE, "SpaceStorageSettings": _EBS},
        "OwnershipSettingsSummary": {"OwnerUserProfileName": names.USER_PROFILE_NAME},
        "SpaceSharingSettingsSummary": {"SharingType": "Private"},
    }
    return {"Spaces": [summary] if is_wanted else []}


def describe_user_profile(account: Account, params: Params, region_id: str) -> dict[str, Any]:
    """Describe the demo's user profile."""
    _check_domain(params, region_id)
    if params["UserProfileName"] != names.USER_PROFILE_NAME:
        raise studio_not_found(f"UserProfile {params['UserProfileName']}")
    return {
        "DomainId": names.DOMAIN_ID,
        "UserProfileArn": names.USER_PROFILE_ARN,
        "UserProfileName": names.USER_PROFILE_NAME,
        "Status": "InService",
        **_age(account),
        "UserSettings": {"ExecutionRole": names.ROLE_ARN},
    }


def describe_domain(account: Account, params: Params, region_id: str) -> dict[str, Any]:
    """Describe the demo's domain; others are moto's."""
    if params["DomainId"] != names.DOMAIN_ID or region_id != names.REGION_ID:
        raise NotOursError
    return {
        "DomainArn": names.DOMAIN_ARN,
        "DomainId": names.DOMAIN_ID,
        "DomainName": "practice",
        "Status": "InService",
        **_age(account),
        "AuthMode": "IAM",
        "DefaultUserSettings": {"ExecutionRole": names.ROLE_ARN},
        "AppNetworkAccessType": "PublicInternetOnly",
    }


def _app(account: Account) -> dict[str, Any]:
    return {
        **_APP,
        "Status": "InService",
        "CreationTime": account.opened_at - _APP_AGE,
        "ResourceSpec": {"InstanceType": names.APP_INSTANCE_TYPE},
    }


def _space(account: Account) -> dict[str, Any]:
    return {
        "DomainId": names.DOMAIN_ID,
        "SpaceName": names.SPACE_NAME,
        "Status": "InService",
        **_age(account),
    }


def _age(account: Account) -> dict[str, Any]:
    return {
        "CreationTime": account.opened_at - _SPACE_AGE,
        "LastModifiedTime": account.opened_at - _APP_AGE,
    }


def _check_domain(params: Params, region_id: str) -> None:
    if params["DomainId"] != names.DOMAIN_ID or region_id != names.REGION_ID:
        raise studio_not_found(f"Domain {params['DomainId']}")


def _matches(params: Params, key: str, value: str | None) -> bool:
    return key not in params or params[key] == value
