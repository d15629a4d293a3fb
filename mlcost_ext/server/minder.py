"""Mind the reader: start it when somebody looks, say what to follow, end it when nobody needs it."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any, Literal

from mlcost_ext.core.errors import MlcostError
from mlcost_ext.core.host import Host
from mlcost_ext.core.job import Problem
from mlcost_ext.core.standing import Standing
from mlcost_ext.core.times import time_from_text
from mlcost_ext.usecases.standing_rows import is_this
from mlcost_ext.wiring import Adapters

from .freshness import Asking, problem_from
from .intake import Intake, now_utc
from .presence import Viewers

Pace = Literal["viewed", "background", "asleep"]

READER_ENDS_SECONDS = 600.0
"""The reader is ended this long after the last viewer and the last running job."""
SESSION_RETRY_SECONDS = 15.0
DENIED_RETRY_SECONDS = 120.0
"""A permission that is missing does not come back by itself."""
WAKING_SECONDS = 25.0
"""A reader that was just woken, or told of a new region, has so long to give its first answer."""


class Minder:
    """What runs beside the server to ask AWS, and what it has told of this machine."""

    def __init__(self, parts: Adapters, intake: Intake, spawn: Callable[[Awaitable[None]], None]) -> None:
        self.host = parts.host
        self.viewers = Viewers()
        self.session_problems: list[Problem] = []
        self._reader, self._intake, self._spawn = parts.reader, intake, spawn
        self._look_again, self._is_looking = parts.look_again, False
        self._asked_for_session_at = float("-inf")
        self._is_asking = False
        self._session_is_known = session_key(parts.host) is None
        self._has_session_answer = self._session_is_known
        self._woken_at = float("-inf")
        self._ran_at = float("-inf")
        self._pace: Pace = "asleep"
        self._followed: frozenset[str] = frozenset()
        self.history_cursors: dict[str, str] | None = None
        """How far each region's ended jobs have been read, in the reader's own words; None: it was not looked up yet, and
        until it was nothing is followed: a reader takes up the past once, when it begins."""
        self.inputs: Callable[[], list[list[str]]] = list
        """Gives the inputs of launches whose size is to be found out, as the reader is told them."""
        intake.owner_tags = parts.host.owner_tags

    def note_viewer(self) -> None:
        """Somebody looks: the reader is started, or reads at once."""
        was_viewed = self.viewers.is_viewed
        self.viewers.note()
        if not was_viewed:
            self._intake.revision += 1
            self._note_needs()
        if not was_viewed or not self._reader.is_running:
            self._spawn(self.mind())

    @property
    def pace(self) -> Pace:
        """How eagerly AWS is to be asked now."""
        if self.viewers.is_viewed:
            return "viewed"
        return "background" if self._is_something_of_ours_running else "asleep"

    @property
    def _is_something_of_ours_running(self) -> bool:
        return bool(self._intake.book.running_count) or self._intake.has_undescribed

    @property
    def is_waking(self) -> bool:
        """Whether the first answer since the reader was woken may still be under way."""
        return time.monotonic() - self._woken_at < WAKING_SECONDS

    @property
    def is_session_awaited(self) -> bool:
        """Whether AWS's first word about this machine, or its refusal, may still be under way."""
        if self._is_looking:
            return True
        is_under_way = self._is_asking or (self.is_waking and self.pace == "viewed")
        return is_under_way and not self._has_session_answer and self._reader.trouble is None

    async def look_again(self) -> None:
        """Ask the machine itself what it is, where its surroundings did not tell: a second at most, once."""
        self._is_looking, before = True, self.host
        try:
            found = await self._look_again(before)
            is_as_before = self.host is before  # else AWS has described it meanwhile
            self.host = found if is_as_before else replace(self.host, container_started_at=found.container_started_at)
        finally:
            self._is_looking = False
            self._intake.revision += 1

    def regions(self) -> list[str]:
        """Give the session's region, those that launches of ours went to, and those where something of ours runs."""
        launched = (
            self._intake.launches.regions(now_utc()) | self._intake.book.running_regions() | self._intake.standing.regions()
        )
        return sorted({*launched, *([self.host.region_id] if self.host.region_id else [])})

    def asking(self) -> Asking:
        """Say what is asked of AWS now."""
        return Asking(
            regions=self.regions(),
            own_region=self.host.region_id,
            pace=self.pace,
            is_waking=self.is_waking,
            trouble=self._reader.trouble,
            can_enumerate=self.host.can_enumerate,
        )

    async def mind(self) -> None:
        """Bring the reader to what the moment needs."""
        self._note_needs()
        if self._pace == "asleep" and self._idle_seconds() > READER_ENDS_SECONDS:
            await self._reader.stop()
        elif self._pace != "asleep" and self.regions():
            await self._reader.start()
        if self._reader.is_running:
            if self.history_cursors is not None:
                self._watch(self.history_cursors)
            if self._pace == "viewed":
                self._spawn(self._ask_for_session())

    def _note_needs(self) -> None:
        """Remember since when AWS is asked for what is needed now; a new region is as good as waking anew."""
        before, followed = self._pace, self._followed
        self._pace, self._followed = self.pace, frozenset(self.regions())
        is_woken = before == "asleep" or not self._followed <= followed
        for region_id in followed - self._followed:
            self._intake.books.leave(region_id)
        if self._pace != "asleep" and is_woken:
            self._woken_at = time.monotonic()
            self._intake.revision += 1
        if self._is_something_of_ours_running:
            self._ran_at = time.monotonic()

    def _idle_seconds(self) -> float:
        """Give how long nobody has looked and nothing has run."""
        return min(self.viewers.seconds_since(), time.monotonic() - self._ran_at)

    def is_own(self, thing: Standing) -> bool:
        """Tell whether something is the machine this server runs on."""
        return is_this(thing, self.host)

    def _watch(self, history_cursors: dict[str, str]) -> None:
        regions = self.regions()
        followed = self._intake.launches.followed(now_utc(), self._intake.final)
        self._reader.watch(
            regions=regions,
            owner_tags=self.host.owner_tags,
            names=[[region_id, kind, name] for kind, region_id, name in followed if region_id in regions],
            pace=self._pace,
            scope="account" if self._intake.keeps_others else "mine",
            studio=studio_watch(self.host),
            notebook_instance=notebook_watch(self.host),
            history=dict(history_cursors),
            held=self._intake.books.held,
            inputs=self.inputs(),
        )

    async def _ask_for_session(self) -> None:
        key, clock = session_key(self.host), time.monotonic()
        is_denied = any(problem.code == "permission_missing" for problem in self.session_problems)
        wait = DENIED_RETRY_SECONDS if is_denied else SESSION_RETRY_SECONDS
        if key is None or self._is_asking or self._session_is_known or clock - self._asked_for_session_at < wait:
            return
        self._asked_for_session_at, self._is_asking = clock, True
        try:
            self._take_session(await self._reader.request("describe_session", **key))
        except MlcostError as error:
            self.session_problems = [Problem(code=error.code, message=error.message, hint=error.hint)]
        finally:
            self._is_asking, self._has_session_answer = False, True
            self._intake.revision += 1

    def _take_session(self, answer: dict[str, Any]) -> None:
        told = answer.get("problems") or []
        self.session_problems = [problem_from(problem) for problem in told]
        self._session_is_known = not told
        arn = answer.get("space_arn") if self.host.studio_app else None
        tags = {**self.host.owner_tags, **({"sagemaker:space-arn": arn} if isinstance(arn, str) else {})}
        self.host = replace(
            self.host,
            instance_type=answer.get("instance_type") or self.host.instance_type,
            started_at=time_from_text(answer.get("created_at")) or self.host.started_at,
            volume_gb=answer.get("volume_gb") or self.host.volume_gb,
            idle_timeout_in_minutes=answer.get("idle_timeout_in_minutes") or self.host.idle_timeout_in_minutes,
            is_prepaid=answer.get("is_prepaid") is True or self.host.is_prepaid,
            owner_tags=tags,
        )
        self._intake.owner_tags = tags


def session_key(host: Host) -> dict[str, Any] | None:
    """Give what AWS is asked for to describe this machine; None: AWS cannot tell."""
    app, region_id = host.studio_app, host.machine_region_id or ""
    if app is not None:
        names = {"domain_id": app.domain_id, "space_name": app.space_name, "app_type": app.app_type, "app_name": app.app_name}
        return {"region_id": region_id, "host_kind": "studio", **names}
    if host.notebook_instance_name is not None:
        return {"region_id": region_id, "host_kind": "notebook_instance", "notebook_instance_name": host.notebook_instance_name}
    return None


def studio_watch(host: Host) -> dict[str, str | None] | None:
    """Say whose apps and spaces are to be followed; None: this is not Studio."""
    app = host.studio_app
    if app is None:
        return None
    names = {"domain_id": app.domain_id, "space_name": app.space_name, "user_profile_name": app.user_profile_name}
    return {"region_id": host.machine_region_id, **names}


def notebook_watch(host: Host) -> dict[str, str | None] | None:
    """Say which notebook instance this is; None: it is none."""
    name = host.notebook_instance_name
    return {"region_id": host.machine_region_id, "name": name} if name else None
