-- What a technician's phone reports against his last position, until it is believed.

CREATE TABLE position_doubts (
  technician_id BYTEA PRIMARY KEY REFERENCES technicians (id),
  seq BIGINT NOT NULL,
  lat DOUBLE PRECISION NOT NULL,
  lon DOUBLE PRECISION NOT NULL,
  accuracy_m DOUBLE PRECISION NOT NULL,
  at BIGINT NOT NULL,
  times BIGINT NOT NULL
);
