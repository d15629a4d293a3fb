"""Search over training jobs, tuning jobs and endpoints; other resources are left to moto."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mlcost_ext.sandbox.account import Account
from mlcost_ext.sandbox.fault import NotOursError
from mlcost_ext.sandbox.model import member_names
from mlcost_ext.sandbox.operations.query import Question, ask
from mlcost_ext.sandbox.operations.search_filter import compile_expression, compile_property
from mlcost_ext.sandbox.operations.window import window_of
from mlcost_ext.sandbox.table import Order, Row


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """What Search can be asked for."""

    kind: str
    shape_name: str  # of a record, in AWS's model
    name_member: str


RESOURCES: Mapping[str, Resource] = {
    "TrainingJob": Resource(kind="training", shape_name="TrainingJob", name_member="TrainingJobName"),
    "HyperParameterTuningJob": Resource(
        kind="tuning",
        shape_name="HyperParameterTuningJobSearchEntity",
        name_member="HyperParameterTuningJobName",
    ),
    "Endpoint": Resource(kind="endpoint", shape_name="Endpoint", name_member="EndpointName"),
}


def search(account: Account, params: Mapping[str, Any], region_id: str) -> dict[str, Any]:
    """Answer one page of whole descriptions, the last changed first."""
    resource = RESOURCES.get(params["Resource"])
    if resource is None:
        raise NotOursError
    table, now = account.index(resource.kind, region_id)
    expression = params.get("SearchExpression", {})
    sort_by = params.get("SortBy", "LastModifiedTime")
    question = Question(
        test=compile_expression(expression, resource.shape_name),
        window=window_of(expression, resource.name_member),
        order=_order(sort_by, resource),
        value=compile_property(sort_by, resource.shape_name),
        is_descending=params.get("SortOrder", "Descending") == "Descending",
        limit=params.get("MaxResults", 10),
        token=params.get("NextToken"),
    )
    found = ask(table, now, question)
    return {
        "Results": [{params["Resource"]: _record(row, resource)} for row in found.page.items],
        "TotalHits": found.total_hits(),
        **found.page.token(),
    }


def _order(sort_by: str, resource: Resource) -> Order | None:
    orders: Mapping[str, Order] = {
        "CreationTime": "CreationTime",
        "LastModifiedTime": "LastModifiedTime",
        resource.name_member: "Name",
    }
    return orders.get(sort_by)


def _record(row: Row, resource: Resource) -> dict[str, Any]:
    """Give a thing in Search's form, which has its tags and lacks a few other members."""
    known = member_names(resource.shape_name)
    record = {key: value for key, value in row.snapshot().description.items() if key in known}
    record["Tags"] = [{"Key": key, "Value": value} for key, value in row.tags.items()]
    return record
