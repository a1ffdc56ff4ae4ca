-- Attempts that ask, or asked, a person: which they are. What is asked is in the event. An answered one stays, so that a
-- second answer is told from one to nothing.
CREATE TABLE human_tasks (
    tenant_id   text COLLATE "C" NOT NULL,
    exec_id     uuid NOT NULL,
    lifetime_id uuid NOT NULL,
    seq         bigint NOT NULL,
    node_id     text NOT NULL,
    asked_at    timestamptz NOT NULL,
    closed_at   timestamptz,
    PRIMARY KEY (tenant_id, exec_id)
);

CREATE INDEX human_tasks_open ON human_tasks (tenant_id, asked_at, exec_id) WHERE closed_at IS NULL;

GRANT SELECT, INSERT ON human_tasks TO ticktock_writer;
GRANT UPDATE (seq, asked_at, closed_at) ON human_tasks TO ticktock_writer;
GRANT SELECT ON human_tasks TO ticktock_reader;

ALTER TABLE human_tasks ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;

CREATE POLICY of_the_data_plane ON human_tasks TO ticktock_writer USING (true);
CREATE POLICY of_the_tenant ON human_tasks FOR SELECT TO ticktock_reader
    USING (tenant_id = current_setting('ticktock.tenant_id', true));
