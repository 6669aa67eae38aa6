-- What proves the ledger: roots over all its chains, one a day; links over the entries of each stream and over the
-- refusals; and triggers that let nothing of it be changed or deleted.

CREATE TABLE ledger_roots (
  nth BIGINT PRIMARY KEY,
  day TEXT NOT NULL UNIQUE,
  taken_at BIGINT NOT NULL,
  root BYTEA NOT NULL
);

CREATE TABLE ledger_root_heads (
  nth BIGINT NOT NULL REFERENCES ledger_roots (nth),
  chain TEXT NOT NULL,
  seq BIGINT NOT NULL,
  link BYTEA NOT NULL,
  PRIMARY KEY (nth, chain)
);
CREATE INDEX ledger_root_heads_chain ON ledger_root_heads (chain, seq);

-- Entries and refusals from before there were links have none.
ALTER TABLE stream_entries ADD COLUMN link BYTEA;
ALTER TABLE refusals ADD COLUMN seq BIGINT;
ALTER TABLE refusals ADD COLUMN link BYTEA;
CREATE UNIQUE INDEX refusals_seq ON refusals (seq);

CREATE FUNCTION keep_ledger() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '% of the ledger are never changed or deleted: post a correction', TG_TABLE_NAME; END $$;
CREATE TRIGGER postings_update BEFORE UPDATE ON postings FOR EACH ROW EXECUTE FUNCTION keep_ledger();
CREATE TRIGGER postings_delete BEFORE DELETE OR TRUNCATE ON postings FOR EACH STATEMENT EXECUTE FUNCTION keep_ledger();
CREATE TRIGGER journal_update BEFORE UPDATE ON journal FOR EACH ROW EXECUTE FUNCTION keep_ledger();
CREATE TRIGGER journal_delete BEFORE DELETE OR TRUNCATE ON journal FOR EACH STATEMENT EXECUTE FUNCTION keep_ledger();
CREATE TRIGGER stream_entries_update BEFORE UPDATE ON stream_entries FOR EACH ROW EXECUTE FUNCTION keep_ledger();
CREATE TRIGGER stream_entries_delete BEFORE DELETE OR TRUNCATE ON stream_entries FOR EACH STATEMENT EXECUTE FUNCTION keep_ledger();
CREATE TRIGGER policies_update BEFORE UPDATE ON policies FOR EACH ROW EXECUTE FUNCTION keep_ledger();
CREATE TRIGGER policies_delete BEFORE DELETE OR TRUNCATE ON policies FOR EACH STATEMENT EXECUTE FUNCTION keep_ledger();
CREATE TRIGGER refusals_update BEFORE UPDATE ON refusals FOR EACH ROW EXECUTE FUNCTION keep_ledger();
CREATE TRIGGER refusals_delete BEFORE DELETE OR TRUNCATE ON refusals FOR EACH STATEMENT EXECUTE FUNCTION keep_ledger();
CREATE TRIGGER ledger_roots_update BEFORE UPDATE ON ledger_roots FOR EACH ROW EXECUTE FUNCTION keep_ledger();
CREATE TRIGGER ledger_roots_delete BEFORE DELETE OR TRUNCATE ON ledger_roots FOR EACH STATEMENT EXECUTE FUNCTION keep_ledger();
CREATE TRIGGER ledger_root_heads_update BEFORE UPDATE ON ledger_root_heads FOR EACH ROW EXECUTE FUNCTION keep_ledger();
CREATE TRIGGER ledger_root_heads_delete BEFORE DELETE OR TRUNCATE ON ledger_root_heads FOR EACH STATEMENT EXECUTE FUNCTION keep_ledger();
CREATE TRIGGER wallets_update BEFORE UPDATE OF id, contract_id, unit ON wallets FOR EACH ROW EXECUTE FUNCTION keep_ledger();
CREATE TRIGGER wallets_delete BEFORE DELETE OR TRUNCATE ON wallets FOR EACH STATEMENT EXECUTE FUNCTION keep_ledger();
CREATE TRIGGER lots_update BEFORE UPDATE OF id, wallet_id, number, origin, units, price_yen, issued_on, expires_on, usable_until, scope, law_class, from_lot ON lots FOR EACH ROW EXECUTE FUNCTION keep_ledger();
CREATE TRIGGER lots_delete BEFORE DELETE OR TRUNCATE ON lots FOR EACH STATEMENT EXECUTE FUNCTION keep_ledger();
CREATE TRIGGER tickets_update BEFORE UPDATE OF id, lot_id, wallet_id, serial, number, expires_on ON tickets FOR EACH ROW EXECUTE FUNCTION keep_ledger();
CREATE TRIGGER tickets_delete BEFORE DELETE OR TRUNCATE ON tickets FOR EACH STATEMENT EXECUTE FUNCTION keep_ledger();
CREATE TRIGGER holds_update BEFORE UPDATE OF id, wallet_id, issue_id, units, policy_version, created_at ON holds FOR EACH ROW EXECUTE FUNCTION keep_ledger();
CREATE TRIGGER holds_delete BEFORE DELETE OR TRUNCATE ON holds FOR EACH STATEMENT EXECUTE FUNCTION keep_ledger();
CREATE TRIGGER adjustments_update BEFORE UPDATE OF id, wallet_id, request, proposed_by, proposed_at ON adjustments FOR EACH ROW EXECUTE FUNCTION keep_ledger();
CREATE TRIGGER adjustments_delete BEFORE DELETE OR TRUNCATE ON adjustments FOR EACH STATEMENT EXECUTE FUNCTION keep_ledger();
CREATE TRIGGER disputes_update BEFORE UPDATE OF id, contract_id, posting_id, issue_id, units, reason, raised_by, raised_at ON disputes FOR EACH ROW EXECUTE FUNCTION keep_ledger();
CREATE TRIGGER disputes_delete BEFORE DELETE OR TRUNCATE ON disputes FOR EACH STATEMENT EXECUTE FUNCTION keep_ledger();
CREATE TRIGGER approvals_update BEFORE UPDATE OF issue_id, contract_id, units, asked_at ON approvals FOR EACH ROW EXECUTE FUNCTION keep_ledger();
CREATE TRIGGER approvals_delete BEFORE DELETE OR TRUNCATE ON approvals FOR EACH STATEMENT EXECUTE FUNCTION keep_ledger();
CREATE TRIGGER approval_rules_delete BEFORE DELETE OR TRUNCATE ON approval_rules FOR EACH STATEMENT EXECUTE FUNCTION keep_ledger();
CREATE TRIGGER invoices_delete BEFORE DELETE OR TRUNCATE ON invoices FOR EACH STATEMENT EXECUTE FUNCTION keep_ledger();
