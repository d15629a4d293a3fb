"""AWS's regions: how their names look, and which partition has them."""

from __future__ import annotations

import re

from .errors import UsageError

REGION = re.compile(r"[a-z]{2,4}(-[a-z]{1,16}){1,3}-\d{1,2}")
"""Such as ``us-east-1``, ``us-gov-west-1`` and ``eusc-de-east-1``; one that is new looks like these."""
MAX_SHOWN = 60
PARTITIONS = (
    ("cn-", "aws-cn"),
    ("us-gov-", "aws-us-gov"),
    ("us-iso-", "aws-iso"),
    ("us-isob-", "aws-iso-b"),
    ("eu-isoe-", "aws-iso-e"),
    ("us-isof-", "aws-iso-f"),
    ("eusc-", "aws-eusc"),
)
"""By how their regions begin; an account belongs to one partition, and cannot launch in another."""


def checked_region(named: object) -> str:
    """Give a region's name, which nobody here needs to know.

    Raises:
        UsageError: It does not look like one.
    """
    if not isinstance(named, str) or not REGION.fullmatch(named):
        raise UsageError(f"{str(named)[:MAX_SHOWN]!r} is no AWS region.", "Write it like us-east-1.", code="region_invalid")
    return named


def partition_of(region_id: str) -> str:
    """Give the partition of a region, such as ``aws-cn``."""
    return next((partition for prefix, partition in PARTITIONS if region_id.startswith(prefix)), "aws")
