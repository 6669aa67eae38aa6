DROP TABLE clock_pauses;
DROP TABLE service_levels;
