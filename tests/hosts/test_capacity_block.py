"""Capacity blocks, by the end that Studio tells."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import pytest

from mlcost_ext.core.times import UTC
from mlcost_ext.hosts import detect

from .test_studio import METADATA, env_of

END = datetime(2026, 11, 30, 11, 30, tzinfo=UTC)


def env_with(tmp_path: Path, internal: object) -> dict[str, str]:
    path = tmp_path / "internal-metadata.json"
    path.write_text(internal if isinstance(internal, str) else json.dumps(internal), encoding="utf-8")
    return env_of(tmp_path, METADATA, MLCOST_INTERNAL_METADATA_FILE=str(path))


@pytest.mark.parametrize("end", [END.timestamp(), int(END.timestamp()), "2026-11-30T11:30:00Z"])
def test_a_block_is_prepaid_to_its_end(tmp_path: Path, end: object) -> None:
    """In seconds since 1970, as AWS writes it, or as a time."""
    host = detect(env_with(tmp_path, {"Stage": "prod", "CapacityBlock": {"CapacityBlockEndTime": end}}))
    assert (host.kind, host.is_prepaid, host.prepaid_until) == ("studio", True, END)
    assert host.is_prepaid_at(END.replace(hour=10))
    assert not host.is_prepaid_at(END)


@pytest.mark.parametrize(
    "internal",
    [
        {},
        {"CapacityBlock": None},
        {"CapacityBlock": []},
        {"CapacityBlock": {}},
        *({"CapacityBlock": {"CapacityBlockEndTime": end}} for end in (None, True, "soon", [], 0, -5, 1e300)),
        '{"CapacityBlock": {"CapacityBlockEndTime": NaN}}',
        '{"CapacityBlock": {"CapacityBlockEndTime": 1e999}}',
        "{",
        "[]",
        " " * 70_000 + "{}",
    ],
)
def test_anything_else_is_no_block(tmp_path: Path, internal: object) -> None:
    """And the space is what it was."""
    host = detect(env_with(tmp_path, internal))
    assert (host.kind, host.is_prepaid, host.prepaid_until) == ("studio", False, None)


def test_a_broken_space_may_be_prepaid(tmp_path: Path) -> None:
    """Both files are read by themselves."""
    env = env_with(tmp_path, {"CapacityBlock": {"CapacityBlockEndTime": END.timestamp()}})
    Path(env["RESOURCE_METADATA_FILE"]).write_text("{", encoding="utf-8")
    assert detect(env).is_prepaid
