"""``mlcost demo``: JupyterLab against a practice account."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError, Namespace

from mlcost_ext.core.errors import UsageError

from .command import Command


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--port", type=port_number, default=8888, metavar="N", help="where JupyterLab listens; 0: a free port")
    parser.add_argument("--no-browser", action="store_true", help="do not open a browser")


def run(options: Namespace) -> int:
    """Stay until interrupted; the first line on standard output is the address to open."""
    if options.json:
        raise UsageError("The demo runs until it is interrupted, so it has no JSON document.", "Leave --json out.")
    from mlcost_ext.sandbox.demo import run_demo

    return run_demo(port=options.port, open_browser=not options.no_browser)


def port_number(text: str) -> int:
    """Read a port, 0 to 65535."""
    if not (text.isascii() and text.isdigit() and int(text) <= 65535):
        raise ArgumentTypeError(f"{text!r} is no port; it is a number from 0 to 65535")
    return int(text)


COMMAND = Command(
    name="demo", help="Start JupyterLab against a practice account that bills nobody.", add_arguments=add_arguments, run=run
)
