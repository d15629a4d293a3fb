"""How the extension is put into the server."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tornado.httpclient import HTTPClientError

from mlcost_ext.kernel.bootstrap import is_disabled as kernel_is_disabled


@pytest.fixture
def home_of_nobody(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After all else, set a home that no folder can be."""
    monkeypatch.setenv("MLCOST_HOME", "~nobody-of-that-name/mlcost")


@pytest.mark.usefixtures("home_of_nobody")
def test_a_wrong_home_leaves_jupyter_alone(jp_asyncio_loop: Any, jp_fetch: Any, jp_serverapp: Any) -> None:
    """The server works; our paths are not there, and no page loads the front end."""

    async def run() -> None:
        assert (await jp_fetch("api", "status")).code == 200
        with pytest.raises(HTTPClientError) as caught:
            await jp_fetch("mlcost-ext", "overview")
        assert caught.value.code == 404

    jp_asyncio_loop.run_until_complete(run())
    assert "mlcostExt" not in jp_serverapp.web_app.settings.get("page_config_data", {})


@pytest.fixture
def in_recovery(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After all else, be the container of a space in Studio's recovery mode."""
    monkeypatch.setenv("SAGEMAKER_RECOVERY_MODE", "true")
    monkeypatch.setenv("MLCOST_DISABLE", "")  # so that it is put back


@pytest.mark.usefixtures("in_recovery")
def test_in_recovery_mode_nothing_of_ours_is_there(
    jp_asyncio_loop: Any, jp_fetch: Any, jp_serverapp: Any, home: Path, reader: Any
) -> None:
    """No handler, no reader, no file, no word to the front end or to kernels."""

    async def run() -> None:
        assert (await jp_fetch("api", "status")).code == 200
        with pytest.raises(HTTPClientError) as caught:
            await jp_fetch("mlcost-ext", "overview")
        assert caught.value.code == 404

    jp_asyncio_loop.run_until_complete(run())
    assert "mlcostExt" not in jp_serverapp.web_app.settings.get("page_config_data", {})
    assert (home.exists(), reader.is_running, reader.callback) == (False, False, None)
    assert kernel_is_disabled()
