"""Our own polling is not activity, and switching off is complete."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tornado.httpclient import HTTPClientError

from .conftest import FakeReader


def test_polling_moves_no_last_activity(jp_asyncio_loop: Any, jp_fetch: Any, jp_serverapp: Any) -> None:
    """GETs leave the server's last activity where it was; the kernel's too, since none is asked."""

    async def run() -> None:
        await jp_fetch("api", "contents")
        before = jp_serverapp.web_app.last_activity()
        await asyncio.sleep(0.05)
        for path in (("overview",), ("jobs",), ("openapi.json",)):
            await jp_fetch("mlcost-ext", *path)
        assert jp_serverapp.web_app.last_activity() == before

    jp_asyncio_loop.run_until_complete(run())


def test_switched_off_adds_nothing(
    jp_asyncio_loop: Any, jp_fetch: Any, jp_configurable_serverapp: Any, jp_serverapp: Any, home: Path
) -> None:
    """Where it is on, the page is told and the home is used; see the next test for off."""
    assert jp_serverapp.web_app.settings["page_config_data"]["mlcostExt"] == "enabled"


@pytest.fixture
def switched_off(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    monkeypatch.setenv("MLCOST_DISABLE", "1")


def test_disable_leaves_no_path_no_word_and_no_file(
    switched_off: None, jp_asyncio_loop: Any, jp_fetch: Any, jp_serverapp: Any, home: Path, reader: FakeReader
) -> None:
    """MLCOST_DISABLE=1: no REST, no page option, no reader, no folder."""

    async def run() -> None:
        with pytest.raises(HTTPClientError) as caught:
            await jp_fetch("mlcost-ext", "overview")
        assert caught.value.code == 404

    jp_asyncio_loop.run_until_complete(run())
    assert "mlcostExt" not in jp_serverapp.web_app.settings.get("page_config_data", {})
    assert not reader.is_running
    assert not home.exists()


def test_the_server_process_never_loads_an_aws_sdk() -> None:
    """Importing the whole server half brings neither botocore nor pydantic nor IPython."""
    code = "import sys, json, mlcost_ext.server.app, mlcost_ext.wiring; print(json.dumps(sorted(sys.modules)))"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    loaded = set(json.loads(said))
    assert "mlcost_ext.server.live" in loaded
    assert not loaded & {"botocore", "boto3", "pydantic", "IPython", "numpy", "moto"}
