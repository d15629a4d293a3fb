"""What stands: shown, confirmed, and ended only where its user asked for it."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from typing import Any

import pytest
from tornado.httpclient import HTTPClientError

from mlcost_ext.core.errors import RemoteError
from mlcost_ext.core.times import time_to_text
from mlcost_ext.server.intake import now_utc

from .conftest import SPACE, FakeReader, training_job
from .test_overview import overview, settled

OURS = {"sagemaker:space-arn": SPACE}


def endpoint(name: str = "churn", **changes: Any) -> dict[str, Any]:
    """Describe an endpoint of one ml.g5.xlarge at 1.4084 an hour that nobody has called for long."""
    made = time_to_text(now_utc() - timedelta(days=40))
    return {
        "EndpointName": name,
        "EndpointArn": f"arn:aws:sagemaker:us-east-1:111122223333:endpoint/{name}",
        "EndpointConfigName": f"{name}-config",
        "EndpointStatus": "InService",
        "CreationTime": made,
        "LastModifiedTime": made,
        "ProductionVariants": [{"VariantName": "all", "CurrentInstanceCount": 1, "DesiredInstanceCount": 1}],
        "EndpointConfig": {
            "ProductionVariants": [{"VariantName": "all", "InstanceType": "ml.g5.xlarge", "InitialInstanceCount": 1}]
        },
        "InferenceComponents": [],
        "LastUse": {"looked_back_to": made, "variants": {"all": None}},
        "region_id": "us-east-1",
        "Tags": OURS,
        **changes,
    }


def app(space: str = "other", **changes: Any) -> dict[str, Any]:
    """Describe a JupyterLab app of another space of ours."""
    return {
        "DomainId": "d-test",
        "SpaceName": space,
        "AppType": "JupyterLab",
        "AppName": "default",
        "Status": "InService",
        "CreationTime": time_to_text(now_utc() - timedelta(hours=3)),
        "ResourceSpec": {"InstanceType": "ml.g4dn.xlarge"},
        "region_id": "us-east-1",
        "Tags": None,
        "IsOurs": True,
        **changes,
    }


def warm_job() -> dict[str, Any]:
    """Describe a training job that has ended and keeps its instances for an hour."""
    ended = time_to_text(now_utc() - timedelta(minutes=5))
    return training_job(
        "warm-1",
        TrainingJobStatus="Completed",
        SecondaryStatus="Completed",
        TrainingEndTime=ended,
        LastModifiedTime=ended,
        BillableTimeInSeconds=300,
        TrainingTimeInSeconds=300,
        ResourceConfig={
            "InstanceType": "ml.m5.xlarge",
            "InstanceCount": 2,
            "VolumeSizeInGB": 50,
            "KeepAlivePeriodInSeconds": 3600,
        },
        WarmPoolStatus={"Status": "Available"},
    )


async def get(jp_fetch: Any, *path: str, **params: str) -> dict[str, Any]:
    answer = await jp_fetch("mlcost-ext", *path, params=params)
    return json.loads(answer.body)


async def post(jp_fetch: Any, *path: str, body: Any = None, **params: str) -> tuple[int, dict[str, Any]]:
    text = "" if body is None else json.dumps(body)
    try:
        answer = await jp_fetch("mlcost-ext", *path, method="POST", body=text, params=params)
    except HTTPClientError as error:
        return error.code, json.loads(error.response.body if error.response else b"{}")
    return answer.code, json.loads(answer.body)


def asked(reader: FakeReader) -> list[tuple[str, dict[str, Any]]]:
    """Give what AWS was asked to do, without what was only looked at."""
    return [(op, fields) for op, fields in reader.requests if not op.startswith(("describe", "utilisation"))]


def test_a_forgotten_endpoint_is_found_priced_and_deleted(jp_asyncio_loop: Any, jp_fetch: Any, reader: FakeReader) -> None:
    """It comes with what a day of it costs and a token; one DeleteEndpoint is sent, and it leaves the screen when it is gone."""
    reader.answers["describe"] = {"item": None}

    async def run() -> None:
        await overview(jp_fetch)
        reader.push_items("endpoint", endpoint())
        await settled()
        (row,) = (await overview(jp_fetch))["endpoints"]
        assert (row["cost_per_day"], row["is_forgotten"], row["last_use"]) == ("33.8016", True, "none_seen")
        detail = await get(jp_fetch, "endpoints", "churn")
        assert [part["name"] for part in detail["endpoint"]["parts"]] == ["all"]
        token = detail["confirmation_token"]
        code, told = await post(jp_fetch, "endpoints", "churn", "delete", body={"confirmation_token": token})
        assert (code, told) == (202, {"name": "churn", "status": "Deleting"})
        assert asked(reader) == [("delete", {"kind": "endpoint", "region_id": "us-east-1", "name": "churn"})]
        for _ in range(40):
            if not (await overview(jp_fetch))["endpoints"]:
                return
            await asyncio.sleep(0.1)
        raise AssertionError("it is still shown")

    jp_asyncio_loop.run_until_complete(run())


@pytest.mark.parametrize(
    "body", [None, {}, {"confirmation_token": None}, {"confirmation_token": "1.2"}, {"confirmation_token": 5}]
)
def test_nothing_is_deleted_without_its_token(jp_asyncio_loop: Any, jp_fetch: Any, reader: FakeReader, body: Any) -> None:
    """The refusal says what to do."""

    async def run() -> None:
        await overview(jp_fetch)
        reader.push_items("endpoint", endpoint())
        await settled()
        code, error = await post(jp_fetch, "endpoints", "churn", "delete", body=body)
        assert (code, error["code"]) == (403, "confirmation_needed")
        assert error["hint"]
        assert asked(reader) == []

    jp_asyncio_loop.run_until_complete(run())


def test_a_token_is_for_one_thing_only(jp_asyncio_loop: Any, jp_fetch: Any, reader: FakeReader) -> None:
    """Not for another endpoint, nor for one made anew under the same name."""

    async def run() -> None:
        await overview(jp_fetch)
        reader.push_items("endpoint", endpoint(), endpoint("other"))
        await settled()
        token = (await get(jp_fetch, "endpoints", "churn"))["confirmation_token"]
        assert (await post(jp_fetch, "endpoints", "other", "delete", body={"confirmation_token": token}))[0] == 403
        reader.push_items("endpoint", endpoint(CreationTime=time_to_text(now_utc()), LastModifiedTime=time_to_text(now_utc())))
        await settled()
        assert (await post(jp_fetch, "endpoints", "churn", "delete", body={"confirmation_token": token}))[0] == 403
        assert asked(reader) == []

    jp_asyncio_loop.run_until_complete(run())


def test_an_app_is_stopped_with_its_token_and_the_own_one_never(jp_asyncio_loop: Any, jp_fetch: Any, reader: FakeReader) -> None:
    """Its path has dots for the slashes; whoever works on a machine does not lose it to a click."""

    async def run() -> None:
        await overview(jp_fetch)
        reader.push_items("app", app(), app("work"))
        await settled()
        name = "d-test.other.JupyterLab.default"
        detail = await get(jp_fetch, "apps", name)
        assert (detail["app"]["name"], detail["app"]["can_stop"]) == (name, True)
        body = {"confirmation_token": detail["confirmation_token"]}
        assert (await post(jp_fetch, "apps", name, "stop", body=body))[0] == 202
        assert asked(reader) == [("delete", {"kind": "app", "region_id": "us-east-1", "name": "d-test/other/JupyterLab/default"})]
        own = "d-test.work.JupyterLab.default"
        body = {"confirmation_token": (await get(jp_fetch, "apps", own))["confirmation_token"]}
        code, error = await post(jp_fetch, "apps", own, "stop", body=body)
        assert (code, error["code"]) == (403, "own_machine")

    jp_asyncio_loop.run_until_complete(run())


def test_kept_instances_are_released(jp_asyncio_loop: Any, jp_fetch: Any, reader: FakeReader) -> None:
    """The row goes when AWS says that they are gone."""
    kept = warm_job()
    released = {**kept, "WarmPoolStatus": {"Status": "Terminated", "ResourceRetainedBillableTimeInSeconds": 310}}
    reader.answers["describe"] = {"item": released}

    async def run() -> None:
        await overview(jp_fetch)
        reader.push_items("training", kept)
        await settled()
        (row,) = (await overview(jp_fetch))["warm_pools"]
        assert (row["name"], row["instance_count"], row["can_release"]) == ("warm-1", 2, True)
        assert row["cost_per_hour"] == "0.46"
        assert (await post(jp_fetch, "warm-pools", "warm-1", "release"))[0] == 202
        assert asked(reader) == [("release_warm_pool", {"region_id": "us-east-1", "name": "warm-1"})]
        for _ in range(40):
            document = await overview(jp_fetch)
            if not document["warm_pools"]:
                break
            await asyncio.sleep(0.1)
        job = await get(jp_fetch, "jobs", "training", "warm-1")
        assert (job["warm_pool_status"], job["warm_pool_basis"]) == ("Terminated", "final")
        assert job["warm_pool_cost"] is not None

    jp_asyncio_loop.run_until_complete(run())


def test_a_notebook_instance_is_stopped_by_its_kind(jp_asyncio_loop: Any, jp_fetch: Any, reader: FakeReader) -> None:
    """What is stopped already is not stopped again."""
    made = time_to_text(now_utc() - timedelta(days=2))
    fields = {
        "NotebookInstanceName": "nb",
        "InstanceType": "ml.t3.medium",
        "VolumeSizeInGB": 5,
        "CreationTime": made,
        "Tags": OURS,
    }
    running = {**fields, "NotebookInstanceStatus": "InService", "LastModifiedTime": made, "region_id": "us-east-1"}
    stopped = {**running, "NotebookInstanceStatus": "Stopped", "LastModifiedTime": time_to_text(now_utc())}

    async def run() -> None:
        await overview(jp_fetch)
        reader.push_items("notebook", running)
        await settled()
        assert (await post(jp_fetch, "jobs", "notebook", "nb", "stop"))[0] == 202
        assert asked(reader) == [("stop", {"kind": "notebook", "region_id": "us-east-1", "name": "nb"})]
        reader.push_items("notebook", stopped)
        await settled()
        code, error = await post(jp_fetch, "jobs", "notebook", "nb", "stop")
        assert (code, error["code"]) == (403, "not_now")

    jp_asyncio_loop.run_until_complete(run())


def test_a_refusal_of_aws_reaches_the_user_in_words(jp_asyncio_loop: Any, jp_fetch: Any, reader: FakeReader) -> None:
    """The permission is named, and the endpoint stays on screen."""
    reader.answers["delete"] = RemoteError("sagemaker:DeleteEndpoint is denied.", "Ask for it.", code="permission_missing")

    async def run() -> None:
        await overview(jp_fetch)
        reader.push_items("endpoint", endpoint())
        await settled()
        token = (await get(jp_fetch, "endpoints", "churn"))["confirmation_token"]
        code, error = await post(jp_fetch, "endpoints", "churn", "delete", body={"confirmation_token": token})
        assert (code, error["code"]) == (502, "permission_missing")
        assert len((await overview(jp_fetch))["endpoints"]) == 1

    jp_asyncio_loop.run_until_complete(run())


def test_what_is_nobodys_here_is_not_found(jp_asyncio_loop: Any, jp_fetch: Any, reader: FakeReader) -> None:
    """A colleague's endpoint is neither shown nor deleted, and the account's scope is an administrator's word."""

    async def run() -> None:
        await overview(jp_fetch)
        reader.push_items("endpoint", endpoint("theirs", Tags={"team": "x"}))
        await settled()
        assert (await overview(jp_fetch))["endpoints"] == []
        assert (await post(jp_fetch, "endpoints", "theirs", "delete", body={}))[0] == 404
        assert (await post(jp_fetch, "endpoints", "theirs", "delete", body={}, scope="account"))[1]["code"] == "scope_not_allowed"
        assert (await post(jp_fetch, "endpoints", "theirs", "delete", body=[]))[0] == 400
        assert (await post(jp_fetch, "endpoints", "theirs", "delete", body={}, scope="planet"))[0] == 400

    jp_asyncio_loop.run_until_complete(run())


def test_a_list_of_all_that_stands(jp_asyncio_loop: Any, jp_fetch: Any, reader: FakeReader) -> None:
    """Endpoints with their variants, apps, kept instances."""

    async def run() -> None:
        await overview(jp_fetch)
        reader.push_items("endpoint", endpoint())
        reader.push_items("app", app())
        reader.push_items("training", warm_job())
        await settled()
        listed = await get(jp_fetch, "standing")
        assert [len(listed[key]) for key in ("endpoints", "apps", "warm_pools", "schedules")] == [1, 1, 1, 0]
        assert listed["endpoints"][0]["parts"]

    jp_asyncio_loop.run_until_complete(run())


class TestAccount:
    """Where an administrator has switched the account's scope on."""

    @pytest.fixture
    def jp_server_config(self, reader: FakeReader, home: Any) -> dict[str, Any]:
        """Switch it on."""
        return {"ServerApp": {"jpserver_extensions": {"mlcost_ext": True}}, "MlcostExt": {"scope_account": True}}

    def test_others_are_shown_apart_and_ended_only_by_name(self, jp_asyncio_loop: Any, jp_fetch: Any, reader: FakeReader) -> None:
        """They count in no total of ours, and whoever stops one says its name twice."""

        async def run() -> None:
            await overview(jp_fetch)
            reader.push_jobs(training_job(), training_job("theirs", Tags={}))
            reader.push_items("endpoint", endpoint("theirs-too", Tags={}))
            await settled()
            document = await overview(jp_fetch)
            assert (document["scope_account"], document["totals"]["running"], document["endpoints"]) == (True, 1, [])
            assert reader.watched["scope"] == "account"
            assert [row["name"] for row in (await get(jp_fetch, "jobs"))["jobs"]] == ["churn-1"]
            rows = (await get(jp_fetch, "jobs", scope="account"))["jobs"]
            assert {row["name"]: row["is_mine"] for row in rows} == {"churn-1": True, "theirs": False}
            listed = await get(jp_fetch, "standing", scope="account")
            assert [(row["name"], row["is_mine"]) for row in listed["endpoints"]] == [("theirs-too", False)]
            stop = ("jobs", "training", "theirs", "stop")
            assert (await post(jp_fetch, *stop))[0] == 404
            assert (await post(jp_fetch, *stop, scope="account"))[1]["code"] == "confirmation_needed"
            assert (await post(jp_fetch, *stop, body={"confirmed_name": "theirs"}, scope="account"))[0] == 202
            assert asked(reader) == [("stop", {"kind": "training", "region_id": "us-east-1", "name": "theirs"})]

        jp_asyncio_loop.run_until_complete(run())
