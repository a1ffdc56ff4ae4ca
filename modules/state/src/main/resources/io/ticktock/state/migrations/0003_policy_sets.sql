-- Every policy set that was ever in force, so that its decisions can be recomputed. Append-only; of no tenant.

CREATE TABLE policy_sets (
    digest        text COLLATE "C" NOT NULL PRIMARY KEY,
    content       bytea NOT NULL,
    registered_at timestamptz NOT NULL DEFAULT now()
);

GRANT SELECT, INSERT ON policy_sets TO ticktock_writer;
