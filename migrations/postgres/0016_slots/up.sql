-- Appointment slots: held for a caller while he is on the phone, and then, with a work order, sold. The promise of a work
-- order that waits for its technician is its slot.

CREATE TABLE slots (
  id BYTEA PRIMARY KEY,
  territory_id BYTEA NOT NULL REFERENCES territories (id),
  contract_id BYTEA NOT NULL REFERENCES contracts (id),
  site_id BYTEA NOT NULL REFERENCES sites (id),
  user_id BYTEA NOT NULL,
  starts_at BIGINT NOT NULL,
  ends_at BIGINT NOT NULL,
  technician_id BYTEA REFERENCES technicians (id),
  job TEXT NOT NULL,
  held_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  work_order_id BYTEA UNIQUE REFERENCES work_orders (id)
);
CREATE INDEX slots_territory ON slots (territory_id, ends_at);
