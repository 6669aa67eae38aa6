-- Parts without which a repair cannot be done, as JSON: [{"code":"belt","quantity":1}].

ALTER TABLE symptoms ADD COLUMN parts_needed TEXT NOT NULL DEFAULT '[]';
ALTER TABLE work_orders ADD COLUMN parts_needed TEXT NOT NULL DEFAULT '[]';
