-- Telephone calls as the telephone system told of them, whom to call back, who sits at which telephone, and what of the
-- telephone system's requests was refused.

CREATE TABLE calls (
  id BLOB PRIMARY KEY,
  source TEXT NOT NULL,
  external_id TEXT NOT NULL,
  state TEXT NOT NULL,
  caller_kind TEXT NOT NULL,
  caller_number TEXT NOT NULL,
  caller_shown TEXT NOT NULL,
  dialled TEXT NOT NULL,
  agents TEXT NOT NULL,
  rings TEXT NOT NULL,
  answered_by BLOB,
  rang_at BIGINT NOT NULL,
  answered_at BIGINT,
  ended_at BIGINT,
  call_back TEXT,
  call_back_by BLOB,
  call_back_at BIGINT,
  call_back_outcome TEXT,
  call_back_note TEXT NOT NULL,
  joined_to BLOB,
  version BIGINT NOT NULL,
  UNIQUE (source, external_id)
);
CREATE INDEX calls_state ON calls (state, rang_at);
CREATE INDEX calls_call_back ON calls (call_back, caller_number);
CREATE INDEX calls_rang_at ON calls (rang_at);

CREATE TABLE call_contacts (
  interaction_id BLOB PRIMARY KEY REFERENCES interactions (id),
  call_id BLOB NOT NULL REFERENCES calls (id)
);
CREATE INDEX call_contacts_call ON call_contacts (call_id);

CREATE TABLE call_signals (
  id TEXT PRIMARY KEY,
  at BIGINT NOT NULL
);

CREATE TABLE call_refusals (
  id BLOB PRIMARY KEY,
  signal TEXT NOT NULL,
  code TEXT NOT NULL,
  sender TEXT NOT NULL,
  body TEXT NOT NULL,
  at BIGINT NOT NULL
);
CREATE INDEX call_refusals_at ON call_refusals (at);

CREATE TABLE extensions (
  user_id BLOB PRIMARY KEY REFERENCES users (id),
  extension TEXT NOT NULL UNIQUE
);
