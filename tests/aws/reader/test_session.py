"""The Studio app and space."""

from mlcost_ext.aws.reader.session import describe_session
from tests.aws.reader.fakes import denied

APP = {"Status": "InService", "CreationTime": 1795442400, "ResourceSpec": {"InstanceType": "ml.t3.medium"}}
SPACE = {"SpaceArn": "arn", "SpaceSettings": {"SpaceStorageSettings": {"EbsStorageSettings": {"EbsVolumeSizeInGb": 5}}}}


class Studio:
    def __init__(self, **answers):
        self.answers = {"DescribeApp": APP, "DescribeSpace": SPACE, **answers}

    def call(self, region_id, operation, params):
        answer = self.answers[operation]
        if isinstance(answer, Exception):
            raise answer
        return answer


def session_of(studio):
    return describe_session(studio, "us-east-1", "d-1", "work", "JupyterLab", "default")


def test_app_and_space_in_one_answer():
    """Instance, start, volume."""
    expected = {
        "instance_type": "ml.t3.medium",
        "status": "InService",
        "created_at": "2026-11-23T14:00:00Z",
        "space_arn": "arn",
        "volume_gb": 5,
        "problems": [],
    }
    assert session_of(Studio()) == expected


def test_one_that_is_denied_does_not_spoil_the_other():
    """It is named, and its members are unknown, not zero."""
    answer = session_of(Studio(DescribeApp=denied("sagemaker:DescribeApp")))
    assert (answer["instance_type"], answer["created_at"], answer["volume_gb"]) == (None, None, 5)
    assert [problem["code"] for problem in answer["problems"]] == ["permission_missing"]
    assert "sagemaker:DescribeApp" in answer["problems"][0]["message"]


def test_answers_of_a_strange_form_are_unknown():
    """Nothing is guessed."""
    answer = session_of(Studio(DescribeApp={"ResourceSpec": "big"}, DescribeSpace={"SpaceSettings": []}))
    assert (answer["instance_type"], answer["status"], answer["volume_gb"]) == (None, None, None)
