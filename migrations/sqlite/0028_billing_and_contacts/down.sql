ALTER TABLE contacts DROP COLUMN literacy;
ALTER TABLE contacts DROP COLUMN channel;
ALTER TABLE contracts DROP COLUMN billing;
