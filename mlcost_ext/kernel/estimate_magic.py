"""``%estimate_cost``: what something would cost, without launching it."""

from __future__ import annotations

from collections.abc import Mapping

from IPython.core.error import UsageError

from mlcost_ext.core.errors import MlcostError

from .estimate import report
from .estimate_line import Asked, read_line

REPORT = "`mlcost doctor` may show what is amiss; else report it, with this line."


def estimate_cost(line: str, names: Mapping[str, object]) -> object:
    """Run ``%estimate_cost`` with a kernel's variables.

    Returns:
        A report; with ``--json`` a dict, with ``--widget`` a form.

    Raises:
        UsageError: Something is wrong with the line or with what it names; IPython shows it in one line.
    """
    try:
        return answer(read_line(line, names))
    except MlcostError as error:
        raise UsageError(f"{error.message} {error.hint}") from None
    except Exception as fault:  # noqa: BLE001 - nobody is shown a traceback
        text = f"{type(fault).__name__}: {fault}"[:200]
        raise UsageError(f"Something went wrong that mlcost-ext does not know ({text}). {REPORT}") from None


def answer(asked: Asked) -> object:
    """Give what was asked for, in the form that was asked for.

    Raises:
        MlcostError: It cannot be estimated, or the form needs what is not installed.
    """
    if asked.form == "widget":
        from .estimate_widget import what_if

        return what_if(asked.target, asked.options)
    found = report(asked.target, asked.options)
    return found.to_dict() if asked.form == "json" else found
