"""Read and write the tables: a row for each type, a column for each region."""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

Row = dict[str, str]
Cell = tuple[str, str, str]
"""A type (of instances, of volumes; "" where the component has none), a region and what stands there."""
KEY = "type"


def read_rows(path: Path) -> list[Row]:
    """Read a table with headings."""
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def write_rows(path: Path, headings: Iterable[str], rows: Iterable[Row]) -> None:
    """Write a table with headings, Unix line ends."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, [*headings], restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def read_matrix(path: Path) -> Iterator[Cell]:
    """Give the cells that are not empty."""
    for row in read_rows(path):
        key = row.pop(KEY)
        yield from ((key, region, text) for region, text in row.items() if text)


def write_matrix(path: Path, cells: Iterable[Cell]) -> None:
    """Write cells in the order of types and regions; without any there is no file.

    Raises:
        SystemExit: A cell is there twice with different texts.
    """
    rows: dict[str, Row] = defaultdict(dict)
    for key, region, text in cells:
        if rows[key].setdefault(region, text) != text:
            raise SystemExit(f"{path.name}: {region} {key} is {rows[key][region]} and {text}")
    if not rows:
        path.unlink(missing_ok=True)
        return
    regions = sorted({region for row in rows.values() for region in row})
    write_rows(path, [KEY, *regions], ({KEY: key, **rows[key]} for key in sorted(rows)))


def read_sources(folder: Path) -> dict[str, Row]:
    """Give what is known of each source by its id: project, path, version, licence, date, note."""
    sources: dict[str, Row] = json.loads((folder / "sources.json").read_text(encoding="utf-8"))
    return sources


def write_sources(folder: Path, sources: dict[str, Row]) -> None:
    """Write what is known of each source."""
    text = json.dumps(sources, indent=2, sort_keys=True, ensure_ascii=False)
    (folder / "sources.json").write_text(text + "\n", encoding="utf-8")


def file_name(list_name: str, billing_currency: str) -> str:
    """Give the name of a list's table."""
    return f"{list_name.replace('/', '~')}.{billing_currency}.csv"
