"""Ask the user, where somebody can answer: in a cell's own run on the main thread, and only where input is allowed."""

from __future__ import annotations

import inspect
import sys
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType
    from typing import Any

ASYNC = inspect.CO_COROUTINE | inspect.CO_ASYNC_GENERATOR | inspect.CO_ITERABLE_COROUTINE
MAX_ANSWER = 500


class Unanswered(Exception):  # noqa: N818 - nobody was there
    """Say that nobody has answered in time."""


def is_interactive(ipython: Any) -> bool:
    """Tell whether the code that runs now was asked for by somebody who can answer.

    A thread, a task of an event loop, a widget's callback and a run of papermill have nobody to ask: none of them is below the
    run of a cell without a coroutine in between, or input is not allowed.
    """
    if threading.current_thread() is not threading.main_thread():
        return False
    kernel = getattr(ipython, "kernel", None)
    can_answer = sys.stdin is not None and sys.stdin.isatty() if kernel is None else getattr(kernel, "_allow_stdin", False)
    return bool(can_answer) and is_in_cell(ipython)


def is_in_cell(ipython: Any) -> bool:
    """Tell whether a cell's own code is what called, with nothing asynchronous in between."""
    run_code = getattr(inspect.unwrap(getattr(type(ipython), "run_code", None) or is_in_cell), "__code__", None)
    frame: FrameType | None = sys._getframe(1)  # noqa: SLF001 - the stack is what tells
    while frame is not None:
        if frame.f_code is run_code:
            return True
        if frame.f_code.co_flags & ASYNC:
            return False
        frame = frame.f_back
    return False


def ask(prompt: str, seconds: float, read: Callable[[str], str] | None = None) -> str:
    """Ask for one line.

    Args:
        prompt: What is asked, in one line.
        seconds: How long to wait.
        read: Asks; the notebook's own prompt where it is left out.

    Raises:
        Unanswered: Nobody has answered in time, or there is no way to.
        KeyboardInterrupt: The user has interrupted it.
    """
    import _thread

    is_over = threading.Event()
    read = read or input

    def give_up() -> None:
        is_over.set()
        _thread.interrupt_main()

    timer = threading.Timer(seconds, give_up)
    timer.daemon = True
    timer.start()
    try:
        return read(prompt)[:MAX_ANSWER].strip()
    except KeyboardInterrupt:
        if is_over.is_set():
            raise Unanswered from None
        raise
    except (EOFError, OSError, RuntimeError):  # RuntimeError: ipykernel's StdinNotImplementedError
        raise Unanswered from None
    finally:
        timer.cancel()
