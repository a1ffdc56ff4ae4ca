-- The lifetimes whose records a fork shares, the nearest first.
ALTER TABLE lifetimes ADD COLUMN lineage uuid[] NOT NULL DEFAULT '{}';
