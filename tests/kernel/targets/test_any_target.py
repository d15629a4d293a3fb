"""Whatever stands in a target: it is read, or refused in a sentence; what is read can be written as JSON."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from mlcost_ext.core.errors import UsageError
from mlcost_ext.jobs.requests import REQUEST_KINDS
from mlcost_ext.kernel.targets import KINDS, Options, read_target
from mlcost_ext.kernel.targets.plain import LISTS, STRUCTURES
from mlcost_ext.prices.instances import has_local_disk

from .standins import compute, estimator, parameter, sdk_object, shape, trainer, unassigned
from .test_bad_targets import Raising, RaisingList, RaisingMapping
from .test_v2 import processor, tuner
from .test_v3 import builder, customizer

WORDS = (
    *("InstanceType", "InstanceCount", "InitialInstanceCount", "VolumeSizeInGB", "InstanceGroups", "InstancePreferences"),
    *("InstanceConfigs", "ClusterConfig", "HyperParameterTuningResourceConfig", "EbsStorageSettings", "SpaceStorageSettings"),
    *("ServerlessConfig", "HyperParameters", "Environment", "AppType", "JupyterLabAppSettings", "DefaultResourceSpec"),
    *("MaxRuntimeInSeconds", "MaxWaitTimeInSeconds", "EnableManagedSpotTraining", "ChannelName", "Tags"),
    *(mark for kind in REQUEST_KINDS for mark in kind.marks),
    *STRUCTURES,
    *LISTS,
)
plain = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5), st.sampled_from(["local", "ml.m5.large"])
)
odd = st.one_of(
    plain,
    st.builds(Raising),
    st.builds(RaisingMapping),
    st.builds(lambda: RaisingList([1])),
    st.builds(object),
    st.builds(unassigned),
    st.builds(lambda value: parameter("P", value), plain),
    st.just(b"x"),
    st.just({1, 2}),
)
values = st.recursive(
    odd,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.one_of(st.sampled_from(WORDS), st.integers()), inner, max_size=4),
        st.builds(lambda one, two: shape("Shape", instance_type=one, instance_count=two, arn=one, name=two), inner, inner),
    ),
    max_leaves=10,
)
options = st.builds(
    Options,
    kind=st.one_of(st.none(), st.sampled_from(KINDS)),
    instance_type=st.one_of(st.none(), st.just("ml.m5.large")),
    instance_count=st.one_of(st.none(), st.integers(0, 3)),
    is_spot=st.one_of(st.none(), st.booleans()),
    volume_gb=st.one_of(st.none(), st.integers(0, 3)),
)
MADE = {make.__name__: make for make in (estimator, processor, tuner, trainer, compute, customizer, builder)}
NAMES = sorted(
    {name for make in MADE.values() for name in vars(make())}
    | {"completion_criteria_config", "warm_start_config", "instance_configs_dict", "model_trainer_dict", "rules", "entry_point"}
    | {"source_dir", "checkpoint_config", "source_code", "input_data_config", "instance_preferences", "_retry_strategy", "tags"}
)


def look(target: object, said: Options) -> None:
    """Read a target that may be anything."""
    refused: UsageError | None = None
    try:
        found = read_target(target, said, has_local_disk)
    except UsageError as error:
        refused = error
    if refused is not None:
        assert refused.message.endswith(".")
        assert refused.hint.endswith(".")
        return
    assert json.loads(json.dumps(found.request, allow_nan=False)) == found.request
    assert all(note.endswith(".") for note in found.notes)
    assert found.kind in KINDS


@given(request=st.dictionaries(st.sampled_from(WORDS), values, max_size=5), said=options)
@settings(max_examples=300, deadline=None)
def test_requests(request: dict[str, Any], said: Options) -> None:
    """Of any members."""
    look(request, said)


@given(name=st.sampled_from(sorted(MADE)), attributes=st.dictionaries(st.sampled_from(NAMES), values, max_size=6), said=options)
@settings(max_examples=500, deadline=None)
def test_objects(name: str, attributes: dict[str, Any], said: Options) -> None:
    """Of any attributes."""
    made = MADE[name]()
    vars(made).update(attributes)
    look(made, said)


@given(target=values, said=options)
@settings(max_examples=100, deadline=None)
def test_anything(target: object, said: Options) -> None:
    """That is no target at all."""
    look(target, said)


@given(attributes=st.dictionaries(st.sampled_from(NAMES), values, max_size=6), said=options)
@settings(max_examples=100, deadline=None)
def test_resources(attributes: dict[str, Any], said: Options) -> None:
    """Of sagemaker-core."""
    look(sdk_object("sagemaker.core.resources.TrainingJob", resource_config=shape("ResourceConfig", **attributes)), said)
