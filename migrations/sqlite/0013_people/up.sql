-- What administrators change about the people who may log in, and who changed it.

ALTER TABLE users ADD COLUMN version BIGINT NOT NULL DEFAULT 1;

CREATE TABLE user_changes (
  user_id BLOB NOT NULL REFERENCES users (id),
  version BIGINT NOT NULL,
  action TEXT NOT NULL,
  what TEXT NOT NULL,
  actor TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (user_id, version)
);
