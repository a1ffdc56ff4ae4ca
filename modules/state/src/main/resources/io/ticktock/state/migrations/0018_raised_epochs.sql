-- Which epoch an owner named when its own rose last, so that it may ask once more when it did not hear; and under which one it
-- began to own, as which it counts once, however often its epoch rises.
ALTER TABLE shard_owners
    ADD COLUMN raised_from bigint,
    ADD COLUMN taken_as    bigint;
