-- Which transaction logged an event, as a number that only grows: a tenant's events in the order of it, of lifetimes and of
-- seqs are the tenant's stream. What was logged before is NULL, and in no stream.
ALTER TABLE lifetime_events ADD COLUMN batch bigint;

-- Many rows share a number, which the index has once for all of them. It must not have lifetime_id and seq: inserts would go to as
-- many of its pages as there are lifetimes in a batch, and none would be shared.
CREATE INDEX lifetime_events_stream ON lifetime_events (tenant_id, batch) WHERE batch IS NOT NULL;

-- One row: what is added to the numbers of this server's transactions to make batches, and the key under which positions are told,
-- since the numbers, which all tenants share, would tell each what others do.
CREATE TABLE event_order (
    only_one     boolean PRIMARY KEY DEFAULT true CHECK (only_one),
    base         bigint NOT NULL,
    -- Whose transactions these are; another's may have lower numbers.
    server       text NOT NULL,
    position_key bytea NOT NULL
);

INSERT INTO event_order (base, server, position_key)
VALUES (0, '', uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()));

GRANT SELECT (only_one, base, position_key) ON event_order TO ticktock_writer;
GRANT SELECT (only_one, base) ON event_order TO ticktock_reader;
