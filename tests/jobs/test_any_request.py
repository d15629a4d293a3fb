"""What holds of every request, whatever stands in it: it is understood, or wrong in one sentence."""

from __future__ import annotations

from datetime import datetime, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mlcost_ext.core.errors import UsageError
from mlcost_ext.core.planned import Planned
from mlcost_ext.jobs.requests import REQUEST_KINDS, kind_of_request, read_request
from tests.fakes import REGION

from .figures import FACTS
from .odd import Strategy, junk, odd, several, small, structure, types, wholes

KINDS = pytest.mark.parametrize("kind", [kind.name for kind in REQUEST_KINDS])
SLOW = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
TRAINING = {"TrainingJobName": "a", "ResourceConfig": {"InstanceType": "ml.m5.xlarge", "InstanceCount": 1, "VolumeSizeInGB": 1}}
MAX_SENTENCE = 400

texts = st.text(max_size=9) | st.sampled_from(
    ["s3://b/a-2026-11-23-14-00-00-123", '"train.py"', '"', "ENABLED", "DISABLED", "Grid"]
)
group = structure({"InstanceType": types, "InstanceCount": small})
preference = structure({"InstanceType": types, "InstanceCount": small, "TrainingPlanArns": several(texts, 1)})
config = structure({
    "InstanceType": types,
    "InstanceCount": small,
    "VolumeSizeInGB": small,
    "KeepAlivePeriodInSeconds": small,
    "TrainingPlanArn": texts,
    "InstanceGroups": several(group),
    "InstancePreferences": several(preference),
})  # fmt: skip
plain = st.fixed_dictionaries({"InstanceType": types, "InstanceCount": st.integers(1, 9), "VolumeSizeInGB": small})
condition = structure({"MaxRuntimeInSeconds": wholes, "MaxWaitTimeInSeconds": wholes})
channel = structure({"ChannelName": texts, "DataSource": structure({"S3DataSource": structure({"S3Uri": texts})})})
algorithm = structure({"TrainingImage": texts, "AlgorithmName": texts, "ContainerEntrypoint": several(texts)})
job: dict[str, Strategy] = {
    "ResourceConfig": config | plain,
    "AlgorithmSpecification": algorithm,
    "StoppingCondition": condition,
    "EnableManagedSpotTraining": st.booleans(),
    "InputDataConfig": several(channel),
}
parameters = st.dictionaries(st.sampled_from(["sagemaker_program", "sagemaker_submit_directory", "lr"]), odd(texts), max_size=3)
flexible = structure({"InstanceConfigs": several(group), "InstanceType": types, "InstanceCount": small})
definition = structure({**job, "StaticHyperParameters": parameters, "HyperParameterTuningResourceConfig": flexible})
limits = structure({"MaxNumberOfTrainingJobs": small, "MaxParallelTrainingJobs": small, "MaxRuntimeInSeconds": wholes})
ranges = structure({"CategoricalParameterRanges": several(structure({"Values": several(texts)}))})
variant = structure({
    "VariantName": texts,
    "InstanceType": types,
    "InitialInstanceCount": small,
    "VolumeSizeInGB": small,
    "InstancePools": several(structure({"InstanceType": types, "Priority": small})),
    "ServerlessConfig": structure({"MemorySizeInMB": st.integers(1000, 7000), "ProvisionedConcurrency": small}),
    "ManagedInstanceScaling": structure({"Status": texts, "MinInstanceCount": small, "MaxInstanceCount": small}),
    "CapacityReservationConfig": structure({"MlReservationArn": texts}),
})  # fmt: skip
variants = {"ProductionVariants": several(variant), "ShadowProductionVariants": several(variant), "AsyncInferenceConfig": junk}
criteria = structure(
    {"MaxCandidates": small, "MaxRuntimePerTrainingJobInSeconds": wholes, "MaxAutoMLJobRuntimeInSeconds": wholes}
)
REQUESTS: dict[str, Strategy] = {
    "training": structure({
        **job,
        "HyperParameters": parameters,
        "ServerlessJobConfig": structure({"JobType": texts}) | st.just({}),
        "DebugRuleConfigurations": several(structure({"InstanceType": types, "VolumeSizeInGB": small})),
    }),
    "tuning": structure({
        "HyperParameterTuningJobConfig": structure({"Strategy": texts, "ResourceLimits": limits, "ParameterRanges": ranges}),
        "TrainingJobDefinition": definition,
        "TrainingJobDefinitions": several(definition),
        "Autotune": structure({"Mode": texts}),
    }),
    "processing": structure({
        "ProcessingResources": structure({"ClusterConfig": config | plain}),
        "StoppingCondition": condition,
        "AppSpecification": structure({"ImageUri": texts, "ContainerEntrypoint": several(texts)}),
        "ProcessingInputs": several(structure({"InputName": texts, "S3Input": structure({"S3Uri": texts})})),
    }),
    "transform": structure({"TransformResources": config | plain, "ModelName": texts, "TransformInput": channel}),
    "automl": structure({
        "AutoMLJobConfig": structure({"CompletionCriteria": criteria}),
        "AutoMLProblemTypeConfig": structure({"TabularJobConfig": structure({"CompletionCriteria": criteria})}),
        "ModelDeployConfig": structure({"AutoGenerateEndpointName": st.booleans(), "EndpointName": texts}),
    }),
    "endpoint-config": structure(variants),
    "endpoint": structure({"EndpointConfig": structure(variants), "EndpointConfigName": texts}),
    "notebook": structure({"InstanceType": types, "VolumeSizeInGB": wholes}),
    "app": structure({
        "AppType": st.sampled_from(["JupyterLab", "JupyterServer", "KernelGateway", "Canvas", "Hologram"]),
        "ResourceSpec": structure({"InstanceType": types, "TrainingPlanArn": texts}),
        "SpaceName": texts,
    }),
    "space": structure({
        "SpaceSettings": structure({
            "AppType": st.sampled_from(["JupyterLab", "CodeEditor", "RStudio"]),
            "SpaceStorageSettings": structure({"EbsStorageSettings": structure({"EbsVolumeSizeInGb": wholes})}),
        }),
    }),
}  # fmt: skip


def understood(kind: Any, request: Any) -> Planned | None:
    """Read a request and look at what comes of it; None: it is wrong, and one sentence says what and another what to do."""
    try:
        planned = read_request(kind, request, REGION, FACTS)
    except UsageError as error:
        for sentence in (error.message, error.hint):
            assert sentence.endswith((".", "…"))
            assert len(sentence) <= MAX_SENTENCE
            assert sentence.isprintable()
        return None
    assert planned.kind == kind
    assert planned.runs
    assert len({*planned.assumptions}) == len(planned.assumptions)
    for run in planned.runs:
        assert run.ways
        assert 0 <= run.fewest <= run.most
        assert 1 <= run.parallel <= run.most or run.parallel == 1
        assert not (run.is_open_ended and run.max_runtime_in_seconds)
        for line in (each for way in run.ways for each in way):
            assert line.line.quantity > 0
            assert line.line.quantity.is_finite()
            assert (line.clock == "always") == run.is_open_ended
            assert line.clock != "kept" or run.keep_alive_seconds
            assert line.at_least is None or Decimal(0) <= line.at_least <= line.line.quantity
            assert line.at_most is None or line.at_most >= line.line.quantity
    return planned


@KINDS
@SLOW
@given(data=st.data())
def test_any_request_of_a_kind_is_understood_or_wrong(kind: str, data: st.DataObject) -> None:
    """Whatever is missing or odd in it, no other error comes of it, and reading it twice gives the same."""
    request = data.draw(REQUESTS[kind])
    assert understood(kind, request) == understood(kind, request)


@KINDS
@given(request=junk)
def test_anything_at_all_is_understood_or_wrong(kind: str, request: Any) -> None:
    """Not even a structure; and reading it twice gives the same."""
    assert understood(kind, request) == understood(kind, request)


@given(kind=junk, request=st.dictionaries(st.text(max_size=10), junk, max_size=3))
def test_any_kind_at_all_is_known_or_wrong(kind: Any, request: dict[str, Any]) -> None:
    """A kind nobody knows is told, with those there are."""
    assert understood(kind, request) is None or kind in REQUESTS
    assert kind_of_request(request) is None or kind_of_request(request) in REQUESTS


def wrong(request: Any, kind: Any = "training") -> dict[str, str]:
    with pytest.raises(UsageError) as caught:
        read_request(kind, request, REGION, FACTS)
    return {"message": caught.value.message, "hint": caught.value.hint}


NAMES = "training, tuning, processing, transform, automl, endpoint, endpoint-config, notebook, app, space"


@pytest.mark.parametrize(
    ("kind", "shown"), [("spaceship", "the text 'spaceship'"), (None, "a NoneType"), (["training"], "a list"), (7, "7")]
)
def test_kinds_are_named(kind: Any, shown: str) -> None:
    """One that is not known, and what is no name at all."""
    told = wrong(TRAINING, kind)
    assert told == {"message": f"There is no kind of request called {shown}.", "hint": f"Write one of {NAMES}."}


@pytest.mark.parametrize(
    ("request_", "shown"), [([TRAINING], "a list"), ("{}", "the text '{}'"), (None, "a NoneType"), (float("inf"), "inf")]
)
def test_a_request_is_a_structure(request_: Any, shown: str) -> None:
    """JSON that has not been read, a list, nothing."""
    told = wrong(request_)
    assert told["message"] == f"The request is {shown}, where a structure belongs."
    assert told["hint"] == 'Give the arguments of CreateTrainingJob, such as {"TrainingJobName": …}.'


@pytest.mark.parametrize(
    ("count", "shown"),
    [
        (float("nan"), "nan"),
        (float("-inf"), "-inf"),
        (10.0**300, "1e+300"),
        (b"2", "a bytes"),
        (datetime(2026, 11, 23, tzinfo=timezone.utc), "a datetime"),
        ({"Ref": "Count"}, "a structure"),
        ((1, 2), "a list"),
        ("\ud800", "the text '\\ud800'"),
        ("1e3", "the text '1e3'"),
    ],
)
def test_what_is_no_number_is_shown(count: Any, shown: str) -> None:
    """Whatever Python has that JSON has not, too."""
    told = wrong({**TRAINING, "ResourceConfig": {"InstanceType": "ml.m5.xlarge", "InstanceCount": count}})
    assert told["message"] == f"ResourceConfig.InstanceCount is {shown}, where a whole number belongs."
    assert told["hint"] == 'Write "InstanceCount": 1.'


def test_a_number_of_many_digits_is_read_over() -> None:
    """Python does not write whole numbers of more than 4,300 digits; where none belongs it is told, elsewhere it is no matter."""
    huge = 10**5000
    told = wrong({**TRAINING, "ResourceConfig": {"InstanceType": "ml.m5.xlarge", "InstanceCount": huge}})
    assert told["message"].startswith("ResourceConfig.InstanceCount is a number of more than 18 digits, ")
    planned = understood("training", {**TRAINING, "AlgorithmSpecification": {"ContainerEntrypoint": [huge]}})
    assert planned is not None
    assert (planned.runs[0].key.script, planned.runs[0].key.instance_type) == (None, "ml.m5.xlarge")


def test_lists_are_read_no_further_than_aws_takes_them() -> None:
    """A list of a million entries is told to be too long at once."""
    listed = [{"InstanceType": "ml.m5.xlarge", "InitialInstanceCount": 1}] * 1_000_000
    assert wrong({"ProductionVariants": listed}, "endpoint-config")["message"] == "ProductionVariants is a list of more than 10."
    grid = {"CategoricalParameterRanges": [{"Name": "depth", "Values": ["1"] * 31}]}
    config = {"Strategy": "Grid", "ResourceLimits": {"MaxParallelTrainingJobs": 1}, "ParameterRanges": grid}
    told = wrong({"HyperParameterTuningJobConfig": config}, "tuning")
    place = "HyperParameterTuningJobConfig.ParameterRanges.CategoricalParameterRanges[0].Values"
    assert told == {"message": f"{place} is a list of more than 30.", "hint": "Leave 30 of them: AWS takes no more."}


def test_members_that_are_null_or_spelt_otherwise() -> None:
    """Null is missing; a name is found whatever its letter case, but not one that is no text."""
    assert wrong({"TrainingJobName": "a", "ResourceConfig": None})["message"] == "ResourceConfig is missing."
    told = wrong({"TrainingJobName": "a", 7: "b", "resource-config": {}})
    assert told["hint"] == 'Write it as boto3 does: "ResourceConfig" instead of "resource-config".'


def test_combinations_of_pools_are_bounded() -> None:
    """Five pools of three variants are 125 ways; of a fourth one the first pool alone is counted, and that is told."""
    pools = [{"InstanceType": f"ml.g{n}.xlarge", "Priority": n} for n in range(1, 6)]
    variants = [{"VariantName": str(n), "ModelName": "m", "InitialInstanceCount": 1, "InstancePools": pools} for n in range(4)]
    planned = understood("endpoint-config", {"ProductionVariants": variants})
    assert planned is not None
    assert len(planned.runs[0].ways) == 125
    assert {way[3].line.instance_type for way in planned.runs[0].ways} == {"ml.g1.xlarge"}
    assert [note.code for note in planned.notes][-1] == "pools_left_out"
    assert understood("endpoint-config", {"ProductionVariants": variants[:3]}) != planned
