"""How the doctor's findings look as text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from mlcost_ext.cli.text import clean

from .check import Result

SIGNS = {"ok": "✓", "warn": "!", "fail": "✗", "info": "·"}
COLOURS = {"ok": "32", "warn": "33", "fail": "31", "info": "2"}
NAME_WIDTH = 29


def lines(results: Iterable[Result], *, coloured: bool) -> Iterator[str]:
    """Write each finding as it comes, under its group."""
    for group, members in groupby(results, key=lambda result: result.group):
        yield group
        for result in members:
            sign = f"{SIGNS[result.status]} {result.status:<4}"
            sign = f"\x1b[{COLOURS[result.status]}m{sign}\x1b[0m" if coloured else sign
            title = result.name.replace("_", " ")
            yield f"  {sign}  {title:<{NAME_WIDTH}}{clean(result.message)}"
            if result.hint:
                yield f"{'':<10}{'':<{NAME_WIDTH}}→ {clean(result.hint)}"
        yield ""


def verdict(results: Iterable[Result]) -> str:
    """Say in one line how things stand."""
    found = list(results)
    failed = [result.name.replace("_", " ") for result in found if result.status == "fail"]
    warned = [result.name.replace("_", " ") for result in found if result.status == "warn"]
    if failed:
        what = "AWS is out of reach or refuses" if all(r.is_remote for r in found if r.status == "fail") else "To mend"
        return f"{what}: {', '.join(dict.fromkeys(failed))}. Each line marked ✗ says how (→)."
    if warned:
        return f"It works, with something to look at: {', '.join(dict.fromkeys(warned))}."
    return "All is well."
