-- Notices to customers, each under a key that makes it one of a kind; who has read them; and the mails that carry them.

CREATE TABLE notices (
  id BLOB PRIMARY KEY,
  contract_id BLOB NOT NULL REFERENCES contracts (id),
  kind TEXT NOT NULL,
  key TEXT NOT NULL UNIQUE,
  issue_id BLOB,
  ja TEXT NOT NULL,
  en TEXT NOT NULL,
  at BIGINT NOT NULL
);
CREATE INDEX notices_contract ON notices (contract_id, id);

CREATE TABLE notice_reads (
  notice_id BLOB NOT NULL REFERENCES notices (id),
  user_id BLOB NOT NULL REFERENCES users (id),
  at BIGINT NOT NULL,
  PRIMARY KEY (notice_id, user_id)
);

CREATE TABLE mails (
  id BLOB PRIMARY KEY,
  notice_id BLOB NOT NULL REFERENCES notices (id),
  name TEXT NOT NULL,
  address TEXT NOT NULL,
  message_id TEXT NOT NULL UNIQUE,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'sent', 'given_up')),
  attempts BIGINT NOT NULL,
  next_at BIGINT NOT NULL,
  last_error TEXT NOT NULL,
  sent_at BIGINT,
  UNIQUE (notice_id, address)
);
CREATE INDEX mails_due ON mails (state, next_at);

-- What happened before there were notices is not told any more.
INSERT INTO consumers (name, stream, seq)
SELECT 'notices', stream, head FROM streams WHERE stream LIKE 'contract:%';

CREATE INDEX issues_linked ON issues (linked_issue_id);
