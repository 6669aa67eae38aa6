DROP TRIGGER refunds_update;
DROP TRIGGER refunds_delete;
DROP TRIGGER lots_update;
ALTER TABLE lots ADD COLUMN scope_narrow TEXT NOT NULL DEFAULT 'any' CHECK (scope_narrow IN ('any', 'remote', 'visit'));
UPDATE lots SET scope_narrow = CASE scope WHEN 'any' THEN 'any' WHEN 'visit' THEN 'visit' WHEN 'maintenance' THEN 'visit' ELSE 'remote' END;
ALTER TABLE lots DROP COLUMN scope;
ALTER TABLE lots RENAME COLUMN scope_narrow TO scope;
CREATE TRIGGER lots_update BEFORE UPDATE OF id, wallet_id, number, origin, units, price_yen, issued_on, expires_on, usable_until, scope, law_class, from_lot ON lots BEGIN SELECT RAISE(ABORT, 'lots of the ledger are never changed or deleted: post a correction'); END;
