"""The entry point of ``mlcost``: read the line, run the command, say what went wrong in two lines.

Exit status: 0 fine, 1 a finding or a check that failed, 2 wrong use or configuration, 3 AWS or another remote part failed.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from difflib import get_close_matches
from typing import NoReturn, TextIO

from mlcost_ext._version import __version__
from mlcost_ext.core.errors import MlcostError, UsageError

from . import demo, doctor, estimate, idle, jobs, ledger, policy, price, prices
from .text import clean, print_json

COMMANDS = (
    demo.COMMAND,
    doctor.COMMAND,
    estimate.COMMAND,
    idle.COMMAND,
    jobs.COMMAND,
    ledger.COMMAND,
    policy.COMMAND,
    price.COMMAND,
    prices.COMMAND,
)
NAMES = [command.name for command in COMMANDS]
REPORT = "'mlcost doctor' may show what is amiss; else report it, with the command and what 'mlcost --version' says."
INTERRUPTED = 130
"""What a shell expects of a command that Ctrl-C has ended."""


class Parser(argparse.ArgumentParser):
    """Refuse a wrong line with an error of ours, in the form of all the others."""

    def error(self, message: str) -> NoReturn:
        """Refuse the line.

        Raises:
            UsageError: Always.
        """
        text = message[:1].upper() + message[1:]
        raise UsageError(f"{text}.", f"'{self.prog} --help' shows what can be said.")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command line and give its exit status."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    for stream in (sys.stdout, sys.stderr):
        _never_fail_on_a_letter(stream)
    try:
        return _run(words)
    except MlcostError as error:
        _tell(error, as_json="--json" in words)
        return error.exit_status
    except SystemExit as end:  # argparse's --help
        return int(end.code or 0)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:  # as in `mlcost jobs | head -1`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except Exception as fault:  # noqa: BLE001 - nobody is shown a traceback
        unforeseen = MlcostError(f"Something went wrong that mlcost does not know ({type(fault).__name__}: {fault}).", REPORT)
        _tell(unforeseen, as_json="--json" in words)
        return unforeseen.exit_status


def _run(words: list[str]) -> int:
    _check_command(words)
    options = _parser().parse_args(words)
    if options.version:
        print_json({"version": __version__}) if options.json else print(f"mlcost {__version__}")
        return 0
    if options.command is None:
        raise UsageError("No command was given.", f"Say one of {', '.join(NAMES)}; 'mlcost --help' explains them.")
    status = next(command for command in COMMANDS if command.name == options.command).run(options)
    sys.stdout.flush()
    return status


def _check_command(words: list[str]) -> None:
    """Refuse a command that is none, and name the nearest."""
    named = next((word for word in words if not word.startswith("-")), None)  # no option before it takes a value
    if named is not None and named not in NAMES:
        near = get_close_matches(named, NAMES, n=1) or NAMES
        raise UsageError(f"There is no command {named[:60]!r}.", f"Say {' or '.join(near)}; 'mlcost --help' explains them.")


def _parser() -> Parser:
    parser = Parser(prog="mlcost", description="What machine learning on AWS costs, while it runs.", allow_abbrev=False)
    parser.add_argument("--json", action="store_true", help="one JSON document on standard output and nothing else")
    parser.add_argument("--version", action="store_true", help="show the version")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    for command in COMMANDS:
        sub = commands.add_parser(command.name, help=command.help, description=command.help, allow_abbrev=False)
        sub.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help=argparse.SUPPRESS)
        command.add_arguments(sub)
    return parser


def _tell(error: MlcostError, *, as_json: bool) -> None:
    if as_json:
        print_json(error.to_dict())
    print(f"{error.code}: {clean(error.message)}\nhint: {clean(error.hint)}", file=sys.stderr)


def _never_fail_on_a_letter(stream: TextIO) -> None:
    """Show a question mark where a terminal lacks a letter, as Windows' older ones lack ✓."""
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors="replace")
