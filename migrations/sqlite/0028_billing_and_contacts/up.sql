-- How a contract is paid for.

ALTER TABLE contracts ADD COLUMN billing TEXT NOT NULL DEFAULT 'ticket';

-- How a contact likes to be reached, and whether he needs help with screens.

ALTER TABLE contacts ADD COLUMN channel TEXT;
ALTER TABLE contacts ADD COLUMN literacy TEXT NOT NULL DEFAULT 'unknown';
