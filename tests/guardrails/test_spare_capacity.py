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


def kept(seconds: int, **changes: Any) -> dict[str, Any]:
    """Ask for instances to be kept for so long."""
    return with_volume(30, KeepAlivePeriodInSeconds=seconds, **changes)


def pools(*told: int | str | None) -> Remembered:
    """Remember runs, the latest first, by their pools: seconds in vain, `+` seconds until another job came; None: not known."""
    return Remembered([
        run(is_pool_reused=None if each is None else isinstance(each, str), retained_seconds=seconds_of(each)) for each in told
    ])  # fmt: skip


def seconds_of(told: int | str | None) -> int | None:
    return int(told) if told not in (None, "+") else None


def test_instances_that_no_job_took_over_are_objected_to() -> None:
    """With the time that was billed in vain; the fix keeps none."""
    (found,) = judged(RULE, "training", kept(3600), pools(3600, 1800, 3600, None))
    assert found.message == (
        "It asks for its instances to be kept for 1 h after its end. After the last 3 runs they were kept and billed for "
        "2 h 30 min in all, and no other job took them over."
    )
    assert found.hint == "Leave KeepAlivePeriodInSeconds out."
    assert found.fix == {"ResourceConfig": {"KeepAlivePeriodInSeconds": None}}


@pytest.mark.parametrize(
    ("asked", "remembered", "expected", "told"),
    [
        (3600, pools("+480", 3600, "+90"), 960, "After the last 3 runs another job took them over 2 times, 8 min after"),
        (3600, pools(3600, 3600, 3600, 3600, "+601", "+3000"), 1260, "After the last 5 runs another job took them over once, 10"),
        (3600, pools("+1799", "+1", "+1"), None, ""),
        (3600, pools("+1771", "+1", "+1"), None, ""),
        (3600, pools("+1770", "+1", "+1"), 3540, "3 times"),
        (21_600, pools("+3600", 60, 60), 7200, "once, 1 h after their end at most."),
        (61, pools("+0", "+0", "+0"), 60, "0 s after their end at most."),
        (60, pools("+0", "+0", "+0"), None, ""),
        (150, pools("+61", 150, 150), None, ""),
    ],
)
def test_instances_that_were_taken_over_sooner_are_kept_for_less(
    asked: int, remembered: Remembered, expected: int | None, told: str
) -> None:
    """Twice the longest wait in whole minutes, one at least, by the last five whose end is known; never more than asked for."""
    found = judged(RULE, "training", kept(asked), remembered)
    assert [each.fix for each in found] == ([{"ResourceConfig": {"KeepAlivePeriodInSeconds": expected}}] if expected else [])
    for each in found:
        assert told in each.message
        assert each.hint == f"Set KeepAlivePeriodInSeconds to {expected}, twice that in whole minutes."


@pytest.mark.parametrize(
    ("request_", "remembered"),
    [
        (kept(3600), pools(3600, 3600)),
        (kept(3600), pools(3600, 3600, None, None)),
        (kept(3600), pools(3600, 3600, 0, 0)),
        (kept(3600), pools(3600, "+", "+90")),
        (kept(3600), Remembered([run(is_pool_reused=False, retained_seconds=None)] * 5)),
        (kept(3600), Remembered([run(is_pool_reused=False, retained_seconds=60, has_same_code=False)] * 5)),
        (kept(3600), NoEvidence()),
        (kept(0), pools(3600, 3600, 3600)),
        (with_volume(30), pools(3600, 3600, 3600)),
    ],
)
def test_a_keep_alive_of_which_too_little_is_known_is_left_alone(request_: dict[str, Any], remembered: Any) -> None:
    """Too few pools that were there and are over, or a wait that nobody knows; nothing that was kept is no pool."""
    assert judged(RULE, "training", request_, remembered) == ()


def short(run_seconds: int, keep_seconds: int, **changes: Any) -> dict[str, Any]:
    """Ask for a short run, and for its instances to be kept for so long."""
    return kept(keep_seconds) | {"StoppingCondition": {"MaxRuntimeInSeconds": run_seconds}} | changes


def test_a_keep_alive_of_several_times_the_run_needs_no_history() -> None:
    """An hour is proposed, or as long as the run if that is longer."""
    for remembered in (Remembered(), NoEvidence(), pools(3600)):
        (found,) = judged(RULE, "training", short(600, 21_600), remembered)
        assert found.message == (
            "It asks for its instances to be kept for 6 h after its end. That is 36 times the 10 min of the run "
            "itself, and costs up to USD 1.42; no other job is known to have taken them over."
        )
        assert found.hint == "Set KeepAlivePeriodInSeconds to 3600 (1 h): a job that takes them over can keep them again."
        assert found.fix == {"ResourceConfig": {"KeepAlivePeriodInSeconds": 3600}}
    (found,) = judged(RULE, "training", short(5390, 21_600))
    assert found.fix == {"ResourceConfig": {"KeepAlivePeriodInSeconds": 5400}}
    (found,) = judged(RULE, "training", short(600, 21_600), max_keep_alive_minutes=Decimal(120))
    assert found.message.startswith(
        "Its instances are kept and billed for 6 h after its end; 120 min are allowed. That is 36 times"
    )
    assert found.fix == {"ResourceConfig": {"KeepAlivePeriodInSeconds": 3600}}


@pytest.mark.parametrize(
    ("request_", "remembered"),
    [
        (short(600, 3600), Remembered()),
        (short(7200, 21_600), Remembered()),
        (short(600, 21_600), pools("+90")),
        (short(600, 21_600), pools("+")),
        (tuning(short(600, 21_600)), Remembered()),
    ],
)
def test_a_keep_alive_that_may_be_of_use_is_left_alone(request_: dict[str, Any], remembered: Any) -> None:
    """An hour, up to three times the run, one that another job has taken over before, and those of a tuning job."""
    kind = "tuning" if "TrainingJobDefinition" in request_ else "training"
    assert judged(RULE, kind, request_, remembered) == ()


def test_instances_on_a_training_plan_are_kept_for_nothing() -> None:
    """Their hours are paid."""
    resources = {"InstanceType": "ml.p4d.24xlarge", "InstanceCount": 1, "VolumeSizeInGB": 30, "KeepAlivePeriodInSeconds": 21_600}
    arn = "arn:aws:sagemaker:us-east-1:111122223333:training-plan/a-plan-of-ours-for-training-jobs"
    planned = short(600, 21_600, ResourceConfig={**resources, "TrainingPlanArn": arn})
    assert judged(RULE, "training", planned) == ()


def test_jobs_of_a_tuning_job_take_over_each_others_instances() -> None:
    """So that jobs launched alone tell nothing of it; the policy's limit holds for it all the same."""
    remembered = pools(3600, 3600, 3600)
    assert judged(RULE, "tuning", tuning(kept(3600)), remembered) == ()
    (found,) = judged(RULE, "tuning", tuning(kept(3600)), remembered, max_keep_alive_minutes=Decimal(10))
    assert found.fix == {"TrainingJobDefinition": {"ResourceConfig": {"KeepAlivePeriodInSeconds": 600}}}


@pytest.mark.parametrize(
    ("limit", "remembered", "expected", "hint"),
    [
        ("30", pools(3600, 3600, 3600), None, "Leave KeepAlivePeriodInSeconds out."),
        ("30", pools("+90", 3600, 3600), 180, "Set KeepAlivePeriodInSeconds to 180, twice that in whole minutes."),
        ("30", pools("+1500", 3600, 3600), 1800, "Set KeepAlivePeriodInSeconds to 1800."),
        ("0.5", pools("+1", 3600, 3600), 30, "Set KeepAlivePeriodInSeconds to 30."),
        ("0", pools("+90", 3600, 3600), None, "Leave KeepAlivePeriodInSeconds out."),
        ("30", pools(3600), 1800, "Set KeepAlivePeriodInSeconds to 1800."),
    ],
)
def test_the_policys_limit_is_told_alone(limit: str, remembered: Remembered, expected: int | None, hint: str) -> None:
    """Its fix leaves nothing for earlier runs to object to."""
    (found,) = judged(RULE, "training", kept(3600), remembered, max_keep_alive_minutes=Decimal(limit))
    assert found.message.startswith(f"Its instances are kept and billed for 1 h after its end; {limit} min are allowed.")
    assert (found.fix, found.hint) == ({"ResourceConfig": {"KeepAlivePeriodInSeconds": expected}}, hint)
    fixed = kept(expected) if expected else with_volume(30)
    assert judged(RULE, "training", fixed, remembered, max_keep_alive_minutes=Decimal(limit)) == ()


def test_a_volume_and_a_keep_alive_are_two_findings() -> None:
    """Each with a fix of its own."""
    told = {"is_pool_reused": False, "retained_seconds": 600, "volume_gb": Decimal(500), "utilisation": used(disk="1")}
    remembered = Remembered([run(**told)] * 3)
    found = judged(RULE, "training", with_volume(500, KeepAlivePeriodInSeconds=600), remembered)
    assert [each.subject for each in found] == ["keep_alive", "volume"]


def test_what_cannot_be_told() -> None:
    """An unreadable ledger is said only where nothing else is; definitions that differ are not judged."""
    broken = Remembered(Unsure("The ledger cannot be read."))
    with pytest.raises(Unsure, match="ledger"):
        judged(RULE, "training", with_volume(500), broken)
    with pytest.raises(Unsure, match="ledger"):
        judged(RULE, "training", kept(3600), broken)
    both = with_volume(500, KeepAlivePeriodInSeconds=3600)
    limits = options_of(RULE, max_keep_alive_minutes=Decimal(1))
    (found,) = RULE.judge(proposal("training", both, broken), limits)
    assert (found.subject, found.fix) == ("keep_alive", {"ResourceConfig": {"KeepAlivePeriodInSeconds": 60}})
    assert judged(RULE, "training", with_volume(30), broken) == ()
    assert RULE.judge(proposal("tuning", tuning(with_volume(500), with_volume(500)), broken), options_of(RULE)) == ()
