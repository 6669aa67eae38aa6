-- Units that were paid back: what was paid for them and on which ground of the law.

CREATE TABLE refunds (
  id BYTEA PRIMARY KEY,
  wallet_id BYTEA NOT NULL REFERENCES wallets (id),
  lot_id BYTEA NOT NULL REFERENCES lots (id),
  posting_id BYTEA NOT NULL UNIQUE REFERENCES postings (id),
  units BIGINT NOT NULL CHECK (units > 0),
  yen BIGINT NOT NULL CHECK (yen >= 0),
  ground TEXT NOT NULL CHECK (ground IN ('by_contract', 'small_amount', 'hardship', 'discontinued')),
  at BIGINT NOT NULL
);
CREATE INDEX refunds_wallet ON refunds (wallet_id, at);
