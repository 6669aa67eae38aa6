-- The days on which units moved that came in with an import: the ledger's own time is that of the import.

CREATE TABLE past_moves (
  posting_id BYTEA PRIMARY KEY REFERENCES postings (id),
  wallet_id BYTEA NOT NULL REFERENCES wallets (id),
  day TEXT NOT NULL,
  repair_id BYTEA
);
CREATE INDEX past_moves_wallet ON past_moves (wallet_id);
CREATE TRIGGER past_moves_update BEFORE UPDATE ON past_moves FOR EACH ROW EXECUTE FUNCTION keep_ledger();
CREATE TRIGGER past_moves_delete BEFORE DELETE OR TRUNCATE ON past_moves FOR EACH STATEMENT EXECUTE FUNCTION keep_ledger();

-- What was done at the desk for an issue, and how long it took.

ALTER TABLE issues ADD COLUMN remedy TEXT NOT NULL DEFAULT '';
ALTER TABLE issues ADD COLUMN desk_minutes BIGINT NOT NULL DEFAULT 0;
