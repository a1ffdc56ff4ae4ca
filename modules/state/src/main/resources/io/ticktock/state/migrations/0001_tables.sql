-- Every key starts with the tenant. Text that is compared has the collation "C": byte order, and cheap.

CREATE TABLE agent_graphs (
    tenant_id     text COLLATE "C" NOT NULL CHECK (tenant_id <> ''),
    name          text COLLATE "C" NOT NULL,
    version       text COLLATE "C" NOT NULL,
    digest        text NOT NULL,
    canonical     bytea NOT NULL,
    registered_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, name, version)
);

-- The head row of a lifetime: the AgentLifetime message, and what is looked for.
CREATE TABLE lifetimes (
    tenant_id       text COLLATE "C" NOT NULL CHECK (tenant_id <> ''),
    lifetime_id     uuid NOT NULL,
    shard           smallint NOT NULL,
    status          smallint NOT NULL,
    parked          boolean NOT NULL,
    last_seq        bigint NOT NULL,
    created_at      timestamptz NOT NULL,
    updated_at      timestamptz NOT NULL,
    ended_at        timestamptz,
    graph_name      text NOT NULL,
    graph_version   text NOT NULL,
    idempotency_key text COLLATE "C",
    head            bytea NOT NULL,
    input           bytea NOT NULL,
    PRIMARY KEY (tenant_id, lifetime_id)
) WITH (fillfactor = 80);

CREATE UNIQUE INDEX lifetimes_idempotency_key ON lifetimes (tenant_id, idempotency_key)
    WHERE idempotency_key IS NOT NULL;

-- Running (status 1) and not parked: what an owner must hold in memory.
CREATE INDEX lifetimes_runnable ON lifetimes (tenant_id, lifetime_id, shard)
    WHERE status = 1 AND NOT parked;

-- Append-only: the TaskExecution message, and what is counted or looked for.
CREATE TABLE task_executions (
    tenant_id   text COLLATE "C" NOT NULL,
    lifetime_id uuid NOT NULL,
    exec_id     uuid NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    tokens_used bigint NOT NULL,
    cost_micros bigint NOT NULL,
    latency_ms  bigint NOT NULL,
    iteration   integer NOT NULL,
    attempt     integer NOT NULL,
    status      smallint NOT NULL,
    node_id     text NOT NULL,
    envelope    bytea NOT NULL,
    PRIMARY KEY (tenant_id, lifetime_id, exec_id)
);

-- Append-only: the PlanExecution message, and what is counted or looked for.
CREATE TABLE plan_executions (LIKE task_executions INCLUDING ALL);

-- Append-only: the log whose fold is the state of a lifetime.
CREATE TABLE lifetime_events (
    tenant_id   text COLLATE "C" NOT NULL,
    lifetime_id uuid NOT NULL,
    seq         bigint NOT NULL,
    epoch       bigint NOT NULL,
    event       bytea NOT NULL,
    PRIMARY KEY (tenant_id, lifetime_id, seq)
);

-- When to wake a parked lifetime at the latest.
CREATE TABLE timers (
    tenant_id   text COLLATE "C" NOT NULL,
    lifetime_id uuid NOT NULL,
    shard       smallint NOT NULL,
    due_at      timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, lifetime_id)
);

CREATE INDEX timers_due ON timers (shard, due_at);

-- Commands that a lifetime has yet to answer.
CREATE TABLE signals (
    tenant_id   text COLLATE "C" NOT NULL,
    lifetime_id uuid NOT NULL,
    signal_id   text COLLATE "C" NOT NULL,
    shard       smallint NOT NULL,
    created_at  timestamptz NOT NULL DEFAULT now(),
    signal      bytea NOT NULL,
    PRIMARY KEY (tenant_id, lifetime_id, signal_id)
);

CREATE INDEX signals_shard ON signals (shard);

-- Who drives lifetimes. A row is locked FOR SHARE by every decision of its owner and FOR UPDATE by who takes over.
CREATE TABLE shard_owners (
    owner_id    text COLLATE "C" NOT NULL PRIMARY KEY,
    epoch       bigint NOT NULL,
    lease_until timestamptz NOT NULL
);

CREATE SEQUENCE shard_epochs;

-- A shard whose owner has no row in shard_owners is free.
CREATE TABLE shards (
    shard    smallint NOT NULL PRIMARY KEY,
    owner_id text COLLATE "C"
);

INSERT INTO shards (shard) SELECT generate_series(0, 63);

-- Which blobs a record, an event, a signal or an input refers to.
CREATE TABLE blob_references (
    tenant_id text COLLATE "C" NOT NULL,
    uri       text COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant_id, uri)
);
