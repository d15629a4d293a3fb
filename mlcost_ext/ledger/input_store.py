"""How large the inputs of launches are, and what of S3 cannot be known."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from mlcost_ext.core.times import UTC, time_from_text, time_to_text

from .database import Database
from .job_store import carry_inputs


class InputStore:
    """Sizes of inputs in the server's file. Every method blocks and may be called from any thread."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def note(self, launch_ids: Iterable[str], prefix: str, input_bytes: int | None, at: datetime) -> None:
        """Keep how large the data below a prefix is, also with the launches it is the input of and their jobs that have ended.

        Args:
            launch_ids: Of which it is the input.
            prefix: The digest of it.
            input_bytes: Above 0; None: it cannot be known.
            at: When it was listed.

        Raises:
            OSError: The file cannot be written.
        """
        with self._database.transaction() as connection:
            connection.execute("BEGIN IMMEDIATE")
            moment = time_to_text(at.astimezone(UTC).replace(microsecond=0))  # so that it can be ordered as text
            connection.execute("INSERT OR REPLACE INTO input_size VALUES (?, ?, ?)", (prefix, input_bytes, moment))
            for launch_id in launch_ids if input_bytes is not None else ():
                connection.execute("UPDATE launch SET input_bytes = ? WHERE id = ?", (input_bytes, launch_id))
                found = connection.execute("SELECT kind, region_id, name FROM launch WHERE id = ?", (launch_id,))
                carry_inputs(connection, found.fetchall())

    def unknown_since(self, since: datetime) -> dict[str, datetime]:
        """Give the digests of prefixes that turned out since then not to be known, each with when.

        Raises:
            OSError: The file cannot be read.
        """
        after = time_to_text(since.astimezone(UTC).replace(microsecond=0))
        with self._database.transaction() as connection:
            rows = connection.execute(UNKNOWN, (after,)).fetchall()
        return {prefix: moment for prefix, at in rows if (moment := time_from_text(at)) is not None}

    def forget(self, before: date) -> None:
        """Delete what was listed on the days before.

        Raises:
            OSError: The file cannot be written.
        """
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM input_size WHERE measured_at < ?", (before.isoformat(),))


UNKNOWN = "SELECT prefix, measured_at FROM input_size WHERE input_bytes IS NULL AND measured_at >= ?"
