"""``mlcost ledger forget``: delete what was kept of a time, or of somebody."""

from __future__ import annotations

import contextlib
import math
from argparse import ArgumentParser, Namespace
from datetime import datetime, timezone

from mlcost_ext.cli.command import Command
from mlcost_ext.cli.text import clean, print_json
from mlcost_ext.core.errors import UsageError
from mlcost_ext.ledger.database import Database
from mlcost_ext.ledger.launch_store import LaunchStore
from mlcost_ext.ledger.spool_sweep import naming, sweep

from .chosen import ChosenLedger, chosen_ledger, day_of, to_write


def add_arguments(parser: ArgumentParser) -> None:
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--before", metavar="DATE", help="the charges of the days before this one, UTC")
    which.add_argument("--user", metavar="NAME", help="the charges of this user, and the name from what still runs")


def run(options: Namespace) -> int:
    """Forget it; the server must have ended, since it alone writes its ledger while it lives.

    Raises:
        UsageError: It is not said what, or the server lives.
    """
    day = None if options.before is None else day_of(options.before)
    if day is None and not options.user:
        raise UsageError("An empty name is nobody's.", "Say whose charges are to be forgotten.")
    ledger = chosen_ledger(options.server)
    with to_write(ledger) as store:
        gone = store.forget_before(day, datetime.now(timezone.utc).date()) if day is not None else store.forget_user(options.user)
        files, left = swept(ledger, options.user)
    if options.json:
        before = None if day is None else day.isoformat()
        removed = {"rows_removed": gone, "files_removed": files, "files_left": left}
        print_json({"server_id": ledger.server_id, "before": before, "user": options.user, **removed})
    else:
        what = f"before {day}" if day is not None else f"of {clean(options.user, 80)}"
        print(f"Removed {gone:,} rows {what} from the ledger of server {ledger.server_id}.")
        if files:
            print(f"Removed {files:,} spool {plural(files)} of kernels that have ended; the ledger has all of them.")
        if left:
            print(f"The name is still in {left:,} spool {plural(left)}: {KEPT_FOR}")
    return 0


def swept(ledger: ChosenLedger, user: str | None) -> tuple[int, int]:
    """Delete the spool files that the ledger has all of; give how many, and how many are left in which the user is named."""
    with contextlib.closing(Database(ledger.path, is_read_only=True)) as database:
        taken = LaunchStore(database).positions()
    gone = sweep(ledger.home, ledger.server_id, taken, kept_seconds=math.inf, rest_seconds=0)
    return len(gone), len(naming(ledger.home, ledger.server_id, user)) if user else 0


def plural(count: int) -> str:
    return "file" if count == 1 else "files"


KEPT_FOR = "the kernel may run, or its server has not read all of it yet. It goes after MlcostExt.retention_days at the latest."


WORD = Command(
    name="forget", help="Delete what was kept of a time, or of somebody; for good.", add_arguments=add_arguments, run=run
)
