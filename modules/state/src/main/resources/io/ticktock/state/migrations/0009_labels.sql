-- Which lifetimes have a label. Append-only. Those of lifetimes that were there before are not in it.
CREATE TABLE lifetime_labels (
    tenant_id   text COLLATE "C" NOT NULL,
    name        text COLLATE "C" NOT NULL,
    value       text COLLATE "C" NOT NULL,
    lifetime_id uuid NOT NULL,
    PRIMARY KEY (tenant_id, name, value, lifetime_id)
);

GRANT SELECT, INSERT ON lifetime_labels TO ticktock_writer;
GRANT SELECT ON lifetime_labels TO ticktock_reader;

ALTER TABLE lifetime_labels ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;

CREATE POLICY of_the_data_plane ON lifetime_labels TO ticktock_writer USING (true);
CREATE POLICY of_the_tenant ON lifetime_labels FOR SELECT TO ticktock_reader
    USING (tenant_id = current_setting('ticktock.tenant_id', true));
