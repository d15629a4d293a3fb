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
    """
    CREATE TABLE spool_file (
        name TEXT PRIMARY KEY,
        position INTEGER NOT NULL,
        is_inside_long_line INTEGER NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE launch (
        id TEXT PRIMARY KEY,
        at TEXT NOT NULL,
        answered_at TEXT,
        kind TEXT NOT NULL,
        region_id TEXT NOT NULL,
        name TEXT NOT NULL,
        result TEXT,
        resource_id TEXT,
        error_code TEXT,
        kernel_id TEXT,
        notebook TEXT,
        cell_id TEXT,
        user_name TEXT,
        user_basis TEXT,
        git_commit TEXT,
        project TEXT,
        request TEXT NOT NULL,
        tags TEXT NOT NULL
    );
    CREATE INDEX launch_at ON launch (at);
    """,
    """
    CREATE TABLE scope (
        id INTEGER PRIMARY KEY,
        kind TEXT NOT NULL,
        region_id TEXT NOT NULL,
        arn_start TEXT NOT NULL,
        UNIQUE (kind, region_id, arn_start)
    );
    CREATE TABLE resource (
        id INTEGER PRIMARY KEY,
        digest INTEGER NOT NULL UNIQUE,
        scope INTEGER NOT NULL REFERENCES scope,
        name TEXT NOT NULL,
        created_at INTEGER NOT NULL
    );
    CREATE TABLE price (
        id INTEGER PRIMARY KEY,
        digest INTEGER NOT NULL UNIQUE,
        region_id TEXT NOT NULL,
        component TEXT NOT NULL,
        instance_type TEXT NOT NULL,
        purchase_option TEXT NOT NULL,
        pricing_unit TEXT NOT NULL,
        billing_currency TEXT NOT NULL,
        list_unit_price TEXT NOT NULL,
        contracted_unit_price TEXT NOT NULL,
        price_source TEXT NOT NULL,
        price_origin TEXT NOT NULL,
        price_as_of TEXT NOT NULL,
        price_basis TEXT NOT NULL,
        error_percent TEXT NOT NULL,
        sku TEXT NOT NULL
    );
    CREATE TABLE attribution (
        id INTEGER PRIMARY KEY,
        digest INTEGER NOT NULL UNIQUE,
        notebook TEXT NOT NULL,
        cell_id TEXT NOT NULL,
        user_name TEXT NOT NULL,
        user_basis TEXT NOT NULL,
        project TEXT NOT NULL,
        kernel_state TEXT NOT NULL,
        tags TEXT NOT NULL
    );
    CREATE TABLE charge (
        id INTEGER PRIMARY KEY,
        resource INTEGER NOT NULL REFERENCES resource,
        price INTEGER NOT NULL REFERENCES price,
        attribution INTEGER NOT NULL REFERENCES attribution,
        day INTEGER NOT NULL,
        starts INTEGER NOT NULL,
        ends INTEGER NOT NULL,
        quantity INTEGER NOT NULL,
        list_cost INTEGER,
        contracted_cost INTEGER,
        basis INTEGER NOT NULL,
        is_correction INTEGER NOT NULL,
        written_at INTEGER NOT NULL
    );
    CREATE INDEX charge_day ON charge (day);
    CREATE INDEX charge_resource ON charge (resource);
    CREATE TABLE open_line (
        resource INTEGER NOT NULL REFERENCES resource,
        line INTEGER NOT NULL,
        price INTEGER NOT NULL REFERENCES price,
        attribution INTEGER NOT NULL REFERENCES attribution,
        quantity TEXT NOT NULL,
        starts INTEGER NOT NULL,
        settled INTEGER NOT NULL,
        since INTEGER,
        ends INTEGER,
        PRIMARY KEY (resource, line)
    ) WITHOUT ROWID;
    CREATE TABLE busy (
        resource INTEGER NOT NULL REFERENCES resource,
        day INTEGER NOT NULL,
        attribution INTEGER NOT NULL REFERENCES attribution,
        seconds INTEGER NOT NULL,
        PRIMARY KEY (resource, day, attribution)
    ) WITHOUT ROWID;
    CREATE TABLE ledger_state (
        name TEXT PRIMARY KEY,
        value TEXT NOT NULL
    ) WITHOUT ROWID;
    """,
    """
    ALTER TABLE ended_job ADD COLUMN run_seconds INTEGER;
    ALTER TABLE ended_job ADD COLUMN billable_seconds INTEGER;
    ALTER TABLE ended_job ADD COLUMN image TEXT;
    ALTER TABLE ended_job ADD COLUMN script TEXT;
    ALTER TABLE ended_job ADD COLUMN data TEXT;
    ALTER TABLE launch ADD COLUMN estimate TEXT;
    DELETE FROM history_cursor;
    """,
)
"""`list_cost` and its like are 10⁻⁹ of the billing currency, null: unknown; `quantity` of a charge is 10⁻⁹ of its unit.

Times of jobs and launches are ISO-8601 in UTC. Those of charges are whole numbers: `day` counts days since 1970, `starts` and
`ends` of a charge seconds since 1970; `starts`, `since`, `ends` and `settled` of an open line are microseconds. `basis` is 0
estimated, 1 metered, 2 billed. Empty text is nothing. `digest` is 64 bits of what tells a row from every other, and stands for
an index of all of that; `arn_start` is an ARN up to the name. `image`, `script` and `data` are digests of what runs have in
common; the step that added them lets the past be read once more, so that they are known of jobs that ended before it.
"""
