"""``mlcost ledger``: show and export what was charged, prove that it adds up, forget it."""

from __future__ import annotations

from argparse import ArgumentParser

from mlcost_ext.cli.words import command_of

from . import export, forget, show, verify

HELP = "Show what was charged, export, check or forget it."


def add_server(parser: ArgumentParser) -> None:
    parser.add_argument("--server", metavar="ID", help="whose ledger; the server's that 'mlcost jobs' shows when left out")


COMMAND = command_of("ledger", HELP, (show.WORD, export.WORD, verify.WORD, forget.WORD), add_server)
