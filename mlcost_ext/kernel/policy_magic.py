"""``%cost_policy``: the policy in force here, and where each value of it is from."""

from __future__ import annotations

from typing import Any

from IPython.core.error import UsageError

from .policy_report import PolicyReport, report


def cost_policy(line: str) -> PolicyReport | dict[str, Any]:
    """Run ``%cost_policy``.

    Raises:
        UsageError: An argument other than ``--json``; IPython shows it in one line.
    """
    arguments = line.split()
    if arguments not in ([], ["--json"]):
        raise UsageError(f"%cost_policy does not know {' '.join(arguments)[:80]!r}; type %cost_policy or %cost_policy --json")
    found = report()
    return found.to_dict() if arguments else found
