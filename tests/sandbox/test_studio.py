"""The demo's domain, profile, space and app."""

import pytest

from mlcost_ext.sandbox import names

from .conftest import START

APP = {"DomainId": names.DOMAIN_ID, "SpaceName": names.SPACE_NAME, "AppType": "JupyterLab", "AppName": "default"}


def test_app(call):
    """The app says which instance it runs on and since when; it is older than the account."""
    status, app = call("DescribeApp", **APP)
    assert (status, app["Status"], app["ResourceSpec"]) == (200, "InService", {"InstanceType": "ml.t3.medium"})
    assert app["CreationTime"] < START.timestamp()
    assert app["AppArn"] == names.APP_ARN


def test_space(call):
    """The space says how large its volume is and that it is private."""
    _, space = call("DescribeSpace", DomainId=names.DOMAIN_ID, SpaceName=names.SPACE_NAME)
    assert space["SpaceSettings"]["SpaceStorageSettings"] == {"EbsStorageSettings": {"EbsVolumeSizeInGb": 5}}
    assert (space["SpaceArn"], space["SpaceSharingSettings"]) == (names.SPACE_ARN, {"SharingType": "Private"})


@pytest.mark.parametrize(
    ("operation", "params"),
    [
        ("DescribeApp", APP | {"SpaceName": "nobody"}),
        ("DescribeApp", APP | {"AppType": "CodeEditor"}),
        ("DescribeApp", {k: v for k, v in APP.items() if k != "SpaceName"}),
        ("DescribeSpace", {"DomainId": names.DOMAIN_ID, "SpaceName": "nobody"}),
        ("DescribeSpace", {"DomainId": "d-other", "SpaceName": names.SPACE_NAME}),
        ("DescribeUserProfile", {"DomainId": names.DOMAIN_ID, "UserProfileName": "nobody"}),
    ],
)
def test_unknown(call, operation, params):
    """What is not there is ResourceNotFound, as in Studio's own calls."""
    status, answer = call(operation, **params)
    assert (status, answer["__type"]) == (400, "ResourceNotFound")


def test_elsewhere(call):
    """The domain is in one region only; another domain is moto's business."""
    assert call("DescribeApp", "eu-west-1", **APP)[0] == 400
    assert call("ListApps", "eu-west-1")[1] == {"Apps": []}
    assert call("DescribeDomain", DomainId="d-other") == (200, {"from": "moto"})


@pytest.mark.parametrize(
    ("operation", "key", "params", "count"),
    [
        ("ListApps", "Apps", {}, 1),
        ("ListApps", "Apps", {"SpaceNameEquals": names.SPACE_NAME, "DomainIdEquals": names.DOMAIN_ID}, 1),
        ("ListApps", "Apps", {"SpaceNameEquals": "nobody"}, 0),
        ("ListApps", "Apps", {"UserProfileNameEquals": names.USER_PROFILE_NAME}, 0),
        ("ListSpaces", "Spaces", {}, 1),
        ("ListSpaces", "Spaces", {"DomainIdEquals": "d-other"}, 0),
    ],
)
def test_lists(call, operation, key, params, count):
    """Lists respect their filters."""
    assert len(call(operation, **params)[1][key]) == count
