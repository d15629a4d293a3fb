"""Where requests have their parts, and the patches that change them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlcost_ext.core.merge_patch import merged
from mlcost_ext.guardrails.request_parts import (
    Part,
    channels,
    inner,
    job_parts,
    limit_patch,
    named_types,
    patch_of,
    place_text,
    structures,
    text,
    whole,
)
from mlcost_ext.jobs.requests import REQUEST_KINDS

from .launch_samples import definition, endpoint_config, processing, service, several, training, tuning


def names(request):
    return {place_text(each.place): each.name for each in named_types(request)}


def test_types_are_found_wherever_they_stand():
    """Groups, preferences, rules, flexible configs, pools, shadow variants, apps."""
    groups = {"InstanceGroups": [{"InstanceType": "ml.a"}, {"InstanceType": "ml.b"}]}
    request = training(ResourceConfig=groups, DebugRuleConfigurations=[{"InstanceType": "ml.c"}])
    assert names(request) == {
        "ResourceConfig.InstanceGroups[0].InstanceType": "ml.a",
        "ResourceConfig.InstanceGroups[1].InstanceType": "ml.b",
        "DebugRuleConfigurations[0].InstanceType": "ml.c",
    }
    flexible = definition(ResourceConfig=None, HyperParameterTuningResourceConfig={"InstanceConfigs": [{"InstanceType": "ml.a"}]})
    place = "TrainingJobDefinitions[1].HyperParameterTuningResourceConfig.InstanceConfigs[0].InstanceType"
    assert names(several(definition(), flexible))[place] == "ml.a"
    pools = [{"InstancePools": [{"InstanceType": "ml.a"}]}]
    assert names({"ShadowProductionVariants": pools}) == {"ShadowProductionVariants[0].InstancePools[0].InstanceType": "ml.a"}
    assert names({"ResourceSpec": {"InstanceType": "ml.t3.medium"}}) == {"ResourceSpec.InstanceType": "ml.t3.medium"}


def test_what_is_the_users_own_names_no_type():
    """A hyperparameter or a variable of that name is none, nor is what is no text."""
    request = {"HyperParameters": {"InstanceType": "x"}, "Environment": {"InstanceType": "x"}, "InstanceType": 5}
    assert names(request) == {}
    deep: dict = {"InstanceType": "ml.a"}
    for _ in range(20):
        deep = {"Inner": deep}
    assert names(deep) == {}


def typed(shape, depth=0):
    """Give the names of the members whose values are ml.* types, wherever they stand below a shape of AWS's."""
    if shape.type_name == "list":
        return typed(shape.member, depth + 1)
    if shape.type_name != "structure" or depth > 8:
        return set()
    own = {name for name, member in shape.members.items() if "ml.m5.large" in (getattr(member, "enum", None) or ())}
    return own.union(*(typed(member, depth + 1) for member in shape.members.values()))


@pytest.mark.parametrize("operation", [name for kind in REQUEST_KINDS for name in kind.operations])
def test_every_member_of_an_instance_type_in_awss_requests_is_called_so(operation):
    """So that the walk finds each, but not what AWS has selected itself and never reads."""
    assert typed(service().operation_model(operation).input_shape) <= {"InstanceType", "SelectedInstanceType"}


def test_training_names_types_that_the_model_tells_of():
    """Or the test above would hold of nothing."""
    assert "InstanceType" in typed(service().operation_model("CreateTrainingJob").input_shape)


def test_job_parts():
    """Definitions, one or several; else the request itself."""
    assert job_parts("training", training())[0].place == ()
    assert job_parts("tuning", tuning())[0].at("StoppingCondition") == "TrainingJobDefinition.StoppingCondition"
    assert [part.at() for part in job_parts("tuning", several(definition(), definition()))] == [
        "TrainingJobDefinitions[0]",
        "TrainingJobDefinitions[1]",
    ]


def test_channels():
    """Of each kind in its own place."""
    channel = {"ChannelName": "train"}
    (part,) = job_parts("training", training(InputDataConfig=[channel]))
    assert [each.at() for each in channels("training", part)] == ["InputDataConfig[0]"]
    (part,) = job_parts("processing", processing(ProcessingInputs=[{"InputName": "a"}]))
    assert [each.members for each in channels("processing", part)] == [{"InputName": "a"}]
    one, none = Part(place=(), members={"TransformInput": {"a": 1}}), Part(place=(), members={})
    assert [each.at("a") for each in channels("transform", one)] == ["TransformInput.a"]
    assert channels("transform", none) == ()


def test_what_has_another_type_is_missing():
    """A request may hold anything."""
    wrong = {"a": 5, "b": [1, {"c": True}], "d": "", "e": True}
    assert inner(wrong, "a", "b") == inner(wrong, "x") == {}
    assert (text(wrong, "a"), text(wrong, "d"), whole(wrong, "e"), whole(wrong, "a")) == (None, None, None, 5)
    assert [part.place for part in structures(wrong, "b")] == [("b", 1)]
    assert structures(wrong, "a") == ()


def test_a_list_is_replaced_whole():
    """With all that its other items have."""
    request = several(definition(), definition())
    part = job_parts("tuning", request)[1]
    patch = patch_of(request, [limit_patch(part, 60), (("TrainingJobDefinitions", 0, "RoleArn"), None), (("A", "b"), 1)])
    after = merged(request, patch)
    assert after["TrainingJobDefinitions"][1]["StoppingCondition"] == {"MaxRuntimeInSeconds": 60}
    assert "RoleArn" not in after["TrainingJobDefinitions"][0]
    assert after["TrainingJobDefinitions"][0]["DefinitionName"] == "d0"
    assert after["A"] == {"b": 1}
    assert request["TrainingJobDefinitions"][1]["StoppingCondition"] == {"MaxRuntimeInSeconds": 86_400}


def test_a_wait_is_set_with_the_limit():
    """Where one is given."""
    (part,) = job_parts("training", training())
    assert limit_patch(part, 60, 90) == (("StoppingCondition",), {"MaxRuntimeInSeconds": 60, "MaxWaitTimeInSeconds": 90})


@given(st.sampled_from(["ml.m5.xlarge", "ml.c5.xlarge"]), st.integers(1, 4))
def test_a_patch_sets_what_it_says_and_nothing_else(name, count):
    """Whichever of several variants it is about."""
    request = endpoint_config(*["ml.g5.xlarge"] * count)
    place = named_types(request)[count - 1].place
    after = merged(request, patch_of(request, [(place, name)]))
    assert [each.name for each in named_types(after)] == ["ml.g5.xlarge"] * (count - 1) + [name]
    assert merged(after, patch_of(after, [(place, "ml.g5.xlarge")])) == request
