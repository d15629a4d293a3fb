"""A command that is followed by a word, such as ``mlcost prices status``."""

from __future__ import annotations

import argparse
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Sequence

from mlcost_ext.core.errors import UsageError

from .command import Command


def command_of(
    name: str, help_text: str, words: Sequence[Command], add_common: Callable[[ArgumentParser], None] = lambda _: None
) -> Command:
    """Make the command of its words.

    Args:
        name: What is typed before the word.
        help_text: What it is for.
        words: What can be said.
        add_common: Adds the options that all of them have.
    """
    names = [word.name for word in words]

    def add_arguments(parser: ArgumentParser) -> None:
        subparsers = parser.add_subparsers(dest="word", metavar="|".join(names))
        for word in words:
            sub = subparsers.add_parser(word.name, help=word.help, description=word.help, allow_abbrev=False)
            sub.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help=argparse.SUPPRESS)
            add_common(sub)
            word.add_arguments(sub)

    def run(options: Namespace) -> int:
        """Do what the word says.

        Raises:
            UsageError: None was said.
        """
        word = next((word for word in words if word.name == options.word), None)
        if word is None:
            raise UsageError(f"'mlcost {name}' wants to know what to do.", f"Say one of {', '.join(names)}.")
        return word.run(options)

    return Command(name=name, help=help_text, add_arguments=add_arguments, run=run)
