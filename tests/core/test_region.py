"""Names of regions, and the partitions that have them."""

from __future__ import annotations

import boto3
import pytest

from mlcost_ext.core.errors import UsageError
from mlcost_ext.core.region import checked_region, partition_of


def test_each_region_that_aws_names_is_one_of_its_partition() -> None:
    """By botocore's own table."""
    session = boto3.session.Session()
    told = {region: name for name in session.get_available_partitions() for region in regions_of(session, name)}
    assert len(told) > 30
    assert {region: (checked_region(region), partition_of(region)) for region in told} == {
        region: (region, partition) for region, partition in told.items()
    }


def regions_of(session: boto3.session.Session, partition: str) -> list[str]:
    """Give the regions of EC2, without those that stand for all of them."""
    return [region for region in session.get_available_regions("ec2", partition) if not region.startswith("aws-")]


@pytest.mark.parametrize(
    "named",
    [
        "",
        "nowhere",
        "US-EAST-1",
        "us-east-1a",
        "us_east_1",
        "us-east-1 ",
        "us-east-1\n",
        "../etc",
        7,
        None,
        "us-" + "a" * 99 + "-1",
    ],
)
def test_what_looks_like_none(named: object) -> None:
    """One sentence, cut to length, and what to write instead."""
    with pytest.raises(UsageError) as caught:
        checked_region(named)
    assert (caught.value.code, caught.value.hint) == ("region_invalid", "Write it like us-east-1.")
    assert caught.value.message == f"{str(named)[:60]!r} is no AWS region."
