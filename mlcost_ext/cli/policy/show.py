"""``mlcost policy show``: the policy in force here, and where each value of it is from."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from datetime import date, datetime
from typing import TYPE_CHECKING

from mlcost_ext.cli.command import Command
from mlcost_ext.cli.text import clean, print_json, table
from mlcost_ext.core.times import UTC

if TYPE_CHECKING:
    from mlcost_ext.policy_files.compiling import PolicyInForce

MAX_LINE = 1500
HEADINGS = ("Value", "", "From")


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--policy", metavar="FILE", help="a file that stands in the place of all layers")


def run(options: Namespace) -> int:
    """Show it.

    Returns:
        1 where a file has faults.
    """
    # The other commands do without what this stands on.
    from mlcost_ext.kernel_wiring import policy_files
    from mlcost_ext.policy_files.told import document_of

    now, today = policy_files(named=options.policy).in_force(), datetime.now(UTC).date()
    if options.json:
        print_json(document_of(now, today))
    else:
        print(text(now, today))
    return 1 if now.faults else 0


def text(now: PolicyInForce, today: date) -> str:
    """Write the policy as a table, with what is to be known of it on a day, by UTC."""
    from mlcost_ext.policy.words import rows
    from mlcost_ext.policy_files.told import BORDER, headline, remarks

    shown = [HEADINGS, *rows(now.policy)]
    listing = table([tuple(clean(cell, 200) for cell in row) for row in shown])
    told = [clean(line, MAX_LINE) for line in remarks(now, today)]
    return "\n".join([clean(headline(now), MAX_LINE), "", listing, "", *told, BORDER])


WORD = Command(name="show", help="Show the policy in force, and where it is from.", add_arguments=add_arguments, run=run)
