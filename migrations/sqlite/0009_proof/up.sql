-- What proves the ledger: roots over all its chains, one a day; links over the entries of each stream and over the
-- refusals; and triggers that let nothing of it be changed or deleted.

CREATE TABLE ledger_roots (
  nth BIGINT PRIMARY KEY,
  day TEXT NOT NULL UNIQUE,
  taken_at BIGINT NOT NULL,
  root BLOB NOT NULL
);

CREATE TABLE ledger_root_heads (
  nth BIGINT NOT NULL REFERENCES ledger_roots (nth),
  chain TEXT NOT NULL,
  seq BIGINT NOT NULL,
  link BLOB NOT NULL,
  PRIMARY KEY (nth, chain)
);
CREATE INDEX ledger_root_heads_chain ON ledger_root_heads (chain, seq);

-- Entries and refusals from before there were links have none.
ALTER TABLE stream_entries ADD COLUMN link BLOB;
ALTER TABLE refusals ADD COLUMN seq BIGINT;
ALTER TABLE refusals ADD COLUMN link BLOB;
CREATE UNIQUE INDEX refusals_seq ON refusals (seq);

CREATE TRIGGER postings_update BEFORE UPDATE ON postings BEGIN SELECT RAISE(ABORT, 'postings of the ledger are never changed or deleted: post a correction'); END;
CREATE TRIGGER postings_delete BEFORE DELETE ON postings BEGIN SELECT RAISE(ABORT, 'postings of the ledger are never changed or deleted: post a correction'); END;
CREATE TRIGGER journal_update BEFORE UPDATE ON journal BEGIN SELECT RAISE(ABORT, 'journal of the ledger are never changed or deleted: post a correction'); END;
CREATE TRIGGER journal_delete BEFORE DELETE ON journal BEGIN SELECT RAISE(ABORT, 'journal of the ledger are never changed or deleted: post a correction'); END;
CREATE TRIGGER stream_entries_update BEFORE UPDATE ON stream_entries BEGIN SELECT RAISE(ABORT, 'stream_entries of the ledger are never changed or deleted: post a correction'); END;
CREATE TRIGGER stream_entries_delete BEFORE DELETE ON stream_entries BEGIN SELECT RAISE(ABORT, 'stream_entries of the ledger are never changed or deleted: post a correction'); END;
CREATE TRIGGER policies_update BEFORE UPDATE ON policies BEGIN SELECT RAISE(ABORT, 'policies of the ledger are never changed or deleted: post a correction'); END;
CREATE TRIGGER policies_delete BEFORE DELETE ON policies BEGIN SELECT RAISE(ABORT, 'policies of the ledger are never changed or deleted: post a correction'); END;
CREATE TRIGGER refusals_update BEFORE UPDATE ON refusals BEGIN SELECT RAISE(ABORT, 'refusals of the ledger are never changed or deleted: post a correction'); END;
CREATE TRIGGER refusals_delete BEFORE DELETE ON refusals BEGIN SELECT RAISE(ABORT, 'refusals of the ledger are never changed or deleted: post a correction'); END;
CREATE TRIGGER ledger_roots_update BEFORE UPDATE ON ledger_roots BEGIN SELECT RAISE(ABORT, 'ledger_roots of the ledger are never changed or deleted: post a correction'); END;
CREATE TRIGGER ledger_roots_delete BEFORE DELETE ON ledger_roots BEGIN SELECT RAISE(ABORT, 'ledger_roots of the ledger are never changed or deleted: post a correction'); END;
CREATE TRIGGER ledger_root_heads_update BEFORE UPDATE ON ledger_root_heads BEGIN SELECT RAISE(ABORT, 'ledger_root_heads of the ledger are never changed or deleted: post a correction'); END;
CREATE TRIGGER ledger_root_heads_delete BEFORE DELETE ON ledger_root_heads BEGIN SELECT RAISE(ABORT, 'ledger_root_heads of the ledger are never changed or deleted: post a correction'); END;
CREATE TRIGGER wallets_update BEFORE UPDATE OF id, contract_id, unit ON wallets BEGIN SELECT RAISE(ABORT, 'wallets of the ledger are never changed or deleted: post a correction'); END;
CREATE TRIGGER wallets_delete BEFORE DELETE ON wallets BEGIN SELECT RAISE(ABORT, 'wallets of the ledger are never changed or deleted: post a correction'); END;
CREATE TRIGGER lots_update BEFORE UPDATE OF id, wallet_id, number, origin, units, price_yen, issued_on, expires_on, usable_until, scope, law_class, from_lot ON lots BEGIN SELECT RAISE(ABORT, 'lots of the ledger are never changed or deleted: post a correction'); END;
CREATE TRIGGER lots_delete BEFORE DELETE ON lots BEGIN SELECT RAISE(ABORT, 'lots of the ledger are never changed or deleted: post a correction'); END;
CREATE TRIGGER tickets_update BEFORE UPDATE OF id, lot_id, wallet_id, serial, number, expires_on ON tickets BEGIN SELECT RAISE(ABORT, 'tickets of the ledger are never changed or deleted: post a correction'); END;
CREATE TRIGGER tickets_delete BEFORE DELETE ON tickets BEGIN SELECT RAISE(ABORT, 'tickets of the ledger are never changed or deleted: post a correction'); END;
CREATE TRIGGER holds_update BEFORE UPDATE OF id, wallet_id, issue_id, units, policy_version, created_at ON holds BEGIN SELECT RAISE(ABORT, 'holds of the ledger are never changed or deleted: post a correction'); END;
CREATE TRIGGER holds_delete BEFORE DELETE ON holds BEGIN SELECT RAISE(ABORT, 'holds of the ledger are never changed or deleted: post a correction'); END;
CREATE TRIGGER adjustments_update BEFORE UPDATE OF id, wallet_id, request, proposed_by, proposed_at ON adjustments BEGIN SELECT RAISE(ABORT, 'adjustments of the ledger are never changed or deleted: post a correction'); END;
CREATE TRIGGER adjustments_delete BEFORE DELETE ON adjustments BEGIN SELECT RAISE(ABORT, 'adjustments of the ledger are never changed or deleted: post a correction'); END;
CREATE TRIGGER disputes_update BEFORE UPDATE OF id, contract_id, posting_id, issue_id, units, reason, raised_by, raised_at ON disputes BEGIN SELECT RAISE(ABORT, 'disputes of the ledger are never changed or deleted: post a correction'); END;
CREATE TRIGGER disputes_delete BEFORE DELETE ON disputes BEGIN SELECT RAISE(ABORT, 'disputes of the ledger are never changed or deleted: post a correction'); END;
CREATE TRIGGER approvals_update BEFORE UPDATE OF issue_id, contract_id, units, asked_at ON approvals BEGIN SELECT RAISE(ABORT, 'approvals of the ledger are never changed or deleted: post a correction'); END;
CREATE TRIGGER approvals_delete BEFORE DELETE ON approvals BEGIN SELECT RAISE(ABORT, 'approvals of the ledger are never changed or deleted: post a correction'); END;
CREATE TRIGGER approval_rules_delete BEFORE DELETE ON approval_rules BEGIN SELECT RAISE(ABORT, 'approval_rules of the ledger are never changed or deleted: post a correction'); END;
CREATE TRIGGER invoices_delete BEFORE DELETE ON invoices BEGIN SELECT RAISE(ABORT, 'invoices of the ledger are never changed or deleted: post a correction'); END;
