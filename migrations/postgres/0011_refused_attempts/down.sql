DROP INDEX refusals_operation;
ALTER TABLE refusals DROP COLUMN fingerprint;
ALTER TABLE refusals DROP COLUMN operation;
