ALTER TABLE lots ADD COLUMN scope_narrow TEXT NOT NULL DEFAULT 'any' CHECK (scope_narrow IN ('any', 'remote', 'visit'));
UPDATE lots SET scope_narrow = CASE scope WHEN 'any' THEN 'any' WHEN 'visit' THEN 'visit' WHEN 'maintenance' THEN 'visit' ELSE 'remote' END;
ALTER TABLE lots DROP COLUMN scope;
ALTER TABLE lots RENAME COLUMN scope_narrow TO scope;
DROP TABLE refunds;
