"""MC104: which types are allowed, wherever a request names them, and what may be taken instead."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlcost_ext.core.rule import Objection
from mlcost_ext.guardrails.allowed_type import RULE, is_allowed
from mlcost_ext.usecases.alternatives import priced
from tests.usecases.test_estimating import Facts as Samples

from . import launches
from .launch_samples import definition, endpoint_config, fixed, objections, processing, proposal, several, training

GROUPS = [{"InstanceType": f"ml.{name}.xlarge", "InstanceCount": 1, "InstanceGroupName": name} for name in ("g5", "m5")]


def test_everything_is_allowed_where_nothing_is_said():
    """That is the built-in policy."""
    assert objections(RULE, proposal(training())) == ()


@pytest.mark.parametrize(
    ("denied", "allowed", "is_fine"),
    [
        ((), None, True),
        (("ml.p4d.*", "ml.p5.*"), None, True),
        (("ml.g5.*",), None, False),
        (("G5.X*",), None, False),
        (("ml.g?.xlarge",), None, False),
        ((), ("ml.m5.*",), False),
        ((), ("ml.m5.*", "ml.g5.xlarge"), True),
        (("ml.g5.*",), ("ml.*",), False),
        ((), (), False),
    ],
)
def test_patterns(denied, allowed, is_fine):
    """What is denied is so even if it is allowed; with or without ``ml.``, in capitals or not."""
    assert is_allowed("ml.g5.xlarge", denied, allowed) is is_fine
    assert (objections(RULE, proposal(training()), denied=denied, allowed=allowed) == ()) is is_fine


def test_the_cheapest_fitting_type_that_is_allowed_is_the_fix():
    """Not the cheapest one, if that is denied too."""
    _, fix = fixed(RULE, training(), denied=("ml.g5.*",))
    assert fix == {"ResourceConfig": {"InstanceType": "ml.g6.xlarge"}}
    (found,) = objections(RULE, proposal(training()), denied=("ml.g*",))
    assert found.fix is None
    assert found.message == "ml.g5.xlarge is not allowed here."
    assert found.hint == "Take a type that is not one of ml.g*."


def test_the_type_that_comes_nearest_is_only_named():
    """With what it lacks, and no fix takes it; a CPU type does not come near one with a GPU."""
    (found,) = objections(RULE, proposal(training()), denied=("ml.g5.*", "ml.g6.*"))
    assert found.fix is None
    assert found.hint.endswith(" ml.g4dn.xlarge comes nearest, with 16 GiB of accelerator memory instead of 24.")
    (plain,) = objections(RULE, proposal(training(ResourceConfig={**BIG, "InstanceType": "ml.m5.xlarge"})), denied=("ml.m5.*",))
    assert plain.fix is None


BIG = {"InstanceCount": 1, "VolumeSizeInGB": 30}


@pytest.mark.parametrize(
    ("name", "other", "hint"),
    [
        ("ml.c5.xlarge", "ml.c6i.xlarge", "ml.r5.large comes nearest, with 2 vCPUs instead of 4."),
        ("ml.m5.24xlarge", "ml.m6i.24xlarge", "ml.r5.16xlarge comes nearest, with 64 vCPUs instead of 96."),
        ("ml.trn1.32xlarge", "ml.trn1n.32xlarge", "ml.trn1n.32xlarge has what it has, and costs more."),
        (
            "ml.g4dn.12xlarge",
            "ml.g6.12xlarge",
            "ml.g6.12xlarge has what it has, and costs more. ml.g7e.2xlarge comes nearest, with 1 accelerator instead of 4, "
            "8 vCPUs instead of 48 and 64 GiB of memory instead of 192.",
        ),
    ],
)
def test_a_fix_takes_nothing_away(name, other, hint):
    """Neither vCPUs nor memory nor accelerators, even if it costs more; what would is named with all that it lacks."""
    found = on_sale(name, denied=(f"{name.rpartition('.')[0]}.*",))
    assert found.fix == {"ResourceConfig": {"InstanceType": other}}
    assert found.hint.endswith(f" {hint}")


@pytest.mark.parametrize(
    ("tag", "nearest"),
    [
        ("1.13.1-gpu-py39-cu117-ubuntu20.04-sagemaker", "ml.g6e.12xlarge"),
        ("2.3.0-gpu-py311-cu121-ubuntu20.04-sagemaker", "ml.g6e.12xlarge"),
        ("2.5-gpu-py311", "ml.g6e.12xlarge"),
        ("2.7.1-gpu-py312-cu128-ubuntu22.04-sagemaker", "ml.g7e.24xlarge"),
    ],
)
def test_no_gpu_is_proposed_that_the_container_cannot_run_on(tag, nearest):
    """A container of an older CUDA has no code for newer GPUs, which is no matter of what they are made of."""
    image = f"763104351884.dkr.ecr.us-east-1.amazonaws.com/pytorch-training:{tag}"
    found = on_sale("ml.p4d.24xlarge", image=image, denied=("ml.p4d.*", "ml.p5.*"))
    assert found.fix == {"ResourceConfig": {"InstanceType": "ml.p4de.24xlarge"}}
    assert f" {nearest} comes nearest, with 4 accelerators instead of 8" in found.hint
    large = on_sale("ml.p5.48xlarge", image=image, denied=("ml.p5.*", "ml.p4de.*"))
    assert (large.fix == {"ResourceConfig": {"InstanceType": "ml.g7e.48xlarge"}}) is ("cu128" in tag)


def on_sale(name: str, image: str = launches.OWN, **options: tuple[str, ...]) -> Objection:
    """Judge a training job on a type, by the prices that are shipped."""
    request = launches.training(name, image=image)

    def all_types(component: str) -> tuple[str, ...]:
        return tuple(priced(component, launches.REGION, launches.shared().prices))

    (found,) = objections(RULE, launches.proposal("training", request, priced=all_types), **options)
    return found


def test_the_hint_names_what_is_allowed():
    """Or that nothing is."""
    launch = proposal(training())
    assert objections(RULE, launch, allowed=("ml.m5.*", "ml.c5.*"))[0].hint == "Take one of ml.m5.* or ml.c5.*."
    (found,) = objections(RULE, launch, allowed=("ml.*",), denied=("ml.g5.*",))
    assert found.hint == "Take one of ml.*, but not ml.g5.*."
    assert objections(RULE, launch, allowed=())[0].hint == "Ask for an exception: no type at all is allowed."


def test_several_types_are_for_a_person_to_replace():
    """Each is named, once."""
    request = training(ResourceConfig={"InstanceGroups": GROUPS, "VolumeSizeInGB": 30})
    (found,) = objections(RULE, proposal(request), allowed=("ml.c5.*",))
    assert found.message == "ml.g5.xlarge and ml.m5.xlarge are not allowed here."
    assert found.fix is None


def test_one_of_several_types_is_replaced_wherever_it_stands():
    """But not by one that is there already."""
    request = training(ResourceConfig={"InstanceGroups": GROUPS, "VolumeSizeInGB": 30})
    after, _ = fixed(RULE, request, denied=("ml.g5.*",))
    assert [each["InstanceType"] for each in after["ResourceConfig"]["InstanceGroups"]] == ["ml.g6.xlarge", "ml.m5.xlarge"]
    after, _ = fixed(RULE, endpoint_config("ml.g5.xlarge", "ml.g5.xlarge"), "endpoint-config", denied=("ml.g5.*",))
    assert [each["InstanceType"] for each in after["ProductionVariants"]] == ["ml.g6.xlarge"] * 2
    after, _ = fixed(RULE, several(definition(), definition()), "tuning", denied=("ml.g5.*",))
    assert {each["ResourceConfig"]["InstanceType"] for each in after["TrainingJobDefinitions"]} == {"ml.g6.xlarge"}
    preferences = [{"InstanceType": name, "InstanceCount": 1} for name in ("ml.g5.xlarge", "ml.g6.xlarge")]
    launch = proposal(training(ResourceConfig={"InstancePreferences": preferences, "VolumeSizeInGB": 30}))
    assert objections(RULE, launch, denied=("ml.g5.*",))[0].fix is None


def test_a_type_that_is_used_for_two_things_is_for_a_person():
    """What fits training need not be sold for rules."""
    rule = {"RuleConfigurationName": "r", "RuleEvaluatorImage": "i", "InstanceType": "ml.g5.xlarge"}
    launch = proposal(training(DebugRuleConfigurations=[rule]))
    assert objections(RULE, launch, denied=("ml.g5.*",))[0].fix is None


def test_a_type_without_a_disk_needs_a_volume():
    """Where none is asked for, AWS would refuse it."""

    class Facts(Samples):
        def has_local_disk(self, name):
            return name == "ml.g5.xlarge"

    for size, fix in ((None, None), (0, None), (30, {"ResourceConfig": {"InstanceType": "ml.g6.xlarge"}})):
        resources = {"InstanceType": "ml.g5.xlarge", "InstanceCount": 1, "VolumeSizeInGB": size}
        launch = proposal(training(ResourceConfig=resources), facts=Facts())
        assert objections(RULE, launch, denied=("ml.g5.*",))[0].fix == fix


def test_what_costs_nothing_is_not_judged():
    """A JupyterServer app's machine is AWS's own choice."""
    request = {"DomainId": "d", "AppName": "default", "AppType": "JupyterServer", "ResourceSpec": {"InstanceType": "system"}}
    assert objections(RULE, proposal(request, "app"), allowed=()) == ()
    machine = {"InstanceType": "ml.t3.medium"}
    assert objections(RULE, proposal({**request, "AppType": "KernelGateway", "ResourceSpec": machine}, "app"), allowed=())


def test_of_a_type_without_a_price_nothing_is_known_that_would_fit():
    """So that there is no fix."""
    (found,) = objections(RULE, proposal(processing(), "processing"), denied=("ml.m5.*",))
    assert found.fix is None


@given(
    st.lists(st.sampled_from(["ml.g5.xlarge", "ml.m5.*", "g?.*", "*", "ml.x"])),
    st.sampled_from(["ml.g5.xlarge", "ml.m5.4xlarge"]),
)
def test_denying_more_never_allows_more(patterns, name):
    """And allowing less neither."""
    for end in range(len(patterns)):
        assert is_allowed(name, patterns[:end], None) or not is_allowed(name, patterns, None)
        assert is_allowed(name, (), patterns) or not is_allowed(name, (), patterns[:end])
