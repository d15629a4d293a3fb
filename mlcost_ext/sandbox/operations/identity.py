"""Who calls, and what the caller may do: everything, but what a bad day denies."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Any

from mlcost_ext.sandbox.account import Account
from mlcost_ext.sandbox.fault import Fault
from mlcost_ext.sandbox.names import ACCOUNT_ID, CALLER_ARN, ROLE_ARN

_DEFAULT_PAGE = 100
_ENTITIES = tuple(f"arn:aws:iam::{ACCOUNT_ID}:{kind}/" for kind in ("role", "user", "group"))
_POLICY = {
    "SourcePolicyId": "PracticeDenies",
    "SourcePolicyType": "role",
    "StartPosition": {"Line": 1, "Column": 1},
    "EndPosition": {"Line": 1, "Column": 2},
}


def get_caller_identity(account: Account, params: Mapping[str, Any], region_id: str) -> dict[str, Any]:
    """Say that the execution role of the space calls, as it does in Studio."""
    del account, params, region_id
    return {
        "UserId": "AROAPRACTICEACCOUNT0:SageMaker",
        "Account": ACCOUNT_ID,
        "Arn": CALLER_ARN,
    }


def simulate_principal_policy(account: Account, params: Mapping[str, Any], region_id: str) -> dict[str, Any]:
    """Say of each action asked about, and each resource, whether it is allowed: SageMaker's SDK asks before it launches."""
    del region_id
    _check(params)
    results = [
        _result(account, action, resource)
        for action in params.get("ActionNames", [])
        for resource in params.get("ResourceArns") or ["*"]
    ]
    start = _start(params.get("Marker"))
    end = start + int(params.get("MaxItems", _DEFAULT_PAGE))
    page = {"EvaluationResults": results[start:end], "IsTruncated": end < len(results)}
    return {**page, "Marker": base64.b64encode(str(end).encode()).decode()} if end < len(results) else page


def _result(account: Account, action: str, resource: str) -> dict[str, Any]:
    decision = account.denial_of(action) or "allowed"
    return {
        "EvalActionName": action,
        "EvalResourceName": resource,
        "EvalDecision": decision,
        "MatchedStatements": [] if decision == "implicitDeny" else [_POLICY],
        "MissingContextValues": [],
    }


def _check(params: Mapping[str, Any]) -> None:
    source = params.get("PolicySourceArn", "")
    if not source.startswith(_ENTITIES):
        raise Fault("InvalidInput", f"Invalid Entity Arn: {source} does not clearly define entity type and name.")
    kind, _, name = source.rpartition(":")[2].partition("/")
    if kind == "role" and source != ROLE_ARN:
        raise Fault("NoSuchEntity", f"The role with name {name.rpartition('/')[2]} cannot be found.", 404)
    if not params.get("ActionNames"):
        raise Fault("InvalidInput", "ActionNames must have at least one action.")


def _start(marker: str | None) -> int:
    try:
        return 0 if marker is None else int(base64.b64decode(marker, validate=True))
    except (ValueError, binascii.Error):
        raise Fault("InvalidInput", f"Invalid marker: {marker}") from None
