"""Every operation the front answers, against AWS's own model of it."""

import pytest
from botocore.validate import ParamValidator

from mlcost_ext.sandbox import names
from mlcost_ext.sandbox.model import operation_model
from mlcost_ext.sandbox.operations import OPERATIONS
from mlcost_ext.sandbox.seed import seed_opening, seed_running

from .conftest import request_for, spot_request
from .model_walk import faults

RUNNING = "fraud-transformer-finetune-014"
ARN = names.sagemaker_arn(names.REGION_ID, f"training-job/{RUNNING}")
SPACE = {"DomainId": names.DOMAIN_ID, "SpaceName": names.SPACE_NAME}
ROUND = {
    "CreateTrainingJob": [request_for("another-job"), spot_request("another-spot")],
    "DescribeTrainingJob": [{"TrainingJobName": f"fraud-transformer-finetune-0{n}"} for n in (12, 13, 14)],
    "ListTrainingJobs": [{}, {"MaxResults": 2, "SortBy": "Status"}],
    "Search": [{"Resource": "TrainingJob", "MaxResults": 100}, {"Resource": "TrainingJob", "MaxResults": 2}],
    "AddTags": [{"ResourceArn": ARN, "Tags": [{"Key": "stage", "Value": "dev"}]}],
    "DeleteTags": [{"ResourceArn": ARN, "TagKeys": ["stage"]}],
    "ListTags": [{"ResourceArn": ARN}, {"ResourceArn": names.SPACE_ARN}],
    "DescribeApp": [SPACE | {"AppType": "JupyterLab", "AppName": "default"}],
    "ListApps": [{}, {"SpaceNameEquals": "nobody"}],
    "DescribeSpace": [SPACE],
    "ListSpaces": [{}, {"SpaceNameContains": "nobody"}],
    "DescribeUserProfile": [{"DomainId": names.DOMAIN_ID, "UserProfileName": names.USER_PROFILE_NAME}],
    "DescribeDomain": [{"DomainId": names.DOMAIN_ID}],
    "StopTrainingJob": [{"TrainingJobName": RUNNING}],
    "SimulatePrincipalPolicy": [{"PolicySourceArn": names.ROLE_ARN, "ActionNames": ["s3:GetObject"]}],
    "GetCallerIdentity": [{}],
}


def test_round_is_whole():
    """The round below leaves no operation out."""
    assert set(ROUND) == {operation for _, operation in OPERATIONS}


@pytest.mark.parametrize("seconds", [0, 8, 60, 107, 120, 5000])
def test_answers_fit_the_model(account, clock, seconds):
    """Members, types, enums, patterns and bounds of every answer are AWS's, at any time of a job's life."""
    seed_opening(account)
    seed_running(account, 5)
    for request in (request_for("early"), spot_request("early-spot")):
        OPERATIONS["sagemaker", "CreateTrainingJob"](account, request, names.REGION_ID)
    clock.forward(seconds)
    for (service, name), operation in OPERATIONS.items():
        shape = operation_model(service, name).output_shape
        for params in ROUND[name]:
            answer = operation(account, params, names.REGION_ID)
            if shape is None:
                assert answer is None
                continue
            assert ParamValidator().validate(answer, shape).generate_report() == ""
            assert list(faults(shape, answer)) == []


def test_the_walker_finds_faults():
    """The walker itself sees a wrong status, a malformed ARN, an unknown and a missing member."""
    shape = operation_model("sagemaker", "ListTrainingJobs").output_shape
    summary = {"TrainingJobName": "-a", "TrainingJobArn": "arn", "TrainingJobStatus": "Fine", "Colour": "red"}
    found = list(faults(shape, {"TrainingJobSummaries": [summary]}))
    assert len(found) == 5
