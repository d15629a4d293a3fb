"""Answers that AWS has really given: recorded by others, their times kept without a zone, which are read as UTC here."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from mlcost_ext.core.job import Job
from mlcost_ext.core.standing import Standing
from mlcost_ext.core.times import UTC, time_from_text, time_to_text
from mlcost_ext.jobs import KINDS, STANDING_KINDS, kind_named, standing_kind_named
from tests.fakes import REGION, ROOT, has_local_disk, read_job

from .figures import FACTS, job_figures, standing_figures

ANSWERS = ROOT.parent / "shared/data/aws_responses"
RECORDED = ANSWERS / "cloud_custodian"
NOW = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
KIND_OF = {
    "TrainingJob": "training",
    "HyperParameterTuningJob": "tuning",
    "ProcessingJob": "processing",
    "TransformJob": "transform",
    "AutoMLJob": "automl",
    "Endpoint": "endpoint",
    "NotebookInstance": "notebook",
}
"""What operations call the kinds of ours that were recorded; no app, space or schedule was."""
OURS = {**{kind.name: kind for kind in KINDS}, **{kind.name: kind for kind in STANDING_KINDS}}

pytestmark = pytest.mark.skipif(not RECORDED.is_dir(), reason="the recorded answers are not beside this repository")


def plain(value: Any) -> Any:
    """Write the recorder's times as the reader does."""
    if isinstance(value, dict) and value.get("__class__") == "datetime":
        numbers = {key: number for key, number in value.items() if key != "__class__"}
        return time_to_text(datetime(**numbers, tzinfo=UTC))
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return [plain(item) for item in value] if isinstance(value, list) else value


def read(kind_name: str, description: dict[str, Any]) -> Job | Standing:
    kind, standing_kind = kind_named(kind_name), standing_kind_named(kind_name)
    if kind is not None:
        return kind.read(description, has_local_disk)
    assert standing_kind is not None
    return standing_kind.read(description, FACTS)


def resource_of(path: Path) -> str:
    """Give what an operation is about: ``DescribeAutoMLJobV2`` is about an ``AutoMLJob``."""
    operation = path.name.split(".")[-2].rsplit("_", 1)[0]
    named = re.sub(r"^(Describe|List|Get)|V2$", "", operation)
    return named.removesuffix("s") if operation.startswith("List") else named


@cache
def answer(path: Path) -> dict[str, Any]:
    return plain(json.loads(path.read_text())["data"])


def items_of(path: Path) -> Iterator[dict[str, Any]]:
    """Give the described thing, or each that is listed."""
    data = answer(path)
    if "Describe" in path.name:
        yield data
    yield from (item for listed in data.values() if isinstance(listed, list) for item in listed if isinstance(item, dict))


def recorded(pattern: str) -> list[Path]:
    return sorted(RECORDED.glob(pattern)) if RECORDED.is_dir() else []


def described(pattern: str) -> list[Any]:
    found = [path for path in recorded(f"*/{pattern}*.json") if resource_of(path) in KIND_OF and answer(path).keys() - {"Error"}]
    return [pytest.param(path, id=f"{path.parent.name}/{path.stem}") for path in found]


@pytest.mark.parametrize("path", described("api.sagemaker.Describe"))
def test_what_is_described_is_read(path: Path) -> None:
    """Name, ARN, status and times are AWS's; what was never billed is a zero, and what is unknown has a problem."""
    data = answer(path)
    kind_name = KIND_OF[resource_of(path)]
    thing = read(kind_name, {**data, "region_id": REGION})
    prefix = resource_of(path)
    assert (thing.name, thing.resource_id, thing.status) == tuple(data[f"{prefix}{x}"] for x in ("Name", "Arn", "Status"))
    assert (thing.kind, thing.region_id) == (kind_name, REGION)
    assert thing.created_at == time_from_text(data["CreationTime"])
    assert thing.modified_at == time_from_text(data.get("LastModifiedTime"))
    assert thing.failure_reason == (data["FailureReason"][:500] if "FailureReason" in data else None)


@pytest.mark.parametrize("path", described("api.sagemaker.List"))
def test_what_is_listed_is_read(path: Path) -> None:
    """A listing tells name and status and no more: no cost of anything that may cost is known, and none is made up."""
    kind_name, prefix = KIND_OF[resource_of(path)], resource_of(path)
    for item in items_of(path):
        thing = read(kind_name, {**item, "region_id": REGION})
        assert (thing.name, thing.status) == (item[f"{prefix}Name"], item[f"{prefix}Status"])
        if isinstance(thing, Job):
            assert thing.compute == ()
            assert thing.accrual is None
            assert thing.problems
        elif kind_name == "endpoint" and thing.status not in ("Creating", "Failed"):
            assert thing.compute is None
            assert thing.problems


HAND_READ: list[tuple[str, str, str, dict[str, Any]]] = [
    (
        # Failed after TrainingStartTime, no BillableTimeInSeconds in 2018: 13:27:36.138 to 13:30:01.498 is 145.36 s, at most.
        "test_sagemaker_training_job_query/api.sagemaker.DescribeTrainingJob_1.json",
        "ml.c4.8xlarge × 2 Training, 100 GB Storage-Training",
        "training",
        {"accrued_seconds": 145.36, "cost_basis": "at_most", "is_running": False, "max_runtime_in_seconds": 3600},
    ),
    (
        # `Starting`, without a start: it waits for its instances.
        "test_sagemaker_training_job_tag/api.sagemaker.DescribeTrainingJob_1.json",
        "ml.c4.8xlarge × 2 Training, 60 GB Storage-Training",
        "training",
        {
            "accrued_seconds": 0.0,
            "cost_basis": "accruing",
            "is_accruing": False,
            "can_stop": True,
            "secondary_status": "Starting",
        },
    ),
    (
        # In progress without ProcessingStartTime: it waits.
        "test_sagemaker_processing_job_stop/api.sagemaker.DescribeProcessingJob_1.json",
        "ml.m4.xlarge × 1 Processing, 1 GB Storage-Processing",
        "processing",
        {"accrued_seconds": 0.0, "cost_basis": "accruing", "is_accruing": False, "can_stop": True},
    ),
    (
        "test_sagemaker_processing_job_stop/api.sagemaker.DescribeProcessingJob_2.json",
        "ml.m4.xlarge × 1 Processing, 1 GB Storage-Processing",
        "processing",
        {"accrued_seconds": 0.0, "is_running": True, "can_stop": False},
    ),
    (
        # 16:25:00 to 16:27:12 is 132 s.
        "test_sagemaker_transform_job_query/api.sagemaker.DescribeTransformJob_1.json",
        "ml.c4.xlarge × 1 BatchTransform",
        "transform",
        {"accrued_seconds": 132.0, "cost_basis": "final", "max_runtime_in_seconds": None},
    ),
    (
        "test_sagemaker_transform_job_stop/api.sagemaker.DescribeTransformJob_2.json",
        "ml.c4.xlarge × 1 BatchTransform",
        "transform",
        {"accrued_seconds": 0.0, "status": "Stopping", "can_stop": False},
    ),
    (
        # At most 20 training jobs of 43,200 s on two instances each, with 10 GB: 40 × 43,200 instance-seconds.
        "test_sagemaker_hyperparameter_tuning_job_stop/api.sagemaker.DescribeHyperParameterTuningJob_1.json",
        "at most ml.m4.xlarge × 40 Training, at most 400 GB Storage-Training",
        "tuning",
        {"is_sum": True, "children_started": 3, "max_runtime_in_seconds": 43200, "instance_count": 2, "spot": False},
    ),
    (
        "test_sagemaker_auto_ml_job_tag/api.sagemaker.DescribeAutoMLJobV2_1.json",
        "",
        "automl",
        {"is_sum": True, "status": "Completed", "ended_at": "2024-04-12T11:43:10.666000Z", "children_started": None},
    ),
    (
        "test_sagemaker_endpoint_tag/api.sagemaker.DescribeEndpoint_1.json",
        "",
        "endpoint",
        {"status": "Failed", "is_costing": False, "can_end": True, "cost_per_day": "0", "parts": []},
    ),
    (
        "test_sagemaker_endpoints/api.sagemaker.DescribeEndpoint_1.json",
        "",
        "endpoint",
        {"status": "Creating", "is_costing": False, "can_end": False, "cost_per_day": "0"},
    ),
    (
        # In 2018 AWS told no VolumeSizeInGB.
        "test_sagemaker_marked_for_op_notebook_instance/api.sagemaker.DescribeNotebookInstance_1.json",
        "ml.t2.medium × 1 Notebook",
        "notebook",
        {"is_costing": True, "since": "2018-01-18T11:05:16.543000Z", "storage_cost_per_day": None},
    ),
    (
        "test_sagemaker_start_notebook_instance/api.sagemaker.DescribeNotebookInstance_1.json",
        "",
        "notebook",
        {"status": "Stopped", "is_costing": False, "cost_per_day": "0", "storage_cost_per_day": None},
    ),
]


def lines_in_words(thing: Job | Standing) -> str:
    def words(lines: Any) -> list[str]:
        return [
            f"{x.instance_type} × {x.quantity} {x.component}" if x.instance_type else f"{x.quantity} GB {x.component}"
            for x in lines or ()
        ]

    if isinstance(thing, Job):
        at_most = [f"at most {text}" for way in thing.choices for text in words(way)]
        return ", ".join([*words(thing.compute), *words(thing.storage), *at_most])
    return ", ".join([*words(thing.compute), *words(thing.kept)])


@pytest.mark.parametrize(
    ("name", "lines", "kind_name", "figures"), HAND_READ, ids=[entry[0].split("/")[0] for entry in HAND_READ]
)
def test_what_was_read_by_hand(name: str, lines: str, kind_name: str, figures: dict[str, Any]) -> None:
    """Lines and times are those that a person reads out of the answer."""
    thing = read(kind_name, {**answer(RECORDED / name), "region_id": REGION})
    found = job_figures(thing, NOW) if isinstance(thing, Job) else standing_figures(thing, NOW)
    assert lines_in_words(thing) == lines
    assert {key: found[key] for key in figures} == figures


def test_an_endpoint_joined_with_its_recorded_configuration() -> None:
    """Once in service the recorded endpoint is the instance of its recorded configuration."""
    config = answer(RECORDED / "test_sagemaker_endpoint_config/api.sagemaker.DescribeEndpointConfig_1.json")
    creating = answer(RECORDED / "test_sagemaker_endpoints/api.sagemaker.DescribeEndpoint_1.json")
    served = {"EndpointStatus": "InService", "ProductionVariants": [{"VariantName": "AllTraffic", "CurrentInstanceCount": 1}]}
    assert config["EndpointConfigName"] == creating["EndpointConfigName"]
    thing = read("endpoint", {**creating, **served, "EndpointConfig": config})
    assert lines_in_words(thing) == "ml.m4.xlarge × 1 Hosting"
    assert [problem.code for problem in thing.problems] == ["storage_unknown"]


@pytest.mark.parametrize("kind_name", OURS)
def test_every_recorded_thing_passes_through_every_parser(kind_name: str) -> None:
    """Models, clusters, job definitions, Bedrock's answers: none breaks a parser; what is not ours lacks name or status."""
    for path in recorded("*/*.json"):
        is_ours = "sagemaker" in path.name and KIND_OF.get(resource_of(path)) == kind_name
        for item in items_of(path):
            thing = read(kind_name, item)
            assert is_ours or "" in (thing.name, thing.status.removeprefix("Unknown"))


def test_other_kinds_are_not_ours() -> None:
    """What was recorded of kinds that nobody here counts leads to no parser."""
    others = {resource_of(path) for path in recorded("*/*.json")} - KIND_OF.keys()
    assert {"Model", "Cluster", "CompilationJob", "EndpointConfig", "Domain", "Guardrail"} <= others
    assert [name for name in others if kind_named(name) or standing_kind_named(name)] == []


def test_which_kinds_were_recorded() -> None:
    """Each of our kinds but apps, spaces and schedules was recorded at least once."""
    seen = {KIND_OF.get(resource_of(path)) for path in recorded("*/api.sagemaker.*.json")}
    assert OURS.keys() - seen == {"app", "space", "schedule"}


@pytest.mark.parametrize("name", sorted({path.name.split("_")[0] for path in recorded("*/api.sagemaker.Describe*.json")}))
def test_a_time_without_its_zone_is_no_time(name: str) -> None:
    """As recorded, before a zone was put in: every time is unknown, nothing breaks, and nothing is billed by a guess."""
    for path in recorded(f"*/{name}_*.json"):
        naive = json.loads(json.dumps(answer(path)).replace('Z"', '"'))
        for kind_name in OURS:
            thing = read(kind_name, naive)
            assert thing.created_at is None
            assert not isinstance(thing, Job) or thing.accrual is None or thing.accrual.accruing_since is None


def test_spot_savings_of_recorded_training_jobs() -> None:
    """The saving is 1 - billable / training seconds; those runs had none, and each is billed what AWS says."""
    rows = list(csv.DictReader((ANSWERS / "sagemaker_training_billable_seconds.csv").open()))
    assert len(rows) == 19
    for row in rows:
        billable, trained = int(row["billable_seconds"]), int(row["training_seconds"])
        job = read_job(
            {
                "TrainingJobName": "run",
                "TrainingJobStatus": "Completed",
                "ResourceConfig": {"InstanceType": "ml.m5.xlarge", "InstanceCount": 1, "VolumeSizeInGB": 1},
                "StoppingCondition": {"MaxRuntimeInSeconds": 86400},
                "TrainingTimeInSeconds": trained,
                "BillableTimeInSeconds": billable,
            }
        )
        assert (job.cost_basis, job.problems) == ("final", ())
        assert spot_saving_percent(job) == Decimal(row["spot_savings_pct"] or 0)


def test_the_spot_saving_of_awss_own_example() -> None:
    """`BillableTimeInSeconds` of 100 in 500 s of training is a saving of 80 %, as AWS's reference has it."""
    config = {"InstanceType": "ml.m5.xlarge", "InstanceCount": 1, "VolumeSizeInGB": 1}
    told = {"TrainingJobStatus": "Completed", "EnableManagedSpotTraining": True, "ResourceConfig": config}
    job = read_job({**told, "TrainingTimeInSeconds": 500, "BillableTimeInSeconds": 100})
    assert spot_saving_percent(job) == 80


def spot_saving_percent(job: Job) -> Decimal:
    assert job.accrual is not None
    assert job.storage_accrual is not None
    return (1 - job.accrual.settled_seconds / job.storage_accrual.settled_seconds) * 100
