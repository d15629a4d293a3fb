"""Targets of SageMaker's Python SDK, third generation, as they are: read without the network, then launched and compared."""

from __future__ import annotations

from typing import Any

import pytest

from mlcost_ext.sandbox import names

from .conftest import IMAGE, Sdk, StartSdk
from .targets import PRELUDE, cell, compare

SDK = f"""
import os
from unittest import mock

from sagemaker.core.parameter import CategoricalParameter, ContinuousParameter
from sagemaker.core.processing import Processor, ScriptProcessor
from sagemaker.core.resources import EndpointConfig, Model, TrainingJob
from sagemaker.core.shapes import (
    InstanceGroup, InstancePreference, ProductionVariant, ProductionVariantServerlessConfig, S3DataSource,
)
from sagemaker.core.transformer import Transformer
from sagemaker.core.utils.utils import serialize
from sagemaker.core.workflow.parameters import ParameterInteger, ParameterString
from sagemaker.serve import ModelBuilder
from sagemaker.serve.mode.function_pointers import Mode as ServeMode
from sagemaker.train import ModelTrainer
from sagemaker.train.configs import CheckpointConfig, Compute, InputData, SourceCode, StoppingCondition, Tag
from sagemaker.train.model_trainer import Mode
from sagemaker.train.tuner import HyperparameterTuner

role, image = {names.ROLE_ARN!r}, {IMAGE!r}
os.makedirs("src", exist_ok=True)
with open("src/train.py", "w") as file:
    file.write("print('trained')")


def compute(**more):
    return Compute(**{{"instance_type": "ml.m5.xlarge", "instance_count": 2, "volume_size_in_gb": 50, **more}})


def trainer(**more):
    return ModelTrainer(**{{
        "training_image": image, "role": role, "compute": compute(), "base_job_name": "t3",
        "hyperparameters": {{"password": "hunter2"}}, "environment": {{"TOKEN": "hunter2"}}, **more,
    }})
"""


@pytest.fixture(scope="module")
def sdk3(start_sdk: StartSdk) -> Sdk:
    """Give a kernel with the SDK imported."""
    kernel = start_sdk("sdk3")
    cell(kernel, PRELUDE + SDK)
    return kernel


@pytest.fixture(scope="module")
def model(sagemaker: Any) -> str:
    """Give the name of a model that is there."""
    container = {"Image": IMAGE, "ModelDataUrl": "s3://bucket/model.tar.gz"}
    sagemaker.create_model(ModelName="t3-model", ExecutionRoleArn=names.ROLE_ARN, PrimaryContainer=container)
    return "t3-model"


def test_trainer(sdk3: Sdk) -> None:
    """With all that the cost depends on."""
    cell(
        sdk3,
        """
target = trainer(
    compute=compute(enable_managed_spot_training=True),
    stopping_condition=StoppingCondition(max_runtime_in_seconds=600, max_wait_time_in_seconds=1200),
    checkpoint_config=CheckpointConfig(s3_uri="s3://bucket/checkpoints"), tags=[Tag(key="team", value="fraud")],
    input_data_config=[
        InputData(channel_name="train", data_source="s3://bucket/in"),
        InputData(channel_name="test", data_source=S3DataSource(
            s3_data_type="S3Prefix", s3_uri="s3://bucket/test", s3_data_distribution_type="FullyReplicated",
        )),
    ],
)
found = read(target)
target.train(wait=False, logs=False)""",
    )
    same = ("ResourceConfig", "StoppingCondition", "EnableManagedSpotTraining", "Tags", "AlgorithmSpecification")
    found = compare(sdk3, "found", "CreateTrainingJob", *same)
    assert (found["kind"], found["region_id"], found["notes"]) == ("training", names.REGION_ID, [])


def test_trainer_by_default(sdk3: Sdk) -> None:
    """Its compute and its limit are the SDK's own; what it trains on is given to train()."""
    cell(
        sdk3,
        """
target = ModelTrainer(training_image=image, role=role, base_job_name="t3-default")
found = read(target)
target.train(input_data_config=[InputData(channel_name="train", data_source="s3://bucket/in")], wait=False, logs=False)""",
    )
    found = compare(sdk3, "found", "CreateTrainingJob", "ResourceConfig", "StoppingCondition")
    assert found["notes"] == ["The trainer has no input yet; train() is given it."]


def test_warm_pool_and_script(sdk3: Sdk) -> None:
    """A script of this machine is uploaded first, so that its channel is not known yet; nothing was uploaded by reading."""
    cell(
        sdk3,
        """
target = trainer(
    compute=compute(keep_alive_period_in_seconds=300), source_code=SourceCode(source_dir="src", entry_script="train.py"),
)
found = read(target)
target.train(wait=False, logs=False)""",
    )
    found = compare(sdk3, "found", "CreateTrainingJob", "ResourceConfig", "StoppingCondition")
    assert "InputDataConfig" not in found["request"]
    assert found["request"]["ResourceConfig"]["KeepAlivePeriodInSeconds"] == 300


def test_instance_groups(sdk3: Sdk) -> None:
    """A cluster of several types."""
    cell(
        sdk3,
        """
groups = [
    InstanceGroup(instance_group_name="one", instance_type="ml.c5.xlarge", instance_count=1),
    InstanceGroup(instance_group_name="two", instance_type="ml.g5.xlarge", instance_count=2),
]
target = trainer(compute=Compute(instance_groups=groups))
found = read(target)
target.train(wait=False, logs=False)""",
    )
    compare(sdk3, "found", "CreateTrainingJob", "ResourceConfig")


@pytest.mark.parametrize(
    "code",
    [
        "[InstancePreference(instance_type='ml.g5.xlarge'), InstancePreference(instance_type='ml.g6.xlarge')], instance_count=2",
        "[InstancePreference(instance_type='ml.g5.xlarge', instance_count=1)]",
    ],
)
def test_instance_preferences(sdk3: Sdk, code: str) -> None:
    """AWS takes one of them; the count stands once, or with each."""
    cell(
        sdk3,
        f"""
target = trainer(compute=Compute(instance_preferences={code}))
found = read(target)
sent["CreateTrainingJob"] = target._create_training_job_args(boto3=True)
sent["CreateTrainingJob"] = json.loads(json.dumps(sent["CreateTrainingJob"], default=str))""",
    )
    compare(sdk3, "found", "CreateTrainingJob", "ResourceConfig")


def test_tuner(sdk3: Sdk) -> None:
    """Its limits, and its trainer's compute without what a tuning job does not take."""
    cell(
        sdk3,
        """
target = HyperparameterTuner(
    trainer(compute=compute(keep_alive_period_in_seconds=300), tags=[Tag(key="team", value="fraud")]), "loss",
    {"lr": ContinuousParameter(0.1, 0.2)}, max_jobs=4, max_parallel_jobs=2, max_runtime_in_seconds=7200,
    metric_definitions=[{"Name": "loss", "Regex": "loss=(.*)"}], early_stopping_type="Auto",
)
found = read(target)
target.tune(inputs={"train": "s3://bucket/in"}, job_name="t3-tuner", wait=False)""",
    )
    found = compare(sdk3, "found", "CreateHyperParameterTuningJob", "Tags")
    request, sent = found["request"], sdk3.value("sent['CreateHyperParameterTuningJob']")
    for name in ("ResourceConfig", "StoppingCondition"):
        assert request["TrainingJobDefinition"][name] == sent["TrainingJobDefinition"][name]
    for name in ("ResourceLimits", "Strategy", "TrainingJobEarlyStoppingType"):
        assert request["HyperParameterTuningJobConfig"][name] == sent["HyperParameterTuningJobConfig"][name]
    assert found["region_id"] == names.REGION_ID


def test_grid_search(sdk3: Sdk) -> None:
    """Its values stand in place of a number of jobs."""
    cell(
        sdk3,
        """
target = HyperparameterTuner(
    trainer(), "loss", {"lr": CategoricalParameter(["a", "b"])}, strategy="Grid",
    metric_definitions=[{"Name": "loss", "Regex": "loss=(.*)"}],
)
found, theirs = read(target), serialize(target._build_tuning_job_config())""",
    )
    config, theirs = sdk3.value("found")["request"]["HyperParameterTuningJobConfig"], sdk3.value("theirs")
    ranges = theirs["ParameterRanges"]["CategoricalParameterRanges"]
    assert config["ParameterRanges"] == {
        "CategoricalParameterRanges": [{key: each[key] for key in ("Name", "Values")} for each in ranges]
    }


def test_processors(sdk3: Sdk) -> None:
    """With a script, and with types to choose from."""
    cell(
        sdk3,
        """
place = dict(role=role, image_uri=image)
target = ScriptProcessor(command=["python3"], instance_count=2, instance_type="ml.m5.xlarge", max_runtime_in_seconds=600,
                         env={"TOKEN": "hunter2"}, tags=[{"Key": "team", "Value": "fraud"}], **place)
found = read(target)
target.run(code="src/train.py", wait=False, logs=False)""",
    )
    found = compare(sdk3, "found", "CreateProcessingJob", "ProcessingResources", "StoppingCondition")
    assert found["request"]["Tags"] == [{"Key": "team", "Value": "fraud"}]
    cell(
        sdk3,
        """
target = Processor(instance_count=1, instance_preferences=[{"InstanceType": "ml.m5.large"}, {"InstanceType": "ml.m5.xlarge"}],
                   entrypoint=["python3", "/opt/prepare.py"], **place)
found = read(target)
theirs = target._get_process_args([], [], None)["resources"]""",
    )
    assert sdk3.value("found")["request"]["ProcessingResources"] == sdk3.value("theirs")


def test_transformer(sdk3: Sdk, model: str) -> None:
    """Batch transform of a model."""
    cell(
        sdk3,
        f"""
target = Transformer({model!r}, 2, "ml.m5.xlarge", strategy="MultiRecord", max_payload=6, output_path="s3://bucket/out")
found = read(target)
target.transform("s3://bucket/in", wait=False)""",
    )
    compare(sdk3, "found", "CreateTransformJob", "TransformResources", "MaxPayloadInMB", "BatchStrategy")


@pytest.mark.parametrize("code", ["instance_type='ml.m5.xlarge'", "compute=compute(instance_count=3)"])
def test_model_builder(sdk3: Sdk, code: str) -> None:
    """deploy() takes one instance, whatever the compute says."""
    cell(
        sdk3,
        f"""
target = ModelBuilder(image_uri=image, s3_model_data_url="s3://bucket/model.tar.gz", role_arn=role, {code})
found = read(target)
target.build(model_name={"t3-" + code[:7]!r})
later = read(target)
target.deploy(endpoint_name={"t3-" + code[:7]!r}, wait=False)""",
    )
    sent = sdk3.value("sent['CreateEndpointConfig']")["ProductionVariants"]
    for name in ("found", "later"):
        variants = sdk3.value(name)["request"]["ProductionVariants"]
        assert [{key: each[key] for key in ("InstanceType", "InitialInstanceCount")} for each in variants] == [
            {key: each[key] for key in ("InstanceType", "InitialInstanceCount")} for each in sent
        ]
    wanted = ["deploy() takes one instance, not the 3 of the builder's compute, unless it is given them."] if "3" in code else []
    assert sdk3.value("found")["notes"] == wanted


def test_model_builder_that_chooses_itself(sdk3: Sdk) -> None:
    """Its choice is told."""
    cell(
        sdk3,
        """
target = ModelBuilder(image_uri=image, s3_model_data_url="s3://bucket/model.tar.gz", role_arn=role)
found, theirs = read(target), target.instance_type""",
    )
    theirs = sdk3.value("theirs")
    assert sdk3.value("found")["notes"] == [f"The builder has chosen {theirs} itself; deploy() may be given another type."]


def test_local_mode(sdk3: Sdk) -> None:
    """Nothing is billed for it."""
    cell(
        sdk3,
        """
one = read(trainer(training_mode=Mode.LOCAL_CONTAINER, role=None))
two = read(ModelBuilder(image_uri=image, s3_model_data_url="s3://b/m.tar.gz", role_arn=role, mode=ServeMode.LOCAL_CONTAINER,
                        instance_type="ml.m5.large"))""",
    )
    assert sdk3.value("one")["message"] == "This trainer runs in local mode, on this machine: AWS bills nothing for it."
    assert sdk3.value("two")["message"] == "This model builder runs in local mode, on this machine: AWS bills nothing for it."


def test_pipeline_parameters(sdk3: Sdk) -> None:
    """Their defaults count; without one it cannot be known."""
    cell(
        sdk3,
        """
kinds = dict(instance_type=ParameterString("Type", default_value="ml.c5.xlarge"), instance_count=ParameterInteger("Count", 3))
found = read(trainer(compute=compute(**kinds)))
without = read(trainer(compute=compute(instance_type=ParameterString("Type"))))""",
    )
    found = sdk3.value("found")
    assert found["request"]["ResourceConfig"] == {"InstanceType": "ml.c5.xlarge", "InstanceCount": 3, "VolumeSizeInGB": 50}
    assert "The trainer's instance_count is the default of the pipeline parameter Count: 3." in found["notes"]
    assert "the pipeline parameter Type has no default value" in sdk3.value("without")["message"]


def test_resources(sdk3: Sdk) -> None:
    """A job that is there is read as what launched it; a configuration is read as it would be sent."""
    cell(
        sdk3,
        """
target = trainer(base_job_name="t3-there")
target.train(wait=False, logs=False)
found = read(TrainingJob.get(training_job_name=sent["CreateTrainingJob"]["TrainingJobName"]))
variant = ProductionVariant(variant_name="a", model_name="m", instance_type="ml.m5.large", initial_instance_count=2,
                            volume_size_in_gb=9)
serverless = ProductionVariantServerlessConfig(memory_size_in_mb=2048, max_concurrency=5)
config = EndpointConfig(endpoint_config_name="c", production_variants=[
    variant, ProductionVariant(variant_name="b", model_name="m", serverless_config=serverless),
])
variants = read(config)
deployed = read(Model(model_name="m"), instance_type="ml.m5.large")""",
    )
    found, sent = sdk3.value("found")["request"], sdk3.value("sent['CreateTrainingJob']")
    for name in ("TrainingJobName", "ResourceConfig", "StoppingCondition"):
        assert found[name] == sent[name]
    assert "TrainingJobStatus" not in found
    assert sdk3.value("variants")["request"]["ProductionVariants"] == [
        {"VariantName": "a", "ModelName": "m", "InstanceType": "ml.m5.large", "InitialInstanceCount": 2, "VolumeSizeInGB": 9},
        {"VariantName": "b", "ModelName": "m", "ServerlessConfig": {"MemorySizeInMB": 2048, "MaxConcurrency": 5}},
    ]
    assert sdk3.value("deployed")["request"]["ProductionVariants"][0]["ModelName"] == "m"


CUSTOMIZERS = """
import sagemaker.train.{module} as module
from sagemaker.train.common import FineTuningOptions
from sagemaker.train.common_utils.finetune_utils import _create_serverless_config
from sagemaker.train.configs import HyperPodCompute

arn = "arn:aws:sagemaker:us-east-1:aws:hub-content/SageMakerPublicHub/Model/m/1"
answers = {{
    "_get_fine_tuning_options_and_model_arn": (FineTuningOptions({{}}), arn, False),
    "_resolve_model_with_checkpoint": ("m", "m", None),
    "_resolve_model_and_name": ("m", "m"),
    "_validate_and_resolve_model_package_group": "group",
}}
mocks = {{name: mock.Mock(return_value=value) for name, value in answers.items() if hasattr(module, name)}}
with mock.patch.multiple(module, **mocks):
    usual = dict(model="m", training_dataset="s3://bucket/data.jsonl", accept_eula=True, role=role, model_package_group="group")
    targets = [module.{name}(**usual, **more) for more in ({{}}, *{more})]
answers = [read(target) for target in targets]
refused = read(targets[0], instance_type="ml.g5.xlarge")
theirs = serialize(_create_serverless_config(arn, targets[0]._customization_technique, targets[0].training_type, True))
"""
ON_COMPUTE = "(dict(compute=compute(instance_type='ml.p5.48xlarge')), dict(compute=HyperPodCompute(cluster_name='c')))"


@pytest.mark.parametrize(
    ("module", "name", "more"),
    [
        ("sft_trainer", "SFTTrainer", ON_COMPUTE),
        ("dpo_trainer", "DPOTrainer", ON_COMPUTE),
        ("rlvr_trainer", "RLVRTrainer", ON_COMPUTE),
        ("rlaif_trainer", "RLAIFTrainer", "()"),
    ],
)
def test_customizers(sdk3: Sdk, module: str, name: str, more: str) -> None:
    """Serverless they say model and technique; with compute they run on instances; on a cluster they cost nothing more."""
    cell(sdk3, CUSTOMIZERS.format(module=module, name=name, more=more))
    answers = sdk3.value("answers")
    theirs = sdk3.value("theirs")
    config = answers[0]["request"]["ServerlessJobConfig"]
    assert config == {key: theirs[key] for key in ("JobType", "BaseModelArn", "CustomizationTechnique", "Peft")}
    assert answers[0]["request"]["InputDataConfig"][0]["ChannelName"] == "train"
    assert "without instances of your choice" in sdk3.value("refused")["message"]
    if more == ON_COMPUTE:
        kept = {"InstanceType": "ml.p5.48xlarge", "InstanceCount": 2, "VolumeSizeInGB": 50}
        assert answers[1]["request"]["ResourceConfig"] == kept
        assert "HyperPod cluster" in answers[2]["message"]
