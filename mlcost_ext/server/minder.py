"""Mind the reader: start it when somebody looks, say what to follow, end it when nobody needs it."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any, Literal

from mlcost_ext.core.errors import MlcostError
from mlcost_ext.core.host import StudioApp
from mlcost_ext.core.job import Problem
from mlcost_ext.core.times import time_from_text
from mlcost_ext.wiring import Adapters

from .freshness import problem_from
from .intake import Intake, now_utc
from .presence import Viewers

Pace = Literal["viewed", "background", "asleep"]

READER_ENDS_SECONDS = 600.0
"""Without a viewer or a running job the reader is ended after this long."""
SESSION_RETRY_SECONDS = 15.0
DENIED_RETRY_SECONDS = 120.0
"""A permission that is missing does not come back by itself."""
WAKING_SECONDS = 25.0
"""A reader that was just woken has so long to give its first answer."""


class Minder:
    """What runs beside the server to ask AWS, and what it has told of this machine."""

    def __init__(self, parts: Adapters, intake: Intake, spawn: Callable[[Awaitable[None]], None]) -> None:
        self.host = parts.host
        self.viewers = Viewers()
        self.session_problems: list[Problem] = []
        self._reader, self._intake, self._spawn = parts.reader, intake, spawn
        self._asked_for_session_at = float("-inf")
        self._is_asking = False
        self._session_is_known = parts.host.studio_app is None
        self._woken_at = float("-inf")
        self._pace: Pace = "asleep"

    def note_viewer(self) -> None:
        """Somebody looks: the reader is started, or reads at once."""
        was_viewed = self.viewers.is_viewed
        self.viewers.note()
        if not was_viewed:
            self._intake.revision += 1
        if not was_viewed or not self._reader.is_running:
            self._spawn(self.mind())

    @property
    def pace(self) -> Pace:
        """How eagerly AWS is to be asked now."""
        if self.viewers.is_viewed:
            return "viewed"
        return "background" if self._intake.book.running_count else "asleep"

    @property
    def is_waking(self) -> bool:
        """Whether the first answer since the reader was woken may still be under way."""
        return time.monotonic() - self._woken_at < WAKING_SECONDS

    def regions(self) -> list[str]:
        """Give the session's region and every one that a launch of ours went to."""
        launched = {key[1] for key in self._intake.launches.by_key}
        return sorted({*launched, *([self.host.region_id] if self.host.region_id else [])})

    async def mind(self) -> None:
        """Bring the reader to what the moment needs."""
        pace, before = self.pace, self._pace
        self._pace = pace
        if before == "asleep" and pace != "asleep":
            self._woken_at = time.monotonic()
            self._intake.revision += 1
        if pace == "asleep" and self.viewers.seconds_since() > READER_ENDS_SECONDS:
            await self._reader.stop()
        elif pace != "asleep" and self.regions():
            await self._reader.start()
        if self._reader.is_running:
            self._watch()
            if pace == "viewed":
                self._spawn(self._ask_for_session())

    def trouble(self) -> list[Problem]:
        """Say that the reader itself does not run, if so."""
        told = getattr(self._reader, "trouble", None)
        return [replace(problem_from(told), code="reader_trouble")] if told else []

    def _watch(self) -> None:
        followed = self._intake.launches.followed(now_utc(), self._intake.final)
        self._reader.watch(
            regions=self.regions(),
            owner_tags=self.host.owner_tags,
            names=[[region_id, name] for kind, region_id, name in followed if kind == "training"],
            pace=self._pace,
        )

    async def _ask_for_session(self) -> None:
        app, clock = self.host.studio_app, time.monotonic()
        is_denied = any(problem.code == "permission_missing" for problem in self.session_problems)
        wait = DENIED_RETRY_SECONDS if is_denied else SESSION_RETRY_SECONDS
        if app is None or self._is_asking or self._session_is_known or clock - self._asked_for_session_at < wait:
            return
        self._asked_for_session_at, self._is_asking = clock, True
        try:
            self._take_session(await self._describe(app))
        except MlcostError as error:
            self.session_problems = [Problem(code=error.code, message=error.message, hint=error.hint)]
        finally:
            self._is_asking = False
            self._intake.revision += 1

    async def _describe(self, app: StudioApp) -> dict[str, Any]:
        return await self._reader.request(
            "describe_session",
            region_id=self.host.region_id,
            domain_id=app.domain_id,
            space_name=app.space_name,
            app_type=app.app_type,
            app_name=app.app_name,
        )

    def _take_session(self, answer: dict[str, Any]) -> None:
        told = answer.get("problems") or []
        self.session_problems = [problem_from(problem) for problem in told]
        self._session_is_known = not told
        arn = answer.get("space_arn")
        tags = {**self.host.owner_tags, **({"sagemaker:space-arn": arn} if isinstance(arn, str) else {})}
        self.host = replace(
            self.host,
            instance_type=answer.get("instance_type") or self.host.instance_type,
            started_at=time_from_text(answer.get("created_at")) or self.host.started_at,
            volume_gb=answer.get("volume_gb") or self.host.volume_gb,
            owner_tags=tags,
        )
