"""Nobody gets anything who has not shown who they are."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tornado.httpclient import HTTPClientError

from mlcost_ext.server.handlers import ROUTES

from .conftest import FakeReader

ROOT = Path(__file__).parents[2]
PATHS = ("overview", "jobs", "jobs/training/churn-1", "openapi.json", "nothing")


@pytest.mark.parametrize("path", PATHS)
def test_reading_without_a_token_is_refused(jp_asyncio_loop: Any, jp_fetch: Any, path: str) -> None:
    """Every GET answers 403 to a stranger, as JSON with words."""

    async def run() -> None:
        with pytest.raises(HTTPClientError) as caught:
            await jp_fetch("mlcost-ext", *path.split("/"), headers={"Authorization": ""})
        assert caught.value.code == 403

    jp_asyncio_loop.run_until_complete(run())


def test_stopping_without_a_token_is_refused(jp_asyncio_loop: Any, jp_fetch: Any, reader: FakeReader) -> None:
    """A stranger's POST answers 403 and asks AWS nothing."""

    async def run() -> None:
        with pytest.raises(HTTPClientError) as caught:
            await jp_fetch("mlcost-ext", "jobs", "training", "a", "stop", method="POST", body="", headers={"Authorization": ""})
        assert caught.value.code == 403
        assert reader.requests == []

    jp_asyncio_loop.run_until_complete(run())


@pytest.mark.parametrize("jp_argv", [["--IdentityProvider.token=", "--ServerApp.password="]])
def test_an_empty_token_still_checks_xsrf(jp_asyncio_loop: Any, jp_fetch: Any, reader: FakeReader) -> None:
    """As in Studio: GET works for everybody in the container, POST wants the XSRF cookie and header."""

    async def run() -> None:
        assert (await jp_fetch("mlcost-ext", "overview", headers={"Authorization": ""})).code == 200
        with pytest.raises(HTTPClientError) as caught:
            await jp_fetch("mlcost-ext", "jobs", "training", "a", "stop", method="POST", body="", headers={"Authorization": ""})
        assert caught.value.code == 403
        assert not any(op.startswith("stop") for op, _ in reader.requests)

    jp_asyncio_loop.run_until_complete(run())


def test_the_check_finds_a_handler_without_decorators(tmp_path: Path) -> None:
    """tools/check_auth.py passes our handlers and fails one that lacks a decorator."""
    check = [sys.executable, str(ROOT / "tools" / "check_auth.py")]
    ours = subprocess.run(check, capture_output=True, text=True, check=False)
    assert ours.returncode == 0, ours.stderr
    (tmp_path / "bad.py").write_text(
        "class Open(MlcostHandler):\n    @authenticated\n    async def get(self):\n        pass\n"
        "class Loud(APIHandler):\n    @web.authenticated\n    @authorized\n    def get(self):\n        pass\n"
    )
    bad = subprocess.run([*check, str(tmp_path)], capture_output=True, text=True, check=False)
    assert bad.returncode == 1
    assert "Open.get lacks @authorized" in bad.stderr
    assert "Loud.get counts as activity" in bad.stderr


def test_every_route_is_described() -> None:
    """openapi.json has each path that a handler answers."""
    import json

    described = json.loads((ROOT / "mlcost_ext" / "server" / "openapi.json").read_text())["paths"]
    assert len(described) == len(ROUTES)
