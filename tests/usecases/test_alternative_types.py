"""Alternatives: only types that the container can run on, and Spot only where AWS takes it."""

from __future__ import annotations

from mlcost_ext.kernel_wiring import estimator
from tests.guardrails.launches import PYTORCH, REGION, training, tuning


def test_gpus_are_as_new_as_the_container_allows(tmp_path):
    """With CUDA 12.1 none of Blackwell's, which CUDA builds for since 12.8."""
    own = estimator(tmp_path)
    for tag, is_newest in (("cu121", False), ("cu128", True)):
        request = training("ml.p5.48xlarge", image=PYTORCH.replace("cu124", tag))
        found = own.alternatives_of("training", request, REGION, None)
        types = [each.change.get("ResourceConfig", {}).get("InstanceType", "") for each in found]
        assert any(name.startswith("ml.g7e.") for name in types) is is_newest


def test_spot_is_proposed_where_aws_lets_the_job_wait_as_long_as_it_may_run(tmp_path):
    """An hour at most for algorithms that write no checkpoints, in a tuning job's definition too."""
    own = estimator(tmp_path)
    image = "382416733822.dkr.ecr.us-east-1.amazonaws.com/linear-learner:1"
    for hours, wait in ((1, 3600), (2, None)):
        request = training("ml.m5.large", image=image, hours=hours)
        for kind, told in (("training", request), ("tuning", tuning(request))):
            changes = [each.change for each in own.alternatives_of(kind, told, REGION, None) if each.title == "managed Spot"]
            inside = [each["TrainingJobDefinition"] if kind == "tuning" else each for each in changes]
            assert [each["StoppingCondition"]["MaxWaitTimeInSeconds"] for each in inside] == ([wait] if wait else [])
