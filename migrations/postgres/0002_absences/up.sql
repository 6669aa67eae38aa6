-- An absence gets an id, so that it can be ended, and a kind. Those that an import brought are of the kind 'other'.

CREATE TABLE named_absences (
  id BYTEA PRIMARY KEY,
  technician_id BYTEA NOT NULL REFERENCES technicians (id),
  starts_at BIGINT NOT NULL,
  ends_at BIGINT NOT NULL,
  kind TEXT NOT NULL,
  reason TEXT NOT NULL
);
INSERT INTO named_absences (id, technician_id, starts_at, ends_at, kind, reason)
SELECT decode(replace(gen_random_uuid()::text, '-', ''), 'hex'), technician_id, starts_at, ends_at, 'other', reason FROM absences;
DROP TABLE absences;
ALTER TABLE named_absences RENAME TO absences;
CREATE INDEX absences_technician ON absences (technician_id, ends_at);
