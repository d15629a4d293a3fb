"""The domain, profile, space and app the demo lives in: there from the beginning, whatever else there is."""

from __future__ import annotations

from datetime import datetime, timedelta

from mlcost_ext.sandbox import names
from mlcost_ext.sandbox.thing import Thing
from mlcost_ext.sandbox.things.space import Space, StudioApp, app_created
from mlcost_ext.sandbox.things.studio import Domain, UserProfile, created

_APP_AGE = timedelta(hours=1, minutes=42)
_SPACE_AGE = timedelta(days=46)

_TAGS = {"sagemaker:domain-arn": names.DOMAIN_ARN}


def opening(opened_at: datetime) -> tuple[Thing, ...]:
    """Give what an account has of Studio when it is opened."""
    at = opened_at - _SPACE_AGE
    domain = {"DomainName": "practice", "AuthMode": "IAM", "DefaultUserSettings": {"ExecutionRole": names.ROLE_ARN}}
    return (
        Domain(name=names.DOMAIN_ID, region_id=names.REGION_ID, tags=_TAGS, acts=(created(domain, at),)),
        UserProfile(
            domain_id=names.DOMAIN_ID,
            user_profile_name=names.USER_PROFILE_NAME,
            region_id=names.REGION_ID,
            tags=_TAGS,
            acts=(created({"UserSettings": {"ExecutionRole": names.ROLE_ARN}}, at),),
        ),
        private_space(names.SPACE_NAME, names.USER_PROFILE_NAME, at, volume_gb=names.SPACE_VOLUME_GB),
        app(names.SPACE_NAME, names.APP_TYPE, names.APP_INSTANCE_TYPE, opened_at - _APP_AGE),
    )


def private_space(
    space_name: str, owner: str, created_at: datetime, *, app_type: str = "JupyterLab", volume_gb: int = 5
) -> Space:
    """Give a private space of the demo's domain, of some age."""
    return _space(space_name, owner, created_at, app_type=app_type, volume_gb=volume_gb, sharing_type="Private")


def shared_space(space_name: str, owner: str, created_at: datetime, *, app_type: str = "JupyterLab", volume_gb: int = 5) -> Space:
    """Give a shared space of the demo's domain, of some age."""
    return _space(space_name, owner, created_at, app_type=app_type, volume_gb=volume_gb, sharing_type="Shared")


def app(space_name: str, app_type: str, instance_type: str, created_at: datetime) -> StudioApp:
    """Give an app of a space of the demo's domain, of some age."""
    return StudioApp(
        request={
            "DomainId": names.DOMAIN_ID,
            "SpaceName": space_name,
            "AppType": app_type,
            "AppName": names.APP_NAME,
            "ResourceSpec": {"InstanceType": instance_type},
        },
        region_id=names.REGION_ID,
        tags={**_TAGS, "sagemaker:space-arn": names.sagemaker_arn(names.REGION_ID, f"space/{names.DOMAIN_ID}/{space_name}")},
        acts=(app_created({}, created_at),),
    )


def _space(space_name: str, owner: str, created_at: datetime, *, app_type: str, volume_gb: int, sharing_type: str) -> Space:
    storage = {"EbsStorageSettings": {"EbsVolumeSizeInGb": volume_gb}}
    request = {
        "SpaceSettings": {"AppType": app_type, "SpaceStorageSettings": storage},
        "OwnershipSettings": {"OwnerUserProfileName": owner},
        "SpaceSharingSettings": {"SharingType": sharing_type},
    }
    return Space(
        domain_id=names.DOMAIN_ID,
        space_name=space_name,
        region_id=names.REGION_ID,
        tags=_TAGS,
        acts=(created(request, created_at),),
    )
