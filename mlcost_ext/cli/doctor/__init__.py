"""``mlcost doctor``: tell what is not in place, and what exactly mends it; one file a check."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator

from mlcost_ext._version import __version__
from mlcost_ext.cli.command import Command
from mlcost_ext.cli.text import print_json

from . import (
    credentials,
    home,
    host,
    kernel_environments,
    kernel_startup,
    kernels_now,
    labextension,
    native_idle,
    permissions,
    policy,
    prices,
    region,
    server_extension,
    switch,
)
from .check import Check, Group, Result, Surroundings
from .report import lines, verdict
from .surroundings import surroundings_here

CHECKS: tuple[tuple[Group, Check], ...] = (
    ("Installation", server_extension.check),
    ("Installation", labextension.check),
    ("Installation", switch.check),
    ("Kernels", kernel_startup.check),
    ("Kernels", kernel_environments.check),
    ("Kernels", kernels_now.check),
    ("This machine", host.check),
    ("This machine", region.check),
    ("This machine", home.check),
    ("This machine", policy.check),
    ("This machine", native_idle.check),
    ("Prices", prices.check),
    ("AWS", credentials.check),
    ("AWS", permissions.check),
)


def add_arguments(parser: ArgumentParser) -> None:
    del parser  # it takes none


def run(options: Namespace) -> int:
    """Make all checks and show what they find."""
    here = surroundings_here()
    results = show_json(here) if options.json else show_text(here)
    return exit_status(results)


def examine(here: Surroundings) -> Iterator[Result]:
    """Make the checks one after the other; one that fails itself is a finding, and the others go on."""
    for group, check in CHECKS:
        yield from findings(group, check, here)


def findings(group: Group, check: Check, here: Surroundings) -> tuple[Result, ...]:
    try:
        return check(here)
    except Exception as error:  # noqa: BLE001 - whatever is broken on this machine is what we are here to tell
        return (broken(group, check, error),)


def broken(group: Group, check: Check, error: Exception) -> Result:
    """Put a check that could not be made into words."""
    name = check.__module__.rpartition(".")[2]
    message = f"This could not be checked ({type(error).__name__}: {error})."
    return Result(name=name, group=group, status="fail", message=message, hint="Mend what is named there, and run this again.")


def exit_status(results: list[Result]) -> int:
    """Give 1 where something on this machine failed, 3 where only AWS did, else 0."""
    failed = [result for result in results if result.status == "fail"]
    if not failed:
        return 0
    return 3 if all(result.is_remote for result in failed) else 1


def show_json(here: Surroundings) -> list[Result]:
    results = list(examine(here))
    is_ok = exit_status(results) == 0
    print_json({"checks": [result.to_dict() for result in results], "ok": is_ok})
    return results


def show_text(here: Surroundings) -> list[Result]:
    """Write each finding when it is there: AWS may take its time."""
    results: list[Result] = []
    version = ".".join(map(str, sys.version_info[:3]))
    print(f"mlcost-ext {__version__}, Python {version} in {here.prefix}\n")

    def noted() -> Iterator[Result]:
        for result in examine(here):
            results.append(result)
            yield result

    for line in lines(noted(), coloured=sys.stdout.isatty() and "NO_COLOR" not in here.env):
        print(line, flush=True)
    print(verdict(results))
    return results


COMMAND = Command(
    name="doctor", help="Check the installation, and say what mends what is amiss.", add_arguments=add_arguments, run=run
)
