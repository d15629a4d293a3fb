"""How a stopped launch is shown, beside others who have a say in how IPython shows errors."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell

from mlcost_ext.kernel.stopped import LaunchStopped, show_as_before, show_in_one_line

STOP = "import mlcost_ext.kernel.stopped as s\nraise s.LaunchStopped('Not launched', ('MC101',), 'Ask somebody.')"
WHOLE = "Not launched (MC101). Ask somebody."


@pytest.fixture
def shell() -> Any:
    """Give a shell of its own whose errors another package shows, as `rich` does when an SDK installs it."""
    found: Any = InteractiveShell()
    found.others = []
    found._showtraceback = lambda kind, value, lines: found.others.append(kind.__name__)
    yield found
    found.history_manager.end_session()


def test_shown_in_one_line(shell: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever shows all other errors; a second call changes nothing."""
    show_in_one_line(shell)
    handler = shell.CustomTB
    show_in_one_line(shell)
    assert shell.CustomTB == handler
    assert isinstance(shell.run_cell(STOP).error_in_exec, LaunchStopped)
    assert capsys.readouterr().out == f"{WHOLE}\n"
    shell.run_cell("1 / 0")
    assert shell.others == ["ZeroDivisionError"]


def test_taken_back(shell: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """Then the others show it too."""
    show_in_one_line(shell)
    show_as_before(shell)
    shell.run_cell(STOP)
    assert (capsys.readouterr().out, shell.others) == ("", ["LaunchStopped"])


def test_handlers_of_others_stay(shell: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """An error that somebody else handles is handled by him, before and after."""
    seen = SimpleNamespace(kinds=[])
    shell.set_custom_exc((KeyError,), lambda _, kind, value, tb, tb_offset=None: seen.kinds.append(kind))
    show_in_one_line(shell)
    for code in ("{}['x']", STOP, "{}['y']"):
        shell.run_cell(code)
    assert (seen.kinds, capsys.readouterr().out) == ([KeyError] * 2, f"{WHOLE}\n")
    show_as_before(shell)
    shell.run_cell("{}['z']")
    assert seen.kinds == [KeyError] * 3
