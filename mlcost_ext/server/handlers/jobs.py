"""GET jobs, GET jobs/<kind>/<name>, POST jobs/<kind>/<name>/stop."""

from __future__ import annotations

import re

from jupyter_server.auth.decorator import authorized
from tornado.web import authenticated

from mlcost_ext.core.errors import UsageError
from mlcost_ext.usecases.listing import JobQuery

from .base import MlcostHandler

MAX_LIMIT = 200


class JobsHandler(MlcostHandler):
    """All jobs of ours that run or ended within a day, a page at a time."""

    @authenticated
    @authorized
    async def get(self) -> None:
        """Answer with a page: `?state=running|ended|<status>&kind=&sort=started|cost|name&limit=≤200&cursor=&scope=`."""
        self.live.note_viewer()
        query = JobQuery(
            state=self.told("state"),
            kind=self.told("kind"),
            sort=self.told("sort") or "started",
            limit=limit_from(self.told("limit") or "50"),
            cursor=self.told("cursor"),
        )
        self.send_document(self.live.jobs(query, self.scope()))

    def told(self, name: str) -> str | None:
        """Give a parameter; None: it is not there, or empty."""
        return self.get_query_argument(name, "") or None


class JobHandler(MlcostHandler):
    """One job."""

    @authenticated
    @authorized
    async def get(self, kind: str, name: str) -> None:
        """Answer with the job, of `?region_id=` where the name is used in several regions."""
        self.send_document(self.live.job(kind, self.wish(name)))


class StopHandler(MlcostHandler):
    """The Stop button: this one is the user's own doing, so it counts as activity."""

    _track_activity = True

    @authenticated
    @authorized
    async def post(self, kind: str, name: str) -> None:
        """Ask AWS to stop a job, a notebook instance or a schedule; answer 202 when AWS has accepted."""
        self.send_document(await self.live.actions.stop(kind, self.wish(name)), 202)


def limit_from(text: str) -> int:
    """Read a page's length, 1 to 200.

    Raises:
        UsageError: It is anything else.
    """
    if not re.fullmatch(r"[0-9]{1,3}", text) or not 1 <= int(text) <= MAX_LIMIT:
        raise UsageError(f"limit cannot be {text[:20]!r}.", f"Ask for 1 to {MAX_LIMIT} jobs.")
    return int(text)


NAME = r"([a-z]+)/([A-Za-z0-9-]{1,63})"
ROUTES = ((r"jobs", JobsHandler), (rf"jobs/{NAME}", JobHandler), (rf"jobs/{NAME}/stop", StopHandler))
