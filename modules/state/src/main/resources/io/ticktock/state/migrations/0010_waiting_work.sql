-- Attempts that wait until a worker outside has room for them.
CREATE TABLE waiting_work (
    tenant_id   text COLLATE "C" NOT NULL,
    exec_id     uuid NOT NULL,
    lifetime_id uuid NOT NULL,
    task_type   text COLLATE "C" NOT NULL,
    since       timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, exec_id)
);

CREATE INDEX waiting_work_of_type ON waiting_work (tenant_id, task_type, since, exec_id);

GRANT SELECT, INSERT, DELETE ON waiting_work TO ticktock_writer;
GRANT UPDATE (since) ON waiting_work TO ticktock_writer;

ALTER TABLE waiting_work ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;

CREATE POLICY of_the_data_plane ON waiting_work TO ticktock_writer USING (true);
