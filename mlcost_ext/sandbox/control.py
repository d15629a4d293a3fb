"""What may be ordered over the control path, by tests and benchmarks: one JSON object a message.

``{"operation": "Search", ...}``
    A bad day (``bad_days.BadDay`` has its members): ``code``, ``hang_seconds``, ``spoil``, ``per_second``, ``chance`` ...
``{"clock_offset_seconds": 400}``
    AWS's clock is that far ahead; requests signed more than five minutes from it are refused.
``{"index_lag_seconds": 30}``
    Search knows what was true so long ago.
``{"clear": true}``
    Ends all of these.
``{"raw_job": {...}}``, ``{"raw_thing": {"kind", "name", "description", "tags"}}``
    Adds a training job overlaid with those members (null leaves one out), or a thing of any kind described like that.
``{"traffic": {"endpoint", "variant", "per_day", "since", "until"}}``
    Lets an endpoint's variant be called; times in seconds since 1970.
``{"churn": {"per_minute": 20, "kinds": {"training": 15, "endpoint": 2}}}``, ``{"churn": null}``
    Starts and ends so many things a minute; what AWS adds to that (Stopping, InService, children) comes on top.
``{"report": "changes", "since": t}``
    Answers ``{"changes": [{"kind", "region_id", "name", "status", "at"}], "now"}``, times as ISO 8601 by AWS's clock.
``{"report": "calls", "since": t}``
    Answers ``{"calls": [{"at", "service", "operation", "region_id"}], "now"}``, times in seconds since 1970 by this machine's
    clock: what was asked from then on, refused or not, the first one first, of the last 20,000 calls. ``operation`` is the
    HTTP method where only moto knows which operation that is, as of S3. Control messages are not among them.

A region other than the demo's is named by ``region_id`` beside the message.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta, timezone
from time import time
from typing import Any

from mlcost_ext.sandbox.account import Account
from mlcost_ext.sandbox.bad_days import BadDay, BadDays
from mlcost_ext.sandbox.changes import changes
from mlcost_ext.sandbox.churn import churn_of
from mlcost_ext.sandbox.names import REGION_ID
from mlcost_ext.sandbox.raw_thing import RawThing
from mlcost_ext.sandbox.seed_job import raw_job
from mlcost_ext.sandbox.traffic import Traffic

Wish = Mapping[str, Any]
NotedCall = tuple[float, str, str, str]
"""A call to AWS: when, of which service, which operation, in which region."""

_DONE: Mapping[str, Any] = {"message": "done"}


def order(account: Account, bad_days: BadDays, wish: Wish, calls: Collection[NotedCall] = ()) -> Mapping[str, Any]:
    """Carry out a control message.

    Args:
        account: What it is about.
        bad_days: Those there are.
        wish: The message.
        calls: What AWS was asked, the first one first; others may be noted meanwhile.

    Raises:
        ValueError: Where the message makes no sense.
    """
    if wish.get("clear"):
        _clear(account, bad_days)
        return _DONE
    if "report" in wish:
        return _report(account, wish, calls)
    for key, carry_out in _ORDERS.items():
        if key in wish:
            carry_out(account, wish)
            return _DONE
    try:
        bad_days.days.append(BadDay(**wish))
    except TypeError as error:
        raise ValueError(str(error)) from None
    return _DONE


def _clear(account: Account, bad_days: BadDays) -> None:
    """End all bad days; what was put into the account stays."""
    bad_days.days.clear()
    bad_days.random.seed(0)
    account.set_clock_offset(timedelta(0))
    account.set_lag(timedelta(0))


def _report(account: Account, wish: Wish, calls: Collection[NotedCall]) -> Mapping[str, Any]:
    """Tell what has changed, or was asked, since a moment, as ISO 8601 or seconds since 1970."""
    since = wish.get("since", 0)
    if isinstance(since, str):
        since = datetime.fromisoformat(since.replace("Z", "+00:00")).timestamp()
    if wish["report"] == "changes":
        return {"changes": changes(account, _moment(since)), "now": account.clock().isoformat()}
    if wish["report"] == "calls":
        return _calls(calls, float(since))
    raise ValueError("there are reports of changes and of calls")


def _calls(calls: Collection[NotedCall], since: float) -> Mapping[str, Any]:
    """List what was asked since a moment; ``now`` is that of the next report."""
    now = time()
    found = [call for call in list(calls) if call[0] >= since]  # a copy: others go on asking
    names = ("at", "service", "operation", "region_id")
    return {"calls": [dict(zip(names, call, strict=True)) for call in found], "now": now}


def _raw_job(account: Account, wish: Wish) -> None:
    """Add a training job whose description is overlaid with those members; null leaves one out."""
    account.is_sound = False
    account.add(raw_job(account, wish["raw_job"], str(wish.get("region_id", REGION_ID))))


def _raw_thing(account: Account, wish: Wish) -> None:
    """Add a thing of any kind whose description is whatever the message says."""
    account.is_sound = False
    raw = wish["raw_thing"]
    account.put(
        RawThing(
            kind=str(raw["kind"]),
            name=str(raw["name"]),
            region_id=str(wish.get("region_id", REGION_ID)),
            tags=dict(raw.get("tags", {})),
            created_at=account.clock(),
            description=dict(raw["description"]),
        )
    )


def _skew(account: Account, wish: Wish) -> None:
    account.set_clock_offset(timedelta(seconds=float(wish["clock_offset_seconds"])))


def _lag(account: Account, wish: Wish) -> None:
    account.set_lag(timedelta(seconds=float(wish["index_lag_seconds"])))


def _traffic(account: Account, wish: Wish) -> None:
    """Let an endpoint's variant be called: ``{"endpoint", "variant", "per_day", "since", "until"}``, times since 1970."""
    told = wish["traffic"]
    region_id, endpoint, variant = str(wish.get("region_id", REGION_ID)), str(told["endpoint"]), str(told["variant"])
    until = told.get("until")
    account.traffic[region_id, endpoint, variant] = Traffic(
        seed=f"{endpoint}/{variant}",
        per_day=float(told["per_day"]),
        since=_moment(told.get("since", 0)),
        until=None if until is None else _moment(until),
    )


def _churn(account: Account, wish: Wish) -> None:
    """Start and stop things at a steady rate from now on; null ends it."""
    account.doings.clear()
    if wish["churn"] is not None:
        account.doings.append(churn_of(wish["churn"], account.clock(), str(wish.get("region_id", REGION_ID))))


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(float(seconds), timezone.utc)


_ORDERS: Mapping[str, Callable[[Account, Wish], None]] = {
    "raw_job": _raw_job,
    "raw_thing": _raw_thing,
    "clock_offset_seconds": _skew,
    "index_lag_seconds": _lag,
    "traffic": _traffic,
    "churn": _churn,
}
