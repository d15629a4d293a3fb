"""POST estimates on a real Jupyter server: what a launch would cost, said without launching anything."""

from __future__ import annotations

import asyncio
import json
import threading
from decimal import Decimal
from typing import Any

import jsonschema
import pytest
from tornado.httpclient import HTTPClientError

from mlcost_ext.core.errors import UsageError
from mlcost_ext.core.estimate import Alternative, CostRange, DurationRange, Estimate, UnpricedLine
from mlcost_ext.server.handlers.estimates import MAX_BODY_BYTES, read_wish
from mlcost_ext.server.judged_estimates import JudgedEstimates

from .conftest import FakeReader
from .test_overview import OPENAPI

SCHEMA = {"$ref": "#/components/schemas/Estimate", "components": OPENAPI["components"]}
REQUEST = {"ResourceConfig": {"InstanceType": "ml.g5.xlarge", "InstanceCount": 2}}
COST = CostRange(low=Decimal("1.016889"), expected=Decimal("1.408"), high=Decimal("33.792"))
ESTIMATE = Estimate(
    kind="training",
    region_id="us-east-1",
    billing_currency="USD",
    is_complete=False,
    list_cost=COST,
    contracted_cost=None,
    cost_per_hour=None,
    duration_seconds=DurationRange(low=2600, expected=3600, high=86400, basis="history", sample_size=14),
    lines=[],
    unpriced=[
        UnpricedLine(
            description="\ud800",
            component="Training",
            instance_type=None,
            pricing_unit="Hours",
            message="No price.",
            hint="Wait.",
        )
    ],
    alternatives=[
        Alternative(
            title="ml.g6.xlarge",
            change={"ResourceConfig": {"InstanceType": "ml.g6.xlarge"}},
            region_id="us-east-1",
            list_cost=COST,
            cost_per_hour=None,
            basis="price only; speed unknown",
        )
    ],
)

Asked = tuple[Any, ...]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Asked]:
    """Put an answer in the place of the estimator, and note what it was asked."""
    noted: list[Asked] = []

    def estimate(_own: JudgedEstimates, *said: Any) -> Estimate:
        noted.append(said)
        return ESTIMATE

    monkeypatch.setattr(JudgedEstimates, "estimate", estimate)
    return noted


async def estimated(jp_fetch: Any, **said: Any) -> dict[str, Any]:
    """Ask, and check the answer against the published description."""
    answer = await jp_fetch("mlcost-ext", "estimates", method="POST", body=json.dumps(said))
    document: dict[str, Any] = json.loads(answer.body)
    jsonschema.validate(document, SCHEMA)
    return document


async def refused(jp_fetch: Any, body: str | bytes) -> tuple[int, dict[str, str]]:
    """Ask for what cannot be estimated, and give status and words."""
    with pytest.raises(HTTPClientError) as caught:
        await jp_fetch("mlcost-ext", "estimates", method="POST", body=body)
    return caught.value.code, json.loads(caught.value.response.body)


def test_the_answer_is_an_estimate(jp_asyncio_loop: Any, jp_fetch: Any, asked: list[Asked]) -> None:
    """Of the kind, region, hours and size of input that were asked for."""

    async def run() -> None:
        document = await estimated(jp_fetch, kind="training", region_id="eu-west-1", request=REQUEST, hours="1.5", input_gb=40)
        assert document["list_cost"] == {"low": "1.016889", "expected": "1.408", "high": "33.792"}
        assert document["alternatives"][0]["change"] == {"ResourceConfig": {"InstanceType": "ml.g6.xlarge"}}
        assert asked == [("training", REQUEST, "eu-west-1", Decimal("1.5"), 40 * 10**9)]

    jp_asyncio_loop.run_until_complete(run())


def test_a_size_that_changes_nothing_is_told_so(jp_asyncio_loop: Any, jp_fetch: Any, reader: FakeReader) -> None:
    """By the real estimator, which knows of no earlier runs here."""

    async def run() -> None:
        without = await estimated(jp_fetch, kind="training", request=PANEL["training"])
        document = await estimated(jp_fetch, kind="training", request=PANEL["training"], input_gb="0.5")
        assert document["list_cost"] == without["list_cost"]
        added = [text for text in document["assumptions"] if text not in without["assumptions"]]
        assert added == [
            "input: 0.5 GB, as given; not counted, since the runtime rests on no earlier runs whose length followed it"
        ]

    jp_asyncio_loop.run_until_complete(run())


PLACE = {"InstanceType": "ml.m5.xlarge", "InstanceCount": 2}
VARIANT = {"VariantName": "AllTraffic", "InstanceType": "ml.m5.xlarge", "InitialInstanceCount": 2}
LIMIT = {"MaxRuntimeInSeconds": 7200}
PANEL = {
    "training": {
        "ResourceConfig": {**PLACE, "VolumeSizeInGB": 30},
        "StoppingCondition": LIMIT,
        "EnableManagedSpotTraining": False,
    },
    "processing": {"ProcessingResources": {"ClusterConfig": {**PLACE, "VolumeSizeInGB": 30}}, "StoppingCondition": LIMIT},
    "transform": {"TransformResources": PLACE},
    "endpoint": {"ProductionVariants": [VARIANT]},
    "notebook": {"InstanceType": "ml.m5.xlarge", "VolumeSizeInGB": 5},
}
"""What the panel's form sends."""


@pytest.mark.parametrize("kind", PANEL)
def test_what_the_panel_sends_is_estimated(jp_asyncio_loop: Any, jp_fetch: Any, reader: FakeReader, kind: str) -> None:
    """By the real estimator, at price times count times hours, without a word to AWS."""

    async def run() -> None:
        document = await estimated(jp_fetch, kind=kind, request=PANEL[kind], hours=1.5)
        (line,) = [line for line in document["lines"] if line["instance_type"]]
        count = 1 if kind == "notebook" else 2
        assert Decimal(line["list_cost"]["expected"]) == Decimal(line["list_unit_price"]) * count * Decimal("1.5")
        assert (document["kind"], document["is_complete"], document["duration_seconds"]["basis"]) == (kind, True, "given")
        assert reader.requests == []
        free = await estimated(jp_fetch, kind=kind, request=PANEL[kind])
        has_end = kind in ("training", "processing")
        assert (free["list_cost"]["high"] is not None, free["cost_per_hour"] is None) == (has_end, has_end)

    jp_asyncio_loop.run_until_complete(run())


def test_its_alternatives_are_requests_that_can_be_estimated(jp_asyncio_loop: Any, jp_fetch: Any, reader: FakeReader) -> None:
    """On Spot it costs less, and what comes of the change is estimated at what was said; deep members do no harm."""

    async def run() -> None:
        document = await estimated(jp_fetch, kind="training", request=PANEL["training"], hours=1)
        (spot,) = [each for each in document["alternatives"] if "EnableManagedSpotTraining" in each["change"]]
        assert Decimal(spot["list_cost"]["expected"]) < Decimal(document["list_cost"]["expected"])
        changed = await estimated(jp_fetch, kind="training", request={**PANEL["training"], **spot["change"]}, hours=1)
        assert changed["list_cost"] == spot["list_cost"]
        deep = json.loads("[" * 60 + "]" * 60)
        assert (await estimated(jp_fetch, request={"ProductionVariants": [{**VARIANT, "x": deep}]}))["cost_per_hour"]

    jp_asyncio_loop.run_until_complete(run())


def test_what_is_not_said_is_found(jp_asyncio_loop: Any, jp_fetch: Any, asked: list[Asked], reader: FakeReader) -> None:
    """The region is the session's; kind and hours are for the estimator to find. Nothing is sent to AWS."""

    async def run() -> None:
        await estimated(jp_fetch, request=REQUEST)
        await estimated(jp_fetch, request=REQUEST, kind=None, region_id=None, hours=None, input_gb=None)
        assert asked == [(None, REQUEST, "us-east-1", None, None)] * 2
        assert reader.requests == []

    jp_asyncio_loop.run_until_complete(run())


@pytest.mark.parametrize(
    ("body", "code", "word"),
    [
        ("", "usage", "no JSON object"),
        ("[1]", "usage", "no JSON object"),
        ("{", "usage", "no JSON object"),
        (b"\xff\xfe{", "usage", "no JSON object"),
        ("[" * 100_000, "usage", "no JSON object"),
        ('{"request": {"a": NaN}}', "usage", "no JSON object"),
        ('{"request": {"a": 1e999}}', "usage", "no JSON object"),
        ('{"request": {"a": ' + "9" * 10_000 + "}}", "usage", "no JSON object"),
        ("{}", "usage", "request is missing"),
        ('{"request": [1]}', "usage", "request is missing"),
        ('{"request": {"a": ' + '[{"a":' * 32 + "1" + "}]" * 32 + "}}", "usage", "more than 64"),
        ('{"request": {}, "regoin_id": "us-east-1"}', "usage", "'regoin_id'"),
        ('{"request": {}, "kind": 7}', "usage", "kind is no text"),
        ('{"request": {}, "region_id": ["us-east-1"]}', "usage", "region_id is no text"),
        ('{"request": {}, "region_id": "../../etc"}', "region_invalid", "no AWS region"),
        ('{"request": {}, "input_gb": 0}', "usage", "input_gb is 0, which is no size"),
        ('{"request": {}, "input_gb": -4}', "usage", "input_gb is -4, which is no size"),
        ('{"request": {}, "input_gb": "1e3"}', "usage", "input_gb is '1e3', which is no size"),
        ('{"request": {}, "input_gb": true}', "usage", "input_gb is True, which is no size"),
        ('{"request": {}, "input_gb": [40]}', "usage", "input_gb is of type list, which is no size"),
    ],
)
def test_a_wrong_question_is_told_what_is_right(
    jp_asyncio_loop: Any, jp_fetch: Any, asked: list[Asked], body: str | bytes, code: str, word: str
) -> None:
    """400, one sentence each."""

    async def run() -> None:
        status, said = await refused(jp_fetch, body)
        assert (status, said["code"], word in said["message"]) == (400, code, True), said
        assert said["message"].endswith(".")
        assert said["hint"].endswith(".")
        assert asked == []

    jp_asyncio_loop.run_until_complete(run())


@pytest.mark.parametrize(
    "hours", [0, -1, 8784.1, True, "", "-1", "1e3", " 1", "٣", "0", "8785", "1" * 40, [1], {}, 1e-300 - 1e-300]
)
def test_hours_are_above_nothing_and_at_most_a_year(hours: Any) -> None:
    """As a number or as decimal text."""
    with pytest.raises(UsageError, match="hours is no number above 0 and up to 8784"):
        read_wish(json.dumps({"request": {}, "hours": hours}).encode())


@pytest.mark.parametrize(("hours", "expected"), [(1, "1"), (0.1, "0.1"), (8784, "8784"), ("0.25", "0.25"), (1e-7, "1E-7")])
def test_hours_are_exact(hours: Any, expected: str) -> None:
    """What was written is what is reckoned with."""
    assert read_wish(json.dumps({"request": {}, "hours": hours}).encode()).hours == Decimal(expected)


def test_a_long_request_is_read_and_a_longer_one_refused(jp_asyncio_loop: Any, jp_fetch: Any, asked: list[Asked]) -> None:
    """Up to 10 MB."""
    frame = json.dumps({"request": {"a": ""}})

    async def run() -> None:
        longest = json.dumps({"request": {"a": "x" * (MAX_BODY_BYTES - len(frame))}})
        await jp_fetch("mlcost-ext", "estimates", method="POST", body=longest)
        assert len(asked) == 1
        status, said = await refused(jp_fetch, longest + " ")
        assert (status, said["message"]) == (400, "The request's body is longer than 10 MB.")

    jp_asyncio_loop.run_until_complete(run())


def test_what_the_estimator_refuses_is_passed_on(jp_asyncio_loop: Any, jp_fetch: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """In its own words; an error of its own is one of ours, without a traceback."""

    def refuse(*_: Any) -> None:
        raise UsageError("There is no kind 'moon'.", "Say which: training.")

    def fail(*_: Any) -> None:
        raise ZeroDivisionError

    async def run() -> None:
        monkeypatch.setattr(JudgedEstimates, "estimate", refuse)
        assert await refused(jp_fetch, '{"request": {}, "kind": "moon"}') == (
            400,
            {"code": "usage", "message": "There is no kind 'moon'.", "hint": "Say which: training."},
        )
        monkeypatch.setattr(JudgedEstimates, "estimate", fail)
        status, said = await refused(jp_fetch, '{"request": {}}')
        assert (status, said["code"], "ZeroDivision" in str(said)) == (500, "internal_error", False)

    jp_asyncio_loop.run_until_complete(run())


def test_one_is_estimated_at_a_time_and_the_server_goes_on(
    jp_asyncio_loop: Any, jp_fetch: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever takes long is in one thread, and everything else is answered meanwhile."""
    begun, go_on, at_work, most = threading.Event(), threading.Event(), [0], [0]

    def slow(*_: Any) -> Estimate:
        at_work[0] += 1
        most[0] = max(most[0], at_work[0])
        begun.set()
        go_on.wait(30)
        at_work[0] -= 1
        return ESTIMATE

    monkeypatch.setattr(JudgedEstimates, "estimate", slow)

    async def run() -> None:
        asking = [asyncio.ensure_future(estimated(jp_fetch, request=REQUEST)) for _ in range(4)]
        assert await asyncio.to_thread(begun.wait, 30)
        assert (await jp_fetch("mlcost-ext", "overview")).code == 200
        go_on.set()
        assert len(await asyncio.gather(*asking)) == 4
        assert most == [1]

    jp_asyncio_loop.run_until_complete(run())


def test_a_stranger_gets_none(jp_asyncio_loop: Any, jp_fetch: Any, asked: list[Asked]) -> None:
    """403 without a token; nothing is reckoned."""

    async def run() -> None:
        with pytest.raises(HTTPClientError) as caught:
            await jp_fetch("mlcost-ext", "estimates", method="POST", body="{}", headers={"Authorization": ""})
        assert (caught.value.code, asked) == (403, [])

    jp_asyncio_loop.run_until_complete(run())


@pytest.mark.parametrize("jp_argv", [["--IdentityProvider.token=", "--ServerApp.password="]])
def test_an_empty_token_still_checks_xsrf(jp_asyncio_loop: Any, jp_fetch: Any, asked: list[Asked]) -> None:
    """As in Studio: someone else's page cannot ask."""

    async def run() -> None:
        with pytest.raises(HTTPClientError) as caught:
            await jp_fetch(
                "mlcost-ext", "estimates", method="POST", body=json.dumps({"request": REQUEST}), headers={"Authorization": ""}
            )
        assert (caught.value.code, asked) == (403, [])

    jp_asyncio_loop.run_until_complete(run())


def test_it_is_no_activity(jp_asyncio_loop: Any, jp_fetch: Any, jp_serverapp: Any, asked: list[Asked]) -> None:
    """A widget that estimates at every change must not keep an idle server awake."""

    async def run() -> None:
        await jp_fetch("mlcost-ext", "overview")
        before = jp_serverapp.web_app.last_activity()
        await estimated(jp_fetch, request=REQUEST)
        assert jp_serverapp.web_app.last_activity() == before

    jp_asyncio_loop.run_until_complete(run())
