-- Ids are 16 bytes (UUIDv7), instants are microseconds since 1970 UTC, dates are ISO text, enums are text codes.

CREATE TABLE company (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  epoch TEXT NOT NULL,
  name_ja TEXT NOT NULL,
  name_en TEXT NOT NULL,
  zone TEXT NOT NULL,
  vendor_phone TEXT NOT NULL,
  catalog TEXT NOT NULL
);

CREATE TABLE territories (
  id BLOB PRIMARY KEY,
  code TEXT NOT NULL UNIQUE,
  name_ja TEXT NOT NULL,
  name_en TEXT NOT NULL,
  lat DOUBLE NOT NULL,
  lon DOUBLE NOT NULL
);

CREATE TABLE products (
  id BLOB PRIMARY KEY,
  code TEXT NOT NULL UNIQUE,
  name_ja TEXT NOT NULL,
  name_en TEXT NOT NULL,
  maker TEXT NOT NULL,
  skill TEXT NOT NULL
);

CREATE TABLE symptoms (
  product_id BLOB NOT NULL REFERENCES products (id),
  code TEXT NOT NULL,
  name_ja TEXT NOT NULL,
  name_en TEXT NOT NULL,
  service_minutes BIGINT NOT NULL CHECK (service_minutes > 0),
  needs_visit BOOLEAN NOT NULL,
  level_min BIGINT NOT NULL,
  qualification TEXT,
  PRIMARY KEY (product_id, code)
);

CREATE TABLE technicians (
  id BLOB PRIMARY KEY,
  code TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  kana TEXT NOT NULL,
  phone TEXT NOT NULL,
  territory_id BLOB NOT NULL REFERENCES territories (id),
  home_lat DOUBLE NOT NULL,
  home_lon DOUBLE NOT NULL,
  profile TEXT NOT NULL,
  version BIGINT NOT NULL
);
CREATE INDEX technicians_territory ON technicians (territory_id);

CREATE TABLE absences (
  technician_id BLOB NOT NULL REFERENCES technicians (id),
  starts_at BIGINT NOT NULL,
  ends_at BIGINT NOT NULL,
  reason TEXT NOT NULL,
  PRIMARY KEY (technician_id, starts_at)
);

CREATE TABLE customers (
  id BLOB PRIMARY KEY,
  code TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  kana TEXT NOT NULL,
  name_folded TEXT NOT NULL,
  kana_folded TEXT NOT NULL,
  customer_group TEXT
);
CREATE INDEX customers_name ON customers (name_folded);
CREATE INDEX customers_kana ON customers (kana_folded);

CREATE TABLE phones (
  customer_id BLOB NOT NULL REFERENCES customers (id),
  number TEXT NOT NULL,
  shown TEXT NOT NULL,
  PRIMARY KEY (customer_id, number)
);
CREATE INDEX phones_number ON phones (number);

CREATE TABLE contacts (
  id BLOB PRIMARY KEY,
  customer_id BLOB NOT NULL REFERENCES customers (id),
  code TEXT NOT NULL,
  name TEXT NOT NULL,
  kana TEXT NOT NULL,
  phone TEXT NOT NULL,
  email TEXT NOT NULL,
  UNIQUE (customer_id, code)
);
CREATE INDEX contacts_customer ON contacts (customer_id);

CREATE TABLE sites (
  id BLOB PRIMARY KEY,
  customer_id BLOB NOT NULL REFERENCES customers (id),
  code TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  postcode TEXT NOT NULL,
  address TEXT NOT NULL,
  lat DOUBLE NOT NULL,
  lon DOUBLE NOT NULL,
  territory_id BLOB NOT NULL REFERENCES territories (id),
  access_notes TEXT NOT NULL
);
CREATE INDEX sites_customer ON sites (customer_id);

CREATE TABLE contracts (
  id BLOB PRIMARY KEY,
  number TEXT NOT NULL UNIQUE,
  customer_id BLOB NOT NULL REFERENCES customers (id),
  plan TEXT NOT NULL,
  starts_on TEXT NOT NULL,
  ends_on TEXT NOT NULL,
  version BIGINT NOT NULL
);
CREATE INDEX contracts_customer ON contracts (customer_id);

CREATE TABLE assets (
  id BLOB PRIMARY KEY,
  contract_id BLOB NOT NULL REFERENCES contracts (id),
  site_id BLOB NOT NULL REFERENCES sites (id),
  product_id BLOB NOT NULL REFERENCES products (id),
  serial TEXT NOT NULL,
  installed_on TEXT NOT NULL
);
CREATE INDEX assets_contract ON assets (contract_id);
CREATE INDEX assets_serial ON assets (serial);

CREATE TABLE past_repairs (
  id BLOB PRIMARY KEY,
  asset_id BLOB NOT NULL REFERENCES assets (id),
  at BIGINT NOT NULL,
  symptom TEXT NOT NULL,
  cause TEXT NOT NULL,
  remedy TEXT NOT NULL,
  minutes BIGINT NOT NULL,
  technician_id BLOB
);
CREATE INDEX past_repairs_asset ON past_repairs (asset_id, at);

CREATE TABLE wallets (
  id BLOB PRIMARY KEY,
  contract_id BLOB NOT NULL UNIQUE REFERENCES contracts (id),
  unit TEXT NOT NULL CHECK (unit IN ('ticket', 'point', 'minute')),
  source BIGINT NOT NULL,
  available BIGINT NOT NULL CHECK (available >= 0),
  held BIGINT NOT NULL CHECK (held >= 0),
  consumed BIGINT NOT NULL CHECK (consumed >= 0),
  expired BIGINT NOT NULL CHECK (expired >= 0),
  voided BIGINT NOT NULL CHECK (voided >= 0),
  overdraft BIGINT NOT NULL CHECK (overdraft <= 0),
  postings BIGINT NOT NULL,
  chain_head BLOB NOT NULL
);

CREATE TABLE lots (
  id BLOB PRIMARY KEY,
  wallet_id BLOB NOT NULL REFERENCES wallets (id),
  number TEXT NOT NULL UNIQUE,
  origin TEXT NOT NULL CHECK (origin IN ('paid', 'promotional', 'adjustment')),
  units BIGINT NOT NULL CHECK (units > 0),
  price_yen BIGINT NOT NULL CHECK (price_yen >= 0),
  issued_on TEXT NOT NULL,
  expires_on TEXT NOT NULL,
  scope TEXT NOT NULL CHECK (scope IN ('any', 'remote', 'visit')),
  law_class TEXT NOT NULL CHECK (law_class IN ('b2b_exempt', 'six_month_exempt', 'regulated')),
  from_lot BLOB REFERENCES lots (id),
  available BIGINT NOT NULL CHECK (available >= 0),
  held BIGINT NOT NULL CHECK (held >= 0),
  consumed BIGINT NOT NULL CHECK (consumed >= 0),
  expired BIGINT NOT NULL CHECK (expired >= 0),
  voided BIGINT NOT NULL CHECK (voided >= 0)
);
CREATE INDEX lots_wallet ON lots (wallet_id, expires_on);
CREATE INDEX lots_live ON lots (expires_on, wallet_id) WHERE available > 0;

CREATE TABLE holds (
  id BLOB PRIMARY KEY,
  wallet_id BLOB NOT NULL REFERENCES wallets (id),
  issue_id BLOB NOT NULL UNIQUE,
  units BIGINT NOT NULL CHECK (units > 0),
  overdraft_units BIGINT NOT NULL CHECK (overdraft_units >= 0),
  state TEXT NOT NULL CHECK (state IN ('live', 'captured', 'released')),
  policy_version BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  settled_at BIGINT
);

CREATE TABLE tickets (
  id BLOB PRIMARY KEY,
  lot_id BLOB NOT NULL REFERENCES lots (id),
  wallet_id BLOB NOT NULL REFERENCES wallets (id),
  serial INTEGER NOT NULL,
  number TEXT NOT NULL UNIQUE,
  units BIGINT NOT NULL CHECK (units > 0),
  expires_on TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('available', 'held', 'consumed', 'expired', 'voided')),
  issue_id BLOB
);
CREATE INDEX tickets_wallet ON tickets (wallet_id, expires_on, number);
CREATE INDEX tickets_lot ON tickets (lot_id, state, serial);
CREATE INDEX tickets_issue ON tickets (issue_id);

CREATE TABLE postings (
  id BLOB PRIMARY KEY,
  wallet_id BLOB NOT NULL REFERENCES wallets (id),
  seq BIGINT NOT NULL,
  movement TEXT NOT NULL,
  from_account TEXT NOT NULL,
  to_account TEXT NOT NULL,
  units BIGINT NOT NULL CHECK (units > 0),
  lot_id BLOB,
  ticket_id BLOB,
  issue_id BLOB,
  refers_to BLOB,
  terms BLOB,
  event_id BLOB NOT NULL,
  at BIGINT NOT NULL,
  reason TEXT NOT NULL,
  link BLOB NOT NULL,
  UNIQUE (wallet_id, seq)
);
CREATE INDEX postings_issue ON postings (issue_id);

CREATE TABLE interactions (
  id BLOB PRIMARY KEY,
  number TEXT NOT NULL UNIQUE,
  contract_id BLOB NOT NULL REFERENCES contracts (id),
  channel TEXT NOT NULL,
  contact_id BLOB,
  caller_name TEXT NOT NULL,
  caller_phone TEXT NOT NULL,
  on_behalf_of BOOLEAN NOT NULL,
  entered_by BLOB NOT NULL,
  note TEXT NOT NULL,
  started_at BIGINT NOT NULL,
  saved_at BIGINT NOT NULL
);

CREATE TABLE issues (
  id BLOB PRIMARY KEY,
  number TEXT NOT NULL UNIQUE,
  interaction_id BLOB NOT NULL REFERENCES interactions (id),
  contract_id BLOB NOT NULL REFERENCES contracts (id),
  territory_id BLOB NOT NULL REFERENCES territories (id),
  site_id BLOB NOT NULL REFERENCES sites (id),
  asset_id BLOB,
  product_id BLOB,
  symptom TEXT,
  kind TEXT NOT NULL,
  description TEXT NOT NULL,
  impact TEXT NOT NULL,
  urgency TEXT NOT NULL,
  priority TEXT NOT NULL,
  state TEXT NOT NULL,
  outcome TEXT,
  wish_from BIGINT,
  wish_to BIGINT,
  linked_issue_id BLOB,
  menu_item TEXT,
  units BIGINT NOT NULL,
  cost_reason TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  closed_at BIGINT,
  version BIGINT NOT NULL
);
CREATE INDEX issues_contract ON issues (contract_id, created_at);
CREATE INDEX issues_asset ON issues (asset_id, created_at);

CREATE TABLE work_orders (
  id BLOB PRIMARY KEY,
  issue_id BLOB NOT NULL UNIQUE REFERENCES issues (id),
  territory_id BLOB NOT NULL REFERENCES territories (id),
  state TEXT NOT NULL CHECK (state IN ('open', 'assigned', 'closed')),
  skill TEXT NOT NULL,
  level_min BIGINT NOT NULL,
  qualification TEXT,
  service_minutes BIGINT NOT NULL,
  arrive_by BIGINT,
  created_at BIGINT NOT NULL,
  version BIGINT NOT NULL
);
CREATE INDEX work_orders_open ON work_orders (territory_id, state);

CREATE TABLE visits (
  id BLOB PRIMARY KEY,
  work_order_id BLOB NOT NULL REFERENCES work_orders (id),
  territory_id BLOB NOT NULL REFERENCES territories (id),
  technician_id BLOB NOT NULL REFERENCES technicians (id),
  state TEXT NOT NULL,
  state_before TEXT,
  route_order BIGINT NOT NULL,
  planned_start BIGINT NOT NULL,
  planned_end BIGINT NOT NULL,
  travel_s BIGINT NOT NULL,
  promised_from BIGINT,
  promised_to BIGINT,
  declared_arrival BIGINT,
  declared_at BIGINT,
  created_at BIGINT NOT NULL,
  accepted_at BIGINT,
  en_route_at BIGINT,
  en_route_lat DOUBLE,
  en_route_lon DOUBLE,
  arrived_at BIGINT,
  started_at BIGINT,
  finished_at BIGINT,
  version BIGINT NOT NULL
);
CREATE INDEX visits_technician ON visits (technician_id, planned_start);
CREATE INDEX visits_territory ON visits (territory_id, planned_start);
CREATE UNIQUE INDEX visits_live_work_order ON visits (work_order_id)
  WHERE state IN ('planned', 'offered', 'dispatched', 'accepted', 'en_route', 'arrived', 'working', 'paused');
CREATE UNIQUE INDEX visits_one_started ON visits (technician_id) WHERE state IN ('en_route', 'arrived', 'working');

CREATE TABLE service_reports (
  id BLOB PRIMARY KEY,
  visit_id BLOB NOT NULL UNIQUE REFERENCES visits (id),
  cause TEXT NOT NULL,
  cause_text TEXT NOT NULL,
  remedy TEXT NOT NULL,
  parts TEXT NOT NULL,
  minutes BIGINT NOT NULL,
  outcome TEXT NOT NULL,
  tapped_at BIGINT NOT NULL,
  filed_at BIGINT NOT NULL
);

CREATE TABLE positions (
  technician_id BLOB PRIMARY KEY REFERENCES technicians (id),
  seq BIGINT NOT NULL,
  lat DOUBLE NOT NULL,
  lon DOUBLE NOT NULL,
  accuracy_m DOUBLE NOT NULL,
  at BIGINT NOT NULL,
  received_at BIGINT NOT NULL
);

CREATE TABLE etas (
  visit_id BLOB PRIMARY KEY REFERENCES visits (id),
  seq BIGINT NOT NULL,
  snapshot TEXT NOT NULL,
  told TEXT NOT NULL
);

CREATE TABLE track_links (
  id BLOB PRIMARY KEY,
  visit_id BLOB NOT NULL REFERENCES visits (id),
  token_hash BLOB NOT NULL UNIQUE,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  revoked_at BIGINT
);
CREATE INDEX track_links_visit ON track_links (visit_id);

CREATE TABLE users (
  id BLOB PRIMARY KEY,
  login TEXT NOT NULL UNIQUE,
  password_hash TEXT NOT NULL,
  name TEXT NOT NULL,
  role TEXT NOT NULL,
  language TEXT NOT NULL,
  territory_id BLOB,
  technician_id BLOB,
  customer_id BLOB,
  active BOOLEAN NOT NULL
);

CREATE TABLE sessions (
  token_hash BLOB PRIMARY KEY,
  user_id BLOB NOT NULL REFERENCES users (id),
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
);

CREATE TABLE operations (
  id BLOB PRIMARY KEY,
  actor TEXT NOT NULL,
  fingerprint BLOB NOT NULL,
  status INTEGER NOT NULL,
  answer TEXT NOT NULL,
  at BIGINT NOT NULL
);
CREATE INDEX operations_at ON operations (at);

CREATE TABLE counters (
  scope TEXT PRIMARY KEY,
  last BIGINT NOT NULL
);

CREATE TABLE streams (
  stream TEXT PRIMARY KEY,
  head BIGINT NOT NULL
);

CREATE TABLE journal (
  id BLOB PRIMARY KEY,
  kind TEXT NOT NULL,
  version INTEGER NOT NULL,
  at BIGINT NOT NULL,
  actor TEXT NOT NULL,
  contract_id BLOB,
  issue_id BLOB,
  work_order_id BLOB,
  visit_id BLOB,
  technician_id BLOB,
  data TEXT NOT NULL
);

CREATE TABLE stream_entries (
  stream TEXT NOT NULL,
  seq BIGINT NOT NULL,
  event_id BLOB NOT NULL REFERENCES journal (id),
  PRIMARY KEY (stream, seq)
);

CREATE TABLE consumers (
  name TEXT NOT NULL,
  stream TEXT NOT NULL,
  seq BIGINT NOT NULL,
  PRIMARY KEY (name, stream)
);
