"""MC105: GPUs for what runs on CPUs, instances that share nothing, machines whose last runs used little."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from mlcost_ext.core.evidence import NoEvidence
from mlcost_ext.core.rule import Unsure, no_names, no_types
from mlcost_ext.guardrails.cpu_only import ALGORITHM_ACCOUNTS, image_of, why_no_gpu
from mlcost_ext.guardrails.distribution import MARKS
from mlcost_ext.guardrails.oversized import RULE, cpu_type, is_enough, smaller_type
from mlcost_ext.guardrails.work import work_of

from .launches import (
    OWN,
    PYTORCH,
    SCIKIT,
    SCRIPT,
    Remembered,
    channel,
    judged,
    options_of,
    processing,
    proposal,
    run,
    shared,
    training,
    transform,
    tuning,
    used,
)

BUILT_IN = "811284229777.dkr.ecr.us-east-1.amazonaws.com/"
XGBOOST = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:"
RAY = "462105765813.dkr.ecr.us-east-1.amazonaws.com/sagemaker-rl-ray-container:ray-1.6.0-tf-cpu-py37"
LITTLE = used(cpu="12.4", gpu="9", memory="8", gpu_memory="11")


def subjects(*args: Any, **options: Any) -> list[str | None]:
    return [each.subject for each in judged(RULE, *args, **options)]


def test_a_gpu_type_for_scikit_learn_is_objected_to() -> None:
    """And the fix is the cheapest type without GPUs that has its vCPUs and its memory, none that is throttled."""
    (found,) = judged(RULE, "training", training("ml.g5.xlarge", image=SCIKIT))
    assert found.message == "ml.g5.xlarge has accelerators that this work does not use: scikit-learn runs on CPUs alone."
    assert found.fix is not None
    name = found.fix["ResourceConfig"]["InstanceType"]
    facts = shared().facts.instance_facts(name)
    assert facts is not None
    assert (facts.accelerator_count, facts.vcpu, facts.memory_gib, name.startswith("ml.t")) == (0, 4, Decimal(16), False)
    assert name in found.hint


@pytest.mark.parametrize("kind", ["processing", "tuning"])
def test_other_kinds_have_their_fix_where_their_instances_are(kind: str) -> None:
    """A tuning job in its definition."""
    whole = processing("ml.g4dn.xlarge") if kind == "processing" else tuning(training("ml.g5.xlarge", image=SCIKIT))
    (found,) = judged(RULE, kind, whole)
    assert found.subject == "gpu"
    assert found.fix is not None
    assert "ClusterConfig" in str(found.fix) if kind == "processing" else "TrainingJobDefinition" in found.fix


def test_what_may_use_its_gpu_is_left_alone() -> None:
    """Also any container that nobody here knows, and a type without GPUs."""
    for request in (
        training(),
        training(image=PYTORCH),
        training(image="not an address"),
        training("ml.m5.xlarge", image=SCIKIT),
        training(image=BUILT_IN + "pca:1"),
    ):
        assert subjects("training", request) == []
    assert subjects("transform", transform("ml.g4dn.xlarge")) == []


@pytest.mark.parametrize(
    ("address", "parameters", "clause"),
    [
        (BUILT_IN + "lda:1", {}, "LDA runs on CPUs alone"),
        (BUILT_IN + "kmeans:1", {}, "AWS recommends CPUs for k-means"),
        (BUILT_IN + "randomcutforest@sha256:0a", {}, "Random Cut Forest makes no use of GPUs"),
        (BUILT_IN + "xgboost:1", {}, "XGBoost 0.72 runs on CPUs alone"),
        (BUILT_IN + "blazingtext:1", {"mode": "batch_skipgram"}, "BlazingText runs batch_skipgram on CPUs alone"),
        (BUILT_IN + "blazingtext:1", {"mode": "supervised"}, None),
        (BUILT_IN + "blazingtext:1", {"mode": ("batch_skipgram", "skipgram")}, None),
        (BUILT_IN + "ntm:1", {}, None),
        ("111122223333.dkr.ecr.us-east-1.amazonaws.com/kmeans:1", {}, None),
        (XGBOOST + "0.90-2-cpu-py3", {}, "XGBoost 0.90 runs on CPUs alone"),
        (XGBOOST + "1.0-1-cpu-py3", SCRIPT, "XGBoost 1.0 runs on CPUs alone"),
        (XGBOOST + "1.7-1", {"tree_method": "hist"}, "its hyperparameters say neither"),
        (XGBOOST + "1.7-1", {"tree_method": "gpu_hist"}, None),
        (XGBOOST + "3.0-5", {"device": "cuda"}, None),
        (XGBOOST + "1.7-1", SCRIPT, None),
        (XGBOOST + "latest", {}, None),
        ("763104351884.dkr.ecr.eu-west-1.amazonaws.com/pytorch-training:2.5.1-cpu-py311", {}, "built for CPUs"),
        ("763104351884.dkr.ecr.eu-west-1.amazonaws.com/huggingface-pytorch-training:2.1-gpu-py310", {}, None),
        ("173754725891.dkr.ecr.us-east-1.amazonaws.com/sagemaker-spark-processing:3.5-cpu-py39-v1", {}, "built for CPUs"),
        ("111122223333.dkr.ecr.us-east-1.amazonaws.com/mine:cpu", {}, None),
        (None, {}, None),
    ],
)
def test_what_is_known_of_containers(address: str | None, parameters: dict[str, Any], clause: str | None) -> None:
    """By account, repository, tag and hyperparameters; names as short as AWS's own tell nothing in another's registry."""
    found = why_no_gpu(address, parameters)
    assert found is None if clause is None else found is not None and clause in found


@pytest.mark.parametrize(("values", "is_wrong"), [(("gpu_hist",), False), (("hist", "gpu_hist"), False), (("hist",), True)])
def test_what_a_tuning_job_tries_counts(values: tuple[str, ...], is_wrong: bool) -> None:
    """Of all its jobs, or of one definition: if any value of it uses a GPU, its instances need one."""
    definition = training("ml.g5.xlarge", image=XGBOOST + "1.7-1")
    request, ranges = tuning(definition), {"CategoricalParameterRanges": [{"Name": "tree_method", "Values": list(values)}]}
    config = {**request["HyperParameterTuningJobConfig"], "ParameterRanges": ranges}
    assert subjects("tuning", {**request, "HyperParameterTuningJobConfig": config}) == (["gpu"] if is_wrong else [])
    alone = {**request["TrainingJobDefinition"], "DefinitionName": "d", "HyperParameterRanges": ranges}
    several = {key: value for key, value in request.items() if key != "TrainingJobDefinition"}
    launch = proposal("tuning", {**several, "TrainingJobDefinitions": [alone]})
    assert [each.subject for each in RULE.judge(launch, options_of(RULE))] == (["gpu"] if is_wrong else [])


def test_addresses_and_accounts_are_well_formed() -> None:
    """Sixty-one accounts of twelve digits; an address in China, or by its digest, is one too."""
    assert len(ALGORITHM_ACCOUNTS) == 61
    assert all(len(each) == 12 and each.isdecimal() for each in ALGORITHM_ACCOUNTS)
    china = image_of("390948362332.dkr.ecr.cn-north-1.amazonaws.com.cn/kmeans:1")
    assert china is not None
    assert (china.repository, china.tag) == ("kmeans", "1")


def test_cpu_types_have_both_or_else_one() -> None:
    """Vcpus and memory first, then either; what is not known, or of another architecture, is none."""
    facts = shared().facts
    own, large, small = (facts.instance_facts(name) for name in ("ml.g5.xlarge", "ml.m5.xlarge", "ml.c5.xlarge"))
    assert own is not None
    assert large is not None
    assert small is not None
    assert cpu_type(own, [small, large]) == "ml.m5.xlarge"
    assert cpu_type(own, [small]) == "ml.c5.xlarge"
    assert cpu_type(own, [replace(large, vcpu=None, memory_gib=None)]) is None
    assert cpu_type(own, [replace(large, architectures=("arm64",))]) is None
    assert cpu_type(replace(own, vcpu=None, memory_gib=None), [large]) is None


def test_nobody_knows_of_types_unless_he_is_asked() -> None:
    """What stands where no one tells."""
    assert (no_types("Training", "ml.g5.xlarge"), no_names("Training")) == ((), ())


def test_without_a_cheaper_type_there_is_no_fix() -> None:
    """Nor where the request has no volume for a type without a disk of its own, nor several types."""
    request = training("ml.g5.xlarge", image=SCIKIT)
    (found,) = RULE.judge(proposal("training", request, cheaper=lambda *_: ()), {})
    assert (found.fix, found.hint) == (None, "Take a type without accelerators, which costs less.")
    (found,) = RULE.judge(proposal("training", request, cheaper=lambda *_: ("ml.unknown.large",)), {})
    assert found.fix is None
    del request["ResourceConfig"]["VolumeSizeInGB"]
    (found,) = judged(RULE, "training", request)
    assert (found.subject, found.fix) == ("gpu", None)


def test_machines_of_several_types_or_none_are_not_judged() -> None:
    """Preferences, groups, training plans, serverless jobs, definitions that differ."""
    preferences = [{"InstanceType": "ml.g5.xlarge", "InstanceCount": 1}, {"InstanceType": "ml.g6.xlarge", "InstanceCount": 1}]
    groups = [{"InstanceGroupName": name, "InstanceType": f"ml.g5.{name}", "InstanceCount": 2} for name in ("xlarge", "2xlarge")]
    plan = {
        **training(image=SCIKIT)["ResourceConfig"],
        "TrainingPlanArn": "arn:aws:sagemaker:us-east-1:111122223333:training-plan/a",
    }
    serverless = {key: value for key, value in training().items() if key != "ResourceConfig"}
    for request in (
        training(image=SCIKIT, ResourceConfig={"InstancePreferences": preferences, "VolumeSizeInGB": 30}),
        training(image=SCIKIT, ResourceConfig={"InstanceGroups": groups, "VolumeSizeInGB": 30}),
        training(image=SCIKIT, ResourceConfig=plan),
        {**serverless, "ServerlessJobConfig": {"BaseModelArn": "a", "JobType": "FineTuning"}},
    ):
        assert RULE.judge(proposal("training", request), {}) == ()
    assert RULE.judge(proposal("tuning", tuning(training(image=SCIKIT), training(image=SCIKIT))), {}) == ()


# -- instances that share nothing ---------------------------------------------------------------


def test_several_instances_of_a_script_without_distribution_are_objected_to() -> None:
    """The fix is one instance."""
    (found,) = judged(RULE, "training", training(count=4, image=PYTORCH, HyperParameters=SCRIPT))
    assert found.message.startswith("It asks for 4 instances, and nothing in the request divides the work")
    assert (found.fix, found.subject) == ({"ResourceConfig": {"InstanceCount": 1}}, "instances")
    (found,) = judged(RULE, "tuning", tuning(training(count=2, image=PYTORCH, HyperParameters=SCRIPT)))
    assert found.fix == {"TrainingJobDefinition": {"ResourceConfig": {"InstanceCount": 1}}}


@pytest.mark.parametrize("mark", MARKS)
def test_a_distribution_of_the_sdk_is_seen(mark: str) -> None:
    """Each of its hyperparameters; one that is set to false is none."""
    told = {**SCRIPT, mark: "true" if mark.endswith("_enabled") else '{"partitions": 2}'}
    assert subjects("training", training(count=2, image=PYTORCH, HyperParameters=told)) == []
    assert subjects("training", training(count=2, image=PYTORCH, HyperParameters={**SCRIPT, mark: "false"})) == ["instances"]


def test_work_that_is_shared_or_unknown_is_left_alone() -> None:
    """One instance, data in shards, AWS's algorithms, own containers, own commands, the SDK's third generation."""
    sharded = [channel(S3DataDistributionType="ShardedByS3Key")]
    command = {"TrainingImage": PYTORCH, "TrainingInputMode": "File", "ContainerEntrypoint": ["torchrun"]}
    for request in (
        training(image=PYTORCH, HyperParameters=SCRIPT),
        training(count=2, image=PYTORCH, HyperParameters=SCRIPT, InputDataConfig=sharded),
        training("ml.m5.xlarge", 2, image=BUILT_IN + "kmeans:1"),
        training("ml.m5.xlarge", 2, image=XGBOOST + "1.7-1", HyperParameters=SCRIPT),
        training(count=2),
        training(count=2, image=PYTORCH),
        training(count=2, image=PYTORCH, AlgorithmSpecification=command, HyperParameters=SCRIPT),
        training("ml.m5.xlarge", 3, image=RAY, HyperParameters=SCRIPT),
        training(count=2, image=PYTORCH, HyperParameters={**SCRIPT, "backend": '"nccl"'}),
        training("ml.m5.xlarge", 2, image=PYTORCH, HyperParameters={**SCRIPT, "backend": "gloo"}),
    ):
        assert subjects("training", request) == []
    assert subjects("transform", transform(count=2)) == []
    other = {**SCRIPT, "backend": '"tensorflow"'}
    assert subjects("training", training(count=2, image=PYTORCH, HyperParameters=other)) == ["instances"]


def test_processing_shares_by_shards_or_by_spark() -> None:
    """Its inputs are copied whole to each instance otherwise."""
    (found,) = judged(RULE, "processing", processing(count=3))
    assert "ShardedByS3Key" in found.hint
    assert "SDK" not in found.hint
    assert subjects("processing", processing(count=3, S3DataDistributionType="ShardedByS3Key")) == []
    spark = "173754725891.dkr.ecr.us-east-1.amazonaws.com/sagemaker-spark-processing:3.5-cpu-py39-v1"
    assert subjects("processing", processing(count=3, image=spark)) == []
    assert subjects("processing", processing(count=3, image=OWN)) == []


# -- what the last runs used --------------------------------------------------------------------


def test_three_runs_that_used_little_are_enough() -> None:
    """The fix is the next smaller type of the family that has what they used."""
    runs = [run(instance_type="ml.g5.12xlarge", utilisation=LITTLE)] * 3
    (found,) = judged(RULE, "training", training("ml.g5.12xlarge"), Remembered(runs))
    assert found.message == (
        "The last 3 runs of this code on ml.g5.12xlarge used at most 12 % of its processors, 9 % of its accelerators, "
        "8 % of its memory."
    )
    assert found.fix is not None
    name = found.fix["ResourceConfig"]["InstanceType"]
    facts, own = shared().facts.instance_facts(name), shared().facts.instance_facts("ml.g5.12xlarge")
    assert name.startswith("ml.g5.")
    assert facts is not None
    assert own is not None
    assert is_enough(own, facts, LITTLE)
    assert found.subject == "utilisation"


@pytest.mark.parametrize(
    "utilisations",
    [
        [LITTLE, LITTLE],
        [LITTLE, LITTLE, used(cpu="20", gpu="9", memory="8")],
        [LITTLE, LITTLE, used(cpu="1", gpu="80", memory="8")],
        [LITTLE, LITTLE, used(cpu="1", gpu="1", memory="20.1")],
        [used(cpu="1", memory="1")] * 3,
        [used(gpu_memory="1", disk="1")] * 3,
        [None] * 3,
    ],
)
def test_what_used_enough_or_was_not_measured_is_left_alone(utilisations: list[Any]) -> None:
    """All that is measured has to be low, of the type asked for; of a GPU type its GPUs have to be measured."""
    runs = [run(instance_type="ml.g5.12xlarge", utilisation=each) for each in utilisations]
    assert subjects("training", training("ml.g5.12xlarge"), Remembered(runs)) == []


def test_other_code_and_other_types_tell_nothing() -> None:
    """Nor does an instance type that nobody knows, or a request that names no container."""
    other = [run(instance_type="ml.g5.12xlarge", utilisation=LITTLE, has_same_code=False)] * 3
    assert subjects("training", training("ml.g5.12xlarge"), Remembered(other)) == []
    smaller = [run(instance_type="ml.g5.xlarge", utilisation=LITTLE)] * 3
    assert subjects("training", training("ml.g5.12xlarge"), Remembered(smaller)) == []
    unknown = [run(instance_type="ml.zz9.xlarge", utilisation=LITTLE)] * 3
    assert RULE.judge(proposal("training", training("ml.zz9.xlarge"), Remembered(unknown)), {}) == ()
    nameless = training(AlgorithmSpecification={"TrainingInputMode": "File"})
    assert subjects("training", nameless, Remembered([run(utilisation=LITTLE)] * 3)) == []


def test_of_cpu_types_processors_and_memory_are_enough() -> None:
    """And a limit of the policy counts instead of the usual one."""
    runs = [run(instance_type="ml.m5.4xlarge", utilisation=used(cpu="22", memory="10"))] * 4
    request = training("ml.m5.4xlarge")
    assert subjects("training", request, Remembered(runs)) == []
    (found,) = judged(RULE, "training", request, Remembered(runs), min_cpu_percent=Decimal(30))
    assert found.fix == {"ResourceConfig": {"InstanceType": "ml.m5.2xlarge"}}


def test_the_smallest_of_a_family_goes_to_another_one_or_nowhere() -> None:
    """A fitting type of another family, where that costs less; else a person has to find one."""
    runs = [run(instance_type="ml.g5.xlarge", utilisation=LITTLE)] * 3
    made = proposal("training", training(), Remembered(runs), fitting=lambda *_: ("ml.g6.xlarge",))
    work = work_of(made)
    machine = work.machine() if work else None
    own = shared().facts.instance_facts("ml.g5.xlarge")
    assert work is not None
    assert machine is not None
    assert own is not None
    assert smaller_type(work, machine, own, LITTLE) == "ml.g6.xlarge"
    limits = {"min_cpu_percent": Decimal(20), "min_gpu_percent": Decimal(20), "min_memory_percent": Decimal(20)}
    (found,) = RULE.judge(proposal("training", training(), Remembered(runs), fitting=lambda *_: ()), limits)
    assert (found.fix, found.hint) == (None, "Take a smaller type, or fewer accelerators.")


def test_a_smaller_type_has_room_for_what_was_used() -> None:
    """With a quarter more; what is not known has none, and accelerators stay of their kind."""
    facts = shared().facts
    own, other = facts.instance_facts("ml.g5.12xlarge"), facts.instance_facts("ml.g5.xlarge")
    assert own is not None
    assert other is not None
    assert is_enough(own, other, used(gpu="19"))
    assert not is_enough(own, other, used(gpu="21"))
    assert not is_enough(own, other, used(gpu="1", gpu_memory="30"))
    assert not is_enough(own, replace(other, accelerator_kind="neuron"), used(gpu="1"))
    assert not is_enough(own, replace(other, accelerator_count=0), used(gpu="1"))
    assert not is_enough(own, replace(other, vcpu=None), used(cpu="1"))


def test_what_cannot_be_read_is_said_only_where_nothing_else_is() -> None:
    """And where nothing is remembered at all, nothing is said."""
    broken = Remembered(Unsure("The ledger cannot be read."))
    with pytest.raises(Unsure, match="ledger"):
        judged(RULE, "training", training(), broken)
    for request, subject in (
        (training(count=2, image=PYTORCH, HyperParameters=SCRIPT), "instances"),
        (training(image=SCIKIT), "gpu"),
    ):
        assert [each.subject for each in RULE.judge(proposal("training", request, broken), options_of(RULE))] == [subject]
    assert subjects("training", training(), NoEvidence()) == []


def test_evidence_is_asked_for_training_jobs_of_a_tuning_job() -> None:
    """By its definition, which has the inputs."""
    told = Remembered()
    judged(RULE, "tuning", tuning(training()), told)
    ((kind, key, request),) = told.asked
    assert (kind, key.image) == ("training", OWN)
    assert "InputDataConfig" in request
