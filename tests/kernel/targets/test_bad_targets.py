"""What is no target, and targets whose parts are none: one sentence each, never a traceback of their own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from mlcost_ext.core.errors import UsageError

from .standins import ESTIMATOR_BASE, estimator, parameter, read, sdk_class, sdk_object, session, trainer


class Raising:
    """Raises whatever is read."""

    def __getattribute__(self, name: str) -> Any:
        raise RuntimeError(name)

    def __repr__(self) -> str:
        raise RuntimeError("repr")


class RaisingMapping(Mapping[str, Any]):
    """Raises whatever is read."""

    def __getitem__(self, key: str) -> Any:
        raise RuntimeError(key)

    def __iter__(self) -> Iterator[str]:
        raise RuntimeError("iter")

    def __len__(self) -> int:
        raise RuntimeError("len")


class RaisingList(list[Any]):
    """Raises when it is looped over."""

    def __iter__(self) -> Iterator[Any]:
        raise RuntimeError("iter")


class Number:
    """As numpy's whole numbers: no int, but one by its index."""

    def __init__(self, value: int) -> None:
        self.value = value

    def __index__(self) -> int:
        return self.value


class BadNumber:
    """Claims to be a number."""

    def __index__(self) -> int:
        raise RuntimeError("index")


@pytest.mark.parametrize(
    ("target", "word"),
    [
        ("ml.m5.xlarge", "str"),
        (3, "int"),
        ([1], "list"),
        (object(), "object"),
        (print, "builtin_function_or_method"),
        (sdk_object("sagemaker.predictor.Predictor"), "sagemaker.predictor.Predictor"),
        (sdk_object("sagemaker.estimator.EstimatorBases"), "sagemaker.estimator.EstimatorBases"),
        (sdk_object("own.estimator." + "E" * 100), "own.estimator." + "E" * 66),
    ],
)
def test_object_that_is_none(target: object, word: str) -> None:
    """It is named by its type, cut to 80 characters."""
    with pytest.raises(UsageError) as told:
        read(target)
    assert told.value.message == f"An object of type {word} is nothing that can be estimated."
    assert "Give an estimator" in told.value.hint


def test_object_that_raises_whatever_is_read() -> None:
    """As a target, and in an attribute that counts."""
    with pytest.raises(UsageError, match=r"An object of type tests\.kernel\.targets\.test_bad_targets\.Raising is nothing"):
        read(Raising())
    with pytest.raises(UsageError, match="Raising, which is neither True nor False"):
        read(estimator(use_spot_instances=Raising()))
    with pytest.raises(UsageError, match="Raising, which is no text"):
        read(estimator(instance_type=Raising()))


def test_class_instead_of_an_object() -> None:
    """As when the brackets are forgotten."""
    with pytest.raises(UsageError) as told:
        read(sdk_class("sagemaker.estimator.Estimator", sdk_class(ESTIMATOR_BASE)))
    assert told.value.message == "Estimator is a class, not an object of it."
    assert told.value.hint == "Make one, as in Estimator(…), and give that."
    with pytest.raises(UsageError, match="dict is a class"):
        read(dict)


def test_mapping_that_raises() -> None:
    """It fits nothing."""
    with pytest.raises(UsageError, match="fits none of the kinds"):
        read(RaisingMapping())


def test_attributes_that_raise() -> None:
    """They are passed over; what is needed is then missing."""

    def raising(_: object) -> Any:
        raise ValueError("of the user's own")

    broken = sdk_class("own.Broken", sdk_class(ESTIMATOR_BASE), max_run=property(raising), sagemaker_session=property(raising))
    made = broken()
    vars(made).update({name: value for name, value in vars(estimator()).items() if name not in ("max_run", "sagemaker_session")})
    found = read(made)
    assert found.region_id is None
    assert "StoppingCondition" not in found.request
    with pytest.raises(UsageError, match="This estimator does not say its instance type"):
        read(sdk_class("own.Empty", sdk_class(ESTIMATOR_BASE), instance_type=property(raising))())


def test_values_that_raise() -> None:
    """Whatever stands in an attribute that does not count."""
    for odd in (Raising(), RaisingMapping(), RaisingList([1]), object(), b"x"):
        found = read(
            estimator(
                tags=odd,
                rules=odd,
                instance_groups=odd,
                checkpoint_s3_uri=odd,
                max_retry_attempts=odd,
                input_mode=odd,
                output_path=odd,
                sagemaker_session=odd,
                _hyperparameters=odd,
                container_entry_point=odd,
            )
        )
        assert found.region_id is None
        assert found.request["ResourceConfig"]["InstanceCount"] == 2
        assert "Tags" not in found.request


def test_trainer_of_odd_values() -> None:
    """Likewise."""
    for odd in (Raising(), RaisingMapping(), RaisingList([1]), object(), "text"):
        found = read(trainer(tags=odd, input_data_config=odd, checkpoint_config=odd, source_code=odd, sagemaker_session=odd))
        assert found.request["ResourceConfig"]["InstanceType"] == "ml.g5.xlarge"


@pytest.mark.parametrize(
    ("name", "value", "what"),
    [
        ("instance_type", 5, "5, which is no text"),
        ("instance_type", ["ml.m5.xlarge"], "of type list, which is no text"),
        ("instance_count", "2", "2, which is no whole number from 0 to 2147483647"),
        ("instance_count", 1.5, "1.5, which is no whole number"),
        ("instance_count", -1, "-1, which is no whole number"),
        ("instance_count", True, "True, which is no whole number"),
        ("instance_count", 2**40, "1099511627776, which is no whole number"),
        ("instance_count", BadNumber(), "BadNumber, which is no whole number"),
        ("volume_size", "thirty", "thirty, which is no whole number"),
        ("max_run", "", "empty, which is no whole number"),
        ("use_spot_instances", "yes", "yes, which is neither True nor False"),
    ],
)
def test_attribute_of_the_wrong_type(name: str, value: object, what: str) -> None:
    """What the cost depends on is not passed over."""
    with pytest.raises(UsageError) as told:
        read(estimator(**{name: value}))
    assert told.value.message.startswith(f"The estimator's {name} is ")
    assert what in told.value.message
    assert told.value.hint.startswith(f"Give the estimator another {name}")


def test_numbers_like_numpys() -> None:
    """They are numbers too, and become plain ones; so does a whole float."""
    config = read(estimator(instance_count=Number(3), volume_size=40.0, use_spot_instances=1)).request["ResourceConfig"]
    assert (config["InstanceCount"], config["VolumeSizeInGB"]) == (3, 40)
    assert {type(config["InstanceCount"]), type(config["VolumeSizeInGB"])} == {int}


@pytest.mark.parametrize("name", ["instance_type", "instance_count"])
def test_what_is_missing_is_asked_for(name: str) -> None:
    """Once each, with an example."""
    word = {"instance_type": "--instance ml.m5.xlarge", "instance_count": "--count 1"}[name]
    with pytest.raises(UsageError, match="This estimator does not say") as told:
        read(estimator(**{name: None}))
    assert word in told.value.hint
    assert read(estimator(**{name: None}), **{name: "ml.m5.large" if name == "instance_type" else 2}).kind == "training"


def test_pipeline_parameter_with_a_default() -> None:
    """The default counts, and that is told; an option counts more."""
    made = estimator(
        instance_type=parameter("Type", "ml.g5.xlarge"),
        instance_count=parameter("Count", 3, "ParameterInteger"),
        use_spot_instances=parameter("Spot", True, "Parameter"),
        output_path=parameter("Out", "s3://bucket/out"),
        image_uri=parameter("Image", "image"),
    )
    found = read(made)
    assert found.request["ResourceConfig"] == {"InstanceType": "ml.g5.xlarge", "InstanceCount": 3, "VolumeSizeInGB": 30}
    assert found.request["EnableManagedSpotTraining"] is True
    assert found.request["OutputDataConfig"] == {"S3OutputPath": "s3://bucket/out"}
    assert set(found.notes[1:]) == {
        "The estimator's instance_type is the default of the pipeline parameter Type: ml.g5.xlarge.",
        "The estimator's instance_count is the default of the pipeline parameter Count: 3.",
        "The estimator's use_spot_instances is the default of the pipeline parameter Spot: True.",
    }
    assert not [note for note in read(made, instance_type="ml.m5.large").notes if "Type" in note]


def test_pipeline_parameter_without_a_default() -> None:
    """What counts must be known, or be among the options; what does not count is left out."""
    with pytest.raises(UsageError) as told:
        read(estimator(instance_type=parameter("Type", None)))
    assert told.value.message == (
        "The estimator's instance_type is known only when its pipeline runs: the pipeline parameter Type has no default value."
    )
    assert told.value.hint.endswith("or say it with --instance or instance_type=.")
    assert read(estimator(instance_type=parameter("Type", None)), instance_type="ml.m5.large").notes[1:] == ()
    assert "OutputDataConfig" not in read(estimator(output_path=parameter("Out", None))).request


def test_pipeline_variable_of_another_kind() -> None:
    """As a step's property, which is no parameter."""
    base = sdk_class("sagemaker.core.helper.pipeline_variable.PipelineVariable")
    made = sdk_object("sagemaker.core.workflow.functions.Join", base, on="", values=[])
    with pytest.raises(UsageError, match="a pipeline's Join has no default value"):
        read(estimator(max_run=made))
    assert read(estimator(max_run=parameter("Limit", 60))).request["StoppingCondition"] == {"MaxRuntimeInSeconds": 60}


def test_session_that_raises() -> None:
    """The region is then the caller's to find."""

    def raising(_: object) -> Any:
        raise RuntimeError("You must specify a region.")

    made = sdk_class("sagemaker.session.Session", boto_region_name=property(raising), boto_session=property(raising))()
    assert read(estimator(sagemaker_session=made)).region_id is None
    assert read(estimator(sagemaker_session=session(boto_region_name=None))).region_id is None
