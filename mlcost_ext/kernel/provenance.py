"""What a launch comes from: the commit, the project and the user, as they were found within the last ten seconds."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from mlcost_ext.policy_files.project_file import notebook_folder, project_of, tops

from .git_head import commit_of
from .identity import studio_user

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
