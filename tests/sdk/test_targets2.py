"""Targets of SageMaker's Python SDK, second generation, as they are: read without the network, then launched and compared."""

from __future__ import annotations

import pytest

from mlcost_ext.sandbox import names

from .conftest import IMAGE, Sdk, StartSdk
from .targets import PRELUDE, cell, compare

SDK = f"""
import os

os.environ["SAGEMAKER_SUPPRESS_V2_WARNING"] = "1"
import sagemaker
from sagemaker.estimator import Estimator
from sagemaker.huggingface import HuggingFace
from sagemaker.inputs import TrainingInput
from sagemaker.instance_group import InstanceGroup
from sagemaker.model import Model
from sagemaker.multidatamodel import MultiDataModel
from sagemaker.pipeline import PipelineModel
from sagemaker.processing import FrameworkProcessor, ProcessingInput, Processor, ScriptProcessor
from sagemaker.pytorch import PyTorch
from sagemaker.sklearn import SKLearn
from sagemaker.sklearn.processing import SKLearnProcessor
from sagemaker.spark.processing import PySparkProcessor
from sagemaker.tensorflow import TensorFlow
from sagemaker.transformer import Transformer
from sagemaker.tuner import (
    CategoricalParameter, ContinuousParameter, HyperparameterTuner, InstanceConfig, TuningJobCompletionCriteriaConfig,
    WarmStartConfig, WarmStartTypes,
)
from sagemaker.workflow.execution_variables import ExecutionVariables
from sagemaker.workflow.parameters import ParameterBoolean, ParameterInteger, ParameterString
from sagemaker.xgboost import XGBoost

role, image = {names.ROLE_ARN!r}, {IMAGE!r}
place = dict(role=role, instance_count=2, instance_type="ml.m5.xlarge")
os.makedirs("src", exist_ok=True)
with open("src/train.py", "w") as file:
    file.write("print('trained')")
"""
NO_INPUT = ["The estimator has no input yet; fit() is given it."]


@pytest.fixture(scope="module")
def sdk2(start_sdk: StartSdk) -> Sdk:
    """Give a kernel with the SDK imported."""
    kernel = start_sdk("sdk2")
    cell(kernel, PRELUDE + SDK)
    return kernel


def test_estimator(sdk2: Sdk) -> None:
    """With all that the cost depends on."""
    cell(
        sdk2,
        """
target = Estimator(
    image_uri=image, **place, use_spot_instances=True, max_run=600, max_wait=1200, volume_size=50, max_retry_attempts=2,
    checkpoint_s3_uri="s3://bucket/checkpoints", hyperparameters={"password": "hunter2"}, environment={"TOKEN": "hunter2"},
    tags=[{"Key": "team", "Value": "fraud"}], output_path="s3://bucket/out",
)
found = read(target)
target.fit({"train": "s3://bucket/in"}, wait=False)""",
    )
    found = compare(
        sdk2,
        "found",
        "CreateTrainingJob",
        *("ResourceConfig", "StoppingCondition", "EnableManagedSpotTraining", "CheckpointConfig", "RetryStrategy", "Tags"),
        *("OutputDataConfig", "AlgorithmSpecification", "DebugRuleConfigurations", "ProfilerRuleConfigurations"),
    )
    assert (found["kind"], found["region_id"], found["notes"]) == ("training", names.REGION_ID, NO_INPUT)


def test_warm_pool(sdk2: Sdk) -> None:
    """`keep_alive_period_in_seconds`."""
    cell(
        sdk2,
        """
target = Estimator(image_uri=image, **place, keep_alive_period_in_seconds=300)
found = read(target)
target.fit("s3://bucket/in", wait=False)""",
    )
    found = compare(sdk2, "found", "CreateTrainingJob", "ResourceConfig", "StoppingCondition", "EnableManagedSpotTraining")
    assert found["request"]["ResourceConfig"]["KeepAlivePeriodInSeconds"] == 300


def test_instance_groups(sdk2: Sdk) -> None:
    """A cluster of several types."""
    cell(
        sdk2,
        """
groups = [InstanceGroup("one", "ml.c5.xlarge", 1), InstanceGroup("two", "ml.g5.xlarge", 2)]
target = Estimator(image_uri=image, role=role, instance_groups=groups)
found = read(target)
target.fit("s3://bucket/in", wait=False)""",
    )
    compare(sdk2, "found", "CreateTrainingJob", "ResourceConfig")


def test_framework_before_and_after_it_was_launched(sdk2: Sdk) -> None:
    """Its image is looked up in the SDK's tables; where its script lies is known once it is uploaded."""
    cell(
        sdk2,
        """
target = PyTorch("train.py", source_dir="src", framework_version="2.3", py_version="py311", **place)
found = read(target)
target.fit("s3://bucket/in", wait=False)
later = read(target)""",
    )
    found = compare(sdk2, "found", "CreateTrainingJob", "ResourceConfig", "StoppingCondition")
    assert "pytorch-training:2.3-cpu-py311" in found["request"]["AlgorithmSpecification"]["TrainingImage"]
    assert "HyperParameters" not in found["request"]
    later = compare(sdk2, "later", "CreateTrainingJob", "ResourceConfig")
    assert set(later["request"]["HyperParameters"]) == {"sagemaker_program", "sagemaker_submit_directory"}


def test_script_on_s3(sdk2: Sdk) -> None:
    """It is known before the launch, and sent as it is."""
    cell(
        sdk2,
        """
target = SKLearn("train.py", source_dir="s3://bucket/src.tar.gz", framework_version="1.2-1", role=role, instance_count=1,
                 instance_type="ml.m5.xlarge")
found = read(target)
target.fit("s3://bucket/in", wait=False)""",
    )
    found = compare(sdk2, "found", "CreateTrainingJob", "ResourceConfig", "AlgorithmSpecification")
    assert found["request"]["HyperParameters"] == {
        "sagemaker_program": '"train.py"',
        "sagemaker_submit_directory": '"s3://bucket/src.tar.gz"',
    }


@pytest.mark.parametrize(
    ("code", "image"),
    [
        (
            "TensorFlow(entry_point='train.py', source_dir='src', framework_version='2.14', py_version='py310', **place)",
            "tensorflow",
        ),
        (
            "HuggingFace(entry_point='train.py', source_dir='src', transformers_version='4.36', pytorch_version='2.1',"
            " py_version='py310', role=role, instance_count=1, instance_type='ml.g5.xlarge')",
            "huggingface-pytorch-training",
        ),
        ("XGBoost('train.py', source_dir='src', framework_version='1.7-1', **place)", "sagemaker-xgboost:1.7-1"),
        ("sagemaker.KMeans(k=3, **place)", "kmeans:1"),
        ("sagemaker.LinearLearner(predictor_type='regressor', **place)", "linear-learner:1"),
    ],
)
def test_images_of_the_sdks_own_estimators(sdk2: Sdk, code: str, image: str) -> None:
    """From tables of the SDK's, without a word to AWS."""
    cell(sdk2, f"target = {code}\nfound = read(target)")
    found = sdk2.value("found")
    assert image in found["request"]["AlgorithmSpecification"]["TrainingImage"]
    assert found["request"]["AlgorithmSpecification"]["TrainingImage"] == sdk2.value("target.training_image_uri()")
    assert found["notes"] == NO_INPUT


def test_debugger_rules(sdk2: Sdk) -> None:
    """Those that run on instances of their own."""
    cell(
        sdk2,
        """
from sagemaker.debugger import ProfilerRule, Rule, rule_configs
rules = [
    Rule.sagemaker(rule_configs.loss_not_decreasing()),
    Rule.custom(name="own", image_uri=image, instance_type="ml.t3.medium", volume_size_in_gb=20, source="s3://bucket/rule.py",
                rule_to_invoke="Own"),
]
target = Estimator(image_uri=image, **place, rules=rules)
found = read(target)
target.fit("s3://bucket/in", wait=False)""",
    )
    request = sdk2.value("found")["request"]
    own = next(rule for rule in sdk2.value("sent['CreateTrainingJob']")["DebugRuleConfigurations"] if "InstanceType" in rule)
    kept = ("RuleConfigurationName", "RuleEvaluatorImage", "InstanceType", "VolumeSizeInGB")
    assert request["DebugRuleConfigurations"] == [{name: own[name] for name in kept}]


def test_processors(sdk2: Sdk) -> None:
    """With a script of one's own, and of a framework."""
    cell(
        sdk2,
        """
target = ScriptProcessor(image_uri=image, command=["python3"], **place, volume_size_in_gb=40, max_runtime_in_seconds=600,
                         env={"TOKEN": "hunter2"}, tags=[{"Key": "team", "Value": "fraud"}])
found = read(target)
target.run("src/train.py", arguments=["--token", "hunter2"], wait=False, logs=False)
later = read(target)""",
    )
    same = ("ProcessingResources", "StoppingCondition", "Tags")
    found = compare(sdk2, "found", "CreateProcessingJob", *same)
    assert found["notes"] == ["The processor has no script and no input yet; run() is given them."]
    compare(sdk2, "later", "CreateProcessingJob", *same)
    cell(
        sdk2,
        """
target = SKLearnProcessor(framework_version="1.2-1", **place)
found = read(target)
target.run("src/train.py", wait=False, logs=False)""",
    )
    found = compare(sdk2, "found", "CreateProcessingJob", *same)
    assert "sagemaker-scikit-learn:1.2-1" in found["request"]["AppSpecification"]["ImageUri"]


@pytest.mark.parametrize(
    "code",
    [
        "PySparkProcessor(framework_version='3.3', **place)",
        "FrameworkProcessor(PyTorch, '2.3', py_version='py311', **place)",
        "Processor(image_uri=image, entrypoint=['python3', '/opt/prepare.py'], **place)",
    ],
)
def test_other_processors(sdk2: Sdk, code: str) -> None:
    """Spark's, a framework's, and a bare one."""
    cell(sdk2, f"found = read({code})")
    found = sdk2.value("found")
    assert found["kind"] == "processing"
    cluster = {"InstanceType": "ml.m5.xlarge", "InstanceCount": 2, "VolumeSizeInGB": 30}
    assert found["request"]["ProcessingResources"] == {"ClusterConfig": cluster}
    assert found["request"]["AppSpecification"]["ImageUri"]


def test_transformer(sdk2: Sdk) -> None:
    """Batch transform of a model."""
    cell(
        sdk2,
        """
Model(image_uri=image, model_data="s3://bucket/model.tar.gz", role=role, name="t2-model").create(instance_type="ml.m5.xlarge")
target = Transformer("t2-model", 2, "ml.m5.xlarge", strategy="MultiRecord", max_payload=6, max_concurrent_transforms=4,
                     output_path="s3://bucket/out", env={"TOKEN": "hunter2"})
found = read(target)
target.transform("s3://bucket/in", wait=False)""",
    )
    compare(
        sdk2, "found", "CreateTransformJob", "TransformResources", "MaxPayloadInMB", "MaxConcurrentTransforms", "BatchStrategy"
    )


def test_tuner(sdk2: Sdk) -> None:
    """Its limits, its training jobs, and what ends it sooner."""
    cell(
        sdk2,
        """
metrics = [{"Name": "loss", "Regex": "loss=(.*)"}]
ranges = {"lr": ContinuousParameter(0.1, 0.2)}
target = HyperparameterTuner(
    Estimator(image_uri=image, **place, use_spot_instances=True, max_run=600, max_wait=900, tags={"team": "fraud"}),
    "loss", ranges, metric_definitions=metrics, max_jobs=4, max_parallel_jobs=2, max_runtime_in_seconds=7200,
    early_stopping_type="Auto", completion_criteria_config=TuningJobCompletionCriteriaConfig(5, True, 0.5),
)
found = read(target)
target.fit("s3://bucket/in", job_name="t2-tuner", wait=False)""",
    )
    found = compare(sdk2, "found", "CreateHyperParameterTuningJob", "Tags")
    request, sent = found["request"], sdk2.value("sent['CreateHyperParameterTuningJob']")
    for name in ("HyperParameterTuningResourceConfig", "StoppingCondition", "EnableManagedSpotTraining"):
        assert request["TrainingJobDefinition"][name] == sent["TrainingJobDefinition"][name]
    for name in ("ResourceLimits", "TuningJobCompletionCriteria", "Strategy", "TrainingJobEarlyStoppingType"):
        assert request["HyperParameterTuningJobConfig"][name] == sent["HyperParameterTuningJobConfig"][name]


def test_tuner_of_several_estimators(sdk2: Sdk) -> None:
    """One of which may choose between two types."""
    cell(
        sdk2,
        """
both = {name: Estimator(image_uri=image, **place) for name in ("two", "one")}
target = HyperparameterTuner.create(
    both, {name: "loss" for name in both}, {name: ranges for name in both},
    metric_definitions_dict={name: metrics for name in both}, max_jobs=4, max_parallel_jobs=2,
)
target.override_resource_config({"one": [InstanceConfig(1, "ml.m5.large", 30), InstanceConfig(1, "ml.m5.xlarge", 40)]})
found = read(target)
target.fit({name: "s3://bucket/in" for name in both}, include_cls_metadata={}, job_name="t2-several", wait=False)""",
    )
    request = compare(sdk2, "found", "CreateHyperParameterTuningJob")["request"]
    sent = sdk2.value("sent['CreateHyperParameterTuningJob']")["TrainingJobDefinitions"]
    resources = "HyperParameterTuningResourceConfig"
    assert [each[resources] for each in request["TrainingJobDefinitions"]] == [each[resources] for each in sent]


def test_grid_search_and_warm_start(sdk2: Sdk) -> None:
    """A grid has no number of jobs but its combinations."""
    cell(
        sdk2,
        """
target = HyperparameterTuner(
    Estimator(image_uri=image, **place), "loss", {"a": CategoricalParameter([1, 2]), "b": CategoricalParameter(["x"])},
    metric_definitions=metrics, strategy="Grid",
    warm_start_config=WarmStartConfig(WarmStartTypes.TRANSFER_LEARNING, parents={"one", "two"}),
)
found = read(target)
target._prepare_for_tuning()
arguments = sagemaker.tuner._TuningJob._get_tuner_args(target, None)
""",
    )
    found, sent = sdk2.value("found")["request"], sdk2.value("arguments")
    config = found["HyperParameterTuningJobConfig"]
    assert config["ResourceLimits"] == {"MaxParallelTrainingJobs": 1}
    assert sent["tuning_config"]["max_jobs"] is None
    theirs = sent["tuning_config"]["parameter_ranges"]["CategoricalParameterRanges"]
    assert {each["Name"]: each["Values"] for each in config["ParameterRanges"]["CategoricalParameterRanges"]} == {
        each["Name"]: each["Values"] for each in theirs
    }
    parents = [{"HyperParameterTuningJobName": name} for name in ("one", "two")]
    assert found["WarmStartConfig"] == {"WarmStartType": "TransferLearning", "ParentHyperParameterTuningJobs": parents}
    assert sent["warm_start_config"]["WarmStartType"] == "TransferLearning"


def test_models(sdk2: Sdk) -> None:
    """What deploy() is given stands among the options."""
    cell(
        sdk2,
        """
target = Model(image_uri=image, model_data="s3://bucket/model.tar.gz", role=role, name="t2-deployed", env={"TOKEN": "hunter2"})
found, without = read(target, instance_type="ml.m5.xlarge", instance_count=2), read(target)
chain = read(PipelineModel([target, target], role=role, name="chain"), instance_type="ml.m5.large")
many = read(MultiDataModel("many", "s3://bucket/models/", model=target), instance_type="ml.m5.large")
target.deploy(2, "ml.m5.xlarge", endpoint_name="t2-endpoint", wait=False)""",
    )
    found = compare(sdk2, "found", "CreateEndpointConfig")
    assert found["kind"] == "endpoint"
    assert sdk2.value("without")["message"] == "This model does not say its instance type: deploy() is given it."
    for name in ("chain", "many"):
        variant = {"VariantName": "AllTraffic", "ModelName": name, "InstanceType": "ml.m5.large", "InitialInstanceCount": 1}
        assert sdk2.value(name)["request"]["ProductionVariants"] == [variant]


def test_local_mode(sdk2: Sdk) -> None:
    """Nothing is billed for it."""
    cell(
        sdk2,
        """
target = Estimator(image_uri=image, role=role, instance_count=1, instance_type="local")
found, there = read(target), read(target, instance_type="ml.m5.large")""",
    )
    assert sdk2.value("found")["message"] == "This estimator runs in local mode, on this machine: AWS bills nothing for it."
    assert sdk2.value("there")["request"]["ResourceConfig"]["InstanceType"] == "ml.m5.large"


def test_pipeline_parameters(sdk2: Sdk) -> None:
    """Their defaults count; without one it cannot be known."""
    cell(
        sdk2,
        """
target = Estimator(
    image_uri=ParameterString("Image", image), role=role, instance_count=ParameterInteger("Count", 3),
    instance_type=ParameterString("Type", "ml.c5.xlarge"), use_spot_instances=ParameterBoolean(name="Spot", default_value=True),
    output_path=ExecutionVariables.PIPELINE_NAME, max_run=60, max_wait=60,
)
found = read(target)
target.instance_type = ParameterString("Type")
without, there = read(target), read(target, instance_type="ml.m5.large")""",
    )
    found = sdk2.value("found")
    assert found["request"]["ResourceConfig"] == {"InstanceType": "ml.c5.xlarge", "InstanceCount": 3, "VolumeSizeInGB": 30}
    assert found["request"]["EnableManagedSpotTraining"] is True
    assert found["request"]["AlgorithmSpecification"]["TrainingImage"] == IMAGE
    assert "OutputDataConfig" not in found["request"]
    assert "The estimator's instance_type is the default of the pipeline parameter Type: ml.c5.xlarge." in found["notes"]
    assert "the pipeline parameter Type has no default value" in sdk2.value("without")["message"]
    assert sdk2.value("there")["request"]["ResourceConfig"]["InstanceType"] == "ml.m5.large"


def test_forerunners_of_the_third_generation(sdk2: Sdk) -> None:
    """`sagemaker.modules` and `sagemaker.serve` of this version."""
    cell(
        sdk2,
        """
from sagemaker.modules.configs import Compute, OutputDataConfig
from sagemaker.modules.train import ModelTrainer
from sagemaker.serve import ModelBuilder
target = ModelTrainer(
    training_image=image, role=role, compute=Compute(instance_type="ml.g5.xlarge", instance_count=2, volume_size_in_gb=50),
    hyperparameters={"password": "hunter2"}, output_data_config=OutputDataConfig(s3_output_path="s3://bucket/out"),
)
found = read(target)
sent["Compute"] = {
    "ResourceConfig": dict(InstanceType=target.compute.instance_type, InstanceCount=target.compute.instance_count,
                           VolumeSizeInGB=target.compute.volume_size_in_gb),
    "StoppingCondition": dict(MaxRuntimeInSeconds=target.stopping_condition.max_runtime_in_seconds),
}
builder = read(ModelBuilder(model_path="src", role_arn=role, image_uri=image, instance_type="ml.c5.xlarge"))""",
    )
    found = sdk2.value("found")
    assert {name: found["request"][name] for name in sdk2.value("sent['Compute']")} == sdk2.value("sent['Compute']")
    assert (found["kind"], found["region_id"]) == ("training", names.REGION_ID)
    variants = sdk2.value("builder")["request"]["ProductionVariants"]
    assert [(each["InstanceType"], each["InitialInstanceCount"]) for each in variants] == [("ml.c5.xlarge", 1)]
