-- How a shard came to its owner: since when, and how many owners in a row were lost soon after they had taken it.
ALTER TABLE shards
    ADD COLUMN taken_at timestamptz,
    ADD COLUMN losses   smallint NOT NULL DEFAULT 0;

GRANT UPDATE (owner_id, taken_at, losses) ON shards TO ticktock_writer;

-- Lifetimes that an owner of a troubled shard is bringing into memory, or was when it was lost; in how many ownerships.
CREATE TABLE suspects (
    tenant_id   text COLLATE "C" NOT NULL,
    lifetime_id uuid NOT NULL,
    shard       smallint NOT NULL,
    epoch       bigint NOT NULL,
    tries       smallint NOT NULL,
    PRIMARY KEY (tenant_id, lifetime_id)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON suspects TO ticktock_writer;

-- Why nobody drives it, until somebody says that it is to be tried again.
ALTER TABLE lifetimes ADD COLUMN quarantine text;

GRANT UPDATE (quarantine) ON lifetimes TO ticktock_writer;
