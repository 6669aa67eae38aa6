-- Lots may be for one way of service only; and what was refunded is never changed or deleted either.

ALTER TABLE lots DROP CONSTRAINT lots_scope_check;
ALTER TABLE lots ADD CONSTRAINT lots_scope_check CHECK (scope IN ('any', 'remote', 'phone', 'chat', 'mail', 'visit', 'maintenance'));

CREATE TRIGGER refunds_update BEFORE UPDATE ON refunds FOR EACH ROW EXECUTE FUNCTION keep_ledger();
CREATE TRIGGER refunds_delete BEFORE DELETE OR TRUNCATE ON refunds FOR EACH STATEMENT EXECUTE FUNCTION keep_ledger();
