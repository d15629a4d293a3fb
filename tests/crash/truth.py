"""What must be in the ledger: what writers were told was written, and what stands in the files, read by other code than ours."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

MANY = 5


INTENT = ("at", "kind", "region_id", "name", "notebook", "cell_id", "git_commit", "project", "request", "tags")
ANSWERED = {"result": "result", "resource_id": "resource_id", "error_code": "error_code", "answered_at": "at"}


@dataclass
class Truth:
    """All that was written; of what an intent tells only a digest, since there is much of it."""

    told: dict[str, str | None] = field(default_factory=dict)
    """Launches whose write has returned; with their result where that one's has."""
    intents: dict[str, bytes] = field(default_factory=dict)
    outcomes: dict[str, tuple[Any, ...]] = field(default_factory=dict)
    ends: dict[str, int] = field(default_factory=dict)
    """Where the last whole line of each file ends."""
    torn: int = 0
    """Files whose last line is not whole."""


def truth(spool: Path, side: Path) -> Truth:
    """Read it all."""
    found = Truth()
    for file in side.iterdir():
        for line in file.read_text().split("\n")[:-1]:
            type_, id_, result = line.split(" ")
            found.told[id_] = result if type_ == "o" else None
    for file in spool.iterdir():
        data = file.read_bytes()
        end = data.rfind(b"\n") + 1
        found.ends[file.name], found.torn = end, found.torn + (end < len(data))
        for line in data[:end].splitlines():
            event = json.loads(line)
            if event["type"] == "intent":
                found.intents[event["id"]] = digest(event)
            elif event["type"] == "outcome":
                found.outcomes[event["id"]] = tuple(event[theirs] for theirs in ANSWERED.values())
    return found


def digest(told: dict[str, Any]) -> bytes:
    """Give a digest of what an intent tells."""
    return hashlib.sha256(json.dumps([told[key] for key in INTENT]).encode()).digest()


def count_takings(connection: sqlite3.Connection) -> None:
    """Let the ledger note each time that an intent is put into it, also where it is there already."""
    connection.execute("CREATE TABLE taking (id TEXT NOT NULL)")
    connection.execute("CREATE TRIGGER note BEFORE INSERT ON launch BEGIN INSERT INTO taking VALUES (NEW.id); END")


def complaints(connection: sqlite3.Connection, true: Truth) -> Iterator[str]:
    """Say what of the ledger is not as it should be; nothing: all of it is."""
    cursor = connection.execute("SELECT * FROM launch")
    names = [each[0] for each in cursor.description]
    results: dict[str, str | None] = {}
    altered = []
    for values in cursor:
        row = dict(zip(names, values, strict=True))
        results[row["id"]] = row["result"]
        if row["id"] in true.intents and not is_as_written(row, true):
            altered.append(row["id"])
    takings = dict(connection.execute("SELECT id, COUNT(*) FROM taking GROUP BY id").fetchall())
    positions = dict(connection.execute("SELECT name, position FROM spool_file").fetchall())
    unlike = [id_ for id_, told in true.told.items() if told and id_ in results and told != results[id_]]
    behind = [name for name, end in true.ends.items() if positions.get(name) != end]
    yield from some("launches that were written are missing", true.told.keys() - results.keys())
    yield from some("launches in the files are missing", true.intents.keys() - results.keys())
    yield from some("launches that nobody wrote are there", results.keys() - true.intents.keys())
    yield from some("launches were taken more than once", [id_ for id_, count in takings.items() if count != 1])
    yield from some("launches have no taking", results.keys() - takings.keys())
    yield from some("launches have another outcome than was written", unlike)
    yield from some("launches are not as they were written", altered)
    yield from some("files were not taken up to their last whole line", behind)


def is_as_written(row: dict[str, Any], true: Truth) -> bool:
    """Compare a row with its two lines."""
    told = {**row, "request": json.loads(row["request"]), "tags": json.loads(row["tags"])}
    answered = tuple(row[key] for key in ANSWERED)
    return (
        digest(told) == true.intents[row["id"]]
        and answered == true.outcomes.get(row["id"], (None,) * len(ANSWERED))
        and (row["user_name"], row["user_basis"]) == ("ana", "space")
    )


def some(what: str, ids: Any) -> Iterator[str]:
    listed = sorted(ids)
    if listed:
        yield f"{len(listed)} {what}: {', '.join(listed[:MANY])}"
