ALTER TABLE disputes DROP COLUMN expired;
ALTER TABLE issues DROP COLUMN desk_minutes_said;
ALTER TABLE visits DROP COLUMN started_before;
ALTER TABLE visits DROP COLUMN arrived_before;
ALTER TABLE visits DROP COLUMN en_route_before;
