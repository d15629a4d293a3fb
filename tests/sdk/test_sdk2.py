"""SageMaker's Python SDK, second generation, against the practice account, unchanged; our hook notes what it launches."""

from __future__ import annotations

from typing import Any

import pytest

from mlcost_ext.sandbox import names

from .conftest import IMAGE, Sdk, StartSdk, last_launch, program, same_version

PRELUDE = f"""
import sagemaker
from sagemaker.automl.automl import AutoML
from sagemaker.estimator import Estimator
from sagemaker.model import Model
from sagemaker.processing import ProcessingInput, ProcessingOutput, ScriptProcessor
from sagemaker.serverless import ServerlessInferenceConfig
from sagemaker.transformer import Transformer
from sagemaker.tuner import ContinuousParameter, HyperparameterTuner

role = {names.ROLE_ARN!r}
image = {IMAGE!r}
estimator = Estimator(
    image_uri=image, role=role, instance_count=2, instance_type="ml.m5.xlarge", max_run=3600,
    hyperparameters={{"password": "hunter2"}}, tags=[{{"Key": "team", "Value": "fraud"}}],
)
"""


@pytest.fixture(scope="module")
def sdk2(start_sdk: StartSdk) -> Sdk:
    """Give a kernel with the SDK imported."""
    kernel = start_sdk("sdk2")
    kernel.do(PRELUDE)
    return kernel


def test_version_is_the_pinned_one() -> None:
    """What is tested here is what `versions.txt` says."""
    assert same_version("sdk2", program("sdk2", "python"))


def test_training(sdk2: Sdk, sagemaker: Any) -> None:
    """`Estimator.fit` launches, and the launch is noted with what it runs on and its tags."""
    sdk2.do("estimator.fit({'train': 's3://bucket/in'}, wait=False, job_name='v2-train')")
    assert last_launch(sdk2) == ("training", "v2-train", "accepted")
    launch = sdk2.launches()[-1]
    assert launch["request"]["ResourceConfig"] == {"InstanceCount": 2, "InstanceType": "ml.m5.xlarge", "VolumeSizeInGB": 30}
    assert launch["tags"] == {"team": "fraud"}
    assert sagemaker.describe_training_job(TrainingJobName="v2-train")["TrainingJobStatus"] == "InProgress"


def test_training_that_is_waited_for(sdk2: Sdk) -> None:
    """With `wait=True` the SDK follows job and log until the end, and prints AWS's billable seconds."""
    code = "estimator.set_hyperparameters(PRACTICE_RUN_SECONDS='20')\n"
    answer = sdk2.do(code + "estimator.fit({'train': 's3://bucket/in'}, job_name='v2-waited')")
    assert "Training seconds:" in answer.stdout
    assert "Billable seconds:" in answer.stdout


def test_tuning(sdk2: Sdk, sagemaker: Any) -> None:
    """`HyperparameterTuner.fit`."""
    sdk2.do("""
HyperparameterTuner(
    estimator, "loss", {"lr": ContinuousParameter(0.1, 0.2)}, max_jobs=4, max_parallel_jobs=2,
    metric_definitions=[{"Name": "loss", "Regex": "loss=(.*)"}],
).fit({"train": "s3://bucket/in"}, job_name="v2-tune", wait=False)""")
    assert last_launch(sdk2) == ("tuning", "v2-tune", "accepted")
    limits = sdk2.launches()[-1]["request"]["HyperParameterTuningJobConfig"]["ResourceLimits"]
    assert limits == {"MaxNumberOfTrainingJobs": 4, "MaxParallelTrainingJobs": 2}
    described = sagemaker.describe_hyper_parameter_tuning_job(HyperParameterTuningJobName="v2-tune")
    assert described["HyperParameterTuningJobStatus"] == "InProgress"


def test_processing(sdk2: Sdk, sagemaker: Any) -> None:
    """`ScriptProcessor.run` uploads its script and launches."""
    sdk2.do("""
with open("prepare.py", "w") as file:
    file.write("print('prepared')")
ScriptProcessor(
    role=role, image_uri=image, command=["python3"], instance_count=1, instance_type="ml.m5.xlarge", env={"TOKEN": "hunter2"},
).run(
    code="prepare.py", wait=False, logs=False, job_name="v2-prepare",
    inputs=[ProcessingInput(source="s3://bucket/in", destination="/opt/ml/processing/in")],
    outputs=[ProcessingOutput(source="/opt/ml/processing/out")],
)""")
    assert last_launch(sdk2) == ("processing", "v2-prepare", "accepted")
    assert sagemaker.describe_processing_job(ProcessingJobName="v2-prepare")["ProcessingJobStatus"] == "InProgress"


def test_transform(sdk2: Sdk, sagemaker: Any) -> None:
    """A model, then `Transformer.transform`."""
    sdk2.do("""
model = Model(image_uri=image, model_data="s3://bucket/model.tar.gz", role=role, name="v2-model")
model.create(instance_type="ml.m5.xlarge")
Transformer("v2-model", 1, "ml.m5.xlarge").transform("s3://bucket/in", job_name="v2-transform", wait=False)""")
    assert last_launch(sdk2) == ("transform", "v2-transform", "accepted")
    assert sagemaker.describe_transform_job(TransformJobName="v2-transform")["TransformJobStatus"] == "InProgress"


def test_endpoint(sdk2: Sdk, sagemaker: Any) -> None:
    """`Model.deploy` makes model, configuration and endpoint; the predictor deletes it."""
    sdk2.do("""
model = Model(image_uri=image, model_data="s3://bucket/model.tar.gz", role=role, name="v2-deployed")
model.deploy(1, "ml.m5.xlarge", endpoint_name="v2-endpoint", wait=False)""")
    assert last_launch(sdk2) == ("endpoint", "v2-endpoint", "accepted")
    assert sdk2.launches()[-1]["request"]["EndpointConfigName"] == "v2-endpoint"
    assert sagemaker.describe_endpoint(EndpointName="v2-endpoint")["EndpointStatus"] in ("Creating", "InService")
    variants = sagemaker.describe_endpoint_config(EndpointConfigName="v2-endpoint")["ProductionVariants"]
    assert [variant["InstanceType"] for variant in variants] == ["ml.m5.xlarge"]


def test_endpoint_that_is_waited_for_and_deleted(sdk2: Sdk, sagemaker: Any) -> None:
    """Serverless; the SDK waits until it is in service, looking each second instead of each half minute."""
    sdk2.do("""
model = Model(image_uri=image, model_data="s3://bucket/model.tar.gz", role=role, name="v2-serverless")
size = ServerlessInferenceConfig(memory_size_in_mb=2048, max_concurrency=5)
model.deploy(serverless_inference_config=size, endpoint_name="v2-serverless", wait=False)
model.sagemaker_session.wait_for_endpoint("v2-serverless", poll=1)""")
    assert sagemaker.describe_endpoint(EndpointName="v2-serverless")["EndpointStatus"] == "InService"
    sdk2.do("sagemaker.Session().delete_endpoint('v2-serverless')")


def test_automl(sdk2: Sdk, sagemaker: Any) -> None:
    """`AutoML.fit`."""
    sdk2.do("AutoML(role, 'y', max_candidates=3).fit('s3://bucket/in', job_name='v2-auto', wait=False, logs=False)")
    assert last_launch(sdk2) == ("automl", "v2-auto", "accepted")
    assert sagemaker.describe_auto_ml_job(AutoMLJobName="v2-auto")["AutoMLJobStatus"] == "InProgress"
