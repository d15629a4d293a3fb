"""Ask for a tag's value, and take only one that the policy takes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from mlcost_ext.core.policy import TagRule

ATTEMPTS = 3
MOST_SHOWN = 8
VALUE = re.compile(r"[\w\s.:/=+\-@]{1,256}")
"""https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_Tag.html"""


def ask_tag(key: str, rule: TagRule | None, read: Callable[[str], str]) -> str | None:
    """Ask for a value; None: it was left empty, or was wrong three times."""
    for _ in range(ATTEMPTS):
        said = read(f"Tag {key}{hint_of(rule)}: ")
        if not said:
            return None
        if is_allowed(said, rule):
            return said
    return None


def hint_of(rule: TagRule | None) -> str:
    """Write what is allowed, as short as it can be."""
    if rule is None:
        return ""
    if rule.allowed is not None:
        more = " …" if len(rule.allowed) > MOST_SHOWN else ""
        return f" ({', '.join(rule.allowed[:MOST_SHOWN])}{more})"
    return f" (like {rule.patterns[0]})" if rule.patterns else ""


def is_allowed(value: str, rule: TagRule | None) -> bool:
    """Tell whether AWS and the policy take a value."""
    if VALUE.fullmatch(value) is None:
        return False
    if rule is None:
        return True
    if rule.allowed is not None and value not in rule.allowed:
        return False
    return all(re.fullmatch(pattern, value) for pattern in rule.patterns)
