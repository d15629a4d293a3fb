"""LaunchStopped: a launch that was not sent. A decision, not a failure, so it is shown without a stack trace."""

from __future__ import annotations


class LaunchStopped(Exception):  # noqa: N818 - no error: somebody's decision
    """A launch was stopped before anything was sent; the message says why and how to go on."""

    code = "launch_stopped"

    def __init__(self, title: str, rules: tuple[str, ...], way_on: str) -> None:
        super().__init__(f"{title} ({', '.join(rules)}). {way_on}" if rules else f"{title}. {way_on}")
        self.title, self.rules, self.way_on = title, rules, way_on

    def _render_traceback_(self) -> list[str]:
        """Give IPython what to show: the card above has the rest."""
        return [str(self)]
