"""POST policy/replay: what a policy would have stopped, and blocked, by what was recorded; nothing is stopped or changed."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from jupyter_server.auth.decorator import authorized
from tornado.web import authenticated

from mlcost_ext.core.errors import UsageError

from .base import MlcostHandler

DAYS, MOST_DAYS = 30, 366
MAX_TEXT = 1_000_000
MAX_BODY_BYTES = 8_000_000
"""JSON may write a letter of a policy in six bytes."""
MEMBERS = ("days", "policy")
HINT = 'Send {"days": 30, "policy": "…"}, or leave out what is as it is.'


class PolicyReplayHandler(MlcostHandler):
    """What a policy would have done in the last days."""

    @authenticated
    @authorized
    async def post(self) -> None:
        """Answer with a Replay; a policy's text stands in the place of all layers, and files are never read by name."""
        days, text = await asyncio.to_thread(read_wish, self.request.body)
        self.send_document(await self.live.replays.replay(days, text))


def read_wish(body: bytes) -> tuple[int, str | None]:
    """Read a request's body: the days, and the policy's text, or None for the one in force.

    Raises:
        UsageError: It is too long, no JSON object, or one of its members is not what it should be.
    """
    if len(body) > MAX_BODY_BYTES:
        raise UsageError("The request's body is longer than 8 MB.", HINT)
    said = object_in(body)
    unknown = sorted(said.keys() - set(MEMBERS))
    if unknown:
        raise UsageError(f"A replay has no {unknown[0][:40]!r}.", HINT)
    days, text = said.get("days", DAYS), said.get("policy")
    if type(days) is not int or not 1 <= days <= MOST_DAYS:
        raise UsageError(f"days is no whole number from 1 to {MOST_DAYS}.", HINT)
    if text is not None and (not isinstance(text, str) or len(text) > MAX_TEXT):
        raise UsageError(f"policy is no text of up to {MAX_TEXT:,} letters.", "Send the policy's YAML as one text.")
    return days, text


def object_in(body: bytes) -> dict[str, Any]:
    """Read a JSON object; without a body it is an empty one.

    Raises:
        UsageError: It is anything else.
    """
    try:
        said = json.loads(body or b"{}")
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict):
        raise UsageError("The request's body is no JSON object.", HINT)
    return said


ROUTES = ((r"policy/replay", PolicyReplayHandler),)
