"""Put together what judges idleness, and who follows the verdict."""

from __future__ import annotations

import os
from collections.abc import Callable
from hashlib import sha256
from logging import Logger
from pathlib import Path
from typing import Any

from mlcost_ext.config import Settings
from mlcost_ext.core.host import Host
from mlcost_ext.core.idle import IdleOptions, Verdict
from mlcost_ext.core.price import UnitPrice
from mlcost_ext.core.times import time_to_text
from mlcost_ext.ledger.activity_store import ActivityStore
from mlcost_ext.ledger.database import Database
from mlcost_ext.ledger.prolonged_store import ProlongedStore
from mlcost_ext.probes.machine import MachineProbe
from mlcost_ext.probes.other_processes import is_aws_machine
from mlcost_ext.probes.scheduler_jobs import SchedulerJobs, database_of, default_database
from mlcost_ext.probes.shared_timestamp import SharedTimestamp
from mlcost_ext.usecases.idle_price import SessionRate, session_rate
from mlcost_ext.usecases.launches import LaunchBook
from mlcost_ext.usecases.watch import JobBook

from .activity_recorder import ActivityRecorder
from .idle_look import IdleLook
from .idle_policy import PolicyHere
from .idle_watch import JobsOf, KernelWatch
from .idling import Idling, Seen
from .intake import Intake
from .jupyter_parts import JupyterParts
from .kernel_messages import KernelMessages
from .native_idle import NativeIdle
from .saves import Saves
from .steady_clock import SteadyClock

IDLE = "https://events.mlcost-ext.dev/idle/v1"
STAMPED = "idle-stamp"
"""In MLCOST_HOME, for each timestamp file: what the servers of this home have written into it last."""
SCHEDULER = "jupyter_scheduler"
MOST_JOBS = 5


def make_idling(
    jupyter: JupyterParts,
    intake: Intake,
    host: Callable[[], Host],
    session_price: Callable[[Host], UnitPrice | None],
    settings: Settings,
    database: Database,
    log: Logger,
) -> Idling:
    """Put together what judges idleness, with its followers.

    Args:
        jupyter: The server.
        intake: Holds prices, jobs and launches.
        host: Gives the machine.
        session_price: Gives a price of it that configuration names.
        settings: The options.
        database: The ledger, in this server's folder.
        log: Is told once of each trouble.
    """
    file = settings.idle_timestamp_file
    clock, shared = SteadyClock(), SharedTimestamp(file, stamps_of(settings.home, file))
    messages, saves = KernelMessages(clock.now, log), Saves(jupyter.events, jupyter.contents, clock.now)
    watch = KernelWatch(jupyter.kernels, jupyter.sessions, messages, clock.now)
    scheduler = SchedulerJobs(scheduler_place(jupyter, default_database()))
    probe = MachineProbe(server=address_of(jupyter.app), timestamp=shared, scheduler=scheduler)
    probe.others.is_own_machine = lambda: is_aws_machine() or host().kind == "ec2"

    def rate() -> SessionRate:
        return session_rate(host(), intake.prices, session_price(host()), intake.billing_currency, intake.aws_time())

    def tell(verdict: Verdict) -> None:
        intake.revision += 1
        jupyter.events.emit(schema_id=IDLE, data=event_of(verdict))

    look = IdleLook(watch, messages, saves, probe, jupyter.web_settings, clock)
    policy = PolicyHere(settings.home, dict(os.environ))
    jobs = running_jobs(intake.launches, intake.book)
    idling = Idling(look, policy, host, rate, jobs, tell, log)
    follow(idling, jupyter, database, shared, host, log)
    return idling


class StudioTold:
    """Has Studio's own idle shutdown told of each look."""

    def __init__(self, native: NativeIdle) -> None:
        self._native = native

    async def note(self, seen: Seen) -> None:
        """Stamp for it what it cannot see."""
        await self._native.work(seen.verdict, seen.host, seen.is_on, seen.now)

    async def close(self) -> None:
        """End, with the server."""
        await self._native.close()


class Recorded:
    """Has each look recorded."""

    def __init__(self, recorder: ActivityRecorder) -> None:
        self._recorder = recorder
        self._options: IdleOptions | None = None

    async def note(self, seen: Seen) -> None:
        """Record it."""
        self._options = seen.options
        await self._recorder.work(seen.tracked, seen.verdict, seen.options, seen.cost_per_hour, seen.now, seen.list_cost_per_hour)

    async def close(self) -> None:
        """Write what waits."""
        if self._options is not None:
            await self._recorder.close(self._options)


def follow(
    idling: Idling, jupyter: JupyterParts, database: Database, shared: SharedTimestamp, host: Callable[[], Host], log: Logger
) -> None:
    """Have the verdict followed by what tells Studio's own idle shutdown of it, and by what records it."""
    native = NativeIdle(jupyter.app, ProlongedStore(database), shared, lambda: idling.cost_per_hour, log)
    recorder = ActivityRecorder(ActivityStore(database), lambda: host().billing_currency, lambda: user_of(host()), log)
    idling.native = native.view
    idling.followers = (StudioTold(native), Recorded(recorder))


def stamps_of(home: Path, timestamp: Path) -> Path:
    """Give where the servers of a home remember what they have written into a timestamp file."""
    return home / f"{STAMPED}-{sha256(os.fsencode(timestamp)).hexdigest()[:16]}"


def scheduler_place(jupyter: JupyterParts, default: Path) -> Callable[[], Path | None]:
    """Give what tells where Jupyter's scheduler keeps its jobs: as it was set up, which may be after us."""

    def place() -> Path | None:
        scheduler = jupyter.web_settings.get("scheduler")
        apps = [] if scheduler is None else jupyter.app.extension_manager.extension_apps.get(SCHEDULER, ())
        urls = [getattr(each, "db_url", None) for each in (scheduler, *apps)]
        url = next((each for each in urls if isinstance(each, str) and each), None)
        return default if url is None else database_of(url)

    return place


def running_jobs(launches: LaunchBook, book: JobBook) -> JobsOf:
    """Give what tells which of the jobs that a kernel has launched run now."""

    def of(kernel_id: str) -> tuple[str, ...]:
        held = (book.get(launch.key) for launch in launches.from_kernel(kernel_id))
        running = [metered.job for metered in held if metered is not None and metered.job.is_running]
        return tuple(f"{job.kind} {job.name}" for job in running[:MOST_JOBS])

    return of


def event_of(verdict: Verdict) -> dict[str, Any]:
    """Give what the Jupyter event tells: names of signals, and none of what people work on."""
    since = None if verdict.since is None else time_to_text(verdict.since)
    return {"state": verdict.state, "since": since, "held_by": list(verdict.held_by)}


def address_of(app: Any) -> tuple[str, str]:
    """Give the server's URL and root, as its terminals are told them."""
    return str(app.connection_url), str(app.root_dir)


def user_of(host: Host) -> str | None:
    """Give whose machine it is; None: several people's, or nobody knows."""
    return host.studio_app.user_profile_name if host.studio_app else None
