DROP INDEX issues_created;
ALTER TABLE approvals DROP COLUMN waiting_on;
DROP TABLE lot_acknowledgements;
