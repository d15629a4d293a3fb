"""``mlcost ledger verify``: prove that the ledger's totals equal their parts."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from mlcost_ext.cli.command import Command
from mlcost_ext.cli.text import clean, print_json
from mlcost_ext.core.times import time_to_text

from .chosen import chosen_ledger, to_read

FINE, A_FINDING = 0, 1


def add_arguments(parser: ArgumentParser) -> None:
    del parser  # it takes none of its own


def run(options: Namespace) -> int:
    """Check, and say what is wrong."""
    ledger = chosen_ledger(options.server)
    with to_read(ledger) as store:
        as_of, problems = store.as_of(), store.verify()
    if options.json:
        told = None if as_of is None else time_to_text(as_of)
        print_json({"server_id": ledger.server_id, "as_of": told, "problems": problems})
    else:
        when = "" if as_of is None else f" as of {as_of:%Y-%m-%d %H:%M:%S} UTC"
        fine = f"The ledger of server {ledger.server_id} adds up{when}."
        print("\n".join(clean(problem) for problem in problems) or fine)
    return A_FINDING if problems else FINE


WORD = Command(name="verify", help="Check that all totals equal their parts.", add_arguments=add_arguments, run=run)
