"""Which types can take another one's place."""

from __future__ import annotations

import pytest

from mlcost_ext.core.fitting import fits, memory_each
from mlcost_ext.core.instance import InstanceFacts
from mlcost_ext.prices.instances import instance_facts


@pytest.mark.parametrize(
    ("own", "other", "expected"),
    [
        ("ml.c5.xlarge", "ml.c6i.xlarge", True),
        ("ml.c5.xlarge", "ml.r5.large", False),
        ("ml.m5.24xlarge", "ml.r5.16xlarge", False),
        ("ml.g5.4xlarge", "ml.g6.4xlarge", True),
        ("ml.g5.16xlarge", "ml.g7e.2xlarge", False),
        ("ml.g4dn.12xlarge", "ml.g7e.2xlarge", False),
        ("ml.trn1.32xlarge", "ml.trn1.2xlarge", False),
        ("ml.p4d.24xlarge", "ml.g7e.24xlarge", False),
        ("ml.p4d.24xlarge", "ml.p4de.24xlarge", True),
    ],
)
def test_nothing_is_taken_away(own, other, expected):
    """Neither vCPUs nor memory nor accelerators."""
    assert fits(facts(own), facts(other)) is expected


def test_memory_of_one_accelerator():
    """Of none there is none."""
    assert memory_each(facts("ml.p4d.24xlarge")) == 40
    assert memory_each(facts("ml.m5.large")) is None


def facts(name: str) -> InstanceFacts:
    found = instance_facts(name)
    assert found is not None
    return found
