DROP INDEX lots_live;
CREATE INDEX lots_live ON lots (expires_on, wallet_id) WHERE available > 0;
ALTER TABLE lots DROP COLUMN usable_until;
DROP TABLE invoices;
DROP TABLE approvals;
DROP TABLE approval_rules;
DROP TABLE disputes;
