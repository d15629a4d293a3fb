"""Search over training jobs; other resources are left to moto."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from mlcost_ext.sandbox.account import Account
from mlcost_ext.sandbox.fault import NotOursError
from mlcost_ext.sandbox.model import member_names
from mlcost_ext.sandbox.operations.page import SortKey, cut, sort_key
from mlcost_ext.sandbox.operations.search_filter import compile_expression, compile_property
from mlcost_ext.sandbox.training_job import Snapshot


def search(account: Account, params: Mapping[str, Any], region_id: str) -> dict[str, Any]:
    """Answer one page of whole descriptions, the last changed first."""
    if params["Resource"] != "TrainingJob":
        raise NotOursError
    matches = compile_expression(params.get("SearchExpression", {}))
    matching = [snapshot for snapshot in account.jobs(region_id).all(account.clock()) if matches(snapshot)]
    page = cut(
        matching,
        _sort_key(params.get("SortBy", "LastModifiedTime")),
        is_descending=params.get("SortOrder", "Descending") == "Descending",
        limit=params.get("MaxResults", 10),
        token=params.get("NextToken"),
    )
    return {
        "Results": [{"TrainingJob": _record(item)} for item in page.items],
        "TotalHits": {"Value": len(matching), "Relation": "EqualTo"},
        **page.token(),
    }


def _record(snapshot: Snapshot) -> dict[str, Any]:
    """Give a job in Search's form, which has its tags and lacks a few other members."""
    known = member_names("TrainingJob")
    record = {key: value for key, value in snapshot.description.items() if key in known}
    record["Tags"] = [{"Key": key, "Value": value} for key, value in snapshot.job.tags.items()]
    return record


def _sort_key(name: str) -> Callable[[Snapshot], SortKey]:
    resolve = compile_property(name)

    return lambda snapshot: sort_key(resolve(snapshot), snapshot.job.name)
