CREATE TABLE plain_absences (
  technician_id BYTEA NOT NULL REFERENCES technicians (id),
  starts_at BIGINT NOT NULL,
  ends_at BIGINT NOT NULL,
  reason TEXT NOT NULL,
  PRIMARY KEY (technician_id, starts_at)
);
INSERT INTO plain_absences (technician_id, starts_at, ends_at, reason)
SELECT technician_id, starts_at, max(ends_at), min(reason) FROM absences GROUP BY technician_id, starts_at;
DROP TABLE absences;
ALTER TABLE plain_absences RENAME TO absences;
