"""A real server and a real client: what a person or a script does with each kind, waiting as boto3 waits."""

import boto3
import pytest
from botocore.config import Config

from mlcost_ext.sandbox import names
from mlcost_ext.sandbox.account import Account
from mlcost_ext.sandbox.server import make_practice_server

from . import asks
from .conftest import request_for

WAIT = {"Delay": 0.05, "MaxAttempts": 400}


@pytest.fixture(scope="module")
def server():
    server = make_practice_server(Account(speed=400))
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def sagemaker(server):
    secret = {"aws_access_key_id": names.ACCESS_KEY_ID, "aws_secret_access_key": "x"}
    config = Config(retries={"total_max_attempts": 1})
    return boto3.client("sagemaker", endpoint_url=server.url, region_name=names.REGION_ID, config=config, **secret)


def wait(sagemaker, waiter, **key):
    sagemaker.get_waiter(waiter).wait(**key, WaiterConfig=WAIT)


def test_jobs(sagemaker):
    """Training, processing and transform jobs are waited for until they end."""
    sagemaker.create_training_job(**request_for("to-wait-for", Environment=asks.wish(60)))
    sagemaker.create_processing_job(**asks.processing_request("to-wait-for"))
    sagemaker.create_transform_job(**asks.transform_request("to-wait-for"))
    wait(sagemaker, "training_job_completed_or_stopped", TrainingJobName="to-wait-for")
    wait(sagemaker, "processing_job_completed_or_stopped", ProcessingJobName="to-wait-for")
    wait(sagemaker, "transform_job_completed_or_stopped", TransformJobName="to-wait-for")
    assert sagemaker.describe_processing_job(ProcessingJobName="to-wait-for")["ProcessingJobStatus"] == "Completed"


def test_endpoint(sagemaker):
    """Model, configuration, endpoint: created, used, changed and deleted, as a notebook does it."""
    container = {"Image": "image", "ModelDataUrl": "s3://bucket/model.tar.gz"}
    model = sagemaker.create_model(ModelName="model", PrimaryContainer=container, ExecutionRoleArn=names.ROLE_ARN)
    assert model["ModelArn"].endswith("model/model")
    sagemaker.create_endpoint_config(**asks.config_request())
    sagemaker.create_endpoint(**asks.endpoint_request())
    wait(sagemaker, "endpoint_in_service", EndpointName="endpoint")
    desired = [{"VariantName": "AllTraffic", "DesiredInstanceCount": 5}]
    sagemaker.update_endpoint_weights_and_capacities(EndpointName="endpoint", DesiredWeightsAndCapacities=desired)
    wait(sagemaker, "endpoint_in_service", EndpointName="endpoint")
    variants = sagemaker.describe_endpoint(EndpointName="endpoint")["ProductionVariants"]
    assert variants[0]["CurrentInstanceCount"] == 5
    sagemaker.delete_endpoint(EndpointName="endpoint")
    wait(sagemaker, "endpoint_deleted", EndpointName="endpoint")
    sagemaker.delete_endpoint_config(EndpointConfigName="config")
    sagemaker.delete_model(ModelName="model")
    assert sagemaker.list_endpoints()["Endpoints"] == []


def test_notebook_instance(sagemaker):
    """A notebook instance is waited for through its states."""
    key = {"NotebookInstanceName": "desk"}
    sagemaker.create_notebook_instance(**asks.notebook_request())
    wait(sagemaker, "notebook_instance_in_service", **key)
    sagemaker.stop_notebook_instance(**key)
    wait(sagemaker, "notebook_instance_stopped", **key)
    sagemaker.delete_notebook_instance(**key)
    wait(sagemaker, "notebook_instance_deleted", **key)


def test_studio(sagemaker):
    """A space and its app, paged through, with the exceptions Studio's calls raise."""
    sagemaker.create_space(**asks.space_request())
    with pytest.raises(sagemaker.exceptions.ResourceInUse):
        sagemaker.create_space(**asks.space_request())
    key = {"DomainId": names.DOMAIN_ID, "SpaceName": "sam-code"}
    statuses = iter(lambda: sagemaker.describe_space(**key)["Status"], "InService")
    assert set(statuses) <= {"Pending"}
    sagemaker.create_app(**asks.app_request())
    app = key | {"AppType": "CodeEditor", "AppName": "default"}
    statuses = iter(lambda: sagemaker.describe_app(**app)["Status"], "InService")
    assert set(statuses) <= {"Pending"}
    pages = sagemaker.get_paginator("list_apps").paginate(PaginationConfig={"PageSize": 1})
    assert {one["SpaceName"] for page in pages for one in page["Apps"]} == {names.SPACE_NAME, "sam-code"}
    sagemaker.delete_app(**app)
    with pytest.raises(sagemaker.exceptions.ResourceNotFound):
        sagemaker.delete_app(**app)


def test_tuning(sagemaker):
    """A tuning job's training jobs are paged through; an unknown one is ResourceNotFound."""
    sagemaker.create_hyper_parameter_tuning_job(**asks.tuning_request(count=6, parallel=3))
    key = {"HyperParameterTuningJobName": "sweep"}
    describe = sagemaker.describe_hyper_parameter_tuning_job
    statuses = iter(lambda: describe(**key)["HyperParameterTuningJobStatus"], "Completed")
    assert set(statuses) <= {"InProgress"}
    paginator = sagemaker.get_paginator("list_training_jobs_for_hyper_parameter_tuning_job")
    pages = paginator.paginate(**key, PaginationConfig={"PageSize": 4})
    assert len({one["TrainingJobName"] for page in pages for one in page["TrainingJobSummaries"]}) == 6
    with pytest.raises(sagemaker.exceptions.ResourceNotFound):
        describe(HyperParameterTuningJobName="nobody")


def test_what_is_left_to_moto(sagemaker):
    """Operations on kinds that are not kept here are still moto's."""
    name = {"NotebookInstanceLifecycleConfigName": "setup"}
    assert sagemaker.create_notebook_instance_lifecycle_config(**name)["NotebookInstanceLifecycleConfigArn"]
    assert sagemaker.list_models()["Models"] == []
