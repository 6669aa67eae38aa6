-- An attempt that was refused has an id of its own: one operation can be refused under several contracts, and what the
-- ledger does not honour without refusing the whole command belongs to no operation. The fingerprint tells a retry from
-- another request under the same operation id.

ALTER TABLE refusals ADD COLUMN operation BLOB;
ALTER TABLE refusals ADD COLUMN fingerprint BLOB;
CREATE INDEX refusals_operation ON refusals (operation);
