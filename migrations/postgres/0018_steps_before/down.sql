ALTER TABLE visits DROP COLUMN started_before;
ALTER TABLE visits DROP COLUMN arrived_before;
ALTER TABLE visits DROP COLUMN en_route_before;
