"""GET jobs and GET jobs/<kind>/<name>."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tornado.httpclient import HTTPClientError

from .conftest import FakeReader, training_job
from .test_overview import overview, settled


def test_pages_give_every_job_once(jp_asyncio_loop: Any, jp_fetch: Any, reader: FakeReader) -> None:
    """Following next_cursor gives all jobs, none twice, in the order asked for."""

    async def run() -> None:
        await overview(jp_fetch)
        reader.push_jobs(*(training_job(f"job-{n:02}", minutes=n) for n in range(25)))
        await settled()
        for sort in ("started", "cost", "name"):
            names, cursor = [], None
            while True:
                params = {"limit": "10", "sort": sort, **({"cursor": cursor} if cursor else {})}
                page = json.loads((await jp_fetch("mlcost-ext", "jobs", params=params)).body)
                names += [job["name"] for job in page["jobs"]]
                cursor = page["next_cursor"]
                if cursor is None:
                    break
            assert len(names) == 25
            assert len(set(names)) == 25

    jp_asyncio_loop.run_until_complete(run())


def test_states_select(jp_asyncio_loop: Any, jp_fetch: Any, reader: FakeReader) -> None:
    """`state` takes running, ended and AWS's own words."""

    async def run() -> None:
        await overview(jp_fetch)
        ended = training_job("b", TrainingJobStatus="Failed", SecondaryStatus="Failed", BillableTimeInSeconds=5)
        reader.push_jobs(training_job("a"), ended)
        await settled()
        for state, names in {"running": ["a"], "ended": ["b"], "Failed": ["b"], "Completed": [], "": ["a", "b"]}.items():
            page = json.loads((await jp_fetch("mlcost-ext", "jobs", params={"state": state})).body)
            assert sorted(job["name"] for job in page["jobs"]) == names
        blank = {"state": "", "kind": "", "sort": "", "limit": "", "cursor": ""}
        assert len(json.loads((await jp_fetch("mlcost-ext", "jobs", params=blank)).body)["jobs"]) == 2
        one = json.loads((await jp_fetch("mlcost-ext", "jobs", "training", "b")).body)
        assert one["status"] == "Failed"

    jp_asyncio_loop.run_until_complete(run())


@pytest.mark.parametrize(
    "params",
    [
        {"limit": "0"},
        {"limit": "201"},
        {"limit": "x"},
        {"limit": "0001009999"},
        {"limit": "9" * 5000},
        {"limit": "١"},
        {"sort": "zzz"},
        {"cursor": "%%%"},
        {"cursor": "W10="},
    ],
)
def test_bad_questions_are_answered_in_words(jp_asyncio_loop: Any, jp_fetch: Any, params: dict[str, str]) -> None:
    """A wrong parameter is a 400 with what to do."""

    async def run() -> None:
        with pytest.raises(HTTPClientError) as caught:
            await jp_fetch("mlcost-ext", "jobs", params=params)
        assert caught.value.response is not None
        error = json.loads(caught.value.response.body)
        assert (caught.value.code, error["code"]) == (400, "usage")
        assert error["hint"]

    jp_asyncio_loop.run_until_complete(run())


@pytest.mark.parametrize("path", ["nothing", "jobs/training", "jobs/training/a/b/c", "openapi_json"])
def test_unknown_paths_are_answered_in_words(jp_asyncio_loop: Any, jp_fetch: Any, path: str) -> None:
    """A 404 that says where to look, whatever the verb."""

    async def run() -> None:
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
            with pytest.raises(HTTPClientError) as caught:
                await jp_fetch("mlcost-ext", *path.split("/"), method=method, allow_nonstandard_methods=True)
            assert caught.value.response is not None
            error = json.loads(caught.value.response.body)
            assert (caught.value.code, sorted(error), error["code"]) == (404, ["code", "hint", "message"], "not_found")

    jp_asyncio_loop.run_until_complete(run())
