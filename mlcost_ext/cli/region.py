"""Which region a command is about."""

from __future__ import annotations

from collections.abc import Mapping

from mlcost_ext.config import profile_region
from mlcost_ext.core.errors import UsageError
from mlcost_ext.core.region import checked_region
from mlcost_ext.hosts import detect


def find_region(option: str | None, env: Mapping[str, str]) -> str:
    """Take the region from ``--region``, the environment, the AWS profile or the host, in this order.

    Raises:
        UsageError: None of them names one, or it does not look like one.
    """
    named = option or env.get("AWS_REGION") or env.get("AWS_DEFAULT_REGION") or profile_region(env) or detect(env).region_id
    if not named:
        raise UsageError("No AWS region is set.", "Add --region us-east-1, or set AWS_REGION.", code="region_missing")
    return checked_region(named)
