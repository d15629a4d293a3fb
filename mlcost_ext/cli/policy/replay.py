"""``mlcost policy replay``: what a policy would have stopped and saved in the last days, by what was recorded of them."""

from __future__ import annotations

import contextlib
from argparse import ArgumentParser, Namespace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from mlcost_ext.cli.command import Command
from mlcost_ext.cli.text import clean, money, print_json, table
from mlcost_ext.core.errors import UsageError
from mlcost_ext.core.idle_documents import Replay, ReplayedStop
from mlcost_ext.core.times import UTC
from mlcost_ext.core.wire import to_document
from mlcost_ext.core.words import span

if TYPE_CHECKING:
    from mlcost_ext.cli.ledger.chosen import ChosenLedger
    from mlcost_ext.policy_files.compiling import PolicyInForce
    from mlcost_ext.usecases.replay import Recorded

DAYS, MOST_DAYS = 30, 366
HEADINGS = ("Stop", "Idle since", "Until", "Last activity", "Saves", "")
MOST_SHOWN = 50
MAX_CELL, MAX_LINE = 60, 1500
BEGINS = "Recording begins when JupyterLab runs with mlcost-ext and a policy whose idle.mode is shadow or on."
OFF = "By this policy idle.mode is off, so nothing would be stopped."


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--days", metavar="N", type=int, default=DAYS, help=f"how many days up to now, {DAYS} when left out")
    parser.add_argument("--policy", metavar="FILE", help="a file that stands in the place of all layers")
    parser.add_argument("--server", metavar="ID", help="whose record; the server's that 'mlcost jobs' shows when left out")


def run(options: Namespace) -> int:
    """Replay it.

    Raises:
        UsageError: The days are none, the policy that is named has faults, or there is no ledger that can be read.
    """
    # The other commands do without what this stands on.
    from mlcost_ext.cli.estimate import refuse_faults
    from mlcost_ext.cli.ledger.chosen import chosen_ledger
    from mlcost_ext.kernel_wiring import policy_files
    from mlcost_ext.usecases.replay import replay

    if not 1 <= options.days <= MOST_DAYS:
        raise UsageError(f"--days {options.days} is not from 1 to {MOST_DAYS}.", f"Write it like --days {DAYS}.")
    now = policy_files(named=options.policy).in_force()
    if options.policy is not None:
        refuse_faults(now.faults)
    end = datetime.now(UTC)
    start = end - timedelta(days=options.days)
    ledger = chosen_ledger(options.server)
    found = replay(recorded(ledger, start, end), now.policy, start, end)
    if options.json:
        print_json(to_document(found))
    else:
        print("\n".join(lines(found, now, ledger, options.days)))
    return 0


def recorded(ledger: ChosenLedger, start: datetime, end: datetime) -> Recorded:
    """Read what was recorded of a time; its server goes on writing.

    Raises:
        UsageError: It cannot be read.
    """
    from mlcost_ext.cli.ledger.chosen import unusable
    from mlcost_ext.ledger.activity_store import ActivityStore
    from mlcost_ext.ledger.decided_rules import decided_rules
    from mlcost_ext.ledger.focus.frozen import FrozenDatabase
    from mlcost_ext.usecases.replay import Recorded

    try:
        with contextlib.closing(FrozenDatabase(ledger.path)) as database:
            store = ActivityStore(database)
            launches = decided_rules(database, start, end)
            return Recorded(runs=store.runs(start, end), since=store.recorded_since(), launches=launches)
    except OSError as error:
        raise unusable(ledger, error, "read") from None


def lines(found: Replay, now: PolicyInForce, ledger: ChosenLedger, days: int) -> list[str]:
    """Write a replay for a terminal."""
    told = [*found.notes, *(f"Fault: {clean(str(fault), MAX_LINE)}" for fault in now.faults)]
    if not found.observed_seconds:
        return [nothing(found, ledger, days), launches_line(found), *told]
    head = (
        f"{found.start:%Y-%m-%d %H:%M} to {found.end:%Y-%m-%d %H:%M} UTC, server {ledger.server_id}: "
        f"observed for {span(found.observed_seconds)}, idle for {span(found.idle_seconds)} of it; "
        f"recorded since {found.recorded_since:%Y-%m-%d %H:%M}."
    )
    shown = found.stops[-MOST_SHOWN:]
    listing = ["", table([HEADINGS, *(row_of(stop) for stop in shown)])] if shown else []
    more = [f"{found.stops_count - len(shown)} earlier ones are not shown."] if found.stops_count > len(shown) else []
    total = OFF if now.policy.is_disabled or now.policy.idle.mode == "off" else summary(found)
    return [head, *listing, *more, "", total, launches_line(found), *told]


def nothing(found: Replay, ledger: ChosenLedger, days: int) -> str:
    """Say that nothing was recorded, and since when recording runs."""
    if found.recorded_since is None:
        return f"Server {ledger.server_id} has recorded no activity yet. {BEGINS}"
    since = f"{found.recorded_since:%Y-%m-%d %H:%M} UTC"
    return f"Nothing was recorded in the last {counted(days, 'day')}; server {ledger.server_id} has recorded since {since}."


def row_of(stop: ReplayedStop) -> tuple[str, ...]:
    """Write a stop as a row."""
    times = (f"{stop.at:%Y-%m-%d %H:%M}", f"{stop.idle_since:%m-%d %H:%M}", f"{stop.until:%m-%d %H:%M}")
    return *times, clean(stop.last_signal, MAX_CELL), money(stop.saved, clean(stop.billing_currency, 8)), judgement(stop)


def judgement(stop: ReplayedStop) -> str:
    """Say whether a stop would have been right, and else why not."""
    reasons = [f"was running: {clean(name, MAX_CELL)}" for name in stop.was_running[:2]]
    if stop.returned_within_minutes is not None:
        reasons.append(f"back within {stop.returned_within_minutes} min")
    return f"wrong, {', '.join(reasons)}" if stop.is_wrong else "right"


def summary(found: Replay) -> str:
    """Sum a replay up in a sentence or two."""
    wrong = f"{found.wrong_count} of them wrong" if found.wrong_count else "none of them wrong"
    stops = "no stop" if not found.stops_count else f"{counted(found.stops_count, 'stop')}, {wrong}"
    text = f"With a timeout of {found.timeout_minutes} min there would have been {stops}"
    if found.stops_count > found.wrong_count:
        text += f"; those that are right would have saved {money(found.saved, clean(found.billing_currency, 8))}"
    return f"{text}.{f' {unpriced(found)}' if found.unpriced else ''}"


def unpriced(found: Replay) -> str:
    """Say what the sum lacks."""
    return f"Of {counted(found.unpriced, 'stop')} no price in {clean(found.billing_currency, 8)} is known, so the sum lacks them."


def launches_line(found: Replay) -> str:
    """Say what it would have asked about, and blocked."""
    asked, blocked = counted(found.would_ask, "launch"), counted(found.would_block, "launch")
    return f"It would have asked about {asked} and blocked {blocked}, by the findings that were recorded."


def counted(number: int, noun: str) -> str:
    many = f"{noun}es" if noun.endswith("h") else f"{noun}s"
    return f"{number:,} {noun if number == 1 else many}"


WORD = Command(name="replay", help="Try a policy on the last days that were recorded.", add_arguments=add_arguments, run=run)
