"""``mlcost ledger forget``: delete what was kept of a time, or of somebody."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from mlcost_ext.cli.command import Command
from mlcost_ext.cli.text import clean, print_json
from mlcost_ext.core.errors import UsageError

from .chosen import chosen_ledger, day_of, to_write


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
        gone = store.forget_before(day) if day is not None else store.forget_user(options.user)
    if options.json:
        before = None if day is None else day.isoformat()
        print_json({"server_id": ledger.server_id, "before": before, "user": options.user, "rows_removed": gone})
    else:
        what = f"before {day}" if day is not None else f"of {clean(options.user, 80)}"
        print(f"Removed {gone:,} rows {what} from the ledger of server {ledger.server_id}.")
    return 0


WORD = Command(
    name="forget", help="Delete what was kept of a time, or of somebody; for good.", add_arguments=add_arguments, run=run
)
