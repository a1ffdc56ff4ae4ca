-- Where events are sent to. Secrets sign, so they are kept as they are: what reads for tenants has no right to them.
CREATE TABLE webhooks (
    tenant_id        text COLLATE "C" NOT NULL CHECK (tenant_id <> ''),
    webhook_id       uuid NOT NULL,
    url              text NOT NULL,
    event_types      text[] NOT NULL,
    graph_name       text NOT NULL,
    description      text NOT NULL,
    enabled          boolean NOT NULL,
    disabled_reason  text NOT NULL DEFAULT '',
    version          bigint NOT NULL DEFAULT 1,
    created_at       timestamptz NOT NULL DEFAULT now(),
    created_by       text NOT NULL,
    updated_at       timestamptz NOT NULL DEFAULT now(),
    failing_since    timestamptz,
    secret           text NOT NULL,
    old_secret       text,
    old_secret_until timestamptz,
    position         text NOT NULL,
    holder_id        text,
    epoch            bigint NOT NULL DEFAULT 0,
    lease_until      timestamptz,
    PRIMARY KEY (tenant_id, webhook_id)
) WITH (fillfactor = 50);

-- Events that were sent, or wait (state 1) for their next try.
CREATE TABLE webhook_deliveries (
    tenant_id       text COLLATE "C" NOT NULL,
    webhook_id      uuid NOT NULL,
    event_id        text COLLATE "C" NOT NULL,
    event_type      text NOT NULL,
    state           smallint NOT NULL,
    attempts        integer NOT NULL,
    last_status     integer NOT NULL,
    last_error      text NOT NULL,
    created_at      timestamptz NOT NULL,
    last_attempt_at timestamptz,
    next_attempt_at timestamptz,
    body            bytea NOT NULL,
    PRIMARY KEY (tenant_id, webhook_id, event_id)
);

CREATE INDEX webhook_deliveries_waiting ON webhook_deliveries (tenant_id, webhook_id, next_attempt_at) WHERE state = 1;
CREATE INDEX webhook_deliveries_newest ON webhook_deliveries (tenant_id, webhook_id, created_at, event_id);

GRANT SELECT, INSERT, DELETE ON webhooks, webhook_deliveries TO ticktock_writer;
GRANT UPDATE (
    url, event_types, graph_name, description, enabled, disabled_reason, version, updated_at, failing_since, secret,
    old_secret, old_secret_until, position, holder_id, epoch, lease_until) ON webhooks TO ticktock_writer;
GRANT UPDATE (state, attempts, last_status, last_error, last_attempt_at, next_attempt_at)
    ON webhook_deliveries TO ticktock_writer;

GRANT SELECT (
    tenant_id, webhook_id, url, event_types, graph_name, description, enabled, disabled_reason, version, created_at,
    created_by, updated_at, failing_since, old_secret_until) ON webhooks TO ticktock_reader;
GRANT SELECT ON webhook_deliveries TO ticktock_reader;

ALTER TABLE webhooks ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE webhook_deliveries ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;

CREATE POLICY of_the_data_plane ON webhooks TO ticktock_writer USING (true);
CREATE POLICY of_the_data_plane ON webhook_deliveries TO ticktock_writer USING (true);
CREATE POLICY of_the_tenant ON webhooks FOR SELECT TO ticktock_reader
    USING (tenant_id = current_setting('ticktock.tenant_id', true));
CREATE POLICY of_the_tenant ON webhook_deliveries FOR SELECT TO ticktock_reader
    USING (tenant_id = current_setting('ticktock.tenant_id', true));
