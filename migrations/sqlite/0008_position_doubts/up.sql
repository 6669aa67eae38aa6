-- What a technician's phone reports against his last position, until it is believed.

CREATE TABLE position_doubts (
  technician_id BLOB PRIMARY KEY REFERENCES technicians (id),
  seq BIGINT NOT NULL,
  lat DOUBLE NOT NULL,
  lon DOUBLE NOT NULL,
  accuracy_m DOUBLE NOT NULL,
  at BIGINT NOT NULL,
  times BIGINT NOT NULL
);
