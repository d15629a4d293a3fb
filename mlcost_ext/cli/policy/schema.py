"""``mlcost policy schema``: the format of policy files for editors and other programs."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from mlcost_ext.cli.command import Command
from mlcost_ext.cli.text import print_json


def add_arguments(parser: ArgumentParser) -> None:
    del parser  # it takes none of its own


def run(options: Namespace) -> int:
    """Give the JSON Schema, by the rules that are installed."""
    del options
    from mlcost_ext.guard_wiring import load_rules
    from mlcost_ext.policy.json_schema import json_schema

    print_json(json_schema(load_rules().rules))
    return 0


WORD = Command(name="schema", help="Give the format of policy files as a JSON Schema.", add_arguments=add_arguments, run=run)
