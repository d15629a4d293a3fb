"""The machine this server runs on."""

import pytest

from mlcost_ext.aws.reader.session import describe_notebook, describe_studio
from tests.aws.reader.fakes import denied

APP = {"Status": "InService", "CreationTime": 1795442400, "ResourceSpec": {"InstanceType": "ml.t3.medium"}}
SPACE = {
    "SpaceArn": "arn",
    "SpaceSettings": {
        "SpaceStorageSettings": {"EbsStorageSettings": {"EbsVolumeSizeInGb": 5}},
        "JupyterLabAppSettings": {"AppLifecycleManagement": {"IdleSettings": {"IdleTimeoutInMinutes": 120}}},
    },
    "OwnershipSettings": {"OwnerUserProfileName": "alex"},
    "SpaceSharingSettings": {"SharingType": "Private"},
}
NOTEBOOK = {
    "NotebookInstanceArn": "arn",
    "NotebookInstanceStatus": "InService",
    "InstanceType": "ml.t3.medium",
    "VolumeSizeInGB": 20,
    "CreationTime": 1700000000,
    "LastModifiedTime": 1795442400,
}


def caller(**answers):
    def call(operation, params):
        answer = {"DescribeApp": APP, "DescribeSpace": SPACE, "DescribeNotebookInstance": NOTEBOOK, **answers}[operation]
        if isinstance(answer, Exception):
            raise answer
        return answer

    return call


def studio(**answers):
    return describe_studio(caller(**answers), "d-1", "work", "JupyterLab", "default")


def test_app_and_space_in_one_answer():
    """Instance, start, volume, and whose it is."""
    expected = {
        "instance_type": "ml.t3.medium",
        "status": "InService",
        "created_at": "2026-11-23T14:00:00Z",
        "is_prepaid": False,
        "space_arn": "arn",
        "volume_gb": 5,
        "idle_timeout_in_minutes": 120,
        "owner_user_profile_name": "alex",
        "sharing_type": "Private",
        "problems": [],
    }
    assert studio() == expected


@pytest.mark.parametrize(
    ("settings", "app_type"),
    [
        ({}, "JupyterLab"),
        ({"JupyterLabAppSettings": {"AppLifecycleManagement": {"IdleSettings": {}}}}, "JupyterLab"),
        ({"JupyterLabAppSettings": {"AppLifecycleManagement": {"IdleSettings": {"IdleTimeoutInMinutes": "60"}}}}, "JupyterLab"),
        (SPACE["SpaceSettings"], "CodeEditor"),
    ],
)
def test_an_idle_timeout_that_the_space_does_not_have_is_not_known(settings, app_type):
    """The domain's is not asked for, and another app's is not this one's."""
    answer = describe_studio(caller(DescribeSpace={**SPACE, "SpaceSettings": settings}), "d-1", "work", app_type, "default")
    assert answer["idle_timeout_in_minutes"] is None


def test_an_app_on_a_training_plan_was_paid_up_front():
    """Its ARN is read and not told on."""
    plan = {"InstanceType": "ml.p5.48xlarge", "TrainingPlanArn": "arn:aws:sagemaker:us-east-1:111122223333:training-plan/p"}
    answer = studio(DescribeApp={**APP, "ResourceSpec": plan})
    assert (answer["instance_type"], answer["is_prepaid"]) == ("ml.p5.48xlarge", True)


def test_one_that_is_denied_does_not_spoil_the_other():
    """It is named, and its members are unknown, not zero."""
    answer = studio(DescribeApp=denied("sagemaker:DescribeApp"))
    assert (answer["instance_type"], answer["created_at"], answer["volume_gb"]) == (None, None, 5)
    assert [problem["code"] for problem in answer["problems"]] == ["permission_missing"]
    assert "sagemaker:DescribeApp" in answer["problems"][0]["message"]


def test_answers_of_a_strange_form_are_unknown():
    """Nothing is guessed."""
    answer = studio(DescribeApp={"ResourceSpec": "big"}, DescribeSpace={"SpaceSettings": []})
    assert (answer["instance_type"], answer["status"], answer["volume_gb"], answer["sharing_type"]) == (None,) * 4


@pytest.mark.parametrize(("status", "since"), [("InService", "2026-11-23T14:00:00Z"), ("Updating", None)])
def test_a_notebook_instance_runs_since_it_was_last_changed(status, since):
    """While it is in service: starting it is the last change there was."""
    answer = describe_notebook(caller(DescribeNotebookInstance={**NOTEBOOK, "NotebookInstanceStatus": status}), "n")
    told = {"instance_type": "ml.t3.medium", "status": status, "created_at": since, "volume_gb": 20, "arn": "arn"}
    assert answer == {**told, "problems": []}
