"""POST jobs/training/<name>/stop."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from tornado.httpclient import HTTPClientError

from mlcost_ext.core.errors import RemoteError
from mlcost_ext.core.times import time_to_text
from mlcost_ext.server.intake import now_utc

from .conftest import FakeReader, training_job
from .test_overview import overview, settled


async def stop(jp_fetch: Any, name: str) -> dict[str, Any]:
    """Press the button."""
    answer = await jp_fetch("mlcost-ext", "jobs", "training", name, "stop", method="POST", body="")
    assert answer.code == 202
    return json.loads(answer.body)


async def refusal(jp_fetch: Any, name: str) -> tuple[int, dict[str, str]]:
    """Press the button where it is refused."""
    with pytest.raises(HTTPClientError) as caught:
        await stop(jp_fetch, name)
    assert caught.value.response is not None
    return caught.value.code, json.loads(caught.value.response.body)


async def when_ended(jp_fetch: Any) -> dict[str, Any]:
    """Give the one job once it does not run any more, or after five seconds as it is."""
    for _ in range(50):
        job = (await overview(jp_fetch))["jobs"][0]
        if job["ended_at"] or not job["can_stop"]:
            break
        await asyncio.sleep(0.1)
    return job


def test_stop_asks_aws_once_and_shows_what_it_says(jp_asyncio_loop: Any, jp_fetch: Any, reader: FakeReader) -> None:
    """The button leads to one StopTrainingJob; the row follows AWS's description to its final cost."""
    begun = training_job()
    ending = {"TrainingJobStatus": "Stopped", "SecondaryStatus": "Stopped", "LastModifiedTime": time_to_text(now_utc())}
    stopped = {**begun, **ending, "BillableTimeInSeconds": 601, "TrainingTimeInSeconds": 601}
    reader.answers["describe"] = {"item": stopped}

    async def run() -> None:
        await overview(jp_fetch)
        reader.push_jobs(begun)
        await settled()
        assert await stop(jp_fetch, "churn-1") == {"name": "churn-1", "status": "Stopping"}
        asked = ("stop", {"kind": "training", "region_id": "us-east-1", "name": "churn-1"})
        assert [r for r in reader.requests if r[0] == "stop"] == [asked]
        job = await when_ended(jp_fetch)
        assert (job["status"], job["cost_basis"], job["billable_time_in_seconds"]) == ("Stopped", "final", 601)
        assert job["cost"] == "0.076794444"  # 601 s x 2 x 0.23 / 3600
        assert job["can_stop"] is False

    jp_asyncio_loop.run_until_complete(run())


def test_a_job_of_somebody_else_cannot_be_stopped(jp_asyncio_loop: Any, jp_fetch: Any, reader: FakeReader) -> None:
    """What is not in the book is not found, and AWS is not asked."""

    async def run() -> None:
        await overview(jp_fetch)
        code, error = await refusal(jp_fetch, "not-mine")
        assert (code, error["code"]) == (404, "not_found")
        assert error["hint"]
        assert not any(op.startswith("stop") for op, _ in reader.requests)

    jp_asyncio_loop.run_until_complete(run())


def test_a_refusal_of_aws_reaches_the_user_in_words(jp_asyncio_loop: Any, jp_fetch: Any, reader: FakeReader) -> None:
    """AccessDenied on the stop names the permission."""
    denied = RemoteError("sagemaker:StopTrainingJob is denied.", "Ask for it.", code="permission_missing")
    reader.answers["stop"] = denied

    async def run() -> None:
        await overview(jp_fetch)
        reader.push_jobs(training_job())
        await settled()
        code, error = await refusal(jp_fetch, "churn-1")
        assert code == 502
        assert error == {"code": "permission_missing", "message": "sagemaker:StopTrainingJob is denied.", "hint": "Ask for it."}

    jp_asyncio_loop.run_until_complete(run())


def test_an_ended_job_needs_no_stop(jp_asyncio_loop: Any, jp_fetch: Any, reader: FakeReader) -> None:
    """Stopping twice is refused with the state it ended in."""

    async def run() -> None:
        await overview(jp_fetch)
        reader.push_jobs(training_job(TrainingJobStatus="Completed", SecondaryStatus="Completed", BillableTimeInSeconds=5))
        await settled()
        code, error = await refusal(jp_fetch, "churn-1")
        assert (code, error["code"]) == (403, "already_ended")

    jp_asyncio_loop.run_until_complete(run())


def test_who_stops_something_is_somebody_who_looks(jp_asyncio_loop: Any, jp_fetch: Any, reader: FakeReader) -> None:
    """The reader is not ended under way, though no page has asked for anything."""

    async def run() -> None:
        reader.push_jobs(training_job())
        await settled()
        assert reader.watched.get("pace") != "viewed"
        await stop(jp_fetch, "churn-1")
        for _ in range(50):
            if reader.watched.get("pace") == "viewed":
                break
            await asyncio.sleep(0.1)
        assert reader.watched["pace"] == "viewed"

    jp_asyncio_loop.run_until_complete(run())
