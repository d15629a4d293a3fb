"""Estimates of what has no price, no size, no end or no such region: it is said, never shown as zero."""

from dataclasses import replace
from decimal import Decimal

import botocore.session
import pytest
from botocore.validate import ParamValidator

from mlcost_ext.core.errors import UsageError
from mlcost_ext.core.merge_patch import merged
from mlcost_ext.usecases.estimate_text import estimate_text

from .test_estimating import estimator, training

LIMITS = {"MaxNumberOfTrainingJobs": 10, "MaxParallelTrainingJobs": 2}
DEFINITION = {
    "AlgorithmSpecification": {"TrainingImage": "image", "TrainingInputMode": "File"},
    "RoleArn": "arn:aws:iam::111122223333:role/SageMaker",
    "OutputDataConfig": {"S3OutputPath": "s3://bucket/out"},
    "StoppingCondition": {"MaxRuntimeInSeconds": 3600},
    "StaticHyperParameters": {"epochs": "3"},
}
ON_G5 = {"InstanceType": "ml.g5.xlarge", "InstanceCount": 2, "VolumeSizeInGB": 30}


def estimated(request, kind="training", hours=None, region_id="us-east-1"):
    return estimator().estimate(kind, request, region_id, hours=hours)


# -- what was paid up front -----------------------------------------------------------------


def on_a_plan(name):
    return {"InstanceType": name, "InstanceCount": 1, "VolumeSizeInGB": 30, "TrainingPlanArn": "arn:aws:sagemaker:plan"}


def test_what_was_paid_up_front_is_told_without_a_price_too():
    """Its volume is at least what it costs; the plan's hours are no zero that somebody has counted."""
    found = estimated(training(ResourceConfig=on_a_plan("ml.p9.48xlarge")), hours=Decimal(1))
    (line,) = found.unpriced
    assert (line.description, line.instance_type) == ("ml.p9.48xlarge training (paid up front)", "ml.p9.48xlarge")
    assert "paid up front: what its hours are worth is not known" in line.message
    assert (found.is_complete, [each.component for each in found.lines]) == (False, ["Storage-Training"])
    assert estimate_text(found).startswith("At least USD 0.0058 ")


def test_of_preferences_one_on_a_plan_without_a_price_says_nothing_of_the_other():
    """Before AWS has chosen, the one that has a price tells."""
    preferences = [
        {"InstanceType": "ml.p9.48xlarge", "InstanceCount": 1, "TrainingPlanArns": ["arn:aws:sagemaker:plan"]},
        {"InstanceType": "ml.g5.xlarge", "InstanceCount": 1},
    ]
    found = estimated(training(ResourceConfig={"InstancePreferences": preferences, "VolumeSizeInGB": 30}), hours=Decimal(1))
    assert [line.description for line in found.unpriced] == ["ml.p9.48xlarge training (paid up front)"]
    assert (found.is_complete, found.list_cost.expected) == (False, Decimal("1.408"))


def test_what_was_paid_up_front_with_a_price_is_a_line():
    """Which adds nothing."""
    found = estimated(training(ResourceConfig=on_a_plan("ml.g5.xlarge")), hours=Decimal(1))
    assert [(line.description, line.list_cost.expected) for line in found.lines] == [("ml.g5.xlarge training (paid up front)", 0)]
    assert (found.is_complete, found.unpriced) == (True, [])


# -- volumes of a size that nobody tells ----------------------------------------------------


def test_alternatives_say_that_their_volumes_are_left_out():
    """As the request's own estimate does; of a type with a disk of its own there is none."""
    found = estimated(
        training("ml.g5.xlarge", ResourceConfig={"InstanceType": "ml.m5.xlarge", "InstanceCount": 2}), hours=Decimal(1)
    )
    assert [note.code for note in found.data_quality] == ["storage_unknown"]
    assert [other.basis.partition("; without")[2] for other in found.alternatives] == [
        " its volumes, whose size is not known"
    ] * len(found.alternatives)
    assert found.alternatives
    on_disks = estimated(training(ResourceConfig={"InstanceType": "ml.g5.xlarge", "InstanceCount": 2}), hours=Decimal(1))
    assert on_disks.alternatives
    assert not any("without its volumes" in other.basis for other in on_disks.alternatives)


def test_alternatives_of_a_transform_job_say_so_as_well():
    """AWS chooses its volumes."""
    request = {"TransformJobName": "t", "TransformResources": {"InstanceType": "ml.m5.xlarge", "InstanceCount": 2}}
    found = transforming().estimate("transform", request, "us-east-1", hours=Decimal(1))
    assert [other.basis for other in found.alternatives if "its volumes, whose size is not known" not in other.basis] == []
    assert found.alternatives


def transforming():
    """Give an estimator whose price list has batch transform at the prices of training."""
    made = estimator()
    prices = made.prices
    listed = prices.unit_price
    prices.unit_price = lambda key: listed(replace(key, component="Training") if key.component == "BatchTransform" else key)
    return made


# -- how long it takes ----------------------------------------------------------------------


def test_a_given_time_of_a_transform_job_is_taken():
    """AWS itself ends it by nothing, which is another matter."""
    request = {"TransformJobName": "t", "TransformResources": {"InstanceType": "ml.m5.xlarge", "InstanceCount": 2}}
    text = " ".join(estimate_text(transforming().estimate(None, request, "us-east-1", hours=Decimal(3))).split())
    assert "Runtime 3 h, as given; AWS itself sets it no limit" in text
    assert "nothing is known to end it" not in text
    unknown = " ".join(estimate_text(transforming().estimate(None, request, "us-east-1")).split())
    assert "an hour" in unknown
    assert "for as long as it runs" in unknown


@pytest.mark.parametrize(
    ("criteria", "most", "said"),
    [
        (
            {"MaxCandidates": 10, "MaxRuntimePerTrainingJobInSeconds": 600, "MaxAutoMLJobRuntimeInSeconds": 7200},
            7200,
            "ends it after",
        ),
        ({"MaxAutoMLJobRuntimeInSeconds": 7200}, 7200, "ends it after 7200 s"),
        ({"MaxCandidates": 10, "MaxRuntimePerTrainingJobInSeconds": 600}, None, "MaxAutoMLJobRuntimeInSeconds is missing"),
        ({}, None, "MaxAutoMLJobRuntimeInSeconds is missing"),
    ],
)
def test_the_most_of_an_automl_job_is_that_of_the_whole(criteria, most, said):
    """Not of one of its candidates."""
    found = estimated({"AutoMLJobName": "a", "AutoMLJobConfig": {"CompletionCriteria": criteria}}, "automl")
    assert found.duration_seconds.high == most
    assert any(said in sentence for sentence in found.assumptions)


# -- a tuning job's alternatives ------------------------------------------------------------


def tuning(place, resources, *, is_listed):
    definition = {**DEFINITION, place: resources}
    if is_listed:
        ranges = {"IntegerParameterRanges": [{"Name": "depth", "MinValue": "1", "MaxValue": "9"}]}
        objective = {"Type": "Minimize", "MetricName": "loss"}
        definition |= {"DefinitionName": "only", "TuningObjective": objective, "HyperParameterRanges": ranges}
    return {
        "HyperParameterTuningJobName": "t",
        "HyperParameterTuningJobConfig": {"Strategy": "Bayesian", "ResourceLimits": LIMITS},
        **({"TrainingJobDefinitions": [definition]} if is_listed else {"TrainingJobDefinition": definition}),
    }


@pytest.mark.parametrize("is_listed", [False, True])
@pytest.mark.parametrize(
    ("place", "resources"),
    [
        ("ResourceConfig", ON_G5),
        ("HyperParameterTuningResourceConfig", ON_G5),
        ("HyperParameterTuningResourceConfig", {"InstanceConfigs": [ON_G5], "AllocationStrategy": "Prioritized"}),
    ],
)
def test_alternatives_of_a_tuning_job(place, resources, is_listed):
    """Wherever its one kind of instances stands; AWS takes the request that each patch makes, and nothing else of it is lost."""
    request = tuning(place, resources, is_listed=is_listed)
    found = estimated(request, "tuning", hours=Decimal("0.5"))
    assert {other.title for other in found.alternatives} >= {"managed Spot", "ml.g6.xlarge", "1 instance"}
    shape = (
        botocore.session.get_session().get_service_model("sagemaker").operation_model("CreateHyperParameterTuningJob").input_shape
    )
    for other in found.alternatives:
        patched = merged(request, other.change)
        assert ParamValidator().validate(patched, shape).generate_report() == ""
        definition = patched["TrainingJobDefinitions"][0] if is_listed else patched["TrainingJobDefinition"]
        assert definition["StaticHyperParameters"] == {"epochs": "3"}
        again = estimated(patched, "tuning", hours=Decimal("0.5"), region_id=other.region_id)
        assert again.list_cost.high == other.list_cost.high


# -- regions --------------------------------------------------------------------------------


@pytest.mark.parametrize("region_id", ["us-east-1a", "US-EAST-1", "nowhere", "", None])
def test_what_is_no_region(region_id):
    """The estimator says so itself, whoever asks it."""
    with pytest.raises(UsageError, match="is no AWS region") as caught:
        estimated(training(), region_id=region_id)
    assert caught.value.code == "region_invalid"


def test_no_alternative_is_in_another_partition():
    """One account cannot use both."""
    found = estimated(training(), region_id="us-gov-west-1", hours=Decimal(1))
    assert {other.region_id for other in found.alternatives} == {"us-gov-west-1"}


# -- what is billed by its calls ------------------------------------------------------------


def serverless(**more):
    config = {"MemorySizeInMB": 2048, "MaxConcurrency": 5, **more}
    return {"EndpointName": "e", "ProductionVariants": [{"VariantName": "a", "ModelName": "m", "ServerlessConfig": config}]}


def test_a_serverless_endpoint_costs_nothing_while_nobody_calls_it():
    """It is not said to cost until somebody deletes it."""
    text = " ".join(estimate_text(estimated(serverless(), None)).split())
    assert "costs by its calls alone, and nothing while nobody calls it" in text
    assert "costs until somebody deletes it" not in text


def test_provisioned_concurrency_without_a_price():
    """It is told by its name, without a list of everything that has a price."""
    found = estimated(serverless(ProvisionedConcurrency=5), None)
    assert "An endpoint costs until somebody deletes it, called or not." in found.assumptions
    (line, _) = found.unpriced
    assert line.description == "provisioned concurrency of 5 with 2048 MB"
    assert line.message.startswith("No price is known for Serverless in us-east-1")
    assert "Components with prices" not in line.hint


def test_accelerators_beside_a_notebook_instance_are_told():
    """Elastic Inference is billed on its own."""
    request = {"NotebookInstanceName": "n", "InstanceType": "ml.m5.xlarge", "AcceleratorTypes": ["ml.eia2.medium"]}
    found = estimated(request, None)
    assert [line.message for line in found.unpriced if "eia2" in line.message] == [
        "What ml.eia2.medium costs beside the instance is not known here."
    ]
    assert not found.is_complete


# -- how it is said -------------------------------------------------------------------------


def test_volumes_alone_are_no_figure_for_a_headline():
    """What the instances cost, which is nearly all of it, is not known; the volumes stand in the table."""
    found = estimated(training("ml.p9.48xlarge"), hours=Decimal(1))
    assert found.list_cost.expected == Decimal("0.005833333")
    text = estimate_text(found)
    assert text.startswith("Cost unknown for training on ml.p9.48xlarge in us-east-1\n")
    assert "ML storage volume" in text
    hosted = {
        **serverless(),
        "ProductionVariants": [{"InstanceType": "ml.p9.48xlarge", "InitialInstanceCount": 1, "VolumeSizeInGB": 9}],
    }
    assert estimate_text(estimated(hosted, None)).startswith("Cost unknown for an endpoint on ml.p9.48xlarge")


def test_a_time_beyond_the_limit_is_not_said_to_have_been_given():
    """Three hours were."""
    request = training(StoppingCondition={"MaxRuntimeInSeconds": 3600})
    text = " ".join(estimate_text(estimated(request, hours=Decimal(3))).split())
    assert "Runtime 3 h was given, and its stopping condition ends it after 1 h" in text
    assert text.count("was given") == 1
    assert ", as given" not in text


def test_canvas_has_no_instance_type_to_give():
    """It is billed by the hour of a session."""
    found = estimated({"AppName": "default", "AppType": "Canvas", "DomainId": "d", "UserProfileName": "u"}, None)
    assert [line.message.split(":")[0] for line in found.unpriced] == ["What a Canvas app costs is not known here"]
    assert "InstanceType" not in found.unpriced[0].hint


def test_members_that_are_spelt_as_the_sdk_spells_them():
    """Which of boto3's is meant is said."""
    with pytest.raises(UsageError, match="The request has the text 'training_job_name', which boto3 writes TrainingJobName"):
        estimated({"training_job_name": "a", "resource_config": {}}, None)


# -- endpoints of several parts -------------------------------------------------------------

ON_INSTANCES = {"VariantName": "b", "ModelName": "m", "InstanceType": "ml.g5.xlarge", "InitialInstanceCount": 4}


def hosted(variant):
    """Give an endpoint of a variant on instances beside a serverless one."""
    return {**serverless(), "ProductionVariants": [variant, *serverless()["ProductionVariants"]]}


def test_where_two_variants_share_an_endpoint_no_change_is_proposed():
    """One of them has instances, and a patch would carry the other along."""
    found = estimated(hosted({**ON_INSTANCES, "InitialInstanceCount": 2}), None)
    assert (found.cost_per_hour, found.alternatives) == (Decimal("2.816"), [])


def test_no_alternative_has_fewer_instances_than_scaling_allows():
    """AWS would refuse it."""
    scaling = {"Status": "ENABLED", "MinInstanceCount": 3, "MaxInstanceCount": 5}
    found = estimated({"ProductionVariants": [{**ON_INSTANCES, "ManagedInstanceScaling": scaling}]}, None)
    assert [other.title for other in found.alternatives] == ["ml.g6.xlarge"]


def test_what_was_paid_up_front_beside_what_has_no_price_is_no_zero():
    """The serverless part is not known."""
    reserved = {"MlReservationArn": "arn:aws:sagemaker:reservation"}
    found = estimated(hosted({**ON_INSTANCES, "CapacityReservationConfig": reserved}), None)
    assert (found.cost_per_hour, found.is_complete) == (0, False)
    assert estimate_text(found).startswith("Cost unknown for an endpoint on ml.g5.xlarge")
