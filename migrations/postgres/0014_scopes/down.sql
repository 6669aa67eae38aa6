DROP TRIGGER refunds_update ON refunds;
DROP TRIGGER refunds_delete ON refunds;
ALTER TABLE lots DISABLE TRIGGER lots_update;
UPDATE lots SET scope = CASE scope WHEN 'any' THEN 'any' WHEN 'visit' THEN 'visit' WHEN 'maintenance' THEN 'visit' ELSE 'remote' END;
ALTER TABLE lots ENABLE TRIGGER lots_update;
ALTER TABLE lots DROP CONSTRAINT lots_scope_check;
ALTER TABLE lots ADD CONSTRAINT lots_scope_check CHECK (scope IN ('any', 'remote', 'visit'));
