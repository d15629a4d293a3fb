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
    """
    ALTER TABLE ended_job ADD COLUMN input_bytes INTEGER;
    ALTER TABLE launch ADD COLUMN input_bytes INTEGER;
    CREATE INDEX launch_input ON launch (kind, region_id, name) WHERE input_bytes IS NOT NULL;
    CREATE TABLE input_size (
        prefix TEXT PRIMARY KEY,
        input_bytes INTEGER,
        measured_at TEXT NOT NULL
    ) WITHOUT ROWID;
    """,
    """
    CREATE TABLE decision (
        id TEXT PRIMARY KEY,
        at TEXT NOT NULL,
        kind TEXT NOT NULL,
        region_id TEXT NOT NULL,
        kernel_id TEXT,
        notebook TEXT,
        cell_id TEXT,
        user_name TEXT,
        decision TEXT NOT NULL,
        outcome TEXT NOT NULL,
        reason TEXT,
        findings TEXT NOT NULL,
        fixed TEXT NOT NULL,
        avoided_low INTEGER,
        avoided_expected INTEGER,
        billing_currency TEXT,
        basis TEXT
    );
    CREATE INDEX decision_at ON decision (at);
    ALTER TABLE launch ADD COLUMN decision TEXT;
    CREATE INDEX launch_decision ON launch (decision) WHERE decision IS NOT NULL;
    CREATE TABLE finding (
        id TEXT PRIMARY KEY,
        told_at TEXT NOT NULL,
        until TEXT,
        reason TEXT,
        accepted_at TEXT
    ) WITHOUT ROWID;
    CREATE TABLE saving (
        id TEXT PRIMARY KEY,
        at TEXT NOT NULL,
        origin TEXT NOT NULL,
        kind TEXT NOT NULL,
        region_id TEXT NOT NULL,
        name TEXT NOT NULL,
        rules TEXT NOT NULL,
        low INTEGER,
        expected INTEGER NOT NULL,
        billing_currency TEXT NOT NULL,
        basis TEXT NOT NULL,
        user_name TEXT
    ) WITHOUT ROWID;
    CREATE INDEX saving_at ON saving (at);
    """,
    """
    CREATE TABLE utilisation (
        kind TEXT NOT NULL,
        region_id TEXT NOT NULL,
        name TEXT NOT NULL,
        created_at TEXT NOT NULL,
        cpu_percent REAL,
        gpu_percent REAL,
        memory_percent REAL,
        gpu_memory_percent REAL,
        disk_percent REAL,
        read_at TEXT NOT NULL,
        PRIMARY KEY (kind, region_id, name, created_at)
    ) WITHOUT ROWID;
    CREATE INDEX ended_job_image ON ended_job (kind, image, ended_at);
    CREATE INDEX ended_job_training_type ON ended_job (instance_type, ended_at) WHERE kind = 'training';
    CREATE INDEX launch_name ON launch (kind, region_id, name, at);
    """,
    """
    CREATE TABLE prolonged (
        started_at INTEGER PRIMARY KEY,
        ended_at INTEGER NOT NULL,
        signals TEXT NOT NULL,
        cost_per_hour TEXT,
        billing_currency TEXT NOT NULL,
        timeout_minutes INTEGER
    );
    """,
    """
    CREATE TABLE activity_run (
        id INTEGER PRIMARY KEY,
        user_name TEXT
    );
    CREATE TABLE observed (
        id INTEGER PRIMARY KEY,
        run INTEGER NOT NULL REFERENCES activity_run,
        starts INTEGER NOT NULL,
        ends INTEGER NOT NULL,
        cost_per_hour INTEGER,
        billing_currency TEXT NOT NULL
    );
    CREATE TABLE activity_source (
        id INTEGER PRIMARY KEY,
        run INTEGER NOT NULL REFERENCES activity_run,
        signal TEXT NOT NULL,
        label TEXT NOT NULL,
        is_protected INTEGER NOT NULL
    );
    CREATE TABLE activity (
        id INTEGER PRIMARY KEY,
        source INTEGER NOT NULL REFERENCES activity_source,
        starts INTEGER NOT NULL,
        length INTEGER NOT NULL,
        goes_on INTEGER NOT NULL,
        lead INTEGER NOT NULL
    );
    """,
    """
    ALTER TABLE ended_job ADD COLUMN retained_seconds INTEGER;
    ALTER TABLE ended_job ADD COLUMN is_pool_reused INTEGER;
    """,
    """
    ALTER TABLE observed ADD COLUMN list_cost_per_hour INTEGER;
    """,
)
"""`list_cost` and its like are 10⁻⁹ of the billing currency, null: unknown; `quantity` of a charge is 10⁻⁹ of its unit.

Times of jobs and launches are ISO-8601 in UTC. Those of charges are whole numbers: `day` counts days since 1970, `starts` and
`ends` of a charge seconds since 1970; `starts`, `since`, `ends` and `settled` of an open line are microseconds. `basis` is 0
estimated, 1 metered, 2 billed. Empty text is nothing. `digest` is 64 bits of what tells a row from every other, and stands for
an index of all of that; `arn_start` is an ARN up to the name. `image`, `script` and `data` are digests of what runs have in
common; the step that added them lets the past be read once more, so that they are known of jobs that ended before it. `prefix`
is the digest of where data is in S3, to the letter; its `input_bytes` null: it cannot be known, and is not asked for for a day.
`findings`, `fixed` and `rules` are JSON; `id` of a saving is that of its decision or its finding, with the origin before it. Each
job is in `utilisation` once, whether or not anything was measured of it. Times of `prolonged` are milliseconds since 1970, its
`cost_per_hour` plain decimal text. So are those of `observed` and `activity`, whose `length` and `lead` are milliseconds too and
whose rows have no index, since it would be as large as they are; `cost_per_hour` of `observed` is 10⁻⁹ of its currency, and so is
`list_cost_per_hour`, which is null in rows from before there was such a column.
`retained_seconds` and `is_pool_reused` are null where AWS has not told yet what became of a job's warm pool, where it had none or
was started by another job, and where it was last read of before there were these columns.
"""
SIZES_SINCE = 6
"""The version of the file from which on it has sizes of inputs."""
UTILISATION_SINCE = 8
"""And how well machines were used."""
POOLS_SINCE = 11
"""And what became of warm pools."""
