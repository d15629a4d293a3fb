"""Spool files as kernels leave them, and how tests look at them."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

from mlcost_ext.ledger.spool_reader import SpoolReader

OURS, OTHER = "a1b2", "c3d4"
AT = "2026-11-30T04:00:00.000000Z"


class Clock:
    """A clock that a test moves on."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def json_line(type_: str, **fields: Any) -> bytes:
    """Write one line."""
    return json.dumps({"v": 1, "type": type_, "at": AT, **fields}).encode() + b"\n"


def line(n: int = 0, **fields: Any) -> bytes:
    """Write an intent whose id is a number."""
    return json_line("intent", **{"id": str(n), "kind": "training", "region_id": "us-east-1", "name": f"job-{n}", **fields})


def outcome(n: int = 0, **fields: Any) -> bytes:
    """Write the outcome of that intent."""
    return json_line("outcome", **{"id": str(n), "result": "accepted", "resource_id": f"arn:{n}", "error_code": None, **fields})


def append(path: Path, data: bytes) -> None:
    """Put bytes at a file's end."""
    with path.open("ab") as file:
        file.write(data)


def events(reader: SpoolReader) -> list[dict[str, Any]]:
    """Give the events that are new."""
    return [event for batch in reader.read_new() for event in batch.events]


def numbers(reader: SpoolReader) -> list[int]:
    """Give the numbers of the intents that are new."""
    return [int(event["id"]) for event in events(reader) if event["type"] == "intent"]


def alive(home: Path, owner: str, seconds_ago: float = 0) -> None:
    """Leave the sign of life of a server."""
    file = home / "servers" / owner / "overview.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("{}")
    os.utime(file, (time.time() - seconds_ago,) * 2)
