"""``mlcost idle``: whether this machine is idle, since when, and by which evidence."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from decimal import Decimal, InvalidOperation
from typing import Any

from mlcost_ext.core.errors import NotFoundError
from mlcost_ext.core.times import time_from_text
from mlcost_ext.idle.signals.words import span_words

from .command import Command
from .running_server import ask, running_servers
from .text import clean, money, print_json, table

MOST_SIGNALS = 40
NO_SERVER = NotFoundError(
    "No Jupyter server with mlcost-ext answers here.",
    "Start 'jupyter lab' where mlcost-ext is installed; 'mlcost doctor' says what is in the way.",
    code="no_server",
)


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--explain", action="store_true", help="with each signal, its age, and what alone keeps the machine on")


def run(options: Namespace) -> int:
    """Ask the servers of this user that run, and show what each of them says."""
    views = [view for server in running_servers() if (view := ask(server, "mlcost-ext/idle")) and "verdict" in view]
    if not views:
        raise NO_SERVER
    if options.json:
        print_json(views[0])
        return 0
    now = datetime.now(timezone.utc)
    print("\n\n".join(text(view, now, is_explained=options.explain) for view in views))
    return 0


def text(view: Mapping[str, Any], now: datetime, *, is_explained: bool) -> str:
    """Tell one server's verdict."""
    lines = [*verdict_lines(view, now)]
    if is_explained:
        lines += ["", *signal_lines(view, now), *unmeasured_lines(view), "", *setting_lines(view), *native_lines(view)]
    else:
        lines.append("'mlcost idle --explain' shows each signal.")
    return "\n".join(lines)


def verdict_lines(view: Mapping[str, Any], now: datetime) -> list[str]:
    verdict = part(view, "verdict")
    state = clean(str(verdict.get("state")))
    since = time_from_text(verdict.get("since"))
    currency = clean(str(view.get("billing_currency") or "USD"), 3)
    if state == "off":
        return [f"Off. {clean(str(verdict.get('reason') or 'The policy wants no idle verdict.'))}"]
    spans = f" for {span_words(now - since)}, since {clock(since)}" if since else ""
    lines = [f"{state[:1].upper()}{state[1:]}{spans}. {clean(str(verdict.get('reason') or ''))}".rstrip()]
    rate = decimal(verdict.get("cost_per_hour"))
    if state != "active":
        cost = decimal(verdict.get("cost"))
        known = cost is not None and rate is not None
        lines.append(f"That has cost {money(cost, currency)} so far." if known else "What that has cost is not known.")
    lines.append(stop_line(view, verdict))
    waiting = verdict.get("waiting")
    if isinstance(waiting, str):
        at = f", on a machine of {money(rate, currency)} an hour" if rate is not None else ""
        lines.append(f"A kernel waits for {clean(waiting)}, which runs elsewhere{at}.")
    return lines


def stop_line(view: Mapping[str, Any], verdict: Mapping[str, Any]) -> str:
    """Say when it would be stopped, and that nothing is."""
    minutes = clean(str(view.get("timeout_minutes")), 20)
    stops_at = time_from_text(verdict.get("stops_at"))
    note = clean(str(view.get("note") or "In shadow mode nothing is stopped."))
    if stops_at is None:
        return f"It would not be stopped while that goes on, and {minutes} min after it at the earliest. {note}"
    would = "would have been stopped" if verdict.get("is_overdue") is True else "would be stopped"
    return f"It {would} at {clock(stops_at)}, after {minutes} min of idleness. {note}"


def signal_lines(view: Mapping[str, Any], now: datetime) -> list[str]:
    """Show each signal in a row."""
    shown = rows(view, "signals")[:MOST_SIGNALS]
    if not shown:
        return ["No signal has been measured yet."]
    cells = [("signal", "of", "state", "last active", "")]
    cells += [
        (
            clean(str(row.get("title")), 60),
            clean(str(row.get("subject") or "this machine"), 50),
            "keeps it on" if row.get("state") == "active" else clean(str(row.get("state")), 10),
            age(row, now),
            clean(str(row.get("detail") or ""), 120) + (" (nothing else does)" if row.get("holds_alone") is True else ""),
        )
        for row in shown
    ]
    return [table(cells)]


def age(row: Mapping[str, Any], now: datetime) -> str:
    """Tell how long ago a signal was active, or for how long it goes on."""
    since, last = time_from_text(row.get("active_since")), time_from_text(row.get("last_active_at"))
    if since is not None:
        return f"for {span_words(now - since)}"
    return f"{span_words(max(now - last, timedelta(0)))} ago" if last is not None else "never"


def unmeasured_lines(view: Mapping[str, Any]) -> list[str]:
    told = view.get("unmeasured")
    return [f"Not measured: {clean(str(each))}" for each in told[:20]] if isinstance(told, list) else []


def setting_lines(view: Mapping[str, Any]) -> list[str]:
    """Show the idle part of the policy, and what a user may make of it."""
    cells = [("setting", "value", "from", "your own file may make it")]
    cells += [
        tuple(clean(str(row.get(name) or ""), 80) for name in ("place", "value", "origin", "may_be"))  # type: ignore[misc]
        for row in rows(view, "settings")
    ]
    return [table(cells)]


def native_lines(view: Mapping[str, Any]) -> list[str]:
    """Tell what Studio's own idle shutdown says, and for how long we have held it up."""
    native = part(view, "native")
    if not native:
        return []
    lines = [
        "",
        f"Studio's own idle shutdown: {clean(str(native.get('message') or ''))} {clean(str(native.get('hint') or ''))}".rstrip(),
    ]
    currency = clean(str(view.get("billing_currency") or "USD"), 3)
    for stretch in rows(native, "prolonged"):
        start, end = time_from_text(stretch.get("start")), time_from_text(stretch.get("end"))
        if start is None or end is None:
            continue
        names = ", ".join(clean(str(name), 40) for name in stretch.get("signals") or ())
        sure = "" if stretch.get("is_certain") is True else ", at most"
        cost = money(decimal(stretch.get("cost")), currency)
        lines.append(f"  held up from {clock(start)} to {clock(end)}{sure}, for {names}: {cost}")
    return lines


def clock(time: datetime) -> str:
    return f"{time:%Y-%m-%d %H:%M:%S} UTC"


def part(document: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = document.get(name)
    return found if isinstance(found, dict) else {}


def rows(document: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    found = document.get(name)
    return [row for row in found if isinstance(row, dict)] if isinstance(found, list) else []


def decimal(value: object) -> Decimal | None:
    """Read an amount; None: there is none."""
    try:
        return Decimal(value) if isinstance(value, str) else None
    except InvalidOperation:
        return None


COMMAND = Command(
    name="idle", help="Say whether this machine is idle, since when, and why.", add_arguments=add_arguments, run=run
)
