"""Where a rule is explained."""

from __future__ import annotations

PAGE = "https://github.com/mlcost-ext/mlcost-ext/tree/main/docs/rules.md"


def docs_url(rule_id: str) -> str:
    """Give the address of a rule's section in ``docs/rules.md``."""
    return f"{PAGE}#{rule_id.lower()}"
