-- The days on which units moved that came in with an import: the ledger's own time is that of the import.

CREATE TABLE past_moves (
  posting_id BLOB PRIMARY KEY REFERENCES postings (id),
  wallet_id BLOB NOT NULL REFERENCES wallets (id),
  day TEXT NOT NULL,
  repair_id BLOB
);
CREATE INDEX past_moves_wallet ON past_moves (wallet_id);
CREATE TRIGGER past_moves_update BEFORE UPDATE ON past_moves BEGIN SELECT RAISE(ABORT, 'past_moves of the ledger are never changed or deleted: post a correction'); END;
CREATE TRIGGER past_moves_delete BEFORE DELETE ON past_moves BEGIN SELECT RAISE(ABORT, 'past_moves of the ledger are never changed or deleted: post a correction'); END;

-- What was done at the desk for an issue, and how long it took.

ALTER TABLE issues ADD COLUMN remedy TEXT NOT NULL DEFAULT '';
ALTER TABLE issues ADD COLUMN desk_minutes BIGINT NOT NULL DEFAULT 0;
