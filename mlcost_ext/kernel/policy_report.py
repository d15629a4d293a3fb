"""What ``%cost_policy`` and ``mlcost.policy()`` give: the policy in force, with a text form, an HTML form and a dict form.

Every text of a policy is untrusted: it is cut, cleaned and escaped.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from html import escape
from typing import Any

from mlcost_ext.core.times import UTC
from mlcost_ext.policy.words import rows
from mlcost_ext.policy_files.compiling import PolicyInForce
from mlcost_ext.policy_files.told import BORDER, document_of, headline, remarks

from .cost_text import clean, html_table, table

MAX_LINE = 1500
MAX_VALUE = 120
MAX_REMARKS = 60
HEADINGS = ("Value", "", "From")


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyReport:
    """The policy that counts in this kernel."""

    in_force: PolicyInForce
    today: date
    """By UTC."""

    def __repr__(self) -> str:
        """Give the text form."""
        first, *others = self._said()
        return "\n".join([first, "", *table(self._rows()), "", *others])

    def _repr_html_(self) -> str:
        first, *others = (f"<p>{escape(line)}</p>" for line in self._said())
        return f"<div>{first}{html_table('Policy', self._rows())}{''.join(others)}</div>"

    def to_dict(self) -> dict[str, Any]:
        """Give plain data, as ``mlcost --json policy show`` has it."""
        return document_of(self.in_force, self.today)

    def _rows(self) -> list[tuple[str, ...]]:
        return [HEADINGS, *(tuple(clean(cell, MAX_VALUE) for cell in row) for row in rows(self.in_force.policy))]

    def _said(self) -> list[str]:
        told = remarks(self.in_force, self.today)
        more = [f"{len(told) - MAX_REMARKS} more; `mlcost policy show` has all of them."] if len(told) > MAX_REMARKS else []
        return [clean(line, MAX_LINE) for line in (headline(self.in_force), *told[:MAX_REMARKS], *more, BORDER)]


def report() -> PolicyReport:
    """Read the policy that counts here."""
    from mlcost_ext.kernel_wiring import policy_files

    return PolicyReport(in_force=policy_files().in_force(), today=datetime.now(UTC).date())
