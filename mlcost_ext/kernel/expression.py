"""Evaluate what a magic's line names: names, attributes, indices, literals; nothing that could launch something."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from difflib import get_close_matches

from mlcost_ext.core.errors import UsageError

HARMLESS = (
    ast.Expression,
    ast.Name,
    ast.Attribute,
    ast.Subscript,
    ast.Slice,
    ast.Constant,
    ast.Dict,
    ast.List,
    ast.Tuple,
    ast.UnaryOp,
    ast.USub,
    ast.expr_context,
)
MAX_SHOWN = 60
TYPE_NAME = re.compile(r"ml\.[a-z0-9-]+\.[a-z0-9-]+")


def evaluate(text: str, names: Mapping[str, object]) -> object:
    """Evaluate an expression of names, attributes, indices and literals.

    Args:
        text: One expression of Python.
        names: The user's variables.

    Raises:
        UsageError: It is anything else, a name in it is not there, or it cannot be evaluated.
    """
    shown = text[:MAX_SHOWN]
    if TYPE_NAME.fullmatch(text.strip().lower()) and "ml" not in names:
        raise UsageError(f"{shown} is an instance type, and no variable.", f"Say it as --instance {shown}.")
    try:
        tree = ast.parse(text.strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        hint = "Name a variable, such as estimator or requests['train'], or write a dict."
        raise UsageError(f"{shown!r} is no expression of Python.", hint) from None
    if not all(isinstance(node, HARMLESS) for node in ast.walk(tree)):
        raise UsageError(
            f"{shown!r} does more than name something, and nothing is called here, since a call could launch something.",
            "Put it into a variable in a line of its own, and name that.",
        )
    return _value(tree, text, names)


def _value(tree: ast.Expression, text: str, names: Mapping[str, object]) -> object:
    try:
        return eval(compile(tree, "<target>", "eval"), {"__builtins__": {}}, names)  # noqa: S307 - names and literals alone
    except NameError as error:
        name = str(getattr(error, "name", "") or text)[:MAX_SHOWN]
        near = get_close_matches(name, [each for each in names if not each.startswith("_")], n=1)
        hint = f"Did you mean {near[0][:MAX_SHOWN]}?" if near else "Run the cell that makes it first."
        raise UsageError(f"There is no variable {name!r} in this kernel.", hint) from None
    except Exception as error:  # noqa: BLE001 - a property of somebody's may raise anything
        fault = f"{type(error).__name__}: {error}"[:120]
        raise UsageError(f"{text[:MAX_SHOWN]!r} has no value ({fault}).", "Look at what it names in a cell of its own.") from None
