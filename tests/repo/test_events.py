"""The events that Jupyter hands on: each file in mlcost_ext/events is a schema that it takes."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from jupyter_events.schema import EventSchema

from tests.fakes import ROOT

SCHEMAS = sorted((ROOT / "mlcost_ext" / "events").glob("*"))


def test_there_are_events() -> None:
    """Nothing else lies beside them."""
    assert SCHEMAS
    assert {path.suffix for path in SCHEMAS} == {".yaml"}


@pytest.mark.parametrize("path", SCHEMAS, ids=lambda path: path.stem)
def test_each_event_has_a_schema_that_jupyter_takes(path: Path) -> None:
    """Its name is the file's; version, title and whether it tells of persons are said."""
    schema = EventSchema(schema=path)  # raises where Jupyter would refuse it
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert schema.id == f"https://events.mlcost-ext.dev/{path.stem}/v{document['version']}"
    assert isinstance(document["version"], str)
    assert document["title"]
    assert document["personal-data"] is False
