"""The tags that a project's file says: what a launch lacks of them is filled in. Read once in ten seconds, at a launch."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

from mlcost_ext.core.errors import UsageError

from .project_file import MAX_BYTES, notebook_folder, project_data, tops

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

FRESH_SECONDS = 10.0
MOST_TAGS = 50
KEY, VALUE = (re.compile(rf"[\w\s.:/=+\-@]{{1,{most}}}") for most in (128, 256))
"""https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_Tag.html"""


class ProjectTags:
    """Found once in ten seconds, whatever is launched meanwhile."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._found: tuple[float, str, dict[str, str]] | None = None

    def tags(self) -> dict[str, str]:
        """Give the tags of the project in whose folder the notebook is; none where its file says none, or has faults."""
        now, folder = self._clock(), notebook_folder()
        if self._found is not None and self._found[1] == folder and 0 <= now - self._found[0] < FRESH_SECONDS:
            return self._found[2]
        data = project_data(folder, tops())
        self._found = (now, folder, tags_in(data) if data and len(data) <= MAX_BYTES else {})
        return self._found[2]


def tags_in(data: bytes) -> dict[str, str]:
    """Give what stands under ``tags`` at the top of a document, each value as its text; what AWS does not take is left out."""
    from mlcost_ext.policy.parsing import parse  # only where there is such a file

    root, faults = parse(data, whole="The file", entry="project: churn")
    entries = [] if faults else members(root)
    tags = next((value for key, value in entries if key == "tags"), None)
    found = {key: value.value for key, value in members(tags) if getattr(value, "id", "") == "scalar"}
    good = {key: value for key, value in found.items() if KEY.fullmatch(key) and VALUE.fullmatch(value)}
    return dict(list({key: value for key, value in good.items() if not key.lower().startswith("aws:")}.items())[:MOST_TAGS])


def tag_in(text: str) -> tuple[str, str]:
    """Read one ``key=value``; without a value the key's tag is taken away.

    Raises:
        UsageError: It is none, or AWS does not take it.
    """
    key, equals, value = text.partition("=")
    if not equals:
        raise UsageError(f"{text[:80]!r} is no tag.", "Write KEY=VALUE, as in team=fraud.")
    if not KEY.fullmatch(key) or key.lower().startswith("aws:") or not (VALUE.fullmatch(value) or not value):
        hint = "Use letters, digits, spaces and . : / = + - @ _, at most 128 and 256, and no key that begins with aws:."
        raise UsageError(f"AWS does not take the tag {text[:80]!r}.", hint)
    return key, value


def members(node: Any) -> list[tuple[str, Any]]:
    """Give the entries of a mapping; none of what is none."""
    if getattr(node, "id", "") != "mapping":
        return []
    return [(key.value, value) for key, value in node.value if getattr(key, "id", "") == "scalar"]
