-- That a customer has read until when the units of a lot may be used and for what: who said so, how and when.

CREATE TABLE lot_acknowledgements (
  lot_id BLOB PRIMARY KEY REFERENCES lots (id),
  contract_id BLOB NOT NULL REFERENCES contracts (id),
  acknowledged_by TEXT NOT NULL,
  means TEXT NOT NULL CHECK (means IN ('portal', 'phone', 'mail', 'paper', 'in_person')),
  acknowledged_on TEXT NOT NULL,
  noted_by TEXT NOT NULL,
  noted_at BIGINT NOT NULL
);
CREATE TRIGGER lot_acknowledgements_update BEFORE UPDATE ON lot_acknowledgements BEGIN SELECT RAISE(ABORT, 'lot_acknowledgements of the ledger are never changed or deleted: post a correction'); END;
CREATE TRIGGER lot_acknowledgements_delete BEFORE DELETE ON lot_acknowledgements BEGIN SELECT RAISE(ABORT, 'lot_acknowledgements of the ledger are never changed or deleted: post a correction'); END;

-- What was asked for in a month is counted.

CREATE INDEX issues_created ON issues (created_at);

-- The day of the work whose use waits for the customer's approval.

ALTER TABLE approvals ADD COLUMN waiting_on TEXT;
