"""Who calls, and what the caller may do: everything, within the practice account."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mlcost_ext.sandbox.account import Account
from mlcost_ext.sandbox.names import ACCOUNT_ID, CALLER_ARN


def get_caller_identity(account: Account, params: Mapping[str, Any], region_id: str) -> dict[str, Any]:
    """Say that the execution role of the space calls, as it does in Studio."""
    del account, params, region_id
    return {
        "UserId": "AROAPRACTICEACCOUNT0:SageMaker",
        "Account": ACCOUNT_ID,
        "Arn": CALLER_ARN,
    }


def simulate_principal_policy(account: Account, params: Mapping[str, Any], region_id: str) -> dict[str, Any]:
    """Allow every action asked about: SageMaker's SDK asks before it launches."""
    del account, region_id
    resources = params.get("ResourceArns") or ["*"]
    results = [
        {
            "EvalActionName": action,
            "EvalResourceName": resource,
            "EvalDecision": "allowed",
            "MatchedStatements": [],
            "MissingContextValues": [],
        }
        for action in params.get("ActionNames", [])
        for resource in resources
    ]
    return {"EvaluationResults": results, "IsTruncated": False}
