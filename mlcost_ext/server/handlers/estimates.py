"""POST estimates: what a launch would cost; nothing is launched, and AWS is asked nothing."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from jupyter_server.auth.decorator import authorized
from tornado.web import authenticated

from mlcost_ext.core.errors import UsageError
from mlcost_ext.core.region import checked_region
from mlcost_ext.usecases.estimate_numbers import finite, no_number, read_input_gb

from .base import MlcostHandler

MAX_BODY_BYTES = 10 * 1024 * 1024
MAX_DEPTH = 64
"""Of objects and lists in each other; AWS's own requests are about ten deep."""
MAX_HOURS = 8784
"""Those of a leap year."""
MEMBERS = ("kind", "region_id", "request", "hours", "input_gb")
HINT = 'Send {"request": {…}} as for the AWS operation, with kind, region_id, hours and input_gb where they are known.'
HOURS = re.compile(r"[0-9]{1,12}(\.[0-9]{1,12})?")
MAX_WORD = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class EstimateWish:
    """A launch to be estimated."""

    kind: str | None
    """None: it is to be found from the request's shape."""
    region_id: str | None
    """None: the session's own."""
    request: Mapping[str, Any]
    """As the AWS operation takes it."""
    hours: Decimal | None
    """How long it will take, above 0 to 8784; None: that is not known."""
    input_bytes: int | None
    """How large the data is that one run reads; None: as S3 has lately listed it, where it has."""


class EstimatesHandler(MlcostHandler):
    """What a launch would cost."""

    @authenticated
    @authorized
    async def post(self) -> None:
        """Answer with an Estimate; a long request is read in a thread, and one launch at a time is estimated."""
        wish = await asyncio.to_thread(read_wish, self.request.body)
        region_id = wish.region_id or self.live.region_id
        if region_id is None:
            raise UsageError("No AWS region is set.", "Add region_id, such as us-east-1.", code="region_missing")
        async with self.live.estimating:
            known = (wish.hours, wish.input_bytes)
            found = await asyncio.to_thread(self.live.judged.estimate, wish.kind, wish.request, region_id, *known)
        self.send_document(found)


def read_wish(body: bytes) -> EstimateWish:
    """Read a request's body, 10 MB of JSON at most.

    Raises:
        UsageError: It is too long, no JSON object, or one of its members is not what it should be.
    """
    if len(body) > MAX_BODY_BYTES:
        raise UsageError("The request's body is longer than 10 MB.", "Send the request without the data it names.")
    said = object_in(body)
    unknown = sorted(said.keys() - set(MEMBERS))
    if unknown:
        raise UsageError(f"An estimate has no {unknown[0][:MAX_WORD]!r}.", f"Send only {', '.join(MEMBERS)}.")
    if not isinstance(said.get("request"), dict):
        raise UsageError("request is missing, or is no JSON object.", HINT)
    check_depth(said["request"])
    return EstimateWish(
        kind=word_in(said, "kind", "Write it like training, or leave it out."),
        region_id=region_in(said),
        request=said["request"],
        hours=hours_in(said.get("hours")),
        input_bytes=read_input_gb(said.get("input_gb"), "input_gb"),
    )


def object_in(body: bytes) -> dict[str, Any]:
    """Read a JSON object without NaN and infinities.

    Raises:
        UsageError: It is anything else.
    """
    try:
        said = json.loads(body, parse_constant=no_number, parse_float=finite)
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict):
        raise UsageError("The request's body is no JSON object.", HINT)
    return said


def check_depth(request: dict[str, Any]) -> None:
    """Make sure that whoever goes through a request comes to its end.

    Raises:
        UsageError: It is more than 64 objects and lists deep.
    """
    level: list[Any] = [request]
    for _ in range(MAX_DEPTH):
        children = (child for each in level for child in (each.values() if isinstance(each, dict) else each))
        level = [child for child in children if isinstance(child, (dict, list))]
        if not level:
            return
    raise UsageError(f"request is more than {MAX_DEPTH} objects and lists deep.", "Send it as for the AWS operation.")


def word_in(said: Mapping[str, Any], name: str, hint: str) -> str | None:
    """Read a text; None: it is null, empty or not there.

    Raises:
        UsageError: It is anything else.
    """
    word = said.get(name)
    if word is not None and not isinstance(word, str):
        raise UsageError(f"{name} is no text.", hint)
    return word or None


def region_in(said: Mapping[str, Any]) -> str | None:
    """Read the region; None: it is not said.

    Raises:
        UsageError: It is none.
    """
    region_id = word_in(said, "region_id", "Write it like us-east-1, or leave it out.")
    return None if region_id is None else checked_region(region_id)


def hours_in(said: object) -> Decimal | None:
    """Read hours, a number or a decimal text; None: they are not said.

    Raises:
        UsageError: They are no number above 0 and up to 8784.
    """
    if said is None:
        return None
    is_number = isinstance(said, (int, float)) and not isinstance(said, bool)
    is_text = isinstance(said, str) and HOURS.fullmatch(said) is not None
    hours = Decimal(str(said)) if is_number or is_text else Decimal(0)
    if not 0 < hours <= MAX_HOURS:
        raise UsageError(f"hours is no number above 0 and up to {MAX_HOURS}.", "Write it like 1.5, or leave it out.")
    return hours


ROUTES = ((r"estimates", EstimatesHandler),)
