"""Results as JSON, one file a benchmark, and all of them as a table."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from .plan import Benchmark
from .result import Result

FOLDER = Path(__file__).parent / "results"
TABLE = "README.md"
VERDICTS = {True: "holds", False: "**misses**", None: "–"}


def write(benchmark: Benchmark, results: list[Result], surroundings: dict[str, Any]) -> None:
    """Write one benchmark's results, and the table of all that are there."""
    FOLDER.mkdir(exist_ok=True)
    document = {
        "benchmark": benchmark.name,
        "title": benchmark.title,
        **surroundings,
        "results": [{**asdict(result), "holds": result.holds} for result in results],
    }
    (FOLDER / f"{benchmark.name}.json").write_text(json.dumps(_rounded(document), indent=1) + "\n", encoding="utf-8")


def write_table(order: tuple[Benchmark, ...]) -> None:
    """Write the table of all results that are there."""
    documents = [json.loads(path.read_text()) for b in order if (path := FOLDER / f"{b.name}.json").exists()]
    if documents:
        (FOLDER / TABLE).write_text(table(documents), encoding="utf-8")


def table(documents: list[dict[str, Any]]) -> str:
    """Draw documents as Markdown."""
    lines = [
        "# Results",
        "",
        "Written by `make bench`; what each row means and how it was measured is in [the folder's README](../README.md).",
        "An interval is the 95 % bootstrap interval; a limit holds if the interval's upper end is within it.",
    ]
    for document in documents:
        lines += ["", f"## {document['title']}", "", f"{document['date']}. {_words(document)}", ""]
        lines += ["| | median | 95 % interval | limit | | pairs or readings |", "|---|---:|---:|---:|---|---:|"]
        lines += [row(result) for result in document["results"]]
    return "\n".join(lines) + "\n"


def row(result: dict[str, Any]) -> str:
    """Draw one result."""
    unit, interval, limit = result["unit"], result["interval"], result["limit"]
    between = f"{figure(interval[0])} … {figure(interval[1])}" if interval else ""
    cells = (
        result["title"],
        f"{figure(result['value'])} {unit}",
        between,
        "" if limit is None else f"{figure(limit)} {unit}",
        VERDICTS[result["holds"]],
        str(result["count"]),
    )
    return f"| {' | '.join(cells)} |"


def figure(value: float) -> str:
    """Write a number with three significant places or so."""
    places = 0 if abs(value) >= 1000 else 1 if abs(value) >= 10 else 3 if abs(value) < 1 else 2
    text = f"{value:,.{places}f}".replace("-", "−")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _words(document: dict[str, Any]) -> str:
    told = dict(document["machine"])
    place = f"{told.pop('cores')} cores of {told.pop('cpu')}, {told.pop('memory')}, {told.pop('system')}"
    return f"{place}; " + ", ".join(f"{name} {version}" for name, version in told.items()) + "."


def _rounded(value: Any) -> Any:
    """Leave out the digits that mean nothing."""
    if isinstance(value, float):
        return round(value, 4)
    if isinstance(value, dict):
        return {key: _rounded(each) for key, each in value.items()}
    return [_rounded(each) for each in value] if isinstance(value, (list, tuple)) else value
