ALTER TABLE issues DROP COLUMN desk_minutes;
ALTER TABLE issues DROP COLUMN remedy;
DROP TABLE past_moves;
