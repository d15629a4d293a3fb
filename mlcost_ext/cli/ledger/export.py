"""``mlcost ledger export``: the charges as a file that other tools of finance read."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from mlcost_ext.cli.command import Command
from mlcost_ext.cli.text import clean, money, print_json
from mlcost_ext.core.errors import UsageError
from mlcost_ext.core.ledger import ChargeRecord
from mlcost_ext.core.money import to_wire
from mlcost_ext.core.times import time_to_text
from mlcost_ext.ledger.charge_store import ChargeStore
from mlcost_ext.ledger.focus import FOCUS_VERSION, Tally, check_target, export

from .chosen import ChosenLedger, chosen_ledger, day_of, to_read, unusable

FIRST, LAST = date(1970, 1, 1), date(9999, 12, 30)
NOT_BILLED = "None of it is billed: BilledCost, EffectiveCost and InvoiceId are empty, since only a bill knows them."


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--format", choices=("focus",), default="focus", help="focus: FOCUS 1.2")
    parser.add_argument("--out", metavar="FILE", required=True, help="the file to write; its name ends in .parquet or .csv")
    parser.add_argument("--from", dest="first", metavar="DATE", help="the first day, UTC; the ledger's first when left out")
    parser.add_argument("--to", dest="last", metavar="DATE", help="the last day, included; today when left out")


def run(options: Namespace) -> int:
    """Write the file, and say what is in it.

    Raises:
        UsageError: The file cannot be written, there is nothing to write, or a day is none.
    """
    path = Path(options.out)
    check_target(path)
    first = FIRST if options.first is None else day_of(options.first)
    last = LAST if options.last is None else min(day_of(options.last), LAST)
    if last < first:
        raise UsageError(f"{last} is before {first}.", "Say an earlier --from or a later --to.")
    ledger = chosen_ledger(options.server)
    with to_read(ledger) as store:
        as_of = store.as_of()
        tally = export(records(store, ledger, first, last), path)
    if options.json:
        print_json(document(options, ledger, as_of, tally))
    else:
        print("\n".join(lines(path, ledger, as_of, tally)))
    return 0


def records(store: ChargeStore, ledger: ChosenLedger, first: date, last: date) -> Iterator[ChargeRecord]:
    """Give the charges; a ledger that cannot be read is not taken for a file that cannot be written."""
    try:
        yield from store.records(first, last + timedelta(days=1))
    except OSError as error:
        raise unusable(ledger, error, "read") from None


def document(options: Namespace, ledger: ChosenLedger, as_of: datetime | None, tally: Tally) -> dict[str, Any]:
    """Write what was exported as JSON."""
    return {
        "server_id": ledger.server_id,
        "as_of": None if as_of is None else time_to_text(as_of),
        "format": options.format,
        "focus_version": FOCUS_VERSION,
        "path": options.out,
        "from": options.first,
        "to": options.last,
        "rows": tally.rows,
        "unpriced": tally.unpriced,
        "corrections": tally.corrections,
        "list_cost": {unit: to_wire(cost) for unit, cost in sorted(tally.list_cost.items())},
        "contracted_cost": {unit: to_wire(cost) for unit, cost in sorted(tally.contracted_cost.items())},
    }


def lines(path: Path, ledger: ChosenLedger, as_of: datetime | None, tally: Tally) -> list[str]:
    """Write what was exported for a terminal."""
    when = "" if as_of is None else f", as of {as_of:%Y-%m-%d %H:%M:%S} UTC"
    costs = ", ".join(money(cost, unit) for unit, cost in sorted(tally.contracted_cost.items())) or "nothing that has a price"
    said = [f"{clean(str(path))}: {tally.rows:,} charges of server {ledger.server_id}{when}; {costs}."]
    if tally.unpriced:
        said.append(f"{tally.unpriced:,} of them have no price, so they are in no sum: x_IsUnpriced.")
    return [*said, NOT_BILLED]


WORD = Command(name="export", help="Write the charges to a file, in the columns of FOCUS.", add_arguments=add_arguments, run=run)
