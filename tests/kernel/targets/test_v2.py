"""Targets of the SDK's second generation, by classes of the same names."""

from __future__ import annotations

import logging
from enum import Enum
from typing import Any

import pytest

from mlcost_ext.core.errors import UsageError

from .standins import ESTIMATOR_BASE, IMAGE, REGION_ID, estimator, read, sdk_class, sdk_object, session

NO_INPUT = "The estimator has no input yet; fit() is given it."


class WarmStart(Enum):
    """As the SDK's WarmStartTypes."""

    SAME = "IdenticalDataAndAlgorithm"


def group(name: str, instance_type: str, count: int) -> Any:
    return sdk_object(
        "sagemaker.instance_group.InstanceGroup", instance_group_name=name, instance_type=instance_type, instance_count=count
    )


def test_estimator() -> None:
    """What it runs on, for how long, and its image; no hyperparameter, no environment."""
    found = read(estimator())
    assert (found.kind, found.region_id, found.notes) == ("training", REGION_ID, (NO_INPUT,))
    assert found.request == {
        "AlgorithmSpecification": {"TrainingImage": IMAGE, "TrainingInputMode": "File"},
        "StoppingCondition": {"MaxRuntimeInSeconds": 86400},
        "ResourceConfig": {"InstanceType": "ml.m5.xlarge", "InstanceCount": 2, "VolumeSizeInGB": 30},
    }


def test_spot_warm_pool_checkpoints_tags_and_retries() -> None:
    """All that the cost depends on."""
    request = read(
        estimator(
            use_spot_instances=True,
            max_run=100,
            max_wait=200,
            keep_alive_period_in_seconds=60,
            checkpoint_s3_uri="s3://bucket/checkpoints",
            checkpoint_local_path="/opt/ml/checkpoints",
            tags=[{"Key": "team", "Value": "fraud"}, {"Key": "empty", "Value": ""}, "no tag"],
            max_retry_attempts=3,
            training_plan="arn:aws:sagemaker:us-east-1:111122223333:training-plan/p",
            output_path="s3://bucket/out",
        )
    ).request
    assert request["EnableManagedSpotTraining"] is True
    assert request["StoppingCondition"] == {"MaxRuntimeInSeconds": 100, "MaxWaitTimeInSeconds": 200}
    assert request["CheckpointConfig"] == {"S3Uri": "s3://bucket/checkpoints", "LocalPath": "/opt/ml/checkpoints"}
    assert request["Tags"] == [{"Key": "team", "Value": "fraud"}, {"Key": "empty", "Value": ""}]
    assert request["RetryStrategy"] == {"MaximumRetryAttempts": 3}
    assert request["OutputDataConfig"] == {"S3OutputPath": "s3://bucket/out"}
    assert request["ResourceConfig"]["KeepAlivePeriodInSeconds"] == 60
    assert request["ResourceConfig"]["TrainingPlanArn"].endswith("/p")


def test_tags_may_be_a_mapping() -> None:
    """As the SDK takes them too."""
    assert read(estimator(tags={"team": "fraud"})).request["Tags"] == [{"Key": "team", "Value": "fraud"}]
    assert read(estimator(tags={"Key": "team", "Value": "fraud"})).request["Tags"] == [{"Key": "team", "Value": "fraud"}]


def test_instance_groups() -> None:
    """Instead of a type and a number."""
    groups = [group("one", "ml.c5.xlarge", 1), group("two", "ml.p3.2xlarge", 2)]
    config = read(estimator(instance_type=None, instance_count=None, instance_groups=groups)).request["ResourceConfig"]
    assert config["InstanceGroups"] == [
        {"InstanceGroupName": "one", "InstanceType": "ml.c5.xlarge", "InstanceCount": 1},
        {"InstanceGroupName": "two", "InstanceType": "ml.p3.2xlarge", "InstanceCount": 2},
    ]
    assert "InstanceType" not in config


def test_image_is_looked_up_by_the_estimator() -> None:
    """Where the method is the SDK's own; what its logger would say of that is not said."""
    logger = logging.getLogger("sagemaker.image_uris")
    was_on: list[bool] = []

    def training_image_uri(self: Any) -> str:
        was_on.append(not logger.disabled)
        return "image:of-the-framework"

    framework = sdk_class("sagemaker.estimator.Framework", sdk_class(ESTIMATOR_BASE), training_image_uri=training_image_uri)
    made = sdk_class("sagemaker.pytorch.estimator.PyTorch", framework)()
    vars(made).update(vars(estimator(image_uri=None)))
    assert read(made).request["AlgorithmSpecification"]["TrainingImage"] == "image:of-the-framework"
    assert was_on == [False]
    assert not logger.disabled


@pytest.mark.parametrize("module", ["sagemaker.jumpstart.estimator", "__main__"])
def test_image_is_not_looked_up_where_that_may_ask_aws(module: str) -> None:
    """JumpStart's estimators, and those of the user's own."""

    def training_image_uri(self: Any) -> str:
        raise AssertionError("asked")

    made = sdk_class(f"{module}.Own", sdk_class(ESTIMATOR_BASE), training_image_uri=training_image_uri)()
    vars(made).update(vars(estimator(image_uri=None)))
    found = read(made)
    assert "TrainingImage" not in found.request["AlgorithmSpecification"]
    assert found.notes == (NO_INPUT, "Which image the estimator trains with is not known without asking AWS.")


def test_image_that_cannot_be_looked_up_is_told() -> None:
    """The estimate is given all the same."""

    def training_image_uri(self: Any) -> str:
        raise ValueError("Unsupported processor: gpu")

    made = sdk_class("sagemaker.sklearn.estimator.SKLearn", sdk_class(ESTIMATOR_BASE), training_image_uri=training_image_uri)()
    vars(made).update(vars(estimator(image_uri=None)))
    assert "Which image the estimator trains with is not known without asking AWS." in read(made).notes


def test_algorithm_of_the_marketplace() -> None:
    """It has a name in place of an image."""
    arn = "arn:aws:sagemaker:us-east-1:111122223333:algorithm/a"
    found = read(estimator("sagemaker.algorithm.AlgorithmEstimator", image_uri=None, algorithm_arn=arn))
    assert found.request["AlgorithmSpecification"] == {"AlgorithmName": arn, "TrainingInputMode": "File"}
    assert found.notes == (NO_INPUT,)


def test_script_as_it_was_sent() -> None:
    """After fit() the hyperparameters have it; of all others none is kept."""
    sent = {
        "sagemaker_program": '"train.py"',
        "sagemaker_submit_directory": "s3://bucket/job/source/sourcedir.tar.gz",
        "password": '"hunter2"',
    }
    assert read(estimator(_hyperparameters=sent)).request["HyperParameters"] == {
        "sagemaker_program": '"train.py"',
        "sagemaker_submit_directory": '"s3://bucket/job/source/sourcedir.tar.gz"',
    }


def test_script_on_s3_already() -> None:
    """Then it is known before fit(); a script of this machine is not, since its address is made up when it is uploaded."""
    found = read(estimator(entry_point="train.py", source_dir="s3://bucket/src.tar.gz"))
    assert found.request["HyperParameters"] == {
        "sagemaker_program": '"train.py"',
        "sagemaker_submit_directory": '"s3://bucket/src.tar.gz"',
    }
    assert "HyperParameters" not in read(estimator(entry_point="train.py", source_dir="src")).request


def test_debugger_rules_on_instances_of_their_own() -> None:
    """Those that AWS runs for nothing are left out."""

    def rule(name: str, kind: str, instance_type: str | None) -> Any:
        return sdk_object(
            f"sagemaker.debugger.debugger.{kind}",
            name=name,
            image_uri=IMAGE,
            instance_type=instance_type,
            volume_size_in_gb=20,
            rule_parameters={"token": "hunter2"},
        )

    rules = [rule("free", "Rule", None), rule("own", "Rule", "ml.t3.medium"), rule("profile", "ProfilerRule", "ml.m5.large")]
    request = read(estimator(rules=rules)).request
    kept = {"RuleEvaluatorImage": IMAGE, "VolumeSizeInGB": 20}
    assert request["DebugRuleConfigurations"] == [{"RuleConfigurationName": "own", "InstanceType": "ml.t3.medium", **kept}]
    assert request["ProfilerRuleConfigurations"] == [{"RuleConfigurationName": "profile", "InstanceType": "ml.m5.large", **kept}]


def processor(**attributes: Any) -> Any:
    usual = {
        "image_uri": IMAGE,
        "instance_type": "ml.m5.xlarge",
        "instance_count": 3,
        "volume_size_in_gb": 40,
        "max_runtime_in_seconds": 600,
        "entrypoint": ["python3", "/opt/prepare.py"],
        "arguments": ["--token", "hunter2"],
        "env": {"TOKEN": "hunter2"},
        "tags": [{"Key": "team", "Value": "fraud"}],
        "sagemaker_session": session(),
    }
    base = sdk_class("sagemaker.processing.ScriptProcessor", sdk_class("sagemaker.processing.Processor"))
    return sdk_object("sagemaker.sklearn.processing.SKLearnProcessor", base, **{**usual, **attributes})


def test_processor() -> None:
    """Whatever inherits from Processor."""
    found = read(processor())
    assert (found.kind, found.region_id) == ("processing", REGION_ID)
    assert found.notes == ("The processor has no script and no input yet; run() is given them.",)
    assert found.request == {
        "ProcessingResources": {"ClusterConfig": {"InstanceType": "ml.m5.xlarge", "InstanceCount": 3, "VolumeSizeInGB": 40}},
        "AppSpecification": {"ImageUri": IMAGE, "ContainerEntrypoint": ["python3", "/opt/prepare.py"]},
        "StoppingCondition": {"MaxRuntimeInSeconds": 600},
        "Tags": [{"Key": "team", "Value": "fraud"}],
    }


def test_processor_without_a_limit() -> None:
    """AWS's own holds then, and none is written."""
    assert "StoppingCondition" not in read(processor(max_runtime_in_seconds=None)).request


def test_transformer() -> None:
    """Batch transform."""
    made = sdk_object(
        "sagemaker.transformer.Transformer",
        model_name="model",
        instance_type="ml.m5.large",
        instance_count=2,
        strategy="MultiRecord",
        max_concurrent_transforms=4,
        max_payload=6,
        output_path="s3://bucket/out",
        env={"TOKEN": "hunter2"},
        sagemaker_session=session(),
    )
    found = read(made)
    assert (found.kind, found.notes) == ("transform", ("The transformer has no input yet; transform() is given it.",))
    assert found.request == {
        "ModelName": "model",
        "TransformResources": {"InstanceType": "ml.m5.large", "InstanceCount": 2},
        "MaxConcurrentTransforms": 4,
        "MaxPayloadInMB": 6,
        "BatchStrategy": "MultiRecord",
        "TransformOutput": {"S3OutputPath": "s3://bucket/out"},
    }


def tuner(**attributes: Any) -> Any:
    usual = {
        "estimator": estimator(),
        "estimator_dict": None,
        "max_jobs": 10,
        "max_parallel_jobs": 2,
        "strategy": "Bayesian",
        "early_stopping_type": "Auto",
        "instance_configs": None,
        "sagemaker_session": session(),
    }
    return sdk_object("sagemaker.tuner.HyperparameterTuner", **{**usual, **attributes})


def test_tuner() -> None:
    """How many training jobs, and what each runs on."""
    found = read(tuner(max_runtime_in_seconds=7200, tags=[{"Key": "a", "Value": "b"}]))
    assert (found.kind, found.region_id) == ("tuning", REGION_ID)
    assert found.notes == ("The tuner has no input yet; fit() is given it.",)
    assert found.request == {
        "HyperParameterTuningJobConfig": {
            "Strategy": "Bayesian",
            "ResourceLimits": {"MaxNumberOfTrainingJobs": 10, "MaxParallelTrainingJobs": 2, "MaxRuntimeInSeconds": 7200},
            "TrainingJobEarlyStoppingType": "Auto",
        },
        "Tags": [{"Key": "a", "Value": "b"}],
        "TrainingJobDefinition": {
            "AlgorithmSpecification": {"TrainingImage": IMAGE, "TrainingInputMode": "File"},
            "StoppingCondition": {"MaxRuntimeInSeconds": 86400},
            "HyperParameterTuningResourceConfig": {"InstanceType": "ml.m5.xlarge", "InstanceCount": 2, "VolumeSizeInGB": 30},
        },
    }


def test_tuner_of_several_estimators() -> None:
    """A definition each, in their names' order, some with types to choose from; the first one's tags are the job's too."""
    config = sdk_object("sagemaker.tuner.InstanceConfig", instance_type="ml.c5.large", instance_count=1, volume_size=20)
    estimators = {"b": estimator(use_spot_instances=True), "a": estimator(tags={"x": "y"})}
    request = read(tuner(estimator=None, estimator_dict=estimators, instance_configs_dict={"a": [config]})).request
    one, two = request["TrainingJobDefinitions"]
    assert (one["DefinitionName"], two["DefinitionName"]) == ("a", "b")
    assert one["HyperParameterTuningResourceConfig"] == {
        "InstanceConfigs": [{"InstanceType": "ml.c5.large", "InstanceCount": 1, "VolumeSizeInGB": 20}]
    }
    assert two["EnableManagedSpotTraining"] is True
    assert request["Tags"] == [{"Key": "x", "Value": "y"}]


def test_grid_search_has_its_values_instead_of_a_number() -> None:
    """AWS counts them itself."""
    ranges = {"lr": sdk_object("sagemaker.parameter.CategoricalParameter", values=["0.1", 0.2])}
    config = read(tuner(strategy="Grid", max_jobs=None, _hyperparameter_ranges=ranges)).request["HyperParameterTuningJobConfig"]
    assert config["ResourceLimits"] == {"MaxParallelTrainingJobs": 2}
    assert config["ParameterRanges"] == {"CategoricalParameterRanges": [{"Name": "lr", "Values": ["0.1", "0.2"]}]}


def test_tuner_that_may_end_sooner_and_starts_from_others() -> None:
    """Completion criteria, Autotune and a warm start."""
    criteria = sdk_object(
        "sagemaker.tuner.TuningJobCompletionCriteriaConfig",
        max_number_of_training_jobs_not_improving=5,
        complete_on_convergence=True,
        target_objective_metric_value=0.5,
    )
    warm = sdk_object("sagemaker.tuner.WarmStartConfig", type=WarmStart.SAME, parents={"two", "one"})
    request = read(tuner(completion_criteria_config=criteria, warm_start_config=warm, autotune=True)).request
    assert request["HyperParameterTuningJobConfig"]["TuningJobCompletionCriteria"] == {
        "BestObjectiveNotImproving": {"MaxNumberOfTrainingJobsNotImproving": 5},
        "ConvergenceDetected": {"CompleteOnConvergence": "Enabled"},
        "TargetObjectiveMetricValue": 0.5,
    }
    assert request["WarmStartConfig"] == {
        "WarmStartType": "IdenticalDataAndAlgorithm",
        "ParentHyperParameterTuningJobs": [{"HyperParameterTuningJobName": "one"}, {"HyperParameterTuningJobName": "two"}],
    }
    assert request["Autotune"] == {"Mode": "Enabled"}


def test_tuner_that_cannot_be() -> None:
    """Without an estimator, or with one that has instance groups."""
    with pytest.raises(UsageError, match="This tuner has no estimator"):
        read(tuner(estimator=None))
    with pytest.raises(UsageError, match="takes no instance groups"):
        read(tuner(estimator=estimator(instance_groups=[group("a", "ml.c5.large", 1)])))


@pytest.mark.parametrize("name", ["sagemaker.model.Model", "sagemaker.pipeline.PipelineModel"])
def test_model(name: str) -> None:
    """deploy() is given what it runs on, so the options are."""
    made = sdk_object(name, name="model", sagemaker_session=session(), env={"TOKEN": "hunter2"}, mode=None)
    found = read(made, instance_type="ml.m5.large", instance_count=2)
    variant = {"VariantName": "AllTraffic", "ModelName": "model", "InstanceType": "ml.m5.large", "InitialInstanceCount": 2}
    assert (found.kind, found.region_id, found.notes) == ("endpoint", REGION_ID, ())
    assert found.request == {"ProductionVariants": [variant]}
    one = read(made, instance_type="ml.m5.large")
    assert one.request["ProductionVariants"][0]["InitialInstanceCount"] == 1
    assert one.notes == ("One instance is taken, since their number is not said.",)
    with pytest.raises(UsageError, match=r"This model does not say its instance type: deploy\(\) is given it\.") as told:
        read(made)
    assert told.value.hint == "Say it, as in --instance ml.m5.xlarge or instance_type='ml.m5.xlarge'."


def test_model_with_a_type_of_its_own_and_no_session() -> None:
    """As JumpStart's models have it."""
    base = sdk_class("sagemaker.model.Model")
    made = sdk_object("sagemaker.jumpstart.model.JumpStartModel", base, instance_type="ml.g5.2xlarge", region="us-west-2")
    found = read(made)
    assert found.region_id == "us-west-2"
    assert found.request["ProductionVariants"][0]["InstanceType"] == "ml.g5.2xlarge"
    assert read(sdk_object("sagemaker.model.Model"), instance_type="ml.m5.large").region_id is None


@pytest.mark.parametrize("name", ["local", "local_gpu"])
def test_local_mode(name: str) -> None:
    """AWS bills nothing for it; a type among the options tells what it costs there."""
    with pytest.raises(UsageError) as told:
        read(estimator(instance_type=name))
    assert told.value.message == "This estimator runs in local mode, on this machine: AWS bills nothing for it."
    assert told.value.hint == "To see what it costs at AWS, say an instance type, as in --instance ml.m5.xlarge or " + (
        "instance_type='ml.m5.xlarge'."
    )
    assert (
        read(estimator(instance_type=name), instance_type="ml.m5.large").request["ResourceConfig"]["InstanceType"]
        == "ml.m5.large"
    )


def test_local_session() -> None:
    """Of processors, tuners and models too."""
    local = session(local_mode=True)
    model = sdk_object("sagemaker.model.Model", sagemaker_session=local)
    for made in (processor(sagemaker_session=local), tuner(estimator=estimator(sagemaker_session=local)), model):
        with pytest.raises(UsageError, match="in local mode"):
            read(made)


def test_region_of_the_boto_session() -> None:
    """Where the session itself does not tell."""
    inner = sdk_object("boto3.session.Session", region_name="ap-south-1")
    made = sdk_object("sagemaker.session.Session", boto_session=inner)
    assert read(estimator(sagemaker_session=made)).region_id == "ap-south-1"
    assert read(estimator(sagemaker_session=made), region_id="us-east-2").region_id == "us-east-2"
