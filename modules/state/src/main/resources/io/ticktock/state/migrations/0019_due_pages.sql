-- What is due of a shard, page by page in this order.
CREATE INDEX timers_due_pages ON timers (shard, due_at, tenant_id, lifetime_id);
DROP INDEX timers_due;

CREATE INDEX signals_due_pages ON signals (shard, created_at, tenant_id, lifetime_id);
DROP INDEX signals_shard;
