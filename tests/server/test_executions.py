"""POST executions in a shared space, with a real Jupyter server and kernels: a launch has the user that Studio's cookie tells."""

from __future__ import annotations

import asyncio
import json
import os
import sqlite3
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from tornado.httpclient import HTTPClientError

from mlcost_ext.core.times import time_to_text
from mlcost_ext.server import attributing, bookkeeper, live

from .conftest import FakeReader
from .test_charges import final, keys, until
from .test_overview import overview

NOBODY = "0b5c6a52-7d0d-4c8e-9a35-6d2d5fb6a001"
GRACE_SECONDS = 0.1


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "TICK_SECONDS", 0.05)
    monkeypatch.setattr(bookkeeper, "WRITE_SECONDS", 0.0)
    monkeypatch.setattr(attributing, "GRACE", timedelta(seconds=GRACE_SECONDS))


@pytest.fixture(autouse=True)
def _shared(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the space of these tests a shared one."""
    metadata = Path(os.environ["RESOURCE_METADATA_FILE"])
    told = json.loads(metadata.read_text())
    del told["UserProfileName"]
    metadata.write_text(json.dumps(told))
    monkeypatch.setenv("SAGEMAKER_SPACE_TYPE_LOWERCASE", "shared")


@pytest.fixture
def private(monkeypatch: pytest.MonkeyPatch, _shared: None) -> None:
    monkeypatch.setenv("SAGEMAKER_SPACE_TYPE_LOWERCASE", "private")


async def start_kernel(jp_fetch: Any) -> str:
    """Start a kernel as a page does, and give its id."""
    answer = await jp_fetch("api", "kernels", method="POST", body=json.dumps({"name": "python3"}))
    return str(json.loads(answer.body)["id"])


async def run_code(jp_fetch: Any, kernel_id: object, cookie: str | None, **asked: Any) -> int:
    """Tell that somebody runs code, as the page does; give the status."""
    headers = {"Cookie": f"studioUserProfileName={cookie}"} if cookie is not None else {}
    body = json.dumps({"kernel_id": kernel_id})
    request: dict[str, Any] = {"method": "POST", "body": body, "headers": headers, **asked}
    return int((await jp_fetch("mlcost-ext", "executions", **request)).code)


async def refusal(jp_fetch: Any, kernel_id: object, cookie: str | None = "ana", **asked: Any) -> tuple[int, str]:
    with pytest.raises(HTTPClientError) as caught:
        await run_code(jp_fetch, kernel_id, cookie, **asked)
    response: Any = caught.value.response
    return caught.value.code, json.loads(response.body)["code"]


def launch(home: Path, kernel_id: str, name: str, **told: Any) -> None:
    """Write what a kernel of this server writes around a launch."""
    at = time_to_text(datetime.now(timezone.utc))
    header = {"type": "kernel", "at": at, "server_id": os.environ["MLCOST_SERVER_ID"], "kernel_id": kernel_id}
    intent = {"type": "intent", "id": name, "at": at, "kind": "training", "region_id": "us-east-1", "name": name, "request": {}}
    intent |= {"user": None, "user_basis": None, **told}
    outcome = {"type": "outcome", "id": name, "at": at, "result": "accepted"}
    (home / "spool").mkdir(parents=True, exist_ok=True)
    lines = "".join(json.dumps({"v": 1, **line}) + "\n" for line in (header, intent, outcome))
    (home / "spool" / f"{name}.jsonl").write_text(lines)


def users_in(home: Path) -> dict[str, tuple[str | None, str | None]]:
    """Read whose each launch is from the ledger's own file."""
    file = next(home.glob("servers/*/ledger.sqlite"), None)
    if file is None:
        return {}
    with sqlite3.connect(f"file:{file}?mode=ro", uri=True) as connection:
        found = connection.execute("SELECT name, user_name, user_basis FROM launch").fetchall()
    return {name: (user, basis) for name, user, basis in found}


async def settled_users(home: Path, names: set[str]) -> dict[str, tuple[str | None, str | None]]:
    """Wait until all launches are in the ledger, and nobody waits to be named."""
    for _ in range(100):
        await asyncio.sleep(0.05)
        if users_in(home).keys() >= names:
            break
    await asyncio.sleep(GRACE_SECONDS + 0.3)
    return users_in(home)


def test_two_users_in_one_kernel_each_have_what_they_launched(
    jp_asyncio_loop: Any, jp_fetch: Any, reader: FakeReader, home: Path
) -> None:
    """In turns: launches and charges are theirs, marked as told by the cookie; another kernel's are nobody's."""

    async def run() -> None:
        await overview(jp_fetch)
        kernel_id = await start_kernel(jp_fetch)
        for user, name in (("ana", "a-1"), ("bob", "b-1"), ("ana", "a-2")):
            assert await run_code(jp_fetch, kernel_id, user) == 204
            launch(home, kernel_id, name)
            await asyncio.sleep(3 * GRACE_SECONDS)
        launch(home, NOBODY, "n-1")
        ana, bob = ("ana", "cookie"), ("bob", "cookie")
        found = await settled_users(home, {"a-1", "a-2", "b-1", "n-1"})
        assert found == {"a-1": ana, "b-1": bob, "a-2": ana, "n-1": (None, None)}
        # AWS's clock and this machine's are the same here: the jobs are of the moment of their launches.
        now = time_to_text(datetime.now(timezone.utc))
        reader.push_jobs(*(final(name, 500, CreationTime=now) for name in ("a-1", "a-2", "b-1", "n-1")))
        document = await until(jp_fetch, lambda told: len(told["groups"]) >= 3 and len(keys(told)) == 3, group_by="user")
        sums = {group["keys"]["user"]: float(group["metered"]) for group in document["groups"] if group["metered"] != "0"}
        assert sums["ana"] == pytest.approx(2 * sums["bob"]) == pytest.approx(2 * sums[None])
        assert [note["code"] for note in document["data_quality"]] == ["user_by_cookie"]
        by_day = await until(jp_fetch, lambda told: bool(told["groups"]), group_by="day")
        assert by_day["data_quality"] == []

    jp_asyncio_loop.run_until_complete(run())


def test_a_quick_cell_is_whose_page_tells_it_a_moment_later(jp_asyncio_loop: Any, jp_fetch: Any, home: Path) -> None:
    """The launch was taken in before; what is told after the grace names nobody."""

    async def run() -> None:
        await overview(jp_fetch)
        kernel_id = await start_kernel(jp_fetch)
        launch(home, kernel_id, "quick")
        await run_code(jp_fetch, kernel_id, "ana")
        assert (await settled_users(home, {"quick"}))["quick"] == ("ana", "cookie")
        other = await start_kernel(jp_fetch)
        launch(home, other, "before")
        await settled_users(home, {"before"})
        await run_code(jp_fetch, other, "bob")
        await asyncio.sleep(2 * GRACE_SECONDS)
        assert users_in(home)["before"] == (None, None)

    jp_asyncio_loop.run_until_complete(run())


@pytest.mark.parametrize("cookie", [None, "", "-ana", "a" * 64, "ana%20bob", '"<b>"'])
def test_without_a_good_cookie_nobody_is_known(jp_asyncio_loop: Any, jp_fetch: Any, home: Path, cookie: str | None) -> None:
    """Not even whoever ran code in that kernel before."""

    async def run() -> None:
        await overview(jp_fetch)
        kernel_id = await start_kernel(jp_fetch)
        await run_code(jp_fetch, kernel_id, "ana")
        assert await run_code(jp_fetch, kernel_id, cookie) == 204
        launch(home, kernel_id, "a-1")
        assert await settled_users(home, {"a-1"}) == {"a-1": (None, None)}

    jp_asyncio_loop.run_until_complete(run())


def test_what_the_kernel_has_told_itself_stays(jp_asyncio_loop: Any, jp_fetch: Any, home: Path) -> None:
    """A cookie overrules nothing."""

    async def run() -> None:
        await overview(jp_fetch)
        kernel_id = await start_kernel(jp_fetch)
        await run_code(jp_fetch, kernel_id, "bob")
        launch(home, kernel_id, "a-1", user="ana", user_basis="space")
        assert await settled_users(home, {"a-1"}) == {"a-1": ("ana", "space")}

    jp_asyncio_loop.run_until_complete(run())


@pytest.mark.parametrize("kernel_id", [None, 7, "", "k-1", NOBODY.upper(), f"{NOBODY}\n", [NOBODY], "x" * 2000])
def test_what_is_no_kernels_id_is_refused_in_words(jp_asyncio_loop: Any, jp_fetch: Any, kernel_id: object) -> None:
    """400, and nothing is kept."""

    async def run() -> None:
        assert await refusal(jp_fetch, kernel_id) == (400, "usage")

    jp_asyncio_loop.run_until_complete(run())


def test_a_kernel_of_somebody_else_is_refused(jp_asyncio_loop: Any, jp_fetch: Any) -> None:
    """404: only kernels of this server are kept, so nobody can fill its memory with names."""

    async def run() -> None:
        assert await refusal(jp_fetch, NOBODY) == (404, "kernel_unknown")

    jp_asyncio_loop.run_until_complete(run())


def test_a_stranger_is_refused(jp_asyncio_loop: Any, jp_fetch: Any) -> None:
    """Without a token."""

    async def run() -> None:
        kernel_id = await start_kernel(jp_fetch)
        headers = {"Authorization": "", "Cookie": "studioUserProfileName=ana"}
        assert (await refusal(jp_fetch, kernel_id, headers=headers))[0] == 403

    jp_asyncio_loop.run_until_complete(run())


@pytest.mark.parametrize("jp_argv", [["--IdentityProvider.token=", "--ServerApp.password="]])
def test_another_page_cannot_run_code_in_somebodys_name(jp_asyncio_loop: Any, jp_fetch: Any) -> None:
    """With Studio's empty token the XSRF cookie and its header are wanted."""

    async def run() -> None:
        headers = {"Authorization": "", "Cookie": "studioUserProfileName=ana"}
        assert (await refusal(jp_fetch, NOBODY, headers=headers))[0] == 403

    jp_asyncio_loop.run_until_complete(run())


def test_it_is_no_activity(jp_asyncio_loop: Any, jp_fetch: Any, jp_serverapp: Any) -> None:
    """The execution itself is."""

    async def run() -> None:
        kernel_id = await start_kernel(jp_fetch)
        before = jp_serverapp.web_app.last_activity()
        await asyncio.sleep(0.05)
        await run_code(jp_fetch, kernel_id, "ana")
        assert jp_serverapp.web_app.last_activity() == before

    jp_asyncio_loop.run_until_complete(run())


def test_the_page_is_told_that_it_is_wanted(jp_serverapp: Any) -> None:
    """In a shared space."""
    assert jp_serverapp.web_app.settings["page_config_data"]["mlcostExtUsers"] == "cookie"


def test_elsewhere_nothing_is_wanted_and_nothing_kept(
    private: None, jp_asyncio_loop: Any, jp_fetch: Any, jp_serverapp: Any
) -> None:
    """A private space has one user, whom its kernels tell."""
    assert "mlcostExtUsers" not in jp_serverapp.web_app.settings["page_config_data"]

    async def run() -> None:
        assert await refusal(jp_fetch, await start_kernel(jp_fetch)) == (403, "not_allowed")

    jp_asyncio_loop.run_until_complete(run())
