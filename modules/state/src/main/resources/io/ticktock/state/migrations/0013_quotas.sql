-- What a tenant may have, where that differs from the configuration.
ALTER TABLE tenants
    ADD COLUMN starts_per_second           bigint CHECK (starts_per_second > 0),
    ADD COLUMN start_burst                 bigint CHECK (start_burst > 0),
    ADD COLUMN running_lifetimes           bigint CHECK (running_lifetimes > 0),
    ADD COLUMN executions_in_flight        bigint CHECK (executions_in_flight > 0),
    ADD COLUMN remote_executions_in_flight bigint CHECK (remote_executions_in_flight > 0),
    ADD COLUMN stored_bytes                bigint CHECK (stored_bytes > 0);

GRANT UPDATE (
    starts_per_second, start_burst, running_lifetimes, executions_in_flight, remote_executions_in_flight, stored_bytes)
    ON tenants TO ticktock_writer;

-- What has not ended (running or paused), to be counted.
CREATE INDEX lifetimes_open ON lifetimes (tenant_id) WHERE status IN (1, 2);

-- How much each tenant has stored since there is this table, as added up about once a second: not to the byte.
CREATE TABLE tenant_storage (
    tenant_id    text COLLATE "C" NOT NULL PRIMARY KEY CHECK (tenant_id <> ''),
    stored_bytes bigint NOT NULL
) WITH (fillfactor = 50);

GRANT SELECT, INSERT ON tenant_storage TO ticktock_writer;
GRANT UPDATE (stored_bytes) ON tenant_storage TO ticktock_writer;

ALTER TABLE tenant_storage ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;

CREATE POLICY of_the_data_plane ON tenant_storage TO ticktock_writer USING (true);
