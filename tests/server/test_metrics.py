"""Our figures on a real Jupyter server's own /metrics."""

from __future__ import annotations

import asyncio
import builtins
import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families
from tornado.httpclient import HTTPClientError

from mlcost_ext.core.documents import Charged
from mlcost_ext.server import live, metrics
from mlcost_ext.server.metrics import Metrics, charged_family, families, idle_family
from mlcost_ext.usecases.session import SessionCosts

from .conftest import FakeReader, training_job
from .test_charges import final
from .test_overview import overview

Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]
NOW = datetime(2026, 11, 23, 14, 0, tzinfo=timezone.utc)
FORBIDDEN = ("churn", "work", "ana", "arn:", "d-test", "111122223333", "fraud", "default", "ml.")


def samples(text: str) -> Samples:
    """Read what Prometheus would, only ours."""
    found = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
    ours = [(sample.name, tuple(sorted(sample.labels.items())), sample.value) for sample in found if "mlcost" in sample.name]
    assert len({each[:2] for each in ours}) == len(ours)  # each once, or Prometheus refuses all of it
    return {(name, labels): value for name, labels, value in ours}


async def scraped(jp_fetch: Any) -> Samples:
    return samples((await jp_fetch("metrics")).body.decode())


async def scraped_until(jp_fetch: Any, is_there: Callable[[Samples], bool]) -> Samples:
    """Ask until it is there."""
    for _ in range(100):
        found = await scraped(jp_fetch)
        if is_there(found):
            return found
        await asyncio.sleep(0.05)
    raise AssertionError(found)


def labelled(found: Samples, name: str, **labels: str) -> float | None:
    return found.get((name, tuple(sorted(labels.items()))))


def live_of(serverapp: Any) -> live.Live:
    (app,) = serverapp.extension_manager.extension_apps["mlcost_ext"]
    assert isinstance(app.live, live.Live)
    return app.live


def test_before_aws_has_answered_there_is_no_sample(jp_asyncio_loop: Any, jp_fetch: Any, reader: FakeReader) -> None:
    """Unknown is not zero."""

    async def run() -> None:
        await overview(jp_fetch)
        names = {name for name, _ in await scraped(jp_fetch)}
        unknown = {"mlcost_session_cost_total", "mlcost_rate", "mlcost_jobs", "mlcost_aws_calls_total", "mlcost_data_age_seconds"}
        assert not names & unknown

    jp_asyncio_loop.run_until_complete(run())


def test_what_runs(jp_asyncio_loop: Any, jp_fetch: Any, reader: FakeReader) -> None:
    """Jobs by kind and status, their rate, AWS's calls and the age of its word: the overview's figures."""

    async def run() -> None:
        document = await overview(jp_fetch)
        reader.push_jobs(training_job("churn-1"), training_job("churn-2"), final("churn-3", 500))
        reader.push_status(as_of=(datetime.now(timezone.utc) - timedelta(seconds=20)).isoformat())
        found = await scraped_until(jp_fetch, lambda told: labelled(told, "mlcost_data_age_seconds") is not None)
        assert labelled(found, "mlcost_jobs", kind="training", status="InProgress") == 2
        assert labelled(found, "mlcost_jobs", kind="training", status="Completed") == 1
        document = await overview(jp_fetch)
        rate = labelled(found, "mlcost_rate", currency="USD", of="jobs")
        assert rate == float(document["totals"]["running_cost_per_hour"]) == pytest.approx(0.92)
        assert labelled(found, "mlcost_aws_calls_total") == document["aws"]["calls_total"] == 3
        age = labelled(found, "mlcost_data_age_seconds")
        assert age is not None
        assert 19 <= age < 40
        assert labelled(found, "mlcost_rate", currency="USD", of="session") is None  # AWS has not told what machine it is
        assert labelled(found, "mlcost_unpriced", of="jobs") == 0

    jp_asyncio_loop.run_until_complete(run())


def test_this_session(jp_asyncio_loop: Any, jp_fetch: Any, reader: FakeReader) -> None:
    """Once AWS has told its type and start."""
    created = (datetime.now(timezone.utc) - timedelta(hours=2)).isoformat()
    reader.answers["describe_session"] = {"instance_type": "ml.t3.medium", "created_at": created, "volume_gb": 5}

    async def run() -> None:
        await overview(jp_fetch)
        name = "mlcost_session_cost_total"
        found = await scraped_until(jp_fetch, lambda told: labelled(told, name, currency="USD") is not None)
        session = (await overview(jp_fetch))["session"]
        assert labelled(found, name, currency="USD") == pytest.approx(float(session["cost"]), abs=0.001)
        assert labelled(found, "mlcost_rate", currency="USD", of="session") == float(session["cost_per_hour"]) == 0.05

    jp_asyncio_loop.run_until_complete(run())


def test_a_job_without_a_price_is_in_no_sum(jp_asyncio_loop: Any, jp_fetch: Any, reader: FakeReader) -> None:
    """No rate rather than zero, and how many it lacks."""

    async def run() -> None:
        await overview(jp_fetch)
        reader.push_jobs(training_job("churn-1", instance_type="ml.new9.xlarge"))
        reader.push_status()
        found = await scraped_until(jp_fetch, lambda told: labelled(told, "mlcost_unpriced", of="jobs") == 1)
        assert labelled(found, "mlcost_rate", currency="USD", of="jobs") is None
        assert labelled(found, "mlcost_jobs", kind="training", status="InProgress") == 1

    jp_asyncio_loop.run_until_complete(run())


def test_labels_name_nobody_and_nothing(jp_asyncio_loop: Any, jp_fetch: Any, reader: FakeReader) -> None:
    """No user, space, job, type, tag or ARN; a status that is no word is called other."""

    async def run() -> None:
        await overview(jp_fetch)
        status = 'ana"} arn:aws:iam::111122223333:user/ana\nmlcost_jobs 7'
        reader.push_jobs(training_job("churn-1"), training_job("churn-2", TrainingJobStatus=status))
        reader.push_status()
        found = await scraped_until(jp_fetch, lambda told: any(name == "mlcost_jobs" for name, _ in told))
        said = [text for _, labels in found for label in labels for text in label]
        assert [text for text in said if any(word in text for word in FORBIDDEN)] == []
        allowed = {"training", "InProgress", "other", "USD", "jobs", "session", "standing", "charged", "today", "month"}
        assert {value for _, labels in found for _, value in labels} <= allowed

    jp_asyncio_loop.run_until_complete(run())


def test_strangers_are_refused(jp_asyncio_loop: Any, jp_fetch: Any) -> None:
    """Jupyter Server's own rule for /metrics stands."""

    async def run() -> None:
        with pytest.raises(HTTPClientError) as caught:
            await jp_fetch("metrics", headers={"Authorization": ""})
        assert caught.value.code == 403

    jp_asyncio_loop.run_until_complete(run())


def test_scraping_asks_neither_disk_nor_aws(
    jp_asyncio_loop: Any, jp_fetch: Any, jp_serverapp: Any, reader: FakeReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And is no look: AWS is not asked because of it."""

    async def run() -> None:
        await overview(jp_fetch)
        reader.push_jobs(training_job("churn-1"))
        reader.push_status()
        await scraped_until(jp_fetch, lambda told: any(name == "mlcost_jobs" for name, _ in told))
        shown, before = live_of(jp_serverapp), len(reader.requests)
        seen = shown._minder.viewers.seconds_since()

        def refused(*_: Any, **__: Any) -> Any:
            raise AssertionError("it touches the disk")

        with monkeypatch.context() as patch:
            patch.setattr(builtins, "open", refused)
            patch.setattr(Path, "open", refused)
            patch.setattr("sqlite3.connect", refused)
            patch.setattr(shown._charges, "view", refused)
            found = shown._metrics.collect()
        assert {family.name for family in found if family.samples} >= {"mlcost_rate", "mlcost_jobs"}
        assert len(reader.requests) == before
        assert shown._minder.viewers.seconds_since() >= seen

    jp_asyncio_loop.run_until_complete(run())


def test_a_fault_of_ours_leaves_the_servers_metrics(
    jp_asyncio_loop: Any, jp_fetch: Any, jp_serverapp: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without ours, with theirs, and the log has it once."""

    async def run() -> None:
        await overview(jp_fetch)
        monkeypatch.setattr(metrics, "families", lambda *_: 1 / 0)
        for _ in range(2):
            body = (await jp_fetch("metrics")).body.decode()
            assert "kernel_currently_running_total" in body
            assert samples(body) == {}
        assert live_of(jp_serverapp)._metrics._has_failed

    jp_asyncio_loop.run_until_complete(run())


def test_it_ends_with_the_server(jp_asyncio_loop: Any, jp_fetch: Any, jp_serverapp: Any) -> None:
    """What has ended is shown no more, and ending it twice harms nothing."""

    async def run() -> None:
        await overview(jp_fetch)
        shown = live_of(jp_serverapp)
        assert shown._metrics in REGISTRY._collector_to_names
        await shown.stop()
        assert shown._metrics not in REGISTRY._collector_to_names
        shown._metrics.unregister()
        assert await scraped(jp_fetch) == {}

    jp_asyncio_loop.run_until_complete(run())


# -- alone ----------------------------------------------------------------------------------


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch) -> CollectorRegistry:
    """Give a registry of the test's own."""
    own = CollectorRegistry(auto_describe=True)
    monkeypatch.setattr("prometheus_client.REGISTRY", own)
    monkeypatch.setattr(Metrics, "_shown", [])
    return own


@dataclass
class Shown:
    """A registry of just these."""

    families: list[Any]

    def collect(self) -> list[Any]:
        """Give them."""
        return self.families


def one(value: float) -> Callable[..., Any]:
    family = metrics.Family(name="mlcost_test", help="-", labels=(), samples=[((), value)])
    return lambda *_: [family]


def made(log: Any = logging.getLogger("test")) -> Metrics:  # noqa: B008
    some: Any = object()
    return Metrics(lambda: some, lambda: NOW, log)


def test_of_two_servers_of_a_process_the_later_is_shown(registry: CollectorRegistry, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both begin, no sample is there twice, and once the later has ended the first is shown again."""
    first, second = made(), made()
    first.register()
    second.register()
    second.register()
    monkeypatch.setattr(metrics, "families", one(2))
    assert samples(generate_latest(registry).decode()) == {("mlcost_test", ()): 2}
    assert first.collect() == []
    second.unregister()
    monkeypatch.setattr(metrics, "families", one(1))
    assert samples(generate_latest(registry).decode()) == {("mlcost_test", ()): 1}
    first.unregister()
    first.unregister()
    assert generate_latest(registry) == b""


def test_another_thread_is_given_what_was_last_read(registry: CollectorRegistry, monkeypatch: pytest.MonkeyPatch) -> None:
    """The books belong to the event loop's thread."""
    shown, found = made(), []
    shown.register()
    monkeypatch.setattr(metrics, "families", one(1))
    shown.collect()
    monkeypatch.setattr(metrics, "families", one(2))
    thread = threading.Thread(target=lambda: found.extend(samples(generate_latest(registry).decode()).values()))
    thread.start()
    thread.join()
    assert found == [1]
    assert [sample.value for family in shown.collect() for sample in family.samples] == [2]


def test_without_prometheus_there_are_no_metrics(monkeypatch: pytest.MonkeyPatch) -> None:
    """And nothing else is amiss."""
    real = builtins.__import__

    def lacking(name: str, *more: Any, **fields: Any) -> Any:
        if name.partition(".")[0] == "prometheus_client":
            raise ImportError(name)
        return real(name, *more, **fields)

    monkeypatch.setattr(builtins, "__import__", lacking)
    shown = made()
    shown.register()
    shown.unregister()
    assert shown not in Metrics._shown


CHARGED = Charged(as_of=NOW, today=Decimal("3.2"), month=Decimal("1234.5"), unpriced=1, since=None)


@given(
    seconds=st.integers(0, 40 * 86400),
    today=st.none() | st.decimals(0, 10**6, places=9),
    month=st.none() | st.decimals(0, 10**6, places=9),
)
def test_yesterdays_figure_is_not_todays(seconds: int, today: Decimal | None, month: Decimal | None) -> None:
    """What the ledger said in another day or month has no sample any more; what is null never has."""
    now = NOW + timedelta(seconds=seconds)
    family = charged_family(replace(CHARGED, today=today, month=month), "USD", now)
    shown = {labels: value for labels, value in family.samples if value is not None}
    expected = {("today", "USD"): today if now.day == 23 and now.month == 11 else None}
    expected |= {("month", "USD"): month if now.month == 11 else None}
    assert shown == {labels: value for labels, value in expected.items() if value is not None}
    assert charged_family(None, "USD", now).samples == []


@pytest.mark.parametrize(
    ("month", "after", "expected"),
    [
        (Decimal("0.25"), timedelta(0), 0.25),
        (Decimal("0.25"), timedelta(days=2), 0.25),
        (Decimal("0.25"), timedelta(days=10), None),  # another month
        (Decimal(0), timedelta(0), 0.0),
        (None, timedelta(0), None),
    ],
)
def test_idleness_is_a_counter_of_this_month(month: Decimal | None, after: timedelta, expected: float | None) -> None:
    """What nobody judges, or was read last month, has no sample."""
    costs = SessionCosts(as_of=NOW, today=Decimal(1), month=Decimal(1), idle_today=month, idle_month=month)
    text = generate_latest(Shown([metrics.written(idle_family(costs, "USD", NOW + after))])).decode()
    assert samples(text).get(("mlcost_session_idle_cost_total", (("currency", "USD"),))) == expected


def test_without_a_ledger_idleness_is_unknown() -> None:
    """And not zero."""
    assert [value for _, value in idle_family(None, "USD", NOW).samples] == [None]


def test_names_are_the_published_ones(jp_asyncio_loop: Any, jp_fetch: Any, jp_serverapp: Any) -> None:
    """Each with a help text that ends its sentence."""

    async def run() -> None:
        await overview(jp_fetch)
        shown = live_of(jp_serverapp)
        told = {family.name: family for family in families(shown._picture(shown.now()), shown.now())}
        assert set(told) == {
            "mlcost_session_cost",
            "mlcost_session_idle_cost",
            "mlcost_rate",
            "mlcost_jobs",
            "mlcost_unpriced",
            "mlcost_aws_calls",
            "mlcost_data_age_seconds",
            "mlcost_charged",
        }
        assert all(family.help.endswith(".") and "billed" not in family.help for family in told.values())

    jp_asyncio_loop.run_until_complete(run())
