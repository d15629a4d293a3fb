"""Read what ``python -X importtime`` writes."""

from __future__ import annotations

import re
from collections.abc import Iterator

_LINE = re.compile(r"^import time:\s+(\d+) \|\s+(\d+) \|( +)(\S+)\s*$")


def our_imports_ms(text: str, package: str = "mlcost_ext") -> tuple[float, float]:
    """Sum up the imports of a package.

    Returns:
        Milliseconds of its modules' own time, and of all that was imported because of them, themselves included.
    """
    own = total = 0
    depth_of_ours: int | None = None
    for self_us, cumulative_us, depth, name in _importers_first(text):
        if depth_of_ours is not None and depth <= depth_of_ours:
            depth_of_ours = None
        if name != package and not name.startswith(f"{package}."):
            continue
        own += self_us
        if depth_of_ours is None:
            depth_of_ours = depth
            total += cumulative_us
    return own / 1000, total / 1000


def _importers_first(text: str) -> Iterator[tuple[int, int, int, str]]:
    """Turn the lines round: a module is written after all that it imports, which is indented."""
    for line in reversed(text.splitlines()):
        if found := _LINE.match(line):
            yield int(found[1]), int(found[2]), len(found[3]), found[4]
