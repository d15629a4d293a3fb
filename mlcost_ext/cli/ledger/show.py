"""``mlcost ledger show``: what was charged, added up by whatever it is asked for."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from datetime import date, datetime, timedelta

from mlcost_ext.cli.command import Command
from mlcost_ext.cli.overview_file import clock_offset, overview_files
from mlcost_ext.cli.text import clean, money, print_json, table
from mlcost_ext.core.charge_documents import Charges
from mlcost_ext.core.errors import UsageError
from mlcost_ext.core.times import UTC
from mlcost_ext.core.wire import to_document
from mlcost_ext.ledger.charge_view import charges, check_period, month_of, read_groups
from mlcost_ext.ledger.charge_words import ESTIMATES, ChargeWords

from .chosen import ChosenLedger, chosen_ledger, day_of, to_read

MAX_CELL = 63
LAST_DAY = date(9999, 12, 30)
WORDS = ChargeWords(clean=lambda text: clean(text, MAX_CELL), money=lambda amount, currency: money(amount, clean(currency, 8)))


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--from", dest="first", metavar="DATE", help="the first day, UTC; the first of this month when left out")
    parser.add_argument("--to", dest="last", metavar="DATE", help="the last day, included; today when left out")
    parser.add_argument(
        "--group-by", default="", metavar="NAMES", help="such as day,service or notebook,tag:team; only the total when left out"
    )


def run(options: Namespace) -> int:
    """Show the sums.

    Raises:
        UsageError: A day or a name is none, or there is no ledger that can be read.
    """
    group_by = read_groups(options.group_by)
    given = None if options.first is None else day_of(options.first), None if options.last is None else day_of(options.last)
    if given[0] and given[1] and given[1] < given[0]:
        raise UsageError(f"{given[1]} is before {given[0]}.", "Say an earlier --from or a later --to.")
    ledger = chosen_ledger(options.server)
    first, after = month_of(now_by(ledger))
    start, end = given[0] or first, after if given[1] is None else min(given[1], LAST_DAY) + timedelta(days=1)
    check_period(start, end)
    with to_read(ledger) as store:
        document = charges(store, start, end, group_by)
    if options.json:
        print_json(to_document(document))
    else:
        print(text(document, ledger))
    return 0


def now_by(ledger: ChosenLedger) -> datetime:
    """Give the time by AWS's clock, as far as the ledger's server knows it."""
    now = datetime.now(UTC)
    files = (file for file in overview_files(ledger.home, now) if file.server_id == ledger.server_id)
    return next((now + clock_offset(file.document) for file in files), now)


def text(document: Charges, ledger: ChosenLedger) -> str:
    """Write the sums as a table."""
    last = date.fromisoformat(document.charge_period_end) - timedelta(days=1)
    as_of = "" if document.as_of is None else f", as of {document.as_of:%Y-%m-%d %H:%M:%S} UTC"
    head = f"{document.charge_period_start} to {last} UTC, server {ledger.server_id}{as_of}."
    groups = [WORDS.row(group, document.group_by) for group in document.groups]
    listing = ["", table([WORDS.headings(document.group_by), *groups])] if groups else []
    totals = [f"Total: {WORDS.total(total)}" for total in document.totals] or ["Nothing was charged."]
    notes = [f"Note: {row.message} {row.hint}" for row in document.data_quality]
    return "\n".join([head, *listing, "", *totals, ESTIMATES, *notes])


WORD = Command(name="show", help="Show what was charged, added up.", add_arguments=add_arguments, run=run)
