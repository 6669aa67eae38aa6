-- The first figure that was said of a visit in each class of time ahead, with the sampled bounds before they were
-- calibrated: what the estimate learns from, and what its accuracy is measured on.

CREATE TABLE eta_figures (
  visit_id BYTEA NOT NULL REFERENCES visits (id),
  horizon BIGINT NOT NULL,
  seq BIGINT NOT NULL,
  computed_at BIGINT NOT NULL,
  earliest BIGINT NOT NULL,
  likely BIGINT NOT NULL,
  latest BIGINT NOT NULL,
  raw_earliest BIGINT NOT NULL,
  raw_latest BIGINT NOT NULL,
  stops_before BIGINT NOT NULL,
  source TEXT NOT NULL,
  PRIMARY KEY (visit_id, horizon)
);
CREATE INDEX eta_figures_computed ON eta_figures (computed_at);
CREATE INDEX visits_arrived ON visits (arrived_at);
