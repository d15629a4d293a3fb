"""Targets of the SDK's third generation, by classes of the same names."""

from __future__ import annotations

from enum import Enum
from typing import Any

import pytest

from mlcost_ext.core.errors import UsageError

from .standins import IMAGE, REGION_ID, compute, read, sdk_class, sdk_object, session, shape, trainer, unassigned

ADDRESS = {"S3DataType": "S3Prefix", "S3DataDistributionType": "FullyReplicated"}


class Mode(Enum):
    """As the SDK's modes."""

    LOCAL_CONTAINER = "LOCAL_CONTAINER"
    IN_PROCESS = 1


class TrainingType(Enum):
    """As the SDK's."""

    LORA = "LORA"
    FULL = "FULL"


def channel(name: str, data: object) -> Any:
    return sdk_object("sagemaker.core.training.configs.InputData", channel_name=name, data_source=data, content_type=None)


def test_trainer() -> None:
    """What it runs on, for how long, and its image; what is unset is not there."""
    found = read(trainer())
    assert (found.kind, found.region_id) == ("training", REGION_ID)
    assert found.notes == ("The trainer has no input yet; train() is given it.",)
    assert found.request == {
        "AlgorithmSpecification": {"TrainingImage": IMAGE, "TrainingInputMode": "File"},
        "StoppingCondition": {"MaxRuntimeInSeconds": 3600},
        "ResourceConfig": {"InstanceType": "ml.g5.xlarge", "InstanceCount": 1, "VolumeSizeInGB": 30},
    }


def test_forerunner_in_the_second_generation() -> None:
    """`sagemaker.modules` of late 2.x versions."""
    made = sdk_object("sagemaker.modules.train.model_trainer.ModelTrainer", **vars(trainer()))
    assert read(made).request == read(trainer()).request


def test_all_that_the_cost_depends_on() -> None:
    """Spot, warm pool, checkpoints, retries, tags, script, plan."""
    request = read(
        trainer(
            training_image=unassigned(),
            algorithm_name="algorithm",
            compute=compute(
                enable_managed_spot_training=True,
                keep_alive_period_in_seconds=60,
                training_plan_arn="arn:aws:sagemaker:us-east-1:111122223333:training-plan/p",
            ),
            stopping_condition=shape("StoppingCondition", max_runtime_in_seconds=10, max_wait_time_in_seconds=20),
            checkpoint_config=shape("CheckpointConfig", s3_uri="s3://bucket/c", local_path=unassigned()),
            _retry_strategy=shape("RetryStrategy", maximum_retry_attempts=2),
            output_data_config=shape("OutputDataConfig", s3_output_path="s3://bucket/out", kms_key_id=None),
            tags=[shape("Tag", key="team", value="fraud")],
            hyperparameters={"sagemaker_program": "train.py", "password": "hunter2"},
        )
    ).request
    assert request["AlgorithmSpecification"] == {"AlgorithmName": "algorithm", "TrainingInputMode": "File"}
    assert request["EnableManagedSpotTraining"] is True
    assert request["StoppingCondition"] == {"MaxRuntimeInSeconds": 10, "MaxWaitTimeInSeconds": 20}
    assert request["CheckpointConfig"] == {"S3Uri": "s3://bucket/c"}
    assert request["RetryStrategy"] == {"MaximumRetryAttempts": 2}
    assert request["OutputDataConfig"] == {"S3OutputPath": "s3://bucket/out"}
    assert request["Tags"] == [{"Key": "team", "Value": "fraud"}]
    assert request["HyperParameters"] == {"sagemaker_program": "train.py"}
    assert request["ResourceConfig"]["KeepAlivePeriodInSeconds"] == 60
    assert request["ResourceConfig"]["TrainingPlanArn"].endswith("/p")


def test_channels() -> None:
    """By address, by shape, by file system; what is uploaded first has no address yet."""
    s3 = shape("S3DataSource", s3_data_type="S3Prefix", s3_uri="s3://bucket/b", instance_group_names=unassigned())
    files = shape("FileSystemDataSource", file_system_id="fs-1", directory_path="/data")
    made = trainer(
        input_data_config=[
            channel("a", "s3://bucket/a"),
            channel("b", s3),
            channel("c", shape("DataSource", s3_data_source=unassigned(), file_system_data_source=files)),
            channel("d", "data/local"),
        ],
        source_code=sdk_object("sagemaker.core.training.configs.SourceCode", source_dir="s3://bucket/code/"),
    )
    found = read(made)
    assert found.request["InputDataConfig"] == [
        {"ChannelName": "a", "DataSource": {"S3DataSource": {**ADDRESS, "S3Uri": "s3://bucket/a"}}},
        {"ChannelName": "b", "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://bucket/b"}}},
        {"ChannelName": "c", "DataSource": {"FileSystemDataSource": {"FileSystemId": "fs-1", "DirectoryPath": "/data"}}},
        {"ChannelName": "code", "DataSource": {"S3DataSource": {**ADDRESS, "S3Uri": "s3://bucket/code/"}}},
    ]
    assert found.notes == ("Channel d is uploaded first; where to is not known yet.",)


def test_groups_and_preferences() -> None:
    """Instead of one type."""
    group = shape("InstanceGroup", instance_group_name="a", instance_type="ml.c5.xlarge", instance_count=1)
    config = read(trainer(compute=compute(instance_type=None, instance_count=None, instance_groups=[group]))).request[
        "ResourceConfig"
    ]
    assert config == {
        "VolumeSizeInGB": 30,
        "InstanceGroups": [{"InstanceGroupName": "a", "InstanceType": "ml.c5.xlarge", "InstanceCount": 1}],
    }
    wish = shape("InstancePreference", instance_type="ml.g6.xlarge", instance_count=unassigned(), training_plan_arns=["arn"])
    config = read(trainer(compute=compute(instance_type=None, instance_count=2, instance_preferences=[wish]))).request[
        "ResourceConfig"
    ]
    assert config["InstancePreferences"] == [{"InstanceType": "ml.g6.xlarge", "TrainingPlanArns": ["arn"]}]
    assert config["InstanceCount"] == 2


def test_trainer_without_compute() -> None:
    """It takes its own default."""
    found = read(trainer(compute=None))
    assert found.request["ResourceConfig"] == {"InstanceType": "ml.m5.xlarge", "InstanceCount": 1, "VolumeSizeInGB": 30}
    assert found.notes[-1] == "The trainer has no compute yet: it takes one ml.m5.xlarge with 30 GB, its own default."


def test_trainer_of_this_machine() -> None:
    """AWS bills nothing for it."""
    with pytest.raises(UsageError, match="This trainer runs in local mode, on this machine: AWS bills nothing for it"):
        read(trainer(training_mode=Mode.LOCAL_CONTAINER))


def test_processor_and_transformer() -> None:
    """As in the second generation; a processor may have types to choose from."""
    made = sdk_object(
        "sagemaker.core.processing.FrameworkProcessor",
        sdk_class("sagemaker.core.processing.Processor"),
        image_uri=IMAGE,
        instance_count=1,
        instance_type=None,
        instance_preferences=[{"InstanceType": "ml.m5.large"}, {"InstanceType": "ml.m5.xlarge"}],
        volume_size_in_gb=30,
        sagemaker_session=session(),
    )
    assert read(made).request["ProcessingResources"]["ClusterConfig"] == {
        "InstanceCount": 1,
        "VolumeSizeInGB": 30,
        "InstancePreferences": [{"InstanceType": "ml.m5.large"}, {"InstanceType": "ml.m5.xlarge"}],
    }
    made = sdk_object("sagemaker.core.transformer.Transformer", model_name="m", instance_type="ml.m5.large", instance_count=1)
    assert read(made).request["TransformResources"] == {"InstanceType": "ml.m5.large", "InstanceCount": 1}


def tuner(**attributes: Any) -> Any:
    usual = {"model_trainer": trainer(), "max_jobs": 4, "max_parallel_jobs": 2, "strategy": "Bayesian"}
    return sdk_object("sagemaker.train.tuner.HyperparameterTuner", **{**usual, **attributes})


def test_tuner() -> None:
    """Of the trainer's compute it takes type, number, volume and Spot."""
    made = trainer(compute=compute(keep_alive_period_in_seconds=60, enable_managed_spot_training=True))
    found = read(tuner(model_trainer=made, sagemaker_session=session()))
    assert (found.kind, found.region_id) == ("tuning", REGION_ID)
    assert found.notes == ("The tuner has no input yet; tune() is given it.",)
    definition = found.request["TrainingJobDefinition"]
    assert definition["ResourceConfig"] == {"InstanceType": "ml.g5.xlarge", "InstanceCount": 1, "VolumeSizeInGB": 30}
    assert definition["EnableManagedSpotTraining"] is True
    limits = {"MaxNumberOfTrainingJobs": 4, "MaxParallelTrainingJobs": 2}
    assert found.request["HyperParameterTuningJobConfig"] == {"Strategy": "Bayesian", "ResourceLimits": limits}


def test_tuner_of_several_trainers() -> None:
    """A definition each, with types to choose from where it has them; criteria and warm start are AWS's own structures."""
    config = shape("HyperParameterTuningInstanceConfig", instance_type="ml.c5.large", instance_count=1, volume_size_in_gb=20)
    criteria = shape("TuningJobCompletionCriteria", convergence_detected=shape("C", complete_on_convergence="Enabled"))
    warm = shape("HyperParameterTuningJobWarmStartConfig", warm_start_type="TransferLearning")
    trainers = {"a": trainer(), "b": trainer(input_data_config=[channel("train", "s3://bucket/in")])}
    made = tuner(
        model_trainer=None,
        model_trainer_dict=trainers,
        instance_configs_dict={"a": [config]},
        completion_criteria_config=criteria,
        warm_start_config=warm,
    )
    found = read(made)
    one, two = found.request["TrainingJobDefinitions"]
    assert one["HyperParameterTuningResourceConfig"] == {
        "InstanceConfigs": [{"InstanceType": "ml.c5.large", "InstanceCount": 1, "VolumeSizeInGB": 20}]
    }
    assert two["InputDataConfig"][0]["ChannelName"] == "train"
    assert found.notes == ()
    assert found.request["HyperParameterTuningJobConfig"]["TuningJobCompletionCriteria"] == {
        "ConvergenceDetected": {"CompleteOnConvergence": "Enabled"}
    }
    assert found.request["WarmStartConfig"] == {"WarmStartType": "TransferLearning"}


def test_tuner_that_cannot_be() -> None:
    """Without a trainer, or with one that has instance groups."""
    with pytest.raises(UsageError, match="This tuner has no model_trainer"):
        read(tuner(model_trainer=None))
    group = shape("InstanceGroup", instance_group_name="a", instance_type="ml.c5.xlarge", instance_count=1)
    with pytest.raises(UsageError, match="takes one instance type"):
        read(tuner(model_trainer=trainer(compute=compute(instance_type=None, instance_groups=[group]))))


def customizer(name: str = "SFT", **attributes: Any) -> Any:
    usual = {
        "compute": None,
        "training_type": TrainingType.LORA,
        "training_dataset": "s3://bucket/data.jsonl",
        "validation_dataset": None,
        "_model_arn": "arn:aws:sagemaker:us-east-1:aws:hub-content/SageMakerPublicHub/Model/m/1",
        "_customization_technique": name,
        "hyperparameters": sdk_object("sagemaker.train.common.FineTuningOptions"),
        "sagemaker_session": session(),
    }
    base = sdk_class("sagemaker.train.base_trainer.BaseTrainer")
    return sdk_object(f"sagemaker.train.{name.lower()}_trainer.{name}Trainer", base, **{**usual, **attributes})


def test_serverless_customization() -> None:
    """Without instances: AWS bills its tokens."""
    found = read(customizer("DPO", sequence_length="4K", s3_output_path="s3://bucket/out"))
    assert (found.kind, found.region_id, found.notes) == ("training", REGION_ID, ())
    assert found.request == {
        "InputDataConfig": [
            {"ChannelName": "train", "DataSource": {"S3DataSource": {**ADDRESS, "S3Uri": "s3://bucket/data.jsonl"}}}
        ],
        "OutputDataConfig": {"S3OutputPath": "s3://bucket/out"},
        "ServerlessJobConfig": {
            "JobType": "FineTuning",
            "BaseModelArn": "arn:aws:sagemaker:us-east-1:aws:hub-content/SageMakerPublicHub/Model/m/1",
            "CustomizationTechnique": "DPO",
            "Peft": "LORA",
            "SequenceLength": "4K",
        },
    }


def test_full_customization_of_a_dataset() -> None:
    """All weights, of a dataset by its ARN; none at all is told."""
    data = sdk_object("sagemaker.ai_registry.dataset.DataSet", arn="arn:aws:sagemaker:us-east-1:111122223333:dataset/d")
    found = read(customizer(training_type=TrainingType.FULL, training_dataset=data))
    assert "Peft" not in found.request["ServerlessJobConfig"]
    assert found.request["InputDataConfig"][0]["DataSource"] == {"DatasetSource": {"DatasetArn": data.arn}}
    assert read(customizer(training_dataset=None)).notes == ("The trainer has no dataset yet; train() is given it.",)
    assert read(customizer("MTRL")).notes == ("AWS runs it as a job of its own kind, which no CreateTrainingJob starts.",)


def test_customization_refuses_instances() -> None:
    """Options cannot give it any."""
    for options in ({"instance_type": "ml.g5.xlarge"}, {"instance_count": 2}, {"is_spot": True}, {"volume_gb": 5}):
        with pytest.raises(UsageError, match="without instances of your choice"):
            read(customizer(), **options)


def test_customization_on_instances() -> None:
    """With Compute it is a training job like others; the SDK passes its Spot over."""
    made = customizer(compute=compute(instance_type="ml.p5.48xlarge", instance_count=2, enable_managed_spot_training=True))
    found = read(made)
    assert found.request["ResourceConfig"] == {"InstanceType": "ml.p5.48xlarge", "InstanceCount": 2, "VolumeSizeInGB": 30}
    assert found.request["StoppingCondition"] == {"MaxRuntimeInSeconds": 3600}
    assert "EnableManagedSpotTraining" not in found.request
    assert found.notes == ("Which image the trainer trains with is not known without asking AWS.",)
    image = read(customizer(compute=compute(), training_image=IMAGE)).request["AlgorithmSpecification"]
    assert image == {"TrainingImage": IMAGE, "TrainingInputMode": "File"}


def test_customization_on_a_cluster() -> None:
    """HyperPod is billed by its cluster."""
    cluster = sdk_object("sagemaker.core.training.configs.HyperPodCompute", cluster_name="c", instance_type="ml.p5.48xlarge")
    with pytest.raises(UsageError, match="HyperPod cluster"):
        read(customizer(compute=cluster))


def builder(**attributes: Any) -> Any:
    usual = {"instance_type": "ml.m5.xlarge", "model_name": "m", "compute": None, "region": "us-east-2", "mode": None}
    return sdk_object("sagemaker.serve.model_builder.ModelBuilder", **{**usual, **attributes})


def test_model_builder() -> None:
    """One instance of its type."""
    found = read(builder())
    variant = {"VariantName": "AllTraffic", "ModelName": "m", "InstanceType": "ml.m5.xlarge", "InitialInstanceCount": 1}
    assert (found.kind, found.region_id, found.notes) == ("endpoint", "us-east-2", ())
    assert found.request == {"ProductionVariants": [variant]}


def test_model_builder_says_what_deploy_would_take() -> None:
    """Not the number of its Compute, and perhaps another type."""
    made = builder(compute=compute(instance_count=3), _user_provided_instance_type=False)
    assert read(made).notes == (
        "deploy() takes one instance, not the 3 of the builder's compute, unless it is given them.",
        "The builder has chosen ml.m5.xlarge itself; deploy() may be given another type.",
    )
    found = read(made, instance_type="ml.g5.xlarge", instance_count=3)
    assert found.notes == ()
    assert found.request["ProductionVariants"][0]["InitialInstanceCount"] == 3


@pytest.mark.parametrize("mode", [Mode.LOCAL_CONTAINER, Mode.IN_PROCESS])
def test_model_builder_of_this_machine(mode: Mode) -> None:
    """AWS bills nothing for it."""
    with pytest.raises(UsageError, match="This model builder runs in local mode"):
        read(builder(mode=mode))


@pytest.mark.parametrize("home", ["sagemaker.core.resources", "sagemaker_core.main.resources"])
def test_resources_of_sagemaker_core(home: str) -> None:
    """They become the request that would make them anew."""
    variant = shape(
        "ProductionVariant", variant_name="a", instance_type="ml.m5.large", initial_instance_count=2, volume_size_in_gb=9
    )
    serverless = shape("ProductionVariantServerlessConfig", memory_size_in_mb=2048, max_concurrency=5)
    made = sdk_object(
        f"{home}.EndpointConfig",
        endpoint_config_name="c",
        endpoint_config_arn=unassigned(),
        creation_time=object(),
        production_variants=[variant, shape("ProductionVariant", variant_name="b", serverless_config=serverless)],
    )
    found = read(made)
    assert (found.kind, found.region_id, found.notes) == ("endpoint-config", None, ())
    assert found.request == {
        "EndpointConfigName": "c",
        "ProductionVariants": [
            {"VariantName": "a", "InstanceType": "ml.m5.large", "InitialInstanceCount": 2, "VolumeSizeInGB": 9},
            {"VariantName": "b", "ServerlessConfig": {"MemorySizeInMB": 2048, "MaxConcurrency": 5}},
        ],
    }


def test_job_that_is_there_already() -> None:
    """What launched it is read, not how it went."""
    made = sdk_object(
        "sagemaker.core.resources.TrainingJob",
        training_job_name="t",
        training_job_status="Completed",
        billable_time_in_seconds=12,
        resource_config=shape("ResourceConfig", instance_type="ml.m5.large", instance_count=1, volume_size_in_gb=30),
        hyper_parameters={"password": "hunter2"},
        environment={"TOKEN": "hunter2"},
    )
    assert read(made).request == {
        "TrainingJobName": "t",
        "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 30},
    }


def test_other_resources() -> None:
    """A model is yet to be deployed; a space has its volume; AutoML's word keeps its capitals."""
    model = sdk_object("sagemaker.core.resources.Model", model_name="m")
    assert read(model, instance_type="ml.m5.large").request["ProductionVariants"][0]["ModelName"] == "m"
    storage = shape("SpaceStorageSettings", ebs_storage_settings=shape("EbsStorageSettings", ebs_volume_size_in_gb=7))
    settings = shape("SpaceSettings", app_type="JupyterLab", space_storage_settings=storage)
    space = read(sdk_object("sagemaker.core.resources.Space", space_name="s", space_settings=settings))
    assert space.kind == "space"
    assert space.request["SpaceSettings"]["SpaceStorageSettings"] == {"EbsStorageSettings": {"EbsVolumeSizeInGb": 7}}
    limits = shape("AutoMLJobCompletionCriteria", max_candidates=3, max_auto_ml_job_runtime_in_seconds=60)
    automl = read(
        sdk_object("sagemaker.core.resources.AutoMLJob", auto_ml_job_config=shape("AutoMLJobConfig", completion_criteria=limits))
    )
    assert automl.kind == "automl"
    assert automl.request == {"AutoMLJobConfig": {"CompletionCriteria": {"MaxCandidates": 3, "MaxAutoMLJobRuntimeInSeconds": 60}}}
    names = sdk_object("sagemaker.core.resources.Endpoint", endpoint_name="e", endpoint_config_name="c")
    assert read(names).notes == ("The request only names its endpoint configuration; that one says what it costs.",)
