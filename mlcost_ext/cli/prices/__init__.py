"""``mlcost prices``: read AWS's price list, say what is known and how well, and what has changed."""

from __future__ import annotations

import argparse
from argparse import ArgumentParser, Namespace

from mlcost_ext.cli.command import Command
from mlcost_ext.core.errors import UsageError

from . import diff, refresh, status

WORDS = (refresh.WORD, status.WORD, diff.WORD)
NAMES = [word.name for word in WORDS]


def add_arguments(parser: ArgumentParser) -> None:
    words = parser.add_subparsers(dest="word", metavar="|".join(NAMES))
    for word in WORDS:
        sub = words.add_parser(word.name, help=word.help, description=word.help, allow_abbrev=False)
        sub.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help=argparse.SUPPRESS)
        word.add_arguments(sub)


def run(options: Namespace) -> int:
    """Do what the word says.

    Raises:
        UsageError: None was said.
    """
    word = next((word for word in WORDS if word.name == options.word), None)
    if word is None:
        raise UsageError("'mlcost prices' wants to know what to do.", f"Say one of {', '.join(NAMES)}.")
    return word.run(options)


COMMAND = Command(name="prices", help="Refresh unit prices; show what has changed.", add_arguments=add_arguments, run=run)
