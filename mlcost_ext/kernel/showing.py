"""Show something in the notebook; where there is none, on standard error."""

from __future__ import annotations

import contextlib
import sys


def show(text: str, html: str) -> None:
    """Show a text in the form that the front end likes best; never the call's matter."""
    with contextlib.suppress(Exception):
        from IPython.core.getipython import get_ipython

        shell = get_ipython()
        if shell is None or getattr(shell, "kernel", None) is None:
            print(text, file=sys.stderr)  # noqa: T201 - told to the user
            return
        from IPython.display import display

        display({"text/plain": text, "text/html": html}, raw=True)  # type: ignore[no-untyped-call]


def tell(text: str) -> None:
    """Write a sentence below the cell."""
    print(text)  # noqa: T201 - what a magic answers
