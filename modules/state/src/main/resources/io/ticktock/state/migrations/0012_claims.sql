-- Who said to answer a question, and until when that keeps others from it.
ALTER TABLE human_tasks ADD COLUMN claimed_by text COLLATE "C", ADD COLUMN claimed_until timestamptz;

GRANT UPDATE (claimed_by, claimed_until) ON human_tasks TO ticktock_writer;
