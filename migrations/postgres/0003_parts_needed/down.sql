ALTER TABLE work_orders DROP COLUMN parts_needed;
ALTER TABLE symptoms DROP COLUMN parts_needed;
