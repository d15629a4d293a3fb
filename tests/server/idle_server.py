"""A real Jupyter server whose machine is idle after 12 seconds, and how its verdict is asked for."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from mlcost_ext.core.times import time_from_text
from mlcost_ext.server import live
from mlcost_ext.server.idling import Idling

from .conftest import FakeReader
from .pages import Pages
from .test_overview import OPENAPI, overview

SHORT = "idle: {timeout_minutes: 0.2}\n"


@pytest.fixture
def policy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Lay down a policy of which a test sees the end."""
    file = tmp_path / "policy.yaml"
    lay_down(file, SHORT)
    monkeypatch.setenv("MLCOST_POLICY", str(file))
    return file


@pytest.fixture
def jp_server_config(reader: FakeReader, home: Path, policy: Path) -> dict[str, Any]:
    """Enable our extension, and terminals."""
    extensions = {"mlcost_ext": True, "jupyter_server_terminals": True}
    own = {"idle_timestamp_file": str(home.parent / "last-active"), "session_list_unit_price": "3.6"}
    return {"ServerApp": {"jpserver_extensions": extensions}, "MlcostExt": own}


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "TICK_SECONDS", 0.1)


@pytest.fixture
def pages(jp_fetch: Any, jp_ws_fetch: Any) -> Pages:
    return Pages(jp_fetch, jp_ws_fetch)


def lay_down(policy: Path, text: str) -> None:
    policy.write_text(f"version: 1\n{text}")


def idling_of(app: Any) -> Idling:
    extension = next(iter(app.extension_manager.extension_apps["mlcost_ext"]))
    found: Idling = extension.live.idling
    return found


async def idle(jp_fetch: Any) -> dict[str, Any]:
    """Ask for the verdict and check it against the published description."""
    document: dict[str, Any] = json.loads((await jp_fetch("mlcost-ext", "idle")).body)
    jsonschema.validate(document, {"$ref": "#/components/schemas/IdleView", "components": OPENAPI["components"]})
    return document


async def idle_when(jp_fetch: Any, is_it: Callable[[dict[str, Any]], bool], seconds: float = 20.0) -> dict[str, Any]:
    """Ask until the verdict is as expected."""
    for _ in range(int(seconds / 0.2)):
        view = await idle(jp_fetch)
        if is_it(view):
            return view
        await asyncio.sleep(0.2)
    raise AssertionError(json.dumps(view, indent=1))


async def idle_in_overview_when(jp_fetch: Any, is_it: Callable[[dict[str, Any]], bool], seconds: float = 5.0) -> dict[str, Any]:
    """Ask until the overview's short form is as expected."""
    for _ in range(int(seconds / 0.2)):
        short: dict[str, Any] = (await overview(jp_fetch))["idle"]
        if is_it(short):
            return short
        await asyncio.sleep(0.2)
    raise AssertionError(json.dumps(short, indent=1))


def is_idle(view: dict[str, Any]) -> bool:
    return bool(view["verdict"]["state"] == "idle")


def row(view: dict[str, Any], name: str) -> dict[str, Any]:
    """Give the only row of a signal."""
    (found,) = (each for each in view["signals"] if each["name"] == name)
    return dict(found)


def has_row(name: str) -> Callable[[dict[str, Any]], bool]:
    """Tell of a view whether it has a signal."""
    return lambda view: any(each["name"] == name for each in view["signals"])


def time_of(text: object) -> datetime:
    found = time_from_text(text)
    assert found is not None
    return found
