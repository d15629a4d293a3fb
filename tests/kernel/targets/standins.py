"""Classes with the names of the SDKs' own, so that targets are read without either SDK."""

from __future__ import annotations

from typing import Any

from mlcost_ext.kernel.targets import Options, Target, read_target
from mlcost_ext.prices.instances import has_local_disk

REGION_ID = "eu-west-1"
IMAGE = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1"
ESTIMATOR_BASE = "sagemaker.estimator.EstimatorBase"
MODEL_TRAINER = "sagemaker.train.model_trainer.ModelTrainer"


def sdk_class(name: str, *bases: type, **members: Any) -> type:
    """Make a class of this full name."""
    module, _, own = name.rpartition(".")
    return type(own, bases, {"__module__": module, **members})


def sdk_object(name: str, /, *bases: type, **attributes: Any) -> Any:
    """Make an object of a class of this full name, with these attributes."""
    made = sdk_class(name, *bases)()
    vars(made).update(attributes)
    return made


def session(**attributes: Any) -> Any:
    """Make a session that has a region."""
    return sdk_object("sagemaker.session.Session", **{"boto_region_name": REGION_ID, "local_mode": False, **attributes})


def estimator(name: str = "sagemaker.estimator.Estimator", **attributes: Any) -> Any:
    """Make an estimator of the second generation, with the attributes that its constructor sets."""
    usual = {
        "instance_type": "ml.m5.xlarge",
        "instance_count": 2,
        "instance_groups": None,
        "volume_size": 30,
        "keep_alive_period_in_seconds": None,
        "max_run": 86400,
        "max_wait": None,
        "use_spot_instances": False,
        "checkpoint_s3_uri": None,
        "image_uri": IMAGE,
        "input_mode": "File",
        "tags": None,
        "_hyperparameters": {"password": "hunter2"},
        "environment": {"TOKEN": "hunter2"},
        "sagemaker_session": session(),
    }
    return sdk_object(name, sdk_class(ESTIMATOR_BASE), **{**usual, **attributes})


def unassigned() -> Any:
    """Give what sagemaker-core writes where nothing is set."""
    return sdk_object("sagemaker.core.utils.utils.Unassigned")


def shape(name: str, /, **attributes: Any) -> Any:
    """Make one of sagemaker-core's shapes, in which all else is unset."""
    return sdk_object(f"sagemaker.core.shapes.shapes.{name}", **attributes)


def compute(**attributes: Any) -> Any:
    """Make a trainer's Compute."""
    usual = {"instance_type": "ml.g5.xlarge", "instance_count": 1, "volume_size_in_gb": 30, "training_plan_arn": unassigned()}
    return sdk_object("sagemaker.core.training.configs.Compute", **{**usual, **attributes})


def trainer(**attributes: Any) -> Any:
    """Make a ModelTrainer."""
    usual = {
        "training_mode": None,
        "training_image": IMAGE,
        "training_input_mode": "File",
        "compute": compute(),
        "stopping_condition": shape("StoppingCondition", max_runtime_in_seconds=3600, max_wait_time_in_seconds=unassigned()),
        "hyperparameters": {"password": "hunter2"},
        "environment": {"TOKEN": "hunter2"},
        "sagemaker_session": session(),
    }
    return sdk_object(MODEL_TRAINER, **{**usual, **attributes})


def parameter(name: str, default: object, kind: str = "ParameterString") -> Any:
    """Make a pipeline's parameter."""
    base = sdk_class("sagemaker.workflow.parameters.Parameter", sdk_class("sagemaker.workflow.entities.PipelineVariable"))
    return sdk_object(f"sagemaker.workflow.parameters.{kind}", base, name=name, default_value=default)


def read(target: object, **options: Any) -> Target:
    """Read a target with options, and look that no secret of it is kept."""
    found = read_target(target, Options(**options), has_local_disk)
    assert "hunter2" not in str(found)
    return found
