-- What each contract promises from which day on, and the times in which an issue's clocks stand still. The clocks
-- themselves are kept nowhere: they follow from these and from what happened to the issue.

CREATE TABLE service_levels (
  contract_id BLOB NOT NULL REFERENCES contracts (id),
  from_day TEXT NOT NULL,
  form TEXT NOT NULL,
  PRIMARY KEY (contract_id, from_day)
);

CREATE TABLE clock_pauses (
  id BLOB PRIMARY KEY,
  issue_id BLOB NOT NULL REFERENCES issues (id),
  reason TEXT NOT NULL,
  note TEXT NOT NULL,
  paused_at BIGINT NOT NULL,
  paused_by BLOB NOT NULL REFERENCES users (id),
  resumed_at BIGINT,
  resumed_by BLOB REFERENCES users (id)
);
CREATE INDEX clock_pauses_issue ON clock_pauses (issue_id, paused_at);
-- An issue's clocks stand still once at a time.
CREATE UNIQUE INDEX clock_pauses_open ON clock_pauses (issue_id) WHERE resumed_at IS NULL;
