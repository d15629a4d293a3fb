"""Whatever a cost follows from passes the reader: each golden case says the same before it was cut and after."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from mlcost_ext.aws.reader import cut
from mlcost_ext.aws.reader.kinds import kind_named as reader_kind_named
from mlcost_ext.aws.reader.kinds.endpoint import COMPONENT, CONFIG
from mlcost_ext.core.job import Job
from mlcost_ext.core.standing import Standing
from mlcost_ext.jobs import kind_named, standing_kind_named
from tests.fakes import has_local_disk
from tests.jobs.figures import FACTS
from tests.jobs.test_cases import cases

NAMELESS = "what has no name is not handed on"
OTHERWISE: Mapping[str, str] = {
    "app/missing-fields": NAMELESS,
    "space/missing-fields": NAMELESS,
    "transform/wrong-types": NAMELESS,
    "training/wrong-types": "the reader also reads times as seconds since 1970, which is how AWS sends them",
    "training/warm-pool-without-status": "a status of a wrong type is left out; the reader asks for such a job once more",
}
"""Cases that may differ, and why."""


def read(kind_name: str, description: Mapping[str, Any]) -> Job | Standing:
    kind, standing_kind = kind_named(kind_name), standing_kind_named(kind_name)
    if kind is not None:
        return kind.read(description, has_local_disk)
    assert standing_kind is not None
    return standing_kind.read(description, FACTS)


def passed(kind_name: str, description: Mapping[str, Any]) -> dict[str, Any] | None:
    """Cut a description as the reader does, and of an endpoint what belongs to it too."""
    kind = reader_kind_named(kind_name)
    assert kind is not None
    document = kind.document(description, description.get("region_id") or "")
    if document is None:
        return None
    beside: dict[str, Any] = {}
    if isinstance(config := description.get("EndpointConfig"), dict):
        is_async = isinstance(config.get("AsyncInferenceConfig"), dict) or config.get("IsAsync") is True
        beside["EndpointConfig"] = {**(cut.structure(config, CONFIG) or {}), "IsAsync": is_async}
    if isinstance(components := description.get("InferenceComponents"), list):
        beside["InferenceComponents"] = [cut.structure(component, COMPONENT) for component in components]
    if "LastUse" in description:
        beside["LastUse"] = description["LastUse"]
    return json.loads(json.dumps({**document, **beside}))


@pytest.mark.parametrize("case", cases())
def test_what_a_cost_follows_from_passes(case: Path) -> None:
    """The same instances, times and notes, and so the same cost."""
    description = json.loads((case / "description.json").read_text())
    document = passed(case.parent.name, description)
    name = f"{case.parent.name}/{case.name}"
    if name in OTHERWISE:
        assert document is None or read(case.parent.name, document) != read(case.parent.name, description)
        return
    assert document is not None
    assert read(case.parent.name, document) == read(case.parent.name, description)
