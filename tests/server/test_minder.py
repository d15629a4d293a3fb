"""When the reader is needed, and what it is told to follow."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from mlcost_ext.core.host import Host, StudioApp
from mlcost_ext.core.times import time_to_text
from mlcost_ext.prices import Snapshot
from mlcost_ext.server import minder as module
from mlcost_ext.server.books import Books
from mlcost_ext.server.intake import Intake, now_utc
from mlcost_ext.server.minder import READER_ENDS_SECONDS, WAKING_SECONDS, Minder
from mlcost_ext.server.presence import VIEWED_SECONDS, Viewers
from mlcost_ext.usecases.launches import LaunchBook

from .conftest import SPACE, FakeReader, training_job

STUDIO = Host(kind="studio", region_id="us-east-1", owner_tags={"sagemaker:space-arn": SPACE})


class Room:
    """A minder with a clock that a test moves on."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now, snapshot = 1000.0, Snapshot()
        monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=lambda: self.now))
        self.reader = FakeReader()
        self.intake = Intake(Books.empty(), LaunchBook(), snapshot, snapshot, logging.getLogger("test"))
        parts: Any = SimpleNamespace(host=STUDIO, reader=self.reader, look_again=None)
        self.minder = Minder(parts, self.intake, self.drop)
        self.minder.viewers = Viewers(lambda: self.now)
        self.minder.history_cursors = {}

    def drop(self, work: Awaitable[None]) -> None:
        """Leave spawned work undone."""
        work.close()  # type: ignore[attr-defined]

    def mind(self, after: float = 0) -> None:
        self.now += after
        asyncio.run(self.minder.mind())

    def launch(self, name: str, region_id: str, result: str | None, age: timedelta = timedelta(0)) -> None:
        told = {"id": name, "at": time_to_text(now_utc() - age), "kind": "training", "region_id": region_id, "name": name}
        self.intake.launches.take({"type": "intent", **told})
        if result is not None:
            self.intake.launches.take({"type": "outcome", **told, "result": result})


@pytest.fixture
def room(monkeypatch: pytest.MonkeyPatch) -> Room:
    return Room(monkeypatch)


def ended_job(name: str) -> dict[str, Any]:
    over = {"TrainingJobStatus": "Completed", "SecondaryStatus": "Completed", "BillableTimeInSeconds": 5}
    return training_job(name, **over)


def test_the_reader_ends_ten_minutes_after_the_last_viewer_and_the_last_running_job(room: Room) -> None:
    """A job that ends an hour after the last look keeps it for ten minutes more."""
    room.minder.note_viewer()
    room.intake.take_description("training", training_job("a"))
    room.mind()
    room.mind(after=3600)
    assert (room.minder.pace, room.reader.is_running) == ("background", True)
    room.intake.take_description("training", ended_job("a"))
    room.mind(after=READER_ENDS_SECONDS - 1)
    assert (room.minder.pace, room.reader.is_running) == ("asleep", True)
    room.mind(after=2)
    assert not room.reader.is_running


def test_nothing_is_followed_before_it_is_known_how_far_the_past_was_read(room: Room) -> None:
    """A reader takes up the past once: told of it a moment later, it would begin anew and the server forget what it had."""
    room.minder.history_cursors = None
    room.minder.note_viewer()
    room.mind()
    assert (room.reader.is_running, room.reader.watched) == (True, {})
    room.minder.history_cursors = {"us-east-1": "so far"}
    room.mind()
    assert room.reader.watched["history"] == {"us-east-1": "so far"}


def test_a_reader_is_told_what_is_shown_as_running_or_standing(room: Room) -> None:
    """It may have gone while none was there. What has ended is settled, and need not be asked for."""
    endpoint = {
        "EndpointName": "e",
        "region_id": "us-east-1",
        "EndpointStatus": "InService",
        "Tags": {"sagemaker:space-arn": SPACE},
    }
    room.intake.take_description("training", training_job("runs"))
    room.intake.take_description("training", training_job("over", TrainingJobStatus="Completed", SecondaryStatus="Completed"))
    room.intake.take_description("endpoint", endpoint)
    room.minder.note_viewer()
    room.mind()
    held = room.reader.watched["held"]
    assert sorted(held()) == [["us-east-1", "endpoint", "e"], ["us-east-1", "training", "runs"]]


def test_the_regions_that_are_followed(room: Room) -> None:
    """The session's own, those of launches, and those where something of ours runs; none for long on a mere chance."""
    room.launch("accepted", "us-west-2", "accepted", timedelta(days=20))
    room.launch("typo", "us-est-1", "unknown", timedelta(minutes=6))
    room.launch("refused", "eu-west-3", "refused")
    room.launch("killed", "eu-west-1", None, timedelta(minutes=6))
    assert room.minder.regions() == ["us-east-1", "us-west-2"]
    room.intake.take_description("training", training_job("killed", region_id="eu-west-1"))
    assert room.minder.regions() == ["eu-west-1", "us-east-1", "us-west-2"]
    room.minder.note_viewer()
    room.mind()
    assert sorted(room.reader.watched["names"]) == [["eu-west-1", "training", "killed"], ["us-west-2", "training", "accepted"]]


def test_a_new_region_is_waited_for_as_after_waking(room: Room) -> None:
    """Its first answer takes its time; the reader that was awake already is not called silent."""
    room.minder.note_viewer()
    assert room.minder.is_waking
    room.mind(after=WAKING_SECONDS)
    assert not room.minder.is_waking
    room.launch("a", "eu-west-1", "accepted")
    room.mind()
    assert room.minder.is_waking


def test_a_launch_that_is_never_described_lets_the_pace_fall_asleep(room: Room) -> None:
    """AWS may be out of reach for a while, so it is asked for on; but not for the server's whole life."""
    job = training_job("fresh", TrainingStartTime=None, SecondaryStatus="Starting")
    room.minder.note_viewer()
    room.intake.take_description("training", job)
    room.intake.await_description(room.intake.book.named("training", "fresh")[0].job, now_utc())
    room.mind(after=VIEWED_SECONDS + 1)
    assert room.minder.pace == "background"
    room.intake.give_up_waiting(now_utc() + timedelta(minutes=3))
    assert (room.intake.book.running_count, room.minder.pace) == (0, "background")
    room.intake.give_up_waiting(now_utc() + timedelta(hours=2))
    assert room.minder.pace == "asleep"


def test_a_launch_that_aws_describes_late_or_disowns_is_waited_for_no_more(room: Room) -> None:
    """Then its own state decides."""
    for name in ("late", "never"):
        job = training_job(name, TrainingStartTime=None, SecondaryStatus="Starting")
        room.intake.take_description("training", job)
        room.intake.await_description(room.intake.book.named("training", name)[0].job, now_utc())
    room.intake.give_up_waiting(now_utc() + timedelta(minutes=3))
    room.intake.take_description("training", training_job("late", TrainingJobStatus="Stopped", SecondaryStatus="Stopped"))
    assert room.intake.has_undescribed
    room.intake.take_gone("training", "us-east-1", ["never"])
    assert not room.intake.has_undescribed


def test_a_machine_that_says_later_what_it_is(room: Room) -> None:
    """While it is asked nobody says that its price is unknown; what it says is the host from then on."""
    seen: list[bool] = []

    async def look_again(host: Host) -> Host:
        seen.append(room.minder.is_session_awaited)
        return Host(kind="ec2", region_id=host.region_id, instance_type="m5.xlarge")

    parts: Any = SimpleNamespace(host=Host(kind="local", region_id="us-east-1"), reader=room.reader, look_again=look_again)
    room.minder = Minder(parts, room.intake, room.drop)
    before = room.intake.revision
    asyncio.run(room.minder.look_again())
    assert (seen, room.minder.is_session_awaited) == ([True], False)
    assert (room.minder.host.kind, room.intake.revision > before) == ("ec2", True)


@pytest.mark.parametrize(
    ("host", "key", "studio", "notebook"),
    [
        (Host(kind="local", region_id="us-east-1"), None, None, None),
        (
            Host(kind="notebook_instance", region_id="eu-west-1", located_in="us-east-1", notebook_instance_name="nb"),
            {"region_id": "us-east-1", "host_kind": "notebook_instance", "notebook_instance_name": "nb"},
            None,
            {"region_id": "us-east-1", "name": "nb"},
        ),
        (
            Host(
                kind="studio",
                region_id="us-east-1",
                studio_app=StudioApp(domain_id="d", space_name="s", app_type="JupyterLab", app_name="default"),
            ),
            {
                "region_id": "us-east-1",
                "host_kind": "studio",
                "domain_id": "d",
                "space_name": "s",
                "app_type": "JupyterLab",
                "app_name": "default",
            },
            {"region_id": "us-east-1", "domain_id": "d", "space_name": "s", "user_profile_name": None},
            None,
        ),
    ],
)
def test_what_is_asked_of_aws_about_this_machine(host: Host, key: Any, studio: Any, notebook: Any) -> None:
    """In the region it is in, which need not be the one where jobs are looked for."""
    assert (module.session_key(host), module.studio_watch(host), module.notebook_watch(host)) == (key, studio, notebook)


def test_what_aws_tells_of_this_machine_stays_when_the_machine_itself_has_answered(room: Room) -> None:
    """Its container's start comes a moment later, from a thread; the later of both starts counts."""
    app = StudioApp(domain_id="d-1", space_name="work", app_type="JupyterLab", app_name="default")
    room.minder.host, started = replace(STUDIO, studio_app=app), now_utc()
    assert room.minder.host.since_basis == "at_most"

    async def told_meanwhile(host: Host) -> Host:
        created = time_to_text(started - timedelta(hours=20))
        room.minder._take_session({"instance_type": "ml.p5.48xlarge", "created_at": created, "is_prepaid": True})
        return replace(host, container_started_at=started)

    room.minder._look_again = told_meanwhile
    asyncio.run(room.minder.look_again())
    host = room.minder.host
    assert (host.instance_type, host.is_prepaid) == ("ml.p5.48xlarge", True)
    assert (host.costs_since, host.since_basis) == (started, "accruing")


def test_a_machine_that_only_tells_of_itself(room: Room) -> None:
    """What it is is taken whole."""

    async def told(host: Host) -> Host:
        return replace(host, kind="ec2")

    room.minder._look_again = told
    asyncio.run(room.minder.look_again())
    assert room.minder.host.kind == "ec2"


def test_the_spaces_own_idle_timeout_is_kept_with_the_machine(room: Room) -> None:
    """An answer without one takes nothing back."""
    assert room.minder.host.idle_timeout_in_minutes is None
    room.minder._take_session({"idle_timeout_in_minutes": 120, "problems": []})
    room.minder._take_session({"idle_timeout_in_minutes": None, "problems": []})
    assert room.minder.host.idle_timeout_in_minutes == 120
