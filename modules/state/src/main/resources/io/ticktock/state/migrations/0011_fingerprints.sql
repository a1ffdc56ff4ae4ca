-- What a lifetime was asked for with: the StartFingerprint message. Those that were there before have none.
ALTER TABLE lifetimes ADD COLUMN fingerprint bytea;
