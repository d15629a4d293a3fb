"""What a kernel's guard stands on: the policy in force, the rules, the prices, the server's ledger. Made at the first launch."""

from __future__ import annotations

import os
from functools import lru_cache
from typing import TYPE_CHECKING

from mlcost_ext.ledger.home import mlcost_home

from .estimate import this_estimator, this_judging
from .guard import Guard
from .say import say
from .wanted import Wanted

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from mlcost_ext.core.policy import Policy
    from mlcost_ext.policy_files.compiling import PolicyInForce
    from mlcost_ext.usecases.preflight import Preflight


class Standing:
    """What stays the same from launch to launch."""

    def __init__(self) -> None:
        self.judging = this_judging(mlcost_home())
        self._told: str | None = None
        for problem in self.judging.loaded.problems:
            say(f"{problem.message} {problem.hint}")

    def preflight(self, session: Any, region_id: str) -> Preflight | None:
        """Give what judges the next launch; None: the policy switches all of this software off."""
        found = self.judging.policy()
        self._tell_of(found)
        if found.policy.is_disabled:
            return None
        server_id = os.environ.get("MLCOST_SERVER_ID")
        return self.judging.preflight(this_estimator(), server_id, session=session, region_id=region_id)

    def policy(self) -> Policy:
        """Give what is in force."""
        return self.judging.policy().policy

    def fails_closed(self) -> bool:
        """Tell whether the policy wants a launch stopped that cannot be judged."""
        return self.policy().when_unsure == "block"

    def _tell_of(self, found: PolicyInForce) -> None:
        """Say once that the policy's files have faults."""
        said = "; ".join(f"{each.layer}: {each.fault}" for each in found.faults[:3])
        if said and said != self._told:
            kept = "the last good policy stays in force" if found.is_stale else "what they lay down is not in force"
            say(f"the policy has faults, and {kept}: {said[:600]}. `mlcost policy check` shows all of them.")
        self._told = said


@lru_cache(maxsize=1)
def standing() -> Standing:
    """Make it once in a process."""
    return Standing()


def make_guard(
    ipython: Any, write: Callable[[Mapping[str, object]], None], project_tags: Callable[[], Mapping[str, str]]
) -> Guard:
    """Make a kernel's guard.

    Args:
        ipython: The shell.
        write: Appends a decision to the spool.
        project_tags: Gives the tags of the project's file.
    """
    return Guard(ipython, standing().preflight, write, project_tags, Wanted(mlcost_home()))
