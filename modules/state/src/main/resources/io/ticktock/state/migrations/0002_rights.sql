-- ticktock_writer is the data plane: it may add to what is append-only, never change or remove it.
GRANT USAGE ON SCHEMA ticktock TO ticktock_writer, ticktock_reader;
GRANT SELECT, INSERT ON agent_graphs, task_executions, plan_executions, lifetime_events, blob_references
    TO ticktock_writer;
GRANT SELECT, INSERT ON lifetimes TO ticktock_writer;
GRANT UPDATE (status, parked, last_seq, updated_at, ended_at, head) ON lifetimes TO ticktock_writer;
GRANT SELECT, INSERT, UPDATE, DELETE ON timers, signals, shard_owners TO ticktock_writer;
GRANT SELECT, UPDATE (owner_id) ON shards TO ticktock_writer;
GRANT USAGE ON SEQUENCE shard_epochs TO ticktock_writer;

-- ticktock_reader is one tenant at a time: the one named in ticktock.tenant_id for the transaction, else none.
GRANT SELECT ON agent_graphs, lifetimes, task_executions, plan_executions, lifetime_events TO ticktock_reader;

ALTER TABLE agent_graphs ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE lifetimes ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE task_executions ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE plan_executions ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE lifetime_events ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;

CREATE POLICY of_the_data_plane ON agent_graphs TO ticktock_writer USING (true);
CREATE POLICY of_the_data_plane ON lifetimes TO ticktock_writer USING (true);
CREATE POLICY of_the_data_plane ON task_executions TO ticktock_writer USING (true);
CREATE POLICY of_the_data_plane ON plan_executions TO ticktock_writer USING (true);
CREATE POLICY of_the_data_plane ON lifetime_events TO ticktock_writer USING (true);

-- An unset tenant is NULL, or '' after an earlier transaction of the session had set one: equal to no tenant.
CREATE POLICY of_the_tenant ON agent_graphs FOR SELECT TO ticktock_reader
    USING (tenant_id = current_setting('ticktock.tenant_id', true));
CREATE POLICY of_the_tenant ON lifetimes FOR SELECT TO ticktock_reader
    USING (tenant_id = current_setting('ticktock.tenant_id', true));
CREATE POLICY of_the_tenant ON task_executions FOR SELECT TO ticktock_reader
    USING (tenant_id = current_setting('ticktock.tenant_id', true));
CREATE POLICY of_the_tenant ON plan_executions FOR SELECT TO ticktock_reader
    USING (tenant_id = current_setting('ticktock.tenant_id', true));
CREATE POLICY of_the_tenant ON lifetime_events FOR SELECT TO ticktock_reader
    USING (tenant_id = current_setting('ticktock.tenant_id', true));
