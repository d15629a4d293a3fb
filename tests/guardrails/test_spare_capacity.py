"""MC112: volumes that stay empty, instances that are kept too long."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from mlcost_ext.core.evidence import NoEvidence
from mlcost_ext.core.rule import Unsure
from mlcost_ext.guardrails.spare_capacity import RULE

from .launches import Remembered, judged, options_of, processing, proposal, run, training, tuning, used


def with_volume(gb: int, instance_type: str = "ml.m5.xlarge", **changes: Any) -> dict[str, Any]:
    return training(
        ResourceConfig={"InstanceType": instance_type, "InstanceCount": 1, "VolumeSizeInGB": gb, **changes},
    )


def filled(*percents: str | None, gb: int = 500) -> Remembered:
    """Remember runs that filled so much of their volumes."""
    runs = [run(volume_gb=Decimal(gb), utilisation=None if each is None else used(disk=each)) for each in percents]
    return Remembered(runs)


def test_a_volume_that_stayed_empty_is_objected_to() -> None:
    """The fix is twice what was filled at most."""
    (found,) = judged(RULE, "training", with_volume(500), filled("4", "9.1", "2"))
    assert found.message == "It asks for a volume of 500 GB, of which the last 3 runs filled 46 GB at most."
    assert found.fix == {"ResourceConfig": {"VolumeSizeInGB": 91}}
    (found,) = judged(RULE, "processing", processing(volume_gb=400), filled("1", "1", "1"))
    assert found.fix == {"ProcessingResources": {"ClusterConfig": {"VolumeSizeInGB": 30}}}
    assert found.hint == "Take 30 GB."
    (found,) = judged(RULE, "tuning", tuning(with_volume(500)), filled("1", "1", "1"))
    assert found.fix == {"TrainingJobDefinition": {"ResourceConfig": {"VolumeSizeInGB": 30}}}


@pytest.mark.parametrize(
    ("request_", "remembered"),
    [
        (with_volume(100), filled("1", "1", "1", gb=100)),
        (with_volume(500), filled("1", "1")),
        (with_volume(500), filled("1", "1", None)),
        (with_volume(500), filled("1", "1", "20")),
        (with_volume(500), filled("90", "90", "90", gb=200)),
        (with_volume(500), Remembered([run(volume_gb=None, utilisation=used(disk="1"))] * 3)),
        (with_volume(500), Remembered([run(volume_gb=Decimal(500), utilisation=used(cpu="1"))] * 3)),
        (with_volume(500, "ml.g5.xlarge"), filled("1", "1", "1")),
        (training(ResourceConfig={"InstanceType": "ml.g5.xlarge", "InstanceCount": 1}), filled("1", "1", "1")),
        (with_volume(500), NoEvidence()),
    ],
)
def test_what_is_small_filled_or_not_measured_is_left_alone(request_: dict[str, Any], remembered: Any) -> None:
    """Also a type with a disk of its own, whose volume costs nothing."""
    assert judged(RULE, "training", request_, remembered) == ()


def test_instances_kept_longer_than_allowed_are_objected_to() -> None:
    """Where a policy has a limit; the fix is that limit, or none at all where it is zero."""
    request = with_volume(30, KeepAlivePeriodInSeconds=3600)
    assert judged(RULE, "training", request) == ()
    assert judged(RULE, "training", request, max_keep_alive_minutes=Decimal(60)) == ()
    (found,) = judged(RULE, "training", request, max_keep_alive_minutes=Decimal("12.5"))
    assert found.message == "Its instances are kept and billed for 1 h after its end; 12.5 min are allowed."
    assert found.fix == {"ResourceConfig": {"KeepAlivePeriodInSeconds": 750}}
    (found,) = judged(RULE, "training", request, max_keep_alive_minutes=Decimal(0))
    assert found.fix == {"ResourceConfig": {"KeepAlivePeriodInSeconds": None}}
    assert found.hint == "Leave KeepAlivePeriodInSeconds out."


def test_what_cannot_be_told() -> None:
    """An unreadable ledger is said only where nothing else is; definitions that differ are not judged."""
    broken = Remembered(Unsure("The ledger cannot be read."))
    with pytest.raises(Unsure, match="ledger"):
        judged(RULE, "training", with_volume(500), broken)
    kept = with_volume(500, KeepAlivePeriodInSeconds=3600)
    limits = options_of(RULE, max_keep_alive_minutes=Decimal(1))
    assert [each.subject for each in RULE.judge(proposal("training", kept, broken), limits)] == ["keep_alive"]
    assert RULE.judge(proposal("tuning", tuning(with_volume(500), with_volume(500)), broken), options_of(RULE)) == ()
