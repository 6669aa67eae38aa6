-- The times of a visit's steps as they stood before the last tap: what taking that tap back leads to.

ALTER TABLE visits ADD COLUMN en_route_before BIGINT;
ALTER TABLE visits ADD COLUMN arrived_before BIGINT;
ALTER TABLE visits ADD COLUMN started_before BIGINT;
UPDATE visits SET
  en_route_before = CASE WHEN state = 'en_route' AND state_before <> 'paused' THEN NULL ELSE en_route_at END,
  arrived_before = CASE WHEN state = 'arrived' AND started_at IS NULL THEN NULL ELSE arrived_at END,
  started_before = CASE WHEN state = 'working' AND state_before <> 'paused' THEN NULL ELSE started_at END;

-- Whether the desk said itself how long it worked: then the minutes of its work count, and not only its contact.

ALTER TABLE issues ADD COLUMN desk_minutes_said BOOLEAN NOT NULL DEFAULT FALSE;

-- Units that a granted dispute could not bring back, because their last day was over.

ALTER TABLE disputes ADD COLUMN expired BIGINT NOT NULL DEFAULT 0;
