"""Studio's domains, profiles, spaces and apps, those of the demo among them."""

import pytest

from mlcost_ext.sandbox import names

from .asks import FAILS, PROFILE, SPACE, app_request, domain_request, space_request
from .conftest import START

APP = SPACE | {"AppType": "JupyterLab", "AppName": "default"}
CODE = {"DomainId": names.DOMAIN_ID, "SpaceName": "sam-code"}
CODE_APP = CODE | {"AppType": "CodeEditor", "AppName": "default"}
DAY = 86_400


def space_of(call, key=CODE):
    return call("DescribeSpace", **key)[1]


def app_of(call, key=CODE_APP):
    return call("DescribeApp", **key)[1]


@pytest.fixture
def space(call, clock):
    """Create a space for Code Editor."""
    call("CreateSpace", **space_request())
    clock.forward(12)


@pytest.fixture
def app(call, clock, space):
    """Start Code Editor in it."""
    call("CreateApp", **app_request())
    clock.forward(15)


def test_demo_app(call):
    """The demo's app says which instance it runs on and since when; it is older than the account."""
    status, app = call("DescribeApp", **APP)
    assert (status, app["Status"], app["ResourceSpec"]) == (200, "InService", {"InstanceType": "ml.t3.medium"})
    assert app["CreationTime"] == START.timestamp() - 102 * 60
    assert app["AppArn"] == names.APP_ARN
    assert app["LastUserActivityTimestamp"] == app["LastHealthCheckTimestamp"] == START.timestamp()


def test_demo_space(call):
    """The demo's space says how large its volume is and that it is private."""
    space = space_of(call, SPACE)
    assert space["SpaceSettings"]["SpaceStorageSettings"] == {"EbsStorageSettings": {"EbsVolumeSizeInGb": 5}}
    assert (space["SpaceArn"], space["SpaceSharingSettings"]) == (names.SPACE_ARN, {"SharingType": "Private"})
    assert space["OwnershipSettings"] == {"OwnerUserProfileName": names.USER_PROFILE_NAME}


def test_demo_profile_and_domain(call):
    """The demo's profile and domain are there too."""
    assert call("DescribeUserProfile", **PROFILE)[1]["UserProfileArn"] == names.USER_PROFILE_ARN
    assert call("DescribeDomain", DomainId=names.DOMAIN_ID)[1]["DomainArn"] == names.DOMAIN_ARN


def test_elsewhere(call):
    """The demo's domain is in one region only."""
    assert call("DescribeApp", "eu-west-1", **APP)[1]["__type"] == "ResourceNotFound"
    assert call("ListApps", "eu-west-1")[1] == {"Apps": []}
    assert call("DescribeDomain", DomainId="d-other")[1]["__type"] == "ResourceNotFound"


def test_stop_the_demo(call, clock):
    """Deleting the demo's app frees its instance; the space and its volume stay; nothing comes back by itself."""
    assert call("DeleteApp", **APP) == (200, {})
    assert app_of(call, APP)["Status"] == "Deleting"
    clock.forward(8)
    assert app_of(call, APP)["Status"] == "Deleted"
    assert space_of(call, SPACE)["Status"] == "InService"
    clock.forward(2 * DAY)
    assert call("DescribeApp", **APP)[1]["__type"] == "ResourceNotFound"
    assert call("ListApps")[1] == {"Apps": []}
    assert len(call("ListSpaces")[1]["Spaces"]) == 1


def test_space(call, clock):
    """Pending, in service, updating, deleting, gone."""
    status, answer = call("CreateSpace", **space_request(SpaceStorageSettings={"EbsStorageSettings": {"EbsVolumeSizeInGb": 100}}))
    assert (status, answer["SpaceArn"][-29:]) == (200, "space/d-practice0001/sam-code")
    assert space_of(call)["Status"] == "Pending"
    clock.forward(12)
    assert space_of(call)["Status"] == "InService"
    larger = {"SpaceStorageSettings": {"EbsStorageSettings": {"EbsVolumeSizeInGb": 200}}}
    assert call("UpdateSpace", **CODE, SpaceSettings=larger)[0] == 200
    assert space_of(call)["Status"] == "Updating"
    clock.forward(4)
    settings = space_of(call)["SpaceSettings"]
    assert (settings["AppType"], settings["SpaceStorageSettings"]) == ("CodeEditor", larger["SpaceStorageSettings"])
    assert call("DeleteSpace", **CODE) == (200, {})
    assert call("DeleteSpace", **CODE) == (200, {})
    assert space_of(call)["Status"] == "Deleting"
    clock.forward(8)
    assert call("DescribeSpace", **CODE)[1]["__type"] == "ResourceNotFound"


@pytest.mark.parametrize(
    ("app_type", "size"),
    [("JupyterLab", {"EbsStorageSettings": {"EbsVolumeSizeInGb": 5}}), ("JupyterServer", None)],
)
def test_default_volume(call, app_type, size):
    """A space for JupyterLab gets five gigabytes, one of Studio Classic no volume of its own."""
    call("CreateSpace", **space_request(app_type=app_type))
    assert space_of(call)["SpaceSettings"].get("SpaceStorageSettings") == size


def test_shared(call):
    """A shared space is listed as such, in short."""
    settings = {"JupyterLabAppSettings": {"DefaultResourceSpec": {"InstanceType": "ml.m5.large"}}}
    call("CreateSpace", **space_request("team", "JupyterLab", "Shared", **settings))
    _, listed = call("ListSpaces", SpaceNameContains="TEAM")
    (summary,) = listed["Spaces"]
    assert summary["SpaceSharingSettingsSummary"] == {"SharingType": "Shared"}
    assert summary["SpaceSettingsSummary"] == {
        "AppType": "JupyterLab",
        "SpaceStorageSettings": {"EbsStorageSettings": {"EbsVolumeSizeInGb": 5}},
    }


def test_classic_space(call, clock):
    """A space without settings, as Studio Classic had them, has neither an owner nor a volume."""
    call("CreateSpace", DomainId=names.DOMAIN_ID, SpaceName="old")
    clock.forward(12)
    assert call("UpdateSpace", DomainId=names.DOMAIN_ID, SpaceName="old", SpaceDisplayName="Old")[0] == 200
    clock.forward(4)
    space = space_of(call, {"DomainId": names.DOMAIN_ID, "SpaceName": "old"})
    assert (space["SpaceDisplayName"], "SpaceSettings" in space, "OwnershipSettings" in space) == ("Old", False, False)
    assert [one["SpaceName"] for one in call("ListSpaces", SpaceNameContains="old")[1]["Spaces"]] == ["old"]


def test_app(call, clock, space):
    """Pending, in service, deleting, told of as deleted for a day, gone."""
    status, answer = call("CreateApp", **app_request())
    assert (status, answer["AppArn"][-42:]) == (200, "app/d-practice0001/sam-code/codeeditor/default"[-42:])
    assert app_of(call)["Status"] == "Pending"
    clock.forward(15)
    app = app_of(call)
    assert (app["Status"], app["ResourceSpec"]["InstanceType"]) == ("InService", "ml.m5.large")
    call("DeleteApp", **CODE_APP)
    assert (app_of(call)["Status"], "LastHealthCheckTimestamp" in app_of(call)) == ("Deleting", False)
    clock.forward(8)
    assert app_of(call)["Status"] == "Deleted"
    assert {one["Status"] for one in call("ListApps", SpaceNameEquals="sam-code")[1]["Apps"]} == {"Deleted"}
    clock.forward(DAY)
    assert call("DescribeApp", **CODE_APP)[1]["__type"] == "ResourceNotFound"
    assert space_of(call)["Status"] == "InService"


def test_started_again(call, clock, app):
    """Within a day of its deletion an app is taken for the old one, on another instance too; after a day it is new."""
    created = app_of(call)["CreationTime"]
    call("DeleteApp", **CODE_APP)
    clock.forward(3600)
    assert call("CreateApp", **app_request(instance_type="ml.g5.xlarge"))[0] == 200
    app = app_of(call)
    assert (app["Status"], app["CreationTime"], app["ResourceSpec"]["InstanceType"]) == ("Pending", created, "ml.g5.xlarge")
    clock.forward(15)
    assert app_of(call)["Status"] == "InService"
    call("DeleteApp", **CODE_APP)
    clock.forward(DAY + 10)
    call("CreateApp", **app_request())
    assert app_of(call)["CreationTime"] == clock().timestamp()


def test_failed_app(call, clock, space):
    """An app that could not be started says why, and has to be deleted before another."""
    call("CreateApp", **app_request(Tags=FAILS))
    clock.forward(15)
    assert (app_of(call)["Status"], app_of(call)["FailureReason"]) == ("Failed", "It was not to be")
    assert call("CreateApp", **app_request())[1]["__type"] == "ResourceInUse"
    assert call("DeleteApp", **CODE_APP)[0] == 200
    clock.forward(8)
    assert call("CreateApp", **app_request())[0] == 200


@pytest.mark.parametrize(
    ("app_type", "name", "instance_type"),
    [("JupyterServer", "default", "system"), ("KernelGateway", "datascience-1", "ml.t3.medium"), ("Canvas", "default", "system")],
)
def test_classic_apps(call, app_type, name, instance_type):
    """Studio Classic's apps are a profile's: the server is AWS's own, a kernel has an instance."""
    status, answer = call("CreateApp", **PROFILE, AppType=app_type, AppName=name)
    assert (status, answer["AppArn"]) == (
        200,
        f"arn:aws:sagemaker:us-east-1:111122223333:app/d-practice0001/alex/{app_type.lower()}/{name}",
    )
    _, app = call("DescribeApp", **PROFILE, AppType=app_type, AppName=name)
    assert (app["ResourceSpec"], app["UserProfileName"]) == ({"InstanceType": instance_type}, "alex")
    _, listed = call("ListApps", UserProfileNameEquals="alex")
    assert [one["AppName"] for one in listed["Apps"]] == [name]


def test_default_type_of_a_space(call, clock):
    """An app that asks for no type gets its space's."""
    settings = {"CodeEditorAppSettings": {"DefaultResourceSpec": {"InstanceType": "ml.c5.large"}}}
    call("CreateSpace", **space_request(**settings))
    clock.forward(12)
    call("CreateApp", **CODE_APP)
    assert app_of(call)["ResourceSpec"] == {"InstanceType": "ml.c5.large"}


def test_tags(call, app):
    """Apps and spaces bear the tags of their own domain, space and owner."""
    found = {}
    for arn in ("app/d-practice0001/sam-code/codeeditor/default", "space/d-practice0001/sam-code"):
        _, answer = call("ListTags", ResourceArn=f"arn:aws:sagemaker:us-east-1:111122223333:{arn}")
        found[arn[:3]] = {tag["Key"]: tag["Value"] for tag in answer["Tags"]}
    owned = {"sagemaker:domain-arn": names.DOMAIN_ARN, "sagemaker:user-profile-arn": names.USER_PROFILE_ARN}
    assert found["spa"] == owned
    arn = names.sagemaker_arn("us-east-1", "space/d-practice0001/sam-code")
    assert found["app"] == {**owned, "sagemaker:space-arn": arn}


@pytest.mark.parametrize(
    ("operation", "params"),
    [
        ("DescribeApp", APP | {"SpaceName": "nobody"}),
        ("DescribeApp", APP | {"AppType": "CodeEditor"}),
        ("DescribeApp", {k: v for k, v in APP.items() if k != "SpaceName"}),
        ("DeleteApp", APP | {"AppName": "nobody"}),
        ("CreateApp", app_request("nobody")),
        ("CreateApp", PROFILE | {"UserProfileName": "nobody", "AppType": "KernelGateway", "AppName": "a"}),
        ("DescribeSpace", SPACE | {"SpaceName": "nobody"}),
        ("DescribeSpace", SPACE | {"DomainId": "d-other"}),
        ("UpdateSpace", SPACE | {"SpaceName": "nobody"}),
        ("DeleteSpace", SPACE | {"SpaceName": "nobody"}),
        ("CreateSpace", space_request() | {"DomainId": "d-other"}),
        ("CreateSpace", space_request() | {"OwnershipSettings": {"OwnerUserProfileName": "nobody"}}),
        ("DescribeUserProfile", PROFILE | {"UserProfileName": "nobody"}),
        ("UpdateUserProfile", PROFILE | {"UserProfileName": "nobody"}),
        ("DeleteUserProfile", PROFILE | {"UserProfileName": "nobody"}),
        ("CreateUserProfile", PROFILE | {"DomainId": "d-other"}),
        ("UpdateDomain", {"DomainId": "d-other"}),
        ("DeleteDomain", {"DomainId": "d-other"}),
    ],
)
def test_unknown(call, operation, params):
    """What is not there is ResourceNotFound, as in Studio's own calls."""
    status, answer = call(operation, **params)
    assert (status, answer["__type"]) == (400, "ResourceNotFound")
    assert answer["message"].endswith("does not exist.")


@pytest.mark.parametrize(
    ("operation", "params", "part"),
    [
        ("CreateApp", app_request() | {"UserProfileName": "alex"}, "either SpaceName or UserProfileName"),
        ("CreateApp", {k: v for k, v in app_request().items() if k != "SpaceName"}, "either SpaceName or UserProfileName"),
        ("CreateApp", PROFILE | {"AppType": "JupyterLab", "AppName": "default"}, "SpaceName is required"),
        ("CreateApp", app_request(app_type="JupyterLab"), "does not match"),
        ("CreateApp", app_request(instance_type="ml.zz9.large"), "instanceType"),
        ("CreateSpace", {k: v for k, v in space_request("a").items() if k != "OwnershipSettings"}, "given together"),
        ("UpdateSpace", CODE | {"SpaceSettings": {"AppType": "JupyterLab"}}, "can't edit the app type"),
        (
            "UpdateSpace",
            SPACE | {"SpaceSettings": {"SpaceStorageSettings": {"EbsStorageSettings": {"EbsVolumeSizeInGb": 4}}}},
            "greater than or equal to 5",
        ),
    ],
)
def test_wrong_requests(call, space, operation, params, part):
    """A request AWS would refuse is refused, and says why."""
    status, answer = call(operation, **params)
    assert (status, answer["__type"]) == (400, "ValidationException")
    assert part in answer["message"]


def test_a_volume_only_grows(call, clock):
    """A volume cannot become smaller."""
    storage = {"SpaceStorageSettings": {"EbsStorageSettings": {"EbsVolumeSizeInGb": 50}}}
    call("CreateSpace", **space_request(**storage))
    clock.forward(12)
    storage = {"SpaceStorageSettings": {"EbsStorageSettings": {"EbsVolumeSizeInGb": 49}}}
    status, answer = call("UpdateSpace", **CODE, SpaceSettings=storage)
    assert (status, "can't be decreased from 50 to 49" in answer["message"]) == (400, True)


def test_not_yet(call, clock):
    """What is still coming cannot be used, changed or deleted."""
    call("CreateSpace", **space_request())
    assert "status Pending" in call("CreateApp", **app_request())[1]["message"]
    assert "status Pending" in call("UpdateSpace", **CODE)[1]["message"]
    clock.forward(12)
    call("CreateApp", **app_request())
    assert call("DeleteApp", **CODE_APP)[1]["__type"] == "ResourceInUse"
    clock.forward(15)
    call("DeleteApp", **CODE_APP)
    assert call("DeleteApp", **CODE_APP)[1]["__type"] == "ResourceNotFound"


def test_taken(call, app):
    """Names of apps, spaces and profiles can be used once."""
    for operation, params in (("CreateApp", app_request()), ("CreateSpace", space_request()), ("CreateUserProfile", PROFILE)):
        status, answer = call(operation, **params)
        assert (status, answer["__type"], "already exists" in answer["message"]) == (400, "ResourceInUse", True)


def test_still_needed(call, clock, app):
    """A space with a running app, a profile with spaces or apps, and a domain with either cannot be deleted."""
    assert "App(s) are associated" in call("DeleteSpace", **CODE)[1]["message"]
    assert "Space(s) are associated" in call("DeleteUserProfile", **PROFILE)[1]["message"]
    assert "UserProfile(s) are associated" in call("DeleteDomain", DomainId=names.DOMAIN_ID)[1]["message"]
    call("CreateUserProfile", **PROFILE | {"UserProfileName": "sam"})
    clock.forward(12)
    call("CreateApp", **PROFILE | {"UserProfileName": "sam", "AppType": "KernelGateway", "AppName": "kernel"})
    clock.forward(15)
    status, answer = call("DeleteUserProfile", **PROFILE | {"UserProfileName": "sam"})
    assert (status, answer["__type"], "App(s)" in answer["message"]) == (400, "ResourceInUse", True)


def test_domain(call, clock):
    """A domain of one's own, from creation to deletion."""
    status, answer = call("CreateDomain", **domain_request())
    key = {"DomainId": answer["DomainArn"].rpartition("/")[2]}
    assert (status, answer["Url"]) == (200, f"https://{key['DomainId']}.studio.us-east-1.sagemaker.aws")
    assert call("CreateDomain", **domain_request())[1]["__type"] == "ResourceInUse"
    assert call("DescribeDomain", **key)[1]["Status"] == "Pending"
    clock.forward(12)
    assert call("UpdateDomain", **key, AppNetworkAccessType="VpcOnly")[0] == 200
    clock.forward(4)
    domain = call("DescribeDomain", **key)[1]
    assert (domain["Status"], domain["AppNetworkAccessType"], domain["DomainName"]) == ("InService", "VpcOnly", "team")
    call("CreateSpace", **key, SpaceName="a")
    assert "Space(s) are associated" in call("DeleteDomain", **key)[1]["message"]
    clock.forward(12)
    call("DeleteSpace", **key, SpaceName="a")
    clock.forward(8)
    assert call("DeleteDomain", **key) == (200, {})
    clock.forward(8)
    assert [one["DomainName"] for one in call("ListDomains")[1]["Domains"]] == ["practice"]


def test_profile(call, clock):
    """A user profile, from creation to deletion."""
    key = PROFILE | {"UserProfileName": "sam"}
    assert call("CreateUserProfile", **key)[1]["UserProfileArn"][-31:] == "user-profile/d-practice0001/sam"
    assert call("DescribeUserProfile", **key)[1]["Status"] == "Pending"
    clock.forward(12)
    call("UpdateUserProfile", **key, UserSettings={"StudioWebPortal": "ENABLED"})
    clock.forward(4)
    assert call("DescribeUserProfile", **key)[1]["UserSettings"] == {"StudioWebPortal": "ENABLED"}
    assert call("DeleteUserProfile", **key) == (200, {})
    clock.forward(8)
    assert [one["UserProfileName"] for one in call("ListUserProfiles")[1]["UserProfiles"]] == ["alex"]


@pytest.mark.parametrize(
    ("operation", "key", "params", "found"),
    [
        ("ListApps", "AppName", {}, ["default", "default"]),
        ("ListApps", "SpaceName", {"SortOrder": "Descending"}, ["sam-code", "alex-notebooks"]),
        ("ListApps", "SpaceName", {"SortBy": "CreationTime", "MaxResults": 1}, ["alex-notebooks"]),
        ("ListApps", "SpaceName", {"SpaceNameEquals": "sam-code", "DomainIdEquals": names.DOMAIN_ID}, ["sam-code"]),
        ("ListApps", "SpaceName", {"SpaceNameEquals": "nobody"}, []),
        ("ListApps", "SpaceName", {"DomainIdEquals": "d-other"}, []),
        ("ListApps", "SpaceName", {"UserProfileNameEquals": names.USER_PROFILE_NAME}, []),
        ("ListSpaces", "SpaceName", {}, ["alex-notebooks", "sam-code"]),
        ("ListSpaces", "SpaceName", {"SortBy": "LastModifiedTime", "SortOrder": "Descending"}, ["sam-code", "alex-notebooks"]),
        ("ListSpaces", "SpaceName", {"DomainIdEquals": "d-other"}, []),
        ("ListSpaces", "SpaceName", {"SpaceNameContains": "code"}, ["sam-code"]),
        ("ListUserProfiles", "UserProfileName", {"UserProfileNameContains": "ale", "DomainIdEquals": names.DOMAIN_ID}, ["alex"]),
        ("ListUserProfiles", "UserProfileName", {"DomainIdEquals": "d-other"}, []),
        ("ListDomains", "DomainName", {"MaxResults": 1}, ["practice"]),
    ],
)
def test_lists(call, app, operation, key, params, found):
    """Lists respect their filters, orders and pages."""
    answer = call(operation, **params)[1]
    assert [one[key] for one in answer[operation.removeprefix("List")]] == found


def test_pages(call, app):
    """A list goes on where the last page ended."""
    _, first = call("ListApps", MaxResults=1)
    _, second = call("ListApps", MaxResults=1, NextToken=first["NextToken"])
    assert [one["SpaceName"] for one in first["Apps"] + second["Apps"]] == ["alex-notebooks", "sam-code"]
    assert "NextToken" not in second


def test_speed(call, clock, account):
    """At speed 60 an app is there within a second, and a deleted one is remembered for a day all the same."""
    account.speed = 60
    call("CreateSpace", **space_request())
    clock.forward(0.5)
    call("CreateApp", **app_request())
    clock.forward(0.5)
    assert app_of(call)["Status"] == "InService"
    call("DeleteApp", **CODE_APP)
    clock.forward(DAY - 10)
    assert app_of(call)["Status"] == "Deleted"
