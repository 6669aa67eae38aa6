-- Lots may be for one way of service only; and what was refunded is never changed or deleted either.
-- SQLite cannot change what a column allows, so it is made anew.

DROP TRIGGER lots_update;
ALTER TABLE lots ADD COLUMN scope_wide TEXT NOT NULL DEFAULT 'any' CHECK (scope_wide IN ('any', 'remote', 'phone', 'chat', 'mail', 'visit', 'maintenance'));
UPDATE lots SET scope_wide = scope;
ALTER TABLE lots DROP COLUMN scope;
ALTER TABLE lots RENAME COLUMN scope_wide TO scope;
CREATE TRIGGER lots_update BEFORE UPDATE OF id, wallet_id, number, origin, units, price_yen, issued_on, expires_on, usable_until, scope, law_class, from_lot ON lots BEGIN SELECT RAISE(ABORT, 'lots of the ledger are never changed or deleted: post a correction'); END;

CREATE TRIGGER refunds_update BEFORE UPDATE ON refunds BEGIN SELECT RAISE(ABORT, 'refunds of the ledger are never changed or deleted: post a correction'); END;
CREATE TRIGGER refunds_delete BEFORE DELETE ON refunds BEGIN SELECT RAISE(ABORT, 'refunds of the ledger are never changed or deleted: post a correction'); END;
