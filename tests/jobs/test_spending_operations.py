"""Each operation of SageMaker that can start spending is read by a kind of request, or stands in a table with its reason."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import botocore
import botocore.session
import pytest
from botocore.validate import ParamValidator

from mlcost_ext.jobs.requests import REQUEST_KINDS, kind_of_request, request_kind_named, why_unread
from mlcost_ext.jobs.requests.uncovered import FREE, UNCOVERED
from mlcost_ext.jobs.requests.unread import MARKS

from .test_cases import CASES

TOLD_BY = (1, 44, 8)
"""The version of botocore by which the tables were written."""
OLDEST = (1, 40)
HARMLESS = (
    *("Describe", "List", "Get", "Search", "Query", "Render", "BatchDescribe"),
    *("Delete", "Stop", "BatchDelete", "Detach", "Deregister", "Disassociate", "Disable", "Remove"),
)
"""How operations begin that only tell or end something."""
COVERED = [operation for kind in REQUEST_KINDS for operation in kind.operations]
INSTALLED = tuple(int(part) for part in botocore.__version__.split(".")[:3])


NO_REQUESTS = {
    "endpoint/request-with-its-configuration": "EndpointConfig",
    "endpoint/request-with-variants": "ProductionVariants",
    "processing/request-without-a-volume-size": "VolumeSizeInGB",
    "tuning/request-several-definitions": "StoppingCondition",
}
"""Cases that can be read and that boto3 would not send, and the member for which it would not."""


@pytest.fixture(scope="module")
def model() -> Any:
    """Give botocore's model of SageMaker."""
    if INSTALLED < OLDEST:
        pytest.skip(f"botocore {botocore.__version__} is too old to compare with")
    return botocore.session.get_session().get_service_model("sagemaker")


@pytest.fixture(scope="module")
def operations(model: Any) -> set[str]:
    """Give all operations of SageMaker that botocore knows."""
    return set(model.operation_names)


def test_each_operation_that_can_spend_is_accounted_for(operations: set[str]) -> None:
    """An operation in none of the tables is new: read it, or say why not."""
    can_spend = {name for name in operations if not name.startswith(HARMLESS)}
    assert len(can_spend) > 100
    assert sorted(can_spend - set(COVERED) - set(UNCOVERED) - set(FREE)) == []


def test_no_table_names_what_is_not_there(operations: set[str]) -> None:
    """A name that botocore does not have is a mistake, or the operation is gone."""
    if INSTALLED < TOLD_BY:
        pytest.skip(f"botocore {botocore.__version__} is older than the tables")
    assert sorted({*COVERED, *UNCOVERED, *FREE} - operations) == []


def test_tables_do_not_overlap() -> None:
    """Each operation has one answer."""
    assert len(COVERED) == len(set(COVERED))
    assert set(COVERED) & set(UNCOVERED) == set(COVERED) & set(FREE) == set(UNCOVERED) & set(FREE) == set()


@pytest.mark.parametrize(("mark", "operation"), MARKS)
def test_a_member_that_tells_of_no_kind_is_one_of_its_operation(model: Any, mark: str, operation: str) -> None:
    """And of no request that is read; so that the reason why it is not estimated can be given."""
    assert mark in model.operation_model(operation).input_shape.members
    assert kind_of_request({mark: "x"}) is None
    assert operation in UNCOVERED or operation in FREE
    reason = why_unread({mark: "x"})
    assert reason is not None
    assert reason.startswith(f"This is a request of {operation}. ")


@pytest.mark.parametrize("table", [UNCOVERED, FREE], ids=["uncovered", "free"])
def test_tables_are_sorted_and_give_reasons(table: dict[str, str]) -> None:
    """A reason is a sentence."""
    assert list(table) == sorted(table)
    assert [
        name for name, reason in table.items() if not reason.endswith(".") or len(reason) < 20 or not reason[0].isupper()
    ] == []


def test_cases_are_requests_that_boto3_sends(model: Any) -> None:
    """What is read as right is so for botocore too, by at least one of its kind's operations."""
    if INSTALLED < TOLD_BY:
        pytest.skip(f"botocore {botocore.__version__} is older than the cases")
    found = {}
    for path in (path.parent for path in CASES.glob("*/*/request.json")):
        if "error" not in json.loads((path / "expected.json").read_text()):
            reports = reports_of(model, path)
            if all(reports):
                found[f"{path.parent.name}/{path.name}"] = reports[0]
    assert set(found) == set(NO_REQUESTS)
    assert all(member in found[name] for name, member in NO_REQUESTS.items())


def reports_of(model: Any, case: Path) -> list[str]:
    """Give what botocore says of a case's request, of each of its kind's operations; empty texts: nothing is wrong."""
    kind = request_kind_named(case.parent.name)
    assert kind is not None
    request = json.loads((case / "request.json").read_text())
    shapes = [model.operation_model(operation).input_shape for operation in kind.operations]
    return [ParamValidator().validate(request, shape).generate_report() for shape in shapes]


@pytest.mark.parametrize("page", ["guardrails.md", "security.md"])
def test_what_a_guard_does_not_look_at_is_told(page: str) -> None:
    """By name, of those that a kernel calls most; none that is told so is read after all."""
    text = (Path(__file__).parents[2] / "docs" / page).read_text(encoding="utf-8")
    (told,) = (line for line in re.split(r"\n(?:- |\| )", text) if "are sent as they are: " in line)
    named = set(re.findall(r"`((?:Create|Start|Update)[A-Za-z]+)`", told.partition("are sent as they are: ")[2]))
    assert named <= set(UNCOVERED)
    assert named >= {
        *("UpdateEndpoint", "UpdateEndpointWeightsAndCapacities", "UpdateNotebookInstance", "StartNotebookInstance"),
        *("CreateMonitoringSchedule", "StartPipelineExecution", "CreateCluster"),
    }
