"""The short names of regions with which usage types begin, and the currencies of their lists."""

from __future__ import annotations

import re

PREFIXES = {
    "AFS1": "af-south-1",
    "APE1": "ap-east-1",
    "APE2": "ap-east-2",
    "APN1": "ap-northeast-1",
    "APN2": "ap-northeast-2",
    "APN3": "ap-northeast-3",
    "APS1": "ap-southeast-1",
    "APS2": "ap-southeast-2",
    "APS3": "ap-south-1",
    "APS4": "ap-southeast-3",
    "APS5": "ap-south-2",
    "APS6": "ap-southeast-4",
    "APS7": "ap-southeast-5",
    "CAN1": "ca-central-1",
    "CAN2": "ca-west-1",
    "CNN1": "cn-north-1",
    "CNW1": "cn-northwest-1",
    "EU": "eu-west-1",
    "EUC1": "eu-central-1",
    "EUC2": "eu-central-2",
    "EUN1": "eu-north-1",
    "EUS1": "eu-south-1",
    "EUS2": "eu-south-2",
    "EUW1": "eu-west-1",
    "EUW2": "eu-west-2",
    "EUW3": "eu-west-3",
    "ILC1": "il-central-1",
    "MEC1": "me-central-1",
    "MES1": "me-south-1",
    "MXC1": "mx-central-1",
    "SAE1": "sa-east-1",
    "UGE1": "us-gov-east-1",
    "UGW1": "us-gov-west-1",
    "USE1": "us-east-1",
    "USE2": "us-east-2",
    "USW1": "us-west-1",
    "USW2": "us-west-2",
}
"""Newer regions are missing: there AWS's ``regionCode`` alone says where a product belongs."""
WITHOUT_PREFIX = "us-east-1"
"""The oldest region; its older usage types have no prefix."""

_SPLIT = re.compile(r"(?:([A-Z]{2,4}[0-9]{0,2})-)?(.+)", re.ASCII)


def split_prefix(usage_type: str) -> tuple[str | None, str]:
    """Give a usage type's region prefix, if it has one, and the rest."""
    found = _SPLIT.fullmatch(usage_type)
    return (found[1], found[2]) if found else (None, usage_type)


def is_of_region(prefix: str | None, region_id: str) -> bool:
    """Tell whether a usage type with this prefix may belong to a region; a prefix that nobody knows may."""
    if prefix is None:
        return region_id == WITHOUT_PREFIX
    return PREFIXES.get(prefix, region_id) == region_id
