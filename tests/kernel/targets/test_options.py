"""Options count more than what a target says, and may stand alone."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from mlcost_ext.core.errors import UsageError
from mlcost_ext.kernel.targets import KINDS

from .standins import estimator, read, trainer

ONE = "One instance is taken, since their number is not said."
VOLUME = "Each instance is taken to have a volume of 30 GB, as SageMaker's SDK gives it."
VARIANT = {"VariantName": "AllTraffic", "InstanceType": "ml.m5.large", "InitialInstanceCount": 1}
ALONE: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "training": ({"ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 30}}, (ONE, VOLUME)),
    "processing": (
        {"ProcessingResources": {"ClusterConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 30}}},
        (ONE, VOLUME),
    ),
    "transform": ({"TransformResources": {"InstanceType": "ml.m5.large", "InstanceCount": 1}}, (ONE,)),
    "endpoint": ({"ProductionVariants": [VARIANT]}, (ONE,)),
    "endpoint-config": ({"ProductionVariants": [VARIANT]}, (ONE,)),
    "notebook": ({"InstanceType": "ml.m5.large"}, ()),
    "app": ({"AppType": "JupyterLab", "ResourceSpec": {"InstanceType": "ml.m5.large"}}, ("An app of JupyterLab is taken.",)),
    "space": (
        {
            "SpaceSettings": {
                "AppType": "JupyterLab",
                "JupyterLabAppSettings": {"DefaultResourceSpec": {"InstanceType": "ml.m5.large"}},
            }
        },
        ("A space of JupyterLab is taken.",),
    ),
}


@pytest.mark.parametrize("kind", ALONE)
def test_alone(kind: str) -> None:
    """They make a request of each kind."""
    request, notes = ALONE[kind]
    found = read(None, kind=kind, instance_type="ml.m5.large", region_id="us-east-1")
    assert (found.kind, found.region_id, found.notes) == (kind, "us-east-1", notes)
    assert found.request == request


def test_alone_they_make_a_training_job() -> None:
    """Unless they say another kind; hours are no part of a request."""
    found = read(None, instance_type="ml.m5.large", instance_count=2, volume_gb=5, is_spot=True, hours=Decimal(3))
    assert (found.kind, found.notes) == ("training", ())
    assert found.request == {
        "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 2, "VolumeSizeInGB": 5},
        "EnableManagedSpotTraining": True,
        "StoppingCondition": {"MaxWaitTimeInSeconds": 86400},
    }


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in ("automl", "tuning", "space")])
def test_alone_they_need_an_instance_type(kind: str) -> None:
    """Whatever else they say."""
    with pytest.raises(UsageError, match="Neither a target nor an instance type is said"):
        read(None, kind=kind)


def test_a_space_is_a_volume() -> None:
    """It needs no instance type; how large its volume is may be said."""
    assert read(None, kind="space").request == {"SpaceSettings": {"AppType": "JupyterLab"}}
    found = read(None, kind="space", volume_gb=50)
    storage = {"EbsStorageSettings": {"EbsVolumeSizeInGb": 50}}
    assert found.request == {"SpaceSettings": {"AppType": "JupyterLab", "SpaceStorageSettings": storage}}
    assert found.notes == ("A space of JupyterLab is taken.",)


@pytest.mark.parametrize("kind", ["training", "processing"])
@pytest.mark.parametrize("instance_type", ["ml.g5.xlarge", "ml.g4dn.xlarge", "ml.p4d.24xlarge"])
def test_no_volume_is_taken_where_aws_attaches_none(kind: str, instance_type: str) -> None:
    """A type with disks of its own is used with these alone."""
    found = read(None, kind=kind, instance_type=instance_type, instance_count=1)
    assert "VolumeSizeInGB" not in str(found.request)
    assert found.notes == (f"{instance_type} has disks of its own, so that AWS attaches no volume, and none is counted.",)


@pytest.mark.parametrize("kind", ["automl", "tuning"])
def test_alone_they_do_not_say_how_many_jobs(kind: str) -> None:
    """That takes a request."""
    with pytest.raises(UsageError, match="do not say how many jobs"):
        read(None, kind=kind, instance_type="ml.m5.large")


def test_they_count_more() -> None:
    """Of the second generation."""
    found = read(
        estimator(),
        instance_type="ml.g5.xlarge",
        instance_count=4,
        volume_gb=100,
        is_spot=True,
        region_id="us-west-2",
        kind="training",
    )
    assert found.region_id == "us-west-2"
    assert found.request["ResourceConfig"] == {"InstanceType": "ml.g5.xlarge", "InstanceCount": 4, "VolumeSizeInGB": 100}
    assert found.request["EnableManagedSpotTraining"] is True
    assert found.request["StoppingCondition"] == {"MaxRuntimeInSeconds": 86400, "MaxWaitTimeInSeconds": 86400}


def test_they_take_spot_away() -> None:
    """And with it the time to wait for an instance."""
    made = estimator(use_spot_instances=True, max_run=10, max_wait=20)
    found = read(made, is_spot=False)
    assert "EnableManagedSpotTraining" not in found.request
    assert found.request["StoppingCondition"] == {"MaxRuntimeInSeconds": 10}
    assert read(made, is_spot=True).request["StoppingCondition"] == {"MaxRuntimeInSeconds": 10, "MaxWaitTimeInSeconds": 20}
    assert read({"TransformResources": {"InstanceType": "ml.m5.large"}}, is_spot=False).kind == "transform"
    assert read({"TrainingJobName": "t"}, is_spot=False).request == {"TrainingJobName": "t", "ResourceConfig": {}}


def test_they_take_the_place_of_what_counts_less() -> None:
    """Even where that is nothing of use."""
    made = estimator(instance_type=object(), instance_count="two", volume_size=[], use_spot_instances="yes")
    with pytest.raises(UsageError, match="instance_type"):
        read(made)
    found = read(made, instance_type="ml.m5.large", instance_count=2, volume_gb=5, is_spot=True)
    assert found.request["ResourceConfig"] == {"InstanceType": "ml.m5.large", "InstanceCount": 2, "VolumeSizeInGB": 5}


def test_several_types_become_one() -> None:
    """If it is said how many there are of it."""
    groups = {"ResourceConfig": {"InstanceGroups": [{"InstanceType": "ml.c5.large", "InstanceCount": 1}], "VolumeSizeInGB": 5}}
    with pytest.raises(UsageError, match="several instance types, and the options say one"):
        read(groups, instance_type="ml.m5.large")
    with pytest.raises(UsageError, match="a number of instances says nothing"):
        read(groups, instance_count=2)
    found = read(groups, instance_type="ml.m5.large", instance_count=2)
    assert found.request["ResourceConfig"] == {"InstanceType": "ml.m5.large", "InstanceCount": 2, "VolumeSizeInGB": 5}
    shared = {"ResourceConfig": {"InstancePreferences": [{"InstanceType": "ml.c5.large"}], "InstanceCount": 3}}
    assert read(shared, instance_type="ml.m5.large").request["ResourceConfig"] == {
        "InstanceType": "ml.m5.large",
        "InstanceCount": 3,
    }


def test_each_definition_and_each_variant() -> None:
    """That is told; the largest of several volumes is kept."""
    configs = [{"InstanceType": "ml.c5.large", "InstanceCount": 1, "VolumeSizeInGB": size} for size in (5, 9)]
    several = {"HyperParameterTuningResourceConfig": {"InstanceConfigs": configs, "AllocationStrategy": "Prioritized"}}
    one = {"ResourceConfig": {"InstanceType": "ml.c5.large", "InstanceCount": 1, "VolumeSizeInGB": 7}}
    tuning = {"HyperParameterTuningJobConfig": {}, "TrainingJobDefinitions": [several, one]}
    found = read(tuning, instance_type="ml.m5.large", instance_count=2, is_spot=True)
    spot = {"EnableManagedSpotTraining": True, "StoppingCondition": {"MaxWaitTimeInSeconds": 86400}}
    kept = {"InstanceType": "ml.m5.large", "InstanceCount": 2}
    assert found.request["TrainingJobDefinitions"] == [
        {"HyperParameterTuningResourceConfig": {**kept, "VolumeSizeInGB": 9}, **spot},
        {"ResourceConfig": {**kept, "VolumeSizeInGB": 7}, **spot},
    ]
    assert found.notes == ("The options count for each of its 2 kinds of instances.",)
    variants = [{"VariantName": "a", "ServerlessConfig": {"MemorySizeInMB": 2048}}, {"VariantName": "b"}]
    found = read({"ProductionVariants": variants}, instance_type="ml.m5.large")
    assert [variant["InstanceType"] for variant in found.request["ProductionVariants"]] == ["ml.m5.large"] * 2
    assert [variant["InitialInstanceCount"] for variant in found.request["ProductionVariants"]] == [1, 1]
    assert "ServerlessConfig" not in found.request["ProductionVariants"][0]
    with pytest.raises(UsageError, match="a number of instances says nothing"):
        read({"ProductionVariants": variants}, instance_count=2)


def test_volumes() -> None:
    """Under AWS's own names."""
    assert read({"SpaceSettings": {}}, volume_gb=9).request["SpaceSettings"]["SpaceStorageSettings"] == {
        "EbsStorageSettings": {"EbsVolumeSizeInGb": 9}
    }
    assert read({"NotebookInstanceName": "n"}, volume_gb=9).request["VolumeSizeInGB"] == 9
    assert read({"ProductionVariants": []}, volume_gb=9).request["ProductionVariants"][0]["VolumeSizeInGB"] == 9


@pytest.mark.parametrize(
    ("kind", "options", "message"),
    [
        ("transform", {"is_spot": True}, "Only training and tuning jobs run on Spot"),
        ("transform", {"volume_gb": 5}, "Of kind transform nothing has a volume"),
        ("app", {"volume_gb": 5}, "Of kind app nothing has a volume"),
        ("notebook", {"instance_count": 2}, "Of kind notebook each has one instance"),
        ("nonsense", {}, "'nonsense' is no kind that can be estimated"),
        ("training", {"instance_count": 0}, "instance_count is 0, and must be at least 1"),
        ("training", {"volume_gb": -5}, "volume_gb is -5, and must be at least 1"),
    ],
)
def test_they_do_not_go_with_each_kind(kind: str, options: dict[str, Any], message: str) -> None:
    """What a kind has not, cannot be said."""
    with pytest.raises(UsageError, match=message):
        read(None, **{"instance_type": "ml.m5.large", **options}, kind=kind)


def test_one_instance_of_one() -> None:
    """May be said."""
    assert read(None, kind="notebook", instance_type="ml.m5.large", instance_count=1).request == {"InstanceType": "ml.m5.large"}


def test_automl_chooses_itself() -> None:
    """No option changes that."""
    with pytest.raises(UsageError, match="chooses its instances itself"):
        read({"AutoMLJobName": "a"}, instance_type="ml.m5.large")


def test_kind_of_an_object_cannot_be_another() -> None:
    """An estimator is no endpoint."""
    with pytest.raises(UsageError, match="This estimator is one of kind training, not of kind endpoint"):
        read(estimator(), kind="endpoint")
    assert read(trainer(), kind="training").kind == "training"
