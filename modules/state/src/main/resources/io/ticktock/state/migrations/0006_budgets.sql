-- A budget that tenants share out: its row is locked while a part of it is granted.
CREATE TABLE tenant_budgets (
    tenant_id text COLLATE "C" NOT NULL CHECK (tenant_id <> ''),
    budget    text COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant_id, budget)
);

-- The parts of budgets that guardrails hand out. What is set aside and used never exceeds what was granted, but for what
-- attempts used beyond what was set aside for them (overdraft).
CREATE TABLE budget_slices (
    tenant_id text COLLATE "C" NOT NULL,
    budget    text COLLATE "C" NOT NULL,
    bucket    timestamptz NOT NULL,
    slice_id  text COLLATE "C" NOT NULL,
    granted   bigint NOT NULL,
    reserved  bigint NOT NULL DEFAULT 0 CHECK (reserved >= 0),
    spent     bigint NOT NULL DEFAULT 0,
    overdraft bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (tenant_id, budget, bucket, slice_id),
    CONSTRAINT within_what_was_granted CHECK (reserved + spent <= granted + overdraft)
) WITH (fillfactor = 50);

CREATE INDEX budget_slices_slice ON budget_slices (slice_id);

GRANT SELECT, INSERT, UPDATE ON tenant_budgets TO ticktock_writer;
GRANT SELECT, INSERT, UPDATE, DELETE ON budget_slices TO ticktock_writer;
