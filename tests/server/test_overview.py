"""GET overview on a real Jupyter server."""

from __future__ import annotations

import asyncio
import json
import time
from datetime import datetime, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from tornado.httpclient import HTTPClientError

from mlcost_ext.core.errors import RemoteError
from mlcost_ext.core.job import Problem
from mlcost_ext.core.times import time_to_text

from .conftest import SPACE, FakeReader, training_job

OPENAPI = json.loads((Path(__file__).parents[2] / "mlcost_ext" / "server" / "openapi.json").read_text())


async def overview(jp_fetch: Any) -> dict[str, Any]:
    """Ask for the overview and check it against the published description."""
    answer = await jp_fetch("mlcost-ext", "overview")
    document = json.loads(answer.body)
    schema = {"$ref": "#/components/schemas/Overview", "components": OPENAPI["components"]}
    jsonschema.validate(document, schema)
    return document


async def code_of(jp_fetch: Any, etag: str) -> int:
    """Ask again with an ETag and give the status."""
    try:
        return int((await jp_fetch("mlcost-ext", "overview", headers={"If-None-Match": etag})).code)
    except HTTPClientError as error:
        return int(error.code)


async def settled() -> None:
    """Give the server's own tasks their turns, and its threads theirs: on a machine that is busy that takes longer."""
    for _ in range(30):
        await asyncio.sleep(0.01)
        await asyncio.to_thread(time.monotonic)


def test_a_running_job_costs_price_times_time_times_count(jp_asyncio_loop: Any, jp_fetch: Any, reader: FakeReader) -> None:
    """The cost at `as_of` is what the job's own description says."""

    async def run() -> None:
        await overview(jp_fetch)
        reader.push_jobs(training_job())
        reader.push_status()
        await settled()
        document = await overview(jp_fetch)
        job = document["jobs"][0]
        span = datetime.fromisoformat(document["as_of"][:-1]) - datetime.fromisoformat(job["started_at"][:-1])
        expected = Decimal(job["list_unit_price"]) * 2 * Decimal(str(span.total_seconds())) / 3600
        assert abs(Decimal(job["cost"]) - expected) < Decimal("0.000000002")
        assert (job["cost_basis"], job["is_accruing"]) == ("accruing", True)
        assert job["high"] == "0.958888889"  # 7200 s × 2 × 0.23 ÷ 3600 + 7200 s × 100 × 0.14 ÷ 2592000
        assert document["totals"]["running_cost"] == job["cost"]
        assert document["aws"]["status"] == "ok"

    jp_asyncio_loop.run_until_complete(run())


def test_the_first_look_says_that_it_is_loading(jp_asyncio_loop: Any, jp_fetch: Any) -> None:
    """Before AWS has answered there is no figure, and no zero in its place."""

    async def run() -> None:
        document = await overview(jp_fetch)
        assert document["aws"]["status"] == "loading"
        assert document["session"]["cost"] is None
        codes = [quality["code"] for quality in document["data_quality"]]
        assert ("session_reading" in codes, "host_price_unknown" in codes) == (True, False)

    jp_asyncio_loop.run_until_complete(run())


def test_a_reader_that_does_not_run_is_said(jp_asyncio_loop: Any, jp_fetch: Any, reader: FakeReader) -> None:
    """From the first look on: nothing loads, and the note says what to do."""
    reader.trouble = Problem(code="reader_trouble", message="The AWS reader ends again and again.", hint="See the log.")

    async def run() -> None:
        document = await overview(jp_fetch)
        codes = [quality["code"] for quality in document["data_quality"]]
        assert document["aws"]["status"] == "failed"
        assert ("reader_trouble" in codes, "session_reading" in codes, "reading" in codes) == (True, False, False)

    jp_asyncio_loop.run_until_complete(run())


@pytest.fixture
def broken_metadata(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Break Studio's file, which names the space."""
    (home.parent / "resource-metadata.json").write_text("{")
    monkeypatch.setenv("AWS_REGION", "us-east-1")


def test_studio_without_its_metadata_claims_no_totals(
    broken_metadata: None, jp_asyncio_loop: Any, jp_fetch: Any, reader: FakeReader
) -> None:
    """The region was read, but nobody knows which jobs are this space's: no total, and not 'no jobs'."""

    async def run() -> None:
        await overview(jp_fetch)
        reader.push_status()
        await settled()
        document = await overview(jp_fetch)
        assert (document["aws"]["status"], document["aws"]["as_of"]) == ("failed", None)
        assert (document["totals"]["running_cost"], document["totals"]["running_cost_per_hour"]) == (None, None)
        said = [quality["message"] for quality in document["data_quality"] if quality["code"] == "metadata_broken"]
        assert "of this space's jobs only those" in said[0]

    jp_asyncio_loop.run_until_complete(run())


def test_the_session_is_priced_from_what_the_app_says(jp_asyncio_loop: Any, jp_fetch: Any, reader: FakeReader) -> None:
    """DescribeApp's type and creation time make the session's cost; its space makes the cost when stopped."""
    reader.answers["describe_session"] = {
        "instance_type": "ml.t3.medium",
        "status": "InService",
        "created_at": "2026-11-20T10:00:00Z",
        "space_arn": "arn:aws:sagemaker:us-east-1:111122223333:space/d-test/work",
        "volume_gb": 5,
        "problems": [],
    }

    async def run() -> None:
        await overview(jp_fetch)
        await settled()
        session = (await overview(jp_fetch))["session"]
        assert (session["host"], session["instance_type"], session["list_unit_price"]) == ("studio", "ml.t3.medium", "0.05")
        assert session["cost_per_day_when_stopped"] == "0.018666667"
        assert Decimal(session["cost"]) > 0
        assert session["price"]["price_basis"] == "derived"

    jp_asyncio_loop.run_until_complete(run())


def test_a_failure_of_aws_is_told_with_what_to_do(jp_asyncio_loop: Any, jp_fetch: Any, reader: FakeReader) -> None:
    """Expired credentials: the figures stay, marked as failed, and the note says what to do."""

    async def run() -> None:
        await overview(jp_fetch)
        reader.push_jobs(training_job())
        reader.push_status(
            problem={"code": "credentials_expired", "message": "The AWS credentials have expired.", "hint": "Renew them."}
        )
        await settled()
        document = await overview(jp_fetch)
        assert document["aws"]["status"] == "failed"
        assert document["totals"]["running"] == 1
        assert {
            "code": "credentials_expired",
            "message": "The AWS credentials have expired.",
            "hint": "Renew them.",
            "subject": None,
        } in (document["data_quality"])

    jp_asyncio_loop.run_until_complete(run())


def test_a_type_nobody_knows_is_left_out_and_said(jp_asyncio_loop: Any, jp_fetch: Any, reader: FakeReader) -> None:
    """An unknown price is null with its reason; totals count it as unpriced."""

    async def run() -> None:
        await overview(jp_fetch)
        reader.push_jobs(training_job("known"), training_job("new", instance_type="ml.z9.xlarge"))
        await settled()
        document = await overview(jp_fetch)
        rows = {job["name"]: job for job in document["jobs"]}
        assert rows["new"]["cost"] is None
        assert (document["totals"]["running"], document["totals"]["unpriced"]) == (2, 1)
        assert document["totals"]["running_cost"] == rows["known"]["cost"]
        assert [q["subject"] for q in document["data_quality"] if q["code"] == "price_unknown"] == ["ml.z9.xlarge"]

    jp_asyncio_loop.run_until_complete(run())


def test_a_thousand_jobs_fit_into_64_kb(jp_asyncio_loop: Any, jp_fetch: Any, reader: FakeReader) -> None:
    """The overview stays small whatever the account holds."""

    async def run() -> None:
        await overview(jp_fetch)
        tags = {"sagemaker:space-arn": SPACE, **{f"key-{n}": "v" * 256 for n in range(40)}}
        reader.push_jobs(
            *(training_job(f"{'job-' * 14}{n:05}", minutes=n, Tags=tags, FailureReason="x" * 400) for n in range(1000))
        )
        for _ in range(20):
            await settled()
        answer = await jp_fetch("mlcost-ext", "overview")
        document = json.loads(answer.body)
        assert len(answer.body) <= 64 * 1024
        assert (document["totals"]["running"], len(document["jobs"])) == (1000, 50)

    jp_asyncio_loop.run_until_complete(run())


def test_what_has_ended_goes_before_the_tags_of_what_runs(jp_asyncio_loop: Any, jp_fetch: Any, reader: FakeReader) -> None:
    """Many ended jobs leave no room for everything; those that run are shown with what they are known by."""

    async def run() -> None:
        await overview(jp_fetch)
        own = {f"key-{n}": "v" * 48 for n in range(6)}
        tags = {"sagemaker:space-arn": SPACE, **own}
        over = {"TrainingJobStatus": "Completed", "SecondaryStatus": "Completed", "BillableTimeInSeconds": 60}
        ended = time_to_text(datetime.now(timezone.utc))
        reader.push_jobs(
            *(training_job(f"runs-{n}", Tags=tags) for n in range(8)),
            *(training_job(f"over-{n}", Tags=tags, TrainingEndTime=ended, **over) for n in range(60)),
        )
        for _ in range(5):
            await settled()
        document = await overview(jp_fetch)
        assert len(json.dumps(document, separators=(",", ":"))) <= 64 * 1024
        names = [job["name"].partition("-")[0] for job in document["jobs"]]
        assert (names.count("runs"), 15 <= names.count("over") < 42) == (8, True)
        assert {tuple(job["tags"]) for job in document["jobs"]} == {tuple(own)}

    jp_asyncio_loop.run_until_complete(run())


def test_the_same_second_answers_304(jp_asyncio_loop: Any, jp_fetch: Any) -> None:
    """An ETag spares the body where nothing has changed."""

    async def run() -> None:
        for _ in range(5):
            first = await jp_fetch("mlcost-ext", "overview")
            if await code_of(jp_fetch, first.headers["ETag"]) == 304:
                return
        pytest.fail("no 304 in five tries")

    jp_asyncio_loop.run_until_complete(run())


def test_a_refused_session_is_said(jp_asyncio_loop: Any, jp_fetch: Any, reader: FakeReader) -> None:
    """Where DescribeApp is denied the machine has no price, and the permission is named."""
    reader.answers["describe_session"] = RemoteError("sagemaker:DescribeApp is denied.", "Allow it.", code="permission_missing")

    async def run() -> None:
        await overview(jp_fetch)
        await settled()
        document = await overview(jp_fetch)
        codes = [quality["code"] for quality in document["data_quality"]]
        assert document["session"]["cost"] is None
        assert "permission_missing" in codes
        assert "host_price_unknown" in codes

    jp_asyncio_loop.run_until_complete(run())
