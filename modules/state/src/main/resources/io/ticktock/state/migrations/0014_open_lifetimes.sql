-- With the status, so that the open ones of each are counted without a look at their rows.
DROP INDEX lifetimes_open;

CREATE INDEX lifetimes_open ON lifetimes (tenant_id, status) WHERE status IN (1, 2);
