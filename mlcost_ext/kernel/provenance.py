"""What a launch comes from: the commit, the project and the user, as they were found within the last ten seconds."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from .git_head import commit_of
from .identity import studio_user
from .project_file import project_of

if TYPE_CHECKING:
    from collections.abc import Callable

FRESH_SECONDS = 10.0
MAX_USER = 128


class Provenance:
    """Found once in ten seconds, whatever is launched meanwhile."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._found: tuple[float, str, dict[str, object]] | None = None

    def fields(self) -> dict[str, object]:
        """Give ``git_commit``, ``project``, ``user`` and ``user_basis``; each is `None` where it is not known."""
        now, folder = self._clock(), notebook_folder()
        if self._found is not None and self._found[1] == folder and 0 <= now - self._found[0] < FRESH_SECONDS:
            return self._found[2]
        self._found = (now, folder, look_up(folder))
        return self._found[2]


def look_up(folder: str) -> dict[str, object]:
    """Read all of it; a fault of one leaves the others."""
    user = tried(studio_user)
    return {
        "git_commit": tried(lambda: commit_of(folder)),
        "project": tried(lambda: project_of(folder, tops())),
        "user": user[:MAX_USER] if user else None,
        "user_basis": "space" if user else None,
    }


def tried(look: Callable[[], str | None]) -> str | None:
    try:
        return look()
    except Exception:  # noqa: BLE001 - the launch is to be noted whatever stands in these files
        return None


def notebook_folder() -> str:
    """Give the folder of the notebook; of a kernel without one, where it runs."""
    name = os.environ.get("JPY_SESSION_NAME") or ""
    if os.path.isabs(name):  # noqa: PTH117
        return os.path.normpath(os.path.dirname(name))  # noqa: PTH120
    try:
        return os.getcwd()  # noqa: PTH109
    except OSError:
        return "/"


def tops() -> tuple[str, ...]:
    """Give the server's root and the user's home."""
    named = (os.environ.get("MLCOST_SERVER_ROOT"), os.path.expanduser("~"))  # noqa: PTH111
    return tuple(os.path.normpath(each) for each in named if each and os.path.isabs(each))  # noqa: PTH117
