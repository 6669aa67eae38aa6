-- The versions of a contract's policy, each sealed with the one before; adjustments that wait for a second person; and
-- what the ledger refused, for audit.

CREATE TABLE policies (
  contract_id BYTEA NOT NULL REFERENCES contracts (id),
  version BIGINT NOT NULL,
  from_day TEXT NOT NULL,
  form TEXT NOT NULL,
  menu TEXT NOT NULL,
  reason TEXT NOT NULL,
  set_by TEXT NOT NULL,
  set_at BIGINT NOT NULL,
  link BYTEA NOT NULL,
  PRIMARY KEY (contract_id, version)
);

CREATE TABLE adjustments (
  id BYTEA PRIMARY KEY,
  wallet_id BYTEA NOT NULL REFERENCES wallets (id),
  request TEXT NOT NULL,
  units BIGINT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('proposed', 'posted', 'refused')),
  proposed_by TEXT NOT NULL,
  proposed_at BIGINT NOT NULL,
  decided_by TEXT,
  decided_at BIGINT
);
CREATE INDEX adjustments_wallet ON adjustments (wallet_id, state);

CREATE TABLE refusals (
  id BYTEA PRIMARY KEY,
  contract_id BYTEA NOT NULL,
  action TEXT NOT NULL,
  code TEXT NOT NULL,
  ja TEXT NOT NULL,
  en TEXT NOT NULL,
  actor TEXT NOT NULL,
  at BIGINT NOT NULL
);
CREATE INDEX refusals_contract ON refusals (contract_id, at);
