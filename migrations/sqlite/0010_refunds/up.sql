-- Units that were paid back: what was paid for them and on which ground of the law.

CREATE TABLE refunds (
  id BLOB PRIMARY KEY,
  wallet_id BLOB NOT NULL REFERENCES wallets (id),
  lot_id BLOB NOT NULL REFERENCES lots (id),
  posting_id BLOB NOT NULL UNIQUE REFERENCES postings (id),
  units BIGINT NOT NULL CHECK (units > 0),
  yen BIGINT NOT NULL CHECK (yen >= 0),
  ground TEXT NOT NULL CHECK (ground IN ('by_contract', 'small_amount', 'hardship', 'discontinued')),
  at BIGINT NOT NULL
);
CREATE INDEX refunds_wallet ON refunds (wallet_id, at);

-- Lots may be for one way of service only. SQLite cannot change what a column allows, so it is made anew.
ALTER TABLE lots ADD COLUMN scope_wide TEXT NOT NULL DEFAULT 'any' CHECK (scope_wide IN ('any', 'remote', 'phone', 'chat', 'mail', 'visit', 'maintenance'));
UPDATE lots SET scope_wide = scope;
ALTER TABLE lots DROP COLUMN scope;
ALTER TABLE lots RENAME COLUMN scope_wide TO scope;
