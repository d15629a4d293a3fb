"""What is read of a target is understood by the rest of the package, which turns requests into planned usage."""

from __future__ import annotations

from typing import Any

import pytest

from mlcost_ext.core.instance import InstanceFacts
from mlcost_ext.core.planned import Planned
from mlcost_ext.jobs.requests import read_request

from .standins import compute, estimator, read, sdk_object, trainer
from .test_v2 import processor, tuner
from .test_v3 import customizer


class NobodyKnows:
    """No facts on any instance type."""

    def has_local_disk(self, _instance_type: str) -> bool:
        return False

    def instance_facts(self, _instance_type: str) -> InstanceFacts | None:
        return None


def plan(target: object, **options: Any) -> Planned:
    found = read(target, **options)
    return read_request(found.kind, found.request, found.region_id or "us-east-1", NobodyKnows())


@pytest.mark.parametrize(
    "target",
    [
        estimator(),
        estimator(use_spot_instances=True, max_wait=90000),
        estimator(keep_alive_period_in_seconds=60),
        trainer(),
        trainer(compute=compute(instance_type=None, instance_count=1, instance_preferences=[{"InstanceType": "ml.g6.xlarge"}])),
        customizer(),
        processor(),
        tuner(),
        tuner(estimator=None, estimator_dict={"a": estimator(), "b": estimator()}),
        sdk_object("sagemaker.transformer.Transformer", instance_type="ml.m5.large", instance_count=1, model_name="m"),
        sdk_object("sagemaker.serve.model_builder.ModelBuilder", instance_type="ml.m5.large"),
    ],
    ids=lambda target: type(target).__name__,
)
def test_targets(target: object) -> None:
    """None of them is refused."""
    assert plan(target).runs


@pytest.mark.parametrize(
    "kind", ["training", "processing", "transform", "endpoint", "endpoint-config", "notebook", "app", "space"]
)
def test_options_alone(kind: str) -> None:
    """Nor is a request that they make."""
    assert plan(None, kind=kind, instance_type="ml.m5.xlarge").kind == kind


def test_options_beside_a_target() -> None:
    """Whatever they change."""
    options = {"instance_type": "ml.g5.xlarge", "instance_count": 4, "volume_gb": 100, "is_spot": True}
    for target in (estimator(), trainer(), tuner(), estimator(instance_type="local")):
        planned = plan(target, **options)
        line = planned.runs[0].ways[0][0].line
        assert (line.instance_type, line.quantity, planned.runs[0].is_spot, planned.notes) == ("ml.g5.xlarge", 4, True, ())
