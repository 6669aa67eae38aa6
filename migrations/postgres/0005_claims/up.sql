-- What a customer says about his wallet: disputes of lines, limits above which a use waits for approval, and the
-- approvals asked for. The invoices of lots. The last day of a lot with its days of grace.

CREATE TABLE disputes (
  id BYTEA PRIMARY KEY,
  contract_id BYTEA NOT NULL REFERENCES contracts (id),
  posting_id BYTEA NOT NULL REFERENCES postings (id),
  issue_id BYTEA NOT NULL REFERENCES issues (id),
  units BIGINT NOT NULL CHECK (units > 0),
  state TEXT NOT NULL CHECK (state IN ('open', 'granted', 'refused', 'withdrawn')),
  reason TEXT NOT NULL,
  late BOOLEAN NOT NULL,
  raised_by TEXT NOT NULL,
  raised_at BIGINT NOT NULL,
  decided_by TEXT,
  decided_at BIGINT,
  decision_note TEXT,
  returned BIGINT NOT NULL CHECK (returned >= 0),
  version BIGINT NOT NULL
);
CREATE INDEX disputes_contract ON disputes (contract_id, raised_at);
CREATE INDEX disputes_state ON disputes (state, raised_at);

CREATE TABLE approval_rules (
  contract_id BYTEA PRIMARY KEY REFERENCES contracts (id),
  version BIGINT NOT NULL,
  units_per_issue BIGINT CHECK (units_per_issue >= 0),
  units_per_month BIGINT CHECK (units_per_month >= 0),
  approver_id BYTEA,
  auto_minutes BIGINT CHECK (auto_minutes > 0),
  set_by TEXT NOT NULL,
  set_at BIGINT NOT NULL
);

CREATE TABLE approvals (
  issue_id BYTEA PRIMARY KEY REFERENCES issues (id),
  contract_id BYTEA NOT NULL REFERENCES contracts (id),
  rule_version BIGINT NOT NULL,
  units BIGINT NOT NULL CHECK (units > 0),
  state TEXT NOT NULL CHECK (state IN ('pending', 'approved', 'timed_out', 'refused', 'lapsed')),
  asked_at BIGINT NOT NULL,
  auto_at BIGINT,
  waiting_units BIGINT CHECK (waiting_units > 0),
  waiting_reason TEXT,
  decided_by TEXT,
  decided_at BIGINT,
  note TEXT NOT NULL,
  version BIGINT NOT NULL
);
CREATE INDEX approvals_due ON approvals (state, auto_at);
CREATE INDEX approvals_contract ON approvals (contract_id, asked_at);

CREATE TABLE invoices (
  lot_id BYTEA PRIMARY KEY REFERENCES lots (id),
  contract_id BYTEA NOT NULL REFERENCES contracts (id),
  invoice_number TEXT NOT NULL,
  issuer_number TEXT,
  invoiced_on TEXT NOT NULL,
  set_by TEXT NOT NULL,
  set_at BIGINT NOT NULL,
  version BIGINT NOT NULL
);

ALTER TABLE lots ADD COLUMN usable_until TEXT NOT NULL DEFAULT '9999-12-31';
UPDATE lots SET usable_until = expires_on;
DROP INDEX lots_live;
CREATE INDEX lots_live ON lots (usable_until, wallet_id) WHERE available > 0;
