"""Let a request be answered at a moment of one's choice, past or to come."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from mlcost_ext.sandbox.account import Account
from mlcost_ext.sandbox.names import REGION_ID
from mlcost_ext.sandbox.operations import OPERATIONS


def perform(
    account: Account, at: datetime, operation: str, request: Mapping[str, Any], region_id: str = REGION_ID
) -> Mapping[str, Any] | None:
    """Perform one of SageMaker's operations at a moment. Plans are real hours, whatever the account's speed."""
    return OPERATIONS["sagemaker", operation](replace(account.at(at), speed=1.0), request, region_id)
