"""SageMaker's Python SDK, third generation, against the practice account, unchanged; our hook notes what it launches."""

from __future__ import annotations

from typing import Any

import pytest

from mlcost_ext.sandbox import names

from .conftest import IMAGE, Sdk, StartSdk, last_launch, program, same_version

PRELUDE = f"""
from sagemaker.core.parameter import ContinuousParameter
from sagemaker.core.processing import Processor
from sagemaker.core.resources import AutoMLJobV2, Endpoint, EndpointConfig, Model, TrainingJob
from sagemaker.core.shapes import (
    AutoMLDataSource, AutoMLJobChannel, AutoMLJobCompletionCriteria, AutoMLOutputDataConfig, AutoMLProblemTypeConfig,
    AutoMLS3DataSource, ContainerDefinition, ProcessingInput, ProcessingS3Input, ProductionVariant, TabularJobConfig,
)
from sagemaker.core.transformer import Transformer
from sagemaker.train import ModelTrainer
from sagemaker.train.configs import Compute, InputData, StoppingCondition, Tag
from sagemaker.train.tuner import HyperparameterTuner

role = {names.ROLE_ARN!r}
image = {IMAGE!r}
data = [InputData(channel_name="train", data_source="s3://bucket/in")]


def trainer(**hyperparameters):
    return ModelTrainer(
        training_image=image, compute=Compute(instance_type="ml.m5.xlarge", instance_count=2), base_job_name="v3-train",
        hyperparameters={{"password": "hunter2", **hyperparameters}}, tags=[Tag(key="team", value="fraud")],
        stopping_condition=StoppingCondition(max_runtime_in_seconds=3600),
    )
"""


@pytest.fixture(scope="module")
def sdk3(start_sdk: StartSdk) -> Sdk:
    """Give a kernel with the SDK imported."""
    kernel = start_sdk("sdk3")
    kernel.do(PRELUDE)
    return kernel


@pytest.fixture(scope="module")
def model(sagemaker: Any) -> str:
    """Give the name of a model that is there."""
    container = {"Image": IMAGE, "ModelDataUrl": "s3://bucket/model.tar.gz"}
    sagemaker.create_model(ModelName="v3-model", ExecutionRoleArn=names.ROLE_ARN, PrimaryContainer=container)
    return "v3-model"


def test_version_is_the_pinned_one() -> None:
    """What is tested here is what `versions.txt` says."""
    assert same_version("sdk3", program("sdk3", "python"))


def test_training(sdk3: Sdk, sagemaker: Any) -> None:
    """`ModelTrainer.train` checks the role and launches; the launch is noted with what it runs on and its tags."""
    sdk3.do("trainer().train(input_data_config=data, wait=False, logs=False)")
    kind, name, result = last_launch(sdk3)
    assert (kind, name[:8], result) == ("training", "v3-train", "accepted")
    launch = sdk3.launches()[-1]
    assert launch["request"]["ResourceConfig"] == {"InstanceCount": 2, "InstanceType": "ml.m5.xlarge", "VolumeSizeInGB": 30}
    assert launch["tags"]["team"] == "fraud"
    assert sagemaker.describe_training_job(TrainingJobName=name)["TrainingJobStatus"] == "InProgress"


def test_training_that_is_waited_for(sdk3: Sdk, sagemaker: Any) -> None:
    """With `wait=True` the SDK follows job and log until the end."""
    sdk3.do("trainer(PRACTICE_RUN_SECONDS='20').train(input_data_config=data)")
    described = sagemaker.describe_training_job(TrainingJobName=last_launch(sdk3)[1])
    assert described["TrainingJobStatus"] == "Completed"
    assert described["BillableTimeInSeconds"] > 0


def test_jobs_are_listed_described_and_stopped(sdk3: Sdk, sagemaker: Any) -> None:
    """`TrainingJob.get_all`, `refresh` and `stop`, on the jobs that the account opens with too."""
    code = "jobs = [job.refresh() for job in TrainingJob.get_all()]\nrunning = [job for job in jobs if job.training_job_name"
    sdk3.do(code + ".startswith('v3-train') and job.training_job_status == 'InProgress']\nrunning[0].stop()")
    assert sdk3.value("len(jobs)") > 2
    stopped = sagemaker.describe_training_job(TrainingJobName=sdk3.value("running[0].training_job_name"))
    assert stopped["TrainingJobStatus"] in ("Stopping", "Stopped")


def test_tuning(sdk3: Sdk, sagemaker: Any) -> None:
    """`HyperparameterTuner.tune`."""
    sdk3.do("""
HyperparameterTuner(
    trainer(), "loss", {"lr": ContinuousParameter(0.1, 0.2)}, max_jobs=4, max_parallel_jobs=2,
    metric_definitions=[{"Name": "loss", "Regex": "loss=(.*)"}],
).tune(inputs={"train": "s3://bucket/in"}, job_name="v3-tune", wait=False)""")
    assert last_launch(sdk3) == ("tuning", "v3-tune", "accepted")
    described = sagemaker.describe_hyper_parameter_tuning_job(HyperParameterTuningJobName="v3-tune")
    assert described["HyperParameterTuningJobStatus"] == "InProgress"


def test_processing(sdk3: Sdk, sagemaker: Any) -> None:
    """`Processor.run`."""
    sdk3.do("""
Processor(
    role=role, image_uri=image, instance_count=1, instance_type="ml.m5.xlarge", env={"TOKEN": "hunter2"},
).run(
    inputs=[ProcessingInput(input_name="in", s3_input=ProcessingS3Input(
        s3_uri="s3://bucket/in", local_path="/opt/ml/processing/in", s3_data_type="S3Prefix", s3_input_mode="File",
    ))],
    wait=False, logs=False, job_name="v3-prepare",
)""")
    assert last_launch(sdk3) == ("processing", "v3-prepare", "accepted")
    assert sagemaker.describe_processing_job(ProcessingJobName="v3-prepare")["ProcessingJobStatus"] == "InProgress"


def test_transform(sdk3: Sdk, sagemaker: Any, model: str) -> None:
    """`Transformer.transform`."""
    sdk3.do(f"Transformer({model!r}, 1, 'ml.m5.xlarge').transform('s3://bucket/in', job_name='v3-transform', wait=False)")
    assert last_launch(sdk3) == ("transform", "v3-transform", "accepted")
    assert sagemaker.describe_transform_job(TransformJobName="v3-transform")["TransformJobStatus"] == "InProgress"


def test_endpoint(sdk3: Sdk, sagemaker: Any, model: str) -> None:
    """`EndpointConfig.create` and `Endpoint.create`, waited for and deleted."""
    sdk3.do("""
EndpointConfig.create(endpoint_config_name="v3-endpoint", production_variants=[ProductionVariant(
    variant_name="all", model_name="v3-model", initial_instance_count=1, instance_type="ml.m5.xlarge",
)])
endpoint = Endpoint.create(endpoint_name="v3-endpoint", endpoint_config_name="v3-endpoint")""")
    assert last_launch(sdk3) == ("endpoint", "v3-endpoint", "accepted")
    sdk3.do("endpoint.wait_for_status('InService', poll=1, timeout=100)")
    assert sagemaker.describe_endpoint(EndpointName="v3-endpoint")["EndpointStatus"] == "InService"
    sdk3.do("endpoint.delete()")


def test_model(sdk3: Sdk) -> None:
    """`Model.create`, which reads it back."""
    sdk3.do("""
Model.create(
    model_name="v3-created", execution_role_arn=role,
    primary_container=ContainerDefinition(image=image, model_data_url="s3://bucket/model.tar.gz"),
)""")


def test_model_builder(sdk3: Sdk, sagemaker: Any) -> None:
    """`ModelBuilder.build` and `deploy`."""
    sdk3.do("""
from sagemaker.serve import ModelBuilder
builder = ModelBuilder(image_uri=image, s3_model_data_url="s3://bucket/model.tar.gz", role_arn=role, instance_type="ml.m5.xlarge")
builder.build(model_name="v3-built")
builder.deploy(endpoint_name="v3-built", wait=False)""")
    assert last_launch(sdk3) == ("endpoint", "v3-built", "accepted")
    assert sagemaker.describe_endpoint(EndpointName="v3-built")["EndpointStatus"] in ("Creating", "InService")


def test_automl(sdk3: Sdk, sagemaker: Any) -> None:
    """`AutoMLJobV2.create`."""
    sdk3.do("""
AutoMLJobV2.create(
    auto_ml_job_name="v3-auto", role_arn=role,
    auto_ml_job_input_data_config=[AutoMLJobChannel(channel_type="training", data_source=AutoMLDataSource(
        s3_data_source=AutoMLS3DataSource(s3_data_type="S3Prefix", s3_uri="s3://bucket/in"),
    ))],
    output_data_config=AutoMLOutputDataConfig(s3_output_path="s3://bucket/out"),
    auto_ml_problem_type_config=AutoMLProblemTypeConfig(tabular_job_config=TabularJobConfig(
        target_attribute_name="y", completion_criteria=AutoMLJobCompletionCriteria(max_candidates=3),
    )),
)""")
    assert last_launch(sdk3) == ("automl", "v3-auto", "accepted")
    assert sagemaker.describe_auto_ml_job_v2(AutoMLJobName="v3-auto")["AutoMLJobStatus"] == "InProgress"
