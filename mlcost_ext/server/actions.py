"""What a user asks AWS to do: stop, delete, release. Nothing here is done unasked."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from logging import Logger
from typing import Any, Literal, TypeVar

from mlcost_ext.core.documents import StopAccepted
from mlcost_ext.core.errors import MlcostError, NotAllowedError, NotFoundError
from mlcost_ext.core.ports import AwsReader
from mlcost_ext.core.standing_documents import AppDetail, EndpointDetail
from mlcost_ext.usecases.meter import MeteredJob
from mlcost_ext.usecases.standing import MeteredStanding
from mlcost_ext.usecases.standing_rows import app_row, endpoint_row, part_rows
from mlcost_ext.usecases.watch import key_of

from .confirmation import Confirmations
from .intake import Intake, do_nothing
from .minder import Minder

Scope = Literal["mine", "account"]
Found = TypeVar("Found")

FOLLOW_UP_SECONDS = (0.5, 1.5, 3.0, 5.0, 10.0)
"""When something that was told to end is looked at again."""
STANDING_STOPS = ("notebook", "schedule")
"""What stands and can be stopped and started again, unlike an endpoint or an app, which is deleted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is asked for, as the request names it."""

    name: str
    region_id: str | None
    """None: there is only one region that uses the name."""
    scope: Scope = "mine"
    body: Mapping[str, Any]


class Actions:
    """Find what is meant, make sure it is meant, and ask AWS."""

    def __init__(
        self,
        reader: AwsReader,
        intake: Intake,
        minder: Minder,
        *,
        scope_account: bool,
        spawn: Callable[[Awaitable[None]], None],
        changed: Callable[[], None],
        log: Logger,
    ) -> None:
        self._reader, self._intake, self._minder, self._log = reader, intake, minder, log
        self._scope_account, self._spawn, self._changed = scope_account, spawn, changed
        self._confirmations = Confirmations()
        self.on_delete: Callable[[MeteredStanding], None] = do_nothing
        """Told of each thing that AWS has accepted to delete."""

    # -- finding ----------------------------------------------------------------------------

    def check_scope(self, scope: Scope) -> None:
        """Make sure that others' things may be asked for, where they are.

        Raises:
            NotAllowedError: The account's scope is not switched on.
        """
        if scope == "account" and not self._scope_account:
            hint = "An administrator switches it on by c.MlcostExt.scope_account = True in jupyter_server_config.py."
            raise NotAllowedError("What others of the account run is not shown here.", hint, code="scope_not_allowed")

    def job(self, kind: str, wish: Wish) -> tuple[MeteredJob, bool]:
        """Give one job, and whether it is ours.

        Raises:
            NotFoundError: None has that name.
        """
        self.check_scope(wish.scope)
        books = self._intake.books
        ours = [m for m in books.ours.named(kind, wish.name) if self._intake.is_ours(m.job)]
        others = books.others.named(kind, wish.name) if wish.scope == "account" else []
        named = [(m, True) for m in ours] + [(m, False) for m in others]
        found = [(m, mine) for m, mine in named if wish.region_id in (None, m.job.region_id)]
        return the_one(found, f"{kind} job", wish.name)

    def standing(self, kind: str, wish: Wish) -> MeteredStanding:
        """Give one thing that stands.

        Raises:
            NotFoundError: None has that name.
        """
        self.check_scope(wish.scope)
        name = wish.name.replace(".", "/") if kind == "app" else wish.name
        named = [m for m in self._intake.standing.named(kind, name) if m.is_mine or wish.scope == "account"]
        found = [m for m in named if wish.region_id in (None, m.standing.region_id)]
        return the_one(found, TITLES[kind], wish.name)

    def endpoint(self, wish: Wish) -> EndpointDetail:
        """Give an endpoint, and the token that its delete wants."""
        metered, now = self.standing("endpoint", wish), self._intake.aws_time()
        token, until = self._confirmations.give(metered.standing, now)
        row = endpoint_row(metered, now, parts=part_rows(metered, self._intake.prices))
        return EndpointDetail(endpoint=row, confirmation_token=token, expires_at=until)

    def app(self, wish: Wish) -> AppDetail:
        """Give a Studio app, and the token that its stop wants."""
        metered, now = self.standing("app", wish), self._intake.aws_time()
        token, until = self._confirmations.give(metered.standing, now)
        it = metered.standing
        space = self._intake.standing.get(("space", it.region_id, it.parent or ""))
        return AppDetail(app=app_row(metered, space, self._minder.host, now), confirmation_token=token, expires_at=until)

    # -- asking AWS -------------------------------------------------------------------------

    async def stop(self, kind: str, wish: Wish) -> StopAccepted:
        """Ask AWS to stop a job, a notebook instance or a schedule.

        Raises:
            NotFoundError: None has that name.
            NotAllowedError: It has ended already, or it is somebody else's and was not named once more.
            MlcostError: AWS refused, with what to do.
        """
        if kind in STANDING_STOPS:
            return await self._stop_standing(kind, wish)
        metered, is_mine = self.job(kind, wish)
        job = metered.job
        check_named(wish, is_mine=is_mine)
        if not job.is_running:
            message = f"{job.name} has ended already: {job.status}."
            raise NotAllowedError(message, "Nothing needs to be stopped.", code="already_ended")
        await self._ask("stop", kind=kind, region_id=job.region_id, name=job.name)
        self._spawn(self._follow(*key_of(job)))
        return StopAccepted(name=job.name, status="Stopping")

    async def _stop_standing(self, kind: str, wish: Wish) -> StopAccepted:
        metered = self.standing(kind, wish)
        check_named(wish, is_mine=metered.is_mine)
        self._check_can_end(metered)
        it = metered.standing
        await self._ask("stop", kind=kind, region_id=it.region_id, name=it.name)
        self._spawn(self._follow(kind, it.region_id, it.name))
        return StopAccepted(name=it.name, status="Stopping")

    async def delete(self, kind: Literal["endpoint", "app"], wish: Wish) -> StopAccepted:
        """Ask AWS to delete an endpoint or an app.

        Raises:
            NotFoundError: None has that name.
            NotAllowedError: It was not confirmed, or AWS would not take it now.
            MlcostError: AWS refused, with what to do.
        """
        metered = self.standing(kind, wish)
        it = metered.standing
        self._confirmations.check(it, wish.body.get("confirmation_token"), self._intake.aws_time())
        check_named(wish, is_mine=metered.is_mine)
        self._check_can_end(metered)
        await self._ask("delete", kind=kind, region_id=it.region_id, name=it.name)
        self.on_delete(metered)
        self._spawn(self._follow(kind, it.region_id, it.name))
        return StopAccepted(name=wish.name, status="Deleting")

    async def release(self, wish: Wish) -> StopAccepted:
        """Ask AWS to give the instances back that a training job has left behind.

        Raises:
            NotFoundError: None has that name.
            NotAllowedError: It is somebody else's and was not named once more.
            MlcostError: AWS refused, with what to do.
        """
        metered = self.standing("warm-pool", wish)
        check_named(wish, is_mine=metered.is_mine)
        it = metered.standing
        await self._ask("release_warm_pool", region_id=it.region_id, name=it.name)
        self._spawn(self._follow("training", it.region_id, it.name))
        return StopAccepted(name=it.name, status="Terminated")

    def _check_can_end(self, metered: MeteredStanding) -> None:
        it = metered.standing
        if self._minder.is_own(it):
            message = f"{it.space_name or it.name} is the machine you are working on."
            raise NotAllowedError(message, "Save your work and stop it from Studio or the console.", code="own_machine")
        if not it.can_end:
            message = f"{it.name} cannot be ended while it is {it.status}."
            raise NotAllowedError(message, "Wait until its status has changed.", code="not_now")

    async def _ask(self, op: str, **fields: Any) -> None:
        self._minder.note_viewer()  # somebody waits: the reader is not ended under way
        await self._reader.start()
        await self._reader.request(op, **fields)
        self._log.info("mlcost-ext asked AWS: %s %s %s, as its user told it to.", op, fields.get("kind", ""), fields["name"])

    async def _follow(self, kind: str, region_id: str, name: str) -> None:
        """Look a few times at what was told to end, so that the screen knows soon."""
        for pause in FOLLOW_UP_SECONDS:
            await asyncio.sleep(pause)
            try:
                answer = await self._reader.request("describe", kind=kind, region_id=region_id, name=name)
            except MlcostError as error:
                if error.code != "not_found":
                    raise
                answer = {}
            if answer.get("item") is None:
                self._intake.take_gone(kind, region_id, [name])
                self._changed()
                return
            self._intake.take_description(kind, answer["item"])
            self._changed()


TITLES = {
    "endpoint": "endpoint",
    "app": "app",
    "notebook": "notebook instance",
    "schedule": "monitoring schedule",
    "warm-pool": "warm pool",
}


def the_one(found: list[Found], what: str, name: str) -> Found:
    """Give the only one found.

    Raises:
        NotFoundError: There is none, or there are several.
    """
    if not found:
        raise NotFoundError(f"No {what} of yours is called {name}.", "Look at the list; only your own are there.")
    if len(found) > 1:
        raise NotFoundError(f"Several regions have a {what} called {name}.", "Say which with ?region_id=.", code="ambiguous")
    return found[0]


def check_named(wish: Wish, *, is_mine: bool) -> None:
    """Make sure that what is somebody else's was named a second time.

    Raises:
        NotAllowedError: It was not.
    """
    if not is_mine and wish.body.get("confirmed_name") != wish.name:
        message = f"{wish.name} is not yours: whoever ends it for others says its name twice."
        raise NotAllowedError(message, "Send its name as confirmed_name.", code="confirmation_needed")
