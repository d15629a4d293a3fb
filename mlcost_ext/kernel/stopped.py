"""LaunchStopped: a launch that was not sent. A decision, not a failure, so it is shown without a stack trace."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Any


class LaunchStopped(Exception):  # noqa: N818 - no error: somebody's decision
    """A launch was stopped before anything was sent; the message says why and how to go on."""

    code = "launch_stopped"

    def __init__(self, title: str, rules: tuple[str, ...], way_on: str) -> None:
        super().__init__(f"{title} ({', '.join(rules)}). {way_on}" if rules else f"{title}. {way_on}")
        self.title, self.rules, self.way_on = title, rules, way_on

    def _render_traceback_(self) -> list[str]:
        """Give IPython what to show: the card above has the rest."""
        return [str(self)]


def show_in_one_line(ipython: Any) -> None:
    """Have IPython show it so where something else shows all errors: SageMaker's SDKs put `rich` in the place of tracebacks."""
    others, show_other = ipython.custom_exceptions, getattr(ipython, "CustomTB", None)
    if LaunchStopped in others:
        return

    def show(
        shell: Any, kind: type[BaseException], value: BaseException, traceback: TracebackType, tb_offset: int | None = None
    ) -> Any:
        if not isinstance(value, LaunchStopped):
            return show_other(kind, value, traceback, tb_offset=tb_offset) if show_other else None
        lines = value._render_traceback_()
        type(shell)._showtraceback(shell, kind, value, lines)  # noqa: SLF001 - the shell's own has been replaced on it
        return lines

    ipython.set_custom_exc((LaunchStopped, *others), show)


def show_as_before(ipython: Any) -> None:
    """Take that back."""
    ipython.custom_exceptions = tuple(each for each in ipython.custom_exceptions if each is not LaunchStopped)
