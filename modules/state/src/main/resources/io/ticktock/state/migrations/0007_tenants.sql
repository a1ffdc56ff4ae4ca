-- Who has graphs and lifetimes here. Append-only.
CREATE TABLE tenants (
    tenant_id    text COLLATE "C" NOT NULL PRIMARY KEY CHECK (tenant_id <> ''),
    display_name text NOT NULL DEFAULT '',
    created_at   timestamptz NOT NULL DEFAULT now(),
    created_by   text NOT NULL DEFAULT ''
);

-- A key is found by its id before anybody knows whose it is: ids are unique among all tenants, and made here.
CREATE TABLE api_keys (
    tenant_id     text COLLATE "C" NOT NULL CHECK (tenant_id <> ''),
    key_id        text COLLATE "C" NOT NULL UNIQUE,
    secret_digest bytea NOT NULL,
    roles         smallint[] NOT NULL CHECK (cardinality(roles) > 0),
    display_name  text NOT NULL,
    created_at    timestamptz NOT NULL DEFAULT now(),
    created_by    text NOT NULL,
    revoked_at    timestamptz,
    revoked_by    text,
    PRIMARY KEY (tenant_id, key_id)
);

-- Append-only: the AuditEntry message, and what is looked for. The tenant is empty where there was no credential.
CREATE TABLE audit_log (
    tenant_id text COLLATE "C" NOT NULL,
    entry_id  uuid NOT NULL PRIMARY KEY,
    time      timestamptz NOT NULL,
    entry     bytea NOT NULL
);

CREATE INDEX audit_log_of_tenant ON audit_log (tenant_id, time, entry_id);
CREATE INDEX audit_log_of_all ON audit_log (time, entry_id);

GRANT SELECT, INSERT ON tenants, api_keys, audit_log TO ticktock_writer;
GRANT UPDATE (revoked_at, revoked_by) ON api_keys TO ticktock_writer;

GRANT SELECT ON tenants, audit_log TO ticktock_reader;
GRANT SELECT (tenant_id, key_id, roles, display_name, created_at, created_by, revoked_at, revoked_by) ON api_keys
    TO ticktock_reader;

ALTER TABLE tenants ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE api_keys ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE audit_log ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;

CREATE POLICY of_the_data_plane ON tenants TO ticktock_writer USING (true);
CREATE POLICY of_the_data_plane ON audit_log TO ticktock_writer USING (true);

-- A key can be revoked, once and for good.
CREATE POLICY of_the_data_plane ON api_keys FOR SELECT TO ticktock_writer USING (true);
CREATE POLICY of_the_data_plane_to_add ON api_keys FOR INSERT TO ticktock_writer WITH CHECK (revoked_at IS NULL);
CREATE POLICY of_the_data_plane_to_revoke ON api_keys FOR UPDATE TO ticktock_writer
    USING (revoked_at IS NULL) WITH CHECK (revoked_at IS NOT NULL);

CREATE POLICY of_the_tenant ON tenants FOR SELECT TO ticktock_reader
    USING (tenant_id = current_setting('ticktock.tenant_id', true));
CREATE POLICY of_the_tenant ON api_keys FOR SELECT TO ticktock_reader
    USING (tenant_id = current_setting('ticktock.tenant_id', true));
-- What had no credential is no tenant's, and an unset tenant may be ''.
CREATE POLICY of_the_tenant ON audit_log FOR SELECT TO ticktock_reader
    USING (tenant_id = current_setting('ticktock.tenant_id', true) AND tenant_id <> '');

-- Those who have lifetimes or graphs already, found by skipping from each to the next; as the role that sees all of them.
SET LOCAL ROLE ticktock_writer;

WITH RECURSIVE found (tenant_id) AS (
    SELECT min(tenant_id) FROM lifetimes
    UNION ALL
    SELECT (SELECT min(l.tenant_id) FROM lifetimes l WHERE l.tenant_id > found.tenant_id)
    FROM found WHERE tenant_id IS NOT NULL)
INSERT INTO tenants (tenant_id)
SELECT 'default'
UNION
SELECT tenant_id FROM found WHERE tenant_id IS NOT NULL
UNION
SELECT tenant_id FROM agent_graphs;

RESET ROLE;
