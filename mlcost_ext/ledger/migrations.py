"""What the server's SQLite file looks like, one numbered step after another; a step that was shipped is never changed."""

from __future__ import annotations

MIGRATIONS: tuple[str, ...] = (
    """
    CREATE TABLE ended_job (
        kind TEXT NOT NULL,
        region_id TEXT NOT NULL,
        name TEXT NOT NULL,
        created_at TEXT NOT NULL,
        ended_at TEXT NOT NULL,
        status TEXT NOT NULL,
        instance_type TEXT,
        instance_count INTEGER,
        is_spot INTEGER NOT NULL,
        list_cost INTEGER,
        storage_list_cost INTEGER,
        billing_currency TEXT,
        notebook TEXT,
        tags TEXT NOT NULL,
        PRIMARY KEY (kind, region_id, name, created_at)
    ) WITHOUT ROWID;
    CREATE INDEX ended_job_ended_at ON ended_job (ended_at);
    CREATE TABLE history_cursor (
        region_id TEXT NOT NULL,
        cursor TEXT NOT NULL,
        PRIMARY KEY (region_id)
    ) WITHOUT ROWID;
    """,
    """
    ALTER TABLE ended_job ADD COLUMN contracted_cost INTEGER;
    ALTER TABLE ended_job ADD COLUMN storage_contracted_cost INTEGER;
    """,
)
"""`list_cost` and its like are 10⁻⁹ of the billing currency, null: unknown. Times are ISO-8601 in UTC."""
