"""``mlcost ledger``: show and export what was charged, prove that it adds up, forget it."""

from __future__ import annotations

import argparse
from argparse import ArgumentParser, Namespace

from mlcost_ext.cli.command import Command
from mlcost_ext.core.errors import UsageError

from . import export, forget, show, verify

WORDS = (show.WORD, export.WORD, verify.WORD, forget.WORD)
NAMES = [word.name for word in WORDS]


def add_arguments(parser: ArgumentParser) -> None:
    words = parser.add_subparsers(dest="word", metavar="|".join(NAMES))
    for word in WORDS:
        sub = words.add_parser(word.name, help=word.help, description=word.help, allow_abbrev=False)
        sub.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help=argparse.SUPPRESS)
        sub.add_argument("--server", metavar="ID", help="whose ledger; the server's that 'mlcost jobs' shows when left out")
        word.add_arguments(sub)


def run(options: Namespace) -> int:
    """Do what the word says.

    Raises:
        UsageError: None was said.
    """
    word = next((word for word in WORDS if word.name == options.word), None)
    if word is None:
        raise UsageError("'mlcost ledger' wants to know what to do.", f"Say one of {', '.join(NAMES)}.")
    return word.run(options)


COMMAND = Command(name="ledger", help="Show what was charged, export, check or forget it.", add_arguments=add_arguments, run=run)
