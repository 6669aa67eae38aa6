-- That a customer agrees with a use: which line of the statement, by its first posting, and who said so when.

CREATE TABLE confirmations (
  posting_id BLOB PRIMARY KEY REFERENCES postings (id),
  contract_id BLOB NOT NULL REFERENCES contracts (id),
  issue_id BLOB NOT NULL REFERENCES issues (id),
  units BIGINT NOT NULL CHECK (units > 0),
  confirmed_by TEXT NOT NULL,
  confirmed_at BIGINT NOT NULL
);
CREATE INDEX confirmations_contract ON confirmations (contract_id);
CREATE TRIGGER confirmations_update BEFORE UPDATE ON confirmations BEGIN SELECT RAISE(ABORT, 'confirmations of the ledger are never changed or deleted: post a correction'); END;
CREATE TRIGGER confirmations_delete BEFORE DELETE ON confirmations BEGIN SELECT RAISE(ABORT, 'confirmations of the ledger are never changed or deleted: post a correction'); END;
