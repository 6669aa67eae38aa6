-- That a customer agrees with a use: which line of the statement, by its first posting, and who said so when.

CREATE TABLE confirmations (
  posting_id BYTEA PRIMARY KEY REFERENCES postings (id),
  contract_id BYTEA NOT NULL REFERENCES contracts (id),
  issue_id BYTEA NOT NULL REFERENCES issues (id),
  units BIGINT NOT NULL CHECK (units > 0),
  confirmed_by TEXT NOT NULL,
  confirmed_at BIGINT NOT NULL
);
CREATE INDEX confirmations_contract ON confirmations (contract_id);
CREATE TRIGGER confirmations_update BEFORE UPDATE ON confirmations FOR EACH ROW EXECUTE FUNCTION keep_ledger();
CREATE TRIGGER confirmations_delete BEFORE DELETE OR TRUNCATE ON confirmations FOR EACH STATEMENT EXECUTE FUNCTION keep_ledger();
